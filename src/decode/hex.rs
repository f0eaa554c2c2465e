//! Hexadecimal digits in pairs (RFC 4648, 8).

use std::ops::Range;

use super::derived::{Derived, Encoding, Map, Unit};
use super::plausible;
use super::scope::{Budget, Scope};

/// The fewest digits that are looked at.
pub const LEAST: usize = 32;
/// How many digits are decoded to dismiss a run.
const HEAD: usize = 32;

/// Derives what runs of hexadecimal digits within `run` say; all its bytes are base64 digits. Returns whether there was one
/// that is worth reading.
pub fn derive(
    text: &[u8],
    run: &Range<usize>,
    scope: &Scope<'_>,
    budget: &Budget,
    sink: &mut dyn FnMut(Derived),
) -> bool {
    let mut any = false;
    let mut at = run.start;
    while run.end - at >= LEAST {
        // A byte that is no digit rules out every run across it, so most of the run is never looked at.
        let Some(bad) = text[at..at + LEAST].iter().rposition(|byte| !byte.is_ascii_hexdigit()) else {
            let end = at + text[at..run.end].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            any |= digits(text, at..end, scope, budget, sink);
            at = end;
            continue;
        };
        at += bad + 1;
    }
    any
}

fn digits(text: &[u8], run: Range<usize>, scope: &Scope<'_>, budget: &Budget, sink: &mut dyn FnMut(Derived)) -> bool {
    let mut any = false;
    if !scope.wants(&run) {
        return any;
    }
    scope.pieces(run.clone(), |piece| {
        // Which digit begins a pair is known where the run begins, unless that is where the text was cut.
        let known = piece.range.start == run.start && !(scope.inside && run.start == 0);
        let phases = if known { 0..1 } else { 0..2 };
        let Some(start) = phases.map(|phase| piece.range.start + phase).find(|&start| {
            let mut head = Vec::new();
            pairs(&text[start..piece.range.end.min(start + HEAD)], &mut head);
            plausible::look(&head).is_some()
        }) else {
            return;
        };
        if !budget.take((piece.range.end - start) / 2) {
            return;
        }
        let mut map = Map::default();
        map.push(0, start, Unit::Even { wide: 2, of: 1 });
        let mut derived =
            Derived { encoding: Encoding::Hex, text: Vec::new(), own: piece.own, cut: piece.range.end < run.end, map };
        pairs(&text[start..piece.range.end], &mut derived.text);
        any = true;
        sink(derived);
    });
    any
}

/// Decodes a whole value of digits.
#[must_use]
pub fn decode(digits: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(digits.len() / 2);
    pairs(digits, &mut out);
    out
}

fn pairs(digits: &[u8], out: &mut Vec<u8>) {
    out.extend(digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])));
}

/// The value of a hexadecimal digit; 0 for what is none.
pub fn value(digit: u8) -> u8 {
    (digit as char).to_digit(16).unwrap_or(0) as u8
}
