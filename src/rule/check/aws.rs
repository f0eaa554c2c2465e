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
        match account(token) {
            Some(_) => Outcome::Unknown,
            None => Outcome::Fails,
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

/// The number of the AWS account that a key id belongs to: bits 7 to 46 of the first six bytes of its base32 body.
#[must_use]
pub fn account(token: &[u8]) -> Option<u64> {
    let body = token.get(4..20)?;
    let bytes = data_encoding::BASE32_NOPAD.decode(body).ok()?;
    let number = bytes.get(..6)?.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Some((number & 0x7fff_ffff_ff80) >> 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_a_key_id() {
        // Computed from the definition: a body of `A` has every bit clear, one of `7` every bit set.
        let id = |body: &str| ["AKIA", &body.repeat(16)].concat();
        assert_eq!(account(id("A").as_bytes()), Some(0));
        assert_eq!(account(id("7").as_bytes()), Some((1 << 40) - 1));
        assert_eq!(account(id("1").as_bytes()), None);
    }
}
