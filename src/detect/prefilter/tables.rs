//! What the search for literals looks up: made by the build for the built-in rules, and by the same code at the start for a set that is
//! not theirs alone.

use super::gram::{self, ANY, BITS, CELLS, Cell, Gram, SHORTEST};
use crate::rule::format::{List, Text};

/// How many bytes of a literal are compared at once.
pub(super) const HEAD: usize = 8;
/// How many literals of one gram cost as much as looking for them there.
const FEW: u32 = 8;
/// How many places a gram more is worth that is looked for nowhere yet.
const NEW: u32 = 2;

/// Finds literals.
#[cfg_attr(test, derive(PartialEq))]
pub struct Prefilter {
    /// By the hash of three bytes: what makes a gram with them.
    pub(in crate::detect) cells: List<Cell>,
    /// A bit for each gram, by its hash: half of the places at which the cells see one hold none, and these are told without
    /// reading what lies far apart.
    pub(in crate::detect) bits: List<u64>,
    /// The grams, by their hash, with open addressing; a power of two of them, at least half of them empty.
    pub(in crate::detect) groups: List<Group>,
    /// Where a literal stands that was found by its gram, grouped by gram.
    pub(in crate::detect) entries: List<Entry>,
    /// The texts of all literals, lower case, one after the other.
    pub(in crate::detect) texts: Text,
    /// The most bytes that a literal has before its gram.
    pub(in crate::detect) before: usize,
    /// Whether all literals are printed.
    pub(in crate::detect) printed: bool,
}

/// The literals that one gram leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::detect) struct Group {
    pub(in crate::detect) gram: Gram,
    /// Where its entries begin.
    pub(in crate::detect) first: u32,
    /// Where they end.
    pub(in crate::detect) end: u32,
}

/// A literal, as seen from its gram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::detect) struct Entry {
    pub(in crate::detect) literal: u32,
    /// How many of its bytes stand before the gram.
    pub(in crate::detect) offset: u32,
    /// Its text, within the texts.
    pub(in crate::detect) text: (u32, u32),
    /// Its first bytes, as a number.
    pub(in crate::detect) head: u64,
    /// The bit that tells the cases of a letter apart, where one of these is a letter.
    pub(in crate::detect) fold: u64,
}

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
}

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
        let mut cells: Vec<Cell> = vec![[gram::NONE; 2]; CELLS];
        let mut bits = vec![0; BITS / u64::BITS as usize];
        let mut groups = vec![Group::default(); (2 * literals.len()).next_power_of_two().max(2)];
        let mut before = 0;
        // Short literals have little choice; the longer ones then take a gram that is there already.
        let mut by_length: Vec<usize> = (0..literals.len()).collect();
        by_length.sort_by_key(|&index| literals[index].as_ref().len());
        let mut chosen = vec![(0, 0); literals.len()];
        for index in by_length {
            let (gram, offset) = choose(literals[index].as_ref().as_bytes(), &groups, &cells);
            let slot = slot(gram, &groups);
            gram.marks(|cell, side, byte| {
                let kept = &mut cells[cell][side];
                *kept = if *kept == gram::NONE || *kept == byte { byte } else { ANY };
            });
            let (word, bit) = gram.bit();
            bits[word] |= bit;
            groups[slot].gram = gram;
            groups[slot].end += 1;
            before = before.max(offset);
            chosen[index] = (slot, offset);
        }
        let mut next = 0;
        for group in &mut groups {
            let count = group.end;
            (group.first, group.end) = (next, next);
            next += count;
        }
        let mut texts = String::with_capacity(literals.iter().map(|literal| literal.as_ref().len()).sum());
        let mut entries = vec![Entry::default(); literals.len()];
        for (index, (slot, offset)) in chosen.into_iter().enumerate() {
            let start = texts.len();
            texts.push_str(literals[index].as_ref());
            texts[start..].make_ascii_lowercase();
            let text = (start as u32, texts.len() as u32);
            let end = &mut groups[slot].end;
            entries[*end as usize] = Entry::new(index, offset, text, &texts.as_bytes()[start..]);
            *end += 1;
        }
        Ok(Self {
            cells: cells.into(),
            bits: bits.into(),
            groups: groups.into(),
            entries: entries.into(),
            printed: texts.bytes().all(is_printed),
            texts: texts.into(),
            before,
        })
    }
}

/// The gram to find `literal` by, and where in the literal it begins. `groups` has those that are looked for already, `cells` what
/// tells of them.
fn choose(literal: &[u8], groups: &[Group], cells: &[Cell]) -> (Gram, usize) {
    if literal.len() == SHORTEST {
        return (Gram::of_three([literal[0], literal[1], literal[2], 0]), 0);
    }
    let four = |at: usize| Gram::of_four([literal[at], literal[at + 1], literal[at + 2], literal[at + 3]]);
    let all = (0..=literal.len() - 4).map(|at| (four(at), at));
    all.min_by_key(|&(gram, _)| cost(gram, groups, cells)).unwrap_or((four(0), 0))
}

/// What one more literal costs that is looked for by `gram`: places at which more than the cells is looked at, four for each of
/// them.
fn cost(gram: Gram, groups: &[Group], cells: &[Cell]) -> u32 {
    let met = gram.frequency();
    let group = groups[slot(gram, groups)];
    if group.gram == gram {
        // So many literals are compared already wherever it stands.
        return met + met / FEW * group.end;
    }
    let mut cost = 4 * NEW;
    gram.marks(|cell, side, byte| {
        cost += match cells[cell][side] {
            // Half of all places are looked at from either side.
            gram::NONE => 8 * met,
            ANY => 4 * met,
            kept if kept == byte => 0,
            // From now on whatever stands there.
            _ => 4 * (met + gram::frequency_of_cell(cell)),
        }
    });
    cost
}

/// The slot of `gram`, or the empty one where it would go.
pub(super) fn slot(gram: Gram, groups: &[Group]) -> usize {
    let mask = groups.len() - 1;
    let mut at = gram.hash() & mask;
    while groups[at].gram != Gram::NONE && groups[at].gram != gram {
        at = (at + 1) & mask;
    }
    at
}

/// Whether the byte is one of what is printed.
pub(super) fn is_printed(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}
