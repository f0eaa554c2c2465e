//! Which of the finders of single characters have anything to look at in a text.
//!
//! **The problem.** Nine finders go over every text, each for a character of its own that most texts hold (a
//! backslash, an ampersand, an equals sign), and nearly always find nothing. **The way chosen.** Each is asked only if the text has the two
//! or three bytes that it begins with. One pass tells where any of them begins, and which it is is looked up there. **The ways rejected.** A packed searcher of a library for all beginnings takes three times as long, and
//! comparing all bytes at every place twice.

use fearless_simd::{mask8x64, prelude::*};

use crate::lanes::{self, Class, Near, is, within};

/// `%` and a digit from 2 to 7: what is printed begins with one.
pub(super) const PERCENT: u8 = 1;
/// A backslash and `u`, `x` or a slash.
pub(super) const ESCAPE: u8 = 1 << 1;
/// `&` and `#` or a small letter.
pub(super) const ENTITY: u8 = 1 << 2;
/// `=` and `3`, or the end of a line.
pub(super) const QUOTED_PRINTABLE: u8 = 1 << 3;
/// A backslash at the end of a line.
pub(super) const LINES: u8 = 1 << 4;
/// `: |` or `: >`.
pub(super) const BLOCKS: u8 = 1 << 5;
/// `<<`.
pub(super) const HERE: u8 = 1 << 6;
/// Nothing but what a finder looks for itself as fast.
pub(super) const ALWAYS: u8 = 1 << 7;

/// By the byte, for the first, the second and the third: which of them it may belong to there.
const MAY_STAND: [[u8; 256]; 3] = {
    let (mut may, mut byte) = ([[0; 256]; 3], 0);
    while byte < 256 {
        may[0][byte] = match byte as u8 {
            b'%' => PERCENT,
            b'\\' => ESCAPE | LINES,
            b'&' => ENTITY,
            b'=' => QUOTED_PRINTABLE,
            b':' => BLOCKS,
            b'<' => HERE,
            _ => 0,
        };
        may[1][byte] = match byte as u8 {
            b'2' | b'4'..=b'7' => PERCENT,
            b'3' => PERCENT | QUOTED_PRINTABLE,
            b'u' | b'x' => ESCAPE | ENTITY,
            b'/' => ESCAPE,
            b'#' | b'a'..=b'z' => ENTITY,
            b'\n' | b'\r' => QUOTED_PRINTABLE | LINES,
            b' ' => BLOCKS,
            b'<' => HERE,
            _ => 0,
        };
        may[2][byte] = if matches!(byte as u8, b'|' | b'>') { u8::MAX } else { !BLOCKS };
        byte += 1;
    }
    may
};

/// Where one of them may begin, as far as vectors tell without a table.
struct Beginnings;

impl Class for Beginnings {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let (first, second, third) = (near.here(), near.behind::<1>(), near.behind::<2>());
        let line = is(second, b'\n') | is(second, b'\r');
        let letter = is(second, b'u') | is(second, b'x');
        let block = is(second, b' ') & (is(third, b'|') | is(third, b'>'));
        is(first, b'%') & within(second, b'2', b'7')
            | is(first, b'\\') & (line | letter | is(second, b'/'))
            | is(first, b'&') & (is(second, b'#') | within(second, b'a', b'z'))
            | is(first, b'=') & (line | is(second, b'3'))
            | is(first, b':') & block
            | is(first, b'<') & is(second, b'<')
    }
}

/// Which of them the text holds.
pub(super) fn of(text: &[u8]) -> u8 {
    let mut flags = ALWAYS;
    for (block, mut firsts) in lanes::blocks::<Beginnings>(text, 0..text.len()) {
        while firsts != 0 {
            let at = block + firsts.trailing_zeros() as usize;
            firsts &= firsts - 1;
            let may = |number: usize| MAY_STAND[number][usize::from(*text.get(at + number).unwrap_or(&0))];
            flags |= may(0) & may(1) & may(2);
        }
        if flags == u8::MAX {
            break;
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::super::{IN_PLACE, in_place};
    use super::*;
    use crate::lanes::{BLOCK, levels};

    #[test]
    fn whatever_a_finder_finds_is_announced() {
        let pieces = [
            "%41",
            "%4",
            "\\u0041",
            "\\x41",
            ":\\/\\/a:b@",
            "\\u{41}",
            "\\\n",
            "\\\r\n",
            "&#65;",
            "&quot;",
            "&x",
            "=3D",
            "=4A",
            "=\n",
            "=\r\nx",
            ": |\n  v\n",
            ": >-\n  v\n",
            "<<EOT\nv\nEOT\n",
            "<<'E_F'\nv\nE_F",
            "a\" + \"b",
            "a' 'b",
            "a\"\n\"b",
            "a\"..\"b",
            "a\"~'b",
            "--key \\\nb",
            "word",
            "\n",
            " ",
            "\"",
            "'",
            "=",
            "%",
            "&",
            "\\",
            ":",
            "<",
            "é",
            "x",
        ];
        // A series that looks like none, the same every time.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        let mut told = 0;
        for _ in 0..20_000 {
            let mut text = "y".repeat(next(70));
            for _ in 0..=next(5) {
                text.push_str(pieces[next(pieces.len())]);
                text.push_str(&"z".repeat(next(3) * next(40)));
            }
            let text = text.as_bytes();
            let flags = of(text);
            for in_place::Kind { trigger, find, encoding, .. } in IN_PLACE {
                let mut counts = false;
                find(text, 0..text.len(), &mut |edit| counts |= edit.counts);
                assert!(!counts || flags & trigger != 0, "{encoding:?} in {:?}", String::from_utf8_lossy(text));
                told |= if counts { trigger } else { 0 };
            }
        }
        assert_eq!(told, u8::MAX, "each of them was met");
    }

    #[test]
    fn what_looks_like_a_beginning_is_told_at_every_place_of_a_block() {
        levels::at_each(|| {
            let pieces = [
                ("%4", PERCENT),
                ("\\u", ESCAPE),
                ("&#", ENTITY),
                ("=\r", QUOTED_PRINTABLE),
                ("\\\n", LINES),
                (": >", BLOCKS),
                ("<<", HERE),
            ];
            for (piece, flag) in pieces {
                for before in 0..2 * BLOCK + 3 {
                    for behind in [0, 1, BLOCK] {
                        let text = [".".repeat(before).as_str(), piece, "?".repeat(behind).as_str()].concat();
                        assert_eq!(of(text.as_bytes()), ALWAYS | flag, "{text}");
                        assert_eq!(of(&text.as_bytes()[..before + piece.len() - 1]), ALWAYS, "{text}");
                    }
                }
            }
        });
    }
}
