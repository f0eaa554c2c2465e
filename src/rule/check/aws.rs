//! What AWS writes into the ids of its keys.

use data_encoding::BASE64;

use super::encoding::base64;
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// The 16 characters behind the 4 of the prefix are base32 (RFC 4648); newer ids hold the account's number in them.
pub(super) struct KeyId;

impl Method for KeyId {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match (number(token), account(token)) {
            (None, _) => Outcome::Fails,
            (Some(_), None) => Outcome::Doubtful,
            (Some(_), Some(_)) => Outcome::Unknown,
        }
    }

    fn doubt(&self) -> &'static str {
        "perhaps made up: no account has a number as long as the one in it"
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {
        // Of random ids one in eleven holds a number that is too long.
        if account(token).is_none()
            && let Some(first) = token.get_mut(4)
        {
            *first = b'A';
        }
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        // Ids that were made before the account went into them go on with one of these.
        if matches!(token.get(4), None | Some(b'I' | b'J')) {
            return Vec::new();
        }
        account(token).map(|number| Fact::new(FactName::Account, format!("{number:012}"))).into_iter().collect()
    }
}

/// A long-term key of Bedrock: behind the prefix, base64 of `BedrockAPIKey-`, a name, `-at-`, the account, `:` and the secret.
pub(super) struct Bedrock;

impl Bedrock {
    fn account(token: &[u8]) -> Option<String> {
        let text = base64(token.get(4..)?)?;
        let (name, _) = text.split_at_checked(memchr::memchr(b':', &text)?)?;
        let name = std::str::from_utf8(name).ok()?.strip_prefix("BedrockAPIKey-")?;
        let (_, account) = name.rsplit_once("-at-")?;
        (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then(|| account.to_owned())
    }
}

impl Method for Bedrock {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::likely(Self::account(token).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let account = random.text("123456789", 12);
        let text = format!("BedrockAPIKey-{}-at-{account}:{}", random.hex(4), random.hex(44));
        token.truncate(4);
        token.extend_from_slice(BASE64.encode(text.as_bytes()).as_bytes());
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        Self::account(token).map(|account| Fact::new(FactName::Account, account)).into_iter().collect()
    }
}

/// A password for the SMTP interface of SES: a version and 32 bytes that are derived from a secret key and a region
/// (<https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html>). They are checked against nothing, so what passes proves
/// little: of random texts that begin with the same letter one in four does.
pub(super) struct SesSmtp;

/// The version of passwords since 2019, by Signature Version 4.
const SES_VERSION: u8 = 4;

impl Method for SesSmtp {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match base64(token) {
            Some(bytes) if bytes.len() == 33 && bytes[0] == SES_VERSION => Outcome::Unknown,
            Some(bytes) if bytes.len() == 33 => Outcome::Doubtful,
            _ => Outcome::Fails,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        *token = BASE64.encode(&[vec![SES_VERSION], random.bytes(32)].concat()).into_bytes();
    }
}

/// The number of the AWS account that a key id belongs to, which has twelve digits.
#[must_use]
pub fn account(token: &[u8]) -> Option<u64> {
    number(token).filter(|&number| number < 1_000_000_000_000)
}

/// Bits 7 to 46 of the first six bytes of its base32 body.
fn number(token: &[u8]) -> Option<u64> {
    let body = token.get(4..20)?;
    let bytes = data_encoding::BASE32_NOPAD.decode(body).ok()?;
    let number = bytes.get(..6)?.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Some((number & 0x7fff_ffff_ff80) >> 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_of_ses_begins_with_its_version() {
        let mut token = Vec::new();
        SesSmtp.make(&mut token, 1, &mut Random::new(&["ses"]));
        assert_eq!((token.len(), token[0], SesSmtp.verify(&token, 1)), (44, b'B', Outcome::Unknown));
        let other = BASE64.encode(&[5; 33]);
        assert!(other.starts_with('B'));
        assert_eq!(SesSmtp.verify(other.as_bytes(), 1), Outcome::Doubtful);
        assert_eq!(SesSmtp.verify(&token[..40], 1), Outcome::Fails);
    }

    #[test]
    fn the_account_is_read_from_a_key_id() {
        // Computed from the definition: a body of `A` has every bit clear, one of `7` every bit set.
        let id = |body: &str| ["AKIA", &body.repeat(16)].concat();
        assert_eq!(account(id("A").as_bytes()), Some(0));
        assert_eq!((number(id("7").as_bytes()), account(id("7").as_bytes())), (Some((1 << 40) - 1), None));
        assert_eq!(number(id("1").as_bytes()), None);
        let outcomes = ["A", "7", "1"].map(|body| KeyId.verify(id(body).as_bytes(), 4));
        assert_eq!(outcomes, [Outcome::Unknown, Outcome::Doubtful, Outcome::Fails]);
        assert!(KeyId.facts(id("7").as_bytes(), 4).is_empty());
        let mut made = id("7").into_bytes();
        KeyId.make(&mut made, 4, &mut Random::new(&["aws"]));
        assert_eq!(KeyId.verify(&made, 4), Outcome::Unknown);
    }
}
