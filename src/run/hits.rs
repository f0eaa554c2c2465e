//! What a run found so far, bounded.
//!
//! A tree may hold millions of tokens, and nobody reads a report of them. What is kept is the first of them in the order of their
//! places, so it does not depend on which thread came first; and what was said of many in the same words is kept once.

use std::ops::Deref;

use crate::finding::{Confidence, Fact, Pool, Reason};

use super::inspect::Hit;

/// The most places that are kept of files, a patch or a range, unless the user says otherwise: with them a scan stays
/// below 100 MB.
pub const MOST: usize = 60_000;

/// Bytes of a secret that count as one more place.
const LONG: usize = 512;

/// The hits of a run.
#[derive(Default)]
pub struct Hits {
    list: Vec<Hit>,
    reasons: Pool<Reason>,
    facts: Pool<Fact>,
    /// How much of the bound is used.
    kept: usize,
    bound: Option<Bound>,
    is_cut: bool,
}

#[derive(Clone, Copy)]
struct Bound {
    most: usize,
    least: Confidence,
}

impl Deref for Hits {
    type Target = [Hit];

    fn deref(&self) -> &[Hit] {
        &self.list
    }
}

impl Hits {
    /// None yet, and at most `most` places later; those that are at least as sure as `least` are kept before others.
    pub fn within(most: usize, least: Confidence) -> Self {
        Self { bound: Some(Bound { most, least }), ..Self::default() }
    }

    /// Adds some.
    pub fn add(&mut self, hits: Vec<Hit>) {
        for mut hit in hits {
            self.reasons.share(&mut hit.verdict.reasons);
            self.facts.share(&mut hit.verdict.facts);
            self.kept += cost(&hit);
            self.list.push(hit);
        }
        // Not at each one more: what is over is sorted and left out in one go.
        if let Some(bound) = self.bound.filter(|bound| self.kept > bound.most.saturating_add(bound.most / 4)) {
            self.cut(bound);
        }
    }

    /// The hits, and where there were more than are kept, how many places those may have.
    pub fn all(mut self) -> (Vec<Hit>, Option<usize>) {
        if let Some(bound) = self.bound.filter(|bound| self.kept > bound.most) {
            self.cut(bound);
        }
        (self.list, self.bound.filter(|_| self.is_cut).map(|bound| bound.most))
    }

    fn cut(&mut self, bound: Bound) {
        fn order(hit: &Hit, least: Confidence) -> impl Ord + '_ {
            let is_unsure = hit.verdict.confidence.is_none_or(|confidence| confidence < least);
            (is_unsure, &hit.origin, hit.span, hit.rule, hit.secret.expose())
        }
        self.list.sort_unstable_by(|a, b| order(a, bound.least).cmp(&order(b, bound.least)));
        let costs = self.list.iter().scan(0, |all, hit| {
            *all += cost(hit);
            Some(*all)
        });
        let (count, kept) = costs.take_while(|all| *all <= bound.most).fold((0, 0), |(count, _), all| (count + 1, all));
        self.list.truncate(count);
        (self.kept, self.is_cut) = (kept, true);
    }
}

fn cost(hit: &Hit) -> usize {
    1 + hit.secret.expose().len() / LONG
}
