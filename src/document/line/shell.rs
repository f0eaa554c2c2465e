//! The words of a command, as a shell or a list of arguments gives them.

use std::ops::Range;

use super::value::without_punctuation;
use super::{Quoting, context, quoted};
use crate::class::Class;
use crate::window::Window;

/// How far behind its name a command is read.
const COMMAND: usize = 700;
/// The most words of it.
const WORDS: usize = 32;

/// The words from `at` to the end of the command, with their quotes: to the end of the line (unless a backslash continues
/// it), a separator, or the quote that closes the string in which the command stands. In a list of strings,
/// `["mysql", "-u", "root"]`, each string is a word.
pub fn words(window: &Window<'_>, at: usize) -> Vec<Range<usize>> {
    let enclosing = context::enclosing_quote(window, at);
    let limit = at.saturating_add(COMMAND).min(window.end());
    let mut words = Vec::new();
    let mut at = at;
    while at < limit && words.len() < WORDS {
        at = window.run(at, Class::of(" \t"), COMMAND);
        match window.byte(at) {
            Some(b'\\' | b'^' | b'`') if matches!(window.byte(at + 1), Some(b'\n' | b'\r')) => {
                at = window.run(at + 1, Class::of(" \t\r\n"), 80);
            }
            Some(b'\n' | b'\r' | b'|' | b';' | b'&' | b')' | b'#') | None => break,
            quote if quote == enclosing && quote.is_some() => match next_of_list(window, at) {
                Some(next) => at = next,
                None => break,
            },
            Some(_) => {
                let end = word_end(window, at, limit, enclosing);
                if end == at {
                    break;
                }
                words.push(at..end);
                at = end;
            }
        }
    }
    words
}

/// The place behind `", "`.
fn next_of_list(window: &Window<'_>, quote: usize) -> Option<usize> {
    let comma = window.run(quote + 1, Class::of(" \t"), 16);
    let next = window.run(comma + 1, Class::of(" \t\r\n"), 80);
    (window.byte(comma) == Some(b',') && window.byte(next) == window.byte(quote)).then_some(next + 1)
}

fn word_end(window: &Window<'_>, start: usize, limit: usize, enclosing: Option<u8>) -> usize {
    let mut at = start;
    while at < limit {
        match window.byte(at) {
            None => return at,
            byte if byte == enclosing && byte.is_some() => return at,
            Some(b'|' | b';') => return at,
            Some(byte) if byte <= b' ' => return at,
            Some(b'"' | b'\'' | b'\\') if quoted::begins(window, at) => match quoted::read(window, at) {
                Some(content) => at = quoted::behind_quote(window, content.end).unwrap_or(content.end + 1),
                None => return at,
            },
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
    at.min(limit)
}

/// The content of a word or of the rest of one, and how it was written.
pub fn content(window: &Window<'_>, word: Range<usize>) -> Option<(Range<usize>, Quoting)> {
    let (value, quoting) =
        match quoted::read(window, word.start).filter(|_| quoted::behind_quote(window, word.start).is_some()) {
            Some(value) => (value, Quoting::Quoted),
            None => (word.start..word.start + without_punctuation(window.slice(word)), Quoting::Embedded),
        };
    (!value.is_empty()).then_some((value, quoting))
}
