//! Macaroons of version 2 (libmacaroons' binary form), as the Python package index makes its tokens, and those of Fly.io.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::encoding::{self, base64, base64url};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// What stands in a macaroon.
struct Macaroon {
    location: Vec<u8>,
    caveats: Vec<Vec<u8>>,
}

/// The kinds of a packet.
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

impl Macaroon {
    /// Reads version, location and identifier, caveats, and a signature of 32 bytes; nothing may follow.
    fn parse(bytes: &[u8]) -> Option<Macaroon> {
        let (2, mut rest) = bytes.split_first().map(|(first, rest)| (*first, rest))? else { return None };
        let location = packet(&mut rest, LOCATION)?.to_vec();
        packet(&mut rest, IDENTIFIER)?;
        end(&mut rest)?;
        let mut caveats = Vec::new();
        while rest.first() == Some(&IDENTIFIER) {
            caveats.push(packet(&mut rest, IDENTIFIER)?.to_vec());
            end(&mut rest)?;
        }
        end(&mut rest)?;
        let signature = packet(&mut rest, SIGNATURE)?;
        (signature.len() == 32 && rest.is_empty()).then_some(Macaroon { location, caveats })
    }
}

/// The content of a packet of this kind, which `rest` begins with: kind, length (7 bits a byte, the lowest first), bytes.
fn packet<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    let (first, mut behind) = rest.split_first()?;
    let mut length = 0usize;
    for shift in [0, 7, 14] {
        let (byte, next) = behind.split_first()?;
        behind = next;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (content, next) = behind.split_at_checked(length)?;
            *rest = next;
            return (*first == kind).then_some(content);
        }
    }
    None
}

fn end(rest: &mut &[u8]) -> Option<()> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    (*first == END).then_some(())
}

/// A token of the Python package index.
pub(super) struct Pypi;

impl Pypi {
    fn bytes(token: &[u8]) -> Option<Vec<u8>> {
        base64url(&token[memchr::memchr(b'-', token)? + 1..])
    }
}

impl Method for Pypi {
    /// What has not even the beginning of a macaroon is none. One that cannot be read to its end may have been altered.
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let Some(bytes) = Self::bytes(token) else { return Outcome::Fails };
        let location = bytes.get(2).map_or(0, |&length| usize::from(length));
        match (bytes.get(..2), bytes.get(3 + location)) {
            (Some([2, LOCATION]), Some(&IDENTIFIER)) if location >= 4 => {
                Outcome::likely(Macaroon::parse(&bytes).is_some())
            }
            _ => Outcome::Fails,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        token.truncate(memchr::memchr(b'-', token).map_or(0, |dash| dash + 1));
        let mut bytes = vec![2];
        let caveats = [
            (LOCATION, &b"index.example"[..]),
            (IDENTIFIER, random.uuid().as_bytes()),
            (END, &[]),
            (IDENTIFIER, br#"{"version": 1, "permissions": "user"}"#),
            (END, &[]),
            (END, &[]),
            (SIGNATURE, &random.bytes(32)),
        ]
        .map(|(kind, content)| match kind {
            END => vec![END],
            _ => [&[kind, content.len() as u8], content].concat(),
        });
        bytes.extend(caveats.concat());
        token.extend_from_slice(BASE64URL_NOPAD.encode(&bytes).as_bytes());
    }

    /// The caveats are JSON: `{"permissions": "user"}` or a list of projects, or `[0, end, begin]` and `[1, projects]`.
    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let Some(macaroon) = Self::bytes(token).and_then(|bytes| Macaroon::parse(&bytes)) else { return Vec::new() };
        let mut facts = Vec::new();
        if let Ok(location) = String::from_utf8(macaroon.location) {
            facts.push(Fact::new(FactName::Issuer, location));
        }
        for caveat in macaroon.caveats.iter().filter_map(|caveat| serde_json::from_slice::<Value>(caveat).ok()) {
            let permissions = &caveat["permissions"];
            let projects = permissions.get("projects").or_else(|| caveat.get(1).filter(|_| caveat[0] == 1));
            if let Some(projects) = projects.and_then(Value::as_array) {
                let names: Vec<&str> = projects.iter().filter_map(Value::as_str).collect();
                facts.push(Fact::new(FactName::Scope, format!("projects {}", names.join(", ")).trim_end()));
            } else if permissions == "user" {
                facts.push(Fact::new(FactName::Scope, "the whole account"));
            } else if caveat[0] == 0 {
                let end = caveat.get(1).and_then(Value::as_i64).and_then(encoding::end);
                facts.extend(end.map(|end| Fact::new(FactName::Expires, end)));
            }
        }
        facts
    }
}

/// A token of Fly.io: base64 of MessagePack, in which the location stands as text.
pub(super) struct Fly;

const FLY: &[u8] = b"https://api.fly.io/";

impl Method for Fly {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        let bytes = token.get(prefix..).and_then(base64);
        Outcome::likely(bytes.is_some_and(|bytes| memchr::memmem::find(&bytes, FLY).is_some()))
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, random: &mut Random) {
        token.truncate(prefix);
        let location = [FLY, b"v1"].concat();
        let text = [&[0x92, 0x94, 0xc4, 16][..], &random.bytes(16), &[0xb5], &location, &random.bytes(60)].concat();
        token.extend_from_slice(data_encoding::BASE64.encode(&text).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Vec<u8> {
        let mut token = b"pypi-".to_vec();
        Pypi.make(&mut token, 5, &mut Random::new(&["macaroon"]));
        token
    }

    #[test]
    fn a_macaroon_is_read_to_its_end() {
        let token = made();
        assert_eq!(Pypi.verify(&token, 5), Outcome::Holds);
        let facts = Pypi.facts(&token, 5);
        assert_eq!(facts[0], Fact::new(FactName::Issuer, "index.example"));
        assert_eq!(facts[1], Fact::new(FactName::Scope, "the whole account"));
        for end in 0..token.len() - 1 {
            assert_ne!(Pypi.verify(&token[..end], 5), Outcome::Holds);
        }
        let longer = [&token[..], b"AAAA"].concat();
        assert_eq!(Pypi.verify(&longer, 5), Outcome::Doubtful);
    }

    #[test]
    fn caveats_of_the_shorter_form_are_read() {
        let mut bytes = [&[2, 1, 4], &b"home"[..], &[2, 2], b"id", &[0]].concat();
        for caveat in [&b"[0, 1800000000, 0]"[..], br#"[1, ["alpha", "beta"]]"#] {
            bytes.extend([&[2, caveat.len() as u8], caveat, &[0]].concat());
        }
        bytes.extend([&[0, 6, 32][..], &[9; 32]].concat());
        let token = ["pypi-", &BASE64URL_NOPAD.encode(&bytes)].concat();
        let facts = Pypi.facts(token.as_bytes(), 5);
        assert_eq!(facts[1], Fact::new(FactName::Expires, "2027-01-15T08:00:00Z"));
        assert_eq!(facts[2], Fact::new(FactName::Scope, "projects alpha, beta"));
    }

    #[test]
    fn lengths_that_lie_end_nothing() {
        for bytes in [&[2, 1, 0xff, 0xff, 0x7f][..], &[2, 1, 0xff, 0xff, 0xff, 0xff], &[2], &[]] {
            assert!(Macaroon::parse(bytes).is_none());
        }
    }
}
