//! Whether a text is a value, a reference to one, or a placeholder.
//!
//! Judgement's own tests, and a little more: in doubt it is a reference or a placeholder, and no finding.

use crate::judge::{key, placeholder, reference};

pub(crate) use super::secret_name::is_secret_name;

/// How those begin that only what runs in a cluster looks up, beside the ones that judgement knows.
const STORES: [&str; 9] =
    ["akeyless:", "awsps:", "awssm:", "azure:keyvault:", "azurekv:", "bao:", "conjur:", "gcp:secretmanager:", "gcpsm:"];

/// Whether the text stands for a value that is kept elsewhere, or holds a part that is filled in later.
#[must_use]
pub(crate) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let inside = ["${", "$(", "$[", "{{", "<%", "%(", "#{", "@{", "<<", "`", "__"];
    reference::reference(text.as_bytes()).is_some()
        || text.starts_with(['$', '%', '!', '<', '@'])
        || inside.iter().any(|part| text.contains(part))
        || text.starts_with("projects/")
        || STORES.iter().any(|store| text.starts_with(store))
}

/// Whether the text is obviously not the real thing: an example, a mask, a word.
#[must_use]
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let words = [
        "example",
        "sample",
        "dummy",
        "your",
        "replace",
        "insert",
        "fake",
        "mock",
        "xxx",
        "todo",
        "changeme",
        "notreal",
        "not-real",
        "not_real",
        "not-a-real",
        "not_a_real",
    ];
    text.is_empty()
        || is_name_in_capitals(text)
        || is_sentence(&lower)
        || is_for_tests(&lower)
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
    words.len() > 2 && words.iter().any(names_it)
}

/// Whether the text is made of words alone, of which one says that it is for tests or for nothing: `ci-test`, `not-needed`.
fn is_for_tests(lower: &str) -> bool {
    const SAYING: [&str; 12] =
        ["ci", "demo", "dev", "needed", "none", "only", "test", "testing", "tests", "unneeded", "unset", "unused"];
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase()) && (2..=14).contains(&word.len());
    let words: Vec<&str> = lower.split(['-', '_', '.', ' ']).collect();
    words.iter().all(is_word) && words.iter().any(|word| SAYING.contains(word))
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
        for text in ["${X}", "$X", "{{ x }}", "op://a/b", "!vault", "a${b}c", "<token>", "awssm:shop/db"] {
            assert!(is_reference(text), "{text}");
        }
        assert!(!is_reference("s3cr3t-value") && !is_reference("https://host.example/path"));
        for text in ["changeme", "xxxxxxxx", "your-token", "", "aaaaaa", "password"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["ci-test", "for-tests-only", "not-needed", "Unused", "not-a-real-password", "a secret here"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["GOOGLE_API_KEY_VAL", "UNSET_SECRET_PLEASE_OVERRIDE", "shhhh! it's a github secret"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["q8Zr1vTn4w", "correct horse battery staple", "QWNVTZRA", "A_B1_C", "my secret", "petclinic"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
