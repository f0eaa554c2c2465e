//! Percent encoding (RFC 3986, 2.1), also twice over.

use std::ops::Range;

use super::hex::value;
use super::in_place::{Edit, Said};

/// Finds `%` and two hexadecimal digits. Spaces and bytes outside ASCII are decoded where others are, but are no reason to.
pub fn find(text: &[u8], range: Range<usize>, edit: &mut dyn FnMut(Edit)) {
    let mut done = range.start;
    for at in memchr::memchr_iter(b'%', &text[range.clone()]).map(|at| range.start + at) {
        let Some(&[high, low]) = text.get(at + 1..range.end.min(at + 3)) else { continue };
        if at < done || !high.is_ascii_hexdigit() || !low.is_ascii_hexdigit() {
            continue;
        }
        let byte = value(high) << 4 | value(low);
        done = at + 3;
        edit(Edit { range: at..done, text: Said::byte(byte), counts: byte.is_ascii_graphic() });
    }
}
