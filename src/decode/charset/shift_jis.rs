//! Shift-JIS (JIS X 0208:1997, Annex 1), told from Latin-1 by its kana.

/// What stands for the second byte of a character: no letter, and no part of UTF-8.
const COVER: u8 = 0xFF;

/// Whether text that begins with `head` is Shift-JIS: no UTF-8, nothing that Shift-JIS cannot hold, and of its characters
/// enough hiragana and katakana, which every Japanese text is full of; their first bytes are no letters in Latin-1.
pub fn is(head: &[u8]) -> bool {
    if head.is_ascii() || std::str::from_utf8(head).is_ok() {
        return false;
    }
    let (mut characters, mut kana, mut at) = (0, 0, 0);
    while at < head.len() {
        let first = head[at];
        at += 1;
        if first < 0x80 || matches!(first, 0xA1..=0xDF) {
            continue;
        }
        if !is_first(first) {
            return false;
        }
        let Some(&second) = head.get(at) else { break };
        if !matches!(second, 0x40..=0x7E | 0x80..=0xFC) {
            return false;
        }
        characters += 1;
        kana += usize::from(matches!(first, 0x82 | 0x83));
        at += 1;
    }
    characters >= 4 && kana * 4 >= characters
}

fn is_first(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

/// The text, the second bytes that look like ASCII covered.
pub fn read(bytes: &[u8]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    let mut at = 0;
    while let Some(high) = text[at..].iter().position(|&byte| byte >= 0x80) {
        at += high;
        if is_first(text[at])
            && let Some(second) = text.get_mut(at + 1)
        {
            if matches!(second, 0x40..=0x7E) {
                *second = COVER;
            }
            at += 1;
        }
        at = (at + 1).min(text.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "トークン ア": the last character ends in what looks like `A`.
    const KANA: &[u8] = b"\x83\x67\x81\x5B\x83\x4E\x83\x93 \x83\x41";

    #[test]
    fn second_bytes_are_no_letters() {
        assert!(is(KANA));
        assert_eq!(read(KANA), b"\x83\xFF\x81\xFF\x83\xFF\x83\x93 \x83\xFF");
    }

    #[test]
    fn other_charsets_are_left_alone() {
        for text in ["plain".as_bytes(), "トークン".as_bytes(), b"caf\xE9, \xE9t\xE9 et \xE0 demain", b"\x82"] {
            assert!(!is(text), "{text:?}");
        }
    }
}
