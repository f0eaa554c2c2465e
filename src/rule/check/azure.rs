//! Keys of Microsoft Azure: identifiable keys, which carry a signature text and a Marvin32 of themselves; annotated keys
//! (CASK), which also say when and for which service they were made; and Entra application secrets.
//!
//! The arithmetic is from Microsoft's published library. It was seen to hold on storage and Cosmos DB keys and on one annotated
//! key; since hardly any genuine sample of the others is public, what does not hold only becomes less sure.

use data_encoding::{BASE64, BASE64URL};

use super::encoding::{BASE62, base64};
use super::marvin::{marvin32, seed};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// The seeds under which keys with a signature text are made, with what such a key may do.
type Seeds = &'static [(&'static [u8; 8], &'static str)];

/// By signature text; `+` and `/` are `-` and `_` in base64url.
const SIGNATURES: &[(&[u8; 4], Seeds)] = &[
    (b"+ASt", &[(b"Default0", "")]),
    (b"ACDb", &[(b"MastRW00", "read and write"), (b"MastRO00", "read only")]),
    (b"+ABa", &[(b"AbAcct00", "")]),
    (b"+AMC", &[(b"Classic0", "")]),
    (
        b"APIM",
        &[
            (b"Tenant00", "direct management"),
            (b"IoTHub00", "subscription"),
            (b"Gatewy00", "gateway"),
            (b"GitKey00", "repository"),
        ],
    ),
    (b"+ASb", &[(b"Send0000", "send"), (b"Listen00", "listen"), (b"Manage00", "manage")]),
    (b"+AEh", &[(b"Send0000", "send"), (b"Listen00", "listen"), (b"Manage00", "manage")]),
    (b"+ARm", &[(b"Send0000", "send"), (b"Listen00", "listen"), (b"Manage00", "manage")]),
    (b"AIoT", &[(b"IoTHub00", "hub"), (b"DpsKey00", "device provisioning"), (b"Device00", "device")]),
    (b"AzCa", &[(b"Access00", "")]),
    (b"AZEG", &[(b"SendRecv", "")]),
    (b"AzFu", &[(b"Functi00", "one function"), (b"System00", "system"), (b"Master00", "master")]),
    (b"AzSe", &[(b"Query000", "query, read only"), (b"PAdmin00", "admin")]),
    (b"+ACR", &[(b"ACRDflt0", "")]),
];

/// A key whose last four bytes are the Marvin32 of those before them.
pub(super) struct Identifiable;

/// The seeds of a key with `length` bytes: the signature begins at the first character that lies wholly behind the random
/// part, which leaves 6 characters less the bits that do not fit.
fn seeds(token: &[u8], length: usize) -> Option<Seeds> {
    let at = match length {
        64 => 76,
        40 => 44,
        39 => 42,
        32 => 33,
        _ => return None,
    };
    let text = token.get(at..at + 4)?;
    SIGNATURES.iter().find(|(signature, _)| &signature[..] == text).map(|(_, seeds)| *seeds)
}

impl Identifiable {
    /// What the key may do, if it is one.
    fn scope(token: &[u8]) -> Option<&'static str> {
        let bytes = base64(token)?;
        let (body, check) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        seeds(token, bytes.len())?
            .iter()
            .find(|(name, _)| marvin32(body, seed(name)).to_le_bytes() == check)
            .map(|(_, scope)| *scope)
    }
}

impl Method for Identifiable {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::likely(Self::scope(token).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let Some(mut bytes) = base64(token) else { return };
        let Some(seeds) = seeds(token, bytes.len()) else { return };
        let (name, _) = seeds[random.below(seeds.len())];
        let end = bytes.len() - 4;
        let check = marvin32(&bytes[..end], seed(name));
        bytes[end..].copy_from_slice(&check.to_le_bytes());
        let padded = token.ends_with(b"=");
        let url = bytes.len() == 40;
        let text = if url { BASE64URL.encode(&bytes) } else { BASE64.encode(&bytes) };
        *token = if padded { text } else { text.trim_end_matches('=').to_owned() }.into_bytes();
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let scope = Self::scope(token).filter(|scope| !scope.is_empty());
        scope.map(|scope| Fact::new(FactName::Scope, scope)).into_iter().collect()
    }
}

/// An annotated key of 84 characters: 52 random ones, `JQQJ99`, year and month, 12 of the platform, 4 of the provider, 4 that
/// name the service, and 4 of a checksum.
pub(super) struct Annotated;

impl Annotated {
    /// The last four characters of a key with these 80.
    fn check(body: &[u8]) -> Option<[u8; 4]> {
        let number = u32::from_be_bytes(marvin32(&base64(body)?, seed(b"Default0")).to_le_bytes());
        let mut digits = Vec::new();
        let mut rest = number;
        while rest > 0 {
            digits.insert(0, BASE62[(rest % 62) as usize]);
            rest /= 62;
        }
        digits.resize(digits.len().max(4), b'0');
        digits.first_chunk().copied()
    }
}

impl Method for Annotated {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let parts = token.split_at_checked(80);
        Outcome::likely(parts.is_some_and(|(body, tail)| Self::check(body).is_some_and(|check| check == tail)))
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {
        if token.len() != 84 {
            return;
        }
        token[58..60].copy_from_slice(b"BD");
        if let Some(check) = Self::check(&token[..80]) {
            token[80..].copy_from_slice(&check);
        }
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let month = match token.get(58..60) {
            Some(&[year @ b'A'..=b'Z', month @ b'A'..=b'L']) => {
                Some(format!("{}-{:02}", 2024 + u32::from(year - b'A'), 1 + month - b'A'))
            }
            _ => None,
        };
        let service = token.get(76..80).and_then(|text| match text {
            b"ACOG" => Some("AI services"),
            b"AZAC" => Some("App Configuration"),
            b"AZCS" => Some("Communication Services"),
            b"AZDO" => Some("DevOps"),
            b"AZEG" => Some("Event Grid"),
            b"AZFR" => Some("Fluid Relay"),
            b"AZMP" => Some("Maps"),
            b"AZMR" => Some("Mixed Reality"),
            _ => None,
        });
        let issuer = service.map(|service| Fact::new(FactName::Issuer, format!("Azure {service}")));
        issuer.into_iter().chain(month.map(|month| Fact::new(FactName::Created, month))).collect()
    }
}

/// The newer annotated key: 32 or 64 bytes padded with zeros to whole groups, `QJJQ`, sizes and kinds, the provider, and at the
/// end the second in which it was made. It has no checksum.
pub(super) struct AnnotatedNew;

impl AnnotatedNew {
    /// When the key was made, if it is one.
    fn created(token: &[u8]) -> Option<String> {
        let secret = memchr::memmem::find(token, b"QJJQ").filter(|at| matches!(at, 44 | 88))?;
        // 32 bytes leave one byte of the last group empty, 64 leave two.
        let padding = if secret == 44 { 1 } else { 2 };
        let end = token.len().checked_sub(8)?;
        let is_whole =
            token.len().is_multiple_of(4) && token[secret - padding..secret].iter().all(|&byte| byte == b'A');
        if !is_whole || !token[end..].starts_with(b"AA") {
            return None;
        }
        let value = |at: usize| BASE64URL_DIGITS.iter().position(|digit| *digit == token[end + 2 + at]);
        let parts = [value(0)?, value(1)?, value(2)?, value(3)?, value(4)?, value(5)?];
        let [year, month, day, hour, minute, second] = parts.map(|part| part as i8);
        let date = jiff::civil::Date::new(2025 + i16::from(year), month + 1, day + 1).ok()?;
        let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
        let instant = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(instant.timestamp().to_string())
    }
}

const BASE64URL_DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Method for AnnotatedNew {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        Outcome::likely(Self::created(token).is_some())
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {
        let Some(secret) = memchr::memmem::find(token, b"QJJQ").filter(|at| matches!(at, 44 | 88)) else { return };
        token.truncate(token.len() / 4 * 4);
        let end = token.len() - 8;
        token[secret - if secret == 44 { 1 } else { 2 }..secret].fill(b'A');
        token[end..].copy_from_slice(b"AABCDEFG");
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        Self::created(token).map(|created| Fact::new(FactName::Created, created)).into_iter().collect()
    }
}

/// An Entra application secret of the form with `8Q~`, whose last three characters are the beginning of a Marvin32 of the rest.
/// Genuine samples that are public fail it as often as not, so it can only speak for a secret.
pub(super) struct Entra;

impl Entra {
    fn check(body: &[u8]) -> [u8; 3] {
        const DIGITS: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
        let mut digits = [0; 6];
        super::encoding::digits(marvin32(body, seed(b"AadPwd00")), DIGITS, &mut digits);
        [digits[0], digits[1], digits[2]]
    }
}

impl Method for Entra {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match token.split_last_chunk::<3>() {
            Some((body, tail)) if token.get(3..6) == Some(b"8Q~") && Self::check(body) == *tail => Outcome::Holds,
            _ => Outcome::Unknown,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, _random: &mut Random) {
        if let Some((body, tail)) = token.split_last_chunk_mut::<3>() {
            *tail = Self::check(body);
        }
    }
}

/// The older personal access token of Azure DevOps: base32 of 32 bytes, four of which hold the CRC32 of the others.
/// Two public samples, which may have been altered, fail it; so it can only speak for a token.
pub(super) struct DevopsOld;

/// What the CRC32 is mixed with, for a person's token and for a program's.
const MIXED_WITH: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];
/// Where the four bytes stand, the lowest first.
const STORED: [usize; 4] = [22, 8, 7, 2];

impl DevopsOld {
    fn crc(bytes: &[u8; 32]) -> u32 {
        let covered: Vec<u8> = (0..32).filter(|at| !STORED.contains(at)).map(|at| bytes[at]).collect();
        crc32fast::hash(&covered)
    }

    fn bytes(token: &[u8]) -> Option<[u8; 32]> {
        let mut specification = data_encoding::BASE32_NOPAD.specification();
        specification.check_trailing_bits = false;
        // 52 digits hold 260 bits: a half byte more than is used.
        let text = [token.to_ascii_uppercase(), b"A".repeat(4)].concat();
        specification.encoding().ok()?.decode(&text).ok()?.first_chunk().copied()
    }
}

impl Method for DevopsOld {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let Some(bytes) = (token.len() == 52).then(|| Self::bytes(token)).flatten() else { return Outcome::Unknown };
        let stored = u32::from_le_bytes(STORED.map(|at| bytes[at]));
        if MIXED_WITH.contains(&(Self::crc(&bytes) ^ stored)) { Outcome::Holds } else { Outcome::Unknown }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        let Some(mut bytes) = Self::bytes(token) else { return };
        let stored = Self::crc(&bytes) ^ MIXED_WITH[random.below(2)];
        for (at, byte) in STORED.into_iter().zip(stored.to_le_bytes()) {
            bytes[at] = byte;
        }
        *token = data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase().into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_under_which_seed_it_was_made() {
        for (length, at, signature, scopes) in [
            (64, 76, "+ASt", vec![]),
            (64, 76, "ACDb", vec!["read and write", "read only"]),
            (32, 33, "+ASb", vec!["send", "listen", "manage"]),
            (40, 44, "AzFu", vec!["one function", "system", "master"]),
            (39, 42, "AzSe", vec!["query, read only", "admin"]),
        ] {
            for turn in 0..8 {
                let mut random = Random::new(&[signature, &turn.to_string()]);
                let mut token = BASE64.encode(&random.bytes(length)).into_bytes();
                if length == 40 {
                    token = BASE64URL.encode(&random.bytes(length)).into_bytes();
                }
                token[at..at + 4].copy_from_slice(signature.as_bytes());
                Identifiable.make(&mut token, 0, &mut random);
                assert_eq!(&token[at..at + 4], signature.as_bytes());
                assert_eq!(Identifiable.verify(&token, 0), Outcome::Holds, "{signature}");
                let facts = Identifiable.facts(&token, 0);
                assert!(facts.iter().all(|fact| scopes.contains(&fact.value.as_str())), "{facts:?}");
                assert_eq!(facts.is_empty(), scopes.is_empty());
                token[3] = if token[3] == b'a' { b'b' } else { b'a' };
                assert_eq!(Identifiable.verify(&token, 0), Outcome::Doubtful, "{signature}");
            }
        }
    }

    #[test]
    fn annotated_keys_say_when_they_were_made() {
        let mut token =
            ["k".repeat(52), ["JQQ", "J99"].concat(), "k".repeat(18), "AZDOkkkk".into()].concat().into_bytes();
        Annotated.make(&mut token, 0, &mut Random::new(&[]));
        assert_eq!(Annotated.verify(&token, 0), Outcome::Holds);
        let facts = Annotated.facts(&token, 0);
        assert_eq!(facts[0], Fact::new(FactName::Issuer, "Azure DevOps"));
        assert_eq!(facts[1], Fact::new(FactName::Created, "2025-04"));
        token[0] = b'j';
        assert_eq!(Annotated.verify(&token, 0), Outcome::Doubtful);
        for (secret, length) in [(44, 64), (88, 108)] {
            let mut token =
                ["k".repeat(secret), ["QJ", "JQ"].concat(), "k".repeat(length - secret - 4)].concat().into_bytes();
            assert_eq!(AnnotatedNew.verify(&token, 0), Outcome::Doubtful);
            AnnotatedNew.make(&mut token, 0, &mut Random::new(&[]));
            assert_eq!(AnnotatedNew.verify(&token, 0), Outcome::Holds);
            assert_eq!(AnnotatedNew.facts(&token, 0), [Fact::new(FactName::Created, "2026-03-04T04:05:06Z")]);
        }
    }

    #[test]
    fn what_only_speaks_for_a_token_rejects_none() {
        let mut random = Random::new(&["azure"]);
        let mut token = ["zzz", "8Q~", &"k".repeat(34)].concat().into_bytes();
        assert_eq!(Entra.verify(&token, 0), Outcome::Unknown);
        Entra.make(&mut token, 0, &mut random);
        assert_eq!(Entra.verify(&token, 0), Outcome::Holds);
        let mut token = b"k".repeat(52);
        assert_eq!(DevopsOld.verify(&token, 0), Outcome::Unknown);
        DevopsOld.make(&mut token, 0, &mut random);
        assert!(token.len() == 52 && DevopsOld.verify(&token, 0) == Outcome::Holds);
    }

    #[test]
    fn hostile_bytes_are_no_keys() {
        for hostile in [&b""[..], b"=", b"QJJQ", &[0xff; 88], &[b'A'; 88], &[b'='; 84]] {
            assert_eq!(Identifiable.verify(hostile, 0), Outcome::Doubtful);
            assert_eq!(Annotated.verify(hostile, 0), Outcome::Doubtful);
            assert_eq!(AnnotatedNew.verify(hostile, 0), Outcome::Doubtful);
            assert_eq!(Entra.verify(hostile, 0), Outcome::Unknown);
            assert_eq!(DevopsOld.verify(hostile, 0), Outcome::Unknown);
            assert!(Annotated.facts(hostile, 0).is_empty() || hostile.len() == 88);
        }
    }
}
