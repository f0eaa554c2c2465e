//! Encodings that write single characters otherwise: the text around them stays.
//!
//! Where such places stand close together, the text from a little before the first to a little behind the last is derived
//! with all of them decoded. Whoever looks through it keeps what a decoded place is part of; all else stands in the outer
//! text as well. Nothing is derived around places that no secret is written with: line breaks, letters of other alphabets,
//! `&lt;`. A finder is run twice over a place, once to see where places stand and once to decode: remembering them would
//! take more memory than the text.

use std::ops::Range;

use super::derived::{Derived, Encoding, Map, Unit};
use super::scope::{Budget, Piece, Scope};

/// A place that is written otherwise.
pub struct Edit {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it says: at most one character.
    pub text: Said,
    /// Whether a secret could be written with it.
    pub counts: bool,
}

/// At most one character, in UTF-8.
#[derive(Clone, Copy)]
pub struct Said {
    bytes: [u8; 4],
    length: usize,
}

impl Said {
    /// Nothing: what joins two pieces.
    pub const NOTHING: Said = Said { bytes: [0; 4], length: 0 };

    /// One byte.
    pub fn byte(byte: u8) -> Said {
        Said { bytes: [byte, 0, 0, 0], length: 1 }
    }

    /// One character.
    pub fn character(character: char) -> Said {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Said { bytes, length }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Finds the places of one encoding in a range of a text, in ascending order.
pub type Find = fn(&[u8], Range<usize>, &mut dyn FnMut(Edit));

/// An encoding of single characters.
pub struct Kind {
    /// Its name.
    pub encoding: Encoding,
    /// Finds its places.
    pub find: Find,
    /// How far apart two places may stand that belong together.
    pub gap: usize,
    /// What a text holds that has a place that counts: a flag of [`super::triggers`].
    pub trigger: u8,
}

/// How much of the text before the first place is taken.
const BEFORE: usize = 256;
/// How much of the text behind the last place is taken at least,
const BEHIND: usize = 128;
/// and at most, to the end of what stands there without a break.
const BEHIND_MOST: usize = 2048;

/// A little more than any finder looks before a place,
const LOOK_BEFORE: usize = 128;
/// and any but those of blocks behind one.
const LOOK: usize = 448;
/// How many ends of lines a finder of blocks may look beyond.
const LINES: usize = 3;
/// and how many bytes.
const LINES_MOST: usize = 2 * 1024 + 128;

/// Where a slice of a text must begin and end at least for what stands at `wanted` to be decoded from it as from the whole
/// text, unless something goes on beyond: then the slice is torn.
#[must_use]
pub fn around(text: &[u8], wanted: &Range<usize>) -> Range<usize> {
    let before = &text[wanted.start.saturating_sub(LINES_MOST)..wanted.start];
    // What is derived ends where a value can end, not in the middle of what may be one.
    let value = before.iter().rev().position(|&byte| ends(byte)).unwrap_or(before.len());
    let lines = memchr::memrchr_iter(b'\n', before).nth(LINES).map_or(before.len(), |at| before.len() - at);
    let start = wanted.start.saturating_sub(lines.max(value + BEHIND) + MARGIN);
    let rest = &text[wanted.end..text.len().min(wanted.end + LINES_MOST)];
    let lines = memchr::memchr_iter(b'\n', rest).nth(LINES).unwrap_or(rest.len());
    start..text.len().min(wanted.end + lines.max(LOOK) + MARGIN)
}

/// How far a place before a slice may stand from one in it that belongs to it.
const MARGIN: usize = 512 + LOOK_BEFORE;

/// Derives the text around the places of one encoding.
pub fn derive(
    text: &[u8],
    Kind { encoding, find, gap, .. }: Kind,
    scope: &Scope<'_>,
    budget: &Budget,
    sink: &mut dyn FnMut(Derived),
) {
    let mut cluster: Option<(Range<usize>, bool)> = None;
    let mut each = |cluster: Option<(Range<usize>, bool)>| {
        let Some((core, true)) = cluster else { return };
        // Before the first place another may stand that belongs to it.
        if scope.slice.is_some()
            && !scope.admits(text, &core, BEFORE.max(gap) + LOOK_BEFORE, looks(text, encoding, core.end))
        {
            return;
        }
        scope.pieces(core.clone(), |piece| {
            if budget.take(piece.range.len() + BEFORE + BEHIND) {
                sink(decode(text, encoding, find, &core, piece));
            }
        });
    };
    find(text, 0..text.len(), &mut |edit| {
        let counts = edit.counts && (scope.joins || scope.touches(&edit.range));
        match &mut cluster {
            Some((core, any)) if edit.range.start.saturating_sub(core.end) <= gap => {
                core.end = edit.range.end;
                *any |= counts;
            }
            _ => each(cluster.replace((edit.range, counts))),
        }
    });
    each(cluster);
}

/// The piece of the cluster at `core`, with its surroundings where it is the first or the last.
fn decode(text: &[u8], encoding: Encoding, find: Find, core: &Range<usize>, piece: Piece) -> Derived {
    let (mut range, mut own) = (piece.range, piece.own);
    if range.start == core.start {
        range.start = range.start.saturating_sub(BEFORE);
        own.start = range.start;
    }
    let last = range.end == core.end;
    if last {
        range.end = behind(text, core.end);
    }
    if own.end == core.end {
        own.end = range.end;
    }
    let cut = !last || range.end < text.len() && !ends(text[range.end]);
    let mut derived = Derived { encoding, text: Vec::with_capacity(range.len()), own, cut, map: Map::default() };
    let mut at = range.start;
    find(text, range.clone(), &mut |edit| {
        derived.copy(text, at..edit.range.start);
        let said = edit.text.as_bytes();
        if !said.is_empty() {
            derived.map.push(derived.text.len(), edit.range.start, Unit::Whole(edit.range.len()));
            derived.text.extend_from_slice(said);
        }
        at = edit.range.end;
    });
    derived.copy(text, at..range.end);
    derived
}

impl Derived {
    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        if !range.is_empty() {
            self.map.push(self.text.len(), range.start, Unit::SAME);
            self.text.extend_from_slice(&text[range]);
        }
    }
}

/// How far behind `at` the text matters to the places that end there: as far as their finder looks, and as is derived.
fn looks(text: &[u8], encoding: Encoding, at: usize) -> usize {
    let finder = match encoding {
        Encoding::Block => {
            let rest = &text[at..text.len().min(at + LINES_MOST)];
            memchr::memchr_iter(b'\n', rest).nth(LINES - 1).map_or(rest.len() + 1, |line| line + 1)
        }
        _ => LOOK,
    };
    // One byte more tells that the value ends.
    finder.max(behind(text, at) + 1 - at)
}

fn behind(text: &[u8], at: usize) -> usize {
    let least = at.saturating_add(BEHIND).min(text.len());
    let rest = &text[least..text.len().min(at.saturating_add(BEHIND_MOST))];
    least + rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len())
}

/// Whether a byte ends whatever could be a secret.
fn ends(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
}
