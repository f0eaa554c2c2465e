//! Private keys of WireGuard: 32 bytes of which Curve25519 fixes five bits (RFC 7748, 5).
//!
//! Tools write the keys with the bits already set, so one random text of the same length in 32 passes: what passes proves
//! little, and what does not was hardly made by them. Any 32 bytes work as a key all the same, so nothing is rejected.

use super::encoding::base64;
use super::{Method, Outcome};
use crate::rule::random::Random;

pub(super) struct Wireguard;

impl Method for Wireguard {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match base64(token) {
            Some(key) if key.len() == 32 && key[0] & 7 == 0 && key[31] & 0xc0 == 0x40 => Outcome::Unknown,
            Some(key) if key.len() == 32 => Outcome::Doubtful,
            _ => Outcome::Fails,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let mut key = random.bytes(32);
        key[0] &= 0xf8;
        key[31] = key[31] & 0x3f | 0x40;
        *token = data_encoding::BASE64.encode(&key).into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_bits_are_looked_at() {
        let mut token = Vec::new();
        Wireguard.make(&mut token, 0, &mut Random::new(&["wireguard"]));
        assert_eq!(Wireguard.verify(&token, 0), Outcome::Unknown);
        assert_eq!(Wireguard.verify(data_encoding::BASE64.encode(&[0xff; 32]).as_bytes(), 0), Outcome::Doubtful);
        assert_eq!(Wireguard.verify(b"", 0), Outcome::Fails);
    }
}
