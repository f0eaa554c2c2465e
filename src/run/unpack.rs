//! Containers: what is in a file is inspected as files are.
//!
//! A container that a source lends is opened by its first bytes, whatever its name; its members go through the same
//! inspection, and those that are containers are opened in turn. Nothing is written anywhere. The bytes of the container
//! itself are inspected before, as those of any file, so what no reader understands is still seen as it stands.
//!
//! One thread reads a container and all that is nested in it, and what may come out of it is counted over all of that:
//! the bytes, against a limit of their own and against the length of the outermost container, and the members. So the
//! work that a file makes is bounded by its length, and is the same for any number of threads. What a limit cuts off is a
//! notice. Limits by nesting level or by member were rejected: a small archive can nest and repeat more than it has bytes.

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read, SeekFrom};
use std::ops::ControlFlow;

use crate::decode::container::{self, Format, Gate, Input, Memory, Problem, Visit};
use crate::notice::{Cause, Notice};
use crate::place::{FilePath, HEAD, LineState, Origin};
use crate::source::{Item, Stop, Streams};

/// How deeply containers are opened in one another. An archive that is compressed as a whole counts once.
const DEPTH: usize = 5;

/// The most bytes that all containers in one file may unpack to.
const TOTAL: u64 = 1 << 30;

/// How much longer than its container what is in it may be, behind the first [`FREE`] bytes. Logs and dumps are packed
/// to a fiftieth; an archive in a compressed stream counts twice.
const RATIO: u64 = 200;
const FREE: u64 = 1 << 20;

/// The most members that all containers in one file may have.
const MEMBERS: u64 = 100_000;

/// How many members that were not read are listed for each file; the others are counted.
const LISTED: u64 = 20;

/// What the members are pushed to, and what hears of those that are not read.
pub struct Outlet<'r> {
    /// Inspects a member or a part of one; the flag says that it is a container which is opened, too.
    pub take: &'r (dyn Fn(Item<'_>, bool) + Sync),
    /// Takes a notice.
    pub notice: &'r dyn Fn(Notice, Listing),
    /// When to stop.
    pub stop: &'r Stop,
    /// The memory of all threads.
    pub gate: &'r Gate,
}

/// What is to be done with a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Counted and listed.
    Both,
    /// Counted.
    Counted,
    /// Listed: it sums up what was counted.
    Listed,
}

/// The format of the container that begins with this item, if it is one.
#[must_use]
pub fn format(item: &Item<'_>) -> Option<Format> {
    let is_content = matches!(item.origin, Origin::File(_) | Origin::Staged(_) | Origin::Blob { .. } | Origin::Stdin);
    if item.offset == 0 && is_content { Format::of(item.head) } else { None }
}

/// What came out of a container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpacked {
    /// Members.
    pub members: u64,
    /// Bytes, those of nested containers included.
    pub bytes: u64,
}

/// Opens the container that begins with `item`.
pub fn unpack(item: &Item<'_>, format: Format, outlet: &Outlet<'_>) -> Unpacked {
    let unpack = Unpack {
        outlet,
        memory: Memory::new(outlet.gate),
        streams: RefCell::new(Streams::new()),
        left: Cell::new(TOTAL),
        members: Cell::new(0),
        bytes: Cell::new(0),
        unread: Cell::new(0),
    };
    let refused = |detail: &str| {
        (outlet.notice)(Notice::about(Cause::Budget, &item.origin, detail), Listing::Both);
        Unpacked::default()
    };
    if item.whole {
        unpack.outermost(item, format, &mut Cursor::new(item.bytes));
    } else {
        match item.open.map(|open| open.open()) {
            Some(Ok(mut input)) => unpack.outermost(item, format, &mut *input),
            Some(Err(error)) => return refused(&format!("the container could not be opened again: {error}")),
            None => {
                return refused(
                    "a container this long can only be read from a file; its bytes were scanned as they are",
                );
            }
        }
    }
    unpack.done(&item.origin)
}

struct Unpack<'r> {
    outlet: &'r Outlet<'r>,
    memory: Memory<'r>,
    streams: RefCell<Streams>,
    /// How many bytes may still come out.
    left: Cell<u64>,
    members: Cell<u64>,
    bytes: Cell<u64>,
    /// How many things were not read.
    unread: Cell<u64>,
}

impl Unpack<'_> {
    fn outermost(&self, item: &Item<'_>, format: Format, input: &mut (impl Input + ?Sized)) {
        let length = input.seek(SeekFrom::End(0)).and_then(|length| input.rewind().map(|()| length)).unwrap_or(0);
        self.left.set(TOTAL.min(length.saturating_mul(RATIO).saturating_add(FREE)));
        let mut inside = Inside::new(self, &item.origin, format, 1);
        container::read(format, item.head, &mut { input }, &self.memory, &mut inside);
    }

    fn done(self, origin: &Origin) -> Unpacked {
        let more = self.unread.get().saturating_sub(LISTED);
        if more > 0 {
            let detail = format!("{more} more of its members were not read");
            (self.outlet.notice)(Notice::about(Cause::DamagedContainer, origin, detail), Listing::Listed);
        }
        Unpacked { members: self.members.get(), bytes: self.bytes.get() }
    }

    fn is_over(&self) -> bool {
        self.left.get() == 0 || self.members.get() > MEMBERS || self.outlet.stop.requested()
    }

    fn tell(&self, cause: Cause, origin: &Origin, detail: &str) {
        self.unread.set(self.unread.get() + 1);
        let listing = if self.unread.get() > LISTED { Listing::Counted } else { Listing::Both };
        (self.outlet.notice)(Notice::about(cause, origin, detail), listing);
    }

    fn lend(&self, origin: &Origin, body: &mut dyn Read, opened: bool) -> Option<io::Error> {
        let sink = |item: Item<'_>| (self.outlet.take)(item, opened);
        self.streams.borrow_mut().lend(origin, body, self.outlet.stop, &sink).1
    }

    /// Inspects what stands at `origin`, `depth` containers deep, and opens it if it is a container itself.
    fn content(&self, origin: &Origin, body: &mut dyn Read, depth: usize, from: Format) {
        let mut body = Metered { body, unpack: self, error: None };
        let mut head = Vec::with_capacity(HEAD);
        let _ = (&mut body).take(HEAD as u64).read_to_end(&mut head);
        let format = Format::of(&head);
        let mut whole = Cursor::new(&head).chain(&mut body);
        let error = match format {
            // The archive in a compressed stream is what the stream is for: it has no name of its own.
            Some(Format::Tar) if from.is_compression() => {
                let outer = origin.container().unwrap_or(origin).clone();
                container::stream(
                    Format::Tar,
                    &head,
                    &mut whole,
                    &self.memory,
                    &mut Inside::new(self, &outer, Format::Tar, depth),
                );
                None
            }
            Some(_) if depth >= DEPTH => {
                let detail = format!("nested more than {DEPTH} containers deep: it was not opened");
                self.tell(Cause::Budget, origin, &detail);
                self.lend(origin, &mut whole, false)
            }
            Some(format) if format.is_streamed() => {
                let mut inside = Inside::new(self, origin, format, depth + 1);
                container::stream(format, &head, &mut whole, &self.memory, &mut inside);
                None
            }
            Some(format) => self.held(origin, format, &mut whole, depth),
            None => self.lend(origin, &mut whole, false),
        };
        if let Some(error) = body.error.take().or(error) {
            self.failed(origin, &error);
        }
    }

    /// Opens a container that must be held to be read.
    fn held(&self, origin: &Origin, format: Format, body: &mut dyn Read, depth: usize) -> Option<io::Error> {
        const STEP: usize = 1 << 20;
        let (mut bytes, mut holds) = (Vec::with_capacity(container::RESERVED), Vec::new());
        loop {
            let Some(hold) = self.memory.take(STEP as u64) else {
                self.tell(Cause::Budget, origin, "too long to be opened within another container");
                return self.lend(origin, &mut Cursor::new(&bytes).chain(body), false);
            };
            holds.push(hold);
            match body.take(STEP as u64).read_to_end(&mut bytes) {
                Ok(STEP) => {}
                // What there is of it is read, whatever kept the rest back.
                Ok(_) | Err(_) => break,
            }
        }
        let error = self.lend(origin, &mut Cursor::new(&bytes), true);
        let mut inside = Inside::new(self, origin, format, depth + 1);
        container::read(format, &bytes[..bytes.len().min(HEAD)], &mut Cursor::new(&bytes), &self.memory, &mut inside);
        error
    }

    /// Tells why what stands at `origin` was not read to its end.
    fn failed(&self, origin: &Origin, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::QuotaExceeded => {
                let detail = "the container unpacks to more than is read of one file: the rest of it was not scanned";
                self.tell(Cause::Budget, origin, detail);
            }
            io::ErrorKind::OutOfMemory => {
                self.tell(Cause::Budget, origin, "unpacking it takes more memory than there is for it");
            }
            _ => self.tell(Cause::DamagedContainer, origin, "it is damaged: what stands before the damage was scanned"),
        }
    }
}

/// Counts what comes out of a container, and keeps the first error.
struct Metered<'b, 'r> {
    body: &'b mut dyn Read,
    unpack: &'b Unpack<'r>,
    error: Option<io::Error>,
}

impl Read for Metered<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.error.is_some() || self.unpack.outlet.stop.requested() {
            return Ok(0);
        }
        let left = self.unpack.left.get();
        if left == 0 && !out.is_empty() {
            self.error = Some(io::ErrorKind::QuotaExceeded.into());
            return Ok(0);
        }
        let most = out.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match self.body.read(&mut out[..most]) {
            Ok(count) => {
                self.unpack.left.set(left - count as u64);
                self.unpack.bytes.set(self.unpack.bytes.get() + count as u64);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            // What was read before is inspected all the same; the error is told once, by whoever asked.
            Err(error) => {
                self.error = Some(error);
                Ok(0)
            }
        }
    }
}

/// The members of one container.
struct Inside<'u, 'r> {
    unpack: &'u Unpack<'r>,
    outer: &'u Origin,
    format: Format,
    depth: usize,
    /// The name of the member before.
    last: Vec<u8>,
    limited: bool,
}

impl<'u, 'r> Inside<'u, 'r> {
    fn new(unpack: &'u Unpack<'r>, outer: &'u Origin, format: Format, depth: usize) -> Self {
        Self { unpack, outer, format, depth, last: Vec::new(), limited: false }
    }

    fn member_of(&self, name: &[u8]) -> Origin {
        Origin::Member { outer: Box::new(self.outer.clone()), name: FilePath::new(name) }
    }

    /// Inspects a member's name. Directories that it shares with the member before were seen there.
    fn name(&mut self, name: &[u8]) {
        let shared = name.iter().zip(&self.last).take_while(|(one, other)| one == other).count();
        let start = memchr::memrchr(b'/', &name[..shared]).map_or(0, |slash| slash + 1);
        let item = Item {
            origin: Origin::MemberName { outer: Box::new(self.outer.clone()), name: FilePath::new(name) },
            bytes: name,
            own: start..name.len(),
            offset: 0,
            lines: LineState::default(),
            head: &name[..name.len().min(HEAD)],
            whole: true,
            open: None,
            kin: None,
        };
        (self.unpack.outlet.take)(item, false);
        self.last.clear();
        self.last.extend_from_slice(name);
    }
}

impl Visit for Inside<'_, '_> {
    fn member(&mut self, name: &[u8], body: &mut dyn Read) -> ControlFlow<()> {
        let unpack = self.unpack;
        unpack.members.set(unpack.members.get() + 1);
        if unpack.is_over() {
            if !self.limited && !unpack.outlet.stop.requested() {
                self.limited = true;
                let detail = "it has more in it than is read of one file: the rest of its members were not scanned";
                unpack.tell(Cause::Budget, self.outer, detail);
            }
            return ControlFlow::Break(());
        }
        let derived;
        let name = if name.is_empty() {
            derived = content_name(self.outer);
            derived.as_slice()
        } else {
            self.name(name);
            name
        };
        unpack.content(&self.member_of(name), body, self.depth, self.format);
        ControlFlow::Continue(())
    }

    fn problem(&mut self, name: &[u8], problem: Problem) {
        if self.unpack.is_over() {
            return;
        }
        let (cause, detail) = match problem {
            Problem::Damaged(how) => (Cause::DamagedContainer, how),
            Problem::Encrypted => (Cause::Encrypted, "it is encrypted"),
            Problem::Unsupported(how) => (Cause::UnsupportedContainer, how),
            Problem::Limit(how) => (Cause::Budget, how),
        };
        if name.is_empty() {
            self.unpack.tell(cause, self.outer, detail);
        } else {
            self.unpack.tell(cause, &self.member_of(name), detail);
        }
    }
}

/// The name of what a compressed file holds, where it does not say: its own without the ending that tells of the packing.
fn content_name(outer: &Origin) -> Vec<u8> {
    let Some(path) = outer.path() else { return b"content".to_vec() };
    let name = path.file_name();
    let lower = name.to_ascii_lowercase();
    for (ending, instead) in
        [(".gz", ""), (".bz2", ""), (".xz", ""), (".zst", ""), (".tgz", ".tar"), (".tbz2", ".tar"), (".txz", ".tar")]
    {
        if lower.ends_with(ending.as_bytes()) && name.len() > ending.len() {
            return [&name[..name.len() - ending.len()], instead.as_bytes()].concat();
        }
    }
    name.to_vec()
}
