//! The few bytes that a literal is found by.

use std::num::NonZero;

use crate::rule::builtin::GRAM_LEVELS;

/// The shortest literal.
pub(super) const SHORTEST: usize = 3;
/// How many cells a hash of three bytes has.
pub(super) const CELLS: usize = 1 << 16;

/// Sets the bit that tells lower case from upper case in every byte. It makes some punctuation equal, too: a gram says
/// where to look, not what is there.
const FOLD: NonZero<u32> = fold(0x2020_2020);
/// The same in three bytes.
const FOLD_THREE: NonZero<u32> = fold(0x0020_2020);

const fn fold(bits: u32) -> NonZero<u32> {
    match NonZero::new(bits) {
        Some(bits) => bits,
        None => NonZero::<u32>::MIN,
    }
}

/// The golden ratio in 32 bits (Knuth, The Art of Computer Programming, 6.4), and its high byte beside three zero ones:
/// the product's high half then depends on the lower three bytes alone.
const RATIO: u32 = 0x9E37_79B1;

/// Four bytes without regard to case, or three: then the fourth is zero, which no folded byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Gram(NonZero<u32>);

impl Gram {
    pub(super) fn of_four(bytes: [u8; 4]) -> Self {
        Self(FOLD | u32::from_le_bytes(bytes))
    }

    pub(super) fn of_three(bytes: [u8; 3]) -> Self {
        Self(FOLD_THREE | u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]))
    }

    /// A hash for a table of any size.
    pub(super) fn hash(self) -> usize {
        (self.0.get().wrapping_mul(RATIO) >> 8) as usize
    }

    /// Sets the gram's bits.
    pub(super) fn mark(self, cells: &mut [u8; CELLS], classes: &[u8; 256]) {
        let [.., fourth] = self.0.get().to_le_bytes();
        cells[cell(self.0.get())] |= if fourth == 0 { 0xFF } else { classes[usize::from(fourth)] };
    }

    /// How often the gram's bit is met in 2^24 bytes of source text: the number of binary digits.
    pub(super) fn commonness(self) -> u32 {
        u32::from(GRAM_LEVELS[self.level_cell()] - b'A')
    }

    /// What the table of levels has for all four bytes that set the same bit of the same cell.
    fn level_cell(self) -> usize {
        let [.., fourth] = self.0.get().to_le_bytes();
        let bit = (cell(self.0.get()) << 3) as u32 | class(fourth);
        (bit.wrapping_mul(RATIO) >> (u32::BITS - LEVEL_CELLS.ilog2())) as usize
    }
}

/// How many cells the table of levels has.
pub const LEVEL_CELLS: usize = GRAM_LEVELS.len();

/// The cell of these four bytes in the table of levels.
#[must_use]
pub fn level_cell(bytes: [u8; 4]) -> usize {
    Gram::of_four(bytes).level_cell()
}

/// The cell of the first three of four bytes.
#[inline(always)]
pub(super) fn cell(bytes: u32) -> usize {
    ((bytes | FOLD.get()).wrapping_mul(RATIO << 8) >> 16) as usize
}

pub(super) fn no_cells() -> Box<[u8; CELLS]> {
    vec![0; CELLS].into_boxed_slice().try_into().expect("as many cells as there are")
}

/// Eight classes of bytes, one bit each, the same for both cases of a letter.
pub(super) fn classes() -> [u8; 256] {
    std::array::from_fn(|byte| 1 << class(byte as u8))
}

/// The class of a byte, from 0.
fn class(byte: u8) -> u32 {
    let folded = byte | FOLD.get() as u8;
    u32::from((folded ^ (folded >> 3)) & 7)
}
