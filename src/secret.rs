//! The only type that holds the raw bytes of a secret, and the fingerprint that stands for it everywhere else.

mod mac;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

pub use mac::Hash;

/// The raw bytes of a secret. A clone shares them.
///
/// `Debug` and `Display` redact. The bytes leave only through [`Secret::expose`], which a report calls when the user asked
/// for it with `--show-secrets`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    bytes: Arc<[u8]>,
    public_prefix: usize,
}

impl Secret {
    /// Wraps the bytes of a secret, of which the first `public_prefix` belong to the public format (`ghp_`), not to the
    /// secret itself.
    #[must_use]
    pub fn new(bytes: &[u8], public_prefix: usize) -> Self {
        Self { bytes: bytes.into(), public_prefix: public_prefix.min(bytes.len()) }
    }

    /// The raw bytes. Only for `--show-secrets`, for fingerprints and for offline checks.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The part that is the secret's own, behind the public prefix: what must appear in no output. For masking.
    #[must_use]
    pub fn own_part(&self) -> &[u8] {
        &self.bytes[self.public_prefix..]
    }

    /// The public prefix, an ellipsis for the rest, and the length: enough to recognise, nothing to use.
    #[must_use]
    pub fn redacted(&self) -> String {
        let prefix = crate::place::sanitize(&String::from_utf8_lossy(&self.bytes[..self.public_prefix]));
        format!("{prefix}…({} bytes)", self.bytes.len())
    }

    /// The fingerprint of this secret within `family`, under `key`.
    ///
    /// `ks1:` and the first 16 bytes, in hexadecimal, of HMAC-SHA-256 (RFC 2104) over the family's name, a zero byte and
    /// the secret. No line, path, commit or time goes in, so the same secret has the same fingerprint wherever it stands.
    #[must_use]
    pub fn fingerprint(&self, family: &str, key: &FingerprintKey) -> Fingerprint {
        key.fingerprint(family, &self.bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.redacted())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// The stable name of a finding: `ks1:` and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; Fingerprint::LENGTH]);

impl Fingerprint {
    const PREFIX: &'static [u8] = b"ks1:";
    const LENGTH: usize = Self::PREFIX.len() + 32;

    fn of_digest(digest: &[u8; 16]) -> Self {
        let mut text = [0; Self::LENGTH];
        let (prefix, digits) = text.split_at_mut(Self::PREFIX.len());
        prefix.copy_from_slice(Self::PREFIX);
        data_encoding::HEXLOWER.encode_mut(digest, digits);
        Self(text)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a prefix and digits are ASCII")
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({:?})", self.as_str())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The key under which fingerprints are made.
///
/// Without a key of its own a repository uses a built-in constant; then a short password could be guessed from its
/// fingerprint, and reports say `unkeyed`.
#[derive(Clone)]
pub struct FingerprintKey {
    bytes: Vec<u8>,
    keyed: bool,
}

impl FingerprintKey {
    /// The built-in constant.
    #[must_use]
    pub fn unkeyed() -> Self {
        Self { bytes: b"keysieve fingerprint, no key configured".to_vec(), keyed: false }
    }

    /// A key of the user's.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), keyed: true }
    }

    /// Whether it is a key of the user's.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.keyed
    }

    /// A short public name of the key: `unkeyed`, or 8 hexadecimal digits of its SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        if self.keyed {
            let digest = Sha256::digest(&self.bytes);
            data_encoding::HEXLOWER.encode(&digest[..4])
        } else {
            "unkeyed".to_owned()
        }
    }

    /// A seal on bytes of our own that are kept elsewhere: who does not have the key cannot make it. Everybody has the
    /// built-in one.
    #[must_use]
    pub fn seal(&self, bytes: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes a key of any length (RFC 2104)");
        // No family of a fingerprint begins so.
        mac.update(b"\0seal\0");
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// The fingerprint of `value` within `family`; see [`Secret::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self, family: &str, value: &[u8]) -> Fingerprint {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes a key of any length (RFC 2104)");
        mac.update(family.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        Fingerprint::of_digest(digest.first_chunk().expect("SHA-256 has 32 bytes"))
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_its_own_part() {
        let secret = Secret::new(b"pre_0123456789abcdef", 4);
        for text in [format!("{secret}"), format!("{secret:?}")] {
            assert!(text.contains("pre_") && !text.contains("0123"), "{text}");
        }
    }

    #[test]
    fn fingerprints_depend_on_family_value_and_key_alone() {
        let key = FingerprintKey::unkeyed();
        let secret = Secret::new(b"value", 0);
        assert_eq!(secret.fingerprint("a", &key), Secret::new(b"value", 2).fingerprint("a", &key));
        assert_ne!(secret.fingerprint("a", &key), secret.fingerprint("b", &key));
        assert_ne!(secret.fingerprint("a", &key), secret.fingerprint("a", &FingerprintKey::new(b"k")));
        let text = secret.fingerprint("a", &key).to_string();
        assert!(text.starts_with("ks1:") && text.len() == 36, "{text}");
    }
}
