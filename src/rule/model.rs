//! A rule, validated: what the rest of the house sees.
//!
//! Built-in rules are a static table of these, written by `build.rs`; rules of the user's packs are made at run time by the
//! same validation. Compiled twice, like the schema.

use super::format::{Format, List, Text};
use crate::scale::Severity;

/// One kind of secret.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Kebab-case, provider first.
    pub id: Text,
    /// The provider's name.
    pub provider: Text,
    /// What fingerprints are made within.
    pub family: Text,
    /// Families that this rule took over.
    pub replaces: List<Text>,
    /// Short name for people.
    pub title: Text,
    /// What it is and what somebody who has it can do.
    pub what: Text,
    /// By blast radius.
    pub severity: Severity,
    /// What it looks like.
    pub form: Form,
    /// Where the search for it begins.
    pub anchor: Anchor,
    /// Words one of which must stand near it; empty where the form is distinctive by itself.
    pub context: List<Text>,
    /// Least Shannon entropy of the secret part in bits per character; none: by the table of alphabets and lengths.
    pub entropy: Option<f64>,
    /// The offline check.
    pub check: Option<Check>,
    /// The other half of the credential.
    pub companion: Option<Companion>,
    /// How long such tokens live.
    pub lifetime: Lifetime,
    /// What it may reach, in a few words; may be empty.
    pub scope: Text,
    /// `live` or `test`, where the format says so.
    pub environment: Option<Text>,
    /// Public by design.
    pub publishable: bool,
    /// What to do when it has leaked.
    pub way_out: WayOut,
    /// The provider's page on the token.
    pub docs: Option<Text>,
    /// Examples that this rule must find.
    pub hit: List<Example>,
    /// Examples in which it must find nothing.
    pub miss: List<Example>,
}

impl Rule {
    /// Whether the form alone tells the kind: such rules run over all bytes of any file, binary ones included.
    #[must_use]
    pub fn is_distinctive(&self) -> bool {
        self.context.is_empty() && !matches!(self.form, Form::Assignment(_))
    }

    /// Whether this is the key=value detector rather than a rule for a kind of token.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        matches!(self.form, Form::Assignment(_))
    }
}

/// What a secret looks like.
#[derive(Clone, Debug)]
pub enum Form {
    /// A format of the declarative language.
    Format(Format),
    /// A regular expression that begins with the rule's anchor; its group `secret`, if it has one, is the secret part.
    Pattern(Text),
    /// The password in the userinfo of a URL with one of these schemes; `*` is any scheme that no other rule names.
    Url(List<Text>),
    /// A PEM block with one of these labels.
    Pem(List<Text>),
    /// The value of a key that ends with one of these words.
    Assignment(List<Text>),
}

/// Where the search for a rule begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Each match holds one of these texts (any case) at this distance from its first byte.
    Literal {
        /// The texts, lower case.
        texts: List<Text>,
        /// Bytes between the beginning of the match and the text.
        offset: u16,
    },
    /// One of the rule's context words (any case), with the match behind it.
    Context,
    /// The form has a detector of its own: URLs, PEM blocks, assignments.
    Own,
}

/// The other half of a credential.
#[derive(Clone, Debug)]
pub struct Companion {
    /// Id of the rule that finds it.
    pub rule: Text,
    /// What it is called.
    pub label: Text,
}

/// How long tokens of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Hours at most, by the issuer's design.
    ShortLived,
    /// Until revoked.
    LongLived,
    /// Whoever makes it chooses.
    Configurable,
}

impl Lifetime {
    /// The word that packs and reports use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Lifetime::ShortLived => "short-lived",
            Lifetime::LongLived => "long-lived",
            Lifetime::Configurable => "configurable",
        }
    }

    /// The lifetime with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Lifetime> {
        [Lifetime::ShortLived, Lifetime::LongLived, Lifetime::Configurable].into_iter().find(|it| it.id() == id)
    }
}

/// What to do when a secret has leaked.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// Whether the steps were written for this kind (and checked against the provider's page), or are those of a class.
    pub written: bool,
    /// The steps, in order.
    pub steps: List<Text>,
    /// The page where it is revoked.
    pub url: Option<Text>,
}

/// An example template, and the name of the file it stands in.
#[derive(Clone, Debug)]
pub struct Example {
    /// Name or path of the file.
    pub file: Text,
    /// The template; see `super::example`.
    pub text: Text,
}

/// The offline checks: what can be proven of a token from its own bytes. Implemented in `super::check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// The last 6 characters are base62 (digits, upper, lower) of the CRC32 of the body before them; the prefix is not covered.
    Crc32Base62,
    /// The last 8 are the CRC32 of the body before them in lower-case hexadecimal; the prefix is not covered.
    Crc32Hex,
    /// The last 8 are the CRC32 of everything before them in upper-case hexadecimal.
    Crc32HexUpperAll,
    /// The last 6 are base62 of the CRC32 of everything before them.
    Crc32Base62All,
    /// The last 8 are the CRC32 of prefix and body (without the `_` before the tail), its bytes in little-endian order, in hexadecimal.
    GrafanaCrc32,
    /// GitLab's routable tokens: a length in base36 and a CRC32 in base36 at the end.
    GitlabRoutable,
    /// An AWS key id, whose base32 body holds the account's number.
    AwsKeyId,
    /// A JSON Web Token: header and payload are JSON objects, and the header names an algorithm.
    Jwt,
    /// A PEM block whose body decodes to a structure of the right length.
    Pem,
    /// A macaroon as the Python package index makes them.
    PypiMacaroon,
    /// The userinfo of a URL: judged like an assignment's value; proves nothing.
    UrlUserinfo,
}

impl Check {
    /// Every check with the name that packs use.
    pub const ALL: [(Check, &'static str); 11] = [
        (Check::Crc32Base62, "crc32-base62"),
        (Check::Crc32Hex, "crc32-hex"),
        (Check::Crc32HexUpperAll, "crc32-hex-upper-all"),
        (Check::Crc32Base62All, "crc32-base62-all"),
        (Check::GrafanaCrc32, "grafana-crc32"),
        (Check::GitlabRoutable, "gitlab-routable"),
        (Check::AwsKeyId, "aws-key-id"),
        (Check::Jwt, "jwt"),
        (Check::Pem, "pem"),
        (Check::PypiMacaroon, "pypi-macaroon"),
        (Check::UrlUserinfo, "url-userinfo"),
    ];

    /// The check with this name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|(_, name)| *name == id).map(|(check, _)| check)
    }

    /// The name that packs use.
    #[must_use]
    pub fn id(self) -> &'static str {
        Check::ALL.into_iter().find(|(check, _)| *check == self).map_or("", |(_, name)| name)
    }
}
