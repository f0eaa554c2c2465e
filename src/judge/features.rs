//! What can be seen of a value that only its key gives away: the features that the [model](super::model) weighs.
//!
//! Each is a small pure function of one look at the claim, with a name that the weights are filed under and words for the
//! user. Truths are 0 or 1; measures lie about between -1 and 1.

use super::{Claim, Given, classes, entropy, key, language, shape};

/// One look at a claim, with what several features need.
pub struct Look<'a> {
    claim: &'a Claim<'a>,
    key: Vec<String>,
    password_key: bool,
    /// What stands before the value on its line, in lower case.
    before: Vec<u8>,
    quoted: bool,
    compared: bool,
    value: &'a [u8],
    letters: usize,
    digits: usize,
    dictionary: f32,
    likeness: f32,
}

/// A feature.
pub struct Feature {
    /// What its weight is filed under.
    pub name: &'static str,
    /// What it means, for the user.
    pub text: &'static str,
    /// What it means where a measure is below 0.
    pub below: &'static str,
    /// Its value.
    pub of: fn(&Look<'_>) -> f32,
}

impl<'a> Look<'a> {
    /// Looks at a claim; none for those that are not judged by their key.
    #[must_use]
    pub fn at(claim: &'a Claim<'a>) -> Option<Look<'a>> {
        let Given::Key { name, quoted, compared } = claim.given else { return None };
        let count = |is: fn(&u8) -> bool| claim.value.iter().filter(|byte| is(byte)).count();
        let key = key::words(name);
        Some(Look {
            claim,
            password_key: key::is_of_password(&key),
            key,
            before: claim.before.to_ascii_lowercase(),
            quoted,
            compared,
            value: claim.value,
            letters: count(u8::is_ascii_alphabetic),
            digits: count(u8::is_ascii_digit),
            dictionary: shape::dictionary_share(&String::from_utf8_lossy(claim.value)) as f32,
            likeness: language::likeness(claim.value),
        })
    }

    fn key_has(&self, parts: &[&str]) -> bool {
        self.key.iter().any(|word| parts.iter().any(|part| word.contains(part)))
    }

    fn all(&self, is: fn(&u8) -> bool) -> bool {
        self.value.iter().all(is)
    }

    fn letters_only(&self) -> bool {
        self.letters == self.value.len()
    }
}

fn truth(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// 1 where the text before the value on its line holds one of the words.
fn before(look: &Look<'_>, words: &[&str]) -> f32 {
    truth(words.iter().any(|word| memchr::memmem::find(&look.before, word.as_bytes()).is_some()))
}

macro_rules! features {
    ($($name:literal, $text:literal $(or $below:literal)?, $of:expr;)*) => {
        /// All features, in the order of the weights.
        pub static FEATURES: &[Feature] =
            &[$(Feature { name: $name, text: $text, below: features!(@below $text $(or $below)?), of: $of }),*];
    };
    (@below $text:literal or $below:literal) => { $below };
    (@below $text:literal) => { $text };
}

features! {
    "key-password", "the key names a password", |it| truth(it.password_key);
    "key-secret", "the key names a secret", |it| truth(it.key_has(&["secret", "credential"]));
    "key-token", "the key names a token", |it| truth(it.key_has(&["token", "bearer"]));
    "key-authorization", "the key names an authorization", |it| truth(it.key_has(&["authorization"]));
    "key-api", "the key names an access key", |it| truth(it.key_has(&["api", "access", "client", "app"]));
    "key-alone", "the key is one word", |it| truth(it.key.len() == 1);
    "key-compound", "the key says whose secret it is", |it| truth(it.key.len() >= 3);
    "key-capitals", "the key is written in capitals", |it| truth(match it.claim.given {
        Given::Key { name, .. } => !name.iter().any(u8::is_ascii_lowercase),
        _ => false,
    });
    "key-label", "the key names a text for people", |it| truth(it.key_has(&[
        "label", "title", "message", "error", "mandatory", "placeholder", "forgot", "new", "repeat", "confirm", "current",
        "wrong", "invalid", "changed", "change", "your", "enter",
    ]));
    "key-test", "the key speaks of a test", |it| truth(it.key_has(&["test", "example", "dummy", "fake", "mock", "sample"]));
    "quoted", "the value stands between quotes", |it| truth(it.quoted);
    "compared", "compared with, not assigned", |it| truth(it.compared);
    "comment", "the line is a comment", |it| {
        let before = it.claim.before.trim_ascii_start();
        truth([b"//".as_slice(), b"#", b"*", b"--", b"/*", b"<!--", b";"].iter().any(|mark| before.starts_with(mark)))
    };
    "test-line", "the line speaks of a test", |it| before(it, &["test", "assert", "expect", "mock", "fake", "dummy"]);
    "example-line", "the line speaks of an example", |it| before(it, &["example", "sample", "e.g.", "demo"]);
    "password-short", "short for a password", |it| truth(it.password_key && it.value.len() < 6);
    "password-long", "longer than passwords that people choose", |it| truth(it.password_key && it.value.len() >= 20);
    "token-short", "short for a token", |it| truth(!it.password_key && it.value.len() < 16);
    "token-long", "as long as tokens are", |it| truth(!it.password_key && it.value.len() >= 20);
    "very-long", "longer than 100 bytes", |it| truth(it.value.len() > 100);
    "lower", "small letters only", |it| truth(it.all(u8::is_ascii_lowercase));
    "upper", "capitals only", |it| truth(it.all(u8::is_ascii_uppercase));
    "mixed-letters", "letters of both cases only", |it| truth(
        it.letters_only() && it.value.iter().any(u8::is_ascii_uppercase) && it.value.iter().any(u8::is_ascii_lowercase)
    );
    "digits-only", "digits only", |it| truth(it.digits == it.value.len());
    "letters-and-digits", "letters and digits", |it| truth(it.letters > 0 && it.digits > 0);
    "three-classes", "three or four kinds of characters", |it| truth(classes(it.value) >= 3);
    "hexadecimal", "hexadecimal digits of a key's length", |it| truth(
        it.value.len() >= 24 && it.value.len() % 2 == 0 && it.all(u8::is_ascii_hexdigit)
    );
    "padded", "ends as base64 does", |it| truth(it.value.len() >= 12 && it.value.ends_with(b"="));
    "punctuation", "holds punctuation", |it| truth(
        it.value.iter().any(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'='))
    );
    "joined", "parts joined by underscores, dashes or dots", |it| truth(
        it.value.iter().filter(|byte| matches!(byte, b'_' | b'-' | b'.')).count() >= 2
    );
    "space", "holds a space", |it| truth(it.value.contains(&b' '));
    "foreign", "holds letters that are not ASCII", |it| truth(!it.value.is_ascii());
    "expression", "holds marks of an expression", |it| truth(it.value.iter().any(|byte| b"(){}[]<>|\\;,".contains(byte)));
    "number-behind", "a word with a number behind it", |it| {
        let digits = it.value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        truth((1..=4).contains(&digits) && digits == it.digits && it.letters + it.digits == it.value.len())
    };
    "capital-first", "a capital and small letters", |it| truth(
        it.value[0].is_ascii_uppercase() && it.value[1..].iter().all(|byte| !byte.is_ascii_uppercase())
    );
    "secret-word", "holds a word for secrets or users", |it| {
        let value = it.value.to_ascii_lowercase();
        let words: [&[u8]; 10] =
            [b"pass", b"secret", b"token", b"test", b"user", b"admin", b"key", b"pwd", b"root", b"my"];
        truth(words.iter().any(|word| memchr::memmem::find(&value, word).is_some()))
    };
    "common-password", "a password that many people choose", |it| truth(super::placeholder::is_common_password(it.value));
    "words", "made of words", |it| it.dictionary;
    "all-words", "nothing but words", |it| truth(it.dictionary >= 0.9);
    "no-words", "no word in it", |it| truth(it.dictionary < 0.4);
    "likeness", "its letters follow each other as in words" or "its letters follow each other as by chance", |it| it.likeness.clamp(-2.0, 2.0) / 2.0;
    "unlike-words", "its letters do not follow each other as in words", |it| truth(it.letters >= 5 && it.likeness < -0.4);
    "consonants", "many consonants in a row", |it| truth(language::longest_consonant_run(it.value) >= 5);
    "vowels", "vowels as in words", |it| {
        let vowels = it.value.iter().filter(|byte| b"aeiou".contains(&byte.to_ascii_lowercase())).count();
        let share = vowels as f32 / it.letters.max(1) as f32;
        truth((0.25..=0.6).contains(&share))
    };
    "entropy", "as random as values of its alphabet and length are" or "less random than values of its alphabet and length are", |it| {
        ((entropy::shannon(it.value) - entropy::floor(it.value)) as f32).clamp(-1.0, 1.0)
    };
    "random", "not less random than 999 of 1,000 random values", |it| truth(!entropy::falls_short(it.value));
    "repeats", "few different characters", |it| {
        let mut seen = [false; 256];
        it.value.iter().for_each(|&byte| seen[usize::from(byte)] = true);
        let distinct = seen.iter().filter(|&&it| it).count();
        truth(distinct * 2 < it.value.len() && it.value.len() <= 16)
    };
    "switches", "changes often between kinds of characters", |it| {
        let class = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase(), byte.is_ascii_alphabetic());
        let switches = it.value.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
        (switches as f32 / it.value.len().max(1) as f32 * 2.0).min(1.0)
    };
}
