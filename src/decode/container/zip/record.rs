//! The records of a zip file: its end, its directory, its headers (APPNOTE 6.3, section 4.3).

use std::io::SeekFrom;
use std::ops::Range;

use super::super::Input;
use super::super::exactly::fill;
use super::Entry;

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";

/// Where the directory is.
pub(super) struct Directory {
    pub(super) range: Range<u64>,
    /// What stands before the archive: offsets do not count it.
    pub(super) before: u64,
}

/// What the directory says of a member.
pub(super) struct Central {
    pub(super) entry: Entry,
    /// Where its header is.
    pub(super) offset: u64,
}

/// What a member's header says.
pub(super) struct Local {
    pub(super) entry: Entry,
    /// Where its packed bytes begin.
    pub(super) data: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|it| it.first_chunk()).map_or(0, |it| u16::from_le_bytes(*it))
}

fn u32_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|it| it.first_chunk()).map_or(0, |it| u64::from(u32::from_le_bytes(*it)))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|it| it.first_chunk()).map_or(0, |it| u64::from_le_bytes(*it))
}

/// Up to `length` bytes at `at`.
fn bytes(input: &mut dyn Input, at: u64, length: usize) -> Option<Vec<u8>> {
    input.seek(SeekFrom::Start(at)).ok()?;
    let mut out = vec![0; length];
    let got = fill(&mut { input }, &mut out).ok()?;
    out.truncate(got);
    Some(out)
}

/// Finds the directory by the record at the end of the file, which a comment may follow.
pub(super) fn directory(input: &mut dyn Input, length: u64) -> Option<Directory> {
    let from = length.saturating_sub(22 + 65_535);
    let tail = bytes(input, from, (length - from) as usize)?;
    let at = memchr::memmem::rfind_iter(&tail, END).find(|at| at + 22 <= tail.len())?;
    let (record, end) = (&tail[at..], from + at as u64);
    let (mut size, mut offset, mut end) = (u32_at(record, 12), u32_at(record, 16), end);
    if let Some(locator) = end.checked_sub(20).and_then(|at| bytes(input, at, 20))
        && locator.starts_with(LOCATOR64)
    {
        // It may have been moved by what stands before the archive; it mostly ends where its locator begins.
        let behind = (end - 20).saturating_sub(56);
        for at in [u64_at(&locator, 8), behind] {
            if let Some(record) = bytes(input, at, 56).filter(|record| record.starts_with(END64)) {
                (size, offset, end) = (u64_at(&record, 40), u64_at(&record, 48), at);
                break;
            }
        }
    }
    // The directory stands right before its end, whatever its offset says.
    let start = end.checked_sub(size).unwrap_or(offset);
    let is_there =
        |input: &mut dyn Input, at: u64| size == 0 || bytes(input, at, 4).is_some_and(|magic| magic == CENTRAL);
    if is_there(input, start) {
        return Some(Directory { range: start..end, before: start.saturating_sub(offset) });
    }
    is_there(input, offset).then(|| Directory { range: offset..end.max(offset), before: 0 })
}

/// The record of the directory at `at`, and where the next one is.
pub(super) fn central(input: &mut dyn Input, at: u64, end: u64) -> Option<(Central, u64)> {
    if at >= end {
        return None;
    }
    let head = bytes(input, at, 46).filter(|head| head.len() == 46 && head.starts_with(CENTRAL))?;
    let lengths = [28, 30, 32].map(|at| usize::from(u16_at(&head, at)));
    let rest = bytes(input, at + 46, lengths[0] + lengths[1])?;
    let name = rest.get(..lengths[0])?.to_vec();
    let extra = Extra { bytes: rest.get(lengths[0]..).unwrap_or_default() };
    let (mut packed, mut unpacked, mut offset) = (u32_at(&head, 20), u32_at(&head, 24), u32_at(&head, 42));
    extra.widen([&mut unpacked, &mut packed, &mut offset]);
    let entry = Entry {
        name,
        flags: u16_at(&head, 8),
        method: u16_at(&head, 10),
        packed: Some(packed),
        unpacked: Some(unpacked),
    };
    Some((Central { entry, offset }, at + 46 + lengths.iter().map(|&it| it as u64).sum::<u64>()))
}

/// The header of a member at `at`.
pub(super) fn local(input: &mut dyn Input, at: u64) -> Option<Local> {
    let head = bytes(input, at, 30).filter(|head| head.len() == 30 && head.starts_with(LOCAL))?;
    let (name, extra) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
    let rest = bytes(input, at + 30, name + extra)?;
    let (mut packed, mut unpacked) = (u32_at(&head, 18), u32_at(&head, 22));
    Extra { bytes: rest.get(name..).unwrap_or_default() }.widen([&mut unpacked, &mut packed, &mut 0]);
    let flags = u16_at(&head, 6);
    let is_known = flags & 8 == 0;
    let entry = Entry {
        name: rest.get(..name)?.to_vec(),
        flags,
        method: u16_at(&head, 8),
        packed: is_known.then_some(packed),
        unpacked: is_known.then_some(unpacked),
    };
    Some(Local { entry, data: at + 30 + (name + extra) as u64 })
}

struct Extra<'e> {
    bytes: &'e [u8],
}

impl Extra<'_> {
    /// Takes from field 1 (Zip64) the numbers that were too large for their place, which are all ones there.
    fn widen(&self, numbers: [&mut u64; 3]) {
        let mut rest = self.bytes;
        while rest.len() >= 4 {
            let (id, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
            let field = rest.get(4..4 + length).unwrap_or(&rest[4..]);
            if id == 1 {
                let mut wide = field.chunks_exact(8).map(|it| u64_at(it, 0));
                for number in numbers {
                    if *number == u64::from(u32::MAX) {
                        *number = wide.next().unwrap_or(*number);
                    }
                }
                return;
            }
            rest = rest.get(4 + length..).unwrap_or_default();
        }
    }
}

/// The first header of a member at `at` or behind it, before `end`.
pub(super) fn find(input: &mut dyn Input, at: u64, end: u64) -> Option<u64> {
    search(input, at, end, |window| memchr::memmem::find(window, LOCAL))
}

/// The first record of any kind at `at` or behind it, before `end`.
pub(super) fn find_any(input: &mut dyn Input, at: u64, end: u64) -> Option<u64> {
    search(input, at, end, |window| {
        memchr::memmem::find_iter(window, b"PK")
            .find(|&at| matches!(window.get(at + 2..at + 4), Some([3, 4] | [7, 8] | [1, 2] | [5, 6])))
    })
}

fn search(input: &mut dyn Input, mut at: u64, end: u64, find: impl Fn(&[u8]) -> Option<usize>) -> Option<u64> {
    const STEP: usize = 8 * 1024;
    while at < end {
        let window = bytes(input, at, (end.saturating_add(3) - at).min(STEP as u64) as usize)?;
        if let Some(found) = find(&window) {
            return Some(at + found as u64).filter(|&found| found < end);
        }
        if window.len() < 4 {
            return None;
        }
        at += window.len() as u64 - 3;
    }
    None
}
