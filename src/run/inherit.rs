//! What a text has from its base it is not searched for again.
//!
//! Problem: nearly all of a history is copied, by deltas, from texts that were searched before, and searching is what a scan
//! spends its time on.
//!
//! Law: what came of a place of the base holds for the text if all that was looked at to say so, the *footprint*, lies in
//! one copied run, the beginning and the end of the text counting as bytes, and if what is used of the text as a whole
//! (charset, first bytes) is the same. Everything else is computed on the text itself, all of which is at hand.
//!
//! Way: of a text in which nothing was found a [`Memo`] is kept: every place whose literal was tried with a footprint beyond
//! [`Inheritance::reach`], and every place with a candidate, which came to nothing. For the next text, what is inserted and
//! where copies meet are *zones*; so are the places whose footprint no copy holds. Zones are searched with so much around
//! them that every place with a smaller footprint is tried again; what is encoded is decoded from slices around them. Where a
//! candidate comes up, it is judged in a part of the text, as parts of long texts are. If anything is found, or a slice is
//! torn, the text is searched whole: so what is reported of a text always comes from a search of all of it.
//!
//! Rejected: carrying findings over. Lines, joined halves, overlaps and excerpts depend on more than a footprint, and texts
//! with findings are few.

use std::cell::RefCell;
use std::ops::Range;

use crate::decode::{self, Budget, Charset, Scope, Slice};
use crate::detect::Detector;
use crate::detect::lines::LINES_MOST;
use crate::source::{self, Delta, Item, Kin, OVERLAP, Run};

use super::inspect::{self, Inspection};
use super::layers::{Layer, Layers};

/// The first bytes that judgement looks at, whatever the place.
const HEAD: usize = 512;
/// Zones that are no further apart are decoded in one slice: two slices would overlap.
const SLICE: usize = 1536;
/// By how much a slice grows to either side if what is encoded in it goes on beyond.
const GROWTH: [usize; 3] = [0, 2 * 1024, 16 * 1024];
/// The most candidates that come to nothing and are remembered.
const NOISY_MOST: usize = 4096;
/// The most bytes that may be decoded in all before budgets begin to matter.
const DECODED_MOST: usize = 2 * 1024 * 1024;

/// Why a text was searched whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whole {
    /// It has no base: it is stored whole.
    New,
    /// Its base holds something, or too much.
    Base,
    /// It is of another charset than its base, or one that is decoded first.
    Charset,
    /// A container or a notebook, which is opened.
    Opened,
    /// Its first bytes differ, and candidates were judged by them.
    Head,
    /// Most of it is new.
    Changed,
    /// Something that is encoded is long, or goes on beyond what changed.
    Encoded,
    /// Something came up.
    Found,
}

impl Whole {
    /// Every reason, in the order of their declaration.
    pub const ALL: [Whole; 8] = [
        Whole::New,
        Whole::Base,
        Whole::Charset,
        Whole::Opened,
        Whole::Head,
        Whole::Changed,
        Whole::Encoded,
        Whole::Found,
    ];

    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Whole::New => "new",
            Whole::Base => "base",
            Whole::Charset => "charset",
            Whole::Opened => "opened",
            Whole::Head => "head",
            Whole::Changed => "changed",
            Whole::Encoded => "encoded",
            Whole::Found => "found",
        }
    }
}

/// A place of a text, what was looked at around it, and that nothing came of it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    from: u32,
    to: u32,
    /// 0 if the beginning of the text was seen.
    low: u32,
    /// More than the length of the text if its end was seen.
    high: u32,
    /// Whether there was a candidate.
    noisy: bool,
}

/// What is remembered of a text in which nothing was found.
pub struct Memo {
    charset: Charset,
    /// By place.
    entries: Vec<Entry>,
    /// How long the longest place is.
    longest: u32,
    decoded: usize,
}

/// Takes note of what is looked at.
#[derive(Default)]
pub struct Trail {
    reach: usize,
    footprint_short: usize,
    entries: Vec<Entry>,
    noisy: usize,
    lost: bool,
    /// Places with candidates: those of the candidates themselves.
    stirred: Vec<Range<usize>>,
}

impl Trail {
    /// A literal at `hit` was tried, and looked at `footprint`; `count` candidates came of it.
    pub fn tried(&mut self, hit: Range<usize>, footprint: Range<usize>, count: usize) {
        if count > 0 {
            self.stirred.push(footprint.start.min(hit.start)..footprint.end.max(hit.end));
            return self.noisy(hit, footprint);
        }
        let (low, high) = (footprint.start, footprint.end - self.footprint_short.min(footprint.end));
        if hit.start - low > self.reach || high.saturating_sub(hit.start) > self.reach {
            self.entries.push(Entry { noisy: false, ..entry(&hit, low, high) });
        }
    }

    /// A piece was decoded, and `count` candidates came of what it says.
    pub fn decoded(&mut self, piece: Range<usize>, count: usize) {
        if count > 0 {
            self.stirred.push(piece.clone());
            self.noisy(piece.clone(), piece);
        }
    }

    /// Something else came up, so that nothing can be said of the text.
    pub fn lose(&mut self) {
        self.lost = true;
    }

    /// Candidates compete with others near them, and judgement looks at the line.
    fn noisy(&mut self, place: Range<usize>, footprint: Range<usize>) {
        self.noisy += 1;
        let (low, high) = (footprint.start.saturating_sub(OVERLAP), footprint.end.saturating_add(OVERLAP));
        self.entries.push(Entry { noisy: true, ..entry(&place, low, high) });
    }
}

fn entry(place: &Range<usize>, low: usize, high: usize) -> Entry {
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Entry { from: small(place.start), to: small(place.end), low: small(low), high: small(high), noisy: false }
}

/// What was not searched again.
pub struct Inherited {
    /// What is reported of the text: nothing.
    pub inspection: Inspection,
    /// How many bytes were searched.
    pub searched: usize,
    /// What is to be remembered of it.
    pub memo: Memo,
}

/// Carries over what came of a base.
pub struct Inheritance<'d> {
    detector: &'d Detector,
    /// How far around a zone every place is tried again.
    reach: usize,
    flaw: Flaw,
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
}

impl<'d> Inheritance<'d> {
    /// For texts that `detector` searches.
    #[must_use]
    pub fn new(detector: &'d Detector, flaw: Flaw) -> Self {
        /// Five of six places are dismissed within so many bytes.
        const REACH: usize = 64;
        Self { detector, reach: REACH.max(detector.longest_literal()), flaw }
    }

    /// A trail for a search of a whole text.
    #[must_use]
    pub fn trail(&self) -> RefCell<Trail> {
        let footprint_short = usize::from(self.flaw == Flaw::FootprintShort);
        RefCell::new(Trail { reach: self.reach, footprint_short, ..Trail::default() })
    }

    /// What is to be remembered of a text that was searched whole; none if something was found in it.
    #[must_use]
    pub fn memo(&self, item: &Item<'_>, inspection: &Inspection, trail: Trail) -> Option<Memo> {
        let is_quiet = inspection.hits.is_empty() && inspection.within_budget && !inspection.undecoded;
        if !is_quiet || inspection.has_pieces || trail.lost || trail.noisy > NOISY_MOST {
            return None;
        }
        let charset = Charset::of(item.head);
        if !matches!(charset, Charset::AsciiCompatible | Charset::Binary) || inspection.decoded > DECODED_MOST {
            return None;
        }
        Some(Memo::new(charset, trail.entries, inspection.decoded))
    }

    /// Finds nothing in the text of `item` without searching all of it, or says why it has to be.
    ///
    /// # Errors
    /// The reason why the text has to be searched whole.
    pub fn inherit(&self, item: &Item<'_>, kin: &Kin<'_>) -> Result<Inherited, Whole> {
        let delta = kin.delta.as_ref().ok_or(Whole::New)?;
        let memo = delta.memo.and_then(|memo| memo.downcast_ref::<Memo>()).ok_or(Whole::Base)?;
        let text = item.bytes;
        if Charset::of(item.head) != memo.charset {
            return Err(Whole::Charset);
        }
        let mut zones = changes(delta, text.len());
        let (carried, torn) = memo.carried(delta, text.len());
        zones.extend(torn);
        let zones = merged(zones, 0);
        let first = delta.runs.first();
        let same_head = first.is_some_and(|run| run.base == 0 && run.child == 0 && run.length >= HEAD);
        if !same_head && carried.iter().any(|entry| entry.noisy) {
            return Err(Whole::Head);
        }
        let overlap = self.reach - usize::from(self.flaw == Flaw::OverlapShort);
        let around =
            |zone: &Range<usize>| (zone.start + 1).saturating_sub(overlap)..(zone.end + self.reach).min(text.len());
        let searched = merged(zones.iter().map(around).collect(), 0);
        let bytes: usize = searched.iter().map(Range::len).sum();
        if bytes > text.len() / 8 * 7 {
            return Err(Whole::Changed);
        }
        let binary = memo.charset == Charset::Binary;
        let (trail, decoded) = Looking { inheritance: self, item, binary }.search(&searched, &zones)?;
        let copied: usize = delta.runs.iter().map(|run| run.length).sum();
        let decoded = memo.decoded.saturating_mul(copied / delta.base_length.max(1) + 1).saturating_add(decoded);
        let mut entries = outside(carried, &searched);
        entries.extend(trail.entries);
        if decoded > DECODED_MOST || entries.iter().filter(|entry| entry.noisy).count() > NOISY_MOST {
            return Err(Whole::Encoded);
        }
        let inspection = Inspection { binary, within_budget: true, ..Inspection::default() };
        Ok(Inherited { inspection, searched: bytes, memo: Memo::new(memo.charset, entries, decoded) })
    }
}

impl Memo {
    fn new(charset: Charset, mut entries: Vec<Entry>, decoded: usize) -> Self {
        entries.sort_unstable_by_key(|entry| (entry.from, entry.to, entry.low, entry.high));
        entries.dedup_by_key(|entry| (entry.from, entry.to, entry.low, entry.high, entry.noisy));
        let longest = entries.iter().map(|entry| entry.to - entry.from).max().unwrap_or(0);
        Self { charset, entries, longest, decoded }
    }

    /// The entries that hold for a text of `length` bytes, at their places in it; and the places that are copied while what was
    /// looked at around them is not.
    fn carried(&self, delta: &Delta<'_>, length: usize) -> (Vec<Entry>, Vec<Range<usize>>) {
        let (mut carried, mut torn) = (Vec::new(), Vec::new());
        for run in delta.runs {
            let end = run.base + run.length;
            let begins = run.base == 0 && run.child == 0;
            let ends = end == delta.base_length && run.child + run.length == length;
            let first = run.base.saturating_sub(self.longest as usize);
            let first = self.entries.partition_point(|entry| (entry.from as usize) < first);
            for entry in self.entries[first..].iter().take_while(|entry| (entry.from as usize) < end) {
                let (from, to) = (entry.from as usize, entry.to as usize);
                if to <= run.base {
                    continue;
                }
                let (low, high) = (entry.low as usize, entry.high as usize);
                let here = |at: usize| at.max(run.base).min(end) - run.base + run.child;
                if (begins || low > 0 && low >= run.base) && (high <= end || ends) {
                    let shifted = |at: usize| (at + run.child).saturating_sub(run.base);
                    let high = if high > end { length + 1 } else { shifted(high) };
                    let noisy = entry.noisy;
                    carried.push(Entry { noisy, ..self::entry(&(shifted(from)..shifted(to)), shifted(low), high) });
                } else {
                    torn.push(here(from)..here(to));
                }
            }
        }
        (carried, torn)
    }
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

/// The ranges in their order, those as one that are no more than `gap` apart.
fn merged(mut ranges: Vec<Range<usize>>, gap: usize) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The entries whose places are not tried again.
fn outside(mut entries: Vec<Entry>, searched: &[Range<usize>]) -> Vec<Entry> {
    entries.retain(|entry| {
        let from = entry.from as usize;
        let at = searched.partition_point(|range| range.end <= from);
        searched.get(at).is_none_or(|range| !range.contains(&from))
    });
    entries
}

/// The search of what changed in one text.
struct Looking<'l, 'i> {
    inheritance: &'l Inheritance<'l>,
    item: &'l Item<'i>,
    binary: bool,
}

impl Looking<'_, '_> {
    /// Searches the ranges of `searched`, and what is encoded around `zones`; what was looked at, and how much was decoded.
    fn search(&self, searched: &[Range<usize>], zones: &[Range<usize>]) -> Result<(Trail, usize), Whole> {
        let (detector, text) = (self.inheritance.detector, self.item.bytes);
        let mut trail = self.inheritance.trail().into_inner();
        let mut candidates = Vec::new();
        if !self.binary {
            let (head, lines) = (self.item.head, 0..text.len().min(LINES_MOST));
            detector.detect_lines(text, lines, head, head.len() < source::HEAD, &mut candidates);
        }
        if !candidates.is_empty() {
            return Err(Whole::Found);
        }
        for range in searched {
            let mut seen = |hit, footprint, count| trail.tried(hit, footprint, count);
            if !detector.detect_seen(text, range.clone(), self.binary, &mut candidates, &mut seen) {
                return Err(Whole::Found);
            }
        }
        let decoded = self.decode(zones, &mut trail)?;
        self.judge(merged(std::mem::take(&mut trail.stirred), OVERLAP))?;
        Ok((trail, decoded))
    }

    /// Decodes what is encoded around the zones; how many bytes that made.
    fn decode(&self, zones: &[Range<usize>], trail: &mut Trail) -> Result<usize, Whole> {
        let text = self.item.bytes;
        let budget = Budget::new(text.len());
        let before = budget.left();
        let mut layers = Layers::quick(self.inheritance.detector, &budget);
        let mut slices: Vec<Vec<Range<usize>>> = Vec::new();
        for zone in zones {
            match slices.last_mut() {
                Some(slice) if slice.last().is_some_and(|last| zone.start <= last.end + SLICE) => {
                    slice.push(zone.clone())
                }
                _ => slices.push(vec![zone.clone()]),
            }
        }
        for wanted in slices {
            // What is torn may be whole in a longer slice.
            if !GROWTH.iter().any(|&more| self.slice(&wanted, more, &mut layers, trail)) {
                return Err(Whole::Encoded);
            }
        }
        if layers.too_deep || !layers.within_budget || budget.is_spent() {
            return Err(Whole::Encoded);
        }
        Ok(before - budget.left())
    }

    /// Decodes what is encoded around these zones, as far as it stands in a slice that reaches so many bytes further than it
    /// mostly has to; says whether all of it does.
    fn slice(&self, wanted: &[Range<usize>], more: usize, layers: &mut Layers<'_>, trail: &mut Trail) -> bool {
        let text = self.item.bytes;
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return true };
        let around = decode::around(text, &(first.start..last.end));
        let start = decode::block_start(text, around.start.saturating_sub(more));
        let end = text.len().min(around.end + more);
        let zones = wanted.iter().map(|zone| zone.start - start..zone.end - start);
        let slice = Slice::new(zones.collect(), start > 0, end < text.len());
        let absolute = |at: usize| (start + at) as u64;
        let scope = Scope::of_slice(&slice, &absolute, self.binary);
        let piece = &text[start..end];
        let layer = Layer { text: piece, head: self.item.head, binary: self.binary, lines: None, chain: &[] };
        let stirred = layers.stirred(layer, &scope);
        if slice.is_torn() || scope.has_pieces.get() {
            return false;
        }
        stirred.iter().for_each(|it| trail.decoded(start + it.start..start + it.end, 1));
        true
    }

    /// Judges what came up, each in a part of the text.
    fn judge(&self, stirred: Vec<Range<usize>>) -> Result<(), Whole> {
        let text = self.item.bytes;
        for own in stirred {
            let own = own.start.min(text.len())..own.end.min(text.len());
            let start = own.start.saturating_sub(OVERLAP);
            let end = own.end.saturating_add(OVERLAP).min(text.len());
            let part = Item {
                bytes: &text[start..end],
                own: own.start - start..own.end - start,
                offset: start as u64,
                head: self.item.head,
                whole: false,
                kin: None,
                ..Item::whole(self.item.origin.clone(), text)
            };
            let inspection = inspect::inspect(self.inheritance.detector, &part);
            if !inspection.hits.is_empty() || !inspection.within_budget || inspection.undecoded {
                return Err(Whole::Found);
            }
        }
        Ok(())
    }
}
