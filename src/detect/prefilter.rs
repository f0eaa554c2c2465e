//! One pass over the text for all literals of all rules.
//!
//! A single Aho-Corasick automaton (Aho and Corasick, 1975) as a DFA, without regard to ASCII case, reporting every
//! occurrence, overlapping ones included: a search that skips past a hit would not be local, and history scanning builds on
//! locality. Left to itself the library chooses a contiguous NFA for so many patterns, at a third of the speed.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind};

/// Which literal was found, as numbered by the caller.
pub type LiteralIndex = usize;

/// Finds literals.
pub struct Prefilter {
    automaton: AhoCorasick,
    longest: usize,
}

/// The literals are too many or too long for an automaton.
#[derive(Debug, thiserror::Error)]
#[error("the literals of the rules cannot be compiled: {0}")]
pub struct PrefilterError(#[from] aho_corasick::BuildError);

impl Prefilter {
    /// Compiles the literals.
    ///
    /// # Errors
    /// When there are too many of them: the automaton's states are numbered with 31 bits.
    pub fn new<L: AsRef<[u8]>>(literals: &[L]) -> Result<Self, PrefilterError> {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .start_kind(aho_corasick::StartKind::Unanchored)
            .build(literals)?;
        let longest = literals.iter().map(|literal| literal.as_ref().len()).max().unwrap_or(0);
        Ok(Self { automaton, longest })
    }

    /// Calls `found` with the literal and the place of every occurrence that begins in `own`, in the order of their ends.
    pub fn each(&self, text: &[u8], own: Range<usize>, mut found: impl FnMut(LiteralIndex, Range<usize>)) {
        let end = own.end.saturating_add(self.longest.saturating_sub(1)).min(text.len());
        let input = Input::new(text).span(own.start..end).anchored(Anchored::No);
        for hit in self.automaton.find_overlapping_iter(input) {
            if hit.start() < own.end {
                found(hit.pattern().as_usize(), hit.start()..hit.end());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_found_in_any_case() {
        let prefilter = Prefilter::new(&["key", "apikey"]).expect("two literals");
        let mut found = Vec::new();
        prefilter.each(b"an APIkey, keykey", 0..17, |literal, range| found.push((literal, range)));
        assert_eq!(found, [(1, 3..9), (0, 6..9), (0, 11..14), (0, 14..17)]);
    }

    #[test]
    fn an_occurrence_belongs_to_the_part_that_it_begins_in() {
        let prefilter = Prefilter::new(&["key"]).expect("a literal");
        let count = |own: Range<usize>| {
            let mut count = 0;
            prefilter.each(b"__key__", own, |_, _| count += 1);
            count
        };
        assert_eq!((count(0..3), count(3..7), count(0..2), count(2..7)), (1, 0, 0, 1));
    }
}
