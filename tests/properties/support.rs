//! Examples, items and hits in a form that can be compared.

use std::ops::Range;
use std::sync::OnceLock;

use keysieve::detect::Detector;
use keysieve::finding::Excerpt;
use keysieve::judge::{Ground, Verdict};
use keysieve::place::{LineState, Origin, Position, Span};
use keysieve::rule::example::expand;
use keysieve::rule::set::{RuleIndex, RuleSet};
use keysieve::run::inspect::{Hit, inspect};
use keysieve::source::{HEAD, Item, OVERLAP};

/// The built-in rules, compiled once for all tests.
pub fn detector() -> &'static Detector {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    DETECTOR.get_or_init(|| Detector::new(RuleSet::builtin()).unwrap())
}

/// An expanded example.
pub struct Example {
    pub rule: String,
    pub text: String,
}

fn examples(miss: bool) -> Vec<Example> {
    let rules = detector().rules();
    let of = |rule: &keysieve::rule::model::Rule| {
        let examples = if miss { &rule.miss } else { &rule.hit };
        examples
            .iter()
            .map(|example| Example { rule: rule.id.to_string(), text: expand(rules, rule, &example.text).unwrap() })
            .collect::<Vec<_>>()
    };
    rules.iter().flat_map(|(_, rule)| of(rule)).collect()
}

/// What the rules must find.
pub fn hits() -> &'static [Example] {
    static HITS: OnceLock<Vec<Example>> = OnceLock::new();
    HITS.get_or_init(|| examples(false))
}

/// What looks like it.
pub fn misses() -> &'static [Example] {
    static MISSES: OnceLock<Vec<Example>> = OnceLock::new();
    MISSES.get_or_init(|| examples(true))
}

/// All that a hit says.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub rule: RuleIndex,
    pub span: Span,
    pub start: Position,
    pub end: Position,
    pub secret: Vec<u8>,
    pub excerpt: Excerpt,
    pub decoding: Vec<&'static str>,
    pub verdict: Verdict,
    pub ground: Ground,
    pub companion: Option<(Span, Position, Position, Excerpt)>,
}

impl From<Hit> for Seen {
    fn from(hit: Hit) -> Self {
        Self {
            rule: hit.rule,
            span: hit.span,
            start: hit.start,
            end: hit.end,
            secret: hit.secret.expose().to_vec(),
            excerpt: hit.excerpt,
            decoding: hit.decoding,
            verdict: hit.verdict,
            ground: hit.ground,
            companion: hit.companion.map(|it| *it),
        }
    }
}

/// The hits of one item.
pub fn look(item: &Item<'_>) -> Vec<Seen> {
    inspect(detector(), item).hits.into_iter().map(Seen::from).collect()
}

/// The hits of a whole text.
pub fn whole(text: &[u8]) -> Vec<Seen> {
    look(&Item::whole(Origin::Stdin, text))
}

/// The part of `text` whose own bytes are `own`, with the overlap that sources give.
pub fn part(text: &[u8], own: Range<usize>, overlap: usize) -> Item<'_> {
    let start = character(text, own.start.saturating_sub(overlap));
    let end = text.len().min(own.end + overlap);
    let mut lines = LineState::default();
    lines.advance(&text[..start]);
    Item {
        origin: Origin::Stdin,
        bytes: &text[start..end],
        own: own.start - start..own.end - start,
        offset: start as u64,
        lines,
        head: &text[..text.len().min(HEAD)],
        whole: false,
        open: None,
        kin: None,
    }
}

/// The hits of a text that is cut at `cuts` (ascending, within the text).
pub fn in_parts(text: &[u8], cuts: &[usize]) -> Vec<Seen> {
    let edges: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([text.len()]).collect();
    edges.windows(2).flat_map(|own| look(&part(text, own[0]..own[1], OVERLAP))).collect()
}

/// The beginning of the character at `at`.
pub fn character(text: &[u8], at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| at == text.len() || text[at] & 0xC0 != 0x80).unwrap_or(0)
}

/// A small deterministic generator (SplitMix64), so that a failure can be repeated.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}
