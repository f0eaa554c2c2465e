//! Private keys in DER (X.690): PKCS #8 (RFC 5958), PKCS #1 (RFC 8017, A.1.2), SEC 1 (RFC 5915), and the DSA form of OpenSSL.
//!
//! A walk over tags and lengths, two levels deep; no number is looked at but for its size.

use super::pem::Key;
use crate::der::{BITS, CONTEXT_0, CONTEXT_1, Elements, IDENTIFIER, INTEGER, OCTETS, SEQUENCE, element, sequence};
use crate::rule::random::Random;

/// Object identifiers of keys, as DER writes them, and the names that people know.
const KINDS: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "RSA"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "RSA-PSS"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01], "DH"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "EC"),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x6f], "X448"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], "P-256"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "secp256k1"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], "P-384"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], "P-521"),
];

fn name(identifier: &[u8]) -> Option<&'static str> {
    KINDS.iter().find(|(bytes, _)| *bytes == identifier).map(|(_, name)| *name)
}

/// Which private key `bytes` are.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let mut elements = Elements(sequence(bytes)?);
    match elements.next()? {
        (SEQUENCE, algorithm) => {
            Elements(algorithm).take(IDENTIFIER)?;
            elements.take(OCTETS)?;
            elements.0.is_empty().then_some(Key { encrypted: true, ..Key::default() })
        }
        (INTEGER, version) if version.len() == 1 => match elements.next()? {
            (SEQUENCE, algorithm) => information(algorithm, elements.take(OCTETS)?),
            (OCTETS, _) => Some(elliptic(elements.take(CONTEXT_0).and_then(|it| Elements(it).take(IDENTIFIER)))),
            (INTEGER, modulus) => {
                let mut others = 0;
                while elements.take(INTEGER).is_some() {
                    others += 1;
                }
                let kind = match others {
                    7 => "RSA",
                    4 => "DSA",
                    _ => return None,
                };
                Some(Key { kind: kind.to_owned(), bits: bits(modulus), ..Key::default() })
            }
            _ => None,
        },
        _ => None,
    }
}

/// A key of PKCS #8: what the algorithm says, and for RSA what the key inside says.
fn information(algorithm: &[u8], key: &[u8]) -> Option<Key> {
    let mut algorithm = Elements(algorithm);
    let kind = name(algorithm.take(IDENTIFIER)?);
    match kind {
        Some("EC") => Some(elliptic(algorithm.take(IDENTIFIER))),
        Some(kind @ ("RSA" | "RSA-PSS")) => {
            private_key(key).filter(|key| key.kind == "RSA").map(|key| Key { kind: kind.to_owned(), ..key })
        }
        kind => Some(Key { kind: kind.unwrap_or_default().to_owned(), ..Key::default() }),
    }
}

fn elliptic(curve: Option<&[u8]>) -> Key {
    let curve = curve.and_then(name).map_or_else(String::new, |curve| format!(" {curve}"));
    Key { kind: format!("EC{curve}"), ..Key::default() }
}

/// The size of a number without its sign.
pub(super) fn bits(number: &[u8]) -> Option<usize> {
    let start = number.iter().position(|&byte| byte != 0)?;
    Some((number.len() - start) * 8 - number[start].leading_zeros() as usize)
}

fn number(random: &mut Random, bytes: usize) -> Vec<u8> {
    let mut number = random.bytes(bytes);
    number[0] |= 0x80;
    element(INTEGER, &[&[0], &number[..]].concat())
}

/// Something that looks like the private key that `label` names.
pub(super) fn make(label: &str, random: &mut Random) -> Vec<u8> {
    let mut numbers = |sizes: &[usize]| sizes.iter().flat_map(|&size| number(random, size)).collect::<Vec<_>>();
    let version = element(INTEGER, &[0]);
    let rsa = [256, 3, 256, 128, 128, 128, 128, 128];
    let content = match label {
        "RSA PRIVATE KEY" => [version, numbers(&rsa)].concat(),
        "DSA PRIVATE KEY" => [version, numbers(&[128, 20, 128, 128, 20])].concat(),
        "EC PRIVATE KEY" => {
            let curve = element(CONTEXT_0, &element(IDENTIFIER, KINDS[9].0));
            let public = element(CONTEXT_1, &element(BITS, &[&[0, 4][..], &random.bytes(64)].concat()));
            [element(INTEGER, &[1]), element(OCTETS, &random.bytes(32)), curve, public].concat()
        }
        "ENCRYPTED PRIVATE KEY" => {
            let algorithm = element(IDENTIFIER, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d]);
            [element(SEQUENCE, &algorithm), element(OCTETS, &random.bytes(240))].concat()
        }
        _ => {
            let key = element(SEQUENCE, &[version.clone(), numbers(&rsa)].concat());
            let algorithm = [element(IDENTIFIER, KINDS[0].0), element(0x05, &[])].concat();
            [version, element(SEQUENCE, &algorithm), element(OCTETS, &key)].concat()
        }
    };
    element(SEQUENCE, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_size_are_read() {
        let mut random = Random::new(&["der"]);
        for (label, said) in [
            ("RSA PRIVATE KEY", "RSA, 2048 bits"),
            ("PRIVATE KEY", "RSA, 2048 bits"),
            ("DSA PRIVATE KEY", "DSA, 1024 bits"),
            ("EC PRIVATE KEY", "EC P-256"),
            ("ENCRYPTED PRIVATE KEY", "under a passphrase"),
        ] {
            let bytes = make(label, &mut random);
            assert_eq!(private_key(&bytes).map(|key| key.to_string()).as_deref(), Some(said), "{label}");
            for end in 0..bytes.len() {
                assert!(private_key(&bytes[..end]).is_none(), "{label}");
            }
            assert!(private_key(&[&bytes[..], &[0]].concat()).is_none(), "{label}");
        }
        let key = [0x04, 0x20].into_iter().chain([7; 32]).collect::<Vec<u8>>();
        let algorithm = element(SEQUENCE, &element(IDENTIFIER, &[0x2b, 0x65, 0x70]));
        let bytes = element(SEQUENCE, &[element(INTEGER, &[0]), algorithm, element(OCTETS, &key)].concat());
        assert_eq!(private_key(&bytes).map(|key| key.to_string()).as_deref(), Some("Ed25519"));
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for bytes in
            [&[][..], &[0x30], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0x80], &[0x30, 0x83, 0xff, 0xff, 0xff], &[0x30, 0xff]]
        {
            assert!(private_key(bytes).is_none());
        }
        assert_eq!(bits(&[]), None);
        assert_eq!(bits(&[0, 1]), Some(1));
    }
}
