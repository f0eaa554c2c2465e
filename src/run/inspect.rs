//! One text: from its bytes to hits.

use std::cell::RefCell;
use std::ops::Range;

use crate::decode::{Budget, Charset, Scope, View};
use crate::detect::Detector;
use crate::detect::lines::LINES_MOST;
use crate::finding::Excerpt;
use crate::judge::rejected::Rejected;
use crate::judge::{Ground, Verdict};
use crate::place::{FilePath, LineState, Origin, Position, Positions, Span};
use crate::rule::model::Rule;
use crate::rule::set::RuleIndex;
use crate::secret::Secret;
use crate::source::{self, Item, LOOK_CAP};
use crate::suppress::comment::{self, Comment};

use super::excerpt::{self, Mask};
use super::inherit::Trail;
use super::layers::{Layer, Layers, Lines, Sighting};

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
    /// How it is written there, from the outside to the inside; empty for what stands there as it is.
    pub decoding: Vec<&'static str>,
    /// The other half of the credential, if it stands near; few have one.
    pub companion: Option<Box<(Span, Position, Position, Excerpt)>>,
    /// The comments that speak of it.
    pub comments: Vec<Comment>,
}

/// What came of one item.
#[derive(Default)]
pub struct Inspection {
    /// The hits, by place.
    pub hits: Vec<Hit>,
    /// What was judged to be no secret, by place; only when asked for.
    pub rejected: Vec<Hit>,
    /// Which bytes of the decoded text no excerpt may show, by place.
    pub masks: Vec<Mask>,
    /// Whether the content is binary.
    pub binary: bool,
    /// Whether all candidates were looked at; see [`BUDGET`](crate::detect::BUDGET).
    pub within_budget: bool,
    /// Whether something was left undecoded: the budget was spent, or it is encoded deeper than is followed.
    pub undecoded: bool,
    /// How many bytes were decoded.
    pub decoded: usize,
    /// Whether something that is encoded was read in pieces that depend on where in the text it stands.
    pub has_pieces: bool,
}

/// Decodes, detects and judges one item.
#[must_use]
pub fn inspect(detector: &Detector, item: &Item<'_>) -> Inspection {
    look(detector, item, false, None, None)
}

/// The same for a text of which other versions were met, and takes note of what was looked at.
#[must_use]
pub fn inspect_version(
    detector: &Detector,
    item: &Item<'_>,
    rejected: &Rejected,
    trail: Option<&RefCell<Trail>>,
) -> Inspection {
    look(detector, item, false, Some(rejected), trail)
}

/// The same by the same judge, and keeps what came to nothing, too.
#[must_use]
pub fn inspect_all(detector: &Detector, item: &Item<'_>) -> Inspection {
    look(detector, item, true, None, None)
}

fn look(
    detector: &Detector,
    item: &Item<'_>,
    keep_rejected: bool,
    rejected: Option<&Rejected>,
    trail: Option<&RefCell<Trail>>,
) -> Inspection {
    let charset = Charset::of(item.head);
    let view = View::new(item.bytes, charset);
    let binary = charset == Charset::Binary;
    let own = view.decoded(item.own.start)..view.decoded(item.own.end);
    let head = View::new(item.head, charset);
    let budget = Budget::new(item.bytes.len());
    let at_first = budget.left();
    let path = item.origin.path().map(FilePath::as_bytes);
    let mut layers = Layers { path, keep_lost: keep_rejected, trail, ..Layers::quick(detector, &budget) };
    let absolute = |at: usize| item.offset + view.original(at) as u64;
    let lines = (!binary && item.offset < LINES_MOST as u64).then(|| Lines {
        end: view.decoded(item.bytes.len().min(LINES_MOST - item.offset as usize)),
        head_is_all: item.head.len() < source::HEAD,
    });
    let layer = Layer { text: &view.text, head: &head.text, binary, lines, chain: &[], rejected };
    let scope = Scope::new(&own, &absolute, binary);
    let mut found = layers.look(layer, reach(item, &own, view.text.len()), &scope);
    let mut inspection = Inspection {
        binary,
        within_budget: layers.within_budget,
        // Digits that decode to digits are data where the content is no text.
        undecoded: (layers.too_deep && !binary) || budget.is_spent(),
        decoded: at_first - budget.left(),
        has_pieces: scope.has_pieces.get(),
        ..Inspection::default()
    };
    found.retain(|it| keep_rejected || it.verdict.confidence.is_some());
    if found.is_empty() {
        return inspection;
    }
    let masks = |keep: &dyn Fn(&Sighting) -> bool| {
        let kept = found.iter().filter(|it| keep(it));
        excerpt::merged(kept.map(|it| Mask { range: it.place.clone(), shown: it.shown }).collect())
    };
    let with_suspects = |masks: Vec<Mask>| {
        let suspects = found.iter().flat_map(|it| excerpt::suspects(&view.text, &it.place, it.key_of_setting()));
        // What is a secret keeps its own mask, which may show a prefix.
        let is_beside = |suspect: &Mask| {
            let behind = masks.partition_point(|mask| mask.range.end <= suspect.range.start);
            masks.get(behind).is_none_or(|mask| suspect.range.end <= mask.range.start)
        };
        let beside: Vec<Mask> = suspects.filter(is_beside).collect();
        excerpt::merged(masks.into_iter().chain(beside).collect())
    };
    let secrets_only = masks(&|it| it.verdict.confidence.is_some());
    let secrets: Vec<Range<usize>> = secrets_only.iter().map(|mask| mask.range.clone()).collect();
    inspection.masks = with_suspects(secrets_only);
    // What was rejected may be a secret all the same: where it is shown, it is masked, too.
    let all_masks = if keep_rejected { with_suspects(masks(&|_| true)) } else { Vec::new() };
    let text = Text { view: &view, offset: item.offset, lines: item.lines };
    let places = Places::new(
        &text,
        found.iter().flat_map(|it| {
            let companion = it.companion.clone().unwrap_or(0..0);
            [it.place.start, it.place.end, companion.start, companion.end]
        }),
    );
    let place = |range: &Range<usize>, masks: &[Mask]| {
        let excerpt = excerpt::excerpt(&view.text, range, masks);
        (text.span(range), places.at(range.start), places.at(range.end), excerpt)
    };
    let (hits, rejected) = found
        .into_iter()
        .filter(|it| item.whole || own.contains(&it.place.start))
        .filter(|it| keep_rejected || it.paired.is_none())
        .map(|mut it| {
            if let (Some(other), Some(_)) = (it.paired, it.verdict.confidence) {
                let other = &detector.rules().get(other).id;
                it.verdict.reject("pair", format!("the other half of what `{other}` finds, which tells of both"));
            }
            let masks = if it.verdict.confidence.is_some() { &inspection.masks } else { &all_masks };
            let (span, start, end, excerpt) = place(&it.place, masks);
            let lines = (start.line, end.line);
            Hit {
                rule: it.rule,
                secret: it.secret,
                origin: item.origin.clone(),
                span,
                start,
                end,
                excerpt,
                verdict: it.verdict,
                ground: it.ground,
                decoding: it.decoding.iter().map(|encoding| encoding.id()).collect(),
                companion: it.companion.as_ref().map(|range| Box::new(place(range, masks))),
                comments: comment::beside(&view.text, &it.place, lines, &secrets),
            }
        })
        .partition(|hit: &Hit| hit.verdict.confidence.is_some());
    (inspection.hits, inspection.rejected) = (hits, rejected);
    inspection
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

impl Text<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(
            self.offset + self.view.original(range.start) as u64,
            self.offset + self.view.original(range.end) as u64,
        )
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
        let decoded =
            matches!(text.view.charset, Charset::Utf16Le | Charset::Utf16Be | Charset::Utf32Le | Charset::Utf32Be);
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
