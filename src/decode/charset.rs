//! What a file is written in.
//!
//! Tokens are ASCII. In every charset that keeps ASCII bytes as they are (UTF-8, Latin-1, Shift-JIS …) they can be read
//! where they stand, so only UTF-16 and UTF-32 are turned into another text. In Shift-JIS the second byte of a character
//! may look like a letter: it is covered, so that the token behind it does not seem to go on from a word.

mod shift_jis;

use std::borrow::Cow;

use crate::place::{HEAD, Units};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII bytes stand for themselves.
    AsciiCompatible,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32, low byte first.
    Utf32Le,
    /// UTF-32, high byte first.
    Utf32Be,
    /// Shift-JIS: the second byte of a character may be that of a letter in ASCII.
    ShiftJis,
    /// Not text.
    Binary,
}

impl Charset {
    /// Looks at the beginning of a file: a byte order mark, or NUL bytes at the places where ASCII in UTF-16 has them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Charset {
        match Units::of(bytes) {
            Units::Utf16Le => Charset::Utf16Le,
            Units::Utf16Be => Charset::Utf16Be,
            Units::Utf32Le => Charset::Utf32Le,
            Units::Utf32Be => Charset::Utf32Be,
            Units::Bytes if memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some() => Charset::Binary,
            Units::Bytes if shift_jis::is(&bytes[..bytes.len().min(HEAD)]) => Charset::ShiftJis,
            Units::Bytes => Charset::AsciiCompatible,
        }
    }
}

/// The text to search, and where each byte of it stands in the original.
pub struct View<'b> {
    /// The text; for binary content the bytes as they are.
    pub text: Cow<'b, [u8]>,
    /// What the bytes were.
    pub charset: Charset,
    marks: Vec<(usize, usize)>,
    /// Bytes of the original for a character; 0 where that depends on it.
    width: usize,
}

/// A mark for the way back is kept every so many bytes of text.
const MARK: usize = 1024;

impl<'b> View<'b> {
    /// The view of `bytes`, read as `charset`. In a part that begins in the middle of a UTF-16 text, `bytes` must begin
    /// with a whole unit, as parts at even offsets do.
    #[must_use]
    pub fn new(bytes: &'b [u8], charset: Charset) -> View<'b> {
        let fixed = |text| View { text, charset, marks: Vec::new(), width: 0 };
        match charset {
            Charset::AsciiCompatible | Charset::Binary => fixed(Cow::Borrowed(bytes)),
            Charset::ShiftJis => fixed(Cow::Owned(shift_jis::read(bytes))),
            Charset::Utf16Le => View::utf16(bytes, charset, u16::from_le_bytes),
            Charset::Utf16Be => View::utf16(bytes, charset, u16::from_be_bytes),
            Charset::Utf32Le => View::utf32(bytes, charset, u32::from_le_bytes),
            Charset::Utf32Be => View::utf32(bytes, charset, u32::from_be_bytes),
        }
    }

    fn utf16(bytes: &[u8], charset: Charset, unit: fn([u8; 2]) -> u16) -> View<'b> {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        // A lone surrogate is one unit, and so is the character that stands for it here.
        let characters = char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER));
        View::wide(characters.map(|it| (it, 2 * it.len_utf16())), bytes.len() / 2, charset, 0)
    }

    fn utf32(bytes: &[u8], charset: Charset, unit: fn([u8; 4]) -> u32) -> View<'b> {
        let units = bytes.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
        let characters = units.map(|it| char::from_u32(it).unwrap_or(char::REPLACEMENT_CHARACTER));
        View::wide(characters.map(|it| (it, 4)), bytes.len() / 4, charset, 4)
    }

    /// From characters, each with its bytes in the original.
    fn wide(characters: impl Iterator<Item = (char, usize)>, about: usize, charset: Charset, width: usize) -> View<'b> {
        let mut text = Vec::with_capacity(about + 16);
        let mut marks = vec![(0, 0)];
        let mut at = 0;
        for (character, bytes) in characters {
            if text.len() >= marks.len() * MARK {
                marks.push((text.len(), at));
            }
            at += bytes;
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        View { text: Cow::Owned(text), charset, marks, width }
    }

    /// The offset in the original of the byte at `offset` of the text.
    #[must_use]
    pub fn original(&self, offset: usize) -> usize {
        if self.marks.is_empty() {
            return offset;
        }
        let mark = self.marks.partition_point(|&(text, _)| text <= offset).saturating_sub(1);
        let (mut text, mut original) = self.marks[mark];
        while text < offset.min(self.text.len()) {
            let lead = self.text[text];
            let (bytes, units) = match lead {
                0..0x80 => (1, 1),
                0x80..0xE0 => (2, 1),
                0xE0..0xF0 => (3, 1),
                _ => (4, 2),
            };
            text += bytes;
            original += if self.width > 0 { self.width } else { 2 * units };
        }
        original
    }

    /// The offset in the text of the unit at `offset` of the original.
    #[must_use]
    pub fn decoded(&self, offset: usize) -> usize {
        if self.marks.is_empty() {
            return offset;
        }
        // Both offsets grow together, so the smallest text offset that maps this far is found by halving.
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.original(middle) < offset { low = middle + 1 } else { high = middle }
        }
        // A place inside a character maps to the character's end.
        low + self.text[low..].iter().take_while(|&&byte| byte & 0xC0 == 0x80).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{FEFF}" } else { "" };
        format!("{mark}{text}")
            .encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn utf16_is_recognised_with_and_without_a_mark() {
        for big in [false, true] {
            for mark in [false, true] {
                let bytes = utf16("key = value\nnext", big, mark);
                let charset = if big { Charset::Utf16Be } else { Charset::Utf16Le };
                assert_eq!(Charset::of(&bytes), charset, "big {big}, mark {mark}");
            }
        }
        assert_eq!(Charset::of(b"plain"), Charset::AsciiCompatible);
        assert_eq!(Charset::of(b"\x7fELF\0\0\x01\0"), Charset::Binary);
        assert_eq!(Charset::of(b"\0\x01\x02\x03\0\xff"), Charset::Binary);
        assert_eq!(Charset::of(b""), Charset::AsciiCompatible);
    }

    #[test]
    fn utf32_is_recognised_with_and_without_a_mark() {
        for (big, charset) in [(false, Charset::Utf32Le), (true, Charset::Utf32Be)] {
            for mark in ["", "\u{FEFF}"] {
                let text = format!("{mark}key = é\u{1F600}value\nnext");
                let bytes: Vec<u8> = text
                    .chars()
                    .flat_map(|it| if big { (it as u32).to_be_bytes() } else { (it as u32).to_le_bytes() })
                    .collect();
                assert_eq!(Charset::of(&bytes), charset, "{text:?}");
                let view = View::new(&bytes, charset);
                assert_eq!(&*view.text, text.as_bytes());
                let at = text.find("value").expect("the word");
                let characters = text[..at].chars().count();
                assert_eq!((view.original(at), view.decoded(4 * characters)), (4 * characters, at));
            }
        }
    }

    #[test]
    fn offsets_lead_back_to_the_file() {
        let text = format!("é\u{1F600}{}token", "x".repeat(3000));
        let bytes = utf16(&text, false, true);
        let view = View::new(&bytes, Charset::Utf16Le);
        let at = memchr::memmem::find(&view.text, b"token").expect("the word");
        let original = view.original(at);
        assert_eq!(&bytes[original..original + 2], b"t\0");
        assert_eq!(view.decoded(original), at);
        assert_eq!(view.original(view.text.len()), bytes.len());
    }
}
