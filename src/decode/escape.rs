//! Escapes of programs and of JSON (RFC 8259, 7): `\uXXXX`, `\u{X}`, `\xXX`, with as many backslashes as quoting within
//! quotes has made of one; and the slashes of URLs, which some writers of JSON escape.

use std::ops::Range;

use super::hex::value;
use super::in_place::{Edit, Said};

/// The most backslashes of one escape.
const BACKSLASHES: usize = 8;

/// Finds escapes that give a character. `<` and `>` are no reason to decode, because some writers of JSON always escape
/// them.
pub fn find(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    for at in memchr::memchr_iter(b'\\', &text[range.clone()]).map(|at| range.start + at) {
        let Some(&kind) = text.get(at + 1) else { return };
        if kind == b'/' && at + 2 <= range.end {
            let counts = begins_url(&text[..range.end], at);
            edit(Edit { range: at..at + 2, text: Said::character('/'), counts });
            continue;
        }
        if !matches!(kind, b'u' | b'x') {
            continue;
        }
        let Some((character, end)) = escape(text, at + 1).filter(|&(_, end)| end <= range.end) else { continue };
        let more = text[range.start..at].iter().rev().take(BACKSLASHES - 1).take_while(|&&byte| byte == b'\\').count();
        let counts = character.is_ascii_graphic() && !matches!(character, '<' | '>');
        edit(Edit { range: at - more..end, text: Said::character(character), counts });
    }
}

/// Whether the escaped slash at `at` is the first of a URL that may hold a password: `:\/\/` and an at sign before the next quote.
fn begins_url(text: &[u8], at: usize) -> bool {
    const USER: usize = 256;
    if at == 0 || text[at - 1] != b':' || !text[at + 2..].starts_with(b"\\/") {
        return false;
    }
    let rest = &text[at + 4..text.len().min(at + 4 + USER)];
    memchr::memchr3(b'@', b'"', b'\n', rest).is_some_and(|end| rest[end] == b'@')
}

/// The character that the escape whose letter stands at `at` gives, and where it ends.
fn escape(text: &[u8], at: usize) -> Option<(char, usize)> {
    let digits = |from: usize, count: usize| {
        let digits = text.get(from..from + count)?;
        digits
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then(|| digits.iter().fold(0, |sum, &it| sum << 4 | u32::from(value(it))))
    };
    if text[at] == b'x' {
        return Some((char::from_u32(digits(at + 1, 2)?)?, at + 3));
    }
    if text.get(at + 1) == Some(&b'{') {
        let count = text[at + 2..].iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
        (count > 0 && text.get(at + 2 + count) == Some(&b'}')).then_some(())?;
        return Some((char::from_u32(digits(at + 2, count)?)?, at + 3 + count));
    }
    Some((char::from_u32(digits(at + 1, 4)?)?, at + 5))
}
