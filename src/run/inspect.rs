//! One text: from its bytes to hits.

use std::ops::Range;

use crate::decode::{Charset, View};
use crate::detect::{Candidate, Detector, Found, Quoting, closing};
use crate::finding::Excerpt;
use crate::judge::{self, Claim, Given, Ground, Verdict};
use crate::place::{LineState, Origin, Position, Positions, Span};
use crate::rule::check::pem_body;
use crate::rule::model::Rule;
use crate::rule::set::RuleIndex;
use crate::secret::Secret;
use crate::source::{Item, LOOK_CAP};

use super::excerpt::{self, Mask};

/// A secret at a place, judged by its value alone: what the path says is added where a path is known.
#[derive(Clone)]
pub struct Hit {
    /// The rule.
    pub rule: RuleIndex,
    /// The secret, normalised.
    pub secret: Secret,
    /// What it stands in.
    pub origin: Origin,
    /// Which bytes of it.
    pub span: Span,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The line, masked.
    pub excerpt: Excerpt,
    /// What the value's own judgement says.
    pub verdict: Verdict,
    /// What the judgement of a path needs.
    pub ground: Ground,
    /// The other half of the credential, if it stands near.
    pub companion: Option<(Span, Position, Position, Excerpt)>,
}

/// What came of one item.
#[derive(Default)]
pub struct Inspection {
    /// The hits, by place.
    pub hits: Vec<Hit>,
    /// Which bytes of the decoded text no excerpt may show, by place.
    pub masks: Vec<Mask>,
    /// Whether the content is binary.
    pub binary: bool,
    /// Whether all candidates were looked at; see [`BUDGET`](crate::detect::BUDGET).
    pub within_budget: bool,
}

/// Lines longer than this were written by a program.
const LONG_LINE: usize = 2000;
/// How much of the line before a value judgement reads.
const BEFORE: usize = 160;
/// How much of a text tells its kind.
const HEAD: usize = 512;

/// Decodes, detects and judges one item.
#[must_use]
pub fn inspect(detector: &Detector, item: &Item<'_>) -> Inspection {
    let charset = Charset::of(item.head);
    let view = View::new(item.bytes, charset);
    let binary = charset == Charset::Binary;
    let own = view.decoded(item.own.start)..view.decoded(item.own.end);
    let reach = reach(item, &own, view.text.len());
    let mut candidates = Vec::new();
    let within_budget = detector.detect(&view.text, reach, binary, &mut candidates);
    if candidates.is_empty() {
        return Inspection { binary, within_budget, ..Inspection::default() };
    }
    closing::close(detector.rules(), &mut candidates);
    let head = View::new(item.head, charset);
    let text = Text::new(&view, item);
    let judged: Vec<(Candidate, Verdict, Ground)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let claim = text.claim(detector, &candidate);
            let verdict = judge::judge(&claim);
            let ground = Ground::of(&claim, &head.text[..head.text.len().min(HEAD)]);
            verdict.confidence.map(|_| (candidate, verdict, ground))
        })
        .collect();
    // The id half of a pair is part of the secret's finding.
    let mut paired: Vec<(usize, usize)> = judged
        .iter()
        .filter_map(|(candidate, ..)| candidate.companion.as_ref().map(|range| (range.start, range.end)))
        .collect();
    paired.sort_unstable();
    let is_paired = |range: &Range<usize>| paired.binary_search(&(range.start, range.end)).is_ok();
    let masks: Vec<Mask> = judged
        .iter()
        .map(|(candidate, ..)| Mask { range: candidate.value.clone(), shown: text.shown(candidate) })
        .collect();
    let mut places = Places::new(
        &text,
        judged.iter().flat_map(|(candidate, ..)| {
            let companion = candidate.companion.clone().unwrap_or(0..0);
            [candidate.value.start, candidate.value.end, companion.start, companion.end]
        }),
    );
    let hits = judged
        .iter()
        .filter(|(candidate, ..)| item.whole || own.contains(&candidate.value.start))
        .filter(|(candidate, ..)| !is_paired(&candidate.value))
        .map(|(candidate, verdict, ground)| {
            let place = |range: &Range<usize>, places: &mut Places| {
                let excerpt = excerpt::excerpt(&view.text, range, &masks);
                (text.span(range), places.at(range.start), places.at(range.end), excerpt)
            };
            let (span, start, end, excerpt) = place(&candidate.value, &mut places);
            Hit {
                rule: candidate.rule,
                secret: text.secret(candidate),
                origin: item.origin.clone(),
                span,
                start,
                end,
                excerpt,
                verdict: verdict.clone(),
                ground: *ground,
                companion: candidate.companion.as_ref().map(|range| place(range, &mut places)),
            }
        })
        .collect();
    Inspection { hits, masks, binary, within_budget }
}

/// Where anchors are looked for. A part also needs the candidates of its neighbours as far as they may claim the same
/// bytes, be the other half of a credential or stand in an excerpt: its own bytes alone would show a key=value hit where
/// the whole text has a token, and the neighbour's secret beside its own. What they find is theirs: the hit is the part's
/// whose own bytes its value begins in.
fn reach(item: &Item<'_>, own: &Range<usize>, length: usize) -> Range<usize> {
    if item.whole {
        return own.clone();
    }
    own.start.saturating_sub(LOOK_CAP)..own.end.saturating_add(LOOK_CAP).min(length)
}

/// The text of an item, with the way back to the item's own offsets.
struct Text<'v> {
    view: &'v View<'v>,
    offset: u64,
    lines: LineState,
}

impl<'v> Text<'v> {
    fn new(view: &'v View<'v>, item: &Item<'_>) -> Self {
        Self { view, offset: item.offset, lines: item.lines }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(
            self.offset + self.view.original(range.start) as u64,
            self.offset + self.view.original(range.end) as u64,
        )
    }

    fn claim<'a>(&'a self, detector: &'a Detector, candidate: &Candidate) -> Claim<'a> {
        let text: &'a [u8] = &self.view.text;
        let value = candidate.value.clone();
        let line = excerpt::line_before(text, value.start, LONG_LINE);
        let long = line.len() + excerpt::line_behind(text, value.end, LONG_LINE).len();
        Claim {
            rule: detector.rules().get(candidate.rule),
            value: &text[value],
            prefix: candidate.prefix,
            given: match &candidate.found {
                Found::Token => Given::Format,
                Found::Pem => Given::Pem,
                Found::Url { user, host } => Given::Url { user: &text[user.clone()], host: &text[host.clone()] },
                Found::Assignment { key, operator, quoting } => Given::Key {
                    name: &text[key.clone()],
                    quoted: *quoting == Quoting::Quoted,
                    compared: *operator == crate::detect::Operator::Compare,
                },
            },
            before: &line[line.len().saturating_sub(BEFORE)..],
            in_long_line: long >= LONG_LINE,
        }
    }

    /// How many of the value's first bytes may be shown: the public prefix, or a PEM block's first line.
    fn shown(&self, candidate: &Candidate) -> usize {
        match candidate.found {
            Found::Pem => {
                let block = &self.view.text[candidate.value.clone()];
                memchr::memmem::find(block.get(11..).unwrap_or_default(), b"-----").map_or(0, |at| at + 16)
            }
            Found::Token | Found::Url { .. } | Found::Assignment { .. } => candidate.prefix,
        }
    }

    /// The secret, normalised: a PEM block as the bytes it encodes.
    fn secret(&self, candidate: &Candidate) -> Secret {
        let value = &self.view.text[candidate.value.clone()];
        match candidate.found {
            Found::Pem => match pem_body(value) {
                Some(body) => Secret::new(&body.bytes, 0),
                None => Secret::new(value, 0),
            },
            Found::Token | Found::Url { .. } | Found::Assignment { .. } => Secret::new(value, candidate.prefix),
        }
    }
}

/// The positions of all offsets that are needed of a text, found in one walk.
struct Places {
    known: Vec<(usize, Position)>,
}

impl Places {
    fn new(text: &Text<'_>, offsets: impl Iterator<Item = usize>) -> Self {
        let mut offsets: Vec<usize> = offsets.collect();
        offsets.sort_unstable();
        offsets.dedup();
        let decoded = matches!(text.view.charset, Charset::Utf16Le | Charset::Utf16Be);
        // A byte order mark takes no column.
        let mark = if decoded && text.view.text.starts_with("\u{FEFF}".as_bytes()) { 3 } else { 0 };
        let mut positions = Positions::new(&text.view.text[mark..], text.lines.decoded());
        Self { known: offsets.into_iter().map(|offset| (offset, positions.at(offset.saturating_sub(mark)))).collect() }
    }

    fn at(&self, offset: usize) -> Position {
        match self.known.binary_search_by_key(&offset, |&(known, _)| known) {
            Ok(index) => self.known[index].1,
            Err(_) => LineState::default().position(),
        }
    }
}

/// The label of the other half of a credential.
#[must_use]
pub fn companion_label(rule: &Rule) -> String {
    rule.companion.as_ref().map_or_else(String::new, |companion| companion.label.to_string())
}
