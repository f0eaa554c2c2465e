//! Ids that hold the second in which they were made. That proves nothing, but a second that is none speaks against the token.

use super::encoding::{BASE62, instant, number};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// Behind the prefix stands an object id: 24 hexadecimal digits, the first 8 of which are seconds.
pub(super) struct ObjectId;

impl ObjectId {
    fn created(token: &[u8], prefix: usize) -> Option<String> {
        let digits = std::str::from_utf8(token.get(prefix..prefix + 8)?).ok()?;
        instant(u32::from_str_radix(digits, 16).ok()?.into())
    }
}

impl Method for ObjectId {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        known(Self::created(token, prefix))
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        if let Some(seconds) = token.get_mut(prefix..prefix + 8) {
            seconds.copy_from_slice(format!("{:08x}", 1_600_000_000 + random.below(100_000_000)).as_bytes());
        }
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        Self::created(token, prefix).map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
    }
}

/// The token begins with a KSUID: 27 digits of base62 for 20 bytes, the first four of which are seconds since May 2014.
pub(super) struct Ksuid;

impl Ksuid {
    fn created(token: &[u8]) -> Option<String> {
        let bytes = number(token.get(..27)?, BASE62).filter(|bytes| bytes.len() == 20)?;
        instant(i64::from(u32::from_be_bytes(*bytes.first_chunk()?)) + 1_400_000_000)
    }
}

impl Method for Ksuid {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        known(Self::created(token))
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        Self::created(token).map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
    }
}

fn known(created: Option<String>) -> Outcome {
    if created.is_some() { Outcome::Unknown } else { Outcome::Doubtful }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_read() {
        let mut token = ["EXA-", &"f".repeat(24)].concat().into_bytes();
        assert_eq!(ObjectId.verify(&token, 4), Outcome::Doubtful);
        ObjectId.make(&mut token, 4, &mut Random::new(&["id"]));
        assert_eq!(ObjectId.verify(&token, 4), Outcome::Unknown);
        assert_eq!(ObjectId.facts(&token, 4).len(), 1);
        assert_eq!(ObjectId.verify(b"EXA", 4), Outcome::Doubtful);
        let token = ["2", &"0".repeat(26)].concat();
        assert_eq!(Ksuid.facts(token.as_bytes(), 0), [Fact::new(FactName::Created, "2021-10-25T12:46:10Z")]);
        assert_eq!(Ksuid.verify(token.as_bytes(), 0), Outcome::Unknown);
        assert_eq!(Ksuid.verify(&[b'z'; 27], 0), Outcome::Doubtful);
        assert_eq!(Ksuid.verify(b"2", 0), Outcome::Doubtful);
    }
}
