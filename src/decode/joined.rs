//! Secrets in pieces: string literals that a program puts together, and lines that a shell reads as one.
//!
//! What stands between two pieces is taken out, and the text around is read as if it had been written in one. Only literals
//! are joined, and only where both pieces end in what a token is made of: `" + "` inside a string, or a joint with a
//! variable on one side, is none.

use std::ops::Range;

use super::in_place::{Edit, Said};

/// How much white space may stand between two pieces.
const SPACE: usize = 200;

/// Finds what stands between two literals.
pub fn find_literals(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    let mut done = range.start;
    for at in memchr::memchr2_iter(b'"', b'\'', &text[range.clone()]).map(|at| range.start + at) {
        if at < done || at == 0 || !is_of_token(text[at - 1]) {
            continue;
        }
        if let Some(end) = joint(&text[..range.end], at) {
            done = end;
            edit(Edit { range: at..end, text: Said::NOTHING, counts: true });
        }
    }
}

/// Finds lines that go on.
pub fn find_lines(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    for newline in memchr::memmem::find_iter(&text[range.clone()], b"\\\n").map(|at| range.start + at + 1) {
        let at = newline - 1;
        if at > 0 && newline + 1 < range.end && goes_on(text, at) {
            edit(Edit { range: at..newline + 1, text: Said::NOTHING, counts: true });
        }
    }
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.')
}

/// Where the next literal begins behind the one whose closing quote stands at `quote`: behind an operator that joins
/// strings in some language, or behind nothing but space.
fn joint(text: &[u8], quote: usize) -> Option<usize> {
    let next = *text.get(quote + 1)?;
    if !matches!(next, b' ' | b'\t' | b'\n' | b'\r' | b'+' | b'.' | b'&' | b'|' | b'<' | b'\\' | b'~') {
        return None;
    }
    let at = space(text, quote + 1);
    let operators: [&[u8]; 8] = [b"++", b"+", b"..", b".", b"&", b"||", b"<>", b"~"];
    let operator = operators.iter().find(|it| text[at..].starts_with(it)).map_or(0, |it| it.len());
    let at = space(text, at + operator);
    // A prefix of Python, C++ or Rust: `b"…"`.
    let prefix =
        text[at..].iter().take(2).take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B' | b'u' | b'L')).count();
    let opening = at + prefix;
    let other = *text.get(opening)?;
    let same = other == text[quote];
    let fits = if operator > 0 { matches!(other, b'"' | b'\'') } else { same && opening > quote + 1 };
    (fits && text.get(opening + 1).is_some_and(|&byte| is_of_token(byte))).then_some(opening + 1)
}

/// The first byte from `at` on that is neither white space nor a backslash at the end of a line.
fn space(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while end - at < SPACE {
        match (text.get(end), text.get(end + 1)) {
            (Some(b' ' | b'\t' | b'\n' | b'\r'), _) | (Some(b'\\'), Some(b'\n' | b'\r')) => end += 1,
            _ => break,
        }
    }
    end
}

/// Whether the line that ends in the backslash at `at` goes on inside a word, or behind a flag that its value follows.
fn goes_on(text: &[u8], at: usize) -> bool {
    let inside = is_of_token(text[at - 1]) && text.get(at + 2).is_some_and(|&byte| is_of_token(byte));
    let head = &text[at.saturating_sub(64)..at];
    let word = head.trim_ascii_end();
    let last = word.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or(word);
    inside || word.len() < head.len() && last.starts_with(b"--")
}
