//! References: text that names where a secret is kept instead of being one. A reference is good practice, never a finding.

use super::shape::is_identifier;

/// What the value refers to, in words for the user; none if it is a literal.
#[must_use]
pub fn reference(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if is_encrypted(text) {
        return Some("encrypted at rest");
    }
    if STORES.iter().any(|store| starts_with_ignore_case(text, store)) {
        return Some("names a place in a secret store");
    }
    if text.contains("://") && text.contains(".vault.azure.net/secrets/") {
        return Some("names a place in a secret store");
    }
    if is_lookup(text) {
        return Some("looks the value up at run time");
    }
    if leaves_nothing(text, false) {
        return Some("filled in at run time");
    }
    if text.strip_prefix("<<").is_some_and(|rest| is_word(rest.trim_matches(['-', '~', '"', '\'']))) {
        return Some("the beginning of a here document");
    }
    if is_format_directive(text) {
        return Some("a format directive");
    }
    // What an unquoted value shows of an expression with spaces in it.
    if ["{{", "${", "$(", "#{", "<%"].iter().any(|open| text.ends_with(open)) || is_tag(text) {
        return Some("the beginning of an expression");
    }
    None
}

/// Whether a dialect that expands what stands between its quotes would fill the value in, though it may be a literal elsewhere:
/// `abc$def`, `a{b}c`, `%X%` and a pair of backticks in the middle of a word are what passwords hold by chance.
#[must_use]
pub fn may_be_filled_in(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| leaves_nothing(text.trim(), true))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether next to nothing is left of a value without its expressions; `in_words`: also without those that only some dialects
/// have within a word.
fn leaves_nothing(text: &str, in_words: bool) -> bool {
    // Most values hold none of the marks that begin an expression.
    let begins = |byte| matches!(byte, b'$' | b'{' | b'<' | b'#' | b'\\' | b'`' | b'%' | b'!' | b'@');
    if !text.bytes().any(begins) {
        return false;
    }
    let rest = without_expressions(text, in_words);
    rest.len() < text.len()
        && (rest.len() * 4 <= text.len()
            || rest.bytes().filter(u8::is_ascii_alphanumeric).count() < 8
            || is_identifier(&rest))
}

/// How references to secret stores and to files begin.
const STORES: [&str; 24] = [
    "op://",
    "vault:",
    "aws:secretsmanager:",
    "arn:aws",
    "sm://",
    "gcp-secret://",
    "keyvault:",
    "doppler://",
    "infisical://",
    "bws:",
    "ref+",
    "awskms:",
    "gcpkms://",
    "azurekms://",
    "hashivault://",
    "keyring:",
    "file:",
    "/run/secrets/",
    "/var/run/secrets/",
    "secretref:",
    "secret://",
    "ssm://",
    "ssm:",
    "env:",
];

fn starts_with_ignore_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// The envelopes of tools that keep ciphertext in files.
fn is_encrypted(text: &str) -> bool {
    [
        "ENC[",
        "ENC(",
        "{cipher}",
        "$ANSIBLE_VAULT;",
        "encrypted:",
        "CRYPT:",
        "vault:v1:",
        "secure:",
        "AQICAH",
        "-----BEGIN AGE",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

/// Calls and members that read the environment or a configuration.
fn is_lookup(text: &str) -> bool {
    const LOOKUPS: [&str; 26] = [
        "process.env",
        "import.meta.env",
        "os.environ",
        "os.getenv",
        "os.Getenv",
        "std::env::",
        "env::var",
        "env!(",
        "System.getenv",
        "getenv(",
        "$_ENV[",
        "$_SERVER[",
        "ENV[",
        "ENV.fetch",
        "Environment.GetEnvironmentVariable",
        "ProcessInfo.processInfo",
        "BuildConfig.",
        "Deno.env",
        "Bun.env",
        "credentials(",
        "lookup(",
        "hiera(",
        "var.",
        "local.",
        "data.",
        "secrets.",
    ];
    LOOKUPS.iter().any(|start| text.starts_with(start))
}

/// The text without template expressions, variables and command substitutions; with `in_words`, also those of single marks
/// within a word.
fn without_expressions(text: &str, in_words: bool) -> String {
    const PAIRS: [(&str, &str); 9] = [
        ("${{", "}}"),
        ("{{", "}}"),
        ("{%", "%}"),
        ("<%", "%>"),
        ("${", "}"),
        ("$(", ")"),
        ("#{", "}"),
        ("$[", "]"),
        ("\\(", ")"),
    ];
    const IN_WORDS: [(&str, &str); 3] = [("<<", ">>"), ("`", "`"), ("{", "}")];
    // Two fields and more are a template's.
    let in_words = in_words || text.matches('{').count() > 1 && text.matches('}').count() > 1;
    let mut out = String::new();
    let mut rest = text;
    'next: while let Some(first) = rest.chars().next() {
        let within = !in_words && is_within_word(&text[..text.len() - rest.len()]);
        for (open, close) in PAIRS.iter().chain(IN_WORDS.iter().filter(|_| !within)) {
            if let Some(behind) = rest.strip_prefix(open)
                && let Some(end) = behind.find(close)
            {
                rest = &behind[end + close.len()..];
                continue 'next;
            }
        }
        if matches!(first, '$' | '%' | '!' | '@')
            && let Some(length) = variable(&rest[1..], first, out.is_empty(), within)
        {
            rest = &rest[1 + length..];
            continue;
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// Whether what follows `before` stands within a word: behind anything but what separates names.
fn is_within_word(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_some_and(|c| !matches!(c, ' ' | ':' | '/' | '-' | '_' | '.' | '=' | ',' | '@' | '"' | '\''))
}

/// The length of a variable's name behind its sigil: `$NAME`, `$env:NAME`, `%NAME%`, `!NAME!`, `@NAME@`. A dollar sign in the
/// middle of a password is followed by such a name only by chance, so the name must be all upper or all lower case; behind
/// the other sigils, unless they begin the value, all upper case. Within a word only a name in capitals counts.
fn variable(rest: &str, sigil: char, begins: bool, within: bool) -> Option<usize> {
    let length =
        rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.')).count();
    let name = &rest[..length];
    if !name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
        return None;
    }
    let in_capitals = length >= 3 && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    if within && !in_capitals {
        return None;
    }
    if sigil != '$' {
        if !begins && name.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        return (rest.as_bytes().get(length) == Some(&(sigil as u8))).then_some(length + 1);
    }
    let one_case =
        !name.bytes().any(|byte| byte.is_ascii_uppercase()) || !name.bytes().any(|byte| byte.is_ascii_lowercase());
    (one_case || name.starts_with("env:") || is_camel_case(name)).then_some(length)
}

/// Letters only, a small one first: `dbPassword`.
fn is_camel_case(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphabetic()) && name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// A YAML tag: `!vault`, `!Ref`.
fn is_tag(text: &str) -> bool {
    text.strip_prefix('!').is_some_and(|name| name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// `%s`, `%(name)s`, `:bind`, `?`, `{0}`.
fn is_format_directive(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'?'] | [b'%', b'a'..=b'z'])
        || ["{}", "{0}", "{1}"].iter().any(|directive| text.contains(directive))
        || bytes
            .windows(3)
            .any(|part| matches!(part, [b'%', b's' | b'd' | b'v', next] if !next.is_ascii_alphanumeric()))
        || (bytes.len() > 3 && matches!(bytes, [.., b'%', b's' | b'd' | b'v']))
        || (text.starts_with("%(") && (text.ends_with(")s") || text.ends_with(")d")))
        || (bytes.len() > 2
            && bytes[0] == b':'
            && bytes[1..].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_many_systems_are_recognised() {
        for value in [
            "$DB_PASSWORD",
            "${DB_PASSWORD}",
            "${DB_PASSWORD:-}",
            "$(cat /run/secrets/db)",
            "%DB_PASSWORD%",
            "${{ secrets.DB_PASSWORD }}",
            "{{ .Values.db.password }}",
            "$dbPassword",
            "$env:DB_PASSWORD",
            "<%= ENV['X'] %>",
            "process.env.SECRET",
            "os.environ['SECRET']",
            "op://vault/item/field",
            "arn:aws:secretsmanager:eu-west-1:000000000000:secret:x",
            "ENC[AES256_GCM,data:abc]",
            "/run/secrets/db",
            "%s",
            "%(password)s",
            ":password",
            "#{password}",
            "prefix-${X}",
            "Zm9vYmFyOg{[A-Z]:9}{[0-9]:9}{lower:20}{upper}",
            "${registryKey}:_authToken",
            "Token {0}:{1}",
            "!vault",
            "str:{{",
            "abc$HOME",
        ] {
            assert!(reference(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn literals_are_not() {
        for value in ["p4$sW0rd!x", "abc", "pa%ss%word1", "hunter22!", "a:b:c", "S3cr3t{not}aTemplate99"] {
            assert_eq!(reference(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn marks_within_a_word_are_a_matter_of_the_dialect() {
        for value in ["abc$def", "a{b}c", "a`b`c", "ab%cd%ef", "a<<b>>c"] {
            assert_eq!(reference(value.as_bytes()), None, "{value}");
        }
        for value in ["abc$def", "a{b}c", "a`b`c"] {
            assert!(may_be_filled_in(value.as_bytes()), "{value}");
        }
        assert!(!may_be_filled_in(b"abc"));
    }
}
