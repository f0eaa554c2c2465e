//! The body of a member in a stream of members.

use std::io::{self, Read};

/// So many bytes of a stream: an end before that is damage.
pub(super) struct Exactly<'r> {
    pub(super) input: &'r mut dyn Read,
    pub(super) left: u64,
}

impl Exactly<'_> {
    /// Passes over what is left, and `padding` bytes. False if the stream ends before.
    pub(super) fn skip(self, padding: u64) -> bool {
        let length = self.left.saturating_add(padding);
        io::copy(&mut self.input.take(length), &mut io::sink()).is_ok_and(|skipped| skipped == length)
    }
}

impl Read for Exactly<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        match self.input.read(&mut out[..most])? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends too early")),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// Fills `out`. Says whether there were bytes enough; none at all is no error.
pub(super) fn fill(input: &mut dyn Read, out: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < out.len() {
        match input.read(&mut out[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
