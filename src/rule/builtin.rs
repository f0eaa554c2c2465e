//! The built-in rules and word lists, as `build.rs` wrote them from `rules/`.

use super::format::{Class, Format, List, Piece, Text};
use super::model::{
    Anchor, Check, Companion, DecodesTo, Encoding, Example, Form, Lifetime, Near, Reader, Rule, WayOut, Within,
};
use crate::scale::Severity;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_id() {
        assert!(RULES.len() >= 60, "only {} rules", RULES.len());
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
