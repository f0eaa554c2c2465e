//! Values that stand where a secret would stand: words, markers, masks, runs, and samples that providers print.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use sha2::{Digest as _, Sha256};

use crate::rule::builtin::{
    PLACEHOLDERS_COMMON as COMMON, PLACEHOLDERS_KNOWN_SAMPLES_SHA256 as KNOWN_SAMPLES, PLACEHOLDERS_VALUES as VALUES,
    PLACEHOLDERS_WORDS as WORDS,
};

/// What kind of placeholder a value is, in words for the user; none if it is not.
///
/// `own` is the secret without its public prefix. `structured` says that a distinctive format matched: then only what a
/// random token cannot look like by chance counts.
#[must_use]
pub fn placeholder(value: &[u8], own: &[u8], structured: bool) -> Option<&'static str> {
    let lower = own.to_ascii_lowercase();
    let lower = std::str::from_utf8(&lower).ok()?;
    if VALUES.binary_search(&lower).is_ok() {
        return Some("a word that stands for a secret");
    }
    if holds_placeholder_word(own, lower, structured) {
        return Some("holds a word that placeholders are made of");
    }
    // Seven given capitals stand in a random token of a thousand characters once in 4,000,000,000.
    if memchr::memmem::find(own, b"EXAMPLE").is_some() || lower.ends_with("example") {
        return Some("holds EXAMPLE, as documentation values do");
    }
    if is_marked(lower) {
        return Some("stands between placeholder marks");
    }
    if is_masked(own) {
        return Some("is masked");
    }
    if is_repetitive(own) {
        return Some("repeats a few characters");
    }
    let share = sequential_share(own);
    if share >= if structured { 0.5 } else { 0.25 } && own.len() >= 6 {
        return Some("runs along the alphabet, the digits or the keyboard");
    }
    // The dearest test comes last: a SHA-256.
    is_known_sample(value).then_some("a sample that the provider prints")
}

/// Whether it is one of the passwords that many people choose.
#[must_use]
pub fn is_common_password(value: &[u8]) -> bool {
    std::str::from_utf8(&value.to_ascii_lowercase()).is_ok_and(|value| COMMON.binary_search(&value).is_ok())
}

/// Whether it is a password that is tried first wherever one is asked for: one of those that people choose or that systems come
/// with, and not a word that only stands for a password.
#[must_use]
pub fn is_default_password(value: &[u8]) -> bool {
    const DEFAULTS: [&str; 30] = [
        "admin",
        "changeit",
        "changeme",
        "default",
        "demo",
        "docker",
        "elastic",
        "guest",
        "hunter2",
        "letmein",
        "mariadb",
        "minio",
        "minioadmin",
        "mongo",
        "mongodb",
        "mypassword",
        "mysql",
        "p@ssw0rd",
        "passw0rd",
        "password1",
        "password123",
        "postgres",
        "qwerty",
        "rabbitmq",
        "redis",
        "root",
        "s3cr3t",
        "supersecret",
        "test123",
        "vagrant",
    ];
    let lower = value.to_ascii_lowercase();
    std::str::from_utf8(&lower).is_ok_and(|lower| DEFAULTS.contains(&lower))
}

/// Whether it is a hash of a password in one of the forms that crypt(5), LDAP and web frameworks write.
#[must_use]
pub fn is_password_hash(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 18] = [
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$apr1$",
        b"$argon2",
        b"$pbkdf2",
        b"$scrypt$",
        b"{SSHA",
        b"{SHA",
        b"{SMD5}",
        b"{CRYPT}",
        b"pbkdf2_sha",
        b"bcrypt$",
        b"sha1$",
    ];
    // MySQL writes the SHA-1 of a SHA-1 behind a star.
    let mysql = value.len() == 41 && value[0] == b'*' && value[1..].iter().all(u8::is_ascii_hexdigit);
    mysql || STARTS.iter().any(|start| value.starts_with(start))
}

/// Whether the value is one that documentation prints, compared by SHA-256 so that none of them stands here.
fn is_known_sample(value: &[u8]) -> bool {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(value));
    KNOWN_SAMPLES.binary_search(&digest.as_str()).is_ok()
}

fn holds_placeholder_word(own: &[u8], lower: &str, structured: bool) -> bool {
    let one_case = !own.iter().any(u8::is_ascii_uppercase) || !own.iter().any(u8::is_ascii_lowercase);
    if structured && !one_case && !own.iter().any(|byte| matches!(byte, b'_' | b'-' | b'.')) {
        return false;
    }
    let separated = |at: usize, end: usize| {
        let before = at.checked_sub(1).map(|at| lower.as_bytes()[at]);
        let behind = lower.as_bytes().get(end).copied();
        before.is_none_or(|byte| !byte.is_ascii_alphabetic()) && behind.is_none_or(|byte| !byte.is_ascii_alphabetic())
    };
    static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(WORDS).ok());
    AUTOMATON
        .as_ref()
        .is_some_and(|words| words.find_overlapping_iter(lower).any(|found| separated(found.start(), found.end())))
}

/// Angle brackets, braces, percent signs and the like around the whole value, or an ellipsis.
fn is_marked(lower: &str) -> bool {
    let pairs = [("<", ">"), ("{", "}"), ("[", "]"), ("__", "__"), ("%", "%"), ("@", "@"), ("(", ")")];
    pairs.iter().any(|(open, close)| {
        lower.len() > open.len() + close.len() && lower.starts_with(open) && lower.ends_with(close)
    }) || lower.contains("...")
        || lower.contains('…')
        || lower.contains("***")
}

/// One mask character makes up at least half of it.
fn is_masked(own: &[u8]) -> bool {
    own.len() >= 4 && b"*xX.#-_0?".iter().any(|&mask| own.iter().filter(|&&byte| byte == mask).count() * 2 >= own.len())
}

/// Too few distinct characters for its length, or a short piece repeated.
fn is_repetitive(own: &[u8]) -> bool {
    if own.len() < 8 {
        return own.len() >= 3 && own.iter().all(|&byte| byte == own[0]);
    }
    let mut seen = [false; 256];
    own.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let distinct = seen.iter().filter(|&&it| it).count();
    distinct <= (own.len() / 8).clamp(3, 6)
        || (1..=own.len() / 3).any(|period| own.iter().skip(period).zip(own).all(|(a, b)| a == b))
}

const ROWS: [&[u8]; 7] = [
    b"0123456789012345",
    b"abcdefghijklmnopqrstuvwxyz",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qwertzuiop",
    b"0123456789abcdef",
];

/// The share of the value that lies in runs of five and more along a row, forwards or backwards, taken as it is or as two
/// interleaved sequences (`a1b2c3d4`).
fn sequential_share(own: &[u8]) -> f64 {
    let lower = own.to_ascii_lowercase();
    // Each run goes on along a row at least twice, and hardly any value does.
    let goes_on = |at: usize, gap: usize| {
        let (a, b) = (lower[at], lower[at + gap]);
        follows(a, b) || follows(b, a)
    };
    let has_pairs =
        |gap: usize| (0..lower.len().saturating_sub(2 * gap)).any(|at| goes_on(at, gap) && goes_on(at + gap, gap));
    if !has_pairs(1) && !has_pairs(2) {
        return 0.0;
    }
    let whole = in_runs(&lower, 5);
    let even: Vec<u8> = lower.iter().copied().step_by(2).collect();
    let odd: Vec<u8> = lower.iter().copied().skip(1).step_by(2).collect();
    let (even, odd) = (in_runs(&even, 4), in_runs(&odd, 4));
    let interleaved = if even > 0 && odd > 0 { even + odd } else { 0 };
    whole.max(interleaved) as f64 / own.len() as f64
}

/// Whether the second character follows the first along one of the rows.
fn follows(a: u8, b: u8) -> bool {
    static NEXT: LazyLock<Vec<u128>> = LazyLock::new(|| {
        let mut next = vec![0u128; 128];
        for pair in ROWS.iter().flat_map(|row| row.windows(2)) {
            next[usize::from(pair[0])] |= 1 << pair[1];
        }
        next
    });
    a < 128 && b < 128 && (NEXT[usize::from(a)] >> b) & 1 == 1
}

/// How many characters lie in runs of at least `least` along one of the rows.
fn in_runs(text: &[u8], least: usize) -> usize {
    let mut covered = vec![false; text.len()];
    for backwards in [false, true] {
        let mut begin = 0;
        for at in 1..=text.len() {
            let goes_on = at < text.len() && {
                let (a, b) = (text[at - 1], text[at]);
                if backwards { follows(b, a) } else { follows(a, b) }
            };
            if !goes_on {
                if at - begin >= least {
                    covered[begin..at].fill(true);
                }
                begin = at;
            }
        }
    }
    covered.iter().filter(|&&it| it).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(value: &str, structured: bool) -> bool {
        placeholder(value.as_bytes(), value.as_bytes(), structured).is_some()
    }

    #[test]
    fn placeholders_are_told_from_random_values() {
        for value in [
            "changeme",
            "your-api-key",
            "my_example_token_value",
            "<your token>",
            "xxxxxxxxxxxxxxxx",
            "4f2a************",
            "abababababab",
            "123412341234",
            "abcdefghijklmnop",
            "a1b2c3d4e5f6g7h8",
            "qwertyuiop",
            "AB…CD",
            "SOMETHINGEXAMPLE",
        ] {
            assert!(is(value, false), "{value}");
        }
        // Random at first sight: written as pieces so that no token stands here.
        for value in
            [["Zk3vW8", "qLm2Xr9T"].concat(), ["9f1c0b7e", "d2a4486fb3"].concat(), ["h7Gq", "!x2Lp@v"].concat()]
        {
            assert!(!is(&value, false), "{value}");
        }
    }

    #[test]
    fn defaults_are_passwords_and_no_words_for_one() {
        assert!(is_default_password(b"Admin") && is_default_password(b"letmein"));
        assert!(
            !is_default_password(b"password")
                && !is_default_password(b"null")
                && !is_default_password(b"your-password")
        );
    }

    #[test]
    fn a_word_inside_a_random_token_does_not_reject_it() {
        assert!(!is("Kd8sampleQ2vXw7RtY5uBn3", true));
        assert!(is("XXXX_sample_token_XXXX", true));
    }
}
