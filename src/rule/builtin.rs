//! The built-in rules and word lists, as `build.rs` wrote them from `rules/`.

use super::format::{Class, Format, List, Piece, Text};
use super::model::{
    Anchor, Check, Companion, DecodesTo, Encoding, Example, Form, Lifetime, Near, Reader, Rule, WayOut, Within,
};
use crate::scale::Severity;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The class whose steps a way out has; none if its steps were written for it.
#[must_use]
pub fn way_out_class(way_out: &WayOut) -> Option<&'static str> {
    let class = WAY_OUT_CLASSES.iter().find(|(_, steps)| way_out.steps.iter().eq(steps.iter()));
    class.filter(|_| !way_out.written).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_id() {
        assert!(RULES.len() >= 60, "only {} rules", RULES.len());
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
