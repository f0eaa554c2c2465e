//! Keys that are a column's title: `user,password` with `bob,…` in the next line, as spreadsheets and consoles export it;
//! `INSERT INTO users (name, password) VALUES ('bob', '…')`.

use std::ops::Range;

use super::behind::Given;
use super::value::behind_blanks;
use super::{Operator, Quoting, VALUE_MAX, context, quoted};
use crate::class::Class;
use crate::window::Window;

/// The most columns, and the longest line of titles or cells.
const COLUMNS: usize = 24;
const LINE: usize = 400;
const BLANK: Class = Class::of(" \t\"");

/// Reads the first value of the column that `key` is the title of.
pub fn read(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    let neighbour = |byte: Option<u8>| matches!(byte, Some(b',' | b';' | b'\t' | b'(' | b')' | b'\n' | b'\r'));
    let before = window.before(window.run_back(key.start, Class::of(" \"`"), 4));
    let behind = window.byte(window.run(key.end, Class::of(" \"`"), 4));
    if !(neighbour(before) || matches!(before, None | Some(0xbf))) || !neighbour(behind) {
        return None;
    }
    of_statement(window, key).or_else(|| of_lines(window, key))
}

/// A line of titles, and below it a line of as many cells.
fn of_lines(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    let start = context::line_start(window, key.start)?;
    let line = |from: usize| {
        let look = window.slice(from..from + LINE);
        let end = memchr::memchr2(b'\n', b'\r', look);
        (end.unwrap_or(look.len()) < LINE).then(|| &look[..end.unwrap_or(look.len())])
    };
    let mark = "\u{feff}".as_bytes();
    let start = if window.slice(start..start + mark.len()) == mark { start + mark.len() } else { start };
    // Titles stand at the top, or behind an empty line.
    if !matches!(
        window.slice(start.saturating_sub(3)..start),
        b"" | [.., b'\n', b'\n'] | b"\n\r\n" | b"\n" | b"\xef\xbb\xbf"
    ) {
        return None;
    }
    let titles = line(start)?;
    let separator = *titles.iter().find(|byte| matches!(byte, b',' | b';' | b'\t'))?;
    let are_titles = |title: &[u8]| {
        let title = title.trim_ascii();
        (1..=32).contains(&title.len())
            && title.iter().all(|&byte| Class::of("A-Za-z0-9_ \"-").contains(byte))
            && title.iter().any(u8::is_ascii_alphabetic)
    };
    // A line that ends with a carriage return alone ends before the key does.
    let column = titles.get(..key.start.checked_sub(start)?)?.iter().filter(|&&byte| byte == separator).count();
    let count = titles.split(|&byte| byte == separator).count();
    if !(2..=COLUMNS).contains(&count) || !titles.split(|&byte| byte == separator).all(are_titles) {
        return None;
    }
    let below = start + titles.len();
    let below = window.run(window.run(below, Class::of("\r"), 1), Class::of("\n"), 1);
    let row = line(below)?;
    let cells: Vec<&[u8]> = row.split(|&byte| byte == separator).collect();
    // A line of titles, too, or a text in which a comma stands.
    if below == start + titles.len() || cells.len() != count || row.ends_with(&[separator]) {
        return None;
    }
    let at = below + cells[..column].iter().map(|cell| cell.len() + 1).sum::<usize>();
    let begin = window.run(at, BLANK, 4);
    let end = window.run_back(at + cells[column].len(), BLANK, 4);
    let is_word = begin < end && !window.slice(begin..end).iter().any(|&byte| byte <= b' ' || byte == b'"');
    is_word.then_some((Operator::Pair, begin..end, Quoting::Quoted))
}

/// `(name, password) VALUES ('bob', '…')`.
fn of_statement(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    let names = Class::of("A-Za-z0-9_ \t\r\n,`\".");
    let open = window.run_back(key.start, names, LINE);
    let close = window.run(key.end, names, LINE);
    if window.before(open) != Some(b'(') || window.byte(close) != Some(b')') {
        return None;
    }
    let space = Class::of(" \t\r\n");
    let word = window.run(close + 1, space, 16);
    if !window.slice(word..word + 6).eq_ignore_ascii_case(b"values") {
        return None;
    }
    let column = memchr::memchr_iter(b',', window.slice(open..key.start)).count();
    let mut at = window.run(word + 6, space, 16);
    if window.byte(at) != Some(b'(') {
        return None;
    }
    at = window.run(at + 1, space, 16);
    for _ in 0..column.min(COLUMNS) {
        at = match quoted::read(window, at) {
            Some(content) => quoted::behind_quote(window, content.end)?,
            // A number, a name, a simple call.
            None => {
                let end = window.run(at, Class::of("A-Za-z0-9_.:?$@-"), VALUE_MAX);
                if window.slice(end..end + 2) == b"()" { end + 2 } else { end }
            }
        };
        at = behind_blanks(window, at);
        if window.byte(at) != Some(b',') {
            return None;
        }
        at = window.run(at + 1, space, 16);
    }
    let value = quoted::read(window, at).filter(|value| !value.is_empty())?;
    let end = behind_blanks(window, quoted::behind_quote(window, value.end)?);
    matches!(window.byte(end), Some(b',' | b')')).then_some((Operator::Pair, value, Quoting::Quoted))
}
