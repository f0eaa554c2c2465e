//! Quoted values, as programming languages write them.

use std::ops::Range;

use super::VALUE_MAX;
use crate::class::Class;
use crate::window::Window;

/// How a quoted value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    /// With this quote; a backslash before one takes its meaning.
    Plain(u8),
    /// With so many backslashes and this quote: a string within a string.
    Escaped(usize, u8),
    /// With three of them.
    Triple(u8),
    /// With a quote and so many `#`, or with `)"`: no escapes in it (Rust, C++).
    Raw(usize),
    /// With `)"`.
    RawParenthesis,
    /// With `]]` (Lua).
    Brackets,
    /// With `&quot;`: a string within markup.
    Entity,
}

const ENTITY: &[u8] = b"&quot;";

/// The content of the string that begins at `at`, with the letters that may stand before its quote (`r"`, `b'`, `@"`, `N'`).
/// None where no string begins or its end is not on the line or within reach.
pub fn read(window: &Window<'_>, at: usize) -> Option<Range<usize>> {
    let (start, quote) = opening(window, at)?;
    closing(window, start, quote)
}

/// Whether a string begins at `at`.
pub fn begins(window: &Window<'_>, at: usize) -> bool {
    opening(window, at).is_some()
}

/// Whether a string of three quotes begins at `at`.
pub fn is_triple(window: &Window<'_>, at: usize) -> bool {
    matches!(opening(window, at), Some((_, Quote::Triple(_))))
}

/// Steps over the opening quote that stands at `at`, without letters before it: for the quotes around a key.
pub fn behind_quote(window: &Window<'_>, at: usize) -> Option<usize> {
    match window.byte(at)? {
        b'"' | b'\'' | b'`' => Some(at + 1),
        b'\\' => {
            let quote = window.run(at, Class::of("\\"), 7);
            matches!(window.byte(quote), Some(b'"' | b'\'')).then_some(quote + 1)
        }
        b'&' if window.slice(at..at + ENTITY.len()) == ENTITY => Some(at + ENTITY.len()),
        _ => None,
    }
}

/// The letters that may stand before a quote.
const LETTERS: Class = Class::of("bBfFLNrRuU8@$");
/// What a string begins with.
const BEGINS: Class = Class::of("bBfFLNrRuU8@$#\"'`\\[&");

fn opening(window: &Window<'_>, at: usize) -> Option<(usize, Quote)> {
    // Nearly always nothing begins, and one byte tells.
    window.byte(at).filter(|&byte| BEGINS.contains(byte))?;
    let begin = window.run(at, LETTERS, 3);
    if window.byte(begin) == Some(b'#') && window.before(begin) == Some(b'r') {
        let quote = window.run(begin, Class::of("#"), 4);
        return (window.byte(quote) == Some(b'"')).then_some((quote + 1, Quote::Raw(quote - begin)));
    }
    match window.byte(begin)? {
        quote @ (b'"' | b'\'' | b'`') => {
            if window.slice(begin + 1..begin + 3) == [quote, quote] {
                return Some((begin + 3, Quote::Triple(quote)));
            }
            if begin > at && window.slice(begin - 1..begin + 2) == b"R\"(" {
                return Some((begin + 2, Quote::RawParenthesis));
            }
            Some((begin + 1, Quote::Plain(quote)))
        }
        b'\\' => {
            let end = window.run(begin, Class::of("\\"), 7);
            let quote = window.byte(end).filter(|byte| matches!(byte, b'"' | b'\''))?;
            Some((end + 1, Quote::Escaped(end - begin, quote)))
        }
        b'[' if begin == at && window.byte(at + 1) == Some(b'[') => Some((at + 2, Quote::Brackets)),
        b'&' if window.slice(begin..begin + ENTITY.len()) == ENTITY => Some((begin + ENTITY.len(), Quote::Entity)),
        _ => None,
    }
}

/// The string of three quotes that begins at `at` and whose one line of content is the next: its line ends behind the quotes,
/// and behind the content nothing stands but the quotes that end it.
pub fn on_next_line(window: &Window<'_>, at: usize) -> Option<Range<usize>> {
    let (start, quote @ Quote::Triple(_)) = opening(window, at)? else { return None };
    let line = window.run(start, Class::of("\r"), 1);
    if window.byte(line) != Some(b'\n') {
        return None;
    }
    let content = window.run(line + 1, Class::of(" \t"), 80);
    let end = window.run(content, Class::of("!#-&(-~"), VALUE_MAX);
    let close = window.run(end, Class::of(" \t\r\n"), 80);
    (end > content && closing(window, close, quote)? == (close..close)).then_some(content..end)
}

fn closing(window: &Window<'_>, start: usize, quote: Quote) -> Option<Range<usize>> {
    // Two quotes stand for one in YAML, SQL and others; if no end comes behind them, the first was the end.
    let mut doubled = None;
    let mut at = start;
    while at < start + VALUE_MAX {
        let Some(byte) = window.byte(at).filter(|byte| !matches!(byte, b'\n' | b'\r')) else { return doubled };
        if let Quote::Plain(end) = quote
            && byte == end
            && at > start
            && window.byte(at + 1) == Some(end)
        {
            doubled = doubled.or(Some(start..at));
            at += 2;
            continue;
        }
        let ends = match quote {
            Quote::Plain(end) => byte == end,
            Quote::Triple(end) => byte == end && window.slice(at..at + 3) == [end; 3],
            Quote::Escaped(slashes, end) => {
                byte == b'\\'
                    && window.run(at, Class::of("\\"), 8) == at + slashes
                    && window.byte(at + slashes) == Some(end)
            }
            Quote::Raw(marks) => byte == b'"' && window.run(at + 1, Class::of("#"), marks) == at + 1 + marks,
            Quote::RawParenthesis => window.slice(at..at + 2) == b")\"",
            Quote::Brackets => window.slice(at..at + 2) == b"]]",
            Quote::Entity => byte == b'&' && window.slice(at..at + ENTITY.len()) == ENTITY,
        };
        if ends {
            return Some(start..at);
        }
        let escapes = byte == b'\\' && matches!(quote, Quote::Plain(_) | Quote::Triple(_));
        at += if escapes { 2 } else { 1 };
    }
    doubled
}
