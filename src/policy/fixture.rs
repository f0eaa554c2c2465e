//! What stands for a secret in the examples of a page, so that nothing shaped like one stands there as it is.
//!
//! `@jwt({…})` stands for a token with that payload, `@unsigned({…})` for one without a signature, `@random(N)` for N random characters, `@base64(…)` for the
//! encoded text, `@certificate(…)` and `@authority(…)` for one that counts between two days. Tests see what is [made out](expand) of it, users what it
//! [means](readable).

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::certificate;

static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"@(?:jwt|(unsigned))\((\{[^)]*\})\)|@random\(([0-9]+)\)|@base64\(([^)]*)\)|@(certificate|authority)\(([0-9]+) ([0-9]+)\)")
        .expect("a pattern of our own is valid")
});

/// The text with what stands for secrets made out.
#[must_use]
pub(super) fn expand(text: &str) -> String {
    let expanded = TEMPLATE.replace_all(text, |found: &Captures<'_>| {
        let group = |number: usize| found.get(number).map(|group| group.as_str());
        let part = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        if let (Some(from), Some(until)) = (group(6), group(7)) {
            return certificate::example(from, until, group(5) == Some("authority"));
        }
        match (group(2), group(3), group(4)) {
            (Some(payload), ..) if group(1).is_some() => {
                format!("{}.{}.", part(br#"{"alg":"none","typ":"JWT"}"#), part(payload.as_bytes()))
            }
            (Some(payload), ..) => {
                let signature: Vec<u8> = (0..32u8).map(|n| n.wrapping_mul(73) ^ 0x5a).collect();
                let header = br#"{"alg":"HS256","typ":"JWT"}"#;
                format!("{}.{}.{}", part(header), part(payload.as_bytes()), part(&signature))
            }
            (None, Some(length), _) => {
                let alphabet = b"k7QzR2mXw9LpT4vBn6HsYc3Jd8FgA5eU";
                let length: usize = length.parse().unwrap_or(0);
                (0..length).map(|n| alphabet[(n * 11 + length * 5 + n * n * 3) % alphabet.len()] as char).collect()
            }
            (None, None, plain) => data_encoding::BASE64.encode(plain.unwrap_or_default().as_bytes()),
        }
    });
    expanded.into_owned()
}

/// The text with what stands for secrets in words.
#[must_use]
pub(super) fn readable(text: &str) -> String {
    let told = TEMPLATE.replace_all(text, |found: &Captures<'_>| {
        let group = |number: usize| found.get(number).map_or("", |group| group.as_str());
        match (group(2), group(3), group(5)) {
            (payload, _, _) if !payload.is_empty() => {
                let kind = if group(1).is_empty() { "token" } else { "token without a signature" };
                format!("<{kind}: {payload}>")
            }
            (_, length, _) if !length.is_empty() => format!("<{length} random characters>"),
            (_, _, "certificate") => "<certificate>".to_owned(),
            (_, _, "authority") => "<certificate of an authority>".to_owned(),
            _ => format!("<{} in base64>", group(4)),
        }
    });
    told.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_read_says_what_it_is() {
        let text = "a: @random(24), b: @base64(changeme), c: @jwt({\"exp\": 1}), d: @unsigned({\"a\": 1}) @b";
        let told = "a: <24 random characters>, b: <changeme in base64>, c: <token: {\"exp\": 1}>, d: <token without a signature: \
                    {\"a\": 1}> @b";
        assert_eq!(readable(text), told);
        assert!(expand(text).starts_with("a: k") || !expand(text).contains("@random"));
    }
}
