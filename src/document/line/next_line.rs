//! Values on the line below their key: formatters break long lines there, and formats of configuration nest.

use std::ops::Range;

use super::value::{self, behind_blanks};
use super::{VALUE_MAX, context};
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
