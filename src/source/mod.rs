//! Where bytes come from.
//!
//! A source pushes: it owns its threads and lends its bytes to a sink that runs on them, so nothing is copied and nothing
//! is queued. It knows nothing of what is looked for.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::notice::Tally;
pub use crate::place::HEAD;
use crate::place::{FilePath, LineState, Origin};

mod beside;
mod configuration;
mod former;
pub mod history;
pub mod hooks;
pub mod index;
pub mod known;
mod lending;
mod missing;
mod objects;
mod parallel;
mod parts;
pub mod patch;
pub mod paths;
mod push;
mod quoted;
pub mod range;
mod regular;
mod remedy;
mod remote;
pub mod repository;
mod revision;
pub mod stdin;
mod tracked;
pub mod tree;
mod trees;

pub use former::Former;
pub use history::{Commit, Graph, History, Nesting, Tag, Tip};
pub use hooks::{HookPlaces, Stated, StatedBy, path_shown};
pub use index::Staged;
pub use known::Known;
pub(crate) use objects::{Finder, Object, Store, TreeEntry, Visitor, Wants, fresh_entries, tree_entries, walk};
pub use parts::{Streams, Walk};
pub use patch::{Patch, Section};
pub use paths::Paths;
pub use push::{PushError, pushed, received};
pub use range::{Brought, Change, End, Purpose, Range, Selection};
pub use repository::{GitEnvironment, Repository};
pub use stdin::{Awaited, Stdin};
pub use tracked::TrackedFiles;
pub use tree::Tree;
pub(crate) use trees::Trees;

/// The longest look to either side of an anchor that any rule may take, in bytes. A text in parts overlaps by
/// [`OVERLAP`], so every look that starts inside a part's own bytes sees what it would see in the whole text.
pub const LOOK_CAP: usize = 4 * 1024;

/// How many bytes before and behind its own a part carries.
pub const OVERLAP: usize = 2 * LOOK_CAP;

/// The longest text that is lent as a whole; a longer one comes in parts of this many bytes of its own.
pub const PART: usize = 8 * 1024 * 1024;

/// A text, or a part of one, lent to the sink for the time of the call.
pub struct Item<'a> {
    /// What it was read from.
    pub origin: Origin,
    /// The bytes: the part's own, and up to [`OVERLAP`] bytes of its neighbours on either side.
    pub bytes: &'a [u8],
    /// Which range of `bytes` is the part's own: `0..bytes.len()` for a whole text.
    pub own: std::ops::Range<usize>,
    /// Offset of `bytes[0]` within the origin.
    pub offset: u64,
    /// Line state at `bytes[0]`.
    pub lines: LineState,
    /// The first bytes of the whole text, at most [`HEAD`]: they tell what it is, also for a part from its middle.
    pub head: &'a [u8],
    /// Whether `bytes` is the whole text.
    ///
    /// `own` counts even then: of a file name only the last component is its own, because every directory above it is
    /// lent once for itself.
    pub whole: bool,
    /// Opens the whole of what is lent in parts, from its beginning, where that can be done: a container cannot be read
    /// by its parts.
    pub open: Option<&'a dyn Open>,
    /// What it has in common with a text that was lent before, and what the next may want to know of it.
    pub kin: Option<&'a Kin<'a>>,
}

/// Whatever the sink wants to remember of a text; the source only keeps it.
pub type Memo = Box<dyn Any + Send + Sync>;

/// Bytes that a text has from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where they stand in the base.
    pub base: usize,
    /// Where they stand in the text.
    pub child: usize,
    /// How many they are, at least one.
    pub length: usize,
}

/// How a text is made from its base.
#[derive(Clone, Copy)]
pub struct Delta<'a> {
    /// What is copied, in the order of the text; the rest of the text is its own.
    pub runs: &'a [Run],
    /// How long the base is.
    pub base_length: usize,
    /// What the sink remembers of the base.
    pub memo: Option<&'a (dyn Any + Send + Sync)>,
}

/// A text's relations.
pub struct Kin<'a> {
    /// Its base; none for a text that is stored whole.
    pub delta: Option<Delta<'a>>,
    /// Whether others are made from it.
    pub is_base: bool,
    /// Where the sink puts what is to be remembered of it.
    pub memo: Cell<Option<Memo>>,
}

/// What can be read from any place of it.
pub trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// A text that can be opened anew.
pub trait Open: Sync {
    /// Opens it at its beginning.
    ///
    /// # Errors
    /// Those of the operating system.
    fn open(&self) -> io::Result<Box<dyn Seekable + '_>>;
}

impl Open for &[u8] {
    fn open(&self) -> io::Result<Box<dyn Seekable + '_>> {
        Ok(Box::new(io::Cursor::new(*self)))
    }
}

impl Open for &Path {
    fn open(&self) -> io::Result<Box<dyn Seekable + '_>> {
        Ok(Box::new(std::fs::File::open(self)?))
    }
}

impl<'a> Item<'a> {
    /// A whole text.
    #[must_use]
    pub fn whole(origin: Origin, bytes: &'a [u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        Self {
            origin,
            bytes,
            own: 0..bytes.len(),
            offset: 0,
            lines: LineState::default(),
            head,
            whole: true,
            open: None,
            kin: None,
        }
    }

    /// The name of something, of which the part from `start` on is its own: what is before it was lent for itself.
    #[must_use]
    pub fn name(origin: Origin, name: &'a [u8], start: usize) -> Self {
        Self { own: start..name.len(), ..Self::whole(origin, name) }
    }
}

/// What a source pushes its items into; called from many threads at once, in no particular order.
pub type Sink<'s> = dyn Fn(Item<'_>) + Sync + 's;

/// A place that bytes come from.
pub trait Source {
    /// Pushes every item into `sink`, then says what was covered and what was not. Stops early, with an
    /// [`Cause::Interrupted`](crate::notice::Cause::Interrupted) notice, once `stop` is set.
    ///
    /// # Errors
    /// Only for what the user has to mend before anything can be read: a path that does not exist, a repository that
    /// cannot be opened. Whatever goes wrong with a single item is a notice in the tally.
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError>;
}

/// The name of a git object, whatever its hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) gix::ObjectId);

impl Id {
    /// Reads an id from its 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        gix::ObjectId::from_hex(hex.as_bytes()).ok().map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The bytes of a path with `/` between its parts, on every platform; nothing is lost where paths are bytes.
fn path_bytes(path: &Path) -> Vec<u8> {
    match gix::path::into_bstr(path) {
        Ok(bytes) => gix::path::to_unix_separators_on_windows(bytes).into_owned().into(),
        Err(_) => path.to_string_lossy().replace('\\', "/").into_bytes(),
    }
}

/// Where the last name of a path begins.
pub(crate) fn file_name_start(path: &[u8]) -> usize {
    memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)
}

/// A path for a person.
fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(".").ok().filter(|inside| !inside.as_os_str().is_empty());
    FilePath::new(path_bytes(inside.unwrap_or(path))).display()
}

/// Whether the whole of a small file is a Git LFS pointer: the content lies elsewhere.
fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v1\n")
}

/// A flag that asks every thread to stop after the item at hand.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks for the stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for libraries that watch one.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// Why a source could not start.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The path that the user named does not exist.
    #[error("{path}: there is no such file or directory")]
    NoSuchPath {
        /// The path, sanitised.
        path: String,
    },
    /// There is no git repository where one is needed.
    #[error("{path}: not a git repository (looked here and in every directory above)")]
    NotARepository {
        /// The path, sanitised.
        path: String,
    },
    /// The repository cannot be opened.
    #[error("{path}: the git repository cannot be opened: {detail}")]
    Repository {
        /// The path, sanitised.
        path: String,
        /// What went wrong, and the remedy.
        detail: String,
    },
    /// A revision that the user named is not there.
    #[error("{path}: there is no revision `{revision}`: {detail}")]
    NoSuchRevision {
        /// The repository, sanitised.
        path: String,
        /// What was named, sanitised.
        revision: String,
        /// What went wrong, and the remedy.
        detail: String,
    },
    /// The repository is stored in a way that is not read; nothing of it was scanned (exit 3, not 2).
    #[error("{path}: {detail}")]
    Unsupported {
        /// The path, sanitised.
        path: String,
        /// What is not read, and the remedy.
        detail: String,
    },
    /// A file or stream that the user named cannot be read.
    #[error("{path}: cannot be read: {detail}")]
    Unreadable {
        /// The path, sanitised, or `<stdin>`.
        path: String,
        /// The operating system's words.
        detail: String,
    },
}
