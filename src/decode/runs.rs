//! Finds long runs of base64 digits, without looking at most bytes of a text.
//!
//! A run of twenty digits covers one of every twenty places. Only those are looked at; where one holds a digit, the run
//! around it is measured. In source code that reads a third of the bytes.

use std::ops::Range;

use super::base64::{LEAST, is_digit};
use super::derived::Derived;
use super::scope::{Budget, Scope};
use super::{base64, hex};

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
    let Some(slice) = scope.slice else {
        each(text, 0, text.len(), run);
        return;
    };
    // Only what touches a zone, or goes on into it, is looked at.
    let mut floor = 0;
    for zone in &slice.zones {
        let from = zone.start.saturating_sub(BREAK);
        if floor < zone.end + BREAK {
            floor = each(
                text,
                if floor < from { block_start(text, from).max(floor) } else { floor },
                zone.end + BREAK,
                &mut run,
            );
        }
    }
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

/// Calls `found` with every run of at least [`LEAST`] digits behind `from`, where none goes on, that begins before `to`; it
/// says where to go on. Returns where the last one ended, or what was looked at.
pub fn each(text: &[u8], from: usize, to: usize, mut found: impl FnMut(Range<usize>) -> usize) -> usize {
    let (mut floor, mut at) = (from, from + LEAST - 1);
    while let Some(&byte) = text.get(at).filter(|_| floor < to) {
        if !is_digit(byte) || !may_be_long(text, floor, at) {
            (floor, at) = (at + 1, at + LEAST);
            continue;
        }
        let (mut start, mut end) = (at, at + 1);
        while start > floor && is_digit(text[start - 1]) {
            start -= 1;
        }
        while end < text.len() && is_digit(text[end]) {
            end += 1;
        }
        let run = start..end;
        floor = end;
        if run.len() >= LEAST {
            floor = found(run).max(end);
        }
        at = floor + LEAST - 1;
    }
    floor
}

/// Whether a run around `at` can have [`LEAST`] digits: one of its sides then has half of them, and two looks at each side
/// dismiss most words without measuring them.
fn may_be_long(text: &[u8], floor: usize, at: usize) -> bool {
    const HALF: usize = LEAST / 2;
    let is = |at: usize| text.get(at).is_some_and(|&byte| is_digit(byte));
    is(at + HALF) && is(at + HALF / 2) || at >= floor + HALF && is(at - HALF) && is(at - HALF / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

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
