//! Quoted-printable (RFC 2045, 6.7), as mail is written: `=3D` for an equals sign, and lines that go on behind a final `=`.

use std::ops::Range;

use super::hex::value;
use super::in_place::{Edit, Said};

/// The longest line (RFC 2045, 6.7, rule 5).
const LINE: usize = 76;
/// How short a line may be that was broken because it was too long.
const BROKEN: usize = 60;

/// Finds `=` with two upper-case digits, and soft line breaks. Only `=3D` and line breaks are a reason to decode: in
/// programs a number follows many an equals sign.
pub fn find(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    let piece = &text[range.clone()];
    // Nearly every text is dismissed by this.
    let breaks = |end: &[u8]| {
        memchr::memmem::find_iter(piece, end).any(|at| is_soft(text, range.start + at, range.start + at + end.len()))
    };
    if memchr::memmem::find(piece, b"=3D").is_none() && !breaks(b"=\n") && !breaks(b"=\r\n") {
        return;
    }
    for at in memchr::memchr_iter(b'=', piece).map(|at| range.start + at) {
        let rest = &text[at + 1..range.end];
        match rest {
            [high, low, ..] if is_upper_hex(*high) && is_upper_hex(*low) => {
                let byte = value(*high) << 4 | value(*low);
                edit(Edit { range: at..at + 3, text: Said::byte(byte), counts: byte == b'=' });
            }
            [b'\n', ..] if is_soft(text, at, at + 2) => {
                edit(Edit { range: at..at + 2, text: Said::NOTHING, counts: true });
            }
            [b'\r', b'\n', ..] if is_soft(text, at, at + 3) => {
                edit(Edit { range: at..at + 3, text: Said::NOTHING, counts: true });
            }
            _ => {}
        }
    }
}

/// Whether the `=` at `at` breaks a line that was too long, the next one beginning at `next`.
fn is_soft(text: &[u8], at: usize, next: usize) -> bool {
    let from = at.saturating_sub(LINE + 1);
    let length = memchr::memrchr(b'\n', &text[from..at]).map_or(at - from, |newline| at - from - newline - 1);
    (BROKEN..LINE).contains(&length) && text[at - 1] > b' ' && text.get(next).is_some_and(|&byte| byte > b' ')
}

fn is_upper_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'F')
}
