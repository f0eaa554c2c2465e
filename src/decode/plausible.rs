//! Whether decoded bytes are worth reading.
//!
//! Runs of base64 digits are everywhere: words, paths, images, digests. Nearly all of them are dismissed by the first few
//! bytes that they decode to, which are not what a text, a compressed text or a text in UTF-16 begins with.

/// What decoded bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Text.
    Text,
    /// Text in UTF-16, low byte first.
    Utf16,
    /// Compressed (RFC 1952).
    Gzip,
}

/// How gzip begins: the magic number and the only method there is (RFC 1952, 2.3.1).
pub const GZIP: &[u8] = &[0x1F, 0x8B, 0x08];

/// What a text that begins with `head` looks like; none for what is not worth reading.
#[must_use]
pub fn look(head: &[u8]) -> Option<Look> {
    if head.starts_with(GZIP) {
        return Some(Look::Gzip);
    }
    if is_text(head) {
        return Some(Look::Text);
    }
    let utf16 = head.strip_prefix(&[0xFF, 0xFE]).unwrap_or(head);
    let pairs = utf16.chunks_exact(2);
    let is_utf16 = pairs.len() >= 3 && pairs.into_iter().all(|pair| pair[1] == 0 && is_printed(pair[0]));
    is_utf16.then_some(Look::Utf16)
}

/// What a byte costs that a text begins with: nothing if it is printed, one if it is of another alphabet, and else too much.
const COSTS: [u8; 256] = {
    let (mut costs, mut byte) = ([0; 256], 0);
    while byte < 256 {
        costs[byte] = if byte >= 0x80 { 1 } else { 8 * !is_printed(byte as u8) as u8 };
        byte += 1;
    }
    costs
};

/// Whether six bytes are not what anything begins with that [`look`] knows: quicker than that, but not all that it dismisses.
#[must_use]
pub fn is_dismissed(six: [u8; 6]) -> bool {
    let cost: u8 = six.iter().map(|&byte| COSTS[usize::from(byte)]).sum();
    cost > 2 && six[0] != GZIP[0] && (six[1] | six[3] | six[5]) != 0
}

/// Whether the bytes could be the beginning of a text that is mostly ASCII.
#[must_use]
pub fn is_text(head: &[u8]) -> bool {
    let others = head.iter().filter(|&&byte| byte >= 0x80).count();
    head.iter().all(|&byte| byte >= 0x80 || is_printed(byte))
        && others * 3 <= head.len()
        && (others == 0 || is_utf8(head))
}

/// Whether the bytes are UTF-8, perhaps cut inside the last character.
#[must_use]
pub fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

const fn is_printed(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_told_apart() {
        assert_eq!(look(b"key = value"), Some(Look::Text));
        assert_eq!(look("la clé est".as_bytes()), Some(Look::Text));
        assert_eq!(look(b"k\0e\0y\0=\0"), Some(Look::Utf16));
        assert_eq!(look(&[0x1F, 0x8B, 0x08, 0, 1]), Some(Look::Gzip));
        for bytes in [&b"\x89PNG\r\n\x1a\n"[..], b"ab\x01cde", b"\xFF\xD8\xFF\xE0", b"\xE9\xE8\xE7\xE6"] {
            assert_eq!(look(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_dismissed_is_not_worth_a_look() {
        // Every pair of bytes at every two places, among bytes that are printed and such that UTF-16 has.
        for around in [b'a', 0, b'/', 0xC3] {
            for (one, other) in (0..6).flat_map(|one| (one..6).map(move |other| (one, other))) {
                for pair in 0..=u16::MAX {
                    let mut six = [b'x', around, b'y', around, b'z', around];
                    [six[one], six[other]] = pair.to_le_bytes();
                    assert!(!is_dismissed(six) || look(&six).is_none(), "{six:?}");
                }
            }
        }
        assert!(is_dismissed([0x89, b'P', b'N', b'G', 0x0D, 1]) && !is_dismissed(*b"key = "));
    }
}
