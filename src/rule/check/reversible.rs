//! Passwords under a scheme that anybody undoes, because its key is public: what comes out says whether one went in.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use data_encoding::{BASE64_NOPAD, HEXUPPER, HEXUPPER_PERMISSIVE};

use super::encoding::base64;
use super::{Method, Outcome};
use crate::rule::random::Random;

/// `cpassword` of Group Policy preferences: AES-256 in CBC mode over UTF-16, under the key that Microsoft published ([MS-GPPREF],
/// 2.2.1.1.4), without an initialisation vector.
pub(super) struct GroupPolicy;

#[rustfmt::skip]
const PUBLISHED: [u8; 32] = [
    0x4e, 0x99, 0x06, 0xe8, 0xfc, 0xb6, 0x6c, 0xc9, 0xfa, 0xf4, 0x93, 0x10, 0x62, 0x0f, 0xfe, 0xe8,
    0xf4, 0x96, 0xe8, 0x06, 0xcc, 0x05, 0x79, 0x90, 0x20, 0x9b, 0x09, 0xa4, 0x33, 0xb6, 0x6c, 0x1b,
];

impl Method for GroupPolicy {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let mut bytes = base64(token).unwrap_or_default();
        let cipher = cbc::Decryptor::<Aes256>::new(&PUBLISHED.into(), &[0; 16].into());
        let text = cipher.decrypt_padded::<Pkcs7>(&mut bytes).unwrap_or_default();
        let (units, rest) = text.as_chunks::<2>();
        let password = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
        let is_printed = |unit: Result<char, _>| unit.is_ok_and(|character| !character.is_control());
        Outcome::strict(!units.is_empty() && rest.is_empty() && password.into_iter().all(is_printed))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let length = 5 + random.below(20);
        let password = random.hex(length);
        let mut bytes: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = bytes.len();
        bytes.resize(length + 16, 0);
        let cipher = cbc::Encryptor::<Aes256>::new(&PUBLISHED.into(), &[0; 16].into());
        if let Ok(encrypted) = cipher.encrypt_padded::<Pkcs7>(&mut bytes, length) {
            *token = BASE64_NOPAD.encode(encrypted).into_bytes();
        }
    }
}

/// Type 7 of Cisco's devices: two digits say where in a fixed text the key begins that each byte is combined with. What the text
/// is has been known since 1995; the vendor does not document it, so a failure only weakens.
pub(super) struct CiscoType7;

const VIGENERE: &[u8; 53] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// The encoded bytes, combined with the key from `start` on: the password, or the other way round.
fn combined(bytes: &[u8], start: usize) -> Vec<u8> {
    bytes.iter().zip(VIGENERE.iter().cycle().skip(start)).map(|(byte, key)| byte ^ key).collect()
}

impl Method for CiscoType7 {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let password = token.split_at_checked(2).and_then(|(start, digits)| {
            let start: usize = std::str::from_utf8(start).ok()?.parse().ok()?;
            let bytes = HEXUPPER_PERMISSIVE.decode(digits).ok()?;
            (start < VIGENERE.len()).then(|| combined(&bytes, start))
        });
        let is_printed =
            |password: Vec<u8>| !password.is_empty() && password.iter().all(|byte| (b' '..=b'~').contains(byte));
        Outcome::likely(password.is_some_and(is_printed))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let (start, length) = (random.below(16), 4 + random.below(8));
        let password = random.hex(length);
        *token = format!("{start:02}{}", HEXUPPER.encode(&combined(password.as_bytes(), start))).into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out() {
        for salt in ["one", "two", "three"] {
            for method in [&GroupPolicy as &dyn Method, &CiscoType7] {
                let mut token = Vec::new();
                method.make(&mut token, 0, &mut Random::new(&[salt]));
                assert_eq!(method.verify(&token, 0), Outcome::Holds, "{salt}");
                assert_ne!(method.verify(&token[..token.len() - 1], 0), Outcome::Holds, "{salt}");
                assert_ne!(method.verify(b"", 0), Outcome::Holds);
                assert_ne!(method.verify(b"9", 0), Outcome::Holds);
            }
        }
    }

    #[test]
    fn the_scheme_is_the_devices_own() {
        // The same password under three places of the key: a sample that every description of the scheme has.
        for encoded in ["08", "02", "15"].map(|start| {
            let at: usize = start.parse().unwrap_or_default();
            format!("{start}{}", HEXUPPER.encode(&combined(b"cisco", at)))
        }) {
            assert_eq!(CiscoType7.verify(encoded.as_bytes(), 0), Outcome::Holds);
        }
        assert_eq!(combined(b"cisco", 8), [0x22, 0x45, 0x5d, 0x0a, 0x16]);
        assert_eq!(CiscoType7.verify(b"0800000000", 0), Outcome::Holds, "the key itself is printed text");
        assert_eq!(CiscoType7.verify(b"08FFFFFFFF", 0), Outcome::Doubtful);
        assert_eq!(CiscoType7.verify(b"9922455D0A16", 0), Outcome::Doubtful);
    }

    #[test]
    fn the_key_is_the_published_one() {
        // The password of the sample that is found wherever the scheme is described: fifteen characters in two blocks.
        let mut bytes: Vec<u8> = "Local*P4ssword!".encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.resize(46, 0);
        let cipher = cbc::Encryptor::<Aes256>::new(&PUBLISHED.into(), &[0; 16].into());
        let encrypted = cipher.encrypt_padded::<Pkcs7>(&mut bytes, 30).map(<[u8]>::to_vec).unwrap_or_default();
        let encoded = BASE64_NOPAD.encode(&encrypted);
        assert!(encoded.starts_with("j1Uy") && encoded.ends_with("dHdhw"));
        assert_eq!(GroupPolicy.verify(encoded.as_bytes(), 0), Outcome::Holds);
    }
}
