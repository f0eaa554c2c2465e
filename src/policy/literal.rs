//! Whether a text is a value, a reference to one, or a placeholder; and whether a name is a secret's.
//!
//! Conservative in one direction: in doubt it is a reference or a placeholder, and no finding.

/// Whether the text stands for a value that is kept elsewhere, or holds a part that is filled in later.
#[must_use]
pub(crate) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let starts = [
        "$",
        "%",
        "!",
        "<",
        "@",
        "op://",
        "vault:",
        "aws:",
        "arn:",
        "sm://",
        "gcp-secret://",
        "doppler://",
        "infisical://",
        "bws:",
        "ref+",
        "awskms:",
        "keyring:",
        "file:",
        "/run/secrets/",
        "os.environ/",
        "env:",
        "env.",
        "process.env",
        "ENC[",
        "ENC(",
        "encrypted:",
        "secret://",
        "keyvault:",
        "secretref:",
        "projects/",
    ];
    let inside = ["${", "$(", "$[", "{{", "<%", "%(", "#{", "@{", "<<", "`", "__"];
    starts.iter().any(|start| text.starts_with(start))
        || inside.iter().any(|part| text.contains(part))
        || (text.starts_with('{') && text.ends_with('}'))
        || (text.starts_with('[') && text.ends_with(']'))
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
        "placeholder",
        "changeme",
        "change-me",
        "change_me",
        "replace",
        "your",
        "insert",
        "redacted",
        "xxx",
        "fake",
        "mock",
        "todo",
        "fixme",
        "notreal",
        "secret-here",
        "goes-here",
        "goes_here",
        "****",
        "....",
        "…",
    ];
    let whole = [
        "",
        "password",
        "passwd",
        "pass",
        "secret",
        "token",
        "key",
        "test",
        "testing",
        "none",
        "null",
        "nil",
        "undefined",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "admin",
        "root",
        "user",
        "default",
        "local",
        "dev",
        "demo",
        "foo",
        "bar",
        "postgres",
        "guest",
        "empty",
    ];
    let mut distinct: Vec<u8> = lower.bytes().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() <= 3 || whole.contains(&lower.as_str()) || words.iter().any(|word| lower.contains(word))
}

/// The words of a name: `accessTokenTTL`, `ACCESS_TOKEN_TTL` and `access-token.ttl` all give `access token ttl`.
#[must_use]
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            previous = ' ';
            continue;
        }
        let after_lower = previous.is_lowercase() || previous.is_ascii_digit();
        // In `TTLSeconds` the last capital begins the next word.
        let ends_acronym = previous.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase());
        let begins = previous == ' ' || (c.is_uppercase() && (after_lower || ends_acronym));
        match words.last_mut() {
            Some(word) if !begins => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        previous = c;
    }
    words
}

/// Whether a key with this name usually holds a secret itself, not the name, place or age of one.
#[must_use]
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    let about = [
        "url",
        "uri",
        "endpoint",
        "path",
        "file",
        "dir",
        "name",
        "id",
        "ids",
        "type",
        "kind",
        "field",
        "header",
        "prefix",
        "length",
        "size",
        "ttl",
        "expiry",
        "expires",
        "expiration",
        "timeout",
        "age",
        "lifetime",
        "policy",
        "version",
        "algorithm",
        "alg",
        "issuer",
        "audience",
        "scope",
        "scopes",
        "enabled",
        "disabled",
        "required",
        "arn",
        "ref",
        "store",
        "provider",
        "method",
        "public",
        "hint",
        "days",
        "hours",
        "minutes",
        "seconds",
        "limit",
        "count",
        "max",
        "min",
        "interval",
        "host",
        "port",
        "user",
        "username",
        "email",
        "region",
    ];
    if about.contains(&last.as_str()) || words.iter().any(|word| word == "public" || word == "publishable") {
        return false;
    }
    let single = [
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
    let pairs = [
        ("api", "key"),
        ("access", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("encryption", "key"),
        ("signing", "key"),
        ("auth", "key"),
    ];
    words.iter().any(|word| single.contains(&word.as_str()))
        || words.windows(2).any(|pair| pairs.contains(&(pair[0].as_str(), pair[1].as_str())))
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
