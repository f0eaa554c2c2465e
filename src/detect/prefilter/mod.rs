//! One pass over the text for all literals of all rules.
//!
//! **The problem.** Every byte of every text goes through here, so this is half of the work of a scan. An Aho-Corasick DFA
//! over the literals costs one dependent load a byte (0.5 GB/s while its table lies in the first cache), and the table
//! grows with the rules: with a thousand of them it takes megabytes and a good part of the start.
//!
//! **The way chosen.** Each literal is looked for by one *gram* of it, the four bytes of it that are met least in source
//! text, and literals share grams where they can. A table of 2^16 cells, indexed by a hash of three bytes, holds in each of
//! its eight bits whether some gram goes on with a byte of that class. Sixteen neighbouring places are looked up without a
//! branch and without waiting for each other; only where a bit is set a hash table is asked for the literals of that very
//! gram, and these are compared. A literal of three bytes sets all bits of its cell. The same text took half the time that
//! the DFA needs. The tables of the built-in rules are made by the build, those of a set that is not theirs alone at the start, in
//! under a millisecond, by the same code.
//!
//! What is met how often was counted (`rules/model/grams.txt`): not four bytes, but the bit that they set, because that is
//! what a place costs. Judged by how common their single bytes are, the grams of 1,600 literals stop one block of sixteen
//! places in three; by counts of four bytes one in four; by counts of their bits one in nine.
//!
//! **The ways rejected.** A bitmap over a hash of all four bytes: three-byte literals then need 128 entries each, and it is
//! both slower and full of false hits. Two tables of byte pairs with a bit for each bucket of literals: as fast for few
//! literals, slower for many. The packed searchers of a library: 64 literals at most, and in one case only.
//!
//! Every occurrence is reported, overlapping ones included: a search that skips past a hit would not be local, and history
//! scanning builds on locality. Literals are numbered by the caller, so what is to be found by a text of its own (the mark
//! of an encoding, say) needs no rule to be looked for in the same pass.

mod gram;
mod printable;

use std::ops::Range;

pub(super) use gram::Gram;
use gram::SHORTEST;
pub use gram::{LEVEL_CELLS, level_cell};

use crate::rule::format::{List, Text};

/// Which literal was found, as numbered by the caller.
pub type LiteralIndex = usize;

/// How many places are looked up at once.
const BLOCK: usize = 16;
/// How many bytes a block of places needs: the last place has a gram, too.
const REACH: usize = BLOCK + 4;
/// How much commoner a gram may be, eightfold, if another literal has it already.
const SHARED: u32 = 3;

/// Finds literals.
#[cfg_attr(test, derive(PartialEq))]
pub struct Prefilter {
    /// By the hash of three bytes, one bit for each class of the fourth.
    pub(super) cells: List<u8>,
    /// The grams, by their hash, with open addressing; a power of two of them, at least half of them empty. Most places that
    /// are looked up are none, and then nothing else is read: so these lie close together.
    pub(super) grams: List<Gram>,
    /// Which of the entries are a gram's own: where they begin and end.
    pub(super) groups: List<(u32, u32)>,
    /// Where a literal stands that was found by its gram, grouped by gram.
    pub(super) entries: List<Entry>,
    /// The texts of all literals, lower case, one after the other.
    pub(super) texts: Text,
    /// The most bytes that a literal has before its gram.
    pub(super) before: usize,
    /// Whether all literals are printed.
    pub(super) printed: bool,
}

/// A literal, as seen from its gram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) literal: u32,
    /// How many of its bytes stand before the gram.
    pub(super) offset: u32,
    /// Its text, within the texts.
    pub(super) text: (u32, u32),
    /// Its first bytes, as a number.
    pub(super) head: u64,
    /// The bit that tells the cases of a letter apart, where one of these is a letter.
    pub(super) fold: u64,
}

/// How many bytes of a literal are compared at once.
const HEAD: usize = 8;

impl Entry {
    /// The entry of a literal, which is lower case.
    fn new(literal: usize, offset: usize, text: (u32, u32), bytes: &[u8]) -> Self {
        let number = |of: fn(u8) -> u8| {
            let mut head = [0; HEAD];
            head.iter_mut().zip(bytes).for_each(|(at, &byte)| *at = of(byte));
            u64::from_le_bytes(head)
        };
        let fold = number(|byte| if byte.is_ascii_lowercase() { 0x20 } else { 0 });
        Self { literal: literal as u32, offset: offset as u32, text, head: number(|byte| byte), fold }
    }

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

/// The table of cells.
#[derive(Clone, Copy)]
struct Cells<'a>(&'a [u8; gram::CELLS]);

/// A literal cannot be looked for.
#[derive(Debug, thiserror::Error)]
#[error("the literal `{literal}` is shorter than {SHORTEST} bytes, so it cannot be looked for")]
pub struct PrefilterError {
    /// The literal.
    literal: String,
}

impl Prefilter {
    /// Prepares the search for `literals`, without regard to ASCII case.
    ///
    /// # Errors
    /// When one of them is shorter than three bytes.
    pub fn new<L: AsRef<str>>(literals: &[L]) -> Result<Self, PrefilterError> {
        if let Some(short) = literals.iter().find(|literal| literal.as_ref().len() < SHORTEST) {
            return Err(PrefilterError { literal: short.as_ref().to_owned() });
        }
        let mut cells = vec![0; gram::CELLS];
        let mut grams = vec![Gram::NONE; (2 * literals.len()).next_power_of_two().max(2)];
        let mut groups = vec![(0, 0); grams.len()];
        let mut before = 0;
        // Short literals have little choice; the longer ones then take a gram that is there already.
        let mut by_length: Vec<usize> = (0..literals.len()).collect();
        by_length.sort_by_key(|&index| literals[index].as_ref().len());
        let mut chosen = vec![(0, 0); literals.len()];
        for index in by_length {
            let (gram, offset) = choose(literals[index].as_ref().as_bytes(), &grams);
            let slot = slot(gram, &grams);
            gram.mark(&mut cells);
            grams[slot] = gram;
            groups[slot].1 += 1;
            before = before.max(offset);
            chosen[index] = (slot, offset);
        }
        let mut next = 0;
        for group in &mut groups {
            let count = group.1;
            *group = (next, next);
            next += count;
        }
        let mut texts = String::with_capacity(literals.iter().map(|literal| literal.as_ref().len()).sum());
        let mut entries = vec![Entry::default(); literals.len()];
        for (index, (slot, offset)) in chosen.into_iter().enumerate() {
            let start = texts.len();
            texts.push_str(literals[index].as_ref());
            texts[start..].make_ascii_lowercase();
            let text = (start as u32, texts.len() as u32);
            let end = &mut groups[slot].1;
            entries[*end as usize] = Entry::new(index, offset, text, &texts.as_bytes()[start..]);
            *end += 1;
        }
        Ok(Self {
            cells: cells.into(),
            grams: grams.into(),
            groups: groups.into(),
            entries: entries.into(),
            printed: texts.bytes().all(printable::is_printed),
            texts: texts.into(),
            before,
        })
    }

    /// Calls `found` with the literal and the place of every occurrence that begins in `own`, in the order of their grams.
    pub fn each(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(LiteralIndex, Range<usize>)) {
        let places = own.start..own.end.saturating_add(self.before).min(text.len());
        self.at(text, &own, places, &mut found);
    }

    /// The same, as far as they stand in a run of at least four bytes that are printed: in content that is no text.
    pub fn each_printed(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(LiteralIndex, Range<usize>)) {
        if !self.printed {
            return self.each(text, own, found);
        }
        let places = own.start..own.end.saturating_add(self.before).min(text.len());
        for stretch in printable::stretches(text, places) {
            self.at(text, &own, stretch, &mut found);
        }
    }

    /// The same for those whose gram begins at one of the `places`.
    #[inline(always)]
    fn at(
        &self,
        text: &[u8],
        own: &Range<usize>,
        places: Range<usize>,
        found: &mut impl FnMut(LiteralIndex, Range<usize>),
    ) {
        let end = places.end;
        let cells = Cells(self.cells.as_ref().try_into().expect("as many as there are"));
        let (all, groups, entries, texts) = (&*self.grams, &*self.groups, &*self.entries, self.texts.as_bytes());
        let mut verify = |at: usize, block: &[u8; REACH], place: usize| {
            let bytes = [block[place], block[place + 1], block[place + 2], block[place + 3]];
            // A gram of three bytes sets every bit.
            let threes = usize::from(cells.0[gram::cell(u32::from_le_bytes(bytes))] == 0xFF);
            let grams = [Gram::of_four(bytes), Gram::of_three([bytes[0], bytes[1], bytes[2]])];
            for &gram in &grams[..=threes] {
                let slot = slot(gram, all);
                if all[slot] == Gram::NONE {
                    continue;
                }
                let (first, last) = groups[slot];
                for entry in &entries[first as usize..last as usize] {
                    let Some(start) = (at + place).checked_sub(entry.offset as usize) else { continue };
                    if own.contains(&start) && entry.stands(text, start, texts) {
                        found(entry.literal as usize, start..start + (entry.text.1 - entry.text.0) as usize);
                    }
                }
            }
        };
        let mut at = places.start;
        while at < end {
            let mut padded = [0; REACH];
            let block: &[u8; REACH] = match text.get(at..at + REACH).and_then(|block| block.try_into().ok()) {
                Some(block) => block,
                None => {
                    let rest = &text[at..];
                    padded[..rest.len()].copy_from_slice(rest);
                    &padded
                }
            };
            let fours = cells.fours(block);
            if fours != [0; BLOCK / 4] {
                for (four, _) in fours.iter().enumerate().filter(|&(_, any)| *any != 0) {
                    let mut places = cells.places(block, 4 * four);
                    while places != 0 {
                        let place = 4 * four + places.trailing_zeros() as usize;
                        if at + place < end {
                            verify(at, block, place);
                        }
                        places &= places - 1;
                    }
                }
            }
            at += BLOCK;
        }
    }
}

/// The gram to find `literal` by, and where in the literal it begins. `grams` are those that are looked for already.
fn choose(literal: &[u8], grams: &[Gram]) -> (Gram, usize) {
    if literal.len() == SHORTEST {
        return (Gram::of_three([literal[0], literal[1], literal[2]]), 0);
    }
    let four = |at: usize| Gram::of_four([literal[at], literal[at + 1], literal[at + 2], literal[at + 3]]);
    let (mut best, mut least) = ((four(0), 0), u32::MAX);
    for at in 0..=literal.len() - 4 {
        let gram = four(at);
        let mut cost = gram.commonness();
        // One that is looked for already costs little more.
        if cost < least.saturating_add(SHARED) && grams[slot(gram, grams)] != Gram::NONE {
            cost = cost.saturating_sub(SHARED);
        }
        if cost < least {
            (best, least) = ((gram, at), cost);
        }
    }
    best
}

/// The slot of `gram`, or the empty one where it would go.
fn slot(gram: Gram, grams: &[Gram]) -> usize {
    let mask = grams.len() - 1;
    let mut at = gram.hash() & mask;
    while grams[at] != Gram::NONE && grams[at] != gram {
        at = (at + 1) & mask;
    }
    at
}

impl Cells<'_> {
    /// For every four places of the block: not zero where a gram may begin at one of them.
    #[inline(always)]
    fn fours(self, block: &[u8; REACH]) -> [u8; BLOCK / 4] {
        // Written without iterators, which cost a debug build tenfold.
        let (mut fours, mut four) = ([0; BLOCK / 4], 0);
        while four < BLOCK / 4 {
            let at = 4 * four;
            let eight = eight(block, at);
            fours[four] = self.bits(eight as u32, block[at + 3])
                | self.bits((eight >> 8) as u32, block[at + 4])
                | self.bits((eight >> 16) as u32, block[at + 5])
                | self.bits((eight >> 24) as u32, block[at + 6]);
            four += 1;
        }
        fours
    }

    /// At which of the four places from `first` on a gram may begin: a bit for each, so that only the number of them is a
    /// branch that cannot be foreseen.
    #[inline(always)]
    fn places(self, block: &[u8; REACH], first: usize) -> u32 {
        let eight = eight(block, first);
        let (mut places, mut at) = (0, 0);
        while at < 4 {
            places |= u32::from(self.bits((eight >> (8 * at)) as u32, block[first + at + 3]) != 0) << at;
            at += 1;
        }
        places
    }

    /// Not zero where a gram may begin with these four bytes, of which the highest is given once more.
    #[inline(always)]
    fn bits(self, four: u32, fourth: u8) -> u8 {
        self.0[gram::cell(four)] & gram::CLASSES[fourth as usize]
    }
}

/// The eight bytes from `at`: they hold the grams of five places.
#[inline(always)]
fn eight(block: &[u8; REACH], at: usize) -> u64 {
    u64::from_le_bytes(*block[at..].first_chunk().expect("the last place has eight bytes behind it"))
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
