//! What a text has from its base it is not searched for again.
//!
//! Problem: nearly all of a history is copied, by deltas, from texts that were searched before, and searching is what a scan
//! spends its time on.
//!
//! Law: what came of a place of the base holds for the text if all that was looked at to say so, the *footprint*, lies in
//! one copied run, the beginning and the end of the text counting as bytes, and if what is used of the text as a whole
//! (charset, first bytes) is the same. Everything else is computed on the text itself, all of which is at hand.
//!
//! Way: of a text a [`Memo`] is kept: every place whose literal was tried with a footprint beyond
//! [`Inheritance::reach`], and every place with a candidate. For the next text, what is inserted and
//! where copies meet are *zones*; so are the places whose footprint no copy holds. Zones are searched with so much around
//! them that every place with a smaller footprint is tried again; what is encoded is decoded from slices around them. Where a
//! candidate comes up, and where something was found in the base, a part of the text is judged, as parts of long texts are: what
//! is found is what a text in parts would show. Of a zone that was searched before, in
//! whatever text, it is [known](repeats) what came of it. If a slice is torn, the text is searched whole.
//!
//! Rejected: carrying findings over. Lines, joined halves, overlaps and excerpts depend on more than a footprint.

mod memo;
mod repeats;
mod whole;
mod zones;

use std::cell::RefCell;
use std::ops::Range;

use crate::decode::Charset;
use crate::detect::Detector;
use crate::judge::rejected::Rejected;
use crate::source::{Delta, Item, Kin, OVERLAP, Run};

use memo::Entry;
pub use memo::{Memo, Trail};
use repeats::Repeats;
pub use whole::Whole;
use zones::{Found, Zones};

use super::inspect::{self, Inspection};

/// The first bytes that judgement looks at, whatever the place.
const HEAD: usize = 512;
/// Zones that are no further apart are searched as one. Further apart they would be known from elsewhere more seldom; nearer, most
/// of what is around them would be looked at twice.
const NEAR: usize = 1024;
/// The most candidates that come to nothing and are remembered.
const NOISY_MOST: usize = 4096;
/// The most bytes that may be decoded in all before budgets begin to matter.
const DECODED_MOST: usize = 2 * 1024 * 1024;

/// What was not searched again.
pub struct Inherited {
    /// What is reported of the text.
    pub inspection: Inspection,
    /// How many bytes were searched, or known from others that are the same.
    pub searched: usize,
    /// Why these are all of the text, if they are.
    pub whole: Option<Whole>,
    /// What is to be remembered of it, if it can be.
    pub memo: Option<Memo>,
}

/// Carries over what came of a base.
pub struct Inheritance<'d> {
    detector: &'d Detector,
    /// How far around a zone every place is tried again.
    reach: usize,
    flaw: Flaw,
    repeats: Repeats,
    rejected: Rejected,
}

/// What a careless version would do: tests hold that they would notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// Searches one byte less before each zone.
    OverlapShort,
    /// Forgets the last byte that was looked at.
    FootprintShort,
    /// Takes for known what came of a zone although more was looked at than is compared.
    WindowShort,
}

impl<'d> Inheritance<'d> {
    /// For texts that `detector` searches.
    #[must_use]
    pub fn new(detector: &'d Detector, flaw: Flaw) -> Self {
        /// Five of six places are dismissed within so many bytes.
        const REACH: usize = 64;
        Self {
            detector,
            reach: REACH.max(detector.longest_literal()),
            flaw,
            repeats: Repeats::default(),
            rejected: Rejected::default(),
        }
    }

    /// What is known at the end, for whoever takes it down.
    #[must_use]
    pub fn into_known(self) -> impl Send + 'static {
        (self.repeats, self.rejected)
    }

    /// Searches a whole text, or a part of one.
    #[must_use]
    pub fn inspect(&self, item: &Item<'_>, trail: Option<&RefCell<Trail>>) -> Inspection {
        inspect::inspect_version(self.detector, item, &self.rejected, trail)
    }

    /// A trail for a search of a whole text.
    #[must_use]
    pub fn trail(&self) -> RefCell<Trail> {
        RefCell::new(Trail::new(self.reach, usize::from(self.flaw == Flaw::FootprintShort)))
    }

    /// What is to be remembered of a text that was searched whole, if it can be.
    #[must_use]
    pub fn memo(&self, item: &Item<'_>, inspection: &Inspection, trail: Trail) -> Option<Memo> {
        if !inspection.within_budget
            || inspection.undecoded
            || inspection.has_pieces
            || trail.lost
            || trail.noisy > NOISY_MOST
        {
            return None;
        }
        let charset = Charset::of(item.head);
        if !can_inherit(charset) || inspection.decoded > DECODED_MOST {
            return None;
        }
        Memo::new(charset, trail.entries, inspection.decoded, &inspection.hits)
    }

    /// Finds what is in the text of `item` without searching again what was searched before, or says why it has to be
    /// searched whole.
    ///
    /// # Errors
    /// The reason.
    pub fn inherit(&self, item: &Item<'_>, kin: &Kin<'_>) -> Result<Inherited, Whole> {
        match self.by_base(item, kin) {
            // Nothing is carried over, and yet most of it may have been met elsewhere. Of what is new hardly anything was.
            Err(whole @ Whole::Changed) => {
                let charset = Charset::of(item.head);
                if !can_inherit(charset) {
                    return Err(whole);
                }
                let zones = Zones::new(self, item, charset, std::iter::once(0..item.bytes.len()).collect());
                let inherited = self.search(&zones, charset, Vec::new(), 0).map_err(|_| whole)?;
                Ok(Inherited { searched: item.bytes.len(), whole: Some(whole), ..inherited })
            }
            result => result,
        }
    }

    fn by_base(&self, item: &Item<'_>, kin: &Kin<'_>) -> Result<Inherited, Whole> {
        let delta = kin.delta.as_ref().ok_or(Whole::New)?;
        let memo = delta.memo.and_then(|memo| memo.downcast_ref::<Memo>()).ok_or(Whole::Base)?;
        let text = item.bytes;
        if Charset::of(item.head) != memo.charset {
            return Err(Whole::Charset);
        }
        let mut zones = changes(delta, text.len());
        let (mut carried, torn) = memo.carried(delta, text.len());
        zones.extend(torn);
        let first = delta.runs.first();
        let same_head = first.is_some_and(|run| run.base == 0 && run.child == 0 && run.length >= HEAD);
        if !same_head {
            // Candidates were judged by the first bytes: they are looked for and judged again.
            zones.extend(
                carried.extract_if(.., |entry| entry.noisy).map(|entry| entry.from as usize..entry.to as usize),
            );
        }
        let zones = Zones::new(self, item, memo.charset, zones);
        if zones.searched() > text.len() / 8 * 7 {
            return Err(Whole::Changed);
        }
        let copied: usize = delta.runs.iter().map(|run| run.length).sum();
        let decoded = memo.decoded.saturating_mul(copied / delta.base_length.max(1) + 1);
        self.search(&zones, memo.charset, carried, decoded)
    }

    /// Searches the zones of a text; what is known of the rest is `carried` over, for which so much was `decoded`.
    fn search(
        &self,
        zones: &Zones<'_, '_>,
        charset: Charset,
        carried: Vec<Entry>,
        decoded: usize,
    ) -> Result<Inherited, Whole> {
        let mut entries = zones.outside(carried);
        let known: Vec<Range<usize>> = entries.iter().filter(|it| it.found).map(Entry::stirred).collect();
        let around: usize = known.iter().map(|own| own.len() + 2 * OVERLAP).sum();
        if !known.is_empty() && zones.searched() + around > zones.length() {
            return Err(Whole::Base);
        }
        let (trail, more, Found { hits, searched }) = zones.search(known)?;
        entries.extend(trail.entries);
        let decoded = decoded.saturating_add(more);
        if decoded > DECODED_MOST || entries.iter().filter(|entry| entry.noisy).count() > NOISY_MOST {
            return Err(Whole::Encoded);
        }
        let binary = charset == Charset::Binary;
        let memo = Memo::new(charset, entries, decoded, &hits);
        let inspection = Inspection { hits, binary, within_budget: true, ..Inspection::default() };
        Ok(Inherited { inspection, searched: zones.searched() + searched, whole: None, memo })
    }
}

/// Whether what is found in a text of this charset can be carried over: others are decoded first.
fn can_inherit(charset: Charset) -> bool {
    matches!(charset, Charset::AsciiCompatible | Charset::Binary)
}

/// What of a text is not copied, and where copies meet: ranges, empty ones for joints.
fn changes(delta: &Delta<'_>, length: usize) -> Vec<Range<usize>> {
    let mut changes = Vec::new();
    let (mut at, mut base) = (0, 0);
    for &Run { base: from, child, length } in delta.runs {
        if child > at || from != base {
            changes.push(at..child);
        }
        (at, base) = (child + length, from + length);
    }
    if at < length || base != delta.base_length {
        changes.push(at..length);
    }
    changes
}
