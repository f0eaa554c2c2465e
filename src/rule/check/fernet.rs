//! Fernet (<https://github.com/fernet/spec/blob/master/Spec.md>): tokens that are encrypted and sealed, and their keys.
//!
//! The code at the end of a token cannot be recomputed without the key; what stands in front of it is a structure that no
//! accident makes. Only the specification says so, so what does not hold weakens. Of a key nothing is fixed: it is any 32 bytes.

use data_encoding::BASE64URL;

use super::encoding::{base64, instant};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// The only version there is.
const VERSION: u8 = 0x80;
/// The length of a block of the cipher.
const BLOCK: usize = 16;
/// What stands around the encrypted text: version, time and initialisation vector, and the code behind it.
const AROUND: usize = 1 + 8 + 16 + 32;

/// A version, the second in which it was made, and whole blocks of an encrypted text.
pub(super) struct Token;

impl Token {
    fn created(token: &[u8]) -> Option<String> {
        let bytes = base64(token)?;
        let (seconds, _) = bytes.strip_prefix(&[VERSION])?.split_first_chunk()?;
        let text = bytes.len().checked_sub(AROUND)?;
        // A text that fills its last block, an empty one, too, has another block of padding.
        let is_whole = text > 0 && text.is_multiple_of(BLOCK);
        instant(i64::try_from(u64::from_be_bytes(*seconds)).ok()?).filter(|_| is_whole)
    }
}

impl Method for Token {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::likely(Self::created(token).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let seconds = 1_600_000_000 + random.below(100_000_000) as u64;
        let text = BLOCK * (4 + random.below(6));
        let rest = random.bytes(AROUND - 9 + text);
        *token = BASE64URL.encode(&[&[VERSION][..], &seconds.to_be_bytes(), &rest].concat()).into_bytes();
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        Self::created(token).map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
    }
}

/// 32 bytes, as an encoder writes them: the two bits that are left over in the last character are not set. One random text of
/// the same length in four passes, so what passes proves little; what does not was written by hand, or changed. Libraries take
/// that all the same, so nothing is rejected.
pub(super) struct Key;

impl Method for Key {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match (BASE64URL.decode(token), base64(token)) {
            (Ok(key), _) if key.len() == 32 => Outcome::Unknown,
            (_, Some(key)) if key.len() == 32 => Outcome::Doubtful,
            _ => Outcome::Fails,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        *token = BASE64URL.encode(&random.bytes(32)).into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_whole_blocks_and_says_when_it_was_made() {
        let token = |version: u8, seconds: u64, text: usize| {
            let rest = vec![7; 16 + text + 32];
            BASE64URL.encode(&[&[version][..], &seconds.to_be_bytes(), &rest].concat()).into_bytes()
        };
        let made = token(VERSION, 1_700_000_000, 16);
        assert_eq!(Token.verify(&made, 6), Outcome::Holds);
        assert_eq!(Token.facts(&made, 6), [Fact::new(FactName::Created, "2023-11-14T22:13:20Z")]);
        let unpadded: Vec<u8> = made.iter().copied().filter(|&byte| byte != b'=').collect();
        assert_eq!(Token.verify(&unpadded, 6), Outcome::Holds);
        for doubtful in [
            token(0x81, 1_700_000_000, 16),
            token(VERSION, 1_700_000_000, 0),
            token(VERSION, 1_700_000_000, 24),
            token(VERSION, 0, 16),
            token(VERSION, u64::MAX, 16),
            made[..made.len() - 4].to_vec(),
        ] {
            assert_eq!(Token.verify(&doubtful, 6), Outcome::Doubtful);
            assert!(Token.facts(&doubtful, 6).is_empty());
        }
    }

    #[test]
    fn a_key_is_what_an_encoder_writes() {
        let mut key = Vec::new();
        Key.make(&mut key, 0, &mut Random::new(&["fernet"]));
        assert_eq!((key.len(), Key.verify(&key, 0)), (44, Outcome::Unknown));
        // The last of the six bits is set.
        key[42] = b'B';
        assert_eq!(Key.verify(&key, 0), Outcome::Doubtful);
        assert_eq!(Key.verify(&key[..40], 0), Outcome::Fails);
    }
}
