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
    each(text, |run| {
        if run.len() >= hex::LEAST && hex::derive(text, &run, scope, budget, sink) {
            return run.end;
        }
        base64::derive(text, run, scope, budget, sink)
    });
}

/// Calls `found` with every run of at least [`LEAST`] digits; it says where to go on.
pub fn each(text: &[u8], mut found: impl FnMut(Range<usize>) -> usize) {
    let (mut floor, mut at) = (0, LEAST - 1);
    while let Some(&byte) = text.get(at) {
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
                each(text.as_bytes(), |run| {
                    runs.push(run.clone());
                    run.end
                });
                let expected = before + 1..before + 1 + length;
                assert_eq!(runs, if length >= LEAST { vec![expected] } else { Vec::new() }, "{text}");
            }
        }
    }
}
