//! The few bytes that a literal is found by.

/// The shortest literal.
pub(super) const SHORTEST: usize = 3;
/// How many cells a hash of three bytes has.
pub(super) const CELLS: usize = 1 << 16;

/// The bit that tells lower case from upper case. With it some punctuation is the same, too: a gram says where to look, not
/// what is there.
pub(super) const FOLD: u8 = 0x20;

/// The golden ratio in 32 bits (Knuth, The Art of Computer Programming, 6.4).
const RATIO: u32 = 0x9E37_79B1;
/// Its halves: by what the first two of three bytes, as one number, and the third are multiplied.
pub(super) const RATIOS: [u16; 2] = [(RATIO >> 16) as u16, RATIO as u16];

/// How many bits tell that something may be a gram.
pub(super) const BITS: usize = 1 << 16;

/// Four bytes without regard to case, or three: then the fourth is zero, which no folded byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::detect) struct Gram(pub(in crate::detect) u32);

/// What makes a gram with three bytes: the byte before them and the byte behind them, folded, or [`NONE`], or [`ANY`].
pub(in crate::detect) type Cell = [u8; 2];
/// No byte does.
pub(super) const NONE: u8 = 1;
/// Every byte may: one does for a gram of three, or several do.
pub(super) const ANY: u8 = 0;

impl Gram {
    /// None: every folded byte has a bit.
    pub(super) const NONE: Gram = Gram(0);

    pub(super) fn of_four(bytes: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(bytes.map(|byte| byte | FOLD)))
    }

    /// Of the first three.
    pub(super) fn of_three([first, second, third, _]: [u8; 4]) -> Self {
        Self(u32::from_le_bytes([first | FOLD, second | FOLD, third | FOLD, 0]))
    }

    /// A hash for a table of any size.
    pub(super) fn hash(self) -> usize {
        (self.0.wrapping_mul(RATIO) >> 8) as usize
    }

    /// Its bit, and in which of the numbers that is.
    #[inline(always)]
    pub(super) fn bit(self) -> (usize, u64) {
        let number = self.0.wrapping_mul(RATIO) >> (u32::BITS - BITS.ilog2());
        ((number / u64::BITS) as usize, 1 << (number % u64::BITS))
    }

    /// Calls `mark` with what tells that the gram may stand there: a cell, which of its two bytes, and what is to be there.
    pub(super) fn marks(self, mut mark: impl FnMut(usize, usize, u8)) {
        let [first, second, third, fourth] = self.0.to_le_bytes();
        if fourth != 0 {
            mark(cell([second, third, fourth]), 0, first);
            mark(cell([first, second, third]), 1, fourth);
        } else {
            (0..=u8::MAX).filter(|any| any & FOLD != 0).for_each(|any| mark(cell([second, third, any]), 0, first));
            mark(cell([first, second, third]), 1, ANY);
        }
    }

    /// How often the gram is met, at most: many others have the same hash, and as many the same cells.
    pub(super) fn frequency(self) -> u32 {
        let bytes @ [first, second, third, fourth] = self.0.to_le_bytes();
        let cells =
            frequency_of_cell(cell([first, second, third])).min(frequency_of_cell(cell([second, third, fourth])));
        met(&LEVELS[0], level(bytes)).min(cells)
    }
}

/// The cell of three bytes.
pub(super) fn cell([first, second, third]: [u8; 3]) -> usize {
    let two = u16::from_le_bytes([first | FOLD, second | FOLD]).wrapping_mul(RATIOS[0]);
    usize::from(two.wrapping_add(u16::from(third | FOLD).wrapping_mul(RATIOS[1])))
}

/// How often three bytes of a cell are met.
pub(super) fn frequency_of_cell(cell: usize) -> u32 {
    met(&LEVELS[1], cell)
}

/// How many letters each half of `rules/model/grams.txt` has.
pub const LEVEL_COUNT: usize = 1 << 16;

/// The letters of `rules/model/grams.txt`, `A` for zero: of four bytes by their hash, of three by their cell.
static LEVELS: [[u8; LEVEL_COUNT]; 2] = levels(include_bytes!("../../../rules/model/grams.txt"));

/// The letters of the lines that are no comment.
const fn levels(text: &[u8]) -> [[u8; LEVEL_COUNT]; 2] {
    let (mut levels, mut count, mut at, mut is_comment) = ([[0; LEVEL_COUNT]; 2], 0, 0, false);
    while at < text.len() {
        match text[at] {
            b'#' => is_comment = true,
            b'\n' => is_comment = false,
            letter @ b'A'..=b'Z' if !is_comment => {
                assert!(count < 2 * LEVEL_COUNT, "rules/model/grams.txt: 131,072 letters are wanted");
                levels[count / LEVEL_COUNT][count % LEVEL_COUNT] = letter;
                count += 1;
            }
            other => assert!(is_comment || other == b'\r', "rules/model/grams.txt: capital letters are wanted"),
        }
        at += 1;
    }
    assert!(count == 2 * LEVEL_COUNT, "rules/model/grams.txt: 131,072 letters are wanted");
    levels
}

/// How often what has this letter is met in 2^24 bytes of source text: the letter is the number of binary digits.
fn met(levels: &[u8; LEVEL_COUNT], at: usize) -> u32 {
    (1 << (levels[at] - b'A')) >> 1
}

fn level(four: [u8; 4]) -> usize {
    (u32::from_le_bytes(four).wrapping_mul(RATIO) >> (u32::BITS - LEVEL_COUNT.ilog2())) as usize
}

/// Which of the letters of either half are those of the four bytes, and of the first three of them.
#[must_use]
pub fn level_places(four: [u8; 4]) -> [usize; 2] {
    let [first, second, third, _] = four;
    [level(Gram::of_four(four).0.to_le_bytes()), cell([first, second, third])]
}
