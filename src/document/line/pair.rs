//! Keys that are themselves the value of a `name`: `- name: KEY` with `value: …` in the next line, as Kubernetes has it,
//! `{"name": "KEY", "value": "…"}`, `<add key="KEY" value="…"/>`, `<entry key="KEY">…</entry>`. The value may stand before.

use std::ops::Range;

use super::behind::Given;
use super::operator::Ending;
use super::value::behind_blanks;
use super::{Operator, Quoting, context, quoted, value};
use crate::class::Class;
use crate::window::Window;

/// What names are called, in lower case.
const NAMES: [&[u8]; 7] = [b"name", b"key", b"id", b"parameterkey", b"property", b"variable", b"field"];
/// What values are called, in lower case.
const VALUES: [&[u8]; 6] = [b"value", b"parametervalue", b"val", b"content", b"default", b"defaultvalue"];
/// The same, where they stand before their names.
const VALUES_BEFORE: [&[u8]; 3] = [b"value", b"parametervalue", b"defaultvalue"];
/// How far behind the key the value's name may stand.
const BETWEEN: usize = 120;
const LETTERS: Class = Class::of("A-Za-z");

/// Reads the value of a pair whose name is `key`.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    if window.before(key.start) == Some(b'>') {
        return of_elements(window, key, ending);
    }
    if !is_named(window, key) {
        return None;
    }
    if window.byte(ending.at) == Some(b'>') {
        return element(window, ending.at + 1);
    }
    behind(window, ending).or_else(|| before(window, ending.begin))
}

/// The value of the pair where it stands behind the name.
fn behind(window: &Window<'_>, ending: &Ending) -> Option<Given> {
    let mut at = ending.at;
    // The next name that stands by itself: white space, separators and other attributes may come before it.
    let end = (at + BETWEEN).min(window.end());
    while at < end {
        match window.byte(at)? {
            b'{' | b'}' | b'<' | b'>' | b'(' | b')' | b'=' if at == ending.at => return None,
            b'{' | b'}' | b'<' | b'>' | b'(' | b')' => return None,
            byte if byte.is_ascii_alphabetic() => {
                let word = window.run(at, LETTERS, 32);
                let name = window.slice(at..word).to_ascii_lowercase();
                if VALUES.contains(&name.as_slice()) {
                    return given(window, ending.begin, word);
                }
                at = word;
            }
            _ => at += 1,
        }
    }
    None
}

/// The value of the pair where it stands before the name, in the same tag, object or item of a list.
fn before(window: &Window<'_>, begin: usize) -> Option<Given> {
    let from = begin.saturating_sub(BETWEEN).max(window.start());
    let text = window.slice(from..begin);
    let opens = |byte: &u8| matches!(byte, b'{' | b'}' | b'<' | b'>' | b'(' | b')');
    let bracket = text.iter().rposition(opens);
    let item = item(text).filter(|at| bracket.is_none_or(|bracket| bracket < *at));
    let from = from + bracket.max(item)? + 1;
    let lower = window.slice(from..begin).to_ascii_lowercase();
    let is_name = |at: usize, name: &[u8]| {
        let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
        !is_letter(at.checked_sub(1).and_then(|at| lower.get(at))) && !is_letter(lower.get(at + name.len()))
    };
    VALUES_BEFORE.iter().find_map(|name| {
        let at = memchr::memmem::rfind(&lower, name).filter(|&at| is_name(at, name))?;
        let is_beside = item.is_none() || are_of_one_mapping(window, from + at, begin)?;
        given(window, from + at, from + at + name.len()).filter(|(_, value, _)| is_beside && value.end < begin)
    })
}

/// Whether the lines of `one` and `other` begin in one column, the dash of an item not counted, and none between them before it.
fn are_of_one_mapping(window: &Window<'_>, one: usize, other: usize) -> Option<bool> {
    let column = |line: usize| window.run(line, Class::of(" \t-"), 80) - line;
    let (first, last) = (context::line_start(window, one)?, context::line_start(window, other)?);
    let between =
        memchr::memchr_iter(b'\n', window.slice(first..last)).all(|end| column(first + end + 1) >= column(last));
    Some(between && column(first) == column(last))
}

/// Where in `text` the item of a list begins that goes on at its end: behind the last dash that begins a line.
fn item(text: &[u8]) -> Option<usize> {
    memchr::memmem::rfind_iter(text, b"- ").find(|&at| {
        let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
        text[line..at].trim_ascii().is_empty()
    })
}

fn given(window: &Window<'_>, key: usize, word: usize) -> Option<Given> {
    let at = quoted::behind_quote(window, word).unwrap_or(word);
    let at = behind_blanks(window, at);
    if !matches!(window.byte(at), Some(b':' | b'=')) {
        return None;
    }
    let (value, quoting) = value::read(window, key, behind_blanks(window, at + 1))?;
    Some((Operator::Pair, value, quoting))
}

/// Whether `name:`, `"name": `, `key=` stands before the key.
fn is_named(window: &Window<'_>, key: &Range<usize>) -> bool {
    let quote = matches!(window.before(key.start), Some(b'"' | b'\''));
    let blank = Class::of(" \t");
    let mut at = window.run_back(key.start - usize::from(quote), blank, 16);
    // An escape before the quote.
    at = window.run_back(at, Class::of("\\"), 7);
    at = window.run_back(at, blank, 16);
    if !matches!(window.before(at), Some(b':' | b'=')) {
        return false;
    }
    at = window.run_back(at - 1, blank, 16);
    at = window.run_back(at, Class::of("\"'\\"), 8);
    let begin = window.run_back(at, LETTERS, 16);
    let name = window.slice(begin..at).to_ascii_lowercase();
    NAMES.contains(&name.as_slice())
}

/// `<name>KEY</name><value>value</value>`, as Hadoop, Jenkins and servlets have it; a description may stand between.
fn of_elements(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    const NAMES: [&[u8]; 4] = [b"<name>", b"<param-name>", b"<key>", b"<env-entry-name>"];
    const VALUES: [&[u8]; 4] = [b"<value>", b"<param-value>", b"<defaultvalue>", b"<env-entry-value>"];
    const BETWEEN: usize = 240;
    let before = window.slice(key.start.saturating_sub(16)..key.start).to_ascii_lowercase();
    if !NAMES.iter().any(|name| before.ends_with(name)) || window.slice(ending.at..ending.at + 2) != b"</" {
        return None;
    }
    let rest = window.slice(ending.at..ending.at + BETWEEN).to_ascii_lowercase();
    // The next element of that name belongs to the next one.
    let next = NAMES.iter().filter_map(|name| memchr::memmem::find(&rest, name)).min().unwrap_or(rest.len());
    let value = VALUES.iter().filter_map(|name| Some(memchr::memmem::find(&rest[..next], name)? + name.len())).min()?;
    content(window, window.run(ending.at + value, Class::of(" \t\r\n"), 120))
}

/// `<entry key="KEY">value</entry>`, `<property name="KEY"><value>value</value>`.
fn element(window: &Window<'_>, at: usize) -> Option<Given> {
    let mut start = window.run(at, Class::of(" \t\r\n"), 120);
    if window.byte(start) == Some(b'<') {
        if window.slice(start..start + 7) != b"<value>" {
            return None;
        }
        start = window.run(start + 7, Class::of(" \t\r\n"), 120);
    }
    content(window, start)
}

/// What stands from `start` to the end of its element.
fn content(window: &Window<'_>, start: usize) -> Option<Given> {
    let value = value::bare(window, start)?;
    let closes = window.byte(window.run(value.end, Class::of(" \t\r\n"), 120)) == Some(b'<');
    (closes && !value.is_empty()).then_some((Operator::Pair, value, Quoting::Bare))
}
