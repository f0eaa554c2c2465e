//! Values that may be known by their form, whatever the key's name promises: ciphertexts, and names of public keys.

/// What the value of a key of these words is; none if nothing better than a secret explains it.
#[must_use]
pub fn public(words: &[String], value: &[u8]) -> Option<&'static str> {
    if is_sealed(value) {
        return Some("encrypted for a cluster's controller");
    }
    if is_address(value) {
        return Some("an address on a blockchain");
    }
    is_name_of_signing_key(words, value).then_some("names a signing key by its id or fingerprint")
}

/// What `kubeseal` writes: the length of a session key under RSA-4096, `02 00`, that key, and the ciphertext. Of random texts
/// one in 4,096 begins so. <https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md>
fn is_sealed(value: &[u8]) -> bool {
    value.len() >= 100
        && value.starts_with(b"Ag")
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// Twenty bytes in hexadecimal: an account or a contract of Ethereum's. A private key has thirty-two.
fn is_address(value: &[u8]) -> bool {
    value.len() == 42 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit)
}

/// The short or long id or the fingerprint of an OpenPGP key (RFC 9580, 5.5.4), under git's `user.signingKey`; under other
/// names of a signing key only in capitals, as GnuPG prints it.
fn is_name_of_signing_key(words: &[String], value: &[u8]) -> bool {
    let ends = |wanted: &[&str]| words.len() >= wanted.len() && words[words.len() - wanted.len()..] == *wanted;
    let value = value.strip_prefix(b"0x").unwrap_or(value);
    let is_id = matches!(value.len(), 8 | 16 | 40) && value.iter().all(u8::is_ascii_hexdigit);
    let in_capitals = !value.iter().any(u8::is_ascii_lowercase);
    is_id && (ends(&["signingkey"]) || ends(&["signing", "key"]) && in_capitals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, value: &str) -> bool {
        public(&super::super::key::words(name.as_bytes()), value.as_bytes()).is_some()
    }

    #[test]
    fn what_is_public_tells_itself() {
        let hex = "0F9a2c7b".repeat(8);
        let sealed = ["Ag", &"By3i4O".repeat(120)].concat();
        assert!(told("password", &sealed) && !told("password", &sealed[2..]) && !told("password", &sealed[..40]));
        assert!(told("token", &["0x", &hex[..40]].concat()) && !told("private_key", &["0x", &hex].concat()));
        assert!(!told("token", &hex[..40]));
        let capitals = hex.to_ascii_uppercase();
        for (name, value, is) in [
            ("signingkey", &hex[..16], true),
            ("commit.signing_key", &capitals[..40], true),
            ("signing_key", &hex[..40], false),
            ("signing_key", &capitals[..32], false),
            ("api_key", &capitals[..40], false),
        ] {
            assert_eq!(told(name, value), is, "{name} = {value}");
        }
    }
}
