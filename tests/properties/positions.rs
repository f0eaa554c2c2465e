//! Lines and columns, carried over any cut, are those of a naive count.

use keysieve::place::{LineState, Position, Positions};
use proptest::prelude::*;

use super::support::character;

/// Counts one character at a time; of bytes that are no UTF-8, the pieces that the Unicode standard would replace.
fn naive(text: &[u8]) -> Position {
    let mut position = Position { line: 1, column: 1, column_utf16: 1 };
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars().chain((!chunk.invalid().is_empty()).then_some('\u{FFFD}')) {
            if character == '\n' {
                position = Position { line: position.line + 1, column: 1, column_utf16: 1 };
            } else {
                position.column += 1;
                position.column_utf16 += character.len_utf16() as u64;
            }
        }
    }
    position
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"a",
        b"\n",
        b"\r",
        b"\r\n",
        b"\t",
        b"word ",
        "é".as_bytes(),
        "\u{20AC}".as_bytes(),
        "\u{1F600}".as_bytes(),
        "\u{2028}".as_bytes(),
        b"\xFF",
        b"\x80",
        b"\xC3",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xED\xA0\x80",
        b"\0",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Cuts go where `source` makes them: at the beginning of a character, or before a byte that belongs to none.
    #[test]
    fn a_count_can_be_carried_over_any_cut(text in texts(), cuts in prop::collection::vec(0_usize..200, 0..6)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| character(&text, cut.min(text.len()))).collect();
        cuts.push(text.len());
        cuts.sort_unstable();
        let (mut state, mut at) = (LineState::default(), 0);
        for cut in cuts {
            state.advance(&text[at..cut]);
            prop_assert_eq!(state.position(), naive(&text[..cut]), "{:?} up to {}", text, cut);
            at = cut;
        }
    }

    #[test]
    fn ascending_offsets_are_found_in_one_walk(text in texts(), offsets in prop::collection::vec(0_usize..300, 0..8)) {
        let mut offsets: Vec<usize> = offsets.into_iter().map(|offset| character(&text, offset)).collect();
        offsets.sort_unstable();
        let mut positions = Positions::new(&text, LineState::default());
        for offset in offsets {
            prop_assert_eq!(positions.at(offset), naive(&text[..offset]), "{:?} at {}", text, offset);
        }
    }
}
