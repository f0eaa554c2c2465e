//! Base58Check: bytes with a version in front and the first four bytes of their double SHA-256 behind, written in an alphabet
//! without look-alikes. Wallets' private keys have it (Bitcoin wiki, BIP-32, BIP-38, the XRP Ledger's and Tezos' documents).

use sha2::{Digest as _, Sha256};

use super::encoding::number;
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// What a key may be.
struct Version {
    /// The bytes in front.
    bytes: &'static [u8],
    /// How many bytes follow.
    payload: usize,
    /// The byte that must stand at the end, as the mark of a compressed public key does.
    last: Option<u8>,
    /// Which network it is for; none where the version does not say.
    network: Option<&'static str>,
}

const fn version(bytes: &'static [u8], payload: usize, network: Option<&'static str>) -> Version {
    Version { bytes, payload, last: None, network }
}

impl Version {
    /// A random key of this version, its checksum behind it.
    fn content(&self, random: &mut Random) -> Vec<u8> {
        let mut content = [self.bytes, &random.bytes(self.payload)].concat();
        if let (Some(last), Some(end)) = (self.last, content.last_mut()) {
            *end = last;
        }
        content.extend(checksum(&content));
        content
    }
}

/// How often an example is drawn anew until it looks as wanted.
const TRIES: usize = 100;

/// A kind of key.
pub(super) struct Key {
    alphabet: &'static [u8; 58],
    versions: &'static [Version],
}

const LIVE: Option<&str> = Some("live");
const TEST: Option<&str> = Some("test");

/// The wallet import format of Bitcoin: 32 bytes, and a 1 where the public key is compressed.
pub(super) const WIF: Key = Key {
    alphabet: BITCOIN,
    versions: &[
        Version { last: Some(1), ..version(&[0x80], 33, LIVE) },
        version(&[0x80], 32, LIVE),
        Version { last: Some(1), ..version(&[0xef], 33, TEST) },
        version(&[0xef], 32, TEST),
    ],
};
/// Extended private keys (BIP-32; SLIP-132 for the letters y and z): depth, parent, number, chain code, a zero byte, the key.
pub(super) const EXTENDED: Key = Key {
    alphabet: BITCOIN,
    versions: &[
        version(&[0x04, 0x88, 0xad, 0xe4], 74, LIVE),
        version(&[0x04, 0x35, 0x83, 0x94], 74, TEST),
        version(&[0x04, 0x9d, 0x78, 0x78], 74, LIVE),
        version(&[0x04, 0xb2, 0x43, 0x0c], 74, LIVE),
    ],
};
/// Keys under a passphrase (BIP-38), from a key and from an intermediate code.
pub(super) const ENCRYPTED: Key =
    Key { alphabet: BITCOIN, versions: &[version(&[0x01, 0x42], 37, None), version(&[0x01, 0x43], 37, None)] };
/// Family seeds of the XRP Ledger.
pub(super) const XRP: Key = Key { alphabet: RIPPLE, versions: &[version(&[0x21], 16, None)] };
/// Ed25519 seeds and keys, secp256k1 keys and P-256 keys of Tezos.
pub(super) const TEZOS: Key = Key {
    alphabet: BITCOIN,
    versions: &[
        version(&[13, 15, 58, 7], 32, None),
        version(&[43, 246, 78, 7], 64, None),
        version(&[17, 162, 224, 201], 32, None),
        version(&[16, 81, 238, 189], 32, None),
    ],
};

impl Key {
    /// The version of a token that is one.
    fn read(&self, token: &[u8]) -> Option<&'static Version> {
        let bytes = decode(token, self.alphabet)?;
        let (content, check) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        if check != &checksum(content)[..] {
            return None;
        }
        self.versions.iter().find(|version| {
            content.strip_prefix(version.bytes).is_some_and(|payload| {
                payload.len() == version.payload && version.last.is_none_or(|last| payload.last() == Some(&last))
            })
        })
    }
}

impl Method for Key {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::strict(self.read(token).is_some())
    }

    /// A key that begins and ends where the drawn token does, if one of the versions has such keys; else any.
    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        let head = token.get(..prefix.max(1)).unwrap_or_default().to_vec();
        let length = token.len();
        for _ in 0..TRIES {
            for version in self.versions {
                *token = encode(&version.content(random), self.alphabet);
                if token.len() == length && token.starts_with(&head) {
                    return;
                }
            }
        }
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let network = self.read(token).and_then(|version| version.network);
        network.map(|network| Fact::new(FactName::Environment, network)).into_iter().collect()
    }
}

fn checksum(content: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(Sha256::digest(content));
    [digest[0], digest[1], digest[2], digest[3]]
}

/// The bytes that `text` writes; its leading zero digits are zero bytes.
fn decode(text: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    let zeros = text.iter().take_while(|&&byte| byte == alphabet[0]).count();
    Some([vec![0; zeros], number(text, alphabet)?].concat())
}

fn encode(bytes: &[u8], alphabet: &[u8; 58]) -> Vec<u8> {
    let mut number: Vec<u8> = Vec::new();
    for &byte in bytes {
        let mut carry = usize::from(byte);
        for place in &mut number {
            carry += usize::from(*place) << 8;
            *place = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            number.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    number.extend(bytes.iter().take_while(|&&byte| byte == 0).map(|_| 0));
    number.iter().rev().map(|&digit| alphabet[usize::from(digit)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(key: &Key, version: usize, fill: u8) -> Vec<u8> {
        let Version { bytes, payload, last, .. } = key.versions[version];
        let mut content = [bytes, &vec![fill; payload]].concat();
        if let (Some(last), Some(end)) = (last, content.last_mut()) {
            *end = last;
        }
        let check = checksum(&content);
        encode(&[content, check.to_vec()].concat(), key.alphabet)
    }

    /// The versions were chosen so that every key begins with the same letters: a wrong constant would show here.
    #[test]
    fn keys_begin_as_their_documents_say() {
        for (key, version, heads, lengths) in [
            (&WIF, 0, &["K", "L"][..], 52..=52),
            (&WIF, 1, &["5"], 51..=51),
            (&WIF, 2, &["c"], 52..=52),
            (&WIF, 3, &["9"], 51..=51),
            (&EXTENDED, 0, &["xprv"], 111..=111),
            (&EXTENDED, 1, &["tprv"], 111..=111),
            (&EXTENDED, 2, &["yprv"], 111..=111),
            (&EXTENDED, 3, &["zprv"], 111..=111),
            (&ENCRYPTED, 0, &["6P"], 58..=58),
            (&ENCRYPTED, 1, &["6P"], 58..=58),
            (&XRP, 0, &["s"], 28..=29),
            (&TEZOS, 0, &["edsk"], 54..=54),
            (&TEZOS, 1, &["edsk"], 98..=98),
            (&TEZOS, 2, &["spsk"], 54..=54),
            (&TEZOS, 3, &["p2sk"], 54..=54),
        ] {
            // The flags of BIP-38, which follow the version, keep the beginning the same.
            let fills = match (key.versions[0].bytes, version) {
                ([1, 0x42], 0) => [0xc0, 0xe0, 0xc0, 0xe0],
                ([1, 0x42], _) => [0, 4, 0x20, 0x24],
                _ => [0, 1, 127, 255],
            };
            for fill in fills {
                let mut token = written(key, version, fill);
                assert!(lengths.contains(&token.len()), "{heads:?}: {} characters", token.len());
                assert!(heads.iter().any(|head| token.starts_with(head.as_bytes())), "{heads:?}");
                assert_eq!(key.verify(&token, 0), Outcome::Holds, "{heads:?}");
                let last = token.len() - 1;
                token[last] = if token[last] == key.alphabet[5] { key.alphabet[6] } else { key.alphabet[5] };
                assert_eq!(key.verify(&token, 0), Outcome::Fails, "{heads:?}");
            }
        }
        assert_eq!(WIF.facts(&written(&WIF, 0, 9), 0), [Fact::new(FactName::Environment, "live")]);
        assert_eq!(WIF.facts(&written(&WIF, 3, 9), 0), [Fact::new(FactName::Environment, "test")]);
    }

    #[test]
    fn hostile_texts_are_refused() {
        for text in [&b""[..], b"1", b"0OIl", &[b'1'; 4000], &[0xff; 51]] {
            assert_eq!(WIF.verify(text, 0), Outcome::Fails);
        }
        assert_eq!(decode(&encode(&[0, 0, 1, 2, 3], BITCOIN), BITCOIN), Some(vec![0, 0, 1, 2, 3]));
    }
}
