//! Inflating a zlib stream whose length is known, and one that is too long to be held.

use std::io::{self, BufRead, Read};

use gix::zlib::{Decompress, FlushDecompress, Inflate, Status};

/// zlib cannot make more than this many bytes out of one: a size beyond it is a lie, and nothing is allocated for it.
const RATIO: u64 = 1040;

/// Why something could not be inflated.
pub(super) const TOO_SHORT: &str = "the compressed data ends too early or does not have the size it says";

/// Inflates exactly `size` bytes into `out`, which keeps what it was allocated.
pub(super) fn exactly(inflate: &mut Inflate, input: &[u8], size: u64, out: &mut Vec<u8>) -> Result<(), &'static str> {
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
    inflate.reset();
    match inflate.once(input, out) {
        Ok((Status::StreamEnd, _, produced)) if produced == size => Ok(()),
        Ok(_) => Err(TOO_SHORT),
        Err(_) => Err("the compressed data is damaged"),
    }
}

/// Reads a zlib stream bit by bit.
pub(super) struct Inflating<R> {
    input: R,
    state: Decompress,
    ended: bool,
}

impl<R: BufRead> Inflating<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, state: Decompress::new(), ended: false }
    }
}

impl<R: BufRead> Read for Inflating<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while !self.ended {
            let input = self.input.fill_buf()?;
            let at_end = input.is_empty();
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let flush = if at_end { FlushDecompress::Finish } else { FlushDecompress::None };
            let status = self
                .state
                .decompress(input, out, flush)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the compressed data is damaged"))?;
            let consumed = (self.state.total_in() - before_in) as usize;
            let produced = (self.state.total_out() - before_out) as usize;
            self.input.consume(consumed);
            self.ended = status == Status::StreamEnd;
            if produced > 0 {
                return Ok(produced);
            }
            if !self.ended && (at_end || consumed == 0) {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, TOO_SHORT));
            }
        }
        Ok(0)
    }
}
