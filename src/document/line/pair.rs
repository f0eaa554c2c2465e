//! Keys that are themselves the value of a `name`: `- name: KEY` with `value: …` in the next line, as Kubernetes has it,
//! `{"name": "KEY", "value": "…"}`, `<add key="KEY" value="…"/>`, `<entry key="KEY">…</entry>`.

use std::ops::Range;

use super::behind::Given;
use super::operator::Ending;
use super::value::behind_blanks;
use super::{Operator, Quoting, quoted, value};
use crate::class::Class;
use crate::window::Window;

/// What names are called, in lower case.
const NAMES: [&[u8]; 7] = [b"name", b"key", b"id", b"parameterkey", b"property", b"variable", b"field"];
/// What values are called, in lower case.
const VALUES: [&[u8]; 6] = [b"value", b"parametervalue", b"val", b"content", b"default", b"defaultvalue"];
/// How far behind the key the value's name may stand.
const BETWEEN: usize = 120;
const LETTERS: Class = Class::of("A-Za-z");

/// Reads the value of a pair whose name is `key`.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    if !is_named(window, key) {
        return None;
    }
    if window.byte(ending.at) == Some(b'>') {
        return element(window, ending.at + 1);
    }
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

/// `<entry key="KEY">value</entry>`, `<property name="KEY"><value>value</value>`.
fn element(window: &Window<'_>, at: usize) -> Option<Given> {
    let mut start = window.run(at, Class::of(" \t\r\n"), 120);
    if window.byte(start) == Some(b'<') {
        if window.slice(start..start + 7) != b"<value>" {
            return None;
        }
        start = window.run(start + 7, Class::of(" \t\r\n"), 120);
    }
    let value = value::bare(window, start)?;
    let closes = window.byte(window.run(value.end, Class::of(" \t\r\n"), 120)) == Some(b'<');
    (closes && !value.is_empty()).then_some((Operator::Pair, value, Quoting::Bare))
}
