//! Standard input, or any other stream.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::parts::{Buffer, Lanes, lend_stream};
use super::{Sink, Source, SourceError, Stop};
use crate::notice::{Cause, Notice, Tally};
use crate::place::Origin;

/// A stream that is read to its end, in parts, never held as a whole.
pub struct Stdin<R> {
    reader: Mutex<R>,
    threads: usize,
}

impl<R: Read + Send> Stdin<R> {
    /// Reads from `reader`; up to `threads` parts of a long stream are lent side by side.
    pub fn new(reader: R, threads: usize) -> Self {
        Self { reader: Mutex::new(reader), threads }
    }
}

impl<R: Read + Send> Source for Stdin<R> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let mut tally = Tally::default();
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = Lanes::new(self.threads);
        let lent = lend_stream(&Origin::Stdin, &mut *reader, &mut Buffer::new(), &lanes, None, stop, sink);
        tally.coverage.files = 1;
        tally.coverage.file_bytes = lent.bytes;
        if let Some(error) = lent.error {
            if lent.bytes == 0 {
                return Err(SourceError::Unreadable { path: "<stdin>".into(), detail: error.to_string() });
            }
            let detail = format!("only the first {} bytes could be read: {error}", lent.bytes);
            tally.notice(Notice::new(Cause::Unreadable, "<stdin>", detail));
        }
        if lent.bytes == 0 {
            tally.notice(Notice::new(Cause::NothingFound, "<stdin>", "it is empty: there was nothing to scan"));
        }
        if stop.requested() {
            tally.notice(Notice::new(Cause::Interrupted, "<stdin>", "the rest was not scanned"));
        }
        Ok(tally)
    }
}

/// A stream that a thread of its own reads: whoever waits for what may never come hears of a stop all the same.
pub struct Awaited<'s> {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// How much of the piece was given away.
    used: usize,
    stop: &'s Stop,
}

/// How long a stop may go unheard.
const PATIENCE: Duration = Duration::from_millis(50);
/// How much is read at once.
const PIECE: usize = 256 * 1024;

impl<'s> Awaited<'s> {
    /// Reads from `reader` ahead of who asks, up to its end or until `stop` is set.
    pub fn new(mut reader: impl Read + Send + 'static, stop: &'s Stop) -> Self {
        let (sender, pieces) = sync_channel(2);
        thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = reader.read(&mut piece);
                let is_last =
                    matches!(read, Ok(0)) || read.as_ref().is_err_and(|it| it.kind() != io::ErrorKind::Interrupted);
                let sent = sender.send(read.map(|length| {
                    piece.truncate(length);
                    piece
                }));
                if is_last || sent.is_err() {
                    return;
                }
            }
        });
        Self { pieces, piece: Vec::new(), used: 0, stop }
    }
}

impl Read for Awaited<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.used == self.piece.len() {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => (self.piece, self.used) = (piece?, 0),
                Err(RecvTimeoutError::Timeout) if !self.stop.requested() => continue,
                Err(_) => return Ok(0),
            }
            if self.piece.is_empty() {
                return Ok(0);
            }
        }
        let length = out.len().min(self.piece.len() - self.used);
        out[..length].copy_from_slice(&self.piece[self.used..self.used + length]);
        self.used += length;
        Ok(length)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives a few bytes, and then nothing for ever.
    struct Idle(bool);

    impl Read for Idle {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                thread::park();
            }
            out[..3].copy_from_slice(b"abc");
            Ok(3)
        }
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let stop = Stop::default();
        let mut awaited = Awaited::new(Idle(false), &stop);
        let mut out = [0; 8];
        assert_eq!(awaited.read(&mut out).unwrap(), 3);
        stop.request();
        assert_eq!(awaited.read(&mut out).unwrap(), 0);
    }

    #[test]
    fn everything_comes_in_its_order() {
        let text: Vec<u8> = (0..PIECE * 3 + 7).map(|at| at as u8).collect();
        let mut read = Vec::new();
        Awaited::new(io::Cursor::new(text.clone()), &Stop::default()).read_to_end(&mut read).unwrap();
        assert!(read == text);
    }
}
