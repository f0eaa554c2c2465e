//! What a place of a line stands in.

use crate::window::Window;

/// How much of a line is looked at.
const LINE_MAX: usize = 600;

/// Where the line begins that holds `at`; none if that is out of reach.
pub fn line_start(window: &Window<'_>, at: usize) -> Option<usize> {
    let from = at.saturating_sub(LINE_MAX).max(window.start());
    match memchr::memrchr(b'\n', window.slice(from..at)) {
        Some(found) => Some(from + found + 1),
        None if from == 0 => Some(0),
        None => None,
    }
}

/// Whether the key that begins at `key` is the first thing on its line, but for what makes it a variable or an item.
pub fn begins_line(window: &Window<'_>, key: usize) -> bool {
    line_start(window, key).is_some_and(|start| opens_line(window.slice(start..key)))
}

/// Whether a key may begin a line behind `before`.
pub fn opens_line(before: &[u8]) -> bool {
    matches!(before.trim_ascii(), b"" | b"-" | b"export" | b"set" | b"ENV" | b"ARG" | b"SetEnv")
}

/// What a place of a line stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enclosure {
    /// A string that this quote begins and ends.
    String(u8),
    /// A comment.
    Comment,
}

/// Whether `at` stands within a string or a comment of its line. A string of several lines is not seen as one.
pub fn is_within_text(window: &Window<'_>, at: usize) -> bool {
    enclosure(window, at).is_some()
}

/// The quote of the string that `at` stands in, if it does.
pub fn enclosing_quote(window: &Window<'_>, at: usize) -> Option<u8> {
    match enclosure(window, at)? {
        Enclosure::String(quote) => Some(quote),
        Enclosure::Comment => None,
    }
}

fn enclosure(window: &Window<'_>, at: usize) -> Option<Enclosure> {
    let start = line_start(window, at)?;
    let line = window.slice(start..at).trim_ascii_start();
    if begins_comment(line) {
        return Some(Enclosure::Comment);
    }
    let mut quote = None;
    let mut before = b' ';
    let mut bytes = line.iter().copied().enumerate();
    while let Some((index, byte)) = bytes.next() {
        let opens_comment = |mark: &[u8]| line[index..].starts_with(mark) && matches!(before, b' ' | b'\t' | b';');
        match (byte, quote) {
            (b'\\', _) => drop(bytes.next()),
            (_, Some(end)) if byte == end => quote = None,
            (b'"' | b'`', None) => quote = Some(byte),
            // An apostrophe in a word begins no string.
            (b'\'', None) if !before.is_ascii_alphanumeric() => quote = Some(byte),
            (b'/', None) if opens_comment(b"//") => return Some(Enclosure::Comment),
            (b'#', None) if opens_comment(b"# ") => return Some(Enclosure::Comment),
            _ => {}
        }
        before = byte;
    }
    quote.map(Enclosure::String)
}

fn begins_comment(line: &[u8]) -> bool {
    [b"//" as &[u8], b"/*", b"* ", b"--", b"# ", b"##", b"<!--", b";;"].iter().any(|mark| line.starts_with(mark))
        || line == b"#"
        || line == b"*"
}
