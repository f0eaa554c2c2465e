//! `.env` files: `KEY=value` lines, `export` allowed, quotes as the shells and the dotenv libraries take them.
//!
//! There is no grammar that every library shares, so a line that is none of this is skipped, as the libraries do.

use std::ops::Range;
use std::sync::Arc;

use super::{Entry, MAX_NODES, Node, ReadError, Value, mark_length};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut entries = Vec::new();
    let mut at = mark_length(text);
    while at < text.len() {
        let line_end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found);
        let next = match assignment(text, at..line_end) {
            Some((entry, behind)) => {
                entries.push(entry);
                if entries.len() > MAX_NODES {
                    return Err(ReadError::TooManyNodes);
                }
                memchr::memchr(b'\n', &text.as_bytes()[behind..]).map_or(text.len(), |found| behind + found)
            }
            None => line_end,
        };
        at = next + 1;
    }
    Ok(vec![Node::new(0..text.len(), Value::Map(entries))])
}

/// The assignment in a line, and the offset behind its value, which may lie in a later line.
fn assignment(text: &str, line: Range<usize>) -> Option<(Entry, usize)> {
    let content = &text[line.clone()];
    let trimmed = content.trim_start();
    let bare = trimmed.strip_prefix("export ").map_or(trimmed, str::trim_start);
    let key_start = line.end - bare.len();
    let equals = bare.find('=')?;
    let key = bare[..equals].trim_end();
    let is_name = !key.is_empty()
        && !key.as_bytes()[0].is_ascii_digit()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if !is_name {
        return None;
    }
    let right = &bare[equals + 1..];
    let value_start = line.end - right.trim_start_matches([' ', '\t']).len();
    let (value, behind) = value(text, value_start..line.end);
    let entry = Entry { key: key.to_owned(), key_span: key_start..key_start + key.len(), value };
    Some((entry, behind))
}

fn value(text: &str, rest: Range<usize>) -> (Arc<Node>, usize) {
    let bytes = text.as_bytes();
    let quote = bytes.get(rest.start).copied().filter(|byte| rest.start < rest.end && matches!(byte, b'"' | b'\''));
    if let Some((quote, close)) = quote.and_then(|quote| Some((quote, closing(bytes, rest.start + 1, quote)?))) {
        let raw = &text[rest.start + 1..close];
        let content = match quote {
            b'"' if is_interpolated(raw) => Value::Expression(raw.to_owned()),
            b'"' => Value::String(unescaped(raw)),
            _ => Value::String(raw.to_owned()),
        };
        return (Node::new(rest.start + 1..close, content), close + 1);
    }
    let raw = &text[rest.clone()];
    let commented = raw.char_indices().find(|(at, c)| *c == '#' && (*at == 0 || raw[..*at].ends_with([' ', '\t'])));
    let value = raw[..commented.map_or(raw.len(), |(at, _)| at)].trim_end();
    let content =
        if is_interpolated(value) { Value::Expression(value.to_owned()) } else { Value::String(value.to_owned()) };
    (Node::new(rest.start..rest.start + value.len(), content), rest.end)
}

/// The closing quote: within 64 KiB, which is more than any key file in one.
fn closing(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let window = &bytes[from..bytes.len().min(from + 64 * 1024)];
    let mut escaped = false;
    for (at, &byte) in window.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quote == b'"' => escaped = true,
            _ if byte == quote => return Some(from + at),
            _ => {}
        }
    }
    None
}

/// Whether the shell or the library would put something else in: `$NAME`, `${NAME}`, `$(command)`, backquotes.
fn is_interpolated(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    raw.contains('`')
        || memchr::memchr_iter(b'$', bytes).any(|at| {
            let escaped = at > 0 && bytes[at - 1] == b'\\';
            let named = bytes.get(at + 1).is_some_and(|&b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'{' | b'('));
            named && !escaped
        })
}

fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (other, false) => out.push(other),
        }
    }
    out
}
