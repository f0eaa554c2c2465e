//! Private keys as PuTTY writes them (PPK, versions 2 and 3): a header, both halves of the key, and a code that seals them.
//!
//! Source: the manual of PuTTY, appendix "PPK file format", <https://the.earth.li/~sgtatham/putty/0.83/htmldoc/AppendixC.html>.
//! The code is an HMAC over the names of algorithm and encryption, the comment and both halves, each behind its length. Without a
//! passphrase its key is known: SHA-1 of a fixed text in version 2, empty in version 3. Under a passphrase nobody can
//! compute it who does not have that.
//!
//! What does not hold only weakens: a comment in another charset than UTF-8 may have been read otherwise than it was sealed, and
//! PuTTY refuses such a file while the numbers in it are a key all the same.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::pem::Key;
use super::{Method, Outcome, openssh};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// What every file begins with; the version follows.
const MAGIC: &str = "PuTTY-User-Key-File-";

/// What the key of the code is made from in version 2, with the passphrase behind it.
const MAC_KEY_TEXT: &[u8] = b"putty-private-key-file-mac-key";

/// The code at the end of a file without a passphrase.
pub(super) struct Putty;

impl Method for Putty {
    fn is_of_whole(&self) -> bool {
        true
    }

    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match File::read(token) {
            Some(file) if file.encryption == b"none" => match (file.mac, file.seal()) {
                (Some(mac), Some(seal)) => Outcome::likely(mac.eq_ignore_ascii_case(seal.as_bytes())),
                // Version 1, or a later one than those that are documented.
                _ => Outcome::Unknown,
            },
            Some(_) => Outcome::Unknown,
            None => Outcome::Doubtful,
        }
    }

    /// An Ed25519 key, in either version.
    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let public = [openssh::written(b"ssh-ed25519"), openssh::written(&random.bytes(32))].concat();
        let private = openssh::written(&random.bytes(32));
        let comment = format!("key-{}", random.hex(8));
        let file = File {
            version: [b'2', b'3'][random.below(2)],
            algorithm: b"ssh-ed25519",
            encryption: b"none",
            comment: comment.as_bytes(),
            public,
            private,
            mac: None,
        };
        *token = file.write().into_bytes();
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let Some(file) = File::read(token) else { return Vec::new() };
        let (kind, bits) = openssh::public_key(&file.public).unwrap_or_default();
        let key = Key { kind: kind.to_owned(), bits, encrypted: file.encryption != b"none", ..Key::default() };
        let said = key.to_string();
        (!said.is_empty()).then(|| Fact::new(FactName::Key, said)).into_iter().collect()
    }
}

/// What a file says.
struct File<'t> {
    /// A digit.
    version: u8,
    algorithm: &'t [u8],
    encryption: &'t [u8],
    comment: &'t [u8],
    public: Vec<u8>,
    private: Vec<u8>,
    /// The code, in hexadecimal; none in version 1, which has a bare hash instead.
    mac: Option<&'t [u8]>,
}

impl<'t> File<'t> {
    fn read(text: &'t [u8]) -> Option<Self> {
        let mut lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let (&version, algorithm) = lines.next()?.strip_prefix(MAGIC.as_bytes())?.split_first()?;
        let algorithm = algorithm.strip_prefix(b": ")?;
        let encryption = lines.next()?.strip_prefix(b"Encryption: ")?;
        let comment = lines.next()?.strip_prefix(b"Comment: ")?;
        let public = blob(lines.next()?.strip_prefix(b"Public-Lines: ")?, &mut lines)?;
        // How the keys are derived from a passphrase stands between the halves.
        let count = lines.find_map(|line| line.strip_prefix(b"Private-Lines: "))?;
        let private = blob(count, &mut lines)?;
        let mac = lines.next()?.strip_prefix(b"Private-MAC: ");
        Some(Self { version, algorithm, encryption, comment, public, private, mac })
    }

    /// The code of a file without a passphrase; none of a version whose code is not known.
    fn seal(&self) -> Option<String> {
        let parts = [self.algorithm, self.encryption, self.comment, &self.public, &self.private];
        let sealed = parts.map(openssh::written).concat();
        match self.version {
            b'2' => {
                let mut mac = Hmac::<Sha1>::new_from_slice(&Sha1::digest(MAC_KEY_TEXT)).ok()?;
                mac.update(&sealed);
                Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
            }
            b'3' => {
                let mut mac = Hmac::<Sha256>::new_from_slice(b"").ok()?;
                mac.update(&sealed);
                Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
            }
            _ => None,
        }
    }

    /// The file, sealed anew.
    fn write(&self) -> String {
        let text = String::from_utf8_lossy;
        let mut lines = vec![
            format!("{MAGIC}{}: {}", char::from(self.version), text(self.algorithm)),
            format!("Encryption: {}", text(self.encryption)),
            format!("Comment: {}", text(self.comment)),
        ];
        for (name, bytes) in [("Public", &self.public), ("Private", &self.private)] {
            let base64 = BASE64.encode(bytes);
            let body: Vec<_> = base64.as_bytes().chunks(64).map(|line| text(line).into_owned()).collect();
            lines.push(format!("{name}-Lines: {}", body.len()));
            lines.extend(body);
        }
        lines.push(format!("Private-MAC: {}", self.seal().unwrap_or_default()));
        lines.join("\n")
    }
}

/// The bytes that the next lines write in base64, as many as `count` says.
fn blob<'t>(count: &[u8], lines: &mut impl Iterator<Item = &'t [u8]>) -> Option<Vec<u8>> {
    let count: usize = std::str::from_utf8(count).ok()?.parse().ok()?;
    let body: Vec<&[u8]> = lines.take(count).collect();
    (body.len() == count).then(|| BASE64.decode(&body.concat()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, encryption: &str) -> String {
        let mut random = Random::new(&["putty", encryption]);
        let modulus = [&[0][..], &[0xff; 256]].concat();
        let public = [&b"ssh-rsa"[..], &[1, 0, 1], &modulus].map(openssh::written).concat();
        let private = random.bytes(600);
        let (algorithm, encryption, comment) = (b"ssh-rsa", encryption.as_bytes(), b"a key".as_slice());
        File { version, algorithm, encryption, comment, public, private, mac: None }.write()
    }

    #[test]
    fn the_code_holds_for_every_part_of_the_file() {
        for version in [b'2', b'3'] {
            let text = file(version, "none");
            assert_eq!(Putty.verify(text.as_bytes(), 0), Outcome::Holds);
            assert_eq!(Putty.verify(text.replace('\n', "\r\n").as_bytes(), 0), Outcome::Holds);
            assert_eq!(Putty.facts(text.as_bytes(), 0), [Fact::new(FactName::Key, "RSA, 2048 bits")]);
            for (part, other) in [("a key", "b key"), ("ssh-rsa\n", "ssh-dss\n"), ("MAC: ", "MAC: 0")] {
                let changed = text.replace(part, other);
                assert_eq!(Putty.verify(changed.as_bytes(), 0), Outcome::Doubtful, "{part}");
            }
            for end in 0..text.len() {
                assert_ne!(Putty.verify(&text.as_bytes()[..end], 0), Outcome::Holds);
            }
        }
    }

    #[test]
    fn the_codes_are_those_of_the_definition() {
        // HMAC by hand (RFC 2104): the hash of the outer pad and of the hash of the inner pad and the text.
        let text = file(b'3', "none");
        let read = File::read(text.as_bytes()).expect("a file");
        let mut sealed = Vec::new();
        for part in [read.algorithm, read.encryption, read.comment, &read.public, &read.private] {
            sealed.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
            sealed.extend(part);
        }
        let inner = Sha256::digest([&[0x36; 64][..], &sealed].concat());
        let outer = Sha256::digest([&[0x5c; 64][..], &inner].concat());
        assert_eq!(read.mac, Some(HEXLOWER.encode(&outer).as_bytes()));
        let text = file(b'2', "none");
        let mut key = Sha1::digest(MAC_KEY_TEXT).to_vec();
        key.resize(64, 0);
        let pad = |byte: u8| key.iter().map(|it| it ^ byte).collect::<Vec<u8>>();
        let inner = Sha1::digest([&pad(0x36)[..], &sealed].concat());
        let outer = Sha1::digest([&pad(0x5c)[..], &inner].concat());
        assert_eq!(File::read(text.as_bytes()).expect("a file").mac, Some(HEXLOWER.encode(&outer).as_bytes()));
    }

    #[test]
    fn a_file_under_a_passphrase_says_so_and_cannot_be_checked() {
        let derivation = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nPrivate-Lines: ";
        let text = file(b'3', "aes256-cbc").replace("Private-Lines: ", derivation);
        assert_eq!(Putty.verify(text.as_bytes(), 0), Outcome::Unknown);
        let said = Fact::new(FactName::Key, "RSA, 2048 bits, under a passphrase");
        assert_eq!(Putty.facts(text.as_bytes(), 0), [said]);
        let old = file(b'1', "none").replace("MAC", "Hash");
        assert_eq!(Putty.verify(old.as_bytes(), 0), Outcome::Unknown);
    }
}
