//! Finds long runs of base64 digits.
//!
//! Of 64 bytes at a time it is one bit each whether they are digits, and twenty bits in a row are found by five steps for all
//! of them: 0.4 ns a byte of source code. Looking at every twentieth place and measuring the run around it reads a third of the
//! bytes and takes more than twice as long, because names are often nearly long enough.

use std::ops::Range;

use wide::u8x16;

use super::base64::{LEAST, is_digit};
use super::derived::Derived;
use super::scope::{Budget, Scope};
use super::{base64, hex};
use crate::lanes::{BLOCK, is, which, within};

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
    let mut floor = from;
    while let Some(start) = next(text, floor, to) {
        let end = end(text, start);
        floor = found(start..end).max(end);
    }
    floor.max(to.min(text.len()))
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

/// Whether there is anything in `digits` but small letters and separators.
#[must_use]
pub fn is_more_than_a_name(digits: &[u8]) -> bool {
    (0..digits.len())
        .step_by(BLOCK)
        .any(|at| which(digits, at, |bytes| within(bytes, b'A', b'Z') | within(bytes, b'0', b'9')) != 0)
}

/// Where the first run at or behind `from` begins, if that is before `to`.
fn next(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let (mut at, mut before, mut was_half) = (from, 0_u64, false);
    while at < text.len().min(to.saturating_add(LEAST)) {
        let now = digits(text, at);
        let is_half = has_half(now);
        // Of a run across two blocks half stands in one of them.
        if !(is_half || was_half) {
            (at, before) = (at + BLOCK, now);
            continue;
        }
        was_half = is_half;
        // A bit stays if as many bits behind it as the run is long are set.
        let mut runs = u128::from(before) | u128::from(now) << BLOCK;
        let mut length = 1;
        while length < LEAST {
            let more = length.min(LEAST - length);
            runs &= runs >> more;
            length += more;
        }
        // Those that end before the block were seen with the one before.
        runs >>= BLOCK - (LEAST - 1);
        if runs != 0 {
            let start = at + runs.trailing_zeros() as usize - (LEAST - 1);
            return (start < to).then_some(start);
        }
        (at, before) = (at + BLOCK, now);
    }
    None
}

/// Whether half of the shortest run is among the digits of a block.
#[inline(always)]
fn has_half(digits: u64) -> bool {
    const _: () = assert!(LEAST == 20, "ten in a row are told by these steps");
    let two = digits & digits >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    eight & two >> 8 != 0
}

/// Which bytes of a block are digits: [`is_digit`] without branches.
#[inline(always)]
fn digits(text: &[u8], at: usize) -> u64 {
    which(text, at, |bytes| {
        let letters = within(bytes | u8x16::splat(0x20), b'a', b'z');
        letters | within(bytes, b'/', b'9') | is(bytes, b'+') | is(bytes, b'-') | is(bytes, b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_at_once_are_the_same_digits() {
        let all: Vec<u8> = (0..=255).collect();
        for first in (0..all.len()).step_by(BLOCK) {
            for at in 0..BLOCK {
                assert_eq!(digits(&all, first) >> at & 1 == 1, is_digit(all[first + at]), "{}", first + at);
            }
        }
    }

    #[test]
    fn every_long_run_is_found_and_no_short_one() {
        for before in 0..45 {
            for length in [1, 19, 20, 21, 39, 40, 41, 100] {
                let text =
                    format!("{} {} {}", "=".repeat(before), "aZ3_+/-".repeat(20).split_at(length).0, "ab. ".repeat(9));
                let mut runs = Vec::new();
                each(text.as_bytes(), 0, text.len(), |run| {
                    runs.push(run.clone());
                    run.end
                });
                let expected = before + 1..before + 1 + length;
                assert_eq!(runs, if length >= LEAST { vec![expected] } else { Vec::new() }, "{text}");
            }
        }
    }
}
