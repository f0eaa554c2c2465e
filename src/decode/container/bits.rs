//! Bits of a stream, the high ones first.

use std::io::{self, BufRead};

/// Reads numbers of a few bits.
pub(super) struct Bits<R> {
    input: R,
    held: u64,
    count: u32,
}

impl<R: BufRead> Bits<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, held: 0, count: 0 }
    }

    /// The next byte of the input, if there is one.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    /// The next `count` bits, at most 32.
    pub(super) fn take(&mut self, count: u32) -> io::Result<u32> {
        while self.count < count {
            let byte = self.byte()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
        self.count -= count;
        let mask = (1_u64 << count) - 1;
        Ok((self.held >> self.count & mask) as u32)
    }

    /// Whether the next bit is set.
    pub(super) fn is_set(&mut self) -> io::Result<bool> {
        Ok(self.take(1)? == 1)
    }

    /// Goes on at the next whole byte; false if the input ends there.
    pub(super) fn align(&mut self) -> io::Result<bool> {
        self.count -= self.count % 8;
        Ok(self.count > 0 || !self.input.fill_buf()?.is_empty())
    }
}
