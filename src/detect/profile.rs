//! What the literals of the rules cost on given texts: how often each stands there, and what looking there takes.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::Detector;
use super::context::Tried;

/// What a literal came to.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// How often it stands in the texts, in any case.
    pub occurrences: u64,
    /// How many candidates were found at it.
    pub candidates: u64,
    /// What the matchers of its rules took.
    pub time: Duration,
}

/// The shares of all literals, by their number.
#[derive(Clone, Debug, Default)]
pub struct Profile(Vec<Share>);

impl Profile {
    /// Adds another profile of the same detector.
    pub fn add(&mut self, other: &Profile) {
        self.0.resize(self.0.len().max(other.0.len()), Share::default());
        for (share, other) in self.0.iter_mut().zip(&other.0) {
            share.occurrences += other.occurrences;
            share.candidates += other.candidates;
            share.time += other.time;
        }
    }
}

impl Detector {
    /// Searches the text as [`Detector::detect`] does, and measures every literal on its way.
    #[must_use]
    pub fn profile(&self, text: &[u8], own: Range<usize>) -> Profile {
        let mut shares = vec![Share::default(); self.anchors.literals.len()];
        let (mut tried, mut out) = (Tried::default(), Vec::new());
        self.prefilter.each(text, own, |literal, hit| {
            let begin = Instant::now();
            out.clear();
            for &target in self.anchors.targets(literal) {
                self.evaluate(target, text, &hit, false, &mut tried, &mut out);
            }
            let share = &mut shares[literal];
            share.occurrences += 1;
            share.candidates += out.len() as u64;
            share.time += begin.elapsed();
        });
        Profile(shares)
    }

    /// Every literal with what it came to in `profile`, and the ids of the rules that it is for.
    pub fn shares<'d>(&'d self, profile: &'d Profile) -> impl Iterator<Item = (&'d str, &'d Share, Vec<&'d str>)> {
        self.anchors.literals.iter().zip(&profile.0).enumerate().map(|(index, (literal, share))| {
            let rules = self.anchors.targets(index).iter().filter_map(|target| target.rule());
            let mut ids: Vec<&str> = rules.map(|rule| self.rules.get(rule).id.as_ref()).collect();
            ids.dedup();
            (literal.as_ref(), share, ids)
        })
    }
}
