//! Whether a secret is the key of a message authentication code. It is worked out here, so that no byte of the key leaves.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

use super::Secret;

/// The hash of an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The hash of an algorithm by its name in a JSON Web Token (RFC 7518, 3.2); none for algorithms that are no HMAC.
    #[must_use]
    pub fn of_algorithm(name: &str) -> Option<Hash> {
        match name {
            "HS256" => Some(Hash::Sha256),
            "HS384" => Some(Hash::Sha384),
            "HS512" => Some(Hash::Sha512),
            _ => None,
        }
    }
}

impl Secret {
    /// Whether `code` is the HMAC (RFC 2104) of `message` under this secret: as it stands, or as what it decodes to from base64.
    /// Libraries do either, and a configuration does not say which.
    #[must_use]
    pub fn signs(&self, hash: Hash, message: &[u8], code: &[u8]) -> bool {
        let key = self.expose();
        let decoded = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD].iter().find_map(|it| it.decode(key).ok());
        is_code(hash, key, message, code) || decoded.is_some_and(|key| is_code(hash, &key, message, code))
    }
}

fn is_code(hash: Hash, key: &[u8], message: &[u8], code: &[u8]) -> bool {
    macro_rules! verify {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(message).verify_slice(code).is_ok())
        };
    }
    match hash {
        Hash::Sha256 => verify!(Sha256),
        Hash::Sha384 => verify!(Sha384),
        Hash::Sha512 => verify!(Sha512),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_standard_holds() {
        // RFC 4231, 4.3: test case 2.
        let (key, message) = (Secret::new(b"Jefe", 0), b"what do ya want for nothing?");
        let code = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hexadecimal");
        let sha256 = code("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(key.signs(Hash::Sha256, message, &sha256));
        assert!(Secret::new(BASE64.encode(b"Jefe").as_bytes(), 0).signs(Hash::Sha256, message, &sha256));
        assert!(!key.signs(Hash::Sha256, b"what", &sha256));
        assert!(!key.signs(Hash::Sha384, message, &sha256));
        assert!(!Secret::new(b"Jeff", 0).signs(Hash::Sha256, message, &sha256));
        // A part of a code is none.
        assert!(!key.signs(Hash::Sha256, message, &sha256[..16]) && !key.signs(Hash::Sha256, message, &[]));
    }
}
