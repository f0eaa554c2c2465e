//! Which hits stand at a path: those of rules for certain files count there alone, and there they take what only a key or
//! a URL tells of the same bytes, and what is encoded in them.
//!
//! Detection sees no path, so it leaves both candidates; a blob of the history may have one name at which the rule counts
//! and another at which it does not.

use std::collections::HashMap;

use crate::place::{Origin, Span};
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
    hits: Vec<Rival>,
    /// The most bytes that one of them claims.
    widest: u64,
}

/// What the contest asks of a hit.
struct Rival {
    index: usize,
    span: Span,
    excuses: u64,
}

impl<'r> Contest<'r> {
    /// The contest between `hits`.
    #[must_use]
    pub fn new(rules: &'r RuleSet, hits: &[Hit]) -> Self {
        let mut of_files: HashMap<Origin, Rivals> = HashMap::new();
        for (index, hit) in hits.iter().enumerate() {
            if hit.verdict.confidence.is_some() && rules.get(hit.rule).is_of_files() {
                let rivals = of_files.entry(hit.origin.clone()).or_default();
                rivals.hits.push(Rival { index, span: hit.span, excuses: hit.ground.excuses });
                rivals.widest = rivals.widest.max(hit.span.end - hit.span.start);
            }
        }
        of_files.values_mut().for_each(|rivals| rivals.hits.sort_by_key(|rival| rival.span));
        Self { rules, found_by: hits.iter().map(|hit| hit.rule).collect(), of_files }
    }

    /// Whether a hit stands in a file at `path`; `index` is its place among those of [`Contest::new`].
    #[must_use]
    pub fn stands(&self, hit: &Hit, index: usize, path: Option<&[u8]>) -> bool {
        let rule = self.rules.get(self.found_by[index]);
        if !rule.counts_at(path, hit.ground.excuses) {
            return false;
        }
        let is_decoded = !hit.decoding.is_empty();
        let yields = rule.is_of_files() || is_decoded || matches!(rule.form, Form::Assignment(_) | Form::Url(_));
        let Some(rivals) = self.of_files.get(&hit.origin).filter(|_| yields) else { return true };
        // Of two rules for the same file, the one that claims more bytes goes before.
        let size = |span: Span| span.end - span.start;
        let behind = rivals.hits.partition_point(|rival| rival.span.start < hit.span.end);
        let near = rivals.hits[..behind].iter().rev();
        let mut near = near.take_while(|rival| rival.span.start + rivals.widest > hit.span.start);
        !near.any(|rival| {
            let found_by = self.found_by[rival.index];
            let (own, other) = (size(hit.span), size(rival.span));
            rival.index != index
                && rival.span.overlaps(&hit.span)
                && (!is_decoded || other >= own)
                && (!rule.is_of_files() || (other, self.found_by[index]) > (own, found_by))
                && self.rules.get(found_by).counts_at(path, rival.excuses)
        })
    }
}
