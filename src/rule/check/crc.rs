//! CRC32 (the IEEE polynomial, as zlib has it) over a token, written at its end.

use data_encoding::{BASE64, Encoding, HEXLOWER, HEXUPPER};

use super::encoding::{BASE62, BASE62_LOWER, digits};
use super::{Method, Outcome};
use crate::rule::random::Random;

/// A checksum at the end of a token.
pub(super) struct Tail {
    /// Whether the public prefix is covered too.
    whole: bool,
    /// Bytes before the checksum that are neither covered nor written: a separator.
    gap: usize,
    /// Length of the checksum.
    length: usize,
    /// Writes it.
    write: fn(u32, &mut [u8]),
}

pub(super) const BODY_BASE62: Tail = Tail { whole: false, gap: 0, length: 6, write: base62 };
pub(super) const WHOLE_BASE62: Tail = Tail { whole: true, ..BODY_BASE62 };
/// Apify's digits put the lower case first.
pub(super) const APIFY: Tail =
    Tail { whole: true, gap: 0, length: 6, write: |crc, out| digits(crc, BASE62_LOWER, out) };
/// The first six characters of the base64 of the four bytes in little-endian order.
pub(super) const CONFLUENT: Tail = Tail {
    whole: false,
    gap: 0,
    length: 6,
    write: |crc, out| out.copy_from_slice(&BASE64.encode(&crc.to_le_bytes()).as_bytes()[..6]),
};
pub(super) const ZUPLO: Tail = Tail { gap: 1, ..BODY_HEX };
pub(super) const BODY_HEX: Tail =
    Tail { whole: false, gap: 0, length: 8, write: |crc, out| hexadecimal(HEXLOWER, crc.to_be_bytes(), out) };
pub(super) const WHOLE_HEX_UPPER: Tail =
    Tail { whole: true, gap: 0, length: 8, write: |crc, out| hexadecimal(HEXUPPER, crc.to_be_bytes(), out) };
/// The four bytes are in little-endian order, unlike everybody else's.
pub(super) const GRAFANA: Tail =
    Tail { whole: true, gap: 1, length: 8, write: |crc, out| hexadecimal(HEXLOWER, crc.to_le_bytes(), out) };

fn base62(crc: u32, out: &mut [u8]) {
    digits(crc, BASE62, out);
}

fn hexadecimal(encoding: Encoding, bytes: [u8; 4], out: &mut [u8]) {
    out.copy_from_slice(encoding.encode(&bytes).as_bytes());
}

impl Tail {
    /// Writes the checksum over the end of `token`. Returns whether there was room for it.
    fn seal(&self, token: &mut [u8], prefix: usize) -> bool {
        let from = if self.whole { 0 } else { prefix };
        let Some(end) = token.len().checked_sub(self.length) else { return false };
        let (head, tail) = token.split_at_mut(end);
        match head.len().checked_sub(self.gap).and_then(|end| head.get(from..end)) {
            Some(body) if !body.is_empty() => (self.write)(crc32fast::hash(body), tail),
            _ => return false,
        }
        true
    }
}

impl Method for Tail {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        let mut sealed = token.to_vec();
        Outcome::strict(self.seal(&mut sealed, prefix) && sealed == token)
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, _random: &mut Random) {
        self.seal(token, prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_token_holds_and_a_changed_one_fails() {
        for (name, check, prefix, length) in [
            ("body, base62", BODY_BASE62, 4, 40),
            ("body, hexadecimal", BODY_HEX, 4, 52),
            ("whole, hexadecimal", WHOLE_HEX_UPPER, 6, 60),
            ("whole, base62", WHOLE_BASE62, 4, 40),
            ("Grafana", GRAFANA, 5, 46),
            ("Apify", APIFY, 10, 46),
            ("Confluent", CONFLUENT, 4, 64),
            ("Zuplo", ZUPLO, 5, 46),
        ] {
            let mut token = vec![b'k'; length];
            assert!(check.seal(&mut token, prefix), "{name}");
            assert_eq!(check.verify(&token, prefix), Outcome::Holds, "{name}");
            token[prefix + 1] ^= 1;
            assert_eq!(check.verify(&token, prefix), Outcome::Fails, "{name}");
            for cut in 0..length {
                assert_eq!(check.verify(&token[..cut], prefix), Outcome::Fails, "{name}");
            }
        }
    }
}
