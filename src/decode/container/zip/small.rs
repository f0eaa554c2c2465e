//! Members that are small enough to be held, inflated at once: in two thirds of the time that a stream takes for them.

use std::io::Read;

use sirocco::Format;
use sirocco::inflate::Decoder;

use super::super::memory::{Hold, Memory};

/// The most bytes, packed and unpacked, of a member that is held.
const MOST: u64 = 2 << 20;
/// DEFLATE cannot make more than this many bytes out of one.
const RATIO: u64 = 1040;

/// Inflates one member after the other.
pub(super) struct Small {
    decoder: Box<Decoder>,
    packed: Vec<u8>,
    unpacked: Vec<u8>,
}

impl Small {
    pub(super) fn new() -> Self {
        Self { decoder: Box::new(Decoder::new(Format::Deflate)), packed: Vec::new(), unpacked: Vec::new() }
    }

    /// What `body` unpacks to, if it has the sizes that it is said to have and nothing is wrong with it: of what is damaged a
    /// stream still gives what stands before the damage.
    pub(super) fn inflate<'m>(
        &mut self,
        body: &mut dyn Read,
        (packed, unpacked): (u64, u64),
        memory: &'m Memory<'_>,
    ) -> Option<(&[u8], Hold<'m>)> {
        let is_possible = unpacked <= packed.saturating_mul(RATIO).saturating_add(64);
        if !is_possible || packed.saturating_add(unpacked) > MOST {
            return None;
        }
        let hold = memory.take(packed + unpacked)?;
        self.packed.clear();
        body.take(packed).read_to_end(&mut self.packed).ok()?;
        let size = unpacked as usize;
        if self.unpacked.len() < size {
            self.unpacked.resize(size, 0);
        }
        self.decoder.reset();
        let progress = self.decoder.decompress(&self.packed, &mut self.unpacked[..size], true).ok()?;
        let is_whole = progress.done && progress.output.len() == size;
        is_whole.then(|| (&self.unpacked[..size], hold))
    }
}
