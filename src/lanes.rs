//! Many bytes looked at at once, as many as one instruction of this processor takes.
//!
//! What is asked of bytes is written once, as a [`Class`], and compiled for each set of instructions that a processor may
//! have; which of them it has is asked once, when the program runs.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::LazyLock;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x64, u8x16, u8x64};

/// How many bytes are looked at at once.
pub const BLOCK: usize = 64;
/// How many bytes behind a byte may tell of what class it is.
const BEHIND: usize = 2;
/// How many blocks are asked about in one go.
const STRETCH: usize = 32;

/// The widest instructions that this processor has.
#[must_use]
pub fn level() -> Level {
    static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
    #[cfg(test)]
    if let Some(level) = levels::chosen() {
        return level;
    }
    *LEVEL
}

/// Tests with each set of instructions that this processor has.
#[cfg(test)]
pub mod levels {
    use std::cell::Cell;

    use super::Level;

    thread_local! {
        static CHOSEN: Cell<Option<Level>> = const { Cell::new(None) };
    }

    pub(super) fn chosen() -> Option<Level> {
        CHOSEN.get()
    }

    /// Runs `test` with one after the other.
    pub fn at_each(test: impl Fn()) {
        let widest = Level::new();
        let mut levels = vec![widest];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(widest.as_sse2().map(Level::Sse2));
            levels.extend(widest.as_sse4_2().map(Level::Sse4_2));
            levels.extend(widest.as_avx2().map(Level::Avx2));
        }
        for level in levels {
            CHOSEN.set(Some(level));
            test();
        }
        CHOSEN.set(None);
    }
}

/// A class of bytes.
pub trait Class {
    /// Which of 64 bytes are such.
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S>;
}

/// Bytes of a text, and those behind them; what would stand behind the end of the text is zero.
#[derive(Clone, Copy)]
pub struct Near<'t, S> {
    simd: S,
    bytes: &'t [u8; BLOCK + BEHIND],
}

impl<S: Simd> Near<'_, S> {
    /// The bytes.
    #[inline(always)]
    #[must_use]
    pub fn here(self) -> u8x64<S> {
        self.behind::<0>()
    }

    /// Of each byte the one that stands so many places behind it, two at most.
    #[inline(always)]
    #[must_use]
    pub fn behind<const PLACES: usize>(self) -> u8x64<S> {
        const { assert!(PLACES <= BEHIND) }
        u8x64::from_slice(self.simd, &self.bytes[PLACES..PLACES + BLOCK])
    }
}

/// Those that are this byte.
#[inline(always)]
#[must_use]
pub fn is<S: Simd>(bytes: u8x64<S>, byte: u8) -> mask8x64<S> {
    bytes.simd_eq(byte)
}

/// Those from `first` to `last`.
#[inline(always)]
#[must_use]
pub fn within<S: Simd>(bytes: u8x64<S>, first: u8, last: u8) -> mask8x64<S> {
    (bytes - first).simd_le(last - first)
}

/// A set of ASCII characters, told by two look-ups: a row for each upper half of a byte, a column for each lower half.
#[derive(Clone, Copy)]
pub struct Set {
    /// By column: which rows have a member there.
    columns: [u8; 16],
    /// By row: its bit.
    rows: [u8; 16],
}

impl Set {
    /// The set of these.
    ///
    /// # Panics
    /// When one of them is no ASCII character; in a constant that is an error of the build.
    #[must_use]
    pub const fn of(members: &[u8]) -> Self {
        let (mut columns, mut rows, mut at) = ([0; 16], [0; 16], 0);
        while at < members.len() {
            assert!(members[at].is_ascii(), "a row has one of eight bits");
            let row = members[at] >> 4;
            columns[(members[at] & 15) as usize] |= 1 << row;
            rows[row as usize] = 1 << row;
            at += 1;
        }
        Self { columns, rows }
    }

    /// Those that are in the set.
    #[inline(always)]
    #[must_use]
    pub fn holds<S: Simd>(&self, bytes: u8x64<S>) -> mask8x64<S> {
        let simd = bytes.token();
        let table = |of: [u8; 16]| u8x64::block_splat(u8x16::load_array(simd, of));
        let columns = table(self.columns).swizzle_dyn_within_blocks(bytes & 15);
        let rows = table(self.rows).swizzle_dyn_within_blocks(bytes >> 4);
        (columns & rows).simd_ne(0)
    }
}

/// Which of the 64 bytes from `at` are of a class, the first in the lowest bit.
#[must_use]
pub fn which<C: Class>(text: &[u8], at: usize) -> u64 {
    let mut bits = [0];
    fill::<C>(text, at, &mut bits);
    bits[0]
}

/// The same for one block behind the other: where each begins, and which of its bytes within the range are of the class.
pub fn blocks<C: Class>(text: &[u8], range: Range<usize>) -> Blocks<'_, C> {
    Blocks { text, range, bits: [0; STRETCH], first: 0, asked: 0, class: PhantomData }
}

/// The same as [`blocks`] for a range of few blocks: each is asked about when it is wanted.
pub fn few_blocks<C: Class>(text: &[u8], range: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
    let end = range.end;
    range.step_by(BLOCK).map(move |begins| (begins, which::<C>(text, begins) & up_to(end, begins)))
}

/// The bits of a block at `begins` for what stands before `end`.
fn up_to(end: usize, begins: usize) -> u64 {
    u64::MAX >> (begins + BLOCK).saturating_sub(end)
}

/// See [`blocks`].
pub struct Blocks<'t, C> {
    text: &'t [u8],
    /// What was not asked about.
    range: Range<usize>,
    bits: [u64; STRETCH],
    /// The first of the bits that were not told yet,
    first: usize,
    /// and how many there are.
    asked: usize,
    class: PhantomData<C>,
}

impl<C: Class> Blocks<'_, C> {
    /// Goes on with a block that holds what stands at `place`, which lies behind the last block.
    pub fn skip_to(&mut self, place: usize) {
        let begins = self.range.start - (self.asked - self.first) * BLOCK;
        if place < self.range.start {
            self.first += place.saturating_sub(begins) / BLOCK;
        } else {
            (self.range.start, self.first, self.asked) = (place, 0, 0);
        }
    }
}

impl<C: Class> Iterator for Blocks<'_, C> {
    type Item = (usize, u64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.first == self.asked {
            if self.range.is_empty() {
                return None;
            }
            (self.first, self.asked) = (0, self.range.len().div_ceil(BLOCK).min(STRETCH));
            fill::<C>(self.text, self.range.start, &mut self.bits[..self.asked]);
            self.range.start += self.asked * BLOCK;
        }
        let begins = self.range.start - (self.asked - self.first) * BLOCK;
        let bits = self.bits[self.first];
        self.first += 1;
        Some((begins, bits & up_to(self.range.end, begins)))
    }
}

/// Which bytes of as many blocks as there are numbers are of a class.
fn fill<C: Class>(text: &[u8], at: usize, bits: &mut [u64]) {
    dispatch!(level(), simd => fill_by::<C, _>(simd, text, at, bits));
}

#[inline(always)]
fn fill_by<C: Class, S: Simd>(simd: S, text: &[u8], mut at: usize, bits: &mut [u64]) {
    for bits in bits {
        let rest = text.get(at..).unwrap_or_default();
        let end;
        let bytes = match rest.first_chunk() {
            Some(bytes) => bytes,
            None => {
                end = padded(rest);
                &end
            }
        };
        *bits = C::of(Near { simd, bytes }).to_bitmask();
        at += BLOCK;
    }
}

/// What is left of a text, and zeros behind it.
#[cold]
#[must_use]
pub fn padded<const LENGTH: usize>(rest: &[u8]) -> [u8; LENGTH] {
    let mut padded = [0; LENGTH];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pairs;

    impl Class for Pairs {
        #[inline(always)]
        fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
            is(near.here(), b'a') & (is(near.behind::<1>(), 0) | within(near.behind::<2>(), b'b', b'd'))
        }
    }

    #[test]
    fn every_byte_is_told_once_whatever_stands_behind_it() {
        levels::at_each(|| {
            for length in [0, 1, 63, 64, 65, 66, 67, 130, STRETCH * BLOCK, STRETCH * BLOCK + 1, 3 * STRETCH * BLOCK + 5]
            {
                let text: Vec<u8> = (0..length).map(|at| b"abacada\0d"[at * 7 % 9]).collect();
                let byte = |at: usize| *text.get(at).unwrap_or(&0);
                for from in [0, 1, 70] {
                    let mut at = from;
                    for (begins, bits) in blocks::<Pairs>(&text, from..length) {
                        assert_eq!(begins, at);
                        for place in at..at + BLOCK {
                            let is = byte(place) == b'a'
                                && (byte(place + 1) == 0 || (b'b'..=b'd').contains(&byte(place + 2)));
                            assert_eq!(bits >> (place - at) & 1 == 1, is && place < length, "{place} of {length}");
                        }
                        assert_eq!(which::<Pairs>(&text, at), bits);
                        at += BLOCK;
                    }
                    assert!(at >= length && (at < length + BLOCK || at == from), "{at} of {length}");
                }
            }
        });
    }

    #[test]
    fn a_set_holds_its_members_and_nothing_else() {
        levels::at_each(|| {
            const MEMBERS: &[u8] = b" \t09az~@`{\0\x7F";
            struct Members;
            impl Class for Members {
                #[inline(always)]
                fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
                    const { Set::of(MEMBERS) }.holds(near.here())
                }
            }
            let all: Vec<u8> = (0..=u8::MAX).collect();
            for (begins, bits) in blocks::<Members>(&all, 0..all.len()) {
                for byte in begins..begins + BLOCK {
                    assert_eq!(bits >> (byte - begins) & 1 == 1, MEMBERS.contains(&(byte as u8)), "{byte}");
                }
            }
        });
    }

    #[test]
    fn nothing_beyond_the_range_is_told() {
        levels::at_each(|| {
            let text = [b'a', 0].repeat(50);
            assert_eq!(blocks::<Pairs>(&text, 3..71).map(|(_, bits)| bits.count_ones()).sum::<u32>(), 34);
            assert!(blocks::<Pairs>(&text, 3..71).eq(few_blocks::<Pairs>(&text, 3..71)));
        });
    }

    #[test]
    fn whoever_skips_goes_on_with_the_block_that_holds_the_place() {
        levels::at_each(|| {
            let text: Vec<u8> = (0..5 * STRETCH * BLOCK).map(|at| if at % 1000 == 0 { b'a' } else { 0 }).collect();
            let mut blocks = blocks::<Pairs>(&text, 3..text.len());
            for place in [70, 140, 141 + BLOCK, 3000, 3100, 6000, 9000] {
                blocks.skip_to(place);
                let (begins, bits) = blocks.next().expect("it lies within the text");
                assert!((begins..begins + BLOCK).contains(&place), "{begins} for {place}");
                assert_eq!(bits, which::<Pairs>(&text, begins));
            }
        });
    }
}
