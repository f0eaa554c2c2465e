//! Base32 (RFC 4648, without padding) over a version, 32 bytes and a CRC16/XMODEM of both in little-endian order: the keys of
//! NATS (nkeys) and of the Stellar network (strkeys).

use data_encoding::BASE32_NOPAD;

use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// A seed of NATS: two bytes pack an `S` and the letter of the role.
pub(super) struct Nats;

/// Each role's letter, its five bits in front of three zero bits, and its name.
const ROLES: [(u8, u8, &str); 6] = [
    (b'U', 20 << 3, "user"),
    (b'A', 0, "account"),
    (b'O', 14 << 3, "operator"),
    (b'N', 13 << 3, "server"),
    (b'C', 2 << 3, "cluster"),
    (b'X', 23 << 3, "curve key"),
];
const SEED: u8 = 18 << 3;

impl Nats {
    fn role(token: &[u8]) -> Option<&'static str> {
        let content = content(token)?;
        let role = (content.first()? & 7) << 5 | (content.get(1)? & 248) >> 3;
        let is_seed = content[0] & 248 == SEED && content.len() == 34;
        ROLES.iter().find(|(_, bits, _)| is_seed && *bits == role).map(|(.., name)| *name)
    }
}

impl Method for Nats {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::strict(Self::role(token).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let letter = token.get(1).copied();
        let Some((_, bits, _)) = ROLES.iter().find(|(it, ..)| Some(*it) == letter) else { return };
        *token = sealed([vec![SEED | bits >> 5, (bits & 31) << 3], random.bytes(32)].concat());
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        Self::role(token).map(|role| Fact::new(FactName::Scope, role)).into_iter().collect()
    }
}

/// A secret seed of the Stellar network (SEP-23): version 18, and the seed of an Ed25519 key.
pub(super) struct Stellar;

impl Method for Stellar {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::strict(content(token).is_some_and(|content| content.len() == 33 && content[0] == SEED))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        *token = sealed([vec![SEED], random.bytes(32)].concat());
    }
}

/// Version and payload of a token whose checksum holds.
fn content(token: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = BASE32_NOPAD.decode(token).ok()?;
    let check = bytes.split_off(bytes.len().checked_sub(2)?);
    (crc16(&bytes).to_le_bytes() == check[..]).then_some(bytes)
}

fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    content.extend(crc16(&content).to_le_bytes());
    BASE32_NOPAD.encode(&content).into_bytes()
}

/// The polynomial 0x1021, most significant bit first, from 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn seeds_begin_with_their_letters() {
        let mut random = Random::new(&["nkey"]);
        for (letter, _, name) in ROLES {
            let mut token = vec![b'S', letter];
            Nats.make(&mut token, 0, &mut random);
            assert!(token.len() == 58 && token.starts_with(&[b'S', letter, b'A']), "{name}");
            assert_eq!(Nats.verify(&token, 0), Outcome::Holds);
            assert_eq!(Nats.facts(&token, 0), [Fact::new(FactName::Scope, name)]);
            token[20] = if token[20] == b'B' { b'C' } else { b'B' };
            assert_eq!(Nats.verify(&token, 0), Outcome::Fails);
        }
        let mut token = Vec::new();
        Stellar.make(&mut token, 0, &mut random);
        assert!(token.len() == 56 && token[0] == b'S');
        assert_eq!(Stellar.verify(&token, 0), Outcome::Holds);
        assert_eq!(Nats.verify(&token, 0), Outcome::Fails);
        for hostile in [&b""[..], b"S", b"A", &[0xff; 58], &[b'S'; 57]] {
            assert_eq!(Nats.verify(hostile, 0), Outcome::Fails);
            assert_eq!(Stellar.verify(hostile, 0), Outcome::Fails);
        }
    }
}
