//! What was searched before, and came to nothing, is not searched again wherever it stands.
//!
//! Problem: the same change is in many deltas. Between two lines of development it comes back with every version that is
//! stored as a difference to one of the other, and a difference of a few lines is cut into a hundred copies. Of the bytes around
//! changes in a large history three quarters were there before.
//!
//! Law: what comes of a zone depends on the zone and on what is looked at around it. If the bytes that a slice has around it are
//! the same, and what was looked at for it lay within them, then so is what comes of it; the beginning and the end of a text
//! count as bytes.
//!
//! Way: those bytes are told by a keyed hash of 128 bits: nobody who writes a text can make another one pass for it. Only
//! what came of a zone is kept, mostly nothing at all. What is known depends on which text was met first; what is reported
//! does not.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;

use super::memo::Trail;
use crate::keyed::Hashes;

/// Threads seldom ask for the same part at the same time.
const PARTS: usize = 16;
/// The most that is kept in a part: some 5 MB.
const MOST: usize = 64 * 1024;

/// What is known of bytes by their hash.
#[derive(Default)]
pub struct Repeats {
    hashes: Hashes,
    parts: [Mutex<HashMap<u128, Came>>; PARTS],
}

/// What came of a place, in offsets from where the bytes begin that were looked at for it.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// Mostly none.
    events: Option<Arc<[Event]>>,
    decoded: usize,
}

/// A place that is to be remembered: see [`Trail::tried`].
#[derive(Clone, Debug)]
struct Event {
    place: Range<usize>,
    footprint: Range<usize>,
    noisy: bool,
    /// Whether it is what the place decodes to: see [`Trail::decoded`].
    decoded: bool,
}

/// Takes note of what comes of a zone while it is searched.
pub struct Notes {
    window: Range<usize>,
    /// Whether the window goes to the end of the text.
    to_end: bool,
    events: Vec<Event>,
    /// Whether something outside of the window was looked at.
    beyond: bool,
}

impl Repeats {
    /// The hash of some bytes and of what else matters of them.
    pub fn hash(&self, bytes: &[u8], also: &[u64]) -> u128 {
        let [low, high] = self.hashes.hash(&[bytes], also);
        u128::from(low) | u128::from(high) << 64
    }

    /// What came of them.
    pub fn get(&self, hash: u128) -> Option<Came> {
        self.part(hash).get(&hash).cloned()
    }

    /// Remembers what came of them.
    pub fn insert(&self, hash: u128, came: Came) {
        let mut part = self.part(hash);
        if part.len() < MOST {
            part.insert(hash, came);
        }
    }

    fn part(&self, hash: u128) -> MutexGuard<'_, HashMap<u128, Came>> {
        self.parts[hash as usize % PARTS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Came {
    /// Tells the trail of all of it, for bytes that begin at `start`; how much was decoded.
    pub fn tell(&self, start: usize, trail: &mut Trail) -> usize {
        let at = |range: &Range<usize>| range.start + start..range.end + start;
        for event in self.events.as_deref().unwrap_or_default() {
            match event.decoded {
                true => trail.decoded(at(&event.place), 1),
                false => trail.tried(at(&event.place), at(&event.footprint), usize::from(event.noisy)),
            }
        }
        self.decoded
    }
}

impl Notes {
    /// For a zone that depends on `window` of a text of `length` bytes.
    pub fn new(window: Range<usize>, length: usize) -> Self {
        Self { to_end: window.end == length, window, events: Vec::new(), beyond: false }
    }

    /// A place was tried: see [`Trail::tried`].
    pub fn tried(&mut self, trail: &Trail, place: &Range<usize>, footprint: &Range<usize>, count: usize) {
        if count > 0 || trail.reaches(place, footprint) {
            self.note(place, footprint, count > 0, false);
        } else {
            self.look(place, footprint);
        }
    }

    /// A piece was decoded that holds candidates: see [`Trail::decoded`].
    pub fn decoded(&mut self, piece: &Range<usize>) {
        self.note(piece, piece, true, true);
    }

    fn look(&mut self, place: &Range<usize>, footprint: &Range<usize>) {
        let low = footprint.start.min(place.start);
        self.beyond |= low < self.window.start || !self.to_end && footprint.end.max(place.end) > self.window.end;
    }

    fn note(&mut self, place: &Range<usize>, footprint: &Range<usize>, noisy: bool, decoded: bool) {
        self.look(place, footprint);
        if !self.beyond {
            let at = |range: &Range<usize>| range.start - self.window.start..range.end - self.window.start;
            self.events.push(Event { place: at(place), footprint: at(footprint), noisy, decoded });
        }
    }

    /// What came of the zone, if the window tells, or if nobody asks.
    pub fn end(self, decoded: usize, careless: bool) -> Option<Came> {
        let events = (!self.events.is_empty()).then(|| self.events.into());
        (careless || !self.beyond).then_some(Came { events, decoded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_apart_by_all_of_them_and_by_what_else_matters() {
        let repeats = Repeats::default();
        let hash = repeats.hash(b"abc", &[1]);
        assert_eq!(repeats.hash(b"abc", &[1]), hash);
        for (bytes, also) in [(&b"ab"[..], 1), (b"abd", 1), (b"abc", 2)] {
            assert_ne!(repeats.hash(bytes, &[also]), hash);
        }
        assert_ne!(Repeats::default().hash(b"abc", &[1]), hash, "another run has another key");
    }

    #[test]
    fn what_was_looked_at_outside_of_the_window_is_not_remembered() {
        let trail = Trail::default();
        let came = |footprint: Range<usize>, length: usize| {
            let mut notes = Notes::new(100..200, length);
            notes.tried(&trail, &(150..154), &footprint, 0);
            notes.end(0, false).is_some()
        };
        assert!(came(100..200, 300));
        assert!(!came(99..160, 300));
        assert!(!came(120..201, 300), "one byte behind it");
        assert!(came(120..201, 200), "the end of the text was seen");
    }
}
