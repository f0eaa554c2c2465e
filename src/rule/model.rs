//! A rule, validated: what the rest of the house sees.
//!
//! Built-in rules are a static table of these, written by `build.rs`; rules of the user's packs are made at run time by the
//! same validation. Compiled twice, like the schema.

use std::sync::Arc;

use super::format::{Class, Format, List, Text};
use super::search::Search;
use crate::scale::Severity;

/// Which rule of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

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
    /// Where the context words must stand.
    pub near: Near,
    /// Whether the look reaches 4 KiB instead of 1.
    pub long: bool,
    /// Names of the only files that it counts in; empty: any.
    pub files: List<Text>,
    /// Least Shannon entropy of the secret part in bits per character; none: by the table of alphabets and lengths.
    pub entropy: Option<f64>,
    /// Whether placeholders are refused strictly or not at all; none: as the form asks for.
    pub not_placeholder: Option<bool>,
    /// What every byte of the secret part must be of.
    pub charset: Option<Class>,
    /// What the secret part must decode to.
    pub decodes_to: Option<DecodesTo>,
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
        self.context.is_empty()
            && self.files.is_empty()
            && !matches!(self.form, Form::Assignment(_) | Form::Reader(_) | Form::Line(_) | Form::Search(_))
    }

    /// Whether it counts in files with certain names alone.
    #[must_use]
    pub fn is_of_files(&self) -> bool {
        !self.files.is_empty() || matches!(&self.form, Form::Search(search) if search.path.is_some())
    }

    /// Whether this is the key=value detector rather than a rule for a kind of token.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        matches!(self.form, Form::Assignment(_) | Form::Reader(_))
    }
}

/// What a secret looks like.
#[derive(Clone, Debug)]
pub enum Form {
    /// A format of the declarative language.
    Format(Format),
    /// A regular expression that begins with the rule's anchor; its group `secret`, if it has one, is the secret part.
    Pattern(Text),
    /// Each line of a small file that holds nothing else has this form.
    Line(Format),
    /// A regular expression that is searched for around the rule's words: a rule of another tool.
    Search(Arc<Search>),
    /// The password in the userinfo of a URL with one of these schemes; `*` is any scheme that no other rule names.
    Url(List<Text>),
    /// A PEM block with one of these labels.
    Pem(List<Text>),
    /// The value of a key that ends with one of these words.
    Assignment(List<Text>),
    /// What one of the readers of forms without a key's name reads.
    Reader(Reader),
}

/// The readers of forms in which no name says what the value is; they live in `document::line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The base64 of `user:password` in a header or a container tool's configuration.
    Basic,
    /// Clauses of statements that give a user a password.
    Sql,
    /// Options and words of commands.
    Command,
    /// Connection strings that are neither URLs nor made of settings.
    Connection,
    /// Arguments of calls that take a user and a password.
    Call,
    /// Arguments of calls that take a key for signatures or encryption.
    KeyCall,
    /// What a manifest holds as a secret, whatever its name is.
    Manifest,
}

impl Reader {
    /// Every reader with the name that packs use.
    pub const ALL: [(Reader, &'static str); 7] = [
        (Reader::Basic, "basic"),
        (Reader::Sql, "sql"),
        (Reader::Command, "command"),
        (Reader::Connection, "connection"),
        (Reader::Call, "call"),
        (Reader::KeyCall, "key-call"),
        (Reader::Manifest, "manifest"),
    ];

    /// The reader with this name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Reader> {
        Reader::ALL.into_iter().find(|(_, name)| *name == id).map(|(reader, _)| reader)
    }

    /// The name that packs use.
    #[must_use]
    pub fn id(self) -> &'static str {
        Reader::ALL.into_iter().find(|(reader, _)| *reader == self).map_or("", |(_, name)| name)
    }
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
    /// The form has a detector of its own: URLs, PEM blocks, lines, assignments and what the other readers read.
    Own,
}

/// Where a rule's context words must stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Near {
    /// Within 256 bytes before the token or 128 behind it.
    #[default]
    Usual,
    /// On the token's line.
    Line,
    /// In the name that the token is given to, or around the name of a credential.
    Name,
    /// In the braces, the section or the indented lines around it, as far as the look reaches.
    Block,
    /// Within so many bytes before or behind.
    Bytes(u16),
}

/// What a value must decode to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodesTo {
    /// How it is encoded.
    pub encoding: Encoding,
    /// What the decoded bytes begin with; may be empty.
    pub begins: Text,
    /// What they hold; may be empty.
    pub holds: Text,
}

/// Encodings that a value can be required to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Either alphabet of RFC 4648, with or without padding.
    Base64,
    /// Hexadecimal digits of either case.
    Hex,
}

impl Encoding {
    /// The word that packs use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Encoding::Base64 => "base64",
            Encoding::Hex => "hex",
        }
    }
}

/// The other half of a credential.
#[derive(Clone, Debug)]
pub struct Companion {
    /// Id of the rule that finds it.
    pub rule: Text,
    /// What it is called.
    pub label: Text,
    /// How far away it may stand.
    pub within: Within,
}

/// How far apart the two halves of a credential may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// Bytes between the nearer ends of the two.
    Bytes(u16),
    /// Line ends between them, and at most 1 KiB.
    Lines(u16),
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

/// Declares the checks: what each proves, its variant, and the name that packs use.
macro_rules! checks {
    ($($(#[$doc:meta])* $check:ident = $name:literal,)*) => {
        /// The offline checks: what can be proven of a token from its own bytes. Implemented in `super::check`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Check {
            $($(#[$doc])* $check,)*
        }

        impl Check {
            /// Every check with the name that packs use.
            pub const ALL: &[(Check, &str)] = &[$((Check::$check, $name),)*];
        }
    };
}

checks! {
    /// The last 6 characters are base62 (digits, upper, lower) of the CRC32 of the body before them; the prefix is not covered.
    Crc32Base62 = "crc32-base62",
    /// The last 8 are the CRC32 of the body before them in lower-case hexadecimal; the prefix is not covered.
    Crc32Hex = "crc32-hex",
    /// The last 8 are the CRC32 of everything before them in upper-case hexadecimal.
    Crc32HexUpperAll = "crc32-hex-upper-all",
    /// The last 6 are base62 of the CRC32 of everything before them.
    Crc32Base62All = "crc32-base62-all",
    /// The last 8 are the CRC32 of prefix and body (without the `_` before the tail), its bytes in little-endian order, in hexadecimal.
    GrafanaCrc32 = "grafana-crc32",
    /// The last 6 are base62 (digits, lower, upper) of the CRC32 of everything before them.
    ApifyCrc32 = "apify-crc32",
    /// The last 6 begin the base64 of the CRC32 of the body before them in little-endian order.
    ConfluentCrc32 = "confluent-crc32",
    /// The last 8, behind a `_`, are the CRC32 of the body in lower-case hexadecimal.
    ZuploCrc32 = "zuplo-crc32",
    /// GitLab's routable tokens: a length in base36 and a CRC32 in base36 at the end.
    GitlabRoutable = "gitlab-routable",
    /// The same for kinds of tokens of which no sample was seen; a failure only weakens.
    GitlabRoutableLikely = "gitlab-routable-likely",
    /// An Azure key whose last four bytes are Microsoft's checksum of the others; a failure only weakens.
    AzureKey = "azure-key",
    /// An annotated Azure key, with month and service in it; a failure only weakens.
    AzureCask = "azure-cask",
    /// An annotated Azure key of the newer form, which says the second it was made in; a failure only weakens.
    AzureCaskNew = "azure-cask-new",
    /// An Entra application secret; a failure says nothing.
    AzureEntra = "azure-entra",
    /// An older personal access token of Azure DevOps; a failure says nothing.
    AzureDevopsOld = "azure-devops-old",
    /// An AWS key id, whose base32 body holds the account's number.
    AwsKeyId = "aws-key-id",
    /// A Bedrock key that names its account; a failure only weakens.
    AwsBedrock = "aws-bedrock",
    /// A password for the SMTP interface of SES: 33 bytes, the first of which is a version; a failure only weakens.
    AwsSesSmtp = "aws-ses-smtp",
    /// A Fernet token: a version, the second it was made in, and whole blocks; a failure only weakens.
    FernetToken = "fernet-token",
    /// A Fernet key: 32 bytes as an encoder writes them; a failure only weakens.
    FernetKey = "fernet-key",
    /// Base58Check over a private key of Bitcoin.
    BitcoinWif = "bitcoin-wif",
    /// Base58Check over an extended private key (BIP-32).
    BitcoinExtended = "bitcoin-extended",
    /// Base58Check over a private key under a passphrase (BIP-38).
    BitcoinEncrypted = "bitcoin-encrypted",
    /// Base58Check over a family seed of the XRP Ledger.
    XrpSeed = "xrp-seed",
    /// Base58Check over a secret key of Tezos.
    TezosKey = "tezos-key",
    /// Bech32 (BIP-173) over the whole.
    Bech32 = "bech32",
    /// A seed of NATS: base32 with a role and a CRC16.
    NatsSeed = "nats-seed",
    /// A secret seed of the Stellar network: base32 with a version and a CRC16.
    StellarSeed = "stellar-seed",
    /// A Curve25519 key with the bits set that tools set; a failure only weakens.
    Wireguard = "wireguard",
    /// A JSON Web Token: header and payload are JSON objects, and the header names an algorithm. A signature of a length that
    /// the algorithm never has only weakens.
    Jwt = "jwt",
    /// A service_role key of Supabase, which is a JSON Web Token.
    JwtSupabaseServiceRole = "jwt-supabase-service-role",
    /// An anon key of Supabase, which is a JSON Web Token.
    JwtSupabaseAnon = "jwt-supabase-anon",
    /// An access token of JFrog, which is a JSON Web Token.
    JwtJfrog = "jwt-jfrog",
    /// An older API key of MiniMax, which is a JSON Web Token.
    JwtMinimax = "jwt-minimax",
    /// A PEM block whose body decodes to a private key.
    Pem = "pem",
    /// A private key file of PuTTY's, whose last line is an HMAC over the others; a failure only weakens.
    Putty = "putty",
    /// A macaroon as the Python package index makes them.
    PypiMacaroon = "pypi-macaroon",
    /// A macaroon of Fly.io; a failure only weakens.
    FlyMacaroon = "fly-macaroon",
    /// A password of Group Policy preferences: it decrypts under the published key.
    GroupPolicy = "group-policy",
    /// A type 7 password of Cisco's: it decodes to printed text; a failure only weakens.
    CiscoType7 = "cisco-type-7",
    /// A seed phrase of a wallet: words of the English list of BIP-39, the last bits their checksum.
    SeedPhrase = "bip-39",
    /// A service token of Vault, which holds its short form; a failure only weakens.
    VaultService = "vault-service",
    /// An organization token of Sentry: JSON with the organization and the second it was made in; a failure only weakens.
    SentryOrganization = "sentry-organization",
    /// A token of Snyk: JSON with its end; a failure only weakens.
    Snyk = "snyk",
    /// A token of Mapbox: JSON with the account; a failure only weakens.
    Mapbox = "mapbox",
    /// A token of Miro: JSON with its region; a failure only weakens.
    Miro = "miro",
    /// A token of Tinybird: JSON with the workspace and the host; a failure only weakens.
    Tinybird = "tinybird",
    /// A token of Grafana Cloud: JSON with the organization; a failure only weakens.
    GrafanaCloud = "grafana-cloud",
    /// An older API key of Grafana: JSON with its name and itself; a failure only weakens.
    GrafanaOlder = "grafana-older",
    /// A token of Cloudflare's tunnels: JSON with the account, the tunnel and the secret; a failure only weakens.
    CloudflareTunnel = "cloudflare-tunnel",
    /// A token of a service account of 1Password: JSON with where it signs in and as whom; a failure only weakens.
    OnePasswordService = "1password-service",
    /// A token of TeamCity, which ends with a UUID; a failure only weakens.
    TeamCity = "teamcity",
    /// A token of QStash: JSON with the account; a failure only weakens.
    Qstash = "qstash",
    /// A reference token of JFrog: `reftkn` and its end.
    JfrogReference = "jfrog-reference",
    /// An encoded API key of Elasticsearch: its id and itself.
    ElasticsearchKey = "elasticsearch-key",
    /// An access token of Intercom: `tok` and an id.
    Intercom = "intercom",
    /// A personal access token of Jira or Confluence Data Center: twelve digits and 20 bytes.
    JiraDataCenter = "jira-data-center",
    /// A bot token of Discord, which begins with the id of the bot.
    DiscordBot = "discord-bot",
    /// An API key of WorkOS, which holds its id; a failure only weakens.
    WorkOs = "workos",
    /// An API token of Shortcut: two UUIDs and a secret; a failure only weakens.
    Shortcut = "shortcut",
    /// A rotated token of Slack: numbers and a secret; a failure only weakens.
    SlackRotated = "slack-rotated",
    /// An object id behind the prefix, which says the second it was made in; proves nothing.
    ObjectId = "object-id",
    /// A KSUID, which says the second it was made in; proves nothing.
    Ksuid = "ksuid",
    /// A ULID behind the prefix, which says the millisecond it was made in; proves nothing.
    Ulid = "ulid",
    /// A UUID of version 7 behind the prefix, which says the millisecond it was made in; of another version it says nothing.
    Uuid7 = "uuid-7",
    /// The userinfo of a URL: judged like an assignment's value; proves nothing.
    UrlUserinfo = "url-userinfo",
}

impl Check {
    /// The check with this name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Check> {
        Check::ALL.iter().find(|(_, name)| *name == id).map(|(check, _)| *check)
    }

    /// The name that packs use.
    #[must_use]
    pub fn id(self) -> &'static str {
        Check::ALL.iter().find(|(check, _)| *check == self).map_or("", |(_, name)| name)
    }
}
