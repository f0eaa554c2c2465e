//! Whether a text is a value, a reference to one, or a placeholder; and whether a name is a secret's.
//!
//! Judgement's own tests, and a little more: in doubt it is a reference or a placeholder, and no finding.

use crate::judge::{key, placeholder, reference};

/// Whether the text stands for a value that is kept elsewhere, or holds a part that is filled in later.
#[must_use]
pub(crate) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let inside = ["${", "$(", "$[", "{{", "<%", "%(", "#{", "@{", "<<", "`", "__"];
    reference::reference(text.as_bytes()).is_some()
        || text.starts_with(['$', '%', '!', '<', '@'])
        || inside.iter().any(|part| text.contains(part))
        || text.starts_with("projects/")
}

/// Whether the text is obviously not the real thing: an example, a mask, a word.
#[must_use]
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let words = [
        "example", "sample", "dummy", "your", "replace", "insert", "fake", "mock", "xxx", "todo", "changeme", "notreal",
    ];
    text.is_empty()
        || placeholder::placeholder(text.as_bytes(), text.as_bytes(), false).is_some()
        || words.iter().any(|word| lower.contains(word))
}

/// The words of a name: `accessTokenTTL`, `ACCESS_TOKEN_TTL` and `access-token.ttl` all give `access token ttl`.
#[must_use]
pub(crate) fn words(name: &str) -> Vec<String> {
    key::words(name.as_bytes())
}

/// Whether a key with this name usually holds a secret itself, not the name, place or age of one.
#[must_use]
pub(crate) fn is_secret_name(name: &str) -> bool {
    const SINGLE: [&str; 10] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "credential",
        "credentials",
        "pwd",
        "passcode",
    ];
    const BEFORE_KEY: [&str; 7] = ["api", "access", "private", "secret", "encryption", "signing", "auth"];
    let words = words(name);
    let is_key = |pair: &[String]| pair[1] == "key" && BEFORE_KEY.contains(&pair[0].as_str());
    key::is_about_a_secret(name.as_bytes()).is_none()
        && !words.iter().any(|word| word == "public" || word == "publishable")
        && (words.iter().any(|word| SINGLE.contains(&word.as_str())) || words.windows(2).any(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_style() {
        for name in ["accessTokenTTL", "ACCESS_TOKEN_TTL", "access-token.ttl", "AccessToken TTL"] {
            assert_eq!(words(name), ["access", "token", "ttl"], "{name}");
        }
        assert_eq!(words("TTLSeconds"), ["ttl", "seconds"]);
        assert_eq!(words("oauth2Token"), ["oauth2", "token"]);
    }

    #[test]
    fn secret_names() {
        for name in ["DB_PASSWORD", "apiKey", "AWS_SECRET_ACCESS_KEY", "github_token", "clientSecret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["TOKEN_URL", "secret_name", "public_key", "passwordPolicy", "KEY", "tokenizer", "SESSION_TTL"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn references_and_placeholders() {
        for text in ["${X}", "$X", "{{ x }}", "op://a/b", "!vault", "a${b}c", "<token>"] {
            assert!(is_reference(text), "{text}");
        }
        assert!(!is_reference("s3cr3t-value") && !is_reference("https://host.example/path"));
        for text in ["changeme", "xxxxxxxx", "your-token", "", "aaaaaa", "password"] {
            assert!(is_placeholder(text), "{text}");
        }
        assert!(!is_placeholder("q8Zr1vTn4w"));
    }
}
