//! What is remembered of a text, and what of it holds for one that is made from it.

use std::ops::Range;

use crate::decode::Charset;
use crate::run::inspect::Hit;
use crate::source::{Delta, OVERLAP};

/// A place of a text, what was looked at around it, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub from: u32,
    pub to: u32,
    /// 0 if the beginning of the text was seen.
    pub low: u32,
    /// More than the length of the text if its end was seen.
    pub high: u32,
    /// Whether there was a candidate.
    pub noisy: bool,
    /// Whether something was found, so that it is judged again wherever it is copied to: its lines are others there.
    pub found: bool,
}

/// What is remembered of a text.
pub struct Memo {
    pub(super) charset: Charset,
    /// By place.
    entries: Vec<Entry>,
    /// How long the longest place is.
    longest: u32,
    /// How many bytes were decoded, at most.
    pub(super) decoded: usize,
}

/// Takes note of what is looked at.
#[derive(Default)]
pub struct Trail {
    /// How far from a place what is looked at there need not be remembered.
    reach: usize,
    footprint_short: usize,
    pub(super) entries: Vec<Entry>,
    /// How many places with candidates there were.
    pub(super) noisy: usize,
    /// Whether something came up that is told of no place, so that nothing can be said of the text.
    pub(super) lost: bool,
    /// Places with candidates.
    pub(super) stirred: Vec<Stirred>,
    /// Places whose bytes decode to something that holds candidates.
    pub(super) encoded: Vec<Range<usize>>,
}

/// A place with candidates.
pub(super) struct Stirred {
    /// The literal that led to them.
    pub(super) literal: Range<usize>,
    /// That, and what was looked at.
    pub(super) own: Range<usize>,
}

impl Trail {
    /// For a search after which every place within `reach` of a change is tried again. So many bytes of each footprint are
    /// forgotten: none, but where a test has to notice.
    pub(super) fn new(reach: usize, footprint_short: usize) -> Self {
        Self { reach, footprint_short, ..Self::default() }
    }

    /// A literal at `hit` was tried, and looked at `footprint`; `count` candidates came of it.
    pub fn tried(&mut self, hit: Range<usize>, footprint: Range<usize>, count: usize) {
        if count > 0 {
            self.disturb(&hit, &footprint);
            let own = footprint.start.min(hit.start)..footprint.end.max(hit.end);
            self.stirred.push(Stirred { literal: hit, own });
        } else if self.reaches(&hit, &footprint) {
            self.entries.push(entry(&hit, footprint.start, self.seen(&footprint)));
        }
    }

    /// A piece was decoded, and `count` candidates came of what it says.
    pub fn decoded(&mut self, piece: Range<usize>, count: usize) {
        if count > 0 {
            self.disturb(&piece, &piece);
            self.encoded.push(piece);
        }
    }

    fn disturb(&mut self, place: &Range<usize>, footprint: &Range<usize>) {
        self.noisy += 1;
        // Candidates compete with others near them, and judgement looks at the line.
        let (low, high) = (footprint.start.saturating_sub(OVERLAP), footprint.end.saturating_add(OVERLAP));
        self.entries.push(Entry { noisy: true, ..entry(place, low, high) });
    }

    /// Something else came up.
    pub fn lose(&mut self) {
        self.lost = true;
    }

    /// Whether it has to be remembered that a place without candidates was tried.
    pub(super) fn reaches(&self, hit: &Range<usize>, footprint: &Range<usize>) -> bool {
        hit.start - footprint.start > self.reach || self.seen(footprint).saturating_sub(hit.start) > self.reach
    }

    fn seen(&self, footprint: &Range<usize>) -> usize {
        footprint.end - self.footprint_short.min(footprint.end)
    }
}

fn entry(place: &Range<usize>, low: usize, high: usize) -> Entry {
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (from, to) = (small(place.start), small(place.end));
    Entry { from, to, low: small(low), high: small(high), noisy: false, found: false }
}

impl Entry {
    /// What its candidates looked at: their neighbours left out, see [`Trail::tried`].
    pub(super) fn stirred(&self) -> Range<usize> {
        let low = if self.low == 0 { 0 } else { self.low as usize + OVERLAP };
        low.min(self.from as usize)..(self.high as usize).saturating_sub(OVERLAP).max(self.to as usize)
    }
}

impl Memo {
    /// Of a text in which these are the `hits`; none if one of them belongs to no entry.
    pub(super) fn new(charset: Charset, mut entries: Vec<Entry>, decoded: usize, hits: &[Hit]) -> Option<Self> {
        let mut starts: Vec<u64> = hits.iter().map(|hit| hit.span.start).collect();
        starts.sort_unstable();
        // How many entries more have the hit with this number than the one before it.
        let mut told = vec![0_isize; starts.len() + 1];
        for entry in entries.iter_mut().filter(|entry| entry.noisy) {
            let own = entry.stirred();
            let first = starts.partition_point(|&start| start < own.start as u64);
            let last = starts.partition_point(|&start| start < own.end as u64);
            entry.found = first < last;
            told[first] += 1;
            told[last.max(first)] -= 1;
        }
        let mut by = 0;
        for more in &told[..starts.len()] {
            by += more;
            if by == 0 {
                return None;
            }
        }
        entries.sort_unstable_by_key(|entry| (entry.from, entry.to, entry.low, entry.high));
        entries.dedup_by_key(|entry| (entry.from, entry.to, entry.low, entry.high, entry.noisy));
        let longest = entries.iter().map(|entry| entry.to - entry.from).max().unwrap_or(0);
        Some(Self { charset, entries, longest, decoded })
    }

    /// The entries that hold for a text of `length` bytes, at their places in it; and the places that are copied while what was
    /// looked at around them is not.
    pub(super) fn carried(&self, delta: &Delta<'_>, length: usize) -> (Vec<Entry>, Vec<Range<usize>>) {
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
                    let Entry { noisy, found, .. } = *entry;
                    let place = shifted(from)..shifted(to);
                    carried.push(Entry { noisy, found, ..self::entry(&place, shifted(low), shifted(high)) });
                } else {
                    torn.push(here(from)..here(to));
                }
            }
        }
        (carried, torn)
    }
}
