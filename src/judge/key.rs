//! What the name of a key says of its value.

use crate::rule::builtin::{
    KEY_NAMES_NOT_SECRET_ANYWHERE as NOT_ANYWHERE, KEY_NAMES_NOT_SECRET_FIRST as NOT_FIRST,
    KEY_NAMES_NOT_SECRET_LAST as NOT_LAST,
};

/// The words that a name is made of, in lower case: `accessKey_id` is `access`, `key`, `id`.
#[must_use]
pub fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = b'_';
    for (index, &byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            previous = b'_';
            continue;
        }
        let next_is_lower = name.get(index + 1).is_some_and(u8::is_ascii_lowercase);
        let begins = previous == b'_'
            || (byte.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()))
            || (byte.is_ascii_uppercase() && previous.is_ascii_uppercase() && next_is_lower);
        match words.last_mut() {
            Some(word) if !begins => word.push(char::from(byte.to_ascii_lowercase())),
            _ => words.push(char::from(byte.to_ascii_lowercase()).to_string()),
        }
        previous = byte;
    }
    words
}

/// Whether a key of these words is one whose values people choose, so that a value need not be random.
#[must_use]
pub fn is_of_password(words: &[String]) -> bool {
    words.iter().any(|word| ["pass", "pw"].iter().any(|part| word.contains(part)))
}

/// Why a key of this name holds something about a secret rather than the secret; none if it may hold one.
#[must_use]
pub fn is_about_a_secret(name: &[u8]) -> Option<&'static str> {
    // Of `db.connection.password_url` only the last segment names the value.
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let words = words(last);
    let is = |list: &[&str], word: &str| list.binary_search(&word).is_ok();
    if words.last().is_some_and(|word| is(NOT_LAST, word)) && !is_exception(&words) {
        return Some("the key names something about a secret, not the secret");
    }
    if words.len() > 1 && words.first().is_some_and(|word| is(NOT_FIRST, word)) {
        return Some("the key asks or tells something about a secret");
    }
    // The token of a page on a network of friends is one of access.
    if words.iter().any(|word| is(NOT_ANYWHERE, word)) && !words.iter().any(|word| word == "access") {
        return Some("the key names a place in a list, not a secret");
    }
    if is_of_form(&words) {
        return Some("the key names the token of one page's form, not a secret");
    }
    if words.iter().any(|word| word == "public") && words.iter().any(|word| word == "key") {
        return Some("the key names a public key");
    }
    None
}

/// What frameworks put into forms against forged requests: made anew for each session. The key that makes it is a secret.
fn is_of_form(words: &[String]) -> bool {
    let is_token = words.last().is_some_and(|word| word.ends_with("token"));
    let forged = |word: &String| ["csrf", "xsrf"].iter().any(|start| word.starts_with(start)) || word == "authenticity";
    is_token && (words.iter().any(forged) || ends_with(words, &["request", "verification", "token"]))
}

/// AppRole's `secret_id` and AWS's `access_key_id` are half of a credential in spite of their last word, and Rails and Phoenix
/// call the key of their sessions `secret_key_base`.
fn is_exception(words: &[String]) -> bool {
    ends_with(words, &["secret", "id"]) || ends_with(words, &["secret", "key", "base"])
}

fn ends_with(words: &[String], end: &[&str]) -> bool {
    words.len() >= end.len() && words[words.len() - end.len()..].iter().eq(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words(b"accessKey_id"), ["access", "key", "id"]);
        assert_eq!(words(b"--DB-PASSWORD"), ["db", "password"]);
        assert_eq!(words(b"HTTPToken2Value"), ["http", "token2", "value"]);
    }

    #[test]
    fn names_about_secrets_are_told_from_names_of_secrets() {
        for name in [
            "password_url",
            "tokenType",
            "secret-name",
            "PASSWORD_MIN_LENGTH",
            "is_password",
            "sshPublicKey",
            "NextPageToken",
            "tokenAddress",
            "csrf_token",
            "csrfmiddlewaretoken",
            "__RequestVerificationToken",
        ] {
            assert!(is_about_a_secret(name.as_bytes()).is_some(), "{name}");
        }
        for name in [
            "password",
            "DB_PASSWORD",
            "apiToken",
            "role.secret_id",
            "client_secret",
            "CSRF_SECRET",
            "PAGE_ACCESS_TOKEN",
            "verification_token",
            "secret_key_base",
        ] {
            assert_eq!(is_about_a_secret(name.as_bytes()), None, "{name}");
        }
    }
}
