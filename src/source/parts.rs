//! Cutting long texts into parts.
//!
//! A text of up to [`PART`] bytes is lent whole. A longer one is lent in parts of [`PART`] bytes of their own, with
//! [`OVERLAP`] bytes of the neighbours on either side, so that whoever looks around a place inside a part's own bytes
//! sees what the whole text would have shown. Cuts move back to the beginning of a character, because lines and columns
//! are carried from part to part. A text in memory and a text from a stream are cut at the same places.
//!
//! Parts of a stream are read one after the other and lent side by side: [`Lanes`] owns a pool and as many buffers as
//! threads, and the reader waits for a free buffer before it reads on. That bounds memory whatever the length of the
//! text. Memory maps were rejected: a file that is truncated while it is mapped kills the process.

use std::io::{self, Read};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{HEAD, Item, OVERLAP, Open, PART, Sink, Stop};
use crate::place::{LineState, Origin, Units};

/// A cut is moved back by fewer bytes than this to meet the beginning of a character.
const SLACK: usize = 4;

/// The longest a buffer gets for parts of this length: the overlap before, the part, the overlap behind, and room to look
/// for one byte more.
const fn capacity(part: usize) -> usize {
    OVERLAP + SLACK + part + OVERLAP + 1
}

/// The place at or shortly before `at` where a character begins.
///
/// No character has more than three bytes behind its first, so if the byte at `at` and the three before it all
/// continue something, the one at `at` belongs to no character and may be cut off.
///
/// In a text of pairs a character begins at an even place that is not the second half of a surrogate pair; every part
/// begins at such a place, so even within the part is even within the text.
fn boundary(text: &[u8], at: usize, units: Units) -> usize {
    if at >= text.len() {
        return text.len();
    }
    if units != Units::Bytes {
        let at = at / units.width() * units.width();
        let is_second = units.width() == 2 && units.unit(text, at).is_some_and(|unit| matches!(unit, 0xDC00..=0xDFFF));
        return if is_second { at.saturating_sub(2) } else { at };
    }
    (at.saturating_sub(SLACK - 1)..=at).rev().find(|&place| text[place] & 0xC0 != 0x80).unwrap_or(at)
}

/// One part of a text that begins somewhere in a buffer.
struct Cut {
    own: std::ops::Range<usize>,
    /// End of the bytes that are lent.
    end: usize,
    /// Where the next part's bytes begin, if there is a next part.
    next: Option<usize>,
}

/// Cuts the part whose own bytes begin at `own`; `text` reaches to the end of the whole, or at least one byte further
/// than the part with its overlap.
fn cut(text: &[u8], own: usize, units: Units, part: usize) -> Cut {
    if text.len() - own <= part {
        return Cut { own: own..text.len(), end: text.len(), next: None };
    }
    let end = boundary(text, own + part, units);
    Cut { own: own..end, end: text.len().min(end + OVERLAP), next: Some(boundary(text, end - OVERLAP, units)) }
}

/// Lends a text that is in memory, part after part.
pub(super) fn lend(origin: &Origin, text: &[u8], stop: &Stop, sink: &Sink<'_>) {
    if text.len() <= PART {
        return sink(Item::whole(origin.clone(), text));
    }
    let (mut start, mut own, mut lines) = (0, 0, LineState::of(text));
    while !stop.requested() {
        let part = cut(&text[start..], own - start, lines.units(), PART);
        sink(Item {
            origin: origin.clone(),
            bytes: &text[start..start + part.end],
            own: part.own.clone(),
            offset: start as u64,
            lines,
            head: &text[..HEAD],
            whole: false,
            open: Some(&text),
            kin: None,
        });
        let Some(next) = part.next else { return };
        lines.advance(&text[start..start + next]);
        own = start + part.own.end;
        start += next;
    }
}

/// Cuts parts out of a text that is in memory, wherever they are wanted, from its beginning to its end.
pub struct Walk<'w, 'i> {
    item: &'w Item<'i>,
    at: usize,
    lines: LineState,
}

impl<'w, 'i> Walk<'w, 'i> {
    /// For the text of `item`, which is whole.
    #[must_use]
    pub fn new(item: &'w Item<'i>) -> Self {
        Self { item, at: 0, lines: item.lines }
    }

    /// The part whose own bytes these are. They begin behind those of the part before it.
    pub fn part(&mut self, own: std::ops::Range<usize>) -> Item<'i> {
        let text = self.item.bytes;
        let start = boundary(text, own.start.saturating_sub(OVERLAP), self.lines.units()).max(self.at);
        self.lines.advance(&text[self.at..start]);
        self.at = start;
        Item {
            origin: self.item.origin.clone(),
            bytes: &text[start..text.len().min(own.end + OVERLAP)],
            own: own.start - start..own.end - start,
            offset: start as u64,
            lines: self.lines,
            head: self.item.head,
            whole: false,
            open: None,
            kin: None,
        }
    }
}

/// A buffer that is reused from text to text. Its memory is touched only as far as it was ever filled.
pub(super) struct Buffer {
    bytes: Box<[u8]>,
    used: usize,
    /// How long a text it holds as a whole, and how long the parts of a longer one are.
    part: usize,
}

impl Buffer {
    /// An empty buffer.
    pub(super) fn new() -> Self {
        Self::of(PART)
    }

    fn of(part: usize) -> Self {
        Self { bytes: vec![0; capacity(part)].into_boxed_slice(), used: 0, part }
    }

    fn filled(&self) -> &[u8] {
        &self.bytes[..self.used]
    }

    /// Reads until `target` bytes are filled or the reader has no more; says whether it has no more.
    fn fill(&mut self, reader: &mut dyn Read, target: usize) -> io::Result<bool> {
        while self.used < target {
            match reader.read(&mut self.bytes[self.used..]) {
                Ok(0) => return Ok(true),
                Ok(count) => self.used += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

/// What is needed to lend the parts of a stream side by side: made once for a source, cheap until the first long text.
pub(super) struct Lanes {
    threads: usize,
    pool: OnceLock<Option<rayon::ThreadPool>>,
    buffers: Mutex<Buffers>,
    returned: Condvar,
}

struct Buffers {
    free: Vec<Buffer>,
    unmade: usize,
}

impl Lanes {
    /// For at most `threads` parts at a time, over all texts of the source.
    pub(super) fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        Self {
            threads,
            pool: OnceLock::new(),
            buffers: Mutex::new(Buffers { free: Vec::new(), unmade: threads }),
            returned: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Buffers> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Buffer {
        let mut buffers = self.lock();
        loop {
            if let Some(buffer) = buffers.free.pop() {
                return buffer;
            }
            if buffers.unmade > 0 {
                buffers.unmade -= 1;
                return Buffer::new();
            }
            buffers = self.returned.wait(buffers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, buffer: Buffer) {
        self.lock().free.push(buffer);
        self.returned.notify_one();
    }

    /// None where one thread is all there is, or where the system gives no threads: then parts are lent in turn.
    fn pool(&self) -> Option<&rayon::ThreadPool> {
        self.pool
            .get_or_init(|| match self.threads {
                1 => None,
                threads => rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok(),
            })
            .as_ref()
    }
}

/// How far a stream was lent.
pub(super) struct Lent {
    /// Bytes lent as some part's own.
    pub(super) bytes: u64,
    /// Whether the whole text, at most 1 KiB of it, is a Git LFS pointer.
    pub(super) lfs_pointer: bool,
    /// Why the rest was not read, if there is a rest.
    pub(super) error: Option<io::Error>,
}

/// Lends what `reader` gives. What was read before an error is lent all the same.
pub(super) fn lend_stream(
    origin: &Origin,
    reader: &mut dyn Read,
    buffer: &mut Buffer,
    lanes: &Lanes,
    open: Option<&dyn Open>,
    stop: &Stop,
    sink: &Sink<'_>,
) -> Lent {
    buffer.used = 0;
    let filled = buffer.fill(reader, buffer.part + OVERLAP + 1);
    if !matches!(filled, Ok(false)) && buffer.used <= buffer.part {
        let lfs_pointer = super::is_lfs_pointer(buffer.filled());
        sink(Item::whole(origin.clone(), buffer.filled()));
        return Lent { bytes: buffer.used as u64, lfs_pointer, error: filled.err() };
    }
    let head = buffer.filled()[..buffer.used.min(HEAD)].to_vec();
    let head = head.as_slice();
    match lanes.pool() {
        Some(pool) => pool.in_place_scope(|scope| {
            long(reader, buffer, filled, stop, &mut |part: Part| {
                let bytes = std::mem::take(&mut part.buffer.bytes);
                let full = Loan { lanes, buffer: Buffer { bytes, ..*part.buffer } };
                let (origin, cut, offset, lines) = (origin.clone(), part.cut, part.offset, part.lines);
                scope.spawn(move |_| sink(item(origin, &full.buffer, &cut, offset, lines, head, open)));
                *part.buffer = lanes.take();
            })
        }),
        None => long(reader, buffer, filled, stop, &mut |part: Part| {
            sink(item(origin.clone(), part.buffer, &part.cut, part.offset, part.lines, head, open));
        }),
    }
}

/// Lends what streams give, one stream after the other, on the thread at hand: what a container unpacks to. The parts are
/// shorter than those of a source, because they are lent while a source's own part is held.
pub struct Streams {
    buffer: Buffer,
    lanes: Lanes,
}

impl Streams {
    /// The longest text that is lent as a whole.
    pub const PART: usize = 1024 * 1024;

    /// A buffer of its own, touched as far as it is used.
    #[must_use]
    pub fn new() -> Self {
        Self { buffer: Buffer::of(Self::PART), lanes: Lanes::new(1) }
    }

    /// Lends what `reader` gives up to its end or its first error. Returns how many bytes that were, and the error.
    pub fn lend(
        &mut self,
        origin: &Origin,
        reader: &mut dyn Read,
        stop: &Stop,
        sink: &Sink<'_>,
    ) -> (u64, Option<io::Error>) {
        let lent = lend_stream(origin, reader, &mut self.buffer, &self.lanes, None, stop, sink);
        (lent.bytes, lent.error)
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives the buffer back however the sink ends, so that no reader waits for it in vain.
struct Loan<'l> {
    lanes: &'l Lanes,
    buffer: Buffer,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.buffer.bytes);
        self.lanes.give(Buffer { bytes, used: 0, part: self.buffer.part });
    }
}

fn item<'b>(
    origin: Origin,
    buffer: &'b Buffer,
    cut: &Cut,
    offset: u64,
    lines: LineState,
    head: &'b [u8],
    open: Option<&'b dyn Open>,
) -> Item<'b> {
    Item {
        origin,
        bytes: &buffer.bytes[..cut.end],
        own: cut.own.clone(),
        offset,
        lines,
        head,
        whole: false,
        open,
        kin: None,
    }
}

struct Part<'b> {
    /// Holds the part; what it holds afterwards does not matter.
    buffer: &'b mut Buffer,
    cut: Cut,
    offset: u64,
    lines: LineState,
}

fn long(
    reader: &mut dyn Read,
    buffer: &mut Buffer,
    mut filled: io::Result<bool>,
    stop: &Stop,
    lend: &mut dyn FnMut(Part<'_>),
) -> Lent {
    let (mut offset, mut own, mut lines) = (0_u64, 0, LineState::of(buffer.filled()));
    let mut bytes = 0;
    let length = buffer.part;
    loop {
        let part = cut(buffer.filled(), own, lines.units(), length);
        bytes += part.own.len() as u64;
        let Some(next) = part.next.filter(|_| !stop.requested()) else {
            lend(Part { buffer, cut: part, offset, lines });
            return Lent { bytes, lfs_pointer: false, error: filled.err() };
        };
        let carried = buffer.filled()[next..].to_vec();
        let mut after = lines;
        after.advance(&buffer.filled()[..next]);
        let own_end = part.own.end;
        lend(Part { buffer, cut: part, offset, lines });
        buffer.bytes[..carried.len()].copy_from_slice(&carried);
        buffer.used = carried.len();
        offset += next as u64;
        own = own_end - next;
        lines = after;
        if matches!(filled, Ok(false)) {
            filled = buffer.fill(reader, own + length + OVERLAP + 1);
        }
    }
}
