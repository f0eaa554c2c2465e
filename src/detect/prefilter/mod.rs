//! One pass over the text for all literals of all rules.
//!
//! **The problem.** Every byte of every text goes through here. An Aho-Corasick DFA over the literals costs one dependent load a byte
//! (0.5 GB/s while its table lies in the first cache), and the table grows with the rules: with a thousand of them it takes
//! megabytes and a good part of the start.
//!
//! **The way chosen.** Each literal is looked for by one *gram* of it, four bytes that are met seldom in source text, and literals
//! share grams where they can. Of five neighbouring bytes, which hold two grams, the three in the middle are in both. So it is
//! enough to look every second place up: a table of 2^16 cells, by a hash of three bytes, tells for either side which one
//! byte makes a gram with them, or that several may. The cells of a whole stretch are looked up without a branch and without waiting for
//! each other, and what comes of them is compared for 64 places at once. A literal of three bytes leaves the fourth open.
//!
//! Where there may be a gram is written down. Only when a stretch is done, a bit for each gram dismisses what is none, and a
//! hash table is asked for the literals of those that are left. Asking at once costs as much again, because the processor
//! cannot foresee at which places there is more to do.
//!
//! The tables of the built-in rules are made by the build, those of a set that is not theirs alone at the start, in under a
//! millisecond, by the same code.
//!
//! What is met how often was counted (`rules/model/grams.txt`): of four bytes, and of the three of a cell, which is what a cell
//! costs that several grams share.
//!
//! **The ways rejected.** Looking every place up, by three bytes and a class of the fourth: twice the time. A bitmap over a hash of all
//! four bytes: three-byte literals then need 128 entries each, and it is both slower and full of false hits. Two tables of byte
//! pairs with a bit for each bucket of literals: as fast for few literals, slower for many. The packed searchers of a
//! library: 64 literals at most, and in one case only.
//!
//! Every occurrence is reported, overlapping ones included: a search that skips past a hit would not be local, and history
//! scanning builds on locality. Literals are numbered by the caller, so what is to be found by a text of its own (the mark
//! of an encoding, say) needs no rule to be looked for in the same pass.

mod gram;
mod printable;
mod tables;

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, u8x64, u16x32};

pub(super) use gram::{Cell, Gram};
pub use gram::{LEVEL_COUNT, level_places};
pub(super) use tables::{Entry, Group};
use tables::{HEAD, slot};
pub use tables::{Prefilter, PrefilterError};

use crate::lanes;

/// Which literal was found, as numbered by the caller.
pub type LiteralIndex = usize;

/// How many places are compared at once; every second one is looked up.
const BLOCK: usize = 64;
/// How many blocks are looked up before they are compared, and compared before it is asked what stands there: to do all of that for one
/// block and then for the next takes a quarter longer.
const STRETCH: usize = 8;
/// How many bytes the places of a stretch need: the last two have the fourth byte behind them.
const REACH: usize = STRETCH * BLOCK + 4;

/// What is written down of a stretch.
struct Notes {
    /// The places at which there may be a gram, by block.
    blocks: [u64; STRETCH],
    /// The places at which there is one, but for few.
    places: [u16; STRETCH * BLOCK],
}

impl Notes {
    const NONE: Self = Notes { blocks: [0; STRETCH], places: [0; STRETCH * BLOCK] };
}

impl Prefilter {
    /// Calls `found` with the literal and the place of every occurrence that begins in `own`, in the order of their grams.
    pub fn each(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(LiteralIndex, Range<usize>)) {
        let places = own.start..own.end.saturating_add(self.before).min(text.len());
        let mut notes = Notes::NONE;
        self.at(text, &own, places, &mut notes, &mut found);
    }

    /// The same, as far as they stand in a run of at least four bytes that are printed: in content that is no text.
    pub fn each_printed(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(LiteralIndex, Range<usize>)) {
        if !self.printed {
            return self.each(text, own, found);
        }
        let places = own.start..own.end.saturating_add(self.before).min(text.len());
        let mut notes = Notes::NONE;
        for stretch in printable::stretches(text, places) {
            self.at(text, &own, stretch, &mut notes, &mut found);
        }
    }

    /// The same for those whose gram begins at one of the `places`.
    #[inline(always)]
    fn at(
        &self,
        text: &[u8],
        own: &Range<usize>,
        places: Range<usize>,
        notes: &mut Notes,
        found: &mut impl FnMut(LiteralIndex, Range<usize>),
    ) {
        let tables = self.tables();
        for first in places.clone().step_by(STRETCH * BLOCK) {
            let count = (places.end - first).min(STRETCH * BLOCK);
            let end;
            let bytes = match text[first..].first_chunk() {
                Some(bytes) => bytes,
                None => {
                    end = lanes::padded(&text[first..]);
                    &end
                }
            };
            let left = dispatch!(lanes::level(), simd => tables.note(simd, bytes, count, notes));
            for &place in &notes.places[..left] {
                self.verify(text, own, first + usize::from(place), tables, found);
            }
        }
    }

    fn tables(&self) -> Tables<'_> {
        let cells = self.cells.as_ref().try_into().expect("as many as there are");
        Tables { cells, bits: self.bits.as_ref().try_into().expect("as many as there are") }
    }

    /// Looks for the literals whose gram stands at `place`.
    #[inline(always)]
    fn verify(
        &self,
        text: &[u8],
        own: &Range<usize>,
        place: usize,
        tables: Tables<'_>,
        found: &mut impl FnMut(LiteralIndex, Range<usize>),
    ) {
        let (four, groups) = (four(text, place), &*self.groups);
        for gram in [Gram::of_four(four), Gram::of_three(four)] {
            if !tables.may_hold(gram) {
                continue;
            }
            let group = groups[slot(gram, groups)];
            for entry in &self.entries[group.first as usize..group.end as usize] {
                let Some(start) = place.checked_sub(entry.offset as usize) else { continue };
                if own.contains(&start) && entry.stands(text, start, self.texts.as_bytes()) {
                    found(entry.literal as usize, start..start + (entry.text.1 - entry.text.0) as usize);
                }
            }
        }
    }
}

/// Four bytes; what would stand behind the end of the text is zero.
#[inline(always)]
fn four(text: &[u8], at: usize) -> [u8; 4] {
    let rest = &text[at..];
    rest.first_chunk().copied().unwrap_or_else(|| {
        let mut four = [0; 4];
        four[..rest.len()].copy_from_slice(rest);
        four
    })
}

impl Entry {
    /// Whether its literal stands at `start`, in whichever case.
    #[inline(always)]
    fn stands(&self, text: &[u8], start: usize, texts: &[u8]) -> bool {
        let length = (self.text.1 - self.text.0) as usize;
        let same = |from: usize| {
            let literal = &texts[self.text.0 as usize + from..self.text.1 as usize];
            text.get(start + from..start + length).is_some_and(|it| it.eq_ignore_ascii_case(literal))
        };
        let Some(head) = text.get(start..).and_then(|rest| rest.first_chunk::<HEAD>()) else { return same(0) };
        let kept = u64::MAX >> (8 * (HEAD - length.min(HEAD)));
        (u64::from_le_bytes(*head) | self.fold) & kept == self.head && (length <= HEAD || same(HEAD))
    }
}

/// What the search looks up at every place.
#[derive(Clone, Copy)]
struct Tables<'a> {
    cells: &'a [Cell; gram::CELLS],
    /// Those of the grams.
    bits: &'a [u64; gram::BITS / u64::BITS as usize],
}

impl Tables<'_> {
    #[inline(always)]
    fn may_hold(self, gram: Gram) -> bool {
        let (word, bit) = gram.bit();
        self.bits[word] & bit != 0
    }

    /// Writes down at which of the first `count` places of a stretch there is a gram; how many there are.
    #[inline(always)]
    fn note<S: Simd>(self, simd: S, bytes: &[u8; REACH], count: usize, notes: &mut Notes) -> usize {
        let blocks = count.div_ceil(BLOCK).min(STRETCH);
        let mut numbers = [[0; BLOCK / 2]; STRETCH];
        for (number, numbers) in numbers[..blocks].iter_mut().enumerate() {
            *numbers = Block::of(bytes, number).numbers(simd);
        }
        let mut cells = [Cell::default(); STRETCH * BLOCK / 2];
        for (cell, &number) in cells.iter_mut().zip(numbers[..blocks].as_flattened()) {
            *cell = self.cells[usize::from(number)];
        }
        for (number, (here, cells)) in notes.blocks.iter_mut().zip(cells.as_chunks().0).enumerate().take(blocks) {
            *here = Block::of(bytes, number).places(simd, cells);
        }
        let mut left = 0;
        for (number, &block) in notes.blocks[..blocks].iter().enumerate() {
            let mut here = block;
            while here != 0 {
                let place = number * BLOCK + here.trailing_zeros() as usize;
                here &= here - 1;
                let four = four(bytes, place);
                notes.places[left] = place as u16;
                // Neither of them is asked for by itself, so that there is nothing to foresee.
                let is = self.may_hold(Gram::of_four(four)) | self.may_hold(Gram::of_three(four));
                left += usize::from(is & (place < count));
            }
        }
        left
    }
}

/// One of the blocks of a stretch, with the four bytes behind it.
struct Block<'b>(&'b [u8; BLOCK + 4]);

impl<'b> Block<'b> {
    #[inline(always)]
    fn of(bytes: &'b [u8; REACH], number: usize) -> Self {
        Self(bytes[number * BLOCK..].first_chunk().expect("a stretch has four bytes more"))
    }

    #[inline(always)]
    fn bytes<S: Simd>(&self, simd: S, at: usize) -> u8x64<S> {
        u8x64::from_slice(simd, &self.0[at..at + BLOCK])
    }

    #[inline(always)]
    fn pairs<S: Simd>(&self, simd: S, at: usize) -> u16x32<S> {
        let pair = |pair: usize| u16::from_le_bytes([self.0[at + 2 * pair], self.0[at + 2 * pair + 1]]);
        match cfg!(target_endian = "little") {
            true => u16x32::from_bytes(self.bytes(simd, at)),
            false => u16x32::from_fn(simd, pair),
        }
    }

    /// The number of the cell of every second place: of the three bytes behind it the first two are one number, and the third.
    #[inline(always)]
    fn numbers<S: Simd>(&self, simd: S) -> [u16; BLOCK / 2] {
        let fold = u16::from_le_bytes([gram::FOLD; 2]);
        let third = (self.pairs(simd, 3) | fold) & 0xFF;
        ((self.pairs(simd, 1) | fold) * gram::RATIOS[0] + third * gram::RATIOS[1]).to_array()
    }

    /// At which places a gram may begin, the first in the lowest bit.
    #[inline(always)]
    fn places<S: Simd>(&self, simd: S, cells: &[Cell; BLOCK / 2]) -> u64 {
        let cells = u8x64::from_slice(simd, cells.as_flattened());
        // What stands before the three bytes and what behind them, side by side as in a cell.
        let first = u8x64::from_fn(simd, |at| if at % 2 == 0 { u8::MAX } else { 0 });
        let around = (self.bytes(simd, 0) & first) | (self.bytes(simd, 3) & !first) | gram::FOLD;
        (cells.simd_eq(around) | cells.simd_eq(gram::ANY)).to_bitmask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::levels;

    fn all(literals: &[&str], text: &str, own: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let prefilter = Prefilter::new(literals).expect("literals of three bytes and more");
        let mut found = Vec::new();
        prefilter.each(text.as_bytes(), own, |literal, range| found.push((literal, range)));
        found.sort_by_key(|(literal, range)| (range.start, range.end, *literal));
        found
    }

    #[test]
    fn every_occurrence_is_found_in_any_case() {
        levels::at_each(|| {
            let found = all(&["key", "apikey"], "an APIkey, keykey", 0..17);
            assert_eq!(found, [(1, 3..9), (0, 6..9), (0, 11..14), (0, 14..17)]);
        });
    }

    #[test]
    fn an_occurrence_belongs_to_the_part_that_it_begins_in() {
        let count = |own: Range<usize>| all(&["key"], "__key__", own).len();
        assert_eq!((count(0..3), count(3..7), count(0..2), count(2..7)), (1, 0, 0, 1));
        let count = |own: Range<usize>| all(&["secret-of-many-words"], "--Secret-of-Many-Words", own).len();
        assert_eq!((count(0..3), count(3..22), count(0..2), count(2..3)), (1, 0, 0, 1));
    }

    #[test]
    fn a_literal_is_found_at_every_place_of_a_block_and_at_the_ends_of_a_text() {
        levels::at_each(|| {
            for literal in ["://", "ghp_", "-----begin ", "client_secret", "_é_"] {
                for before in 0..40 {
                    for behind in [0, 1, 2, 3, 40] {
                        let text = format!("{}{literal}{}", "x".repeat(before), "y".repeat(behind));
                        let found = all(&["other", literal], &text, 0..text.len());
                        assert_eq!(found, [(1, before..before + literal.len())], "{text}");
                    }
                }
            }
        });
    }

    #[test]
    fn what_only_looks_like_a_literal_is_none() {
        levels::at_each(|| {
            // What folding turns into the same byte, and a hash of the same cell, are told apart.
            assert_eq!(all(&["a@b_", "sk-"], "a`b_ A@B\u{7f} s\u{4b}\r SK-", 0..17), [(1, 14..17)]);
            assert!(Prefilter::new(&["ab"]).is_err());
            assert_eq!(all(&[], "text", 0..4), []);
        });
    }
}
