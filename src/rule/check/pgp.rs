//! Private keys of OpenPGP (RFC 9580): the packet that holds one, and the checksum of the armour.

use super::encoding::instant;
use super::pem::Key;
use crate::rule::random::Random;

/// The CRC24 of an armour (RFC 9580, 6.1.1).
pub(super) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 16, |sum, _| {
            let sum = sum << 1;
            if sum & 0x0100_0000 == 0 { sum } else { sum ^ 0x0186_4cfb }
        })
    })
}

/// The key in the first packet, if it is a secret key: tag, length, version, second of creation, algorithm.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let (&first, rest) = bytes.split_first()?;
    let (tag, length_bytes) = match (first & 0xc0, rest.first()?) {
        (0xc0, 0..=191) => (first & 0x3f, 1),
        (0xc0, 192..=223) => (first & 0x3f, 2),
        (0xc0, 255) => (first & 0x3f, 5),
        (0x80, _) => (first >> 2 & 0x0f, [1, 2, 4, 0][usize::from(first & 3)]),
        _ => return None,
    };
    let body = rest.get(length_bytes..)?;
    let [version @ 3..=6, time @ ..] = body else { return None };
    let (time, rest) = time.split_first_chunk::<4>()?;
    let rest = rest.get(
        match version {
            3 => 2,
            4 => 0,
            _ => return (tag == 5).then(Key::default),
        }..,
    )?;
    let (&algorithm, numbers) = rest.split_first()?;
    let size = numbers.first_chunk::<2>().map(|size| usize::from(u16::from_be_bytes(*size)));
    let (kind, bits) = match algorithm {
        1..=3 => ("RSA", size),
        16 => ("Elgamal", size),
        17 => ("DSA", size),
        18 => ("ECDH", None),
        19 => ("ECDSA", None),
        22 => ("EdDSA", None),
        25 => ("X25519", None),
        26 => ("X448", None),
        27 => ("Ed25519", None),
        28 => ("Ed448", None),
        _ => return None,
    };
    let created = instant(u32::from_be_bytes(*time).into());
    (tag == 5).then(|| Key { kind: kind.to_owned(), bits, created, ..Key::default() })
}

/// Something that looks like an RSA key.
pub(super) fn make(random: &mut Random) -> Vec<u8> {
    let body = [&[4][..], &1_700_000_000u32.to_be_bytes(), &[1, 8, 0], &random.bytes(290)].concat();
    [&[0x95, (body.len() >> 8) as u8, body.len() as u8], &body[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_catalogue() {
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
    }

    #[test]
    fn the_first_packet_is_read() {
        let bytes = make(&mut Random::new(&["pgp"]));
        let key = private_key(&bytes).expect("a key");
        assert_eq!(key.to_string(), "RSA, 2048 bits");
        assert_eq!(key.created.as_deref(), Some("2023-11-14T22:13:20Z"));
        for end in 0..9 {
            assert!(private_key(&bytes[..end]).is_none());
        }
        // The same packet with a tag of a public key.
        assert!(private_key(&[&[0x99], &bytes[1..]].concat()).is_none());
    }
}
