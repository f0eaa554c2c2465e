//! JSON Web Tokens (RFC 7519). Of the signature only the length is looked at: anything else would need a key.
//!
//! Who cuts a token off, or puts letters of his own in place of the signature, leaves a length that its algorithm never has.
//! That weakens and does not reject: older libraries wrote signatures of ECDSA in DER, which is longer
//! (<https://github.com/auth0/java-jwt/issues/187>).

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::encoding::{self, base64url, instant};
use super::{Method, Outcome};
use crate::finding::{Fact, FactName};
use crate::rule::random::Random;

/// Header and payload are JSON objects, the header names an algorithm, and the signature has a length that it makes.
pub(super) struct Jwt;

impl Method for Jwt {
    fn verify(&self, token: &[u8], _prefix: usize) -> Outcome {
        let Some((header, payload)) = parts(token) else { return Outcome::Fails };
        if is_sample(&payload) {
            return Outcome::Fails;
        }
        let algorithm = header["alg"].as_str().unwrap_or_default();
        let length = signature(token).and_then(base64url).map(|bytes| bytes.len());
        match length.is_some_and(|length| is_possible(algorithm, length)) {
            true if is_none(algorithm) => Outcome::Unknown,
            holds => Outcome::likely(holds),
        }
    }

    fn doubt(&self) -> &'static str {
        "perhaps cut off or a dummy: its algorithm makes no signature of this length"
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
        let times = [
            (FactName::Created, payload.get("iat").and_then(time)),
            (FactName::Expires, payload.get("exp").and_then(end)),
        ];
        facts.extend(times.into_iter().filter_map(|(name, time)| Some(Fact::new(name, time?))));
        facts
    }
}

/// A token taken apart for who has a key to try.
pub struct SignedJwt<'t> {
    /// The name of the algorithm.
    pub algorithm: String,
    /// What is signed: header and payload as they are written (RFC 7515, 5.1).
    pub message: &'t [u8],
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

/// The parts of a JSON Web Token by which a signature is worked out, if `token` is one that is signed.
#[must_use]
pub fn signed(token: &[u8]) -> Option<SignedJwt<'_>> {
    let algorithm = parts(token)?.0["alg"].as_str()?.to_owned();
    let own = &token[begin(token)..];
    let mut dots = memchr::memchr_iter(b'.', own);
    let message = &own[..dots.nth(1)?];
    Some(SignedJwt { algorithm, message, signature: base64url(signature(token)?)? })
}

/// Whether a token says that it is not signed (RFC 7518, 3.6); some libraries took it in any case.
fn is_none(algorithm: &str) -> bool {
    algorithm.eq_ignore_ascii_case("none")
}

/// Whether a signature of this algorithm can have so many bytes: RFC 7518, 3 for HMAC, RSA and the curves of NIST, RFC 8037, 3.1
/// and RFC 9864 for Edwards curves, RFC 8812 for secp256k1. Keys of RSA have any size; the least that is still met has 1024
/// bits. Algorithms that are not known may sign as they like.
fn is_possible(algorithm: &str, bytes: usize) -> bool {
    match algorithm {
        "HS256" => bytes == 32,
        "HS384" => bytes == 48,
        "HS512" | "ES256" | "ES256K" | "Ed25519" => bytes == 64,
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => bytes >= 128,
        "ES384" => bytes == 96,
        "ES512" => bytes == 132,
        "Ed448" => bytes == 114,
        "EdDSA" => matches!(bytes, 64 | 114),
        _ if is_none(algorithm) => bytes == 0,
        _ => true,
    }
}

/// The third part of a token, in base64url.
fn signature(token: &[u8]) -> Option<&[u8]> {
    token[begin(token)..].split(|&byte| byte == b'.').nth(2)
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

/// The same of an end, which may lie beyond all years.
pub(super) fn end(claim: &Value) -> Option<String> {
    encoding::end(claim.as_f64()? as i64)
}

/// Whether a token is one that is printed for everybody: that of jwt.io, and those of Supabase's local stack, signed anew or not.
#[must_use]
pub fn is_sample(payload: &Value) -> bool {
    payload["iss"] == "supabase-demo" || (payload["sub"] == "1234567890" && payload["name"] == "John Doe")
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
        let signature = part(&"s".repeat(32));
        let token = format!("{}.{}.{signature}", part(r#"{"alg":"HS256"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Jwt.verify(token.as_bytes(), 0), Outcome::Holds);
        assert_eq!(Jwt.facts(token.as_bytes(), 0).len(), 2);
        for sample in [r#"{"iss":"supabase-demo","role":"anon"}"#, r#"{"sub":"1234567890","name":"John Doe"}"#] {
            let token = format!("{}.{}.{signature}", part(r#"{"alg":"HS256"}"#), part(sample));
            assert_eq!(Jwt.verify(token.as_bytes(), 0), Outcome::Fails, "{sample}");
        }
        let token = format!("{}.{}.c2ln", part(r#"{"typ":"JWT"}"#), part(r#"{"sub":"a"}"#));
        assert_eq!(Jwt.verify(token.as_bytes(), 0), Outcome::Fails);
    }

    #[test]
    fn a_signature_is_as_long_as_its_algorithm_makes_it() {
        let outcome = |algorithm: &str, characters: usize| {
            let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
            let header = part(&format!(r#"{{"alg":"{algorithm}"}}"#));
            let token = format!("{header}.{}.{}", part(r#"{"sub":"a"}"#), "A".repeat(characters));
            Jwt.verify(token.as_bytes(), 0)
        };
        for (algorithm, lengths) in [
            ("HS256", &[43][..]),
            ("HS384", &[64]),
            ("HS512", &[86]),
            // Keys of 1024, 2048, 2056, 3072 and 4096 bits.
            ("RS256", &[171, 342, 343, 512, 683]),
            ("PS512", &[342, 512, 683]),
            ("ES256", &[86]),
            ("ES384", &[128]),
            ("ES512", &[176]),
            ("EdDSA", &[86, 152]),
            ("of-our-own", &[2, 43, 100]),
        ] {
            for &length in lengths {
                assert_eq!(outcome(algorithm, length), Outcome::Holds, "{algorithm}: {length}");
            }
        }
        for (algorithm, lengths) in [
            ("HS256", &[4, 42, 44, 86][..]),
            ("HS512", &[43]),
            ("RS256", &[43, 170, 341]),
            ("ES256", &[43, 95]),
            ("EdDSA", &[43]),
            ("none", &[43]),
            // Four characters are three bytes, and one more is none.
            ("of-our-own", &[101]),
        ] {
            for &length in lengths {
                assert_eq!(outcome(algorithm, length), Outcome::Doubtful, "{algorithm}: {length}");
            }
        }
        assert_eq!(outcome("None", 0), Outcome::Unknown);
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
            ("expires", "9999-12-30T22:00:00Z"),
        ];
        assert_eq!(facts, expected.map(|(name, value)| (name, value.to_owned())));
    }
}
