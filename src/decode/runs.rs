//! Finds long runs of base64 digits.
//!
//! Of 64 bytes at a time it is one bit each whether they are digits, and twenty bits in a row are found by five steps for all
//! of them. Looking at every twentieth place and measuring the run around it reads a third of the bytes and takes more than
//! twice as long, because names are often nearly long enough.

use std::ops::Range;

use fearless_simd::{mask8x64, prelude::*};

use super::base64::{LEAST, is_digit};
use super::derived::Derived;
use super::scope::{Budget, Scope};
use super::{base64, hex};
use crate::lanes::{self, BLOCK, Class, Near, is, which, within};

/// Derives what every run of digits says.
pub fn derive(text: &[u8], scope: &Scope<'_>, budget: &Budget, sink: &mut dyn FnMut(Derived)) {
    let mut run = |run: Range<usize>| {
        // Lines of digits that go on beyond a slice are not told by their end.
        if scope.slice.is_some() && !scope.admits(text, &(run.start..base64::block_end(text, &run)), BREAK, BREAK) {
            return run.end;
        }
        if run.len() >= hex::LEAST && hex::derive(text, &run, scope, budget, sink) {
            return run.end;
        }
        base64::derive(text, run, scope, budget, sink)
    };
    let (from, to) = match scope.slice {
        // Only what touches the zone, or goes on into it, is looked at.
        Some(slice) => (block_start(text, slice.zone.start.saturating_sub(BREAK)), slice.zone.end + BREAK),
        None => (0, text.len()),
    };
    each(text, from, to, &mut run);
}

/// More than stands between two lines of digits that go on from each other.
const BREAK: usize = 68;

/// Where a slice of `text` may begin, at or before `at`, so that it does not begin inside of digits that are read as one: in
/// a run, or in a line that goes on from one before it.
#[must_use]
pub fn block_start(text: &[u8], at: usize) -> usize {
    let mut start = at;
    loop {
        while start > 0 && is_digit(text[start - 1]) {
            start -= 1;
        }
        let blank = text[..start].iter().rev().take(BREAK).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let line = text[..start - blank].strip_suffix(b"\n");
        let line = line.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        match line {
            Some(line) if line.last().is_some_and(|&byte| is_digit(byte)) => start = line.len(),
            _ => return start,
        }
    }
}

/// Calls `found` with every run of at least [`LEAST`] digits at or behind `from`, where none goes on, that begins before `to`;
/// it says where to go on. Returns how far was looked.
pub fn each(text: &[u8], from: usize, to: usize, mut found: impl FnMut(Range<usize>) -> usize) -> usize {
    let stop = text.len().min(to.saturating_add(LEAST));
    let mut blocks = lanes::blocks::<Digits>(text, from..stop);
    // What stands before the floor belongs to runs that were found.
    let (mut floor, mut streaks) = (from, Streaks::default());
    while let Some((at, digits)) = blocks.next() {
        let mut now = if floor > at { digits & behind(floor, at) } else { digits };
        loop {
            let ends = streaks.ends(now);
            if ends == 0 {
                break;
            }
            let start = at + ends.trailing_zeros() as usize + 1 - LEAST;
            if start >= to {
                return floor.max(to.min(text.len()));
            }
            let end = end(text, start);
            floor = found(start..end).max(end);
            (streaks, now) = (Streaks::default(), now & behind(floor, at));
        }
        if floor > at + BLOCK {
            blocks.skip_to(floor);
        }
    }
    floor.max(to.min(text.len()))
}

/// The bits of a block at `at` for what stands at or behind `floor`.
fn behind(floor: usize, at: usize) -> u64 {
    let passed = floor.saturating_sub(at);
    if passed < BLOCK { u64::MAX << passed } else { 0 }
}

/// Where the digits from `at` on end.
#[must_use]
pub fn end(text: &[u8], mut at: usize) -> usize {
    loop {
        let length = digits(text, at).trailing_ones() as usize;
        at += length;
        if length < BLOCK {
            return at;
        }
    }
}

/// Whether there is anything among the digits at `digits` but small letters and separators.
#[must_use]
pub fn is_more_than_a_name(text: &[u8], digits: Range<usize>) -> bool {
    lanes::few_blocks::<NoName>(text, digits).any(|(_, bits)| bits != 0)
}

/// How many bits in a row are set behind each other, across blocks.
#[derive(Clone, Copy, Default)]
struct Streaks {
    /// Of the block before: its bits, and which of them are the last of so many in a row.
    one: u64,
    two: u64,
    four: u64,
    eight: u64,
}

impl Streaks {
    /// Which bits of the next block are the last of [`LEAST`] in a row.
    #[inline(always)]
    fn ends(&mut self, one: u64) -> u64 {
        const _: () = assert!(LEAST == 20, "as many are told by these steps");
        let joined = |now: u64, before: u64, places: u32| now & (now << places | before >> (u64::BITS - places));
        let two = joined(one, self.one, 1);
        let four = joined(two, self.two, 2);
        let eight = joined(four, self.four, 4);
        let sixteen = joined(eight, self.eight, 8);
        let ends = sixteen & (four << 16 | self.four >> (u64::BITS - 16));
        *self = Self { one, two, four, eight };
        ends
    }
}

/// [`is_digit`] without branches.
struct Digits;

impl Class for Digits {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let here = near.here();
        let letters = within(here | 0x20, b'a', b'z');
        letters | within(here, b'/', b'9') | is(here, b'+') | is(here, b'-') | is(here, b'_')
    }
}

/// Capitals and digits of ten.
struct NoName;

impl Class for NoName {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let here = near.here();
        within(here, b'A', b'Z') | within(here, b'0', b'9')
    }
}

fn digits(text: &[u8], at: usize) -> u64 {
    which::<Digits>(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::levels;

    #[test]
    fn bytes_at_once_are_the_same_digits() {
        levels::at_each(|| {
            let all: Vec<u8> = (0..=255).collect();
            for first in (0..all.len()).step_by(BLOCK) {
                for at in 0..BLOCK {
                    assert_eq!(digits(&all, first) >> at & 1 == 1, is_digit(all[first + at]), "{}", first + at);
                }
            }
        });
    }

    #[test]
    fn every_long_run_is_found_and_no_short_one() {
        levels::at_each(|| {
            for before in 0..45 {
                for length in [1, 19, 20, 21, 39, 40, 41, 100] {
                    let text = format!(
                        "{} {} {}",
                        "=".repeat(before),
                        "aZ3_+/-".repeat(20).split_at(length).0,
                        "ab. ".repeat(9)
                    );
                    let mut runs = Vec::new();
                    each(text.as_bytes(), 0, text.len(), |run| {
                        runs.push(run.clone());
                        run.end
                    });
                    let expected = before + 1..before + 1 + length;
                    assert_eq!(runs, if length >= LEAST { vec![expected] } else { Vec::new() }, "{text}");
                }
            }
        });
    }
}
