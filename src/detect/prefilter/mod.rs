//! One pass over the text for all literals of all rules.
//!
//! **The problem.** Every byte of every text goes through here. An Aho-Corasick DFA over the literals costs one dependent load a byte
//! (0.5 GB/s while its table lies in the first cache), and the table grows with the rules: with a thousand of them it takes
//! megabytes and a good part of the start.
//!
//! **The way chosen.** Each literal is looked for by one *gram* of it, four bytes that are met seldom in source text, and literals
//! share grams where they can. Of five neighbouring bytes, which hold two grams, the three in the middle are in both. So it is
//! enough to look every second place up: a table of 2^16 cells, by a hash of three bytes, tells for either side which one
//! byte makes a gram with them, or that several may. Eight such places are looked up without a branch and without waiting for
//! each other, and what comes of them is compared for all at once. A literal of three bytes leaves the fourth open.
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
use fearless_simd::{dispatch, u8x16, u8x64, u16x32};

pub(super) use gram::{Cell, Gram};
pub use gram::{LEVEL_COUNT, level_places};
pub(super) use tables::{Entry, Group};
use tables::{HEAD, slot};
pub use tables::{Prefilter, PrefilterError};

use crate::lanes;

/// Which literal was found, as numbered by the caller.
pub type LiteralIndex = usize;

/// How many places are looked at at once; every second one is looked up.
const BLOCK: usize = 64;
/// How many bytes a block of places needs: the last two places have the fourth byte behind them.
const REACH: usize = BLOCK + 4;
/// How many blocks are looked up before it is asked what stands there.
const STRETCH: usize = 8;

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
            let stretch = first..places.end.min(first + STRETCH * BLOCK);
            let left = dispatch!(lanes::level(), simd => tables.note(simd, text, stretch, notes));
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

    /// Writes the places of a stretch down at which there is a gram, as offsets from its beginning; how many there are.
    #[inline(always)]
    fn note<S: Simd>(self, simd: S, text: &[u8], stretch: Range<usize>, notes: &mut Notes) -> usize {
        let mut count = 0;
        for at in stretch.clone().step_by(BLOCK) {
            let end;
            let block = match text[at..].first_chunk() {
                Some(block) => block,
                None => {
                    end = lanes::padded(&text[at..]);
                    &end
                }
            };
            notes.blocks[count] = self.places(simd, block);
            count += 1;
        }
        let mut left = 0;
        for (number, &block) in notes.blocks[..count].iter().enumerate() {
            let mut here = block;
            while here != 0 {
                let place = number * BLOCK + here.trailing_zeros() as usize;
                here &= here - 1;
                let four = four(text, stretch.start + place);
                notes.places[left] = place as u16;
                // Neither of them is asked for by itself, so that there is nothing to foresee.
                let is = self.may_hold(Gram::of_four(four)) | self.may_hold(Gram::of_three(four));
                left += usize::from(is & (place < stretch.len()));
            }
        }
        left
    }

    /// At which places of a block a gram may begin, the first in the lowest bit.
    #[inline(always)]
    fn places<S: Simd>(self, simd: S, block: &[u8; REACH]) -> u64 {
        let bytes = |at: usize| u8x64::from_slice(simd, &block[at..at + BLOCK]);
        let pairs = |at: usize| match cfg!(target_endian = "little") {
            true => u16x32::from_bytes(bytes(at)),
            false => u16x32::from_fn(simd, |pair| u16::from_le_bytes([block[at + 2 * pair], block[at + 2 * pair + 1]])),
        };
        // Of every second place the three bytes behind it: the first two as one number, and the third.
        let fold = u16::from_le_bytes([gram::FOLD; 2]);
        let third = (pairs(3) | fold) & 0xFF;
        let numbers = ((pairs(1) | fold) * gram::RATIOS[0] + third * gram::RATIOS[1]).to_array();
        let cells = |at: usize| {
            let cells: [Cell; 8] = std::array::from_fn(|number| self.cells[usize::from(numbers[at + number])]);
            u8x16::from_slice(simd, cells.as_flattened())
        };
        let cells = cells(0).combine(cells(8)).combine(cells(16).combine(cells(24)));
        // What stands before the three bytes and what behind them, side by side as in a cell.
        let first = u8x64::from_fn(simd, |at| if at % 2 == 0 { u8::MAX } else { 0 });
        let around = (bytes(0) & first) | (bytes(3) & !first) | gram::FOLD;
        (cells.simd_eq(around) | cells.simd_eq(gram::ANY)).to_bitmask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(literals: &[&str], text: &str, own: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let prefilter = Prefilter::new(literals).expect("literals of three bytes and more");
        let mut found = Vec::new();
        prefilter.each(text.as_bytes(), own, |literal, range| found.push((literal, range)));
        found.sort_by_key(|(literal, range)| (range.start, range.end, *literal));
        found
    }

    #[test]
    fn every_occurrence_is_found_in_any_case() {
        let found = all(&["key", "apikey"], "an APIkey, keykey", 0..17);
        assert_eq!(found, [(1, 3..9), (0, 6..9), (0, 11..14), (0, 14..17)]);
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
        for literal in ["://", "ghp_", "-----begin ", "client_secret", "_é_"] {
            for before in 0..40 {
                for behind in [0, 1, 2, 3, 40] {
                    let text = format!("{}{literal}{}", "x".repeat(before), "y".repeat(behind));
                    let found = all(&["other", literal], &text, 0..text.len());
                    assert_eq!(found, [(1, before..before + literal.len())], "{text}");
                }
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_literal_is_none() {
        // What folding turns into the same byte, and a hash of the same cell, are told apart.
        assert_eq!(all(&["a@b_", "sk-"], "a`b_ A@B\u{7f} s\u{4b}\r SK-", 0..17), [(1, 14..17)]);
        assert!(Prefilter::new(&["ab"]).is_err());
        assert_eq!(all(&[], "text", 0..4), []);
    }
}
