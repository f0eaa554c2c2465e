//! The shape of a rule pack: `rules/<provider>.toml`, and the packs that users write.
//!
//! This file, [`format`](super::format) and [`check`](super::check) are compiled twice: into the library, for packs read at
//! run time, and into `build.rs`, which turns the built-in packs into a static table. They know nothing else of the crate.

use serde::Deserialize;

/// One file: a provider and its rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// The provider's name as people write it: `GitHub`. Only a pack without rules may leave it out.
    pub provider: Option<String>,
    /// The rules.
    #[serde(default)]
    pub rule: Vec<toml::Spanned<RuleEntry>>,
    /// Checks of the linter, which others read: see `config::checks`.
    #[serde(default)]
    #[allow(dead_code, reason = "here so that a pack with checks is one of rules, too")]
    pub check: Vec<serde::de::IgnoredAny>,
}

/// One `[[rule]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// Kebab-case, provider first: `github-personal-access-token`. Stable: users name it in comments and settings.
    pub id: String,
    /// What fingerprints are made within: tokens of one family with the same value are the same secret. Never renamed.
    pub family: String,
    /// Families that this rule took over; a baseline entry of one of them still matches.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// A short name for people: `GitHub personal access token (classic)`.
    pub title: String,
    /// One line: what it is and what somebody who has it can do.
    pub what: String,
    /// By blast radius: `critical`, `high`, `medium`, `low`, `info`.
    pub severity: String,

    /// The token's form in the format language (see [`super::format`]): `ghp_{base62:36}`. One of `format`, `pattern`,
    /// `line`, `url`, `pem`, `assignment` and `reader` must be given.
    pub format: Option<String>,
    /// A regular expression for what the format language cannot say; it must begin with the text of `anchor`. A group
    /// named `secret` marks the secret part, else it is the whole match.
    pub pattern: Option<String>,
    /// The form of each line of a small file that holds nothing else (comments with `#` aside), in the format language;
    /// for files without a literal to look for. Needs `files`.
    pub line: Option<String>,
    /// Schemes of URLs whose userinfo carries the secret: `["postgres", "postgresql"]`; `["*"]` for any other scheme.
    pub url: Option<Vec<String>>,
    /// Labels of PEM blocks: `["RSA PRIVATE KEY"]`.
    pub pem: Option<Vec<String>>,
    /// Words of key names whose value is the secret, for the key=value detector: `["password", "passwd"]`.
    pub assignment: Option<Vec<String>>,
    /// The reader of a form in which no name says what the value is: `basic`, `sql`, `command`, `connection`,
    /// `call` or `manifest`.
    pub reader: Option<String>,
    /// A literal piece of the format (or the beginning of the pattern) that every match holds; chosen automatically
    /// where it is not given. At least 3 bytes.
    pub anchor: Option<String>,
    /// Words one of which must stand near the token (within 256 bytes before it or 128 behind it; any case). Needed
    /// where the form alone is not distinctive. Without an anchor, the words themselves are searched for, and the token
    /// must begin within 128 bytes behind the word and at most one line further.
    #[serde(default)]
    pub context: Vec<String>,
    /// Where the context words must stand instead: `"line"`, the token's own; `"block"`, the braces, section or indented
    /// lines around it, as far as the look reaches; a number of bytes to either side; or `"name"`: the token is given to a
    /// name (of a setting, header, option, argument, element) that ends with one of the words, or to the name of a credential
    /// (`…key`, `…token`, `…secret`) which has one in it, or on its line, or on one of the three lines before.
    pub near: Option<NearEntry>,
    /// The look reaches 4 KiB to either side of the anchor instead of 1; for long bodies. Needs a literal anchor.
    #[serde(default)]
    pub long: bool,
    /// Names of the only files that the rule counts in, any case: `[".netrc", "*.pgpass", ".docker/config.json"]`. `*` and
    /// `?` stay within a component; the last components of the path are compared.
    #[serde(default)]
    pub files: Vec<String>,
    /// Least Shannon entropy of the secret part, in bits per character; by default that of the table of alphabets and
    /// lengths (the value that one random token in a thousand falls short of).
    pub entropy: Option<f64>,
    /// `true`: words that stand for a secret are refused wherever they stand in it; `false`: no placeholder is refused. By
    /// default a distinctive form is refused only for what no random token looks like, any other as with `true`.
    pub not_placeholder: Option<bool>,
    /// Name of the class (see [`super::format`]) that every byte of the secret part must be of.
    pub charset: Option<String>,
    /// What the secret part must decode to.
    pub decodes_to: Option<DecodesToEntry>,
    /// Name of the offline check: see [`super::check::Check`].
    pub check: Option<String>,
    /// The other half of the credential.
    pub companion: Option<CompanionEntry>,

    /// `short-lived`, `long-lived` or `configurable`.
    pub lifetime: String,
    /// What the token may reach and how that is limited, in a few words.
    #[serde(default)]
    pub scope: String,
    /// `live` or `test`, where the format says so.
    pub environment: Option<String>,
    /// Public by design (a publishable key); then the severity is `info`.
    #[serde(default)]
    pub publishable: bool,
    /// What to do when it has leaked.
    pub way_out: WayOutEntry,
    /// The provider's page that documents the token.
    pub docs: Option<String>,

    /// Example templates that this rule must find (see [`super::example`]).
    pub hit: Vec<ExampleEntry>,
    /// Example templates in which this rule must find nothing.
    pub miss: Vec<ExampleEntry>,
}

/// The other half of a credential, found nearby.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanionEntry {
    /// Id of the rule that finds it.
    pub rule: String,
    /// What it is called in the finding: `access key id`.
    pub label: String,
    /// How far away it may stand: `{ lines = 5 }` or `{ bytes = 600 }`; 1 KiB by default, which is also the most, unless
    /// the rule has a literal anchor (3584 bytes then).
    pub within: Option<WithinEntry>,
}

/// How far the other half of a credential may stand.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithinEntry {
    /// Line ends between the two.
    pub lines: Option<u16>,
    /// Bytes between the nearer ends of the two.
    pub bytes: Option<u16>,
}

/// Where context words must stand.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum NearEntry {
    /// `line`, `block` or `name`.
    Scope(String),
    /// Bytes to either side.
    Bytes(u16),
}

/// What a value must decode to: its whole must decode, and the result must begin with or hold a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodesToEntry {
    /// `base64` (either alphabet, with or without padding) or `hex`.
    pub encoding: String,
    /// What the decoded bytes begin with.
    pub begins: Option<String>,
    /// What they hold.
    pub holds: Option<String>,
}

/// What to do when the secret has leaked, in one of two honest forms.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayOutEntry {
    /// The text of a class of `rules/words/way-out.toml`: `api-token`.
    pub class: Option<String>,
    /// Own steps, checked against the provider's page.
    #[serde(default)]
    pub steps: Vec<String>,
    /// The page where the token is revoked.
    pub url: Option<String>,
}

/// An example: a template, or a template within a file of a given name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ExampleEntry {
    /// Only text; it is tried in a file named `example.txt`.
    Text(String),
    /// Text in a file of this name.
    File {
        /// Name or path of the file.
        file: String,
        /// The template.
        text: String,
    },
}
