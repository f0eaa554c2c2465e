//! zip (PKWARE's APPNOTE 6.3).
//!
//! An archive describes itself twice: by a header before each member, and by a directory at its end. Programs believe
//! one or the other, and an archive may be made so that they disagree: a member that the directory leaves out, another
//! name, another length. So both are read. First the directory's members, each from its own header; where the header
//! says otherwise than the directory, it is read that way, too. Then what lies between the bytes that this has covered
//! is searched for headers, and what they announce is read. An archive without a directory is one gap.
//!
//! Members that overlap, as those of some bombs do, are bounded by what they unpack to.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::Range;

use flate2::bufread::DeflateDecoder;

use super::bzip2::Bunzip;
use super::packed::{self, AHEAD, Frames};
use super::{Input, Memory, Problem, Visit};

mod record;
mod small;

use record::{Central, Local};
use small::Small;

/// What a member is, as one of its two descriptions has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    /// How long it is packed; unknown where it is written behind it.
    packed: Option<u64>,
    /// How long it is unpacked, where that is needed to unpack it.
    unpacked: Option<u64>,
}

impl Entry {
    /// Bit 0: encrypted; bit 6 with it: strongly.
    fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Bit 3: the lengths stand behind the member.
    fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }
}

pub(super) fn members(input: &mut dyn Input, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let Ok(length) = input.seek(SeekFrom::End(0)) else {
        return visit.problem(b"", Problem::Damaged("its end cannot be found"));
    };
    let directory = record::directory(input, length);
    if directory.is_none() {
        visit.problem(b"", Problem::Damaged("it has no directory: its members were searched for"));
    }
    let mut reading = Reading { input, memory, visit, small: Small::new(), covered: Vec::new() };
    if let Some(directory) = directory {
        reading.covered.push(directory.range.clone());
        let mut seen = HashSet::new();
        let mut at = directory.range.start;
        while let Some((central, next)) = record::central(reading.input, at, directory.range.end) {
            at = next;
            let offset = central.offset.saturating_add(directory.before);
            if seen.insert(offset) && !reading.listed(&central, offset) {
                return;
            }
        }
    }
    reading.gaps(length);
}

struct Reading<'z, 'm> {
    input: &'z mut dyn Input,
    memory: &'z Memory<'m>,
    visit: &'z mut dyn Visit,
    small: Small,
    /// What members and directory take up.
    covered: Vec<Range<u64>>,
}

impl Reading<'_, '_> {
    /// Reads a member that the directory lists; false if no more is wanted.
    fn listed(&mut self, central: &Central, offset: u64) -> bool {
        let Some(local) = record::local(self.input, offset) else {
            self.visit.problem(&central.entry.name, Problem::Damaged("the directory lists it, and it is not there"));
            return true;
        };
        let packed = central.entry.packed.unwrap_or(0);
        self.covered.push(offset..local.data.saturating_add(packed));
        if !self.member(&central.entry, local.data) {
            return false;
        }
        let header = &local.entry;
        let sizes_agree = header.has_descriptor() || header.packed == central.entry.packed;
        if sizes_agree && header.method == central.entry.method && header.name == central.entry.name {
            return true;
        }
        // A name alone need not be unpacked for again.
        if sizes_agree && header.method == central.entry.method {
            return self.visit.member(&header.name, &mut io::empty()).is_continue();
        }
        self.member(header, local.data)
    }

    /// Reads the member whose packed bytes begin at `data`; false if no more is wanted.
    fn member(&mut self, entry: &Entry, data: u64) -> bool {
        if entry.is_encrypted() {
            self.visit.problem(&entry.name, Problem::Encrypted);
            return self.visit.member(&entry.name, &mut io::empty()).is_continue();
        }
        if self.input.seek(SeekFrom::Start(data)).is_err() {
            return true;
        }
        let unpacked = entry.unpacked.unwrap_or(u64::MAX);
        if let (8, Some(packed)) = (entry.method, entry.packed) {
            if let Some((mut body, _hold)) = self.small.inflate(&mut &mut *self.input, (packed, unpacked), self.memory)
            {
                return self.visit.member(&entry.name, &mut body).is_continue();
            }
            if self.input.seek(SeekFrom::Start(data)).is_err() {
                return true;
            }
        }
        let mut packed = (&mut *self.input).take(entry.packed.unwrap_or(u64::MAX));
        let name = &entry.name;
        let flow = match entry.method {
            0 => self.visit.member(name, &mut packed),
            8 => {
                let mut body = DeflateDecoder::new(BufReader::with_capacity(AHEAD, packed));
                self.visit.member(name, &mut body)
            }
            12 => match self.memory.take(4 << 20) {
                Some(_hold) => self.visit.member(name, &mut Bunzip::new(packed)),
                None => return self.refused(name, Problem::Limit("nested too deeply for the memory there is")),
            },
            14 => {
                // Two bytes of version, two of length, then the five of LZMA's properties.
                let mut head = [0; 9];
                let known = packed.read_exact(&mut head).is_ok() && head[2..4] == [5, 0];
                let dictionary = u32::from_le_bytes([head[5], head[6], head[7], head[8]]).max(4096);
                // Bit 1: the end is marked, so the length need not be known.
                let length = if entry.flags & 2 != 0 { u64::MAX } else { unpacked };
                let Some(_hold) = self.memory.take(u64::from(dictionary) + (256 << 10)) else {
                    return self.refused(name, Problem::Limit("its dictionary is too large"));
                };
                let input = BufReader::with_capacity(AHEAD, packed);
                match lzma_rust2::LzmaReader::new_with_props(input, length, head[4], dictionary, None) {
                    Ok(mut body) if known => self.visit.member(name, &mut body),
                    _ => return self.refused(name, Problem::Damaged("its properties make no sense")),
                }
            }
            93 => self.visit.member(name, &mut Frames::new(packed, self.memory)),
            95 => {
                let mut head = vec![0; 64];
                let got = super::exactly::fill(&mut packed, &mut head).unwrap_or(0);
                head.truncate(got);
                let whole = io::Cursor::new(head.clone()).chain(packed);
                match packed::xz_body(&head, whole, self.memory) {
                    Some((_hold, mut body)) => self.visit.member(name, &mut body),
                    None => return self.refused(name, Problem::Limit("its dictionary is too large")),
                }
            }
            _ => return self.refused(name, Problem::Unsupported("it is packed with a method that is not read")),
        };
        flow.is_continue()
    }

    fn refused(&mut self, name: &[u8], problem: Problem) -> bool {
        self.visit.problem(name, problem);
        self.visit.member(name, &mut io::empty()).is_continue()
    }

    /// Reads members that only their own header tells of.
    fn gaps(&mut self, length: u64) {
        self.covered.sort_unstable_by_key(|range| (range.start, range.end));
        let covered = std::mem::take(&mut self.covered);
        let mut at = 0;
        for range in covered.iter().chain([&(length..length)]) {
            if !self.gap(at, range.start) {
                return;
            }
            at = at.max(range.end);
        }
    }

    /// Reads the members whose headers begin at `at` or behind it and before `end`; false if no more is wanted.
    fn gap(&mut self, mut at: u64, end: u64) -> bool {
        while let Some(offset) = record::find(self.input, at, end) {
            let Some(Local { entry, data }) = record::local(self.input, offset) else {
                at = offset + 4;
                continue;
            };
            let known = entry.packed.filter(|_| !entry.has_descriptor());
            let entry = match (known, entry.method) {
                // A length that is not known ends where the next header begins; packed data knows its own end.
                (None, 0) => {
                    let behind = record::find_any(self.input, data, end).unwrap_or(end);
                    Entry { packed: Some(behind - data), ..entry }
                }
                (None, _) => Entry { packed: Some(end.saturating_sub(data)), ..entry },
                (Some(_), _) => entry,
            };
            if !self.member(&entry, data) {
                return false;
            }
            // What follows a length that is only believed is searched, too.
            at = data.saturating_add(known.unwrap_or(0)).max(offset + 4);
        }
        true
    }
}
