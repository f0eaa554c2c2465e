//! One compressed stream: gzip, xz and zstd. The decoders are libraries'; here stands what they are given, and what they
//! would need is asked for before they take it.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use super::{Memory, Problem, Visit};

/// What is read ahead of the compressed bytes.
pub(super) const AHEAD: usize = 16 * 1024;

/// Members of a gzip file follow one another and are one text.
pub(super) fn gzip(input: &mut dyn Read, visit: &mut dyn Visit) {
    let mut body = MultiGzDecoder::new(BufReader::with_capacity(AHEAD, input));
    let name = body.header().and_then(|header| header.filename()).unwrap_or_default().to_vec();
    let _ = visit.member(&name, &mut body);
}

/// The .xz file format: streams of blocks. The first block's header says what window it takes.
pub(super) fn xz(head: &[u8], input: &mut dyn Read, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let Some(body) = xz_body(head, input, memory) else {
        return visit.problem(b"", Problem::Limit("its dictionary takes more memory than there is for it"));
    };
    let (_hold, mut body) = body;
    let _ = visit.member(b"", &mut body);
}

/// The decoder, with the memory it may take; none if there is not enough.
pub(super) fn xz_body<'m, R: Read>(
    head: &[u8],
    input: R,
    memory: &'m Memory<'_>,
) -> Option<(super::memory::Hold<'m>, XzReader<BufReader<R>>)> {
    // Later blocks may take as much as the first.
    let need = xz_dictionary(head).unwrap_or(1 << 20).max(1 << 20) + (256 << 10);
    let hold = memory.take(need)?;
    let limit = u32::try_from(need / 1024).unwrap_or(u32::MAX);
    Some((hold, XzReader::new_mem_limit(BufReader::with_capacity(AHEAD, input), true, limit)))
}

/// The size of the dictionary that the first block names: a block header stands behind the 12 bytes of the stream's.
fn xz_dictionary(head: &[u8]) -> Option<u64> {
    let block = head.get(12..)?;
    let flags = *block.get(1)?;
    let mut at = 2;
    let mut number = || -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = *block.get(at)?;
            at += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    };
    for present in [flags & 0x40, flags & 0x80] {
        if present != 0 {
            number()?;
        }
    }
    for _ in 0..=flags & 3 {
        let (filter, length) = (number()?, number()?);
        let first = (0..length.min(64)).map_while(|_| number()).next();
        // Filter 0x21 is LZMA2; its one property is the size in a notation of its own.
        if filter == 0x21 {
            let bits = first? & 0x3F;
            return Some(if bits >= 40 { u64::from(u32::MAX) } else { (2 | (bits & 1)) << (bits / 2 + 11) });
        }
    }
    None
}

/// The magic of a frame, and of frames to be skipped (RFC 8878, sections 3.1.1 and 3.1.2).
fn zstd_magic(head: &[u8]) -> Option<u32> {
    head.first_chunk().map(|magic| u32::from_le_bytes(*magic))
}

const FRAME: u32 = 0xFD2F_B528;

fn is_skippable(magic: u32) -> bool {
    magic & 0xFFFF_FFF0 == 0x184D_2A50
}

pub(super) fn is_zstd(head: &[u8]) -> bool {
    match zstd_magic(head) {
        Some(FRAME) => true,
        // Only with a frame behind it, for the magic alone says little.
        Some(magic) if is_skippable(magic) => {
            let length = head.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |it| u32::from_le_bytes(*it));
            head.get(8 + length as usize..).and_then(zstd_magic) == Some(FRAME)
        }
        _ => false,
    }
}

/// The window that a frame takes (RFC 8878, section 3.1.1.1).
fn zstd_window(head: &[u8]) -> Option<u64> {
    let descriptor = *head.get(4)?;
    let single = descriptor & 0x20 != 0;
    if !single {
        let window = u64::from(*head.get(5)?);
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * (window & 7));
    }
    let at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let bytes = head.get(at..at + size)?;
    let value = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
    Some(if size == 2 { value + 256 } else { value })
}

pub(super) fn zstd(input: &mut dyn Read, memory: &Memory<'_>, visit: &mut dyn Visit) {
    let _ = visit.member(b"", &mut Frames::new(input, memory));
}

/// The frames of a zstd file, one after the other.
pub(super) struct Frames<'m, 'g, R> {
    input: BufReader<R>,
    frame: Option<ruzstd::decoding::FrameDecoder>,
    memory: &'m Memory<'g>,
    hold: Option<super::memory::Hold<'m>>,
}

impl<'m, 'g, R: Read> Frames<'m, 'g, R> {
    pub(super) fn new(input: R, memory: &'m Memory<'g>) -> Self {
        Self { input: BufReader::with_capacity(AHEAD, input), frame: None, memory, hold: None }
    }

    /// Begins the next frame; false if there is none.
    fn next(&mut self) -> io::Result<bool> {
        loop {
            let head = self.input.fill_buf()?;
            if head.is_empty() {
                return Ok(false);
            }
            // A header is at most 18 bytes; one that the buffer cuts is not worth more than its window unknown.
            match zstd_magic(head) {
                Some(FRAME) => {
                    let window = zstd_window(head).unwrap_or(u64::MAX);
                    self.hold = None;
                    let too_wide = || io::Error::new(io::ErrorKind::OutOfMemory, "the window is too large");
                    // Beside the window, a block of literals and one of output.
                    let need = window.saturating_add(512 << 10);
                    self.hold = Some(self.memory.take(need).ok_or_else(too_wide)?);
                    let decoder = StreamingDecoder::new_with_max_window_size(&mut self.input, window.max(1 << 20));
                    self.frame = Some(decoder.map_err(damaged)?.into_frame_decoder());
                    return Ok(true);
                }
                Some(magic) if is_skippable(magic) => {
                    let mut header = [0; 8];
                    self.input.read_exact(&mut header)?;
                    let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
                    io::copy(&mut self.input.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "no frame where one should begin")),
            }
        }
    }
}

fn damaged(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

impl<R: Read> Read for Frames<'_, '_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let mut decoder = Resumed { frame, input: &mut self.input };
                match decoder.read(out)? {
                    0 => self.frame = None,
                    count => return Ok(count),
                }
            }
            if !self.next()? {
                return Ok(0);
            }
        }
    }
}

/// A frame decoder and its input, for the time of one read.
struct Resumed<'f, R> {
    frame: &'f mut ruzstd::decoding::FrameDecoder,
    input: &'f mut R,
}

impl<R: Read> Read for Resumed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy::UptoBlocks;
        while self.frame.can_collect() == 0 && !self.frame.is_finished() {
            self.frame.decode_blocks(&mut *self.input, UptoBlocks(1)).map_err(damaged)?;
        }
        self.frame.read(out)
    }
}
