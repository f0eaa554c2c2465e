//! Standard input, or any other stream.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

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
