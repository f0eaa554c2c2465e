//! JSON Web Tokens (RFC 7519). Nothing is verified of the signature: that would need a key.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::encoding::{base64url, instant};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// Header and payload are JSON objects, and the header names an algorithm.
pub(super) struct Jwt;

impl Method for Jwt {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        match parts(token) {
            Some((header, _)) if header["alg"].as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none")) => {
                Outcome::Unknown
            }
            Some(_) => Outcome::Holds,
            None => Outcome::Fails,
        }
    }

    fn make(&self, token: &mut Vec<u8>, _prefix: usize, random: &mut Random) {
        token.truncate(begin(token));
        let header = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let payload = format!(r#"{{"sub":"{}","iat":1700000000,"exp":4000000000}}"#, random.hex(16));
        let signature = random.bytes(32);
        for (part, dot) in [(header, "."), (BASE64URL_NOPAD.encode(payload.as_bytes()), ".")] {
            token.extend_from_slice(part.as_bytes());
            token.extend_from_slice(dot.as_bytes());
        }
        token.extend_from_slice(BASE64URL_NOPAD.encode(&signature).as_bytes());
    }

    fn facts(&self, token: &[u8], _prefix: usize) -> Vec<Fact> {
        let Some((header, payload)) = parts(token) else { return Vec::new() };
        let mut facts = Vec::new();
        for (object, claims, name) in [
            (&payload, &["sub"][..], FactName::Subject),
            (&payload, &["iss"], FactName::Issuer),
            (&payload, &["scope", "scp", "role", "roles"], FactName::Scope),
            (&header, &["alg"], FactName::Algorithm),
        ] {
            let value = claims.iter().find_map(|claim| words(object.get(claim)?));
            facts.extend(value.map(|value| Fact::new(name, value)));
        }
        for (claim, name) in [("iat", FactName::Created), ("exp", FactName::Expires)] {
            facts.extend(payload.get(claim).and_then(time).map(|time| Fact::new(name, time)));
        }
        facts
    }
}

/// The text of a claim; several texts with spaces between them.
fn words(claim: &Value) -> Option<String> {
    let text = match claim {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The instant that a number of seconds is (RFC 7519, 2: it may have a fraction).
pub(super) fn time(claim: &Value) -> Option<String> {
    instant(claim.as_f64()? as i64)
}

/// Where the token itself begins: some issuers write something of their own in front of it.
fn begin(token: &[u8]) -> usize {
    memchr::memmem::find(token, b"eyJ").unwrap_or(0)
}

/// Header and payload of a JSON Web Token, if `token` is one.
#[must_use]
pub fn parts(token: &[u8]) -> Option<(Value, Value)> {
    let mut parts = token[begin(token)..].split(|&byte| byte == b'.');
    let mut object = || -> Option<Value> {
        let value: Value = serde_json::from_slice(&base64url(parts.next()?)?).ok()?;
        value.is_object().then_some(value)
    };
    let (header, payload) = (object()?, object()?);
    header.get("alg")?.as_str()?;
    Some((header, payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_json_objects_holds() {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let token = format!("{}.{}.c2ln", part(r#"{"alg":"HS256"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Jwt.verify(token.as_bytes(), 0), Outcome::Holds);
        assert_eq!(Jwt.facts(token.as_bytes(), 0).len(), 2);
        let token = format!("{}.{}.c2ln", part(r#"{"typ":"JWT"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Jwt.verify(token.as_bytes(), 0), Outcome::Fails);
    }

    #[test]
    fn the_claims_are_facts() {
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let claims =
            r#"{"sub":"ada","iss":"https://login.example.com","scp":["read","write"],"iat":1700000000.5,"exp":1e300}"#;
        let token = format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims));
        let facts: Vec<(&str, String)> =
            Jwt.facts(token.as_bytes(), 0).into_iter().map(|fact| (fact.name.id(), fact.value)).collect();
        let expected = [
            ("subject", "ada"),
            ("issuer", "https://login.example.com"),
            ("scope", "read write"),
            ("algorithm", "RS256"),
            ("created", "2023-11-14T22:13:20Z"),
        ];
        assert_eq!(facts, expected.map(|(name, value)| (name, value.to_owned())));
    }
}
