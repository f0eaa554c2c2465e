//! Private keys as OpenSSH writes them (`PROTOCOL.key`): a magic, cipher and key derivation, the public key, and the private
//! section, which begins with the same number twice where it is not encrypted.

use super::der::bits;
use super::pem::Key;
use crate::rule::random::Random;

pub(super) const MAGIC: &[u8] = b"openssh-key-v1\0";

/// The number that `rest` begins with.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_be_bytes(*number))
}

/// The bytes that `rest` begins with, behind their length.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)? as usize;
    let (string, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(string)
}

/// `bytes` behind their length (RFC 4251, 5).
pub(super) fn written(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// Which private key `bytes` are, if their structure is whole.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let cipher = string(&mut rest)?;
    string(&mut rest)?;
    string(&mut rest)?;
    if number(&mut rest)? != 1 {
        return None;
    }
    let public = string(&mut rest)?;
    let mut private = string(&mut rest)?;
    let encrypted = cipher != b"none";
    if !encrypted && number(&mut private)? != number(&mut private)? {
        return None;
    }
    let (kind, size) = public_key(public)?;
    Some(Key { kind: kind.to_owned(), bits: size, encrypted, ..Key::default() })
}

/// Kind and size of a public key as SSH writes it (RFC 4253, 6.6); no name for kinds that are not known.
pub(super) fn public_key(mut public: &[u8]) -> Option<(&'static str, Option<usize>)> {
    Some(match string(&mut public)? {
        b"ssh-rsa" => {
            string(&mut public)?;
            ("RSA", bits(string(&mut public)?))
        }
        b"ssh-dss" => ("DSA", bits(string(&mut public)?)),
        b"ssh-ed25519" => ("Ed25519", None),
        b"ssh-ed448" => ("Ed448", None),
        b"ecdsa-sha2-nistp256" => ("EC P-256", None),
        b"ecdsa-sha2-nistp384" => ("EC P-384", None),
        b"ecdsa-sha2-nistp521" => ("EC P-521", None),
        b"sk-ssh-ed25519@openssh.com" => ("Ed25519 on a hardware token", None),
        b"sk-ecdsa-sha2-nistp256@openssh.com" => ("EC P-256 on a hardware token", None),
        _ => ("", None),
    })
}

/// Something that looks like an Ed25519 key without a passphrase.
pub(super) fn make(random: &mut Random) -> Vec<u8> {
    let public = random.bytes(32);
    let kind = written(b"ssh-ed25519");
    let check = random.bytes(4);
    let seed = [random.bytes(32), public.clone()].concat();
    let private =
        [&check[..], &check, &kind, &written(&public), &written(&seed), &written(b""), &[1, 2, 3, 4, 5]].concat();
    let none = written(b"none");
    let public = written(&[kind, written(&public)].concat());
    [MAGIC, &none, &none, &written(b""), &1u32.to_be_bytes(), &public, &written(&private)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_twice() {
        let bytes = make(&mut Random::new(&["openssh"]));
        assert_eq!(private_key(&bytes).map(|key| key.to_string()).as_deref(), Some("Ed25519"));
        for end in 0..bytes.len() {
            assert!(private_key(&bytes[..end]).is_none());
        }
        let at = bytes.len() - 139;
        for (place, byte) in bytes.iter().enumerate() {
            let mut changed = bytes.clone();
            changed[place] = byte ^ 1;
            let holds = private_key(&changed).is_some();
            assert!(place < at || holds != (at + 3..at + 11).contains(&place) || place < at + 4, "{place}");
        }
    }
}
