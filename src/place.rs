//! Places: which bytes, in which line, of which thing.
//!
//! The byte offset is primary. Lines end at LF or CRLF (a lone CR ends no line); lines and columns are 1-based and are
//! derived from the bytes by [`LineState`], which can be carried from one part of a large text to the next.

use std::fmt;
use std::sync::Arc;

mod origin;

pub use origin::Origin;

/// A half-open range of bytes, counted from the first byte of an [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
}

impl Span {
    /// The span from `start` up to, and without, `end`.
    #[must_use]
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end }
    }

    /// Whether the two spans share a byte.
    #[must_use]
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
}

/// A point in a text, as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u64,
    /// Column in UTF-16 code units, from 1: what SARIF and editors use.
    pub column_utf16: u64,
}

/// The path of a file as the file system or git has it: bytes, with `/` between the parts.
///
/// Paths are written by whoever wrote the repository, so they are shown only through [`FilePath::display`]. All that is found in
/// a file says its path, so clones share the bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Arc<[u8]>);

impl FilePath {
    /// Wraps the bytes of a path; `/` separates its parts.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part of the path.
    #[must_use]
    pub fn file_name(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.0) {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// The path for a person: bytes that are not UTF-8 become U+FFFD, and control, bidirectional and zero-width characters
    /// are escaped, so that a file name cannot steer a terminal or disguise itself.
    #[must_use]
    pub fn display(&self) -> String {
        sanitize(&String::from_utf8_lossy(&self.0))
    }

    /// The path as a relative URI reference (RFC 3986): every byte outside the unreserved characters and `/` is
    /// percent-encoded.
    #[must_use]
    pub fn to_uri(&self) -> String {
        use fmt::Write as _;
        let mut uri = String::with_capacity(self.0.len());
        for &byte in self.0.iter() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
                _ => {
                    let _ = write!(uri, "%{byte:02X}");
                }
            }
        }
        uri
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

impl From<&str> for FilePath {
    fn from(path: &str) -> Self {
        Self::new(path.as_bytes())
    }
}

/// Escapes what could steer a terminal or hide in a line: control characters (tab included), bidirectional controls,
/// zero-width characters and the line and paragraph separators.
#[must_use]
pub fn sanitize(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
                | '\u{E0000}'..='\u{E007F}');
        if hidden {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

/// How many leading bytes tell what a text is.
pub const HEAD: usize = 8 * 1024;

/// What the characters of a text are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Bytes, of which those of ASCII stand for themselves.
    #[default]
    Bytes,
    /// Pairs of bytes, the low one first.
    Utf16Le,
    /// Pairs of bytes, the high one first.
    Utf16Be,
    /// Four bytes each, the lowest first.
    Utf32Le,
    /// Four bytes each, the highest first.
    Utf32Be,
}

impl Units {
    /// Looks at the first bytes of a text (a few thousand are enough): a byte order mark, or NUL bytes at the places where
    /// ASCII in UTF-16 has them.
    #[must_use]
    pub fn of(head: &[u8]) -> Units {
        let head = &head[..head.len().min(HEAD)];
        if head.starts_with(&[0xFF, 0xFE, 0, 0]) && is_utf32(head, 3) {
            return Units::Utf32Le;
        }
        if head.starts_with(&[0, 0, 0xFE, 0xFF]) && is_utf32(head, 0) {
            return Units::Utf32Be;
        }
        if head.starts_with(&[0xFF, 0xFE]) && !head.starts_with(&[0xFF, 0xFE, 0, 0]) {
            return Units::Utf16Le;
        }
        if head.starts_with(&[0xFE, 0xFF]) {
            return Units::Utf16Be;
        }
        if memchr::memchr(0, head).is_none_or(|first| first >= 64) {
            return Units::Bytes;
        }
        match (head.len() >= 8 && is_utf32(head, 3), head.len() >= 8 && is_utf32(head, 0)) {
            (true, _) => return Units::Utf32Le,
            (false, true) => return Units::Utf32Be,
            (false, false) => {}
        }
        // Text in the languages that write tokens is mostly ASCII: at least half of the units are printed characters with a
        // high byte of zero, and no unit is a NUL character.
        let looks_like = |high: usize| {
            let pairs = head.chunks_exact(2);
            let count = pairs.len();
            let is_ascii = |pair: &&[u8]| {
                let low = pair[1 - high];
                pair[high] == 0 && (low.is_ascii_graphic() || matches!(low, b' ' | b'\t' | b'\r' | b'\n'))
            };
            count >= 2
                && pairs.clone().filter(is_ascii).count() * 2 >= count
                && !pairs.clone().any(|pair| pair == [0, 0])
        };
        match (looks_like(1), looks_like(0)) {
            (true, _) => Units::Utf16Le,
            (false, true) => Units::Utf16Be,
            (false, false) => Units::Bytes,
        }
    }

    /// How many bytes a unit has.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Units::Bytes => 1,
            Units::Utf16Le | Units::Utf16Be => 2,
            Units::Utf32Le | Units::Utf32Be => 4,
        }
    }

    /// The code unit at `at` of a text of pairs or fours, if there is a whole one.
    #[must_use]
    pub fn unit(self, text: &[u8], at: usize) -> Option<u32> {
        let unit = text.get(at..at + self.width())?;
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(match self {
            Units::Utf16Be | Units::Utf32Be | Units::Bytes => unit.iter().fold(0, add),
            Units::Utf16Le | Units::Utf32Le => unit.iter().rev().fold(0, add),
        })
    }
}

/// Whether fours of bytes, the highest at `highest`, are characters, at least half of them of ASCII.
fn is_utf32(head: &[u8], highest: usize) -> bool {
    let units = if highest == 0 { Units::Utf32Be } else { Units::Utf32Le };
    let codes = || (0..head.len() / 4 * 4).step_by(4).filter_map(|at| units.unit(head, at));
    let is_ascii = |code: &u32| matches!(code, 0x20..=0x7E | 0x09 | 0x0A | 0x0D);
    codes().all(|code| code != 0 && char::from_u32(code).is_some())
        && codes().filter(is_ascii).count() * 2 + 1 >= codes().count()
}

/// Counts lines and columns while a text is walked from its beginning.
///
/// The state after one part of a text is the state before the next, so a text in parts gives the same positions as
/// the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineState {
    units: Units,
    line: u64,
    characters: u64,
    utf16: u64,
}

impl Default for LineState {
    fn default() -> Self {
        Self { units: Units::Bytes, line: 1, characters: 0, utf16: 0 }
    }
}

impl LineState {
    /// The state before the first byte of a text that begins with `head`.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        Self { units: Units::of(head), ..Self::default() }
    }

    /// The state before the first byte of a line, counted from 1, of a text of bytes.
    #[must_use]
    pub fn at_line(line: u64) -> Self {
        Self { line: line.max(1), ..Self::default() }
    }

    /// The same place, for going on over the decoded text.
    #[must_use]
    pub fn decoded(self) -> Self {
        Self { units: Units::Bytes, ..self }
    }

    /// What the text is written in.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// Walks over `bytes`. A part should not be cut inside a character; if it is, the character counts twice.
    pub fn advance(&mut self, bytes: &[u8]) {
        if self.units != Units::Bytes {
            return self.advance_units(bytes);
        }
        let tail = match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', &bytes[..=last]).count() as u64;
                self.characters = 0;
                self.utf16 = 0;
                &bytes[last + 1..]
            }
            None => bytes,
        };
        // Whole files of megabytes are one line, nearly all of them in ASCII.
        if tail.is_ascii() {
            self.characters += tail.len() as u64;
            self.utf16 += tail.len() as u64;
            return;
        }
        match std::str::from_utf8(tail) {
            Ok(text) => {
                let starts = text.bytes().filter(|&b| (b as i8) >= -0x40).count() as u64;
                let astral = text.bytes().filter(|&b| b >= 0xF0).count() as u64;
                self.characters += starts;
                self.utf16 += starts + astral;
            }
            Err(_) => {
                use bstr::ByteSlice as _;
                for c in tail.chars() {
                    self.characters += 1;
                    self.utf16 += c.len_utf16() as u64;
                }
            }
        }
    }

    fn advance_units(&mut self, bytes: &[u8]) {
        for at in (0..bytes.len()).step_by(self.units.width()) {
            match self.units.unit(bytes, at) {
                Some(0x000A) => (self.line, self.characters, self.utf16) = (self.line + 1, 0, 0),
                // A byte order mark takes no column.
                Some(0xFEFF) if (self.line, self.utf16) == (1, 0) => {}
                Some(unit) => {
                    self.utf16 += if unit > 0xFFFF { 2 } else { 1 };
                    self.characters += u64::from(self.units.width() == 4 || !matches!(unit, 0xDC00..=0xDFFF));
                }
                None => {}
            }
        }
    }

    /// The position of the byte that comes next.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { line: self.line, column: self.characters + 1, column_utf16: self.utf16 + 1 }
    }
}

/// Positions of ascending offsets within one text.
pub struct Positions<'t> {
    text: &'t [u8],
    at: usize,
    state: LineState,
}

impl<'t> Positions<'t> {
    /// Starts at the first byte of `text`, whose position is `state`'s.
    #[must_use]
    pub fn new(text: &'t [u8], state: LineState) -> Self {
        Self { text, at: 0, state }
    }

    /// The position of the byte at `offset` (clamped to the end of the text). Offsets before an earlier one start over
    /// from the text's beginning only if the caller makes a new `Positions`; here they answer the earlier position.
    pub fn at(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset > self.at {
            self.state.advance(&self.text[self.at..offset]);
            self.at = offset;
        }
        self.state.position()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &[u8], offset: usize) -> (u64, u64, u64) {
        let p = Positions::new(text, LineState::default()).at(offset);
        (p.line, p.column, p.column_utf16)
    }

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a\n\u{1F600}é x".as_bytes();
        assert_eq!(position(text, 0), (1, 1, 1));
        assert_eq!(position(text, text.len() - 1), (2, 4, 5));
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        assert_eq!(position(b"a\rb\r\nc", 2), (1, 3, 3));
        assert_eq!(position(b"a\rb\r\nc", 5), (2, 1, 1));
    }

    #[test]
    fn bytes_outside_utf8_count_one_each() {
        assert_eq!(position(b"\xff\x80x", 2), (1, 3, 3));
    }

    #[test]
    fn parts_give_the_positions_of_the_whole() {
        let text = "one\ntwo é\r\nthree".as_bytes();
        for cut in 0..text.len() {
            if text[cut] & 0xC0 == 0x80 {
                continue;
            }
            let mut state = LineState::default();
            state.advance(&text[..cut]);
            let rest = Positions::new(&text[cut..], state).at(text.len() - cut);
            assert_eq!(rest, Positions::new(text, LineState::default()).at(text.len()), "cut at {cut}");
        }
    }

    #[test]
    fn pairs_are_counted_as_their_text_is() {
        let text = "ab\n\u{1F600}\u{0A0A}c";
        let bytes: Vec<u8> = "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let mut state = LineState::of(&bytes);
        state.advance(&bytes);
        assert_eq!(state.position(), Positions::new(text.as_bytes(), LineState::default()).at(text.len()));
    }

    #[test]
    fn a_path_cannot_steer_the_terminal() {
        let path = FilePath::new(&b"a\x1b[31m\xe2\x80\xaeb\xff"[..]);
        assert_eq!(path.display(), "a\\u{1b}[31m\\u{202e}b\u{FFFD}");
        assert_eq!(FilePath::from("a b/#é").to_uri(), "a%20b/%23%C3%A9");
    }
}
