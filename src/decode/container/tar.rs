//! tar: blocks of 512 bytes, a header before each member's.
//!
//! Read are POSIX ustar and pax (IEEE 1003.1-2024, "pax"), GNU's long names and base-256 numbers, and the form before
//! them all. Behind the two empty blocks that end an archive may stand another one (`tar --concatenate`, or a member that
//! somebody wants to hide), so reading goes on to the end. A block that should be a header and is none is passed over
//! until one is found.

use std::io::Read;

use super::exactly::{Exactly, fill};
use super::{Problem, Visit};

const BLOCK: usize = 512;
/// The longest name or pax header that is read.
const LONG: u64 = 64 * 1024;

/// Whether the first block is a header: its sum is right and it has a name.
pub(super) fn is_head(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(|block: &[u8; BLOCK]| block[0] != 0 && is_header(block))
}

/// The sum of all bytes, with blanks in the place of the sum itself.
fn is_header(block: &[u8; BLOCK]) -> bool {
    // Few files that are none come so far as to be summed up.
    let Some(stated) = octal(&block[148..156]) else { return false };
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    let field: u64 = block[148..156].iter().map(|&byte| u64::from(byte)).sum();
    stated == sum - field + 8 * u64::from(b' ')
}

/// A number in octal digits between blanks, ended by a blank or NUL.
fn octal(field: &[u8]) -> Option<u64> {
    let digits: Vec<u8> = field.iter().copied().skip_while(|it| *it == b' ').take_while(u8::is_ascii_digit).collect();
    u64::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

/// A size: octal, or behind a set bit the binary number.
fn size(field: &[u8]) -> Option<u64> {
    match field.first()? {
        0x80 => Some(field[field.len() - 8..].iter().fold(0, |value, &byte| value << 8 | u64::from(byte))),
        _ if field.iter().all(|it| matches!(it, 0 | b' ')) => Some(0),
        _ => octal(field),
    }
}

fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// What headers of a kind of their own say of the member that follows.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

pub(super) fn members(input: &mut dyn Read, visit: &mut dyn Visit) {
    let mut block = [0; BLOCK];
    let mut ahead = Ahead::default();
    let (mut lost, mut ended) = (false, false);
    loop {
        match fill(input, &mut block) {
            Ok(0) => return,
            Ok(BLOCK) => {}
            // What is left behind the end is padding.
            Ok(_) if ended => return,
            Ok(_) => return visit.problem(b"", Problem::Damaged("it ends in the middle of a header")),
            Err(_) => return visit.problem(b"", Problem::Damaged("it cannot be unpacked to its end")),
        }
        if block.iter().all(|&byte| byte == 0) {
            ended = true;
            continue;
        }
        if !is_header(&block) {
            if !lost && !ended {
                visit.problem(
                    b"",
                    Problem::Damaged("no header where one should stand: reading went on at the next one"),
                );
            }
            lost = true;
            continue;
        }
        (lost, ended) = (false, false);
        if !member(&block, &mut ahead, input, visit) {
            return;
        }
    }
}

/// Reads what stands behind a header; false if that was the end.
fn member(block: &[u8; BLOCK], ahead: &mut Ahead, input: &mut dyn Read, visit: &mut dyn Visit) -> bool {
    let kind = block[156];
    let Some(own) = size(&block[124..136]) else {
        visit.problem(text(&block[..100]), Problem::Damaged("its header gives no size"));
        return true;
    };
    let padding = |length: u64| length.wrapping_neg() % BLOCK as u64;
    if matches!(kind, b'L' | b'K' | b'x' | b'g') {
        let mut body = Exactly { input, left: own };
        let mut value = Vec::new();
        if (&mut body).take(LONG).read_to_end(&mut value).is_err() {
            visit.problem(b"", Problem::Damaged("it ends in the middle of a name"));
            return false;
        }
        match kind {
            b'L' => ahead.name = Some(text(&value).to_vec()),
            b'x' => pax(&value, ahead),
            _ => {}
        }
        return body.skip(padding(own));
    }
    let Ahead { name, size } = std::mem::take(ahead);
    let name = name.unwrap_or_else(|| {
        let (name, prefix) = (text(&block[..100]), text(&block[345..500]));
        // GNU keeps other things where POSIX keeps the directories of a long name.
        let is_posix = &block[257..263] == b"ustar\0";
        if is_posix && !prefix.is_empty() { [prefix, b"/", name].concat() } else { name.to_vec() }
    });
    // Links have no body, whatever size they give.
    let length = if matches!(kind, b'1'..=b'6') { 0 } else { size.unwrap_or(own) };
    if kind == b'S' && !sparse(block, input) {
        visit.problem(&name, Problem::Damaged("it ends in the middle of a header"));
        return false;
    }
    let mut body = Exactly { input, left: length };
    let flow = visit.member(&name, &mut body);
    let whole = body.skip(padding(length));
    // The padding of the last member is often cut off.
    flow.is_continue() && whole
}

/// Passes over the maps of a sparse file; what follows is what is written of it.
fn sparse(block: &[u8; BLOCK], input: &mut dyn Read) -> bool {
    let mut more = block[482] != 0;
    let mut map = [0; BLOCK];
    while more {
        if !matches!(fill(input, &mut map), Ok(BLOCK)) {
            return false;
        }
        more = map[504] != 0;
    }
    true
}

/// The records of a pax header: `length key=value` and a line end.
fn pax(mut records: &[u8], ahead: &mut Ahead) {
    while let Some(blank) = memchr::memchr(b' ', records) {
        let length: usize = std::str::from_utf8(&records[..blank]).ok().and_then(|it| it.parse().ok()).unwrap_or(0);
        let Some(record) = records.get(blank + 1..length.max(1) - 1) else { return };
        if let Some(equals) = memchr::memchr(b'=', record) {
            let value = &record[equals + 1..];
            match &record[..equals] {
                b"path" | b"GNU.sparse.name" => ahead.name = Some(value.to_vec()),
                b"size" => ahead.size = std::str::from_utf8(value).ok().and_then(|it| it.parse().ok()),
                _ => {}
            }
        }
        records = records.get(length..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(size(b"00000000017\0"), Some(15));
        assert_eq!(size(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        assert_eq!(size(b"zz\0"), None);
        assert_eq!(size(&[0; 12]), Some(0));
    }

    #[test]
    fn pax_records_that_lie_about_their_length_end_the_reading() {
        for records in [&b"5 a"[..], b"0 path=x\n", b"99999999999999999999 path=x\n", b" =", b"3 \n\n"] {
            pax(records, &mut Ahead::default());
        }
        let mut ahead = Ahead::default();
        pax(b"12 path=a/b\n9 size=7\n", &mut ahead);
        assert_eq!((ahead.name.as_deref(), ahead.size), (Some(&b"a/b"[..]), Some(7)));
    }
}
