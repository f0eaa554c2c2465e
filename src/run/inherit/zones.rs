//! The zones of one text: what has to be searched of it, and what comes of that.

use std::ops::Range;

use foldhash::HashMap;

use crate::decode::{self, Budget, Charset, Scope, Slice};
use crate::detect::Candidate;
use crate::detect::lines::LINES_MOST;
use crate::source::{self, Item, LOOK_CAP, Walk};

use super::memo::{Entry, Trail};
use super::repeats::Notes;
use super::{Flaw, Inheritance, NEAR, Whole};
use crate::run::inspect::Hit;
use crate::run::layers::{Layer, Layers};

/// By how much a slice grows to either side if what is encoded in it goes on beyond.
const GROWTH: [usize; 2] = [2 * 1024, 16 * 1024];

/// How long a piece of a long zone is at least.
const PIECE: usize = 4 * 1024;
/// Behind that, the end of one line in two to this power ends it.
const CUT: u32 = 6;

/// The zones of a text.
pub struct Zones<'z, 'i> {
    inheritance: &'z Inheritance<'z>,
    item: &'z Item<'i>,
    binary: bool,
    zones: Vec<Zone>,
}

/// What was found in parts of the text.
#[derive(Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// How many bytes these parts have.
    pub searched: usize,
}

/// The candidates that were just found, by where the literals that led to them begin; of those in zones that were met before only
/// the literals are known.
type Fresh = HashMap<usize, Vec<Candidate>>;

/// A stretch of the text that is new, or that stands beside something new.
struct Zone {
    own: Range<usize>,
    /// Where literals are looked for.
    searched: Range<usize>,
}

impl<'z, 'i> Zones<'z, 'i> {
    /// For the text of `item`, of which all but the `changes` is known.
    pub fn new(
        inheritance: &'z Inheritance<'z>,
        item: &'z Item<'i>,
        charset: Charset,
        changes: Vec<Range<usize>>,
    ) -> Self {
        let reach = inheritance.reach;
        let overlap = reach - usize::from(inheritance.flaw == Flaw::OverlapShort);
        let zone = |own: Range<usize>| {
            let searched = (own.start + 1).saturating_sub(overlap)..(own.end + reach).min(item.bytes.len());
            Zone { own, searched }
        };
        let cut = merged(changes, NEAR.max(2 * reach)).into_iter().flat_map(|own| pieces(item.bytes, own));
        let zones = cut.map(zone).collect();
        Self { inheritance, item, binary: charset == Charset::Binary, zones }
    }

    /// In how many bytes literals are looked for.
    pub fn searched(&self) -> usize {
        self.zones.iter().map(|zone| zone.searched.len()).sum()
    }

    /// How long the text is.
    pub fn length(&self) -> usize {
        self.item.bytes.len()
    }

    /// The entries whose places are not tried again.
    pub fn outside(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|entry| {
            let from = entry.from as usize;
            let at = self.zones.partition_point(|zone| zone.searched.end <= from);
            self.zones.get(at).is_none_or(|zone| !zone.searched.contains(&from))
        });
        entries
    }

    /// What was looked at, how much was decoded, and what was found: there, and in the places that are `known` to hold
    /// something.
    ///
    /// # Errors
    /// Why the text has to be searched whole.
    pub fn search(&self, known: Vec<Range<usize>>) -> Result<(Trail, usize, Found), Whole> {
        self.lines()?;
        let mut trail = self.inheritance.trail().into_inner();
        let budget = Budget::new(self.item.bytes.len());
        let mut layers = Layers::quick(self.inheritance.detector, &budget);
        let (mut decoded, mut fresh) = (0, Fresh::default());
        for zone in &self.zones {
            decoded += self.look(zone, &mut layers, &mut trail, &mut fresh)?;
        }
        if layers.too_deep || !layers.within_budget || budget.is_spent() {
            return Err(Whole::Encoded);
        }
        let layer = self.layer(self.item.bytes);
        trail.stirred.retain(|it| self.is_hopeful(&layer, &it.literal, &fresh));
        let stirred = std::mem::take(&mut trail.stirred).into_iter().map(|it| it.own);
        let stirred = stirred.chain(std::mem::take(&mut trail.encoded)).chain(known).collect();
        let (mut found, mut walk) = (Found::default(), Walk::new(self.item));
        for stirred in merged(stirred, LOOK_CAP) {
            self.judge(stirred, &mut walk, &mut found)?;
        }
        Ok((trail, decoded, found))
    }

    /// Reads the text by lines, where rules for certain files do.
    fn lines(&self) -> Result<(), Whole> {
        let (text, head) = (self.item.bytes, self.item.head);
        let mut candidates = Vec::new();
        if !self.binary {
            let lines = 0..text.len().min(LINES_MOST);
            self.inheritance.detector.detect_lines(text, lines, head, head.len() < source::HEAD, &mut candidates);
        }
        if candidates.is_empty() { Ok(()) } else { Err(Whole::Found) }
    }

    /// Searches a zone, and what is encoded around it, if that was not done before; how much was decoded.
    fn look(&self, zone: &Zone, layers: &mut Layers<'_>, trail: &mut Trail, fresh: &mut Fresh) -> Result<usize, Whole> {
        let (text, repeats) = (self.item.bytes, &self.inheritance.repeats);
        let window = self.window(zone, 0);
        let hash = self.hash(&window, &zone.own);
        if let Some(came) = repeats.get(hash) {
            return Ok(came.tell(window.start, trail));
        }
        let before = layers.budget.left();
        let mut notes = Notes::new(window.clone(), text.len());
        let (mut candidates, mut literals) = (Vec::new(), Vec::new());
        let mut seen = |hit: Range<usize>, footprint: Range<usize>, count| {
            notes.tried(trail, &hit, &footprint, count);
            literals.extend(std::iter::repeat_n(hit.start, count));
            trail.tried(hit, footprint, count);
        };
        let detector = self.inheritance.detector;
        if !detector.detect_seen(text, zone.searched.clone(), self.binary, &mut candidates, &mut seen) {
            return Err(Whole::Found);
        }
        for (literal, candidate) in literals.into_iter().zip(candidates) {
            fresh.entry(literal).or_default().push(candidate);
        }
        let (stirred, is_torn) = match self.decode(zone, window, layers) {
            Some(stirred) => (stirred, false),
            // What is torn may be whole in a longer slice.
            None => {
                let longer = GROWTH.iter().find_map(|&more| self.decode(zone, self.window(zone, more), layers));
                (longer.ok_or(Whole::Encoded)?, true)
            }
        };
        for piece in stirred {
            notes.decoded(&piece);
            trail.decoded(piece, 1);
        }
        let decoded = before - layers.budget.left();
        if !is_torn
            && !layers.too_deep
            && layers.within_budget
            && let Some(came) = notes.end(decoded, self.inheritance.flaw == Flaw::WindowShort)
        {
            repeats.insert(hash, came);
        }
        Ok(decoded)
    }

    /// The hash of all that tells what comes of `own` if `window` of the text is what is looked at for it.
    fn hash(&self, window: &Range<usize>, own: &Range<usize>) -> u128 {
        let text = self.item.bytes;
        let [first, last, binary] = [window.start == 0, window.end == text.len(), self.binary].map(u64::from);
        let also = [first, last, binary, (own.start - window.start) as u64, own.len() as u64];
        self.inheritance.repeats.hash(&text[window.clone()], &also)
    }

    /// What of the text tells what is encoded in a zone, and so many bytes more on either side.
    fn window(&self, zone: &Zone, more: usize) -> Range<usize> {
        let text = self.item.bytes;
        let around = decode::around(text, &zone.own);
        decode::block_start(text, around.start.saturating_sub(more))..text.len().min(around.end + more)
    }

    /// Which pieces in the slice at `window` that touch the zone decode to something that holds a candidate; none if the slice
    /// does not tell.
    fn decode(&self, zone: &Zone, window: Range<usize>, layers: &mut Layers<'_>) -> Option<Vec<Range<usize>>> {
        let text = self.item.bytes;
        let start = window.start;
        let own = zone.own.start - start..zone.own.end - start;
        let slice = Slice::new(own, start > 0, window.end < text.len());
        let absolute = |at: usize| (start + at) as u64;
        let scope = Scope::of_slice(&slice, &absolute, self.binary);
        let stirred = layers.stirred(self.layer(&text[window]), &scope);
        let tells = !slice.is_torn() && !scope.has_pieces.get();
        tells.then(|| stirred.into_iter().map(|it| start + it.start..start + it.end).collect())
    }

    /// All of the text, or a slice.
    fn layer<'t>(&'t self, text: &'t [u8]) -> Layer<'t> {
        let rejected = Some(&self.inheritance.rejected);
        Layer { text, head: self.item.head, binary: self.binary, lines: None, chain: &[], rejected }
    }

    /// Whether a candidate to which the literal at `place` leads is a secret by itself. Most are none: others that claim the same
    /// bytes, and other halves, make none of them one.
    fn is_hopeful(&self, layer: &Layer<'_>, place: &Range<usize>, fresh: &Fresh) -> bool {
        let detector = self.inheritance.detector;
        if let Some(candidates) = fresh.get(&place.start) {
            return layer.is_hopeful(detector, candidates);
        }
        let mut candidates = Vec::new();
        detector.detect(layer.text, place.clone(), self.binary, &mut candidates);
        layer.is_hopeful(detector, &candidates)
    }

    /// Judges what came up in a part of the text that has as much around it as those of long texts, and adds what is found.
    fn judge(&self, own: Range<usize>, walk: &mut Walk<'_, '_>, found: &mut Found) -> Result<(), Whole> {
        let length = self.length();
        let part = walk.part(own.start.min(length)..own.end.min(length));
        let inspection = self.inheritance.inspect(&part, None);
        if !inspection.within_budget || inspection.undecoded || inspection.has_pieces {
            return Err(Whole::Encoded);
        }
        found.searched += part.bytes.len();
        found.hits.extend(inspection.hits);
        Ok(())
    }
}

/// Cuts a long zone between lines, where what follows says so: what stands in it again elsewhere is cut there alike.
fn pieces(text: &[u8], own: Range<usize>) -> Vec<Range<usize>> {
    let (mut pieces, mut start) = (Vec::new(), own.start);
    while own.end - start > 2 * PIECE {
        let rest = &text[start + PIECE..own.end - PIECE];
        let is_cut = |at: usize| {
            let next = rest[at + 1..].first_chunk().map_or(0, |next| u64::from_le_bytes(*next));
            next.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - CUT) == 0
        };
        let Some(at) = memchr::memchr_iter(b'\n', rest).find(|&at| is_cut(at)) else { break };
        let end = start + PIECE + at + 1;
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..own.end);
    pieces
}

/// The ranges in their order, those as one that are no more than `gap` apart.
fn merged(mut ranges: Vec<Range<usize>>, gap: usize) -> Vec<Range<usize>> {
    // Those of each origin come in their order: a sort that sees this has little to do.
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
