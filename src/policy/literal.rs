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
        || is_name_in_capitals(text)
        || is_sentence(&lower)
        || placeholder::placeholder(text.as_bytes(), text.as_bytes(), false).is_some()
        || words.iter().any(|word| lower.contains(word))
}

/// Whether the text is what names of variables are, `API_KEY_VALUE`: nothing drawn at random has capitals and underscores alone.
fn is_name_in_capitals(text: &str) -> bool {
    text.contains('_') && text.split('_').all(|word| !word.is_empty() && word.bytes().all(|it| it.is_ascii_uppercase()))
}

/// Whether the text is a sentence about a secret, which a passphrase is not.
fn is_sentence(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_ascii_whitespace().collect();
    let names_it = |word: &&str| ["secret", "password", "token", "key", "credential"].contains(&word.trim_matches('.'));
    words.len() > 3 && words.iter().any(names_it)
}

/// Whether the text is a path, or a name that ends with what it stands for (`shop-db-password`, `tls.key`): what holds a secret
/// rather than the secret.
#[must_use]
pub(crate) fn names_a_place(text: &str) -> bool {
    const LAST: [&str; 25] = [
        "auth",
        "cert",
        "certs",
        "conf",
        "cred",
        "credential",
        "credentials",
        "creds",
        "crt",
        "json",
        "key",
        "keys",
        "name",
        "passwd",
        "password",
        "pem",
        "secret",
        "secrets",
        "tls",
        "token",
        "tokens",
        "txt",
        "user",
        "username",
        "yaml",
    ];
    let text = text.to_ascii_lowercase();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_alphanumeric());
    let words: Vec<&str> = text.split(['-', '_', '.']).collect();
    let is_named = words.len() > 1
        && words.iter().all(|word| is_word(word))
        && words.last().is_some_and(|last| LAST.contains(last) || *last == "yml");
    is_named || is_path(&text)
}

/// Whether the text is the path of a file: `/run/secrets/token`, `../keys/`.
fn is_path(text: &str) -> bool {
    let Some((start, rest)) = text.split_once('/') else { return false };
    let parts = rest.strip_suffix('/').unwrap_or(rest).split('/');
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-'))
    };
    matches!(start, "" | "." | "..") && parts.into_iter().all(is_part)
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
    const NOT_LAST: [&str; 7] = ["annotation", "expression", "label", "review", "reviews", "rotation", "schedule"];
    let words = words(name);
    // Those that encrypt by a service are named, and etcd's token names a cluster.
    let is_name = words.ends_with(&["kms", "key"].map(str::to_owned))
        || words.ends_with(&["initial", "cluster", "token"].map(str::to_owned))
        || words.last().is_some_and(|word| NOT_LAST.contains(&word.as_str()));
    let is_key = |pair: &[String]| pair[1] == "key" && BEFORE_KEY.contains(&pair[0].as_str());
    key::is_about_a_secret(name.as_bytes()).is_none()
        && !is_name
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
        for name in [
            "user_password_rotation_schedule_expression",
            "rotate_password_schedule",
            "SecretsManagerSecretsKMSKey",
            "initialClusterToken",
            "tokenReview",
            "storageSecretNameAnnotation",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_places() {
        for text in ["shop-db-password", "tls.key", "/run/secrets/token", "../keys/", "A_SECRET", "app.yml"] {
            assert!(names_a_place(text), "{text}");
        }
        for text in ["password", "q8Zr1vTn4w", "-token", "a b-token", "/", "//token", "https://host/token", "a/b"] {
            assert!(!names_a_place(text), "{text}");
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
        for text in ["GOOGLE_API_KEY_VAL", "UNSET_SECRET_PLEASE_OVERRIDE", "shhhh! it's a github secret"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["q8Zr1vTn4w", "correct horse battery staple", "QWNVTZRA", "A_B1_C", "a secret here"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
