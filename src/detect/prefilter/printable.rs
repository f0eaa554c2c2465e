//! Where in content that is no text a literal may stand.
//!
//! A form that is tried in any content is made of characters that are printed, and no shorter than four of them. Compressed data
//! has four such bytes in a row at one place in fifty, machine code at some more. Of 64 bytes at a time it is one bit each
//! whether they are printed, and the rest is arithmetic with these bits: a tenth of what looking all places up takes.

use std::ops::Range;

use fearless_simd::{mask8x64, prelude::*};

use crate::lanes::{self, BLOCK, Class, Near, is, within};

/// How long the stretches are that are told apart.
const STRETCH: usize = 16;
/// How long the shortest run of printed bytes is that counts.
const LEAST: u32 = 4;

/// What is printed.
struct Printed;

impl Class for Printed {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let here = near.here();
        within(here, b' ', b'~') | within(here, b'\t', b'\n') | is(here, b'\r')
    }
}

/// The stretches of `text` within `range` that hold every byte of it that stands in a run of at least [`LEAST`] printed ones.
pub(super) fn stretches(text: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    // A run that begins before the range is known by what stands there.
    let mut at = range.start.saturating_sub(BLOCK);
    let mut blocks = lanes::blocks::<Printed>(text, at..range.end.saturating_add(BLOCK).min(text.len()));
    let mut printed = move || blocks.next().map_or(0, |(_, bits)| bits);
    let (mut begins, mut now) = (0_u64, printed());
    let mut marks: Option<(usize, u64)> = None;
    let mut waiting: Option<Range<usize>> = None;
    std::iter::from_fn(move || {
        loop {
            // Stretches that follow each other are one.
            while let Some((start, left)) = marks.take().filter(|(_, left)| *left != 0) {
                let number = left.trailing_zeros() as usize / STRETCH;
                let first = start + number * STRETCH;
                marks = Some((start, left & !(0xFFFF << (number * STRETCH))));
                let clipped = first.max(range.start)..(first + STRETCH).min(range.end);
                if clipped.is_empty() {
                    continue;
                }
                match &mut waiting {
                    Some(before) if before.end == clipped.start => before.end = clipped.end,
                    _ => {
                        if let Some(before) = waiting.replace(clipped) {
                            return Some(before);
                        }
                    }
                }
            }
            if at >= range.end {
                return waiting.take();
            }
            let behind = printed();
            let ahead = u128::from(now) | u128::from(behind) << BLOCK;
            let own = (1..LEAST).fold(ahead, |all, more| all & ahead >> more) as u64;
            let both = u128::from(begins) | u128::from(own) << BLOCK;
            let all = (1..LEAST).fold(both, |all, more| all | both << more);
            marks = Some((at, (all >> BLOCK) as u64));
            (begins, now, at) = (own, behind, at + BLOCK);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tables::is_printed;
    use super::*;
    use crate::lanes::levels;

    /// A series that looks like none, the same every time.
    fn series() -> impl FnMut(usize) -> usize {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        }
    }

    #[test]
    fn every_byte_of_a_run_is_in_a_stretch_and_few_others() {
        levels::at_each(|| {
            let mut next = series();
            for _ in 0..500 {
                let mut text = Vec::new();
                while text.len() < 700 {
                    text.extend(std::iter::repeat_n(0, next(60)));
                    text.extend(std::iter::repeat_n(b"a~ \t\r\n"[next(6)], next(12)));
                    text.push(200);
                }
                let from = next(text.len());
                let range = from..from + next(text.len() - from + 1);
                let found: Vec<Range<usize>> = stretches(&text, range.clone()).collect();
                let in_run = |at: usize| {
                    let before = text[..at].iter().rev().take_while(|&&byte| is_printed(byte)).count();
                    let behind = text[at..].iter().take_while(|&&byte| is_printed(byte)).count();
                    is_printed(text[at]) && before + behind >= LEAST as usize
                };
                for at in range.clone() {
                    let is_found = found.iter().any(|stretch| stretch.contains(&at));
                    assert!(is_found || !in_run(at), "{at} of {range:?} in {text:?}");
                    let is_near = (at.saturating_sub(STRETCH)..at + STRETCH).any(|at| at < text.len() && in_run(at));
                    assert!(!is_found || is_near, "{at} of {range:?}");
                }
                assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "{found:?}");
                assert!(
                    found.iter().all(|it| range.start <= it.start && it.end <= range.end),
                    "{found:?} in {range:?}"
                );
            }
        });
    }
}
