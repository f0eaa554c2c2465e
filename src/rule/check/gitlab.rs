//! GitLab's routable tokens: `PREFIX PAYLOAD . [VERSION .] LL CCCCCCC`, where LL is the payload's length in base36 and C the
//! CRC32 of everything before it in base36. Older tokens without a dot are not routable, and the check does not apply.

use super::encoding::{BASE36, base64url, digits};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// Length of the end behind the last dot.
const TAIL: usize = 9;

pub(super) struct Routable {
    /// Whether a token for which it does not hold is none. Seen for personal tokens; for others the provider's source says
    /// the same and no sample was at hand.
    pub(super) strict: bool,
}

impl Method for Routable {
    fn verify(&self, token: &[u8], prefix: usize) -> Outcome {
        let Some(body) = token.get(prefix..) else { return Outcome::Unknown };
        let (Some(first), Some(last)) = (memchr::memchr(b'.', body), memchr::memrchr(b'.', body)) else {
            return Outcome::Unknown;
        };
        if body.len() - last - 1 != TAIL {
            return Outcome::Unknown;
        }
        let mut sealed = token.to_vec();
        seal(&mut sealed, first);
        if self.strict { Outcome::strict(sealed == token) } else { Outcome::likely(sealed == token) }
    }

    fn facts(&self, token: &[u8], prefix: usize) -> Vec<Fact> {
        let payload = token.get(prefix..).and_then(|body| body.split(|&byte| byte == b'.').next());
        let Some(scope) = payload.and_then(base64url).and_then(|payload| scope(&payload)) else { return Vec::new() };
        vec![Fact::new(FactName::Scope, scope)]
    }

    fn make(&self, token: &mut Vec<u8>, prefix: usize, _random: &mut Random) {
        let body = token.get(prefix..).unwrap_or_default();
        let last = memchr::memrchr(b'.', body).filter(|last| body.len() - last - 1 == TAIL);
        if let (Some(payload), Some(_)) = (memchr::memchr(b'.', body), last) {
            seal(token, payload);
        }
    }
}

/// What the routing lines name: a letter for the kind, a colon, and an id in base36. Random bytes follow the last line, and
/// the last byte says how many.
fn scope(payload: &[u8]) -> Option<String> {
    let (&count, lines) = payload.split_last()?;
    let lines = lines.get(..lines.len().checked_sub(usize::from(count))?)?;
    let mut named = Vec::new();
    for line in std::str::from_utf8(lines).ok()?.lines() {
        let (letter, id) = line.split_once(':')?;
        let kind = match letter {
            "o" => "organization",
            "g" => "group",
            "p" => "project",
            "u" => "user",
            // The cell and the type say where it is served, not what it reaches.
            _ => continue,
        };
        named.push(format!("{kind} {}", u64::from_str_radix(id, 36).ok()?));
    }
    (!named.is_empty()).then(|| named.join(", "))
}

/// Writes the end of a token whose payload has `payload` bytes; the token is longer than the end.
fn seal(token: &mut [u8], payload: usize) {
    let (body, crc) = token.split_at_mut(token.len() - 7);
    let length = body.len() - 2;
    digits(payload as u32, BASE36, &mut body[length..]);
    digits(crc32fast::hash(body), BASE36, crc);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routing_lines_are_read() {
        let payload = [b"c:1\no:1\np:2s\nu:z\n".as_slice(), &[7; 16], &[16]].concat();
        assert_eq!(scope(&payload).as_deref(), Some("organization 1, project 100, user 35"));
        assert_eq!(scope(&[200]), None);
        assert_eq!(scope(&[]), None);
        let mut token = format!("exa-{}.012345678", data_encoding::BASE64URL_NOPAD.encode(&payload)).into_bytes();
        Routable { strict: true }.make(&mut token, 4, &mut Random::new(&[]));
        assert_eq!(Routable { strict: true }.verify(&token, 4), Outcome::Holds);
        assert_eq!(Routable { strict: true }.facts(&token, 4).len(), 1);
        token[5] ^= 1;
        assert_eq!(Routable { strict: true }.verify(&token, 4), Outcome::Fails);
        assert_eq!(Routable { strict: false }.verify(&token, 4), Outcome::Doubtful);
    }
}
