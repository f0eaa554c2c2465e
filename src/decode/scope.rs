//! What bounds the decoding of a text: which of it matters, where long runs are cut, and how much may be decoded.
//!
//! A long text comes in parts, and the parts must give what the whole gives. A run of encoded bytes that is no longer than
//! [`Scope::cap`] is decoded from its beginning to its end, and whatever part needs it sees all of it. A longer one has no
//! beginning that every part can see: it is decoded in pieces that begin at fixed places of the whole text, every [`STEP`]
//! bytes. A piece takes [`BEFORE`] bytes more in front and [`BEHIND`] behind; what begins in its own bytes is its own. So
//! in a run of more than 4 KiB a secret is found if it is no longer than [`BEHIND`] bytes as encoded.

use std::cell::Cell;
use std::ops::Range;

use super::derived::{Derived, Encoding, Map};

/// How far the own bytes of one piece reach.
const STEP: u64 = 4 * 1024;
/// How many bytes before its own a piece of a long run has.
const BEFORE: usize = 1024;
/// How many bytes behind its own a piece of a long run has.
const BEHIND: usize = 3 * 1024;
/// How far beyond the own bytes of a part a hit may be of use: as the other half of a credential, or in an excerpt.
const MARGIN: usize = 1024;
/// The longest run at the top that is decoded as one.
const CAP: usize = 4 * 1024;
/// The same in derived texts, which are never cut themselves.
const CAP_INSIDE: usize = 16 * 1024;

/// What of a text is to be decoded.
pub struct Scope<'s> {
    /// Where hits are wanted.
    pub wanted: Range<usize>,
    /// The longest run that is decoded as one piece.
    pub cap: usize,
    /// The offset in the whole text of an offset in this one.
    absolute: &'s dyn Fn(usize) -> u64,
    /// Whether the text was itself decoded, perhaps from the middle of something.
    pub inside: bool,
    /// Whether the text is no text: then only runs that stand for themselves are looked for.
    pub binary: bool,
    /// For a text that is an outer one with some places decoded: those places. What touches none of them is the outer text's.
    pub places: Option<&'s Map>,
    /// Whether the places join pieces: then a character beside them may be encoded, too.
    pub joins: bool,
    /// For a slice of a text, of which only what touches `wanted` matters.
    pub slice: Option<&'s Slice>,
    /// Whether something was too long to be decoded as one: what its pieces are depends on where in the whole text it stands.
    pub has_pieces: Cell<bool>,
}

/// A text that was cut out of a longer one without regard to what is encoded in it.
#[derive(Debug)]
pub struct Slice {
    /// What of it matters.
    pub zone: Range<usize>,
    /// Whether something stands before it.
    before: bool,
    /// Whether something stands behind it.
    behind: bool,
    torn: Cell<bool>,
}

impl Slice {
    /// A slice of which `zone` matters, and before or behind which something stands.
    #[must_use]
    pub fn new(zone: Range<usize>, before: bool, behind: bool) -> Self {
        Self { zone, before, behind, torn: Cell::new(false) }
    }

    /// Whether the zone touches a range.
    fn wants(&self, low: usize, high: usize) -> bool {
        low <= self.zone.end && self.zone.start <= high
    }

    /// Whether something that is wanted may go on beyond the slice, so that the slice does not tell what it says.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn.get()
    }
}

/// A piece of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes to decode.
    pub range: Range<usize>,
    /// Those in which its hits begin.
    pub own: Range<usize>,
}

impl<'s> Scope<'s> {
    /// For a text, or a part of one, whose own bytes are `own`.
    #[must_use]
    pub fn new(own: &Range<usize>, absolute: &'s dyn Fn(usize) -> u64, binary: bool) -> Self {
        let wanted = own.start.saturating_sub(MARGIN)..own.end.saturating_add(MARGIN);
        Scope {
            wanted,
            cap: CAP,
            absolute,
            inside: false,
            binary,
            places: None,
            joins: false,
            slice: None,
            has_pieces: Cell::new(false),
        }
    }

    /// For a slice of a text.
    #[must_use]
    pub fn of_slice(slice: &'s Slice, absolute: &'s dyn Fn(usize) -> u64, binary: bool) -> Scope<'s> {
        Scope { slice: Some(slice), ..Scope::new(&slice.zone, absolute, binary) }
    }

    /// Whether what stands at `range` of the `text` matters and is all there: what is encoded in it may be read from
    /// `before` bytes in front of it to `behind` bytes behind it. Of a text that is no slice everything does and is.
    #[must_use]
    pub fn admits(&self, text: &[u8], range: &Range<usize>, before: usize, behind: usize) -> bool {
        let Some(slice) = self.slice else { return true };
        let (low, high) = (range.start.checked_sub(before), range.end.saturating_add(behind));
        if !slice.wants(low.unwrap_or(0), high) {
            return false;
        }
        if slice.before && low.is_none() || slice.behind && high > text.len() {
            slice.torn.set(true);
        }
        !slice.torn.get()
    }

    /// For a text that was decoded.
    #[must_use]
    pub fn inside(derived: &'s Derived, binary: bool) -> Scope<'s> {
        Scope {
            wanted: 0..derived.text.len(),
            cap: CAP_INSIDE,
            absolute: &|at| at as u64,
            inside: true,
            binary,
            places: derived.encoding.is_in_place().then_some(&derived.map),
            joins: matches!(derived.encoding, Encoding::Joined | Encoding::Block),
            slice: None,
            has_pieces: Cell::new(false),
        }
    }

    /// Whether a hit in the run could be wanted.
    #[must_use]
    pub fn wants(&self, run: &Range<usize>) -> bool {
        run.start < self.wanted.end && self.wanted.start < run.end && self.touches(run)
    }

    /// Whether the range is not only what it is in the outer text.
    #[must_use]
    pub fn touches(&self, range: &Range<usize>) -> bool {
        self.places.is_none_or(|places| places.is_changed(range))
    }

    /// The pieces of a run that are wanted.
    pub fn pieces(&self, run: Range<usize>, mut each: impl FnMut(Piece)) {
        if run.len() <= self.cap {
            return each(Piece { own: run.clone(), range: run });
        }
        self.has_pieces.set(true);
        let mut start = run.start;
        while start < run.end {
            let limit = ((self.absolute)(start) / STEP + 1) * STEP;
            let end = self.find(start + 1..run.end, limit);
            let own = start..end;
            if own.start < self.wanted.end && self.wanted.start < own.end {
                let range = start.saturating_sub(BEFORE).max(run.start)..end.saturating_add(BEHIND).min(run.end);
                each(Piece { range, own });
            }
            start = end;
        }
    }

    /// The first place of `range` that stands at `limit` of the whole text or behind it.
    fn find(&self, range: Range<usize>, limit: u64) -> usize {
        let (mut low, mut high) = (range.start.min(range.end), range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if (self.absolute)(middle) < limit { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// How many bytes may still be decoded for one item.
#[derive(Debug)]
pub struct Budget {
    left: Cell<usize>,
    spent: Cell<bool>,
}

/// How many times its own length an item may be decoded to, all levels together.
const TIMES: usize = 4;
/// What even the smallest item may be decoded to.
const LEAST: usize = 8 * 1024 * 1024;

impl Budget {
    /// The budget of an item of so many bytes.
    #[must_use]
    pub fn new(length: usize) -> Self {
        Budget { left: Cell::new(length.saturating_mul(TIMES).saturating_add(LEAST)), spent: Cell::new(false) }
    }

    /// Takes what decoding to so many bytes costs; false, and remembered, if that is too much.
    pub fn take(&self, bytes: usize) -> bool {
        match self.left.get().checked_sub(bytes) {
            Some(left) => self.left.set(left),
            None => self.spent.set(true),
        }
        !self.spent.get()
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left.get()
    }

    /// Remembers that something was not decoded to its end.
    pub fn cut(&self) {
        self.spent.set(true);
    }

    /// Whether something was left undecoded.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_begin_at_the_same_places_in_every_part() {
        let pieces = |offset: u64, run: Range<usize>| {
            let absolute = move |at: usize| at as u64 + offset;
            let own = 0..100_000;
            let scope = Scope::new(&own, &absolute, false);
            let mut out = Vec::new();
            scope.pieces(run, |piece| {
                let shift = |range: Range<usize>| range.start as u64 + offset..range.end as u64 + offset;
                out.push((shift(piece.range), shift(piece.own)));
            });
            out
        };
        let whole = pieces(0, 1000..30_000);
        let part = pieces(9000, 0..21_000);
        assert_eq!(whole.iter().map(|it| it.1.end - it.1.start).sum::<u64>(), 29_000);
        for piece in &part[3..] {
            assert!(whole.contains(piece), "{piece:?} not in {whole:?}");
        }
    }

    #[test]
    fn a_budget_is_spent_once() {
        let budget = Budget::new(0);
        assert!(budget.take(LEAST) && !budget.take(1) && !budget.take(0) && budget.is_spent());
    }
}
