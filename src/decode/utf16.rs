//! UTF-16 inside another encoding, as PowerShell takes its encoded commands.

use super::derived::{Derived, Encoding, Map, Unit};
use super::plausible::{Look, look};
use super::scope::Budget;

/// What `text` says, if it is UTF-16 with the low byte first.
#[must_use]
pub fn derive(text: &[u8], budget: &Budget) -> Option<Derived> {
    if look(&text[..text.len().min(24)]) != Some(Look::Utf16) || !budget.take(text.len()) {
        return None;
    }
    let (mut out, mut map) = (Vec::with_capacity(text.len() / 2), Map::default());
    let units = text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let (mut at, mut even) = (0, false);
    for decoded in char::decode_utf16(units) {
        let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
        match (character.is_ascii(), even) {
            (true, true) => {}
            (true, false) => map.push(out.len(), at, Unit::Even { wide: 2, of: 1 }),
            (false, _) => map.push(out.len(), at, Unit::Whole(2 * character.len_utf16())),
        }
        even = character.is_ascii();
        at += 2 * character.len_utf16();
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(Derived { encoding: Encoding::Utf16, text: out, own: 0..text.len(), cut: false, map })
}
