//! Which hits stand at a path: those of rules for certain files count there alone, and there they take what only a key or
//! a URL tells of the same bytes, and what is encoded in them.
//!
//! Detection sees no path, so it leaves both candidates; a blob of the history may have one name at which the rule counts
//! and another at which it does not.

use std::collections::HashMap;

use crate::place::Origin;
use crate::rule::model::Form;
use crate::rule::set::{RuleIndex, RuleSet};

use super::inspect::Hit;

/// The hits of a run, by what found them.
pub struct Contest<'r> {
    rules: &'r RuleSet,
    /// By hit: the rule that found it, whatever rule it is given to later.
    found_by: Vec<RuleIndex>,
    /// The hits of rules for certain files, by what they stand in.
    of_files: HashMap<Origin, Rivals>,
}

/// Hits in one text.
#[derive(Default)]
struct Rivals {
    /// By place.
    hits: Vec<usize>,
    /// The most bytes that one of them claims.
    widest: u64,
}

impl<'r> Contest<'r> {
    /// The contest between `hits`.
    #[must_use]
    pub fn new(rules: &'r RuleSet, hits: &[Hit]) -> Self {
        let mut of_files: HashMap<Origin, Rivals> = HashMap::new();
        for (index, hit) in hits.iter().enumerate() {
            if hit.verdict.confidence.is_some() && rules.get(hit.rule).is_of_files() {
                let rivals = of_files.entry(hit.origin.clone()).or_default();
                rivals.hits.push(index);
                rivals.widest = rivals.widest.max(hit.span.end - hit.span.start);
            }
        }
        of_files.values_mut().for_each(|rivals| rivals.hits.sort_by_key(|&index| hits[index].span));
        Self { rules, found_by: hits.iter().map(|hit| hit.rule).collect(), of_files }
    }

    /// Whether the hit at `index` stands in a file at `path`; `hits` are those of [`Contest::new`], in that order.
    #[must_use]
    pub fn stands(&self, hits: &[Hit], index: usize, path: Option<&[u8]>) -> bool {
        let (hit, rule) = (&hits[index], self.rules.get(self.found_by[index]));
        if !rule.counts_at(path, hit.ground.excuses) {
            return false;
        }
        let is_decoded = !hit.decoding.is_empty();
        let yields = rule.is_of_files() || is_decoded || matches!(rule.form, Form::Assignment(_) | Form::Url(_));
        let Some(rivals) = self.of_files.get(&hit.origin).filter(|_| yields) else { return true };
        // Of two rules for the same file, the one that claims more bytes goes before.
        let size = |at: usize| hits[at].span.end - hits[at].span.start;
        let behind = rivals.hits.partition_point(|&rival| hits[rival].span.start < hit.span.end);
        let near = rivals.hits[..behind].iter().rev();
        let mut near = near.take_while(|&&rival| hits[rival].span.start + rivals.widest > hit.span.start);
        !near.any(|&rival| {
            let other = self.rules.get(self.found_by[rival]);
            rival != index
                && hits[rival].span.overlaps(&hit.span)
                && (!is_decoded || size(rival) >= size(index))
                && (!rule.is_of_files() || (size(rival), self.found_by[index]) > (size(index), self.found_by[rival]))
                && other.counts_at(path, hits[rival].ground.excuses)
        })
    }
}
