//! The tables of the built-in rules, as `build.rs` made them: a start has nothing to sort and to choose.

use super::anchors::Anchors;
use super::anchors::Stance::*;
use super::anchors::Target::*;
use super::prefilter::{Cell, Entry, Gram, Group, Prefilter};
use crate::rule::format::{List, Text};
use crate::rule::model::Reader::*;
use crate::rule::model::RuleIndex;

/// The longest of them, apart: bytes by twos.
const CELLS: &[Cell] = include_bytes!(concat!(env!("OUT_DIR"), "/cells")).as_chunks().0;

include!(concat!(env!("OUT_DIR"), "/detect.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    #[test]
    fn the_tables_are_those_that_a_run_would_make() {
        let rules = RuleSet::builtin();
        let anchors = Anchors::of(rules.iter());
        assert!(anchors == ANCHORS);
        assert!(Prefilter::new(&anchors.literals).expect("literals of three bytes and more") == PREFILTER);
    }
}
