//! The closing step: what can only be said when all candidates of a text are known.
//!
//! Two halves of a credential are joined, and of rules that claim the same bytes the most specific one keeps them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use super::{Candidate, Found};
use crate::rule::model::Anchor;
use crate::rule::set::{RuleIndex, RuleSet};

/// How far apart the two halves of a credential may stand, in bytes.
const PAIR_WITHIN: usize = 1024;

/// Joins companions and resolves overlaps. Leaves the winners, sorted by place.
pub fn close(rules: &RuleSet, candidates: &mut Vec<Candidate>) {
    candidates.sort_by(|a, b| rank(rules, a).cmp(&rank(rules, b)).then(a.value.start.cmp(&b.value.start)));
    // The values of the winners, which do not overlap, by their beginnings.
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    candidates.retain(|candidate| {
        let Range { start, end } = candidate.value;
        let free = taken.range(..end).next_back().is_none_or(|(_, &taken_end)| taken_end <= start);
        if free {
            taken.insert(start, end);
        }
        free
    });
    candidates.sort_by_key(|candidate| (candidate.value.start, candidate.value.end, candidate.rule));
    join(rules, candidates);
}

/// Most specific first: formats that tell by themselves, longer anchors, longer values; then formats with context, PEM
/// blocks, URLs, and last the key=value reader.
fn rank(rules: &RuleSet, candidate: &Candidate) -> (u8, Reverse<usize>, Reverse<usize>, u32) {
    let rule = rules.get(candidate.rule);
    let class = match (&candidate.found, rule.context.is_empty()) {
        (Found::Pem, _) => 0,
        (Found::Token, true) => 1,
        (Found::Token, false) => 2,
        (Found::Url { .. }, _) => 3,
        (Found::Assignment { .. }, _) => 4,
    };
    let anchor = match &rule.anchor {
        Anchor::Literal { texts, .. } => texts.iter().map(|text| text.len()).max().unwrap_or(0),
        Anchor::Context | Anchor::Own => 0,
    };
    (class, Reverse(anchor.max(candidate.prefix)), Reverse(candidate.value.len()), candidate.rule.0)
}

/// Gives each candidate whose rule has a companion the nearest one, the earlier of two at the same distance. The candidates
/// are sorted by place and their values do not overlap, so only the neighbours within reach are looked at.
fn join(rules: &RuleSet, candidates: &mut [Candidate]) {
    let mut wanted: BTreeMap<RuleIndex, Option<RuleIndex>> = BTreeMap::new();
    for index in 0..candidates.len() {
        let rule = candidates[index].rule;
        let companion = *wanted.entry(rule).or_insert_with(|| {
            rules
                .get(rule)
                .companion
                .as_ref()
                .and_then(|companion| rules.by_id(&companion.rule))
                .map(|(index, _)| index)
        });
        let Some(companion) = companion else { continue };
        let value = candidates[index].value.clone();
        let before = candidates[..index]
            .iter()
            .rev()
            .take_while(|other| value.start - other.value.end <= PAIR_WITHIN)
            .find(|other| other.rule == companion);
        let behind = candidates[index + 1..]
            .iter()
            .take_while(|other| other.value.start - value.end <= PAIR_WITHIN)
            .find(|other| other.rule == companion);
        let nearest = match (before, behind) {
            (Some(before), Some(behind)) if behind.value.start - value.end < value.start - before.value.end => behind,
            (Some(before), _) => before,
            (None, Some(behind)) => behind,
            (None, None) => continue,
        };
        candidates[index].companion = Some(nearest.value.clone());
    }
}
