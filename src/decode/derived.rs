//! A text that was decoded from a piece of another one, and the way back.
//!
//! The way back is a list of runs. Within a run every byte of the derived text stands in the same number of bytes of the
//! outer text: four base64 digits for three bytes, three characters for a byte in percent encoding. That keeps the map
//! as small as the number of lines or escapes and exact to the digit; a table of offsets for every byte was rejected, it
//! is eight times the text.

use std::ops::Range;

/// How a text was written in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Base64 or base64url (RFC 4648, 4 and 5), padded or not, on one line or on many.
    Base64,
    /// Pairs of hexadecimal digits (RFC 4648, 8).
    Hex,
    /// Percent encoding (RFC 3986, 2.1).
    Percent,
    /// `\uXXXX`, `\u{X}` and `\xXX`, as programs and JSON (RFC 8259, 7) have them.
    Escape,
    /// Character references of HTML and XML.
    Entity,
    /// Quoted-printable (RFC 2045, 6.7).
    QuotedPrintable,
    /// Compressed (RFC 1952).
    Gzip,
    /// UTF-16 inside another encoding.
    Utf16,
    /// Literals that a program puts together.
    Joined,
    /// A value on lines of its own: a block scalar of YAML, a here document.
    Block,
}

impl Encoding {
    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Encoding::Base64 => "base64",
            Encoding::Hex => "hex",
            Encoding::Percent => "percent",
            Encoding::Escape => "escape",
            Encoding::Entity => "entity",
            Encoding::QuotedPrintable => "quoted-printable",
            Encoding::Gzip => "gzip",
            Encoding::Utf16 => "utf-16",
            Encoding::Joined => "joined",
            Encoding::Block => "block",
        }
    }

    /// Whether the derived text is the outer one with some places written otherwise, rather than a text of its own.
    #[must_use]
    pub fn is_in_place(self) -> bool {
        match self {
            Encoding::Percent
            | Encoding::Escape
            | Encoding::Entity
            | Encoding::QuotedPrintable
            | Encoding::Joined
            | Encoding::Block => true,
            Encoding::Base64 | Encoding::Hex | Encoding::Gzip | Encoding::Utf16 => false,
        }
    }
}

/// A text that was decoded from a piece of another.
#[derive(Clone, Debug)]
pub struct Derived {
    /// How it was written.
    pub encoding: Encoding,
    /// The decoded bytes.
    pub text: Vec<u8>,
    /// Where in the outer text a hit must begin to be this text's: pieces of a long run overlap.
    pub own: Range<usize>,
    /// Whether the text goes on behind it.
    pub cut: bool,
    /// The way back.
    pub map: Map,
}

impl Derived {
    /// The bytes of the outer text that it was made from.
    #[must_use]
    pub fn outer(&self) -> Range<usize> {
        match self.text.is_empty() {
            true => self.own.clone(),
            false => self.map.outer(&(0..self.text.len())),
        }
    }
}

/// How the bytes of a run stand in the outer text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `of` bytes of the derived text in `wide` bytes of the outer one, evenly.
    Even {
        /// Bytes of the outer text.
        wide: usize,
        /// Bytes of the derived text.
        of: usize,
    },
    /// All bytes of the run in this many of the outer text, inseparably.
    Whole(usize),
}

impl Unit {
    /// Bytes that stand for themselves.
    pub const SAME: Unit = Unit::Even { wide: 1, of: 1 };
}

#[derive(Clone, Copy, Debug)]
struct Run {
    text: usize,
    outer: usize,
    unit: Unit,
}

/// The way from a derived text back to the outer one.
#[derive(Clone, Debug, Default)]
pub struct Map {
    runs: Vec<Run>,
}

impl Map {
    /// From `text` on, the bytes of the derived text stand in those of the outer text from `outer` on. Runs are added in
    /// ascending order of both.
    pub fn push(&mut self, text: usize, outer: usize, unit: Unit) {
        match self.runs.last_mut() {
            // A run that got no byte.
            Some(last) if last.text == text => *last = Run { text, outer, unit },
            _ => self.runs.push(Run { text, outer, unit }),
        }
    }

    fn run(&self, at: usize) -> Run {
        let index = self.runs.partition_point(|run| run.text <= at).saturating_sub(1);
        self.runs.get(index).copied().unwrap_or(Run { text: 0, outer: 0, unit: Unit::SAME })
    }

    /// The smallest range of the outer text that holds every byte of `range` of the derived one; for an empty range, the
    /// place before it.
    #[must_use]
    pub fn outer(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.run(range.start);
        let start = first.outer
            + match first.unit {
                Unit::Even { wide, of } => (range.start - first.text) * wide / of,
                Unit::Whole(_) => 0,
            };
        if range.is_empty() {
            return start..start;
        }
        let last = self.run(range.end - 1);
        let end = last.outer
            + match last.unit {
                Unit::Even { wide, of } => ((range.end - last.text) * wide).div_ceil(of),
                Unit::Whole(width) => width,
            };
        start..end.max(start)
    }

    /// Whether any byte of `range` of the derived text, or the one before or behind it, does not simply stand for itself
    /// beside its neighbour.
    #[must_use]
    pub fn is_changed(&self, range: &Range<usize>) -> bool {
        let first = self.runs.partition_point(|run| run.text < range.start).saturating_sub(1);
        let mut runs = self.runs[first..].iter().take_while(|run| run.text <= range.end);
        match (runs.next(), runs.next()) {
            (Some(only), None) => only.unit != Unit::SAME,
            (None, _) => false,
            (Some(_), Some(_)) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_digits_are_exact() {
        let mut map = Map::default();
        map.push(0, 100, Unit::Even { wide: 4, of: 3 });
        assert_eq!(map.outer(&(0..3)), 100..104);
        assert_eq!(map.outer(&(1..2)), 101..103);
        assert_eq!(map.outer(&(3..7)), 104..110);
        assert_eq!(map.outer(&(2..2)), 102..102);
    }

    #[test]
    fn edits_are_known() {
        let mut map = Map::default();
        map.push(0, 10, Unit::SAME);
        map.push(5, 15, Unit::Whole(6));
        map.push(6, 21, Unit::SAME);
        assert_eq!(map.outer(&(3..8)), 13..23);
        assert_eq!(map.outer(&(5..6)), 15..21);
        assert!(!map.is_changed(&(0..4)) && map.is_changed(&(0..5)) && map.is_changed(&(5..6)));
        assert!(map.is_changed(&(6..9)) && !map.is_changed(&(7..9)));
    }
}
