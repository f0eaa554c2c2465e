//! Secrets in pieces: string literals that a program puts together, and lines that a shell reads as one.
//!
//! What stands between two pieces is taken out, and the text around is read as if it had been written in one. Only literals
//! are joined, and only where both pieces end in what a token is made of: `" + "` inside a string, or a joint with a
//! variable on one side, is none.

use std::ops::Range;

use super::in_place::{Edit, Said};
use fearless_simd::{mask8x64, prelude::*};

use crate::lanes::{self, Class, Near, Set, is};

/// How much white space may stand between two pieces.
const SPACE: usize = 200;

/// What may follow the quote at the end of a literal that goes on: space, an operator, or the next quote.
const GOES_ON: &[u8] = b" \t\n\r+.&|<\\~^\"'`";

/// Quotes at the end of a literal that may go on. Most literals end for good, and most quotes begin one.
struct Quotes;

impl Class for Quotes {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let here = near.here();
        let quotes = is(here, b'"') | is(here, b'\'') | is(here, b'`');
        quotes & const { Set::of(GOES_ON) }.holds(near.behind::<1>())
    }
}

/// Finds what stands between two literals.
pub fn find_literals(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    let text = &text[..range.end];
    let mut done = range.start;
    for (block, mut quotes) in lanes::blocks::<Quotes>(text, range.clone()) {
        while quotes != 0 {
            let at = block + quotes.trailing_zeros() as usize;
            quotes &= quotes - 1;
            if at < done || at == 0 {
                continue;
            }
            // In a string of JSON the quotes of another program are escaped.
            let escaped = at > range.start && text[at - 1] == b'\\';
            let begin = at - usize::from(escaped);
            if begin == 0 || !(is_of_token(text[begin - 1]) || is_before_token(&text[..begin])) {
                continue;
            }
            if let Some(end) = joint(text, at, escaped) {
                done = end;
                edit(Edit { range: begin..end, text: Said::NOTHING, counts: true });
            }
        }
    }
}

/// Finds lines that go on, with the indentation of the next one where that does not separate two words.
pub fn find_lines(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    for at in memchr::memchr_iter(b'\\', &text[range.clone()]).map(|at| range.start + at) {
        let newline = match text[at + 1..range.end] {
            [b'\n', ..] => at + 1,
            [b'\r', b'\n', ..] => at + 2,
            _ => continue,
        };
        let next = newline + 1;
        if at == 0 || next >= range.end {
            continue;
        }
        let rest = &text[next..range.end.min(next + SPACE)];
        let begin = next + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if (is_of_token(text[at - 1]) || text[at - 1] == b'=')
            && text[..range.end].get(begin).is_some_and(|&byte| is_of_token(byte))
        {
            edit(Edit { range: at..begin, text: Said::NOTHING, counts: true });
        } else if ends_in_flag(text, at) {
            edit(Edit { range: at..next, text: Said::NOTHING, counts: true });
        }
    }
}

/// Whether a literal that ends in white space or an equals sign ends in what a secret follows: a scheme of authorization, the name
/// of a setting.
fn is_before_token(text: &[u8]) -> bool {
    let schemes: [&[u8]; 4] = [b"bearer ", b"basic ", b"token ", b"apikey "];
    let ends_with =
        |scheme: &&[u8]| text.len().checked_sub(scheme.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(scheme));
    match text.last() {
        Some(b'=') => true,
        Some(b' ') => schemes.iter().any(ends_with),
        _ => false,
    }
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.')
}

/// Where the next literal begins behind the one whose closing quote stands at `quote`: behind an operator that joins
/// strings in some language, or behind nothing but space.
fn joint(text: &[u8], quote: usize, escaped: bool) -> Option<usize> {
    let own = text[quote];
    let tripled = !escaped && text[quote..].starts_with(&[own; 3]);
    let closed = quote + if tripled { 3 } else { 1 };
    if *text.get(closed)? == b'`' || !GOES_ON.contains(&text[closed]) {
        return None;
    }
    let at = space(text, closed);
    let length = match text[at..] {
        [b'+', b'+', ..] | [b'.', b'.', ..] | [b'|', b'|', ..] | [b'<', b'>', ..] => 2,
        [b'+' | b'.' | b'&' | b'~' | b'^', ..] => 1,
        _ => 0,
    };
    let operator = &text[at..at + length];
    let at = space(text, at + length);
    // A prefix of Python, C++, C# or Rust: `b"…"`.
    let is_prefix =
        |byte: &&u8| matches!(byte, b'r' | b'R' | b'b' | b'B' | b'u' | b'U' | b'8' | b'L' | b'f' | b'@' | b'$');
    let mut opening = at + text[at..].iter().take(2).take_while(is_prefix).count();
    if escaped {
        opening += usize::from(text.get(opening) == Some(&b'\\'));
        if text.get(opening - 1) != Some(&b'\\') {
            return None;
        }
    }
    let other = *text.get(opening)?;
    let fits = match (own, operator) {
        // Between backticks names and code stand as well, one behind the other.
        (b'`', operator) => operator == b"+" && other == own,
        (_, b"") => opening == at + usize::from(escaped) || other == own,
        _ => true,
    };
    if operator.is_empty() && text[closed..at].contains(&b'\n') && is_key(text, opening) {
        return None;
    }
    let is_quote = other == own || matches!(other, b'"' | b'\'') && !escaped && !tripled;
    let inside = opening + if tripled { 3 } else { 1 };
    let opens = !tripled || text[opening..].starts_with(&[own; 3]);
    (fits && is_quote && opens && text.get(inside).is_some_and(|&byte| is_of_token(byte))).then_some(inside)
}

/// Whether the literal whose quote stands at `opening` is the name of a setting: `"name" = …`, `"name": …`.
fn is_key(text: &[u8], opening: usize) -> bool {
    const NAME: usize = 128;
    let rest = &text[opening + 1..text.len().min(opening + 1 + NAME)];
    let Some(close) = memchr::memchr(text[opening], rest) else { return false };
    let behind = rest[close + 1..].trim_ascii_start();
    matches!(behind, [b':', ..] | [b'=', b'>', ..]) || matches!(behind, [b'=', next, ..] if *next != b'=')
}

/// The first byte from `at` on that is neither white space, a comment, nor what makes a line go on at its end.
fn space(text: &[u8], at: usize) -> usize {
    let mut end = at;
    while end - at < SPACE {
        let rest = &text[end..text.len().min(at + SPACE)];
        let through = |mark: &[u8]| memchr::memmem::find(rest, mark).map(|found| found + mark.len());
        end += match rest {
            [b' ' | b'\t' | b'\n' | b'\r', ..] | [b'\\' | b'_', b'\n' | b'\r', ..] => 1,
            [b'/', b'/', ..] | [b'#', b' ', ..] => match through(b"\n") {
                Some(length) => length,
                None => break,
            },
            [b'/', b'*', ..] => match through(b"*/") {
                Some(length) => length,
                None => break,
            },
            _ => break,
        };
    }
    end
}

/// Whether the line that ends in the backslash at `at` ends in a flag that its value follows.
fn ends_in_flag(text: &[u8], at: usize) -> bool {
    let head = &text[at.saturating_sub(64)..at];
    let word = head.trim_ascii_end();
    let last = word.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or(word);
    word.len() < head.len() && last.starts_with(b"--")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::levels;

    fn joined(find: crate::decode::in_place::Find, text: &str) -> String {
        let (mut out, mut at) = (String::new(), 0);
        find(text.as_bytes(), 0..text.len(), &mut |edit| {
            out.push_str(&text[at..edit.range.start]);
            at = edit.range.end;
        });
        out + &text[at..]
    }

    #[test]
    fn literals_are_joined_as_languages_do() {
        levels::at_each(|| {
            for between in [
                "\" + \"",
                "\" \"",
                "\"\"",
                "\" . '",
                "' \"",
                "\"'",
                "\" + @\"",
                "\" + $\"",
                "\" u8\"",
                "\"\n  b\"",
                "` + `",
                "\"\"\" + \"\"\"",
                "\"  # why\n  \"",
                "' + // why\n  '",
                "\" /* why */ \"",
                "\\\" + \\\"",
                "\" & _\n  \"",
                "\" ^ \"",
                "\" \\\n \"",
            ] {
                assert_eq!(joined(find_literals, &format!("x = ab{between}cd")), "x = abcd", "{between}");
            }
            for between in [
                "`, `",
                "` `",
                "`.`",
                "\"\n\"c\" = \"",
                "\"\n  \"c\": \"",
                "\", \"",
                "\" = \"",
                "\" + a + \"",
                "\" # why",
                "\\\" + \"",
                "\"\"\" + \"",
            ] {
                let text = format!("x = ab{between}cd");
                assert_eq!(joined(find_literals, &text), text);
            }
        });
    }

    #[test]
    fn what_stands_before_a_secret_is_joined_to_it() {
        for (text, wanted) in [
            ("h = \"Bearer \" + \"abcd\"", "h = \"Bearer abcd\""),
            ("say = \"name=\" + 'abcd'", "say = \"name=abcd'"),
            ("say(\"for you \" + \"abcd\")", "say(\"for you \" + \"abcd\")"),
        ] {
            assert_eq!(joined(find_literals, text), wanted);
        }
    }

    #[test]
    fn lines_go_on_behind_a_backslash() {
        for (text, wanted) in [
            ("ab\\\ncd", "abcd"),
            ("ab\\\r\n    cd", "abcd"),
            ("tool --flag \\\nab", "tool --flag ab"),
            ("tool ab \\\n  cd", "tool ab \\\n  cd"),
            ("ab\\ncd", "ab\\ncd"),
        ] {
            assert_eq!(joined(find_lines, text), wanted, "{text:?}");
        }
    }
}
