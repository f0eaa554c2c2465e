//! Base64 and base64url (RFC 4648, 4 and 5), padded or not, on one line or broken over lines of one length.
//!
//! A run of digits is found by the caller. Here it is dismissed by the first bytes that it decodes to, or decoded. Where its
//! beginning is not in sight (a piece of a long run, a run at the beginning of a decoded text) the four ways to divide
//! it into groups are tried; of a text in ASCII all wrong ones give bytes that are none. A path or a word may stand
//! in front of it without a break, so that the beginnings behind `/`, `-` and `_` are tried, too.

use std::ops::Range;

use fearless_simd::{mask8x64, prelude::*};

use super::derived::{Derived, Encoding, Map, Unit};
use super::plausible::{self, Look};
use super::runs;
use super::scope::{Budget, Piece, Scope};
use crate::lanes::{self, Class, Near, is};

/// The fewest digits that are looked at.
pub const LEAST: usize = 20;
/// How many digits are decoded to dismiss a run.
const HEAD: usize = 32;
/// How many beginnings behind a separator are tried.
const BEGINNINGS: usize = 8;
/// The shortest line that the next one may go on from.
const LINE: usize = 40;
/// The longest run that is decompressed: what is compressed has no place to begin in the middle.
const COMPRESSED: usize = 1 << 20;

/// The value of each digit of both alphabets; 64 for what is none.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < 64 {
        values[standard[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// Whether the byte is a digit of either alphabet.
#[must_use]
pub fn is_digit(byte: u8) -> bool {
    VALUES[byte as usize] < 64
}

/// Derives what the run of digits at `run` says, and returns where it ends: lines that go on from it belong to it.
pub fn derive(
    text: &[u8],
    run: Range<usize>,
    scope: &Scope<'_>,
    budget: &Budget,
    sink: &mut dyn FnMut(Derived),
) -> usize {
    // Names and paths in lower case.
    if !runs::is_more_than_a_name(text, run.start..run.end.min(run.start + 256)) {
        return run.end;
    }
    let end = block_end(text, &run);
    let block = run.start..end;
    if !scope.wants(&block) {
        return end;
    }
    let first = Line::of(text, run.clone());
    if let Some(start) = first.beginnings().find(|&start| is_compressed(&text[start..run.end])) {
        let range = start..end.min(start.saturating_add(COMPRESSED));
        let cut = range.end < end;
        if cut {
            budget.cut();
        }
        sink_piece(text, Piece { own: range.clone(), range }, cut, budget, sink);
        return end;
    }
    // A line break is no reason to begin anew, but the first line tells what all of them are.
    scope.pieces(block.clone(), |piece| {
        let known = piece.range.start == run.start && !(scope.inside && run.start == 0);
        let Some(start) = beginning(text, &piece.range, &first, known) else {
            return;
        };
        sink_piece(text, Piece { range: start..piece.range.end, own: piece.own }, piece.range.end < end, budget, sink);
    });
    end
}

fn sink_piece(text: &[u8], piece: Piece, cut: bool, budget: &Budget, sink: &mut dyn FnMut(Derived)) {
    if !budget.take(piece.range.len() / 4 * 3) {
        return;
    }
    let mut derived =
        Derived { encoding: Encoding::Base64, text: Vec::new(), own: piece.own, cut, map: Map::default() };
    decode(text, piece.range, &mut derived.text, &mut derived.map);
    sink(derived);
}

/// Where in `range` what is worth reading begins; `first` is the line at which the digits begin.
fn beginning(text: &[u8], range: &Range<usize>, first: &Line, known: bool) -> Option<usize> {
    // No further, because a long run is looked at piece by piece.
    let text = &text[..range.end];
    let own;
    let line = if range.start == first.digits.start && first.digits.end <= range.end {
        first
    } else {
        own = Line::of(text, range.start..runs::end(text, range.start));
        &own
    };
    let Range { start, end } = line.digits;
    let fits = |start: usize| worth(&text[start..end]).is_some();
    let found = line.beginnings().find(|&start| fits(start));
    if found.is_some() || known {
        return found;
    }
    (start + 1..start + 4).find(|&start| start < end && fits(start)).or_else(|| {
        // The rest of a line is too short to tell: the next one begins a group.
        let next = next_line(text, end).filter(|&next| next < range.end && end - start < 80)?;
        worth(&text[next..runs::end(text, next)]).map(|_| next)
    })
}

/// The digits that paths and names are separated by.
struct Separators;

impl Class for Separators {
    #[inline(always)]
    fn of<S: Simd>(near: Near<'_, S>) -> mask8x64<S> {
        let here = near.here();
        is(here, b'/') | is(here, b'-') | is(here, b'_')
    }
}

/// Digits in a row.
struct Line {
    digits: Range<usize>,
    /// Behind the first separators among them, so many.
    behind: ([usize; BEGINNINGS], usize),
}

impl Line {
    fn of(text: &[u8], digits: Range<usize>) -> Self {
        let (mut behind, mut count) = ([0; BEGINNINGS], 0);
        let Range { start, end } = digits;
        for (block, mut marks) in lanes::few_blocks::<Separators>(text, start..end) {
            while marks != 0 && count < BEGINNINGS {
                behind[count] = block + marks.trailing_zeros() as usize + 1;
                count += 1;
                marks &= marks - 1;
            }
            if count == BEGINNINGS {
                break;
            }
        }
        Line { digits, behind: (behind, count) }
    }

    /// The beginning of the line and those behind its first separators.
    fn beginnings(&self) -> impl Iterator<Item = usize> {
        let behind = &self.behind.0[..self.behind.1];
        std::iter::once(self.digits.start).chain(behind.iter().copied()).filter(|at| self.digits.end - at >= LEAST)
    }
}

/// What the digits look like once decoded.
fn worth(digits: &[u8]) -> Option<Look> {
    if digits.len() < LEAST {
        return None;
    }
    // Eight digits dismiss nearly everything.
    let eight = digits[..8].iter().fold(0_u64, |bits, &digit| bits << 6 | u64::from(VALUES[usize::from(digit)] & 63));
    let [_, _, six @ ..] = eight.to_be_bytes();
    if plausible::is_dismissed(six) {
        return None;
    }
    plausible::look(&six)?;
    let mut head = [0; HEAD / 4 * 3];
    let length = group(&digits[..digits.len().min(HEAD)], &mut head);
    plausible::look(&head[..length])
}

/// Whether the digits say gzip, or digits that do: Helm keeps its releases in base64 twice.
fn is_compressed(digits: &[u8]) -> bool {
    match digits {
        [b'H', rest @ ..] => rest.starts_with(b"4sI"),
        [b'S', rest @ ..] => rest.starts_with(b"DRzS"),
        [b'U', rest @ ..] => rest.starts_with(b"0RSel"),
        _ => false,
    }
}

/// Decodes digits, as many as are, and returns how many bytes they made.
fn group(digits: &[u8], out: &mut [u8]) -> usize {
    let mut length = 0;
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, &digit| bits << 6 | u32::from(VALUES[digit as usize] & 63));
        let bits = bits << (6 * (4 - four.len()));
        for shift in [16, 8, 0].iter().take(four.len() - 1) {
            out[length] = (bits >> shift) as u8;
            length += 1;
        }
    }
    length
}

/// Decodes the digits of `range`, line by line.
fn decode(text: &[u8], range: Range<usize>, out: &mut Vec<u8>, map: &mut Map) {
    out.reserve(range.len() / 4 * 3 + 3);
    let mut at = range.start;
    while at < range.end {
        let end = runs::end(&text[..range.end], at);
        if end == at {
            at += 1;
            continue;
        }
        map.push(out.len(), at, Unit::Even { wide: 4, of: 3 });
        let from = out.len();
        out.resize(from + (end - at).div_ceil(4) * 3, 0);
        let length = group(&text[at..end], &mut out[from..]);
        out.truncate(from + length);
        at = end;
    }
}

/// Decodes a whole value, which is nothing but digits and padding; none if it is anything else.
#[must_use]
pub fn decode_value(value: &[u8]) -> Option<Vec<u8>> {
    let digits = value.strip_suffix(b"==").or_else(|| value.strip_suffix(b"=")).unwrap_or(value);
    let padded = digits.len() < value.len();
    if digits.is_empty() || digits.len() % 4 == 1 || (padded && !value.len().is_multiple_of(4)) {
        return None;
    }
    if !digits.iter().all(|&byte| is_digit(byte)) {
        return None;
    }
    let (mut out, mut map) = (Vec::new(), Map::default());
    decode(digits, 0..digits.len(), &mut out, &mut map);
    Some(out)
}

/// The end of the last of the lines of digits that go on from `run`.
pub fn block_end(text: &[u8], run: &Range<usize>) -> usize {
    let length = run.len();
    let mut end = run.end;
    if length < LINE || !length.is_multiple_of(4) {
        return end;
    }
    // All lines but the last are as long as the first one; the first is shorter only where something stands before it.
    let mut full = length;
    while let Some(next) = next_line(text, end) {
        let line = text[next..].iter().take(full.max(128)).take_while(|&&byte| is_digit(byte)).count();
        let longer = end == run.end && line > full;
        if line == 0 || (line > full && !longer) || !is_last_of_line(text, next + line) {
            break;
        }
        end = next + line;
        if longer {
            full = line;
        }
        if line < full || line % 4 != 0 {
            break;
        }
    }
    end
}

/// Whether digits that end at `end` may be the last of their line: what goes on otherwise, the name of a setting, is no line of
/// the block.
fn is_last_of_line(text: &[u8], end: usize) -> bool {
    let padding = text[end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    let behind = &text[end + padding..];
    let blank = behind.iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match behind.get(blank) {
        None | Some(b'\r' | b'\n' | b'\\') => true,
        Some(b'"' | b'\'' | b'`' | b'<' | b',' | b';' | b')' | b'}' | b']') => blank == 0,
        Some(_) => false,
    }
}

/// Where the line behind the one that ends at `end` begins, without its indentation.
fn next_line(text: &[u8], end: usize) -> Option<usize> {
    let at = if text.get(end) == Some(&b'\r') { end + 1 } else { end };
    if text.get(at) != Some(&b'\n') {
        return None;
    }
    let blank = text[at + 1..].iter().take(64).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    Some(at + 1 + blank)
}
