//! Offline checks: what a token's own bytes prove, and what they say of it.
//!
//! One file a family of formats. Each check is a [`Method`]: it *verifies* a token, *makes* one on random bytes (so that
//! examples are drawn when a test runs and never stand in a file), and reads the *facts* that the token states. To add a
//! check: a file here, its name in `super::model::Check`, and its line in [`method`].
//!
//! How far a failure speaks depends on how the check became known. Where genuine tokens were seen to hold, one for which it
//! fails is none ([`Outcome::Fails`]). Where only a document or a program's source says so, it is less sure
//! ([`Outcome::Doubtful`]): rejecting by a misread document would lose real secrets without a word.

mod aws;
mod azure;
mod base58;
mod bech32;
mod crc;
mod der;
mod encoding;
mod fernet;
mod gitlab;
mod issued;
mod json;
mod jwt;
mod macaroon;
mod marvin;
mod nkey;
mod openssh;
mod part;
mod pem;
mod pgp;
mod phrase;
mod putty;
mod reversible;
mod text;
mod timed;
mod vault;
mod wireguard;

use super::model::{Check, Rule};
use super::random::Random;
use crate::finding::{Fact, FactName};

pub use aws::account as aws_account;
pub use jwt::{SignedJwt, is_sample as is_sample_jwt, parts as jwt_parts, signed as signed_jwt};
pub(super) use pem::block as pem_block;
pub use pem::{PemBody, pem_body};

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The arithmetic holds: a token of this kind, or a very good copy of one.
    Holds,
    /// It does not: malformed, or made up.
    Fails,
    /// It does not, but the check is not known well enough to reject.
    Doubtful,
    /// The check does not apply to these bytes, and says nothing.
    Unknown,
}

impl Outcome {
    /// Of a check that is known to be strict: what does not hold is not a token.
    fn strict(holds: bool) -> Outcome {
        if holds { Outcome::Holds } else { Outcome::Fails }
    }

    /// Of a check that speaks against a token without rejecting it.
    fn likely(holds: bool) -> Outcome {
        if holds { Outcome::Holds } else { Outcome::Doubtful }
    }
}

/// The arithmetic of one check.
trait Method {
    /// Whether it is asked about the whole match, because it covers what the secret is written down in, too. Such a check
    /// makes all of it.
    fn is_of_whole(&self) -> bool {
        false
    }

    /// What it says of `token`, whose first `prefix` bytes are the public prefix. Never panics, whatever the bytes.
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome;

    /// What it says where it does not hold, and only weakens.
    fn doubt(&self) -> &'static str {
        "perhaps malformed or dummy: the offline check does not hold"
    }

    /// Turns a token that was drawn from its format into one that holds. What has no room for it is left as it is.
    fn make(&self, _token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {}

    /// What the token says of itself; nothing where it cannot be read.
    fn facts(&self, _token: &[u8], _prefix: usize) -> Vec<Fact> {
        Vec::new()
    }
}

/// Which method a check is.
fn method(check: Check) -> &'static dyn Method {
    match check {
        Check::Crc32Base62 => &crc::BODY_BASE62,
        Check::Crc32Hex => &crc::BODY_HEX,
        Check::Crc32HexUpperAll => &crc::WHOLE_HEX_UPPER,
        Check::Crc32Base62All => &crc::WHOLE_BASE62,
        Check::GrafanaCrc32 => &crc::GRAFANA,
        Check::ApifyCrc32 => &crc::APIFY,
        Check::ConfluentCrc32 => &crc::CONFLUENT,
        Check::ZuploCrc32 => &crc::ZUPLO,
        Check::GitlabRoutable => &gitlab::Routable { strict: true },
        Check::GitlabRoutableLikely => &gitlab::Routable { strict: false },
        Check::AzureKey => &azure::Identifiable,
        Check::AzureCask => &azure::Annotated,
        Check::AzureCaskNew => &azure::AnnotatedNew,
        Check::AzureEntra => &azure::Entra,
        Check::AzureDevopsOld => &azure::DevopsOld,
        Check::AwsKeyId => &aws::KeyId,
        Check::AwsBedrock => &aws::Bedrock,
        Check::AwsSesSmtp => &aws::SesSmtp,
        Check::FernetToken => &fernet::Token,
        Check::FernetKey => &fernet::Key,
        Check::BitcoinWif => &base58::WIF,
        Check::BitcoinExtended => &base58::EXTENDED,
        Check::BitcoinEncrypted => &base58::ENCRYPTED,
        Check::XrpSeed => &base58::XRP,
        Check::TezosKey => &base58::TEZOS,
        Check::Bech32 => &bech32::Bech32,
        Check::NatsSeed => &nkey::Nats,
        Check::StellarSeed => &nkey::Stellar,
        Check::Wireguard => &wireguard::Wireguard,
        Check::Jwt => &jwt::Jwt,
        Check::JwtSupabaseServiceRole => &issued::SUPABASE_SERVICE_ROLE,
        Check::JwtSupabaseAnon => &issued::SUPABASE_ANON,
        Check::JwtJfrog => &issued::JFROG,
        Check::JwtMinimax => &issued::MINIMAX,
        Check::Pem => &pem::Pem,
        Check::Putty => &putty::Putty,
        Check::PypiMacaroon => &macaroon::Pypi,
        Check::FlyMacaroon => &macaroon::Fly,
        Check::GroupPolicy => &reversible::GroupPolicy,
        Check::CiscoType7 => &reversible::CiscoType7,
        Check::SeedPhrase => &phrase::SeedPhrase,
        Check::VaultService => &vault::Service,
        Check::SentryOrganization => &json::SENTRY,
        Check::Snyk => &json::SNYK,
        Check::Mapbox => &json::MAPBOX,
        Check::Miro => &json::MIRO,
        Check::Tinybird => &json::TINYBIRD,
        Check::GrafanaCloud => &json::GRAFANA_CLOUD,
        Check::GrafanaOlder => &json::GRAFANA_OLDER,
        Check::CloudflareTunnel => &json::CLOUDFLARE_TUNNEL,
        Check::OnePasswordService => &json::ONE_PASSWORD,
        Check::TeamCity => &text::TEAMCITY,
        Check::Qstash => &json::QSTASH,
        Check::JfrogReference => &text::JFROG,
        Check::ElasticsearchKey => &text::ELASTICSEARCH,
        Check::Intercom => &text::INTERCOM,
        Check::JiraDataCenter => &text::JIRA,
        Check::DiscordBot => &text::DISCORD,
        Check::WorkOs => &text::WORKOS,
        Check::Shortcut => &text::SHORTCUT,
        Check::SlackRotated => &text::SLACK,
        Check::ObjectId => &timed::ObjectId,
        Check::Ksuid => &timed::Ksuid,
        Check::Ulid => &timed::Ulid,
        Check::Uuid7 => &timed::Uuid7,
        Check::UrlUserinfo => &Nothing,
    }
}

/// Proves nothing.
struct Nothing;

impl Method for Nothing {
    fn verify(&self, _token: &[u8], _prefix: usize) -> Outcome {
        Outcome::Unknown
    }
}

impl Check {
    /// Whether it is asked about the whole match instead of the secret part.
    #[must_use]
    pub fn is_of_whole(self) -> bool {
        method(self).is_of_whole()
    }

    /// What is to be said where it is doubtful.
    #[must_use]
    pub fn doubt(self) -> &'static str {
        method(self).doubt()
    }

    /// Checks `token`, of which the first `prefix` bytes are the public prefix.
    #[must_use]
    pub fn verify(self, token: &[u8], prefix: usize) -> Outcome {
        method(self).verify(token, prefix)
    }

    /// Turns a token that was drawn from its format into one whose check holds.
    pub(super) fn make(self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        method(self).make(token, prefix, random);
    }
}

/// What `token`, which `rule` found, says of itself, in the order of [`FactName`]. Its first `prefix` bytes are the public
/// prefix; a PEM block may be given as the bytes it encodes.
#[must_use]
pub fn facts(rule: &Rule, token: &[u8], prefix: usize) -> Vec<Fact> {
    let mut facts = rule.check.map(|check| method(check).facts(token, prefix)).unwrap_or_default();
    facts.extend(rule.environment.iter().map(|environment| Fact::new(FactName::Environment, environment)));
    facts.sort();
    facts.dedup_by_key(|fact| fact.name);
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_stop_a_check() {
        let mut random = Random::new(&["hostile"]);
        for &(check, _) in Check::ALL {
            for turn in 0..200 {
                let length = random.below(160);
                let mut token = match turn % 3 {
                    0 => random.bytes(length),
                    1 => random.text("ABCDEFabcdef0123456789+/=_-.", length).into_bytes(),
                    _ => random.text("AQJeyU.-_", length).into_bytes(),
                };
                let prefix = random.below(token.len() + 1);
                // As it was drawn, and as a pack with an unsuitable format would have it made.
                for _ in 0..2 {
                    let _ = check.verify(&token, prefix);
                    method(check).facts(&token, prefix);
                    check.make(&mut token, prefix, &mut random);
                }
            }
        }
    }
}
