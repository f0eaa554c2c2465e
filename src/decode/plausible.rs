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

fn is_printed(byte: u8) -> bool {
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
}
