//! Values on the line below their key: formatters break long lines there, and formats of configuration nest.

use std::ops::Range;

use super::behind::Given;
use super::operator::Ending;
use super::value::{self, behind_blanks};
use super::{Operator, Quoting, VALUE_MAX, context, quoted};
use crate::class::Class;
use crate::window::Window;

/// Where the value begins if the key's line ends at `at`, perhaps behind a bracket that opens or a backslash that goes on: in
/// the next line, which is indented.
pub fn begins(window: &Window<'_>, at: usize) -> Option<usize> {
    let mark = usize::from(matches!(window.byte(at), Some(b'(' | b'\\')));
    let end = if mark == 1 { behind_blanks(window, at + 1) } else { at };
    let end = window.run(end, Class::of("\r"), 1);
    if window.byte(end) != Some(b'\n') {
        return None;
    }
    let value = behind_blanks(window, end + 1);
    (value > end + 1).then_some(value)
}

/// What the option `key` of a list is given, each item on a line of its own behind a dash (YAML).
pub fn item(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    if window.byte(key.start) != Some(b'-') {
        return None;
    }
    let line = context::line_start(window, key.start)?;
    let dash = behind_blanks(window, line);
    let end = window.run(ending.at, Class::of(" \t\r"), 80);
    let next = behind_blanks(window, end + 1);
    let is_item = |at: usize| window.slice(at..at + 2) == b"- ";
    if window.byte(end) != Some(b'\n') || !is_item(dash) || !is_item(next) || next - (end + 1) != dash - line {
        return None;
    }
    let at = behind_blanks(window, next + 2);
    let (value, quoting) = match quoted::read(window, at) {
        Some(value) => (value, Quoting::Quoted),
        None => (value::bare(window, at)?, Quoting::Bare),
    };
    let is_option = value.is_empty() || window.byte(value.start) == Some(b'-');
    (!is_option).then_some((Operator::Flag, value, quoting))
}

/// The value without quotes at `at`: the only word of its line, further in than the line of its key.
pub fn bare(window: &Window<'_>, key: usize, at: usize) -> Option<Range<usize>> {
    let start = context::line_start(window, key)?;
    let own = context::line_start(window, at)?;
    if !context::begins_line(window, key) || at - own <= behind_blanks(window, start) - start {
        return None;
    }
    let end = window.run(at, Class::of("!-~"), VALUE_MAX);
    let value = value::bare(window, at)?;
    let line_end = window.byte(window.run(end, Class::of(" \t\r"), 80));
    let is_whole = value.end == end && matches!(line_end, None | Some(b'\n'));
    (is_whole && !matches!(window.byte(at), Some(b'-' | b'#' | b'/' | b'*'))).then_some(value)
}
