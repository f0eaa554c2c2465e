//! Bech32 (BIP-173): a part that people read, a `1`, and digits of five bits of which the last six are a checksum over both.
//! age writes its identities in it, in capitals, and Nostr its secret keys.

use super::{Method, Outcome};
use crate::rule::random::Random;

const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

pub(super) struct Bech32;

impl Method for Bech32 {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let mixed = token.iter().any(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_uppercase);
        let remainder = split(token).and_then(|(human, data)| Some(remainder(&human, &values(&data)?)));
        Outcome::strict(!mixed && remainder == Some(1))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {
        let Some((human, data)) = split(token) else { return };
        let Some(mut values) = values(&data) else { return };
        let Some(start) = values.len().checked_sub(6) else { return };
        values[start..].fill(0);
        let check = remainder(&human, &values) ^ 1;
        let upper = token.iter().any(u8::is_ascii_uppercase);
        let begin = token.len() - 6;
        for (place, digit) in token[begin..].iter_mut().enumerate() {
            let value = DIGITS[(check >> (5 * (5 - place)) & 31) as usize];
            *digit = if upper { value.to_ascii_uppercase() } else { value };
        }
    }
}

/// The readable part and the digits, in lower case.
fn split(token: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let lower = token.to_ascii_lowercase();
    let at = memchr::memrchr(b'1', &lower)?;
    Some((lower[..at].to_vec(), lower[at + 1..].to_vec()))
}

fn values(digits: &[u8]) -> Option<Vec<u8>> {
    digits.iter().map(|byte| DIGITS.iter().position(|digit| digit == byte).map(|at| at as u8)).collect()
}

/// What the checksum's polynomial leaves of both parts; 1 where it holds.
fn remainder(human: &[u8], values: &[u8]) -> u32 {
    let human = human.iter().map(|byte| byte >> 5).chain([0]).chain(human.iter().map(|byte| byte & 31));
    human.chain(values.iter().copied()).fold(1u32, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        GENERATOR
            .iter()
            .enumerate()
            .fold(shifted, |sum, (bit, term)| if top >> bit & 1 == 1 { sum ^ term } else { sum })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_shortest_texts_hold() {
        // Valid and invalid strings of BIP-173; none of them is a key.
        for text in ["A12UEL5L", "a12uel5l", "?1ezyfcl", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"]
        {
            assert_eq!(Bech32.verify(text.as_bytes(), 0), Outcome::Holds, "{text}");
        }
        for text in ["A12uel5l", "a12uel5m", "pzry9x0s0muk", "", "1", "x1b4n0q5v"] {
            assert_eq!(Bech32.verify(text.as_bytes(), 0), Outcome::Fails, "{text}");
        }
    }

    #[test]
    fn what_is_made_holds_in_either_case() {
        for head in ["EXA-KEY-1", "exa1"] {
            let digits = "q".repeat(58);
            let digits = if head == "exa1" { digits } else { digits.to_uppercase() };
            let mut token = [head, &digits].concat().into_bytes();
            Bech32.make(&mut token, head.len(), &mut Random::new(&[]));
            assert_eq!(Bech32.verify(&token, 0), Outcome::Holds);
        }
    }
}
