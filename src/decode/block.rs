//! Values that stand on a line of their own, away from their key: block scalars of YAML (1.2.2, 8.1) and here documents.
//!
//! A block of several lines needs nothing: its lines stand in the text as they are. One of a single line is the value of
//! a key on the line before, and is read as if it had been written there.

use std::ops::Range;

use super::in_place::{Edit, Said};

/// The longest value, and the longest line before its end.
const LINE: usize = 1024;
/// The longest word that ends a here document.
const WORD: usize = 32;

/// Finds the heads of literal blocks of one line.
pub fn find_literal(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    find_head(text, range, b": |", edit);
}

/// Finds the heads of folded blocks of one line.
pub fn find_folded(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    find_head(text, range, b": >", edit);
}

fn find_head(text: &[u8], range: Range<usize>, head: &[u8], edit: &mut dyn FnMut(Edit)) {
    for at in memchr::memmem::find_iter(&text[range.clone()], head).map(|at| range.start + at + 2) {
        if let Some(value) = block(&text[..range.end], at) {
            edit(Edit { range: at..value, text: Said::NOTHING, counts: true });
        }
    }
}

/// Finds the beginnings and ends of here documents of one line.
pub fn find_here(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    let mut done = range.start;
    for at in memchr::memmem::find_iter(&text[range.clone()], b"<<").map(|at| range.start + at) {
        if at < done {
            continue;
        }
        let text = &text[..range.end];
        let Some((value, end)) = here_document(text, at) else { continue };
        let whole = substituted(text, at..end).filter(|whole| whole.start >= done).unwrap_or(at..end);
        edit(Edit { range: whole.start..value.start, text: Said::byte(b'"'), counts: true });
        edit(Edit { range: value.end..whole.end, text: Said::byte(b'"'), counts: true });
        done = whole.end;
    }
}

/// The command substitution that does nothing but say the here document at `document`, with its quotes: `$(cat <<EOF … )`.
fn substituted(text: &[u8], document: Range<usize>) -> Option<Range<usize>> {
    const CAT: &[u8] = b"$(cat ";
    let start = document.start.checked_sub(CAT.len()).filter(|&at| text[at..document.start] == *CAT)?;
    let line =
        document.end + text[document.end..].iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let close = line + blank(text, line);
    if text.get(close) != Some(&b')') {
        return None;
    }
    let is_quoted = start > 0 && text[start - 1] == b'"' && text.get(close + 1) == Some(&b'"');
    Some(if is_quoted { start - 1..close + 2 } else { start..close + 1 })
}

/// Where the value of the block begins whose `|` or `>` stands at `at`.
fn block(text: &[u8], at: usize) -> Option<usize> {
    let head =
        text[at + 1..].iter().take(8).take_while(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9' | b' ' | b'\r'));
    let line = at + 1 + head.count();
    (text.get(line) == Some(&b'\n')).then_some(())?;
    let indentation = blank(text, line + 1);
    let value = line + 1 + indentation;
    let end = value + memchr::memchr(b'\n', &text[value..text.len().min(value + LINE)]).unwrap_or(0);
    if indentation == 0 || end == value {
        return None;
    }
    let next = blank(text, end + 1);
    let ends = next < indentation || matches!(text.get(end + 1 + next), None | Some(b'\n' | b'\r'));
    ends.then_some(value)
}

fn blank(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take(LINE).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

/// The one line of the here document whose `<<` begins at `at`, and where the word that ends it ends.
fn here_document(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let count = |from: usize, most: usize, is: fn(&&u8) -> bool| text[from..].iter().take(most).take_while(is).count();
    let word = at + 2 + count(at + 2, 3, |byte| matches!(byte, b'<' | b'-' | b'~' | b'"' | b'\'' | b' '));
    let length = count(word, WORD, |byte| byte.is_ascii_alphanumeric() || **byte == b'_');
    let quote = usize::from(matches!(text.get(word + length), Some(b'"' | b'\'')));
    // Methods of the text, as Ruby has them: `<<~EOT.strip`.
    let methods =
        count(word + length + quote, WORD, |byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_' | b'\r'));
    let line = word + length + quote + methods;
    let begins_as_name = text.get(word).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    if length < 2 || !begins_as_name || text.get(line) != Some(&b'\n') {
        return None;
    }
    let value = line + 1 + blank(text, line + 1);
    let end = value + memchr::memchr(b'\n', &text[value..text.len().min(value + LINE)])?;
    let closing = end + 1 + blank(text, end + 1);
    let ends = text[closing..].starts_with(&text[word..word + length])
        && text.get(closing + length).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    (end > value && ends).then_some((value..end, closing + length))
}
