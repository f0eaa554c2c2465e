//! What a value looks like when it is not a secret: names, prose, paths, identifiers, dates, digests and data.
//!
//! Only for values found by their key. A token of a distinctive format is never rejected here: anything can look like
//! anything by chance.

use crate::class::Class;
use crate::rule::builtin::IDENTIFIERS_WORDS as DICTIONARY;

/// What the value is, in words for the user; none if nothing better than a secret explains it.
#[must_use]
pub fn ordinary(value: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(value) else { return Some("not text") };
    TESTS.iter().find(|(_, test)| test(text)).map(|(what, _)| *what)
}

type Test = fn(&str) -> bool;

/// What [`ordinary`] says of a number.
pub const NUMBER: &str = "a number";
/// What it says of words with spaces between them.
pub const PROSE: &str = "prose";
/// What it says of a name made of words.
pub const IDENTIFIER: &str = "an identifier";

/// What it says of a path.
pub const PATH: &str = "a path";
/// What it says of a part of a pattern that a value may hold by chance.
pub const PATTERN: &str = "a pattern";
/// What it says of code.
pub const CODE: &str = "code: a call, an index or a member";

/// The tests, cheap ones first.
const TESTS: [(&str, Test); 17] = [
    (NUMBER, is_number),
    ("a UUID", is_uuid),
    ("a date or time", is_date),
    ("a version", is_version),
    ("a colour", is_colour),
    ("a host name, e-mail address or network address", is_host),
    ("a URL", is_url),
    (PATH, is_path),
    (PROSE, is_prose),
    ("a word of a language", is_foreign_word),
    ("markup or a pattern", is_markup),
    ("a piece of code", is_piece_of_code),
    (PATTERN, is_pattern),
    (CODE, is_code),
    (IDENTIFIER, is_identifier),
    ("data with a well-known beginning", is_data),
    ("a public key or digest", is_public),
];

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'_' | b','))
        || (text.starts_with("0x") && text.len() <= 18 && text[2..].bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// 8-4-4-4-12 hexadecimal digits: an identifier by its purpose (RFC 9562), with or without braces.
fn is_uuid(text: &str) -> bool {
    let text = text.trim_matches(['{', '}']);
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    bytes.len() >= 8
        && digits >= 6
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && matches!(bytes[4], b'-' | b'/')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b':' | b'.' | b'T' | b'Z' | b'+' | b' '))
}

fn is_version(text: &str) -> bool {
    let text = text.trim_start_matches(['v', 'V', '^', '~', '=', '>', '<']);
    let mut parts = text.splitn(3, '.');
    let numeric = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    numeric(parts.next())
        && numeric(parts.next())
        && parts.next().is_none_or(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && text.len() <= 24
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_host(text: &str) -> bool {
    let host = text.rsplit('@').next().unwrap_or(text);
    let host = host.split(':').next().unwrap_or(host);
    let labels: Vec<&str> = host.split('.').collect();
    let top = labels.last().copied().unwrap_or("");
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        && ((2..=12).contains(&top.len()) && top.bytes().all(|byte| byte.is_ascii_lowercase())
            || labels.len() == 4 && labels.iter().all(|label| label.parse::<u8>().is_ok()))
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.starts_with("mailto:") || text.starts_with("data:") || text.starts_with("urn:");
    };
    scheme.len() <= 20
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
}

/// Begins as a path does, or has separators between word-like parts.
fn is_path(text: &str) -> bool {
    let begins = ["./", "../", "~/", "\\\\", "C:\\", "c:\\"].iter().any(|start| text.starts_with(start));
    let parts: Vec<&str> = text.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let wordy = |part: &&str| {
        part.len() <= 40
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b' ' | b'*' | b':'))
            && (part.bytes().filter(u8::is_ascii_digit).count() * 4 <= part.len())
            && !has_mixed_case_inside(part)
    };
    let extension = text
        .rsplit_once('.')
        .is_some_and(|(_, extension)| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()));
    begins || extension || (parts.len() + usize::from(text.starts_with('/')) >= 2 && parts.iter().all(wordy))
}

const EXTENSIONS: [&str; 34] = [
    "pem", "key", "json", "yml", "yaml", "txt", "crt", "cer", "p12", "pfx", "jks", "toml", "xml", "ini", "cfg", "conf",
    "js", "ts", "py", "rb", "go", "rs", "java", "php", "html", "css", "md", "sh", "csv", "png", "svg", "sql", "log",
    "env",
];

/// A change between upper and lower case that words do not have: `aBcD`.
fn has_mixed_case_inside(part: &str) -> bool {
    let switches =
        part.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    switches * 3 > part.len()
}

/// Words with spaces between them.
fn is_prose(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = words
        .iter()
        .filter(|word| {
            let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
            !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '’'))
        })
        .count();
    words.len() >= 2 && plain * 10 >= words.len() * 6
}

/// A word with letters that no token has, or a sentence of a script that is written without spaces.
fn is_foreign_word(text: &str) -> bool {
    let foreign = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count();
    !text.is_ascii()
        && (foreign * 2 >= text.chars().count()
            || text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | ':' | '!' | '?')))
}

/// Tags, regular expressions, escapes, statements.
fn is_markup(text: &str) -> bool {
    const MARKS: [&str; 19] = [
        "(?:", "(?i", "(?=", "(?!", "\\d", "\\w", "\\s", "[a-", "[A-Z", "[0-9", "0-9]", "[^", "]{", "]+", "]*", "\\u",
        "\\x", "&amp;", "&lt;",
    ];
    // Each of them has one of these bytes, and most values have none.
    let may_hold = text.bytes().any(|byte| matches!(byte, b'(' | b'\\' | b'[' | b']' | b'&'));
    text.contains("</")
        || (text.starts_with('<') && text.contains('>'))
        || may_hold && MARKS.iter().any(|mark| text.contains(mark))
        || ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "select "].iter().any(|start| text.starts_with(start))
}

const BASE64: Class = Class::of("A-Za-z0-9+/");

/// What stands between two literals that a program joins.
fn is_piece_of_code(text: &str) -> bool {
    match text.strip_prefix('+') {
        // base64 begins with one, too, and is padded.
        Some(rest) if rest.trim_end_matches('=').bytes().all(|byte| BASE64.contains(byte)) => rest.ends_with('+'),
        Some(rest) => rest.contains(['=', ' ', '+']),
        None => text.starts_with([',', ';', ')', ']']) && text.contains(['=', ' ', '+']),
    }
}

/// What any text matches, and a percent sign as formats write it.
fn is_pattern(text: &str) -> bool {
    [".*", ".+", "%%"].iter().any(|mark| text.contains(mark))
}

/// What an expression of a programming language looks like, and a literal does not.
fn is_code(text: &str) -> bool {
    let call = text.find('(').is_some_and(|at| {
        at > 0
            && text[..at].bytes().all(|b| {
                Class::WORD.contains(b) || matches!(b, b'.' | b':' | b'>' | b'-' | b'!' | b'$' | b'@' | b'*' | b'&')
            })
    });
    let index = text
        .find('[')
        .is_some_and(|at| at > 0 && text[..at].bytes().all(|b| Class::WORD.contains(b) || matches!(b, b'.' | b'$')))
        && text.contains(']');
    let member = text.contains("::") || text.contains("->");
    call || index
        || member
        || text.starts_with("@{")
        || text.starts_with("new ")
        || text.starts_with("lambda")
        || text.contains("=>")
        || text.contains("&&")
        || text.contains("||")
        || text.starts_with('@')
            && text[1..].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_'))
}

/// A name that people made of words: few or no digits, and most of its letters in dictionary words.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !bytes.iter().all(|&byte| Class::WORD.contains(byte) || matches!(byte, b'.' | b'-' | b':' | b'/' | b'$' | b' '))
    {
        return false;
    }
    // A few digits behind a word are a number, as people add to names and weak passwords.
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let bytes = if text.len() - stem.len() <= 4 { stem.as_bytes() } else { bytes };
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if digits > 2 && digits * 5 > letters || letters == 0 {
        return false;
    }
    if letters < 4 {
        return digits == 0;
    }
    is_compound_name(text) || dictionary_share(text) >= 0.7
}

/// Words of letters that `_` or `-` join, three or more of them, or ending in a word that names of secrets end in: a name,
/// also where the dictionary does not know its words.
fn is_compound_name(text: &str) -> bool {
    joined_words(text).is_some_and(|words| words.len() >= 3) || is_name_of_a_secret(text)
}

/// Words of letters that `_` or `-` join, the last of which names of secrets end in: `db_password`.
#[must_use]
pub fn is_name_of_a_secret(text: &str) -> bool {
    const NOUNS: [&str; 14] = [
        "pass", "password", "passwd", "pwd", "key", "token", "secret", "name", "id", "user", "file", "path", "env",
        "value",
    ];
    joined_words(text)
        .is_some_and(|words| words.last().is_some_and(|word| NOUNS.contains(&word.to_ascii_lowercase().as_str())))
}

/// The words that `_` or `-` join, if there are several and each is of letters, in one case but for its beginning.
fn joined_words(text: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = text.trim_end_matches(':').split(['_', '-']).collect();
    let is_plain = |word: &&str| {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (rest.is_empty() || rest.len() + 1 >= word.len() && rest.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    (words.len() >= 2 && words.iter().all(is_plain)).then_some(words)
}

/// The share of the letters of `text` that dictionary words cover, longest words first within each piece of the name.
#[must_use]
pub fn dictionary_share(text: &str) -> f64 {
    let mut letters = 0usize;
    let mut covered = 0usize;
    for word in super::key::words(text.as_bytes()) {
        let word: String = word.chars().filter(char::is_ascii_alphabetic).collect();
        letters += word.len();
        let mut rest = word.as_str();
        while rest.len() >= 3 {
            let piece =
                (3..=rest.len().min(20)).rev().find(|&length| DICTIONARY.binary_search(&&rest[..length]).is_ok());
            match piece {
                Some(length) => {
                    covered += length;
                    rest = &rest[length..];
                }
                // A plural, a past tense, or a foreign beginning.
                None => rest = &rest[1..],
            }
        }
    }
    if letters == 0 { 0.0 } else { covered as f64 / letters as f64 }
}

/// The base64 of media and archives begins with their magic bytes.
fn is_data(text: &str) -> bool {
    const MAGIC: [&str; 20] = [
        "iVBORw0KGgo",
        "/9j/",
        "R0lGOD",
        "UklGR",
        "PHN2Zy",
        "AAEAAAA",
        "d09GR",
        "T1RUTw",
        "JVBERi",
        "UEsDB",
        "H4sI",
        "KLUv",
        "QlpoOT",
        "f0VMR",
        "TVqQ",
        "AGFzbQ",
        "GkXfo",
        "PD94bW",
        "PCFET0",
        "eyJ2ZXJzaW9uIjoz",
    ];
    text.len() >= 32 && MAGIC.iter().any(|magic| text.starts_with(magic))
}

/// Values that are public by their form.
fn is_public(text: &str) -> bool {
    const STARTS: [&str; 19] = [
        "ssh-rsa",
        "ssh-ed25519",
        "ssh-dss",
        "ecdsa-sha2",
        "sk-ssh-",
        "AAAAB3NzaC1",
        "AAAAC3NzaC1lZDI1",
        "AAAAE2VjZHNh",
        "sha1-",
        "sha256-",
        "sha384-",
        "sha512-",
        "sha256:",
        "sha512:",
        "h1:",
        "age1",
        "npub1",
        "xpub",
        "-----BEGIN CERTIFICATE",
    ];
    STARTS.iter().any(|start| text.starts_with(start))
        || text.contains("BEGIN PUBLIC KEY")
        || text.contains("BEGIN CERTIFICATE")
}

/// Whether the text before a value on its line says that it is a digest, a revision or the like, and the value has the form.
#[must_use]
pub fn is_digest(value: &[u8], before: &[u8]) -> bool {
    let hex = value.iter().all(u8::is_ascii_hexdigit) && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    let base64 = matches!(value.len(), 28 | 44 | 64 | 88) && value.ends_with(b"=");
    if !hex && !base64 {
        return false;
    }
    // What a semicolon ends is another statement, or another part of a connection string.
    let before = before.rsplit(|&byte| byte == b';').next().unwrap_or_default().to_ascii_lowercase();
    let before = String::from_utf8_lossy(&before);
    const WORDS: [&str; 16] = [
        "sha1",
        "sha256",
        "sha512",
        "sha-",
        "md5",
        "checksum",
        "digest",
        "hash",
        "integrity",
        "etag",
        "fingerprint",
        "commit",
        "revision",
        "blob",
        "signature",
        "thumbprint",
    ];
    // Short ones stand in other words, too: `preview_key`, `refresh_token`.
    const SHORT: [&str; 3] = ["rev", "ref", "tree"];
    let is_letter = |c: char| c.is_ascii_lowercase();
    let is_word = |(at, word): (usize, &str)| {
        let behind = &before[at + word.len()..];
        !before[..at].ends_with(is_letter) && !behind.strip_prefix('s').unwrap_or(behind).starts_with(is_letter)
    };
    // Objects of git are told in hexadecimal; elsewhere a blob is what is stored.
    WORDS.iter().any(|word| before.contains(word) && (hex || *word != "blob"))
        || SHORT.iter().any(|word| before.match_indices(word).any(is_word))
        || before.ends_with('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_called_so_by_a_whole_word() {
        let value = "0123456789abcdef".repeat(2);
        for (before, is) in [
            ("rev = ", true),
            ("git_ref: ", true),
            ("refs/", true),
            ("contenthash=", true),
            ("image@", true),
            ("PREVIEW_KEY=", false),
            ("refresh_token=", false),
            ("street_key=", false),
            ("name=DefaultFullSharedAccessSignature;SharedAccessKey=", false),
        ] {
            assert_eq!(is_digest(value.as_bytes(), before.as_bytes()), is, "{before}");
        }
    }

    #[test]
    fn ordinary_values_are_explained() {
        for (value, what) in [
            ("12345.67", "number"),
            ("550e8400-e29b-41d4-a716-446655440000", "UUID"),
            ("2024-05-01T10:00:00Z", "date"),
            ("v1.2.3-rc1", "version"),
            ("#ff8800", "colour"),
            ("db.internal.example", "host"),
            ("10.0.0.1", "number"),
            ("https://example.com/x", "URL"),
            ("./certs/server.pem", "path"),
            ("config/secrets/db", "path"),
            ("Enter the new one here", "prose"),
            ("[a-z0-9]+", "markup"),
            ("getToken(user)", "code"),
            ("Foo::bar", "code"),
            ("user_password_field", "identifier"),
            ("accessTokenProvider", "identifier"),
            ("sha256-abc", "public"),
            ("Jelszó", "word"),
            ("admin123", "identifier"),
            ("wsman_pwd", "identifier"),
            ("NAS-IP-Address", "identifier"),
            ("), errors=", "code"),
        ] {
            let found = ordinary(value.as_bytes()).unwrap_or("nothing");
            assert!(found.contains(what), "{value}: {found}");
        }
    }

    #[test]
    fn passwords_and_random_values_are_not_ordinary() {
        for value in [
            ["tr0ub4", "dor&3"].concat(),
            ["Kq7!v", "Zx2#p"].concat(),
            ["9f1c0b7ed2a4", "486fb3aa01"].concat(),
            ["wJx3Tq9", "LmZ81vBn2"].concat(),
        ] {
            assert_eq!(ordinary(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn a_digest_needs_its_word() {
        let value = [b'a'; 40];
        assert!(is_digest(&value, b"commit: "));
        assert!(!is_digest(&value, b"token: "));
        assert!(!is_digest(&value[..39], b"commit: "));
    }
}
