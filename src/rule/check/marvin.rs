//! Marvin32, the keyed checksum with which Microsoft's services sign the keys that they hand out.
//!
//! The seed is no secret: it is the eight letters of a name (`Default0`), and which one fits tells what the key may do.
//! Source: Microsoft's published library for identifiable secrets, and the .NET runtime's hash of the same name.

/// The seed that a name of eight letters is.
pub(super) const fn seed(name: &[u8; 8]) -> u64 {
    u64::from_be_bytes(*name)
}

/// The checksum of `bytes` under `seed`.
pub(super) fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        state = round((state.0.wrapping_add(u32::from_le_bytes(*word)), state.1));
    }
    let mut last = [0u8; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    state = round(round((state.0.wrapping_add(u32::from_le_bytes(last)), state.1)));
    state.0 ^ state.1
}

fn round((mut low, mut high): (u32, u32)) -> (u32, u32) {
    high ^= low;
    low = low.rotate_left(20).wrapping_add(high);
    high = high.rotate_left(9) ^ low;
    low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtimes_own_vectors_hold() {
        // From the tests of the .NET runtime, both halves of its 64-bit result folded together.
        for (bytes, high, low) in [
            (&[][..], 0x30ed_35c1u32, 0x00cd_3c7du32),
            (&[0xaf], 0x48e7_3fc7, 0x7d75_ddc1),
            (&[0xe7, 0x0f], 0xb5f6_e1fc, 0x485d_bff8),
            (&[0x37, 0xf4, 0x95], 0xf0b0_7c78, 0x9b8c_f7e8),
            (&[0x86, 0x42, 0xdc, 0x59], 0x7008_f2e8, 0x7e9c_f556),
        ] {
            assert_eq!(marvin32(bytes, 0x004f_b61a_001b_dbcc), high ^ low);
        }
    }
}
