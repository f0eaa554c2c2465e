//! Character references of HTML and XML: by number, and those names that stand for what secrets and assignments are
//! written with. <https://html.spec.whatwg.org/multipage/named-characters.html>

use std::ops::Range;

use super::in_place::{Edit, Said};

const NAMES: [(&[u8], char); 14] = [
    (b"amp;", '&'),
    (b"lt;", '<'),
    (b"gt;", '>'),
    (b"quot;", '"'),
    (b"apos;", '\''),
    (b"equals;", '='),
    (b"colon;", ':'),
    (b"sol;", '/'),
    (b"lowbar;", '_'),
    (b"plus;", '+'),
    (b"period;", '.'),
    (b"hyphen;", '-'),
    (b"dash;", '-'),
    (b"commat;", '@'),
];

/// Finds references. `&amp;`, `&lt;` and `&gt;` are no reason to decode: they stand everywhere in HTML.
pub fn find(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    for at in memchr::memchr_iter(b'&', &text[range.clone()]).map(|at| range.start + at) {
        let rest = &text[at + 1..range.end];
        let found = match rest.first() {
            Some(b'#') => number(&rest[1..]).map(|(character, length)| (character, length + 1)),
            _ => {
                NAMES.iter().find(|(name, _)| rest.starts_with(name)).map(|&(name, character)| (character, name.len()))
            }
        };
        let Some((character, length)) = found else { continue };
        let counts = character.is_ascii_graphic() && !matches!(character, '&' | '<' | '>');
        edit(Edit { range: at..at + 1 + length, text: Said::character(character), counts });
    }
}

/// The character of a number behind `&#`, and how long it is with its semicolon.
fn number(text: &[u8]) -> Option<(char, usize)> {
    let (digits, radix) = match text.first()? {
        b'x' | b'X' => (&text[1..], 16),
        _ => (text, 10),
    };
    let end = memchr::memchr(b';', &digits[..digits.len().min(8)]).filter(|&end| end > 0)?;
    let number =
        std::str::from_utf8(&digits[..end]).ok().filter(|it| it.bytes().all(|it| it.is_ascii_alphanumeric()))?;
    let character = char::from_u32(u32::from_str_radix(number, radix).ok()?)?;
    Some((character, text.len() - digits.len() + end + 1))
}
