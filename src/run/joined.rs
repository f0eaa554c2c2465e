//! Texts that a file takes apart, inspected as the whole that they are, and what is found in them told by its place in
//! the file.

use crate::decode::container::notebook::{self, Joined};
use crate::detect::Detector;
use crate::place::{Position, Positions, Span};
use crate::source::Item;

use super::inspect::{self, Hit};

/// Whether the item is a notebook.
#[must_use]
pub fn is_notebook(item: &Item<'_>) -> bool {
    !item.origin.is_name() && notebook::is_head(item.head)
}

/// What the cells of a notebook hold that its bytes do not show.
#[must_use]
pub fn hits(detector: &Detector, item: &Item<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for joined in notebook::texts(item.bytes) {
        let inspection = inspect::inspect(detector, &Item::whole(item.origin.clone(), &joined.text));
        hits.extend(inspection.hits.into_iter().map(|hit| Hit {
            companion: hit.companion.map(|mut companion| {
                companion.0 = span(&joined, companion.0);
                companion
            }),
            span: span(&joined, hit.span),
            ..hit
        }));
    }
    place(&mut hits, item);
    hits
}

fn span(joined: &Joined, span: Span) -> Span {
    let start = joined.original(span.start as usize);
    // The last byte's own place: what is behind it may be far away.
    let last = joined.original((span.end as usize).saturating_sub(1));
    Span::new(start as u64, (last + 1).max(start) as u64)
}

/// Lines and columns of spans that were moved, found in one walk over the file.
fn place(hits: &mut [Hit], item: &Item<'_>) {
    let spans = hits.iter().flat_map(|hit| [Some(hit.span), hit.companion.as_ref().map(|companion| companion.0)]);
    let mut offsets: Vec<u64> = spans.flatten().flat_map(|span| [span.start, span.end]).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut positions = Positions::new(item.bytes, item.lines);
    let known: Vec<(u64, Position)> =
        offsets.into_iter().map(|offset| (offset, positions.at(offset as usize))).collect();
    let at = |offset: u64, before: Position| {
        known.binary_search_by_key(&offset, |&(known, _)| known).map_or(before, |index| known[index].1)
    };
    for hit in hits {
        (hit.start, hit.end) = (at(hit.span.start, hit.start), at(hit.span.end, hit.end));
        if let Some((span, start, end, _)) = hit.companion.as_deref_mut() {
            (*start, *end) = (at(span.start, *start), at(span.end, *end));
        }
    }
}
