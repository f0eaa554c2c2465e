//! Findings: the one currency that the scanner and the policy linter share.

use std::borrow::Cow;

use crate::place::{FilePath, Origin, Position, Span};
pub use crate::scale::{Confidence, Severity};
use crate::secret::{Fingerprint, Secret};

/// Which way a reason speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The candidate is not a secret.
    Rejects,
    /// Less likely a secret.
    Weakens,
    /// More likely a secret.
    Supports,
    /// A secret of this kind, by an offline check.
    Proves,
}

/// One step of the judgement, for the user to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// A stable kebab-case word for the test that speaks: `entropy`, `placeholder`, `checksum` …
    pub code: &'static str,
    /// Which way it speaks.
    pub weight: Weight,
    /// What it saw, in a few words, without any byte of the secret.
    pub text: Cow<'static, str>,
}

impl Reason {
    /// A reason.
    pub fn new(code: &'static str, weight: Weight, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, weight, text: text.into() }
    }
}

/// A piece of the source around a place, one line, with every secret on it masked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excerpt {
    /// The text, without line end, sanitised, at most a few hundred bytes; cut ends are marked with `…`.
    pub text: String,
    /// Byte offset in `text` at which the masked secret (or the node that a policy check means) begins.
    pub start: usize,
    /// Byte offset in `text` behind it.
    pub end: usize,
}

/// How a history finding came into the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Introduction {
    /// The first commit that holds the secret at this place, in hexadecimal.
    pub commit: String,
    /// Author's name and e-mail as the commit has them, sanitised.
    pub author: String,
    /// Committer date, RFC 3339 in UTC.
    pub date: String,
    /// Whether the tree of HEAD still holds the secret.
    pub in_head: bool,
    /// Whether a ref reaches the commit.
    pub reachable: bool,
}

/// One place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What it stands in.
    pub origin: Origin,
    /// Which bytes of it.
    pub span: Span,
    /// Where the span begins.
    pub start: Position,
    /// Where the span ends (the position of the byte behind it).
    pub end: Position,
    /// The line it begins in, masked.
    pub excerpt: Option<Excerpt>,
    /// For places in the history: the commit that brought it.
    pub introduced: Option<Introduction>,
}

/// A second place that helps to understand the first: the key id beside the secret, the block that lacks a setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Related {
    /// What the place is: `access key id`, `the resource without rotation`.
    pub label: String,
    /// Where.
    pub place: Place,
}

/// A limit that a policy finding compares with, and where the limit comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold {
    /// The limit as stated: `90d`.
    pub limit: String,
    /// `default`, or `keysieve.toml:7`.
    pub source: String,
}

/// Whether a finding is a leaked secret or a breach of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A hard-coded secret.
    Secret,
    /// Configuration that breaks the policy.
    Policy,
}

impl Kind {
    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Kind::Secret => "secret",
            Kind::Policy => "policy",
        }
    }
}

/// One leaked secret, or one breach of policy, with all its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Secret or policy.
    pub kind: Kind,
    /// Id of the rule or check.
    pub rule: String,
    /// Title of the rule or check.
    pub title: String,
    /// What was found, one sentence, without any byte of a secret.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Stable name; see [`Fingerprint`].
    pub fingerprint: Fingerprint,
    /// The secret itself, redacted unless a report exposes it.
    pub secret: Option<Secret>,
    /// Why it is believed.
    pub reasons: Vec<Reason>,
    /// All places, sorted; never empty.
    pub places: Vec<Place>,
    /// Places that belong to it.
    pub related: Vec<Related>,
    /// For policy findings with a limit.
    pub threshold: Option<Threshold>,
}

impl Finding {
    /// The key of the documented total order of every report: severity (worst first), rule, first place, fingerprint.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        let first = self.places.first().map(|place| (&place.origin, place.span));
        (std::cmp::Reverse(self.severity), self.rule.as_str(), first, &self.fingerprint)
    }

    /// The path that a person should open first, if any place has one.
    #[must_use]
    pub fn path(&self) -> Option<&FilePath> {
        self.places.iter().find_map(|place| place.origin.path())
    }
}
