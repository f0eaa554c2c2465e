//! Inflating a zlib stream whose length is known, and one that is too long to be held.
//!
//! A fifth of the time of a history goes into this. The inflater of git's library took 1.4 times as long for the entries of
//! packs, most of which are small.

use std::io::BufRead;

use sirocco::Format;
use sirocco::inflate::{Decoder, Error, Reader};

/// zlib cannot make more than this many bytes out of one: a size beyond it is a lie, and nothing is allocated for it.
const RATIO: u64 = 1040;

/// Why something could not be inflated.
pub(super) const TOO_SHORT: &str = "the compressed data ends too early or does not have the size it says";

/// Inflates one stream after the other.
pub(super) struct Inflater(Box<Decoder>);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Box::new(Decoder::new(Format::Zlib)))
    }

    /// Inflates exactly `size` bytes into `out`, which keeps what it was allocated.
    pub(super) fn exactly(&mut self, input: &[u8], size: u64, out: &mut Vec<u8>) -> Result<(), &'static str> {
        if size > (input.len() as u64).saturating_mul(RATIO).saturating_add(64) {
            return Err(TOO_SHORT);
        }
        let size = usize::try_from(size).map_err(|_| TOO_SHORT)?;
        // What is longer is cut and not cleared: clearing would write zeroes over bytes that are written again anyway.
        if out.len() < size {
            out.try_reserve(size - out.len()).map_err(|_| "there is not enough memory to hold it")?;
            out.resize(size, 0);
        } else {
            out.truncate(size);
        }
        self.0.reset();
        match self.0.decompress(input, out, true) {
            Ok(progress) if progress.done && progress.output.len() == size => Ok(()),
            Ok(_) | Err(Error::Truncated | Error::BufferFull) => Err(TOO_SHORT),
            Err(_) => Err("the compressed data is damaged"),
        }
    }
}

/// Reads a zlib stream bit by bit.
pub(super) fn reader<R: BufRead>(input: R) -> Reader<R> {
    Reader::new(Format::Zlib, input)
}
