//! Ids that hold the time at which they were made. That proves nothing, but a second that is none speaks against the token.

use super::encoding::{BASE62, CROCKFORD, instant, is_uuid, number, ulid};
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

/// Behind the prefix stands a ULID, of which the token may be all or a part.
pub(super) struct Ulid;

impl Ulid {
    fn created(token: &[u8], prefix: usize) -> Option<String> {
        ulid(token.get(prefix..prefix + 26)?)
    }
}

impl Method for Ulid {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        known(Self::created(token, prefix))
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        let Some(id) = token.get_mut(prefix..prefix + 26) else { return };
        let is_lower = id.iter().any(u8::is_ascii_lowercase);
        let mut time = (1_600_000_000 + random.below(100_000_000)) * 1000;
        for digit in id[..10].iter_mut().rev() {
            *digit = CROCKFORD[time % 32];
            time /= 32;
        }
        if is_lower {
            id.make_ascii_lowercase();
        }
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        Self::created(token, prefix).map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
    }
}

/// Behind the prefix stands a UUID of version 7 (RFC 9562), whose first 48 bits are milliseconds. Other versions say nothing.
pub(super) struct Uuid7;

impl Uuid7 {
    fn id(token: &[u8], prefix: usize) -> Option<&[u8]> {
        token.get(prefix..prefix + 36).filter(|id| is_uuid(id) && id[14] == b'7')
    }

    fn created(id: &[u8]) -> Option<String> {
        let digits = [&id[..8], &id[9..13]].concat();
        let time = i64::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
        instant(time / 1000)
    }
}

impl Method for Uuid7 {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        Self::id(token, prefix).map_or(Outcome::Unknown, |id| known(Self::created(id)))
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        let Some(id) = token.get_mut(prefix..prefix + 36).filter(|id| is_uuid(id)) else { return };
        let time = format!("{:012x}", (1_600_000_000 + random.below(100_000_000)) * 1000);
        id[..8].copy_from_slice(&time.as_bytes()[..8]);
        id[9..13].copy_from_slice(&time.as_bytes()[8..]);
        id[14] = b'7';
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        let created = Self::id(token, prefix).and_then(Self::created);
        created.map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
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

    #[test]
    fn milliseconds_are_read() {
        for id in ["7".repeat(26), "z".repeat(26)] {
            let mut token = ["exa_", &id, "_more"].concat().into_bytes();
            assert_eq!(Ulid.verify(&token, 4), Outcome::Doubtful);
            Ulid.make(&mut token, 4, &mut Random::new(&["id"]));
            assert_eq!(Ulid.verify(&token, 4), Outcome::Unknown);
            assert!(Ulid.facts(&token, 4)[0].value.starts_with("202"));
            assert_eq!(token.iter().any(u8::is_ascii_uppercase), id.starts_with('7'));
        }
        assert_eq!(Ulid.verify(b"exa", 4), Outcome::Doubtful);
        let mut token = ["exa_", &Random::new(&["id"]).uuid()].concat().into_bytes();
        token[18] = b'4';
        assert_eq!((Uuid7.verify(&token, 4), Uuid7.facts(&token, 4).len()), (Outcome::Unknown, 0));
        token[18] = b'7';
        token[4..12].fill(b'f');
        assert_eq!((Uuid7.verify(&token, 4), Uuid7.facts(&token, 4).len()), (Outcome::Doubtful, 0));
        Uuid7.make(&mut token, 4, &mut Random::new(&["id"]));
        assert_eq!((Uuid7.verify(&token, 4), Uuid7.facts(&token, 4).len()), (Outcome::Unknown, 1));
        assert_eq!(Uuid7.verify(b"exa_", 4), Outcome::Unknown);
    }
}
