//! The key=value reader: from a word such as `password` in a text to the value that is given to it.
//!
//! One reader for the assignment forms that configuration files, programming languages, command lines and headers share.
//! It is written by hand: a regular expression with as many alternatives compiles to megabytes, and most hits are
//! dismissed by the byte behind the key. It says what it read, not whether that is a secret: whether an unquoted right side
//! can be a literal depends on the kind of file, which is for judgement to know.

use std::ops::Range;

use super::window::Window;
use crate::rule::format::Class;

/// What key names are made of.
const KEY: Class = Class::of("A-Za-z0-9_.-");
/// The longest piece of a key to either side of the word.
const KEY_MAX: usize = 64;
/// The longest value; longer ones are data.
const VALUE_MAX: usize = 512;

/// How a value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `:`, `:=`, `=>`.
    Assign,
    /// `==`, `!=`, `===`.
    Compare,
    /// `<key>value</key>`.
    Element,
    /// `key("value")`, `("key", "value")`.
    Argument,
    /// `--key value`.
    Flag,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Between quotes.
    Quoted,
    /// As it is.
    Bare,
}

/// A value and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentMatch {
    /// The whole key.
    pub key: Range<usize>,
    /// The value, without its quotes; never empty.
    pub value: Range<usize>,
    /// How it is given.
    pub operator: Operator,
    /// How it is written.
    pub quoting: Quoting,
}

/// Reads the assignment whose key holds the word at `word`.
#[must_use]
pub fn match_assignment(window: &Window<'_>, word: Range<usize>) -> Option<AssignmentMatch> {
    if !is_word_of_key(window, &word) {
        return None;
    }
    let end = window.run(word.end, KEY, KEY_MAX);
    let end = end - window.slice(word.end..end).iter().rev().take_while(|&&byte| matches!(byte, b'.' | b'-')).count();
    // Of `password.length` or `token.encode(…)` the last segment says what the value is.
    if window.slice(word.end..end).contains(&b'.') {
        return None;
    }
    // Dismissed by the next byte: prose, calls, declarations.
    let next = window.byte(end)?;
    if !matches!(
        next,
        b'"' | b'\'' | b'`' | b'\\' | b']' | b' ' | b'\t' | b'=' | b':' | b'>' | b'(' | b'!' | b'?' | b'|'
    ) {
        return None;
    }
    let start = window.run_back(word.start, KEY, KEY_MAX);
    let (operator, at, is_pair) = operator(window, start, end)?;
    let (value, quoting) = value(window, at)?;
    if quoting == Quoting::Bare && matches!(operator, Operator::Argument | Operator::Compare) {
        return None;
    }
    // `$name = value` without quotes is an expression wherever names have a sigil.
    if quoting == Quoting::Bare && operator == Operator::Assign && window.before(start) == Some(b'$') {
        return None;
    }
    if is_pair && !stands_alone(window, start, value.end) {
        return None;
    }
    Some(AssignmentMatch { key: start..end, value, operator, quoting })
}

/// Whether the word is one of the words that the key is made of: `token` is in `api_token` and `authToken`, not in
/// `tokenizer`. Words of six letters and more also count at the end of run-together names (`dbpassword`).
fn is_word_of_key(window: &Window<'_>, word: &Range<usize>) -> bool {
    let text = window.slice(word.clone());
    let (Some(&first), Some(&last)) = (text.first(), text.last()) else { return false };
    let ends = match window.byte(word.end) {
        Some(next) if next.is_ascii_alphabetic() => last.is_ascii_lowercase() && next.is_ascii_uppercase(),
        _ => true,
    };
    let begins = match window.before(word.start) {
        Some(before) if before.is_ascii_alphabetic() => {
            (first.is_ascii_uppercase() && before.is_ascii_lowercase()) || word.len() >= 6
        }
        _ => true,
    };
    begins && ends
}

fn spaces(window: &Window<'_>, at: usize) -> usize {
    window.run(at, Class::of(" \t"), 80)
}

/// Whether a key and a value that only a comma joins are all there is between two brackets: `("password", "value")`. In a
/// longer list the next item is only the next item.
fn stands_alone(window: &Window<'_>, key: usize, value_end: usize) -> bool {
    let blank = Class::of(" \t");
    let before = window.run_back(key.saturating_sub(1), blank, 80);
    let behind = window.run(value_end + 1, blank, 80);
    matches!(window.before(before), Some(b'(' | b'[' | b'{')) && matches!(window.byte(behind), Some(b')' | b']' | b'}'))
}

/// The operator behind the key, where the value begins, and whether it is only a comma.
fn operator(window: &Window<'_>, start: usize, end: usize) -> Option<(Operator, usize, bool)> {
    let mut at = end;
    let before = window.before(start);
    // The key's own closing quote, perhaps escaped, and a closing bracket.
    let mut quoted = false;
    if window.byte(at) == Some(b'\\') && matches!(window.byte(at + 1), Some(b'"' | b'\'')) {
        at += 2;
        quoted = true;
    } else if let Some(quote @ (b'"' | b'\'' | b'`')) = window.byte(at) {
        if before != Some(quote) {
            return None;
        }
        at += 1;
        quoted = true;
    }
    if window.byte(at) == Some(b']') {
        at += 1;
    }
    let spaced = spaces(window, at);
    let next = |ahead: usize| window.byte(spaced + ahead);
    let (operator, length) = match (next(0)?, next(1), next(2)) {
        (b'=', Some(b'='), Some(b'=')) | (b'!', Some(b'='), Some(b'=')) => (Operator::Compare, 3),
        (b'=' | b'!', Some(b'='), _) => (Operator::Compare, 2),
        (b'=', Some(b'~'), _) => return None,
        (b'=', Some(b'>'), _) | (b':' | b'?', Some(b'='), _) => (Operator::Assign, 2),
        (b'|', Some(b'|'), Some(b'=')) | (b'?', Some(b'?'), Some(b'=')) => (Operator::Assign, 3),
        (b':', Some(b':'), _) => return None,
        (b'=', ..) => (Operator::Assign, 1),
        (b':', ..) => {
            let value = spaces(window, spaced + 1);
            return Some((Operator::Assign, behind_annotation(window, value).unwrap_or(value), false));
        }
        (b'>', ..) if before == Some(b'<') && spaced == end => (Operator::Element, 1),
        (b'(', ..) if spaced == at => (Operator::Argument, 1),
        (b',', ..) if quoted => (Operator::Argument, 1),
        (byte, ..) if spaced > at && !quoted && byte != b'-' && is_flag(window, start) => (Operator::Flag, 0),
        _ => return None,
    };
    Some((operator, spaces(window, spaced + length), next(0) == Some(b',')))
}

fn is_flag(window: &Window<'_>, start: usize) -> bool {
    window.slice(start..start + 2) == b"--"
}

/// The value behind a type annotation, `password: str = "…"`: only a quoted one.
fn behind_annotation(window: &Window<'_>, at: usize) -> Option<usize> {
    let end = window.run(at, Class::of("A-Za-z0-9_<>[]?.,&*'| "), 60);
    if window.byte(end) != Some(b'=') || matches!(window.byte(end + 1), Some(b'=' | b'>')) {
        return None;
    }
    let value = spaces(window, end + 1);
    matches!(window.byte(value), Some(b'"' | b'\'' | b'`')).then_some(value)
}

fn value(window: &Window<'_>, at: usize) -> Option<(Range<usize>, Quoting)> {
    let (at, quote) = opening_quote(window, at);
    let (range, quoting) = match quote {
        Some(quote) => (quoted(window, at, quote)?, Quoting::Quoted),
        None => (bare(window, at)?, Quoting::Bare),
    };
    let range = behind_scheme(window, range);
    (!range.is_empty()).then_some((range, quoting))
}

/// How a quoted value ends.
#[derive(Clone, Copy)]
enum Quote {
    Plain(u8),
    Escaped(u8),
    Triple(u8),
}

/// Steps over the opening quote, and the letters that may stand before it in a program (`r"`, `b'`, `@"`).
fn opening_quote(window: &Window<'_>, at: usize) -> (usize, Option<Quote>) {
    let letters = window.run(at, Class::of("bBfFLrRuU@$"), 2);
    for begin in [at, letters] {
        match window.byte(begin) {
            Some(quote @ (b'"' | b'\'' | b'`')) => {
                if window.byte(begin + 1) == Some(quote) && window.byte(begin + 2) == Some(quote) {
                    return (begin + 3, Some(Quote::Triple(quote)));
                }
                return (begin + 1, Some(Quote::Plain(quote)));
            }
            Some(b'\\') => {
                if let Some(quote @ (b'"' | b'\'')) = window.byte(begin + 1) {
                    return (begin + 2, Some(Quote::Escaped(quote)));
                }
            }
            _ => {}
        }
    }
    (at, None)
}

fn quoted(window: &Window<'_>, start: usize, quote: Quote) -> Option<Range<usize>> {
    let mut at = start;
    while at < start + VALUE_MAX {
        let byte = window.byte(at)?;
        match (byte, quote) {
            (b'\n' | b'\r', _) => return None,
            (b'\\', Quote::Escaped(end)) if window.byte(at + 1) == Some(end) => return Some(start..at),
            (b'\\', Quote::Plain(_) | Quote::Triple(_)) => at += 1,
            (_, Quote::Plain(end)) if byte == end => return Some(start..at),
            (_, Quote::Triple(end)) if byte == end && window.slice(at..at + 3) == [end; 3] => return Some(start..at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// An unquoted value: up to white space, a quote, or what separates values. Trailing punctuation is not part of it.
fn bare(window: &Window<'_>, start: usize) -> Option<Range<usize>> {
    let mut at = start;
    loop {
        match window.byte(at) {
            Some(b'"' | b'\'' | b'`' | b'<' | b'>' | b'&' | b'\\') | None => break,
            Some(byte) if byte <= b' ' => break,
            Some(_) => at += 1,
        }
        if at - start > VALUE_MAX {
            return None;
        }
    }
    let mut text = window.slice(start..at);
    while let Some((&last, head)) = text.split_last() {
        let opening = match last {
            b',' | b';' => None,
            b')' => Some(b'('),
            b']' => Some(b'['),
            b'}' => Some(b'{'),
            _ => break,
        };
        // A bracket that closes one of the value's own belongs to it: `${NAME}`.
        let count = |wanted: u8| text.iter().filter(|&&byte| byte == wanted).count();
        if opening.is_some_and(|opening| count(opening) >= count(last)) {
            break;
        }
        text = head;
    }
    Some(start..start + text.len())
}

/// Steps over the scheme of an authorization header (RFC 9110, 11.4).
fn behind_scheme(window: &Window<'_>, value: Range<usize>) -> Range<usize> {
    let mut value = value;
    for scheme in ["bearer", "basic", "token", "apikey"] {
        let end = value.start + scheme.len();
        if window.slice(value.start..end).eq_ignore_ascii_case(scheme.as_bytes()) && window.byte(end) == Some(b' ') {
            let start = spaces(window, end);
            value = if start < value.end { start..value.end } else { bare(window, start).unwrap_or(start..start) };
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, word: &str) -> Option<(String, String, Operator, Quoting)> {
        let at = text.to_ascii_lowercase().find(word)?;
        let window = Window::new(text.as_bytes(), at, 1024);
        let found = match_assignment(&window, at..at + word.len())?;
        Some((text[found.key].to_owned(), text[found.value].to_owned(), found.operator, found.quoting))
    }

    #[test]
    fn the_forms_of_many_languages_are_read() {
        use Operator::{Argument, Assign, Compare, Element, Flag};
        use Quoting::{Bare, Quoted};
        for (text, key, value, operator, quoting) in [
            ("DB_PASSWORD=abc def", "DB_PASSWORD", "abc", Assign, Bare),
            ("password: 'a b'", "password", "a b", Assign, Quoted),
            ("\"password\": \"x\\\"y\",", "password", "x\\\"y", Assign, Quoted),
            ("{\\\"password\\\": \\\"abc\\\"}", "password", "abc", Assign, Quoted),
            ("cfg['password'] = r'abc'", "password", "abc", Assign, Quoted),
            ("password: str = \"abc\"", "password", "abc", Assign, Quoted),
            ("let dbPassword := `abc`;", "dbPassword", "abc", Assign, Quoted),
            ("'password' => 'abc',", "password", "abc", Assign, Quoted),
            ("if (password == \"abc\")", "password", "abc", Compare, Quoted),
            ("<password>abc</password>", "password", "abc", Element, Bare),
            ("setPassword(\"abc\")", "setPassword", "abc", Argument, Quoted),
            ("put(\"password\", \"abc\")", "password", "abc", Argument, Quoted),
            ("mysql --password abc -h x", "--password", "abc", Flag, Bare),
            ("?password=abc&x=y", "password", "abc", Assign, Bare),
            ("this.password = \"abc\"", "this.password", "abc", Assign, Quoted),
            ("password = \"\"\"abc\"\"\"", "password", "abc", Assign, Quoted),
            ("f(password=abc123)", "password", "abc123", Assign, Bare),
            ("x password=${ABC}, y", "password", "${ABC}", Assign, Bare),
        ] {
            let expected = Some((key.to_owned(), value.to_owned(), operator, quoting));
            assert_eq!(read(text, "password"), expected, "{text}");
        }
        let header = read("Authorization: Bearer abc123", "authorization").map(|it| it.1);
        assert_eq!(header.as_deref(), Some("abc123"));
        let header = read("'Authorization': 'Basic abc123'", "authorization").map(|it| it.1);
        assert_eq!(header.as_deref(), Some("abc123"));
    }

    #[test]
    fn what_is_no_assignment_is_dismissed() {
        for text in [
            "the password is long",
            "passwords = 'abc'",
            "password(x)",
            "password)",
            "password = \"a\nb\"",
            "password == x",
            "password::new()",
            "password\" = 'x'",
            "password =",
            "password.length = 'abc'",
            "password.encode('abc')",
            "['password', 'abc', 'def']",
            "{'password', 'abc': 1}",
            "$password = abc",
            "password",
        ] {
            assert_eq!(read(text, "password"), None, "{text}");
        }
        assert_eq!(read("tokenizer = 'abc'", "token"), None);
        assert_eq!(read("TOKENIZER = 'abc'", "token"), None);
        assert_eq!(read("mytoken = 'abc'", "token"), None);
    }
}
