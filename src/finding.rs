//! Findings: the one currency that the scanner and the policy linter share.

use std::borrow::Cow;
use std::sync::Arc;

use crate::place::{FilePath, Origin, Position, Span};
pub use crate::scale::{Confidence, Severity};
use crate::secret::{Fingerprint, Secret};

mod shared;
mod suppressed;

pub use shared::{Pool, Shared};
pub use suppressed::{Means, Suppressed, Suppression};

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
    /// The code of what says why something that was to hide a finding does not.
    pub const SUPPRESSION: &'static str = "suppression";

    /// A reason.
    pub fn new(code: &'static str, weight: Weight, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, weight, text: text.into() }
    }
}

/// Which thing a token says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactName {
    /// The account, organization or user it belongs to.
    Account,
    /// Whom it speaks for.
    Subject,
    /// Who issued it, or which service it is for.
    Issuer,
    /// What it may do.
    Scope,
    /// `live` or `test`.
    Environment,
    /// Kind and size of a key, and whether it lies under a passphrase.
    Key,
    /// The algorithm it is signed with.
    Algorithm,
    /// When it was made: RFC 3339 in UTC, or a month (`2025-03`).
    Created,
    /// When it ends: RFC 3339 in UTC.
    Expires,
}

impl FactName {
    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            FactName::Account => "account",
            FactName::Subject => "subject",
            FactName::Issuer => "issuer",
            FactName::Scope => "scope",
            FactName::Environment => "environment",
            FactName::Key => "key",
            FactName::Algorithm => "algorithm",
            FactName::Created => "created",
            FactName::Expires => "expires",
        }
    }
}

/// Something that a token says of itself, read from its own bytes. The value holds nothing that could be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// What it is about.
    pub name: FactName,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// The most characters of a value: what a token says is written by whoever made it.
    const MOST: usize = 80;
    /// The most characters of a word in it, those of a UUID: a longer one could be another secret.
    const WORD_MOST: usize = 36;

    /// A fact. Of the value, words that could be secrets, the userinfo of a URL, and what is too long are left out.
    pub fn new(name: FactName, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        let (scheme, rest) = value.split_once("://").map_or(("", value), |(scheme, rest)| (scheme, rest));
        let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let rest = rest[..host].rfind('@').filter(|_| !scheme.is_empty()).map_or(rest, |at| &rest[at + 1..]);
        let joint = if scheme.is_empty() { "" } else { "://" };
        let mut shown = String::new();
        let is_separator = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '='));
        for word in [scheme, joint, rest].concat().split_inclusive(is_separator) {
            let own = word.trim_end_matches(is_separator);
            shown.push_str(if own.chars().count() > Self::WORD_MOST { "…" } else { own });
            shown.push_str(&word[own.len()..]);
        }
        if let Some((end, _)) = shown.char_indices().nth(Self::MOST) {
            shown.truncate(end);
            shown.push('…');
        }
        Self { name, value: shown }
    }
}

/// A piece of the source around a place, one line, with every secret on it masked. Clones share the text: a blob may stand at
/// many paths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excerpt {
    /// The text, without line end, sanitised, at most a few hundred bytes; cut ends are marked with `…`.
    pub text: Arc<str>,
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
    /// Of a range that ends elsewhere than at HEAD: whether a commit that it ends with still holds the secret.
    pub at_end: Option<bool>,
    /// Whether a ref reaches the commit.
    pub reachable: bool,
}

impl Introduction {
    /// Whether the version that is looked at still holds the secret: of a range its end, else HEAD.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.at_end.unwrap_or(self.in_head)
    }
}

/// A commit of a secret's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// Author's name and e-mail as the commit has them, sanitised.
    pub author: String,
    /// Committer date, never before that of a parent; RFC 3339 in UTC.
    pub date: String,
}

/// The life of a secret in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The first commit that holds or says it, or the first tag that says it.
    pub first: Event,
    /// Whether the history behind that commit is cut off: it may be older.
    pub at_least: bool,
    /// The last commit that holds it; none if only messages of commits and tags say it.
    pub last: Option<Event>,
    /// The commit that removed it from `branch` for the last time; none if the branch holds it, or never did. Where no ref holds it
    /// any more, and none tells, the commit that removed it last.
    pub removed: Option<Event>,
    /// The commit behind the last that held it, on whatever branch; that last one itself where none is behind it.
    pub ended: Option<Event>,
    /// How often it came back to `branch`.
    pub returns: u32,
    /// The whole name of the ref along whose first parents removal and return were counted.
    pub branch: Option<String>,
    /// Whether `HEAD` holds it.
    pub in_head: bool,
    /// The whole names of the refs whose tips hold it, sorted; not all if there are many.
    pub holding: Vec<String>,
    /// How many there are.
    pub holding_count: u64,
    /// The whole names of the refs that only reach it, sorted; not all if there are many.
    pub reaching: Vec<String>,
    /// How many there are.
    pub reaching_count: u64,
    /// Whether only the reflog reaches it.
    pub only_reflog: bool,
    /// The objects that hold or say it, in hexadecimal, sorted.
    pub objects: Vec<String>,
    /// Days from the first commit to the removal, or to now where a ref holds it; none if the repository says no sensible dates,
    /// or nothing says when it ended.
    pub exposed_days: Option<u64>,
}

impl Life {
    /// One that began with an event, and of which nothing else is known.
    #[must_use]
    pub fn since(first: Event) -> Self {
        Self {
            first,
            at_least: false,
            last: None,
            removed: None,
            ended: None,
            returns: 0,
            branch: None,
            in_head: false,
            holding: Vec::new(),
            holding_count: 0,
            reaching: Vec::new(),
            reaching_count: 0,
            only_reflog: false,
            objects: Vec::new(),
            exposed_days: None,
        }
    }
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
    /// How it is written there, from the outside to the inside (`base64`, `percent` …); empty for what stands as it is.
    pub decoding: Vec<&'static str>,
    /// For places in the history: the commit that brought it.
    pub introduced: Option<Box<Introduction>>,
}

impl Place {
    /// Of a place in a name: the bytes of the name that are the secret, which the name may spell otherwise than its normal form
    /// does.
    #[must_use]
    pub fn spelt(&self) -> Option<&[u8]> {
        let name = match &self.origin {
            // Of a name of the history only that is looked at, not the way to it.
            Origin::EntryName(path) => path.file_name(),
            origin => origin.path().filter(|_| origin.is_name())?.as_bytes(),
        };
        name.get(usize::try_from(self.span.start).ok()?..usize::try_from(self.span.end).ok()?)
    }
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
    /// Id of the rule or check; those that are built in are not copied for each finding.
    pub rule: Cow<'static, str>,
    /// Title of the rule or check.
    pub title: Cow<'static, str>,
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
    pub reasons: Shared<Reason>,
    /// What the secret says of itself, in the order of [`FactName`].
    pub facts: Shared<Fact>,
    /// All places, sorted; never empty.
    pub places: Vec<Place>,
    /// Places that belong to it.
    pub related: Vec<Related>,
    /// For policy findings with a limit.
    pub threshold: Option<Box<Threshold>>,
    /// For secrets of the history, where all of it was looked at.
    pub life: Option<Box<Life>>,
}

impl Finding {
    /// Whether an offline check of the rule holds for the secret.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.secret.is_some() && self.confidence == Confidence::Certain
    }

    /// Why it is believed, and apart from that why what was to hide it does not.
    #[must_use]
    pub fn told(&self) -> (Vec<&Reason>, Vec<&Reason>) {
        self.reasons.iter().partition(|reason| reason.code != Reason::SUPPRESSION)
    }

    /// The key of the documented total order of every report: severity (worst first), rule, first place, fingerprint.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        let first = self.places.first().map(|place| (&place.origin, place.span));
        (std::cmp::Reverse(self.severity), self.rule.as_ref(), first, &self.fingerprint)
    }

    /// Whether a file, the index, `HEAD`, the tip of a ref or the end of the range holds it now.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let is_here = |place: &Place| {
            matches!(place.origin.outermost(), Origin::File(_) | Origin::Staged(_))
                || place.introduced.as_ref().is_some_and(|introduced| introduced.in_head || introduced.is_current())
        };
        self.places.iter().any(is_here) || self.life.as_ref().is_some_and(|life| life.in_head || life.holding_count > 0)
    }

    /// The path that a person should open first, if any place has one.
    #[must_use]
    pub fn path(&self) -> Option<&FilePath> {
        self.places.iter().find_map(|place| place.origin.outermost().path())
    }
}

/// A candidate with all that was said of it, reported or not: for those who ask why.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Id of the rule.
    pub rule: Cow<'static, str>,
    /// Title of the rule.
    pub title: Cow<'static, str>,
    /// The value, redacted.
    pub redacted: String,
    /// Where it stands, masked like any place.
    pub place: Place,
    /// How bad it would be.
    pub severity: Severity,
    /// How sure; none if it was rejected.
    pub confidence: Option<Confidence>,
    /// Every judgement, in its order.
    pub reasons: Shared<Reason>,
    /// What the model made of it, where it was asked.
    pub score: Option<Box<Score>>,
    /// What hides it, where something does.
    pub hidden: Option<Suppression>,
}

/// What the model of key=value findings made of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// How likely it is a secret, from 0 to 1.
    pub probability: f32,
    /// What each feature that is not 0 says, the strongest first.
    pub shares: Vec<Share>,
}

/// What one feature says.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The feature's name.
    pub name: &'static str,
    /// Its words.
    pub text: &'static str,
    /// Its value.
    pub value: f32,
    /// What it adds to the logarithm of the odds.
    pub weight: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_leave_out_what_could_be_a_secret() {
        let shown = |value: &str| Fact::new(FactName::Issuer, value).value;
        let uuid = ["0123abcd", "0123", "0123", "0123", "0123456789ab"].join("-");
        for value in ["ada", "https://login.example.com/tenant", "read write", "a@example.com", "größe", &uuid, ""] {
            assert_eq!(shown(value), value);
        }
        assert_eq!(shown("https://ada:word@login.example.com/a@b"), "https://login.example.com/a@b");
        assert_eq!(shown(&format!("id:{}.x", "k".repeat(37))), "id:….x");
        assert_eq!(shown(&"a ".repeat(60)).chars().count(), 81);
    }
}
