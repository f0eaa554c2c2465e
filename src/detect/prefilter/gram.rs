//! The few bytes that a literal is found by.

/// The shortest literal.
pub(super) const SHORTEST: usize = 3;
/// How many cells a hash of three bytes has.
pub(super) const CELLS: usize = 1 << 16;

/// Sets the bit that tells lower case from upper case in every byte. It makes some punctuation equal, too: a gram says
/// where to look, not what is there.
const FOLD: u32 = 0x2020_2020;
/// The same in three bytes.
const FOLD_THREE: u32 = 0x0020_2020;

/// The golden ratio in 32 bits (Knuth, The Art of Computer Programming, 6.4), and its high byte beside three zero ones:
/// the product's high half then depends on the lower three bytes alone.
const RATIO: u32 = 0x9E37_79B1;

/// Four bytes without regard to case, or three: then the fourth is zero, which no folded byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) struct Gram(pub(in crate::detect) u32);

impl Gram {
    /// None: every folded byte has a bit.
    pub(super) const NONE: Gram = Gram(0);

    pub(super) fn of_four(bytes: [u8; 4]) -> Self {
        Self(FOLD | u32::from_le_bytes(bytes))
    }

    pub(super) fn of_three(bytes: [u8; 3]) -> Self {
        Self(FOLD_THREE | u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]))
    }

    /// A hash for a table of any size.
    pub(super) fn hash(self) -> usize {
        (self.0.wrapping_mul(RATIO) >> 8) as usize
    }

    /// Sets the gram's bits.
    pub(super) fn mark(self, cells: &mut [u8]) {
        let [.., fourth] = self.0.to_le_bytes();
        cells[cell(self.0)] |= if fourth == 0 { 0xFF } else { CLASSES[usize::from(fourth)] };
    }

    /// How often the gram's bit is met in 2^24 bytes of source text: the number of binary digits.
    pub(super) fn commonness(self) -> u32 {
        u32::from(LEVELS[self.level_cell()] - b'A')
    }

    /// What the table of levels has for all four bytes that set the same bit of the same cell.
    fn level_cell(self) -> usize {
        let [.., fourth] = self.0.to_le_bytes();
        let bit = (cell(self.0) << 3) as u32 | class(fourth);
        (bit.wrapping_mul(RATIO) >> (u32::BITS - LEVEL_CELLS.ilog2())) as usize
    }
}

/// How many cells the table of levels has.
pub const LEVEL_CELLS: usize = 1 << 16;

/// The letters of `rules/model/grams.txt`, `A` for zero.
static LEVELS: [u8; LEVEL_CELLS] = levels(include_bytes!("../../../rules/model/grams.txt"));

/// The letters of the lines that are no comment.
const fn levels(text: &[u8]) -> [u8; LEVEL_CELLS] {
    let (mut levels, mut count, mut at, mut is_comment) = ([0; LEVEL_CELLS], 0, 0, false);
    while at < text.len() {
        match text[at] {
            b'#' => is_comment = true,
            b'\n' => is_comment = false,
            letter @ b'A'..=b'Z' if !is_comment => {
                levels[count] = letter;
                count += 1;
            }
            other => assert!(is_comment || other == b'\r', "rules/model/grams.txt: capital letters are wanted"),
        }
        at += 1;
    }
    assert!(count == LEVEL_CELLS, "rules/model/grams.txt: 65,536 letters are wanted");
    levels
}

/// The cell of these four bytes in the table of levels.
#[must_use]
pub fn level_cell(bytes: [u8; 4]) -> usize {
    Gram::of_four(bytes).level_cell()
}

/// The cell of the first three of four bytes.
#[inline(always)]
pub(super) fn cell(bytes: u32) -> usize {
    ((bytes | FOLD).wrapping_mul(RATIO << 8) >> 16) as usize
}

/// The bits of each byte: eight classes, the same for both cases of a letter.
pub(super) static CLASSES: [u8; 256] = {
    let (mut classes, mut byte) = ([0; 256], 0);
    while byte < 256 {
        classes[byte] = 1 << class(byte as u8);
        byte += 1;
    }
    classes
};

/// The class of a byte, from 0.
const fn class(byte: u8) -> u32 {
    let folded = byte | FOLD as u8;
    ((folded ^ (folded >> 3)) & 7) as u32
}
