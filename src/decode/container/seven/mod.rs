//! 7-Zip archives (7zFormat.txt of the LZMA SDK).
//!
//! The header at the end describes blocks of packed bytes, the coders that unpack each, and how the files lie in what
//! comes out: many in one block, which is unpacked once. Read are blocks of one chain of coders: LZMA, LZMA2, deflate,
//! bzip2, none, with the filters for programs. Blocks that need several inputs (BCJ2), PPMd and others are told as not
//! read, and so are encrypted ones.
//!
//! A library was not taken: it would have brought its own decoders, ciphers and file system for what is a header here.

use std::io::{self, BufReader, Read, SeekFrom};

use flate2::bufread::DeflateDecoder;
use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::filter::delta::DeltaReader;
use lzma_rust2::{Lzma2Reader, LzmaReader};

use super::bzip2::Bunzip;
use super::exactly::{Exactly, fill};
use super::memory::Hold;
use super::packed::AHEAD;
use super::{Input, Memory, Problem, Visit};

mod header;

use header::{Coder, Folder, Streams};

/// The length of the record at the beginning.
const START: u64 = 32;
/// The longest header that is read, packed or not: some ten thousand files.
const HEADER: u64 = 1 << 20;

pub(super) fn members(head: &[u8], input: &mut dyn Input, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let Some(_hold) = memory.take(2 * HEADER) else {
        return visit.problem(b"", Problem::Limit("nested too deeply for the memory there is"));
    };
    let header = match header(head, input, memory) {
        Ok(Some(header)) => header,
        Ok(None) => return,
        Err(problem) => return visit.problem(b"", problem),
    };
    let Some(archive) = header::archive(&header) else {
        return visit.problem(b"", Problem::Damaged("its header makes no sense"));
    };
    let mut files = archive.files.iter();
    for file in archive.files.iter().filter(|file| file.is_empty) {
        if visit.member(&file.name, &mut io::empty()).is_break() {
            return;
        }
    }
    for (index, folder) in archive.streams.folders.iter().enumerate() {
        let names = files.by_ref().filter(|file| !file.is_empty).take(folder.sizes.len());
        let names: Vec<&[u8]> = names.map(|file| file.name.as_slice()).collect();
        let mut body = match open(input, &archive.streams, index, memory) {
            Ok(body) => body,
            Err(problem) => {
                // Names are names, whatever becomes of what they name.
                for name in names {
                    visit.problem(name, problem);
                    if visit.member(name, &mut io::empty()).is_break() {
                        return;
                    }
                }
                continue;
            }
        };
        for (name, &size) in names.iter().zip(&folder.sizes) {
            let mut member = Exactly { input: &mut body, left: size };
            let flow = visit.member(name, &mut member);
            if flow.is_break() || !member.skip(0) {
                if flow.is_break() {
                    return;
                }
                break;
            }
        }
    }
}

/// The header, unpacked; none for an archive of nothing.
fn header(head: &[u8], input: &mut dyn Input, memory: &Memory<'_>) -> Result<Option<Vec<u8>>, Problem> {
    let damaged = Problem::Damaged("its header is not where it should be");
    let number = |at: usize| head.get(at..).and_then(|it| it.first_chunk()).map(|it| u64::from_le_bytes(*it));
    let (offset, size) = (number(12).ok_or(damaged)?, number(20).ok_or(damaged)?);
    if size == 0 {
        return Ok(None);
    }
    if size > HEADER {
        return Err(Problem::Limit("its header is too long"));
    }
    let mut bytes = vec![0; size as usize];
    input.seek(SeekFrom::Start(START.saturating_add(offset))).map_err(|_| damaged)?;
    if fill(&mut { &mut *input }, &mut bytes).ok() != Some(bytes.len()) {
        return Err(damaged);
    }
    // A header may be packed, and the header that says how, too.
    for _ in 0..4 {
        if bytes.first() != Some(&header::ENCODED) {
            return Ok(Some(bytes));
        }
        let streams = header::encoded(&bytes).ok_or(damaged)?;
        let mut body = open(input, &streams, 0, memory)?;
        let mut unpacked = Vec::new();
        let _ = (&mut body).take(HEADER).read_to_end(&mut unpacked);
        drop(body);
        bytes = unpacked;
    }
    Err(damaged)
}

/// A block, unpacked as it is read.
struct Body<'a> {
    reader: Box<dyn Read + 'a>,
    _holds: Vec<Hold<'a>>,
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.reader.read(out)
    }
}

fn open<'a>(
    input: &'a mut dyn Input,
    streams: &Streams,
    index: usize,
    memory: &'a Memory<'_>,
) -> Result<Body<'a>, Problem> {
    let damaged = Problem::Damaged("its block is not where it should be");
    let folder: &Folder = streams.folders.get(index).ok_or(damaged)?;
    if folder.coders.iter().any(|coder| coder.id == [6, 0xF1, 7, 1]) {
        return Err(Problem::Encrypted);
    }
    let chain = folder.chain().ok_or(Problem::Unsupported("it is packed in a way that is not read"))?;
    let pack: usize = streams.folders[..index].iter().map(Folder::packs).sum();
    let before: u64 = streams.packed.iter().take(pack).fold(0, |sum, size| u64::saturating_add(sum, *size));
    let size = *streams.packed.get(pack).ok_or(damaged)?;
    let at = START.saturating_add(streams.start).saturating_add(before);
    input.seek(SeekFrom::Start(at)).map_err(|_| damaged)?;
    let mut body = Body { reader: Box::new(BufReader::with_capacity(AHEAD, input.take(size))), _holds: Vec::new() };
    for (coder, unpacked) in chain {
        body = unpack(body, coder, unpacked, memory)?;
    }
    Ok(body)
}

/// One coder behind what came before it.
fn unpack<'a>(body: Body<'a>, coder: &Coder, size: u64, memory: &'a Memory<'_>) -> Result<Body<'a>, Problem> {
    let Body { reader, mut _holds } = body;
    let mut take = |bytes: u64| {
        let hold = memory.take(bytes.saturating_add(256 << 10));
        _holds.push(hold.ok_or(Problem::Limit("its dictionary takes more memory than there is for it"))?);
        Ok::<(), Problem>(())
    };
    let damaged = Problem::Damaged("its properties make no sense");
    let reader: Box<dyn Read + 'a> = match coder.id.as_slice() {
        [0] => reader,
        [3, 1, 1] => {
            let [properties, dictionary @ ..] = coder.properties.first_chunk::<5>().ok_or(damaged)?;
            let dictionary = u32::from_le_bytes(*dictionary);
            take(dictionary.into())?;
            Box::new(LzmaReader::new_with_props(reader, size, *properties, dictionary, None).map_err(|_| damaged)?)
        }
        [0x21] => {
            let bits = u32::from(*coder.properties.first().ok_or(damaged)?);
            let dictionary = if bits >= 40 { u32::MAX } else { (2 | (bits & 1)) << (bits / 2 + 11) };
            take(dictionary.into())?;
            Box::new(Lzma2Reader::new(reader, dictionary, None))
        }
        [4, 1, 8] => Box::new(DeflateDecoder::new(BufReader::with_capacity(AHEAD, reader))),
        [4, 2, 2] => {
            take(4 << 20)?;
            Box::new(Bunzip::new(reader))
        }
        [3] => {
            let distance = usize::from(*coder.properties.first().unwrap_or(&0)) + 1;
            Box::new(DeltaReader::new(reader, distance))
        }
        [4] | [3, 3, 1, 3] => Box::new(BcjReader::new_x86(reader, 0)),
        [7] | [3, 3, 5, 1] => Box::new(BcjReader::new_arm(reader, 0)),
        [0xA] => Box::new(BcjReader::new_arm64(reader, 0)),
        _ => return Err(Problem::Unsupported("it is packed with a method that is not read")),
    };
    Ok(Body { reader, _holds })
}
