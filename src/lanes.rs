//! Many bytes looked at at once.

use wide::u8x16;

/// How many bytes are looked at at once.
pub const BLOCK: usize = 64;
/// How many of them one instruction takes.
const LANES: usize = 16;

/// Which of the bytes from `at` are such, the first in the lowest bit; what would stand behind the end of the text is zero. `is`
/// is asked for sixteen at a time and sets all bits of those that are.
#[inline(always)]
#[must_use]
pub fn which(text: &[u8], at: usize, is: impl Fn(u8x16) -> u8x16) -> u64 {
    let mut padded = [0; BLOCK];
    let block: &[u8; BLOCK] = match text.get(at..at + BLOCK).and_then(|block| block.try_into().ok()) {
        Some(block) => block,
        None => {
            let rest = text.get(at..).unwrap_or_default();
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        }
    };
    let mut bits = 0;
    for (number, sixteen) in block.as_chunks::<LANES>().0.iter().enumerate() {
        bits |= u64::from(is(u8x16::new(*sixteen)).to_bitmask()) << (LANES * number);
    }
    bits
}

/// Those that are this byte.
#[inline(always)]
#[must_use]
pub fn is(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

/// Those from `first` to `last`.
#[inline(always)]
#[must_use]
pub fn within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let from_first = bytes - u8x16::splat(first);
    from_first.min(u8x16::splat(last - first)).simd_eq(from_first)
}
