//! The words that a JSON Web Token says of itself. Nothing is verified: that would need a key.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::judge;

/// A token found in a text.
pub(crate) struct Jwt {
    /// Which bytes of the text.
    pub range: Range<usize>,
    /// The claims.
    pub payload: Map<String, Value>,
}

impl Jwt {
    /// A time claim, in seconds.
    pub(crate) fn time(&self, claim: &str) -> Option<f64> {
        self.payload.get(claim).and_then(Value::as_f64)
    }
}

impl Jwt {
    /// Whether it says of itself that it only fetches other tokens, in the claims that Keycloak, Simple JWT and Flask write.
    pub(crate) fn is_refresh_token(&self) -> bool {
        let said =
            ["typ", "token_type", "type", "token_use"].into_iter().filter_map(|it| self.payload.get(it)?.as_str());
        said.into_iter().any(|kind| kind.eq_ignore_ascii_case("refresh") || kind.eq_ignore_ascii_case("offline"))
    }
}

/// Every token in the text: three parts of base64url, of which the first two are JSON objects and the first has an `alg`. Those
/// that documentation prints are left out.
pub(crate) fn find(text: &str) -> Vec<Jwt> {
    let mut found = Vec::new();
    let mut behind = 0;
    for start in memchr::memmem::find_iter(text.as_bytes(), "eyJ") {
        if start < behind {
            continue;
        }
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = text.as_bytes()[start..].iter().take_while(|byte| is_part(byte)).count();
        if let Some(payload) = decode(&text[start..start + length]) {
            found.push(Jwt { range: start..start + length, payload });
        }
        behind = start + length;
    }
    found
}

/// Every token in the text whose header says `alg: none`: two parts and the dot behind them.
pub(crate) fn unsigned(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    for start in memchr::memmem::find_iter(text.as_bytes(), "eyJ") {
        if start > 0 && is_part(&text.as_bytes()[start - 1]) {
            continue;
        }
        let length = text.as_bytes()[start..].iter().take_while(|byte| is_part(byte)).count();
        let token = &text[start..start + length];
        let mut parts = token.split('.');
        let object = |part: Option<&str>| -> Option<Map<String, Value>> {
            let bytes = data_encoding::BASE64URL_NOPAD.decode(part?.as_bytes()).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (Some(header), Some(_)) = (object(parts.next()), object(parts.next())) else { continue };
        let algorithm = header.get("alg").and_then(Value::as_str);
        if parts.next() == Some("") && algorithm.is_some_and(|name| name.eq_ignore_ascii_case("none")) {
            found.push(start..start + length);
        }
    }
    found
}

fn decode(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.').skip(2);
    if parts.next()?.len() < 16 || parts.next().is_some() {
        return None;
    }
    match judge::token::jwt_parts(token.as_bytes())? {
        (_, payload) if judge::token::is_sample_jwt(&payload) => None,
        (_, Value::Object(payload)) => Some(payload),
        _ => None,
    }
}
