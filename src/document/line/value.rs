//! The value behind an operator: quoted, wrapped in a conversion, or bare.

use std::ops::Range;

use super::{Quoting, VALUE_MAX, context, fallback, next_line, quoted, setting};
use crate::class::Class;
use crate::window::Window;

/// White space within a line.
const BLANK: Class = Class::of(" \t");

/// The place behind white space.
pub fn behind_blanks(window: &Window<'_>, at: usize) -> usize {
    window.run(at, BLANK, 80)
}

/// Reads the value at `at`; `key` is where its key begins.
pub fn read(window: &Window<'_>, key: usize, at: usize) -> Option<(Range<usize>, Quoting)> {
    let (at, is_below) = match next_line::begins(window, at) {
        Some(below) => (below, true),
        None => (behind_scheme(window, at), false),
    };
    // Below a colon, three quotes begin what a program says of itself.
    if is_below && (quoted::is_triple(window, at) || context::is_within_text(window, key)) {
        return None;
    }
    let unwrapped = behind_conversion(window, at);
    let (range, quoting) = match quoted::read(window, unwrapped) {
        // In a shell, what stands between backticks is a command.
        Some(range) if is_substitution(window, &range) => return None,
        Some(range) => {
            let start = behind_scheme(window, range.start).min(range.end);
            (fallback::within(window, start..range.end), Quoting::Quoted)
        }
        None if unwrapped == at && quoted::begins(window, at) => (quoted::on_next_line(window, at)?, Quoting::Quoted),
        // A string that does not end on the line: a longer text, or one whose end is out of reach.
        None if unwrapped != at => return None,
        None => match fallback::behind(window, at) {
            Some(range) => (range, Quoting::Quoted),
            None if is_below => (next_line::bare(window, key, at)?, Quoting::Bare),
            None => unquoted(window, key, at)?,
        },
    };
    (!range.is_empty()).then_some((range, quoting))
}

/// The value without quotes at `at`.
fn unquoted(window: &Window<'_>, key: usize, at: usize) -> Option<(Range<usize>, Quoting)> {
    let range = bare(window, at)?;
    if context::is_within_text(window, key) {
        // What the scheme `Basic` gives has a reader of its own, which asks that it decodes.
        if window.slice(at.saturating_sub(6)..at).eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let is_prose = window.before(at) == Some(b' ') && is_word_of_prose(window, &range);
        return (!is_prose).then(|| (in_braces(window, fallback::of_variable(window, range)), Quoting::Embedded));
    }
    Some((fallback::of_variable(window, setting::whole(window, key, at, range)?), Quoting::Bare))
}

fn is_substitution(window: &Window<'_>, value: &Range<usize>) -> bool {
    window.slice(value.start.saturating_sub(2)..value.start) == b"=`" && window.slice(value.clone()).contains(&b' ')
}

/// Whether a value is a word that others follow, as in `"token: wrong number of parts"`.
fn is_word_of_prose(window: &Window<'_>, value: &Range<usize>) -> bool {
    let letters = Class::of("A-Za-z");
    let end = window.run(value.start, letters, value.len());
    let next = behind_blanks(window, end);
    end == value.end && next > end && window.byte(next).is_some_and(|byte| letters.contains(byte) || byte == b'%')
}

/// Calls and brackets that only make a literal of another type of it.
const CONVERSIONS: [&[u8]; 30] = [
    b"[]byte(",
    b"[]rune(",
    b"String::from(",
    b"Some(",
    b"std::string(",
    b"string(",
    b"String(",
    b"new String(",
    b"Buffer.from(",
    b"SecretString::new(",
    b"SecretString::from(",
    b"Secret::new(",
    b"SecretStr(",
    b"bytes(",
    b"Optional.of(",
    b"Encoding.UTF8.GetBytes(",
    b"Encoding.ASCII.GetBytes(",
    b"Field(default=",
    b"Sensitive(",
    b"Secret.of(",
    b"QStringLiteral(",
    b"QString(",
    b"TEXT(",
    b"_T(",
    b"T.pack ",
    b"Text.pack ",
    b"z.string().default(",
    b"new TextEncoder().encode(",
    b"Just ",
    b"(",
];

/// What these begin with.
const CONVERTS: Class = {
    let (mut first, mut at) = (0, 0);
    while at < CONVERSIONS.len() {
        first |= 1 << CONVERSIONS[at][0];
        at += 1;
    }
    Class(first)
};

/// The string inside of a conversion: `[]byte("…")`.
pub(super) fn behind_conversion(window: &Window<'_>, at: usize) -> usize {
    // An expression of markup in a program: `password={"…"}`.
    if window.byte(at) == Some(b'{') && window.before(at) == Some(b'=') && quoted::begins(window, at + 1) {
        return at + 1;
    }
    let Some(first) = window.byte(at).filter(|&byte| CONVERTS.contains(byte)) else { return at };
    let is_there = |it: &&&[u8]| it[0] == first && window.slice(at..at + it.len()) == **it;
    let inside = CONVERSIONS.iter().find(is_there).map(|it| at + it.len());
    inside.filter(|&inside| quoted::begins(window, inside)).unwrap_or(at)
}

/// An unquoted value: up to white space, a quote, or what separates values. Trailing punctuation is not part of it.
pub fn bare(window: &Window<'_>, start: usize) -> Option<Range<usize>> {
    // Many bytes at a time, and none of them again: a long run without an end is refused at every key that stands in it.
    let has_no_end = |bytes: &&[u8; 32]| bytes.iter().fold(0, |any, &it| any | u8::from(ends_bare(it))) == 0;
    let length = window.endless(start, VALUE_MAX + 1, |look| {
        let passed = 32 * look.as_chunks().0.iter().take_while(has_no_end).count();
        look[passed..].iter().position(|&byte| ends_bare(byte)).map_or(look.len(), |at| passed + at)
    });
    let look = window.slice(start..start + length);
    let separators = || memchr::memchr2_iter(b';', b',', &look[..length]);
    let length = separators().find(|at| setting::follows(window, start + at + 1)).unwrap_or(length);
    (length <= VALUE_MAX).then(|| start..start + without_punctuation(&look[..length]))
}

/// White space, a quote, or what separates values in markup, URLs and escapes. Every comparison is made, so that compilers can
/// make them for many bytes at once.
fn ends_bare(byte: u8) -> bool {
    let is_quote = (byte == b'"') | (byte == b'\'') | (byte == b'`');
    (byte <= b' ') | is_quote | (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == b'\\')
}

/// The length of a value without the punctuation behind it. A bracket that closes one of the value's own belongs to it:
/// `${NAME}`.
pub fn without_punctuation(text: &[u8]) -> usize {
    const CLOSING: [(u8, u8); 3] = [(b')', b'('), (b']', b'['), (b'}', b'{')];
    let count = |wanted: u8| text.iter().filter(|&&byte| byte == wanted).count();
    let mut unmatched = CLOSING.map(|(close, open)| count(close).saturating_sub(count(open)));
    let mut length = text.len();
    while let Some(&last) = text[..length].last() {
        match CLOSING.iter().position(|&(close, _)| close == last) {
            Some(kind) if unmatched[kind] > 0 => unmatched[kind] -= 1,
            None if matches!(last, b',' | b';') => {}
            _ => break,
        }
        length -= 1;
    }
    length
}

/// The schemes of an authorization header, and what they begin with.
const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "apikey", "key", "digest"];
const SCHEMES_BEGIN: Class = Class::of("bBtTaAkKdD");

/// Steps over the scheme of an authorization header (RFC 9110, 11.4).
fn behind_scheme(window: &Window<'_>, at: usize) -> usize {
    if !window.byte(at).is_some_and(|first| SCHEMES_BEGIN.contains(first)) {
        return at;
    }
    let is_scheme = |scheme: &&str| {
        let end = at + scheme.len();
        window.byte(end) == Some(b' ') && window.slice(at..end).eq_ignore_ascii_case(scheme.as_bytes())
    };
    SCHEMES.iter().find(|it| is_scheme(it)).map_or(at, |scheme| behind_blanks(window, at + scheme.len()))
}

/// What braces enclose in the settings of a driver: `PWD={a;b};`. Braces around a name are a template's.
fn in_braces(window: &Window<'_>, value: Range<usize>) -> Range<usize> {
    let [b'{', inner @ .., b'}'] = window.slice(value.clone()) else { return value };
    let ends = matches!(window.byte(value.end), None | Some(b';' | b'"' | b'\'' | b'\n' | b'\r'));
    let count = |is: fn(&u8) -> bool| inner.iter().filter(|byte| is(byte)).count();
    let is_name = inner.iter().all(|&byte| Class::WORD.contains(byte) || matches!(byte, b'.' | b':' | b'!'))
        && (count(u8::is_ascii_digit) < 2 || count(u8::is_ascii_uppercase) == 0 || count(u8::is_ascii_lowercase) == 0);
    let of_setting = window.before(value.start) == Some(b'=');
    if ends && of_setting && !is_name && !inner.contains(&b'{') { value.start + 1..value.end - 1 } else { value }
}
