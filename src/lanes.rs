//! Many bytes looked at at once, in a form that compilers turn into a few instructions.
//!
//! Compiled twice: into the library, and with the search for literals into `build.rs`.

/// How many bytes are looked at at once.
pub const BLOCK: usize = 64;

/// Which of the bytes from `at` are such, the first in the lowest bit; what would stand behind the end of the text is zero. `is`
/// is to have no branches.
#[inline(always)]
#[must_use]
pub fn which(text: &[u8], at: usize, is: impl Fn(u8) -> bool) -> u64 {
    let mut padded = [0; BLOCK];
    let block: &[u8; BLOCK] = match text.get(at..at + BLOCK).and_then(|block| block.try_into().ok()) {
        Some(block) => block,
        None => {
            let rest = text.get(at..).unwrap_or_default();
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        }
    };
    let mut flags = [0_u8; BLOCK];
    for (flag, &byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(is(byte));
    }
    let mut bits = 0;
    for (number, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // The product has the lowest bits of the eight bytes side by side in its uppermost byte.
        bits |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * number);
    }
    bits
}
