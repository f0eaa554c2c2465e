//! The only way to look at the text around an anchor.
//!
//! A look is capped, and the lowest and highest offset looked at are remembered: the *footprint*. What a look saw depends
//! on its footprint alone, so a result can be carried over to any text in which those bytes stand unchanged, and a text in
//! parts gives what the whole gives, as long as parts overlap by the cap.

use std::cell::Cell;
use std::ops::Range;

use crate::class::Class;

thread_local! {
    /// What the windows of this thread have shown since [`begin`].
    static SHOWN: Cell<(usize, usize)> = const { Cell::new((usize::MAX, 0)) };
}

/// Begins to remember what the windows of this thread show.
pub fn begin() {
    SHOWN.set((usize::MAX, 0));
}

/// What the windows that were dropped since [`begin`] have shown, as one range that also holds `anchor`.
#[must_use]
pub fn shown(anchor: &Range<usize>) -> Range<usize> {
    let (low, high) = SHOWN.get();
    low.min(anchor.start)..high.max(anchor.end)
}

/// Remembers what was looked at without a window.
pub fn see(range: Range<usize>) {
    let (low, high) = SHOWN.get();
    SHOWN.set((low.min(range.start), high.max(range.end)));
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        see(self.low.get()..self.high.get());
    }
}

/// What is true of a text whoever looks at it, kept from one look to the next: that no unquoted value ends in a stretch of it.
/// A text of keys and nothing else has each of them ask for the same bytes.
#[derive(Default)]
pub struct Endless(Cell<(usize, usize)>);

impl Endless {
    /// How many bytes from `at` on are known to be such.
    fn behind(&self, at: usize) -> usize {
        let (from, to) = self.0.get();
        if from <= at { to.saturating_sub(at) } else { 0 }
    }
}

/// A capped, recording view of the text around an anchor.
pub struct Window<'t> {
    text: &'t [u8],
    endless: Option<&'t Endless>,
    from: usize,
    to: usize,
    low: Cell<usize>,
    high: Cell<usize>,
}

impl<'t> Window<'t> {
    /// The view of `text` from `look` bytes before the anchor to `look` bytes behind its beginning.
    #[must_use]
    pub fn new(text: &'t [u8], anchor: usize, look: usize) -> Self {
        Self {
            text,
            endless: None,
            from: anchor.saturating_sub(look),
            to: anchor.saturating_add(look).min(text.len()),
            low: Cell::new(anchor),
            high: Cell::new(anchor),
        }
    }

    /// The same, for a text of which this much is known.
    #[must_use]
    pub fn knowing(mut self, endless: &'t Endless) -> Self {
        self.endless = Some(endless);
        self
    }

    fn see(&self, from: usize, to: usize) {
        self.low.set(self.low.get().min(from));
        self.high.set(self.high.get().max(to));
    }

    /// The byte at `at`; none beyond the text or the cap.
    #[must_use]
    pub fn byte(&self, at: usize) -> Option<u8> {
        // The end of the text is something one can see, too.
        self.see(at.max(self.from), at.saturating_add(1).min(self.to + 1));
        if at < self.from || at >= self.to { None } else { Some(self.text[at]) }
    }

    /// Takes over what another look has seen, of which this one makes use.
    pub fn adopt(&self, footprint: &Range<usize>) {
        self.see(footprint.start, footprint.end);
    }

    /// The byte before `at`.
    #[must_use]
    pub fn before(&self, at: usize) -> Option<u8> {
        at.checked_sub(1).and_then(|at| self.byte(at))
    }

    /// The end of the run of `class` that begins at `from`, at most `limit` bytes on.
    #[must_use]
    pub fn run(&self, from: usize, class: Class, limit: usize) -> usize {
        let end = from.saturating_add(limit).min(self.to);
        let mut at = from;
        while at < end && class.contains(self.text[at]) {
            at += 1;
        }
        self.see(from, (at + 1).min(self.to + 1));
        at
    }

    /// The beginning of the run of `class` that ends at `to`, at most `limit` bytes back.
    #[must_use]
    pub fn run_back(&self, to: usize, class: Class, limit: usize) -> usize {
        let begin = to.saturating_sub(limit).max(self.from);
        let mut at = to;
        while at > begin && class.contains(self.text[at - 1]) {
            at -= 1;
        }
        self.see(at.saturating_sub(1).max(self.from), to);
        at
    }

    /// The bytes of `range`, cut to the cap.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &'t [u8] {
        let (start, end) = (range.start.clamp(self.from, self.to), range.end.clamp(self.from, self.to));
        self.see(start, end.max(start));
        &self.text[start..end.max(start)]
    }

    /// How many bytes from `from` on, at most `limit`, are passed before one ends the value. `passed` says it of bytes that are not
    /// known yet, and is the same for all looks at a text.
    #[must_use]
    pub fn endless(&self, from: usize, limit: usize, passed: impl Fn(&[u8]) -> usize) -> usize {
        let look = self.slice(from..from.saturating_add(limit));
        let known = self.endless.map_or(0, |endless| endless.behind(from)).min(look.len());
        let length = known + passed(&look[known..]);
        if let Some(endless) = self.endless.filter(|_| known < length) {
            endless.0.set((from, from + length));
        }
        length
    }

    /// Where the cap ends the view.
    #[must_use]
    pub fn end(&self) -> usize {
        self.to
    }

    /// Where the cap begins the view.
    #[must_use]
    pub fn start(&self) -> usize {
        self.from
    }

    /// The lowest offset looked at, and the one behind the highest (one more than the text has where its end was seen).
    #[must_use]
    pub fn footprint(&self) -> Range<usize> {
        self.low.get()..self.high.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_capped_and_remembered() {
        let text = b"0123456789abcdef";
        let window = Window::new(text, 8, 4);
        assert_eq!(window.byte(3), None);
        assert_eq!(window.byte(4), Some(b'4'));
        assert_eq!(window.byte(11), Some(b'b'));
        assert_eq!(window.byte(12), None);
        assert_eq!(window.footprint(), 4..13);
        assert_eq!(window.slice(0..99), b"456789ab");
    }

    #[test]
    fn runs_stop_at_the_class_the_limit_and_the_cap() {
        let window = Window::new(b"  abcdef  ", 4, 5);
        let lower = Class::of("a-z");
        assert_eq!(window.run(4, lower, 100), 8);
        assert_eq!(window.run(4, lower, 2), 6);
        assert_eq!(window.run_back(4, lower, 100), 2);
        assert_eq!(window.footprint(), 1..9);
    }
}
