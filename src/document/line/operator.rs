//! The operator between a key and its value.

use std::ops::Range;

use super::value::{behind_blanks, behind_conversion};
use super::{Operator, quoted};
use crate::class::Class;
use crate::window::Window;

/// What stands directly behind a key.
pub struct Ending {
    /// Where the key begins, with its opening quote.
    pub begin: usize,
    /// Behind the key's closing quote and brackets.
    pub at: usize,
    /// Whether the key stands between quotes.
    pub quoted: bool,
}

/// Steps over the key's own closing quote, perhaps escaped, and what closes behind it: `["key"]`, `{key}`, `('key')`, `[32]`,
/// `**`. None if a quote ends the key that does not begin it.
pub fn ending(window: &Window<'_>, key: &Range<usize>) -> Option<Ending> {
    let mut at = key.end;
    let mut begin = key.start;
    let mut quoted = false;
    if let Some(behind) = quoted::behind_quote(window, at) {
        // The same quote must stand before the key; an entity's last byte is its semicolon. The sections that lead to a setting
        // may stand before it, and other words of its name: `"Smtp:Password"`, `"db/password"`, `"Client Secret"`.
        let mark = if window.byte(at) == Some(b'&') { b';' } else { window.before(behind)? };
        let start = match window.before(key.start) {
            Some(b':' | b'/') => {
                let start = window.run_back(key.start, Class::of("A-Za-z0-9_.:/-"), 64);
                // Of a type in its namespace the last word says what it is, not what is given to it.
                let is_type = memchr::memmem::find(window.slice(start..key.start), b"::").is_some();
                if is_type { key.start } else { start }
            }
            Some(b' ') => behind_words(window, key.start),
            // `[ "$PASSWORD" = "value" ]` (shells).
            Some(b'$') if window.byte(at) == Some(b'"') => key.start - 1,
            _ => key.start,
        };
        if window.before(start) != Some(mark) {
            return None;
        }
        begin = start.saturating_sub(behind - at);
        at = behind;
        quoted = true;
    }
    match window.byte(at) {
        Some(b']' | b'}') => at += 1,
        // The call that reads it, with a default behind: `getenv("key") ?: "value"`.
        Some(b')') if quoted => at += 1,
        // The length of an array: `char key[32] = "value"`.
        Some(b'[') if !quoted => {
            let end = window.run(at + 1, Class::of("0-9A-Za-z_"), 32);
            if window.byte(end) == Some(b']') {
                at = end + 1;
            }
        }
        // Emphasis in running text: `**key**: value`.
        Some(b'*') if window.before(key.start) == Some(b'*') => at = window.run(at, Class::of("*"), 2),
        _ => {}
    }
    Some(Ending { begin, at, quoted })
}

/// Where one or two words begin that stand before the last one of a name.
fn behind_words(window: &Window<'_>, at: usize) -> usize {
    let mut start = at;
    for _ in 0..2 {
        let word = window.run_back(start - 1, Class::of("A-Za-z0-9"), 20);
        if word == start - 1 {
            break;
        }
        start = word;
        if window.before(start) != Some(b' ') {
            break;
        }
    }
    start
}

/// The operator that stands behind the key, and where the value begins.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<(Operator, usize)> {
    let at = ending.at;
    let spaced = behind_blanks(window, at);
    let next = |ahead: usize| window.byte(spaced + ahead);
    let (operator, length) = match (next(0)?, next(1), next(2)) {
        (b'=', Some(b'='), Some(b'=')) | (b'!', Some(b'='), Some(b'=')) => (Operator::Compare, 3),
        (b'=' | b'!', Some(b'='), _) => (Operator::Compare, 2),
        (b'=', Some(b'~'), _) => return None,
        (b'=', Some(b'>'), _) | (b':' | b'?' | b'+', Some(b'='), _) => (Operator::Assign, 2),
        (b'<', Some(b'-'), _) => (Operator::Assign, 2),
        (b'-', Some(b'>'), _) if ending.quoted => (Operator::Assign, 2),
        (b't', Some(b'o'), Some(b' ')) if ending.quoted && spaced > at => (Operator::Assign, 2),
        (b'|', Some(b'|'), Some(b'=')) | (b'?', Some(b'?'), Some(b'=')) => (Operator::Assign, 3),
        (b'?', Some(b':'), _) => {
            let value = behind_blanks(window, spaced + 2);
            return Some(match behind_annotation(window, value) {
                Some(value) => (Operator::Assign, value),
                None => (Operator::Default, value),
            });
        }
        (b'|', Some(b'|'), _) | (b'?', Some(b'?'), _) => (Operator::Default, 2),
        (b'o', Some(b'r'), Some(b' ')) if spaced > at => (Operator::Default, 2),
        (b':', Some(b':'), _) => return None,
        // `${key:-value}`
        (b':', Some(b'-'), _) if window.before(key.start) == Some(b'{') => (Operator::Assign, 2),
        (b'=', ..) => (Operator::Assign, 1),
        (b':', ..) => {
            // Emphasis in running text: `**key:** value`.
            let emphasis = if window.before(key.start) == Some(b'*') { 2 } else { 0 };
            let value = behind_blanks(window, window.run(spaced + 1, Class::of("*"), emphasis));
            let value = behind_annotation(window, value).or_else(|| behind_indicator(window, value)).unwrap_or(value);
            return Some((Operator::Assign, value));
        }
        // `password("value")`, and the braces of C++ and C#: `password{"value"}`, `Password { get; set; } = "value"`.
        (b'(', ..) if spaced == at => (Operator::Argument, 1),
        (b'{', ..) => return behind_accessors(window, spaced),
        // `password.equals("value")` (Java).
        (b'.', ..) if window.slice(at..at + EQUALS.len()) == EQUALS => (Operator::Compare, EQUALS.len()),
        (b',', ..) if ending.quoted => return in_list(window, key, spaced + 1),
        (b',', ..) if at == key.end && is_first_of_pair(window, key.start) => (Operator::Argument, 1),
        _ if spaced > at && !ending.quoted => return behind_type(window, spaced),
        _ => return None,
    };
    Some((operator, behind_blanks(window, spaced + length)))
}

/// The method by which a key is compared with what follows.
pub(super) const EQUALS: &[u8] = b".equals(";

/// The value behind a comma: `("key", "value")` where these two are all there is between the brackets (in a longer list the
/// next item is only the next item), or behind a word that says so, as in `("key", default="value")`.
fn in_list(window: &Window<'_>, key: &Range<usize>, behind: usize) -> Option<(Operator, usize)> {
    let at = behind_blanks(window, behind);
    for word in [b"default=" as &[u8], b"default_value=", b"defaultValue:", b"defaultValue =", b"default:", b"value="] {
        if window.slice(at..at + word.len()) == word {
            return Some((Operator::Argument, behind_blanks(window, at + word.len())));
        }
    }
    // Other arguments may stand before it.
    let look = window.slice(at..at + ARGUMENTS);
    let look = &look[..memchr::memchr3(b'\n', b'(', b')', look).unwrap_or(look.len())];
    if let Some(default) = memchr::memmem::find(look, b" default=") {
        return Some((Operator::Argument, at + default + b" default=".len()));
    }
    // An option of a command and what it is given: others may follow.
    if window.byte(key.start) == Some(b'-') {
        let at = window.run(at, Class::of(" \t\r\n"), 80);
        let value = quoted::read(window, at).filter(|value| window.byte(value.start) != Some(b'-'))?;
        let behind = window.run(quoted::behind_quote(window, value.end)?, Class::of(" \t\r\n"), 80);
        return matches!(window.byte(behind), Some(b',' | b')' | b']' | b'}')).then_some((Operator::Flag, at));
    }
    let value = quoted::read(window, at)?;
    let blank = Class::of(" \t");
    let close = window.run(value.end + 1, blank, 80);
    let mut open = key.start.saturating_sub(1);
    // A letter before the quote: `@"key"`, `b"key"`.
    if matches!(window.before(open), Some(b'@' | b'b' | b'u' | b'$')) {
        open -= 1;
    }
    let open = window.run_back(open, blank, 80);
    let alone = matches!(window.before(open), Some(b'(' | b'[' | b'{'))
        && matches!(window.byte(close), Some(b')' | b']' | b'}'));
    // `flag.String("key", "value", "what it is for")` (Go).
    let of_flag = window.byte(close) == Some(b',') && window.slice(open.saturating_sub(12)..open) == b"flag.String(";
    let of_map = matches!(window.byte(close), Some(b',' | b')')) && names_come_first(window, open);
    (alone || of_flag || of_map).then_some((Operator::Argument, at))
}

/// Whether a name stands at `at` of a list of names and values in turn: `Map.of("name", "value", "key", …)` (Java).
fn names_come_first(window: &Window<'_>, at: usize) -> bool {
    const OF: &[u8] = b"Map.of(";
    let before = window.slice(at.saturating_sub(ARGUMENTS)..at);
    let Some(of) = memchr::memmem::rfind(before, OF) else { return false };
    let items = &before[of + OF.len()..];
    memchr::memchr2(b'(', b')', items).is_none() && memchr::memchr_iter(b',', items).count().is_multiple_of(2)
}

/// How far behind an option's name its default may stand among its other arguments.
const ARGUMENTS: usize = 160;

/// Whether the key is what a value is copied to, `strcpy(key, "value")` (C), or the first of a pair, `{key, "value"}` (Erlang),
/// `set :key, "value"` (Ruby).
fn is_first_of_pair(window: &Window<'_>, key: usize) -> bool {
    let before = window.slice(key.saturating_sub(8)..key);
    before.ends_with(b"{")
        || before.ends_with(b"set :")
        || before.ends_with(b"strcpy(")
        || before.ends_with(b"strncpy(")
}

/// The value behind a type annotation, `password: str = "…"`: only a quoted one.
fn behind_annotation(window: &Window<'_>, at: usize) -> Option<usize> {
    let end = window.run(at, Class::of("A-Za-z0-9_<>[]?.,:&*'| "), 60);
    if end == at
        || quoted::begins(window, at)
        || window.byte(end) != Some(b'=')
        || matches!(window.byte(end + 1), Some(b'=' | b'>'))
    {
        return None;
    }
    let value = behind_blanks(window, end + 1);
    quoted::begins(window, behind_conversion(window, value)).then_some(value)
}

/// The longest comment behind the indicator of a block.
const COMMENT: usize = 200;

/// What YAML writes before a value: an anchor, a tag, or the indicator of a block, whose first line is the value then.
fn behind_indicator(window: &Window<'_>, at: usize) -> Option<usize> {
    match window.byte(at)? {
        b'|' | b'>' => {
            let end = window.run(at + 1, Class::of("+0-9-"), 2);
            let mut end = window.run(end, Class::of(" \t\r"), 80);
            if window.byte(end) == Some(b'#') && window.before(end) == Some(b' ') {
                let comment = window.slice(end..end + COMMENT);
                end += memchr::memchr(b'\n', comment)?;
            }
            if window.byte(end) != Some(b'\n') {
                return None;
            }
            let line = behind_blanks(window, end + 1);
            (line > end + 1).then_some(line)
        }
        b'&' => {
            let end = window.run(at + 1, Class::of("A-Za-z0-9_-"), 40);
            let value = behind_blanks(window, end);
            (end > at + 1 && value > end).then(|| behind_indicator(window, value).unwrap_or(value))
        }
        b'!' if window.slice(at..at + 6) == b"!!str " => {
            let value = behind_blanks(window, at + 6);
            Some(behind_indicator(window, value).unwrap_or(value))
        }
        _ => None,
    }
}

/// `key{"value"}`, `Key { get; set; } = "value"`.
fn behind_accessors(window: &Window<'_>, brace: usize) -> Option<(Operator, usize)> {
    if quoted::begins(window, brace + 1) {
        return Some((Operator::Argument, brace + 1));
    }
    let end = window.run(brace + 1, Class::of("A-Za-z; "), 60);
    if end == brace + 1 || window.byte(end) != Some(b'}') {
        return None;
    }
    let equals = behind_blanks(window, end + 1);
    (window.byte(equals) == Some(b'=')).then(|| (Operator::Assign, behind_blanks(window, equals + 1)))
}

/// Types of texts, as they follow a name: Go, C, Visual Basic.
const TYPES: [&[u8]; 7] = [b"string ", b"*string ", b"[]byte ", b"As String ", b"as String ", b"String ", b"char "];

/// The value behind a type that follows the name: `password string = "…"` (Go), `password As String = "…"` (Visual Basic).
/// Only a quoted one.
fn behind_type(window: &Window<'_>, at: usize) -> Option<(Operator, usize)> {
    let name = TYPES.iter().find(|name| window.slice(at..at + name.len()) == **name)?;
    let equals = behind_blanks(window, at + name.len());
    if window.byte(equals) != Some(b'=') {
        return None;
    }
    let value = behind_blanks(window, equals + 1);
    quoted::begins(window, value).then_some((Operator::Assign, value))
}
