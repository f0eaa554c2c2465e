//! The few bytes that a literal is found by.

/// The shortest literal.
pub(super) const SHORTEST: usize = 3;
/// How many cells a hash of three bytes has.
pub(super) const CELLS: usize = 1 << 16;

/// Sets the bit that tells lower case from upper case in every byte. It makes some punctuation equal, too: a gram says
/// where to look, not what is there.
const FOLD: u32 = 0x2020_2020;
/// The golden ratio in 32 bits (Knuth, The Art of Computer Programming, 6.4), and its high byte beside three zero ones:
/// the product's high half then depends on the lower three bytes alone.
const RATIO: u32 = 0x9E37_79B1;

/// Four bytes without regard to case, or three: then the fourth is zero, which no folded byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Gram(u32);

impl Gram {
    pub(super) fn of_four(bytes: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(bytes) | FOLD)
    }

    pub(super) fn of_three(bytes: [u8; 3]) -> Self {
        Self((u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) | FOLD) & 0x00FF_FFFF)
    }

    /// A hash for a table of any size.
    pub(super) fn hash(self) -> usize {
        (self.0.wrapping_mul(RATIO) >> 8) as usize
    }

    /// Sets the gram's bits.
    pub(super) fn mark(self, cells: &mut [u8; CELLS], classes: &[u8; 256]) {
        let [.., fourth] = self.0.to_le_bytes();
        cells[cell(self.0)] |= if fourth == 0 { 0xFF } else { classes[usize::from(fourth)] };
    }

    /// How often the gram stands in source text, as far as its single bytes tell, in half powers of two.
    pub(super) fn commonness(self) -> u32 {
        self.0.to_le_bytes().iter().map(|&byte| u32::from(COMMONNESS[usize::from(byte)])).sum()
    }
}

/// The cell of the first three of four bytes.
#[inline(always)]
pub(super) fn cell(bytes: u32) -> usize {
    ((bytes | FOLD).wrapping_mul(RATIO << 8) >> 16) as usize
}

pub(super) fn no_cells() -> Box<[u8; CELLS]> {
    vec![0; CELLS].into_boxed_slice().try_into().expect("as many cells as there are")
}

/// Eight classes of bytes, one bit each, the same for both cases of a letter.
pub(super) fn classes() -> [u8; 256] {
    std::array::from_fn(|byte| {
        let folded = byte as u8 | FOLD as u8;
        1 << ((folded ^ (folded >> 3)) & 7)
    })
}

/// How common each folded byte is, in half powers of two: counted over 33 MB of sources in many languages, where a byte of the
/// first row is every fourth and one of no row less than one in a thousand.
const COMMONNESS: [u8; 256] = {
    let rows: [(u8, &[u8]); 8] = [
        (16, b" "),
        (12, b"et"),
        (11, b"asrion"),
        (9, b"*\"lcdpum:"),
        (7, b"f-,h.g\x7F"),
        (6, b"ybw(){}"),
        (4, b"v012kx='`"),
        (2, b"/3456789#|z"),
    ];
    let mut table = [0; 256];
    let mut row = 0;
    while row < rows.len() {
        let (weight, bytes) = rows[row];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] = weight;
            at += 1;
        }
        row += 1;
    }
    table
};
