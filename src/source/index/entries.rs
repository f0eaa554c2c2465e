//! The entries of an index, in the order of the file.
//!
//! A hook runs at every commit, and of the 100,000 entries of a large index a small commit needs a dozen. gix decodes all of
//! them into memory of their own, which for that many takes 20 ms, most of it page faults. Here the file is read as it
//! is and its entries are gone through in place: where the tree cache says that the next so many are those of `HEAD`,
//! they are hopped over. What this does not understand, a split index above all, is decoded by gix, which also says what is
//! wrong with a damaged one, and gone through in the plain form that gix writes of it.
//!
//! Form: `gitformat-index(5)`, versions 2 to 4. The checksum is not compared, as git itself does not.

use std::io;

use gix::ObjectId;
use gix::index::extension::{Tree, tree};

use crate::source::{Repository, SourceError, regular, shown};

/// An index, read.
pub(super) struct Entries {
    bytes: Vec<u8>,
    form: Form,
    count: usize,
    tree: Option<Tree>,
}

/// What all entries have in common.
#[derive(Clone, Copy)]
struct Form {
    hash: usize,
    /// Paths are told by what they share with the one before, and entries are not padded.
    is_compressed: bool,
}

/// One entry.
pub(super) struct Entry<'e> {
    pub(super) path: &'e [u8],
    pub(super) mode: u32,
    pub(super) id: ObjectId,
    /// Named by `git add --intent-to-add`: there is no content yet.
    pub(super) intent_to_add: bool,
}

impl Entries {
    /// The index of `repository`; empty where there is no such file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read(repository: &Repository, threads: usize) -> Result<Self, SourceError> {
        let path = repository.index_file();
        let hash = repository.hash();
        let form = Form { hash: hash.len_in_bytes(), is_compressed: false };
        let bytes = match regular::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { bytes: Vec::new(), form, count: 0, tree: None });
            }
            Err(error) => return Err(unreadable(repository, &error.to_string())),
        };
        match Self::plain(bytes, hash) {
            Some(entries) => Ok(entries),
            None => {
                let mut plain = Vec::new();
                let decoded = decoded(repository, threads)?;
                decoded.write_to(&mut plain, gix::index::write::Options::default()).map_or_else(
                    |error| Err(unreadable(repository, &error.to_string())),
                    |_| {
                        let entries = Self::plain(plain, hash);
                        entries.ok_or_else(|| unreadable(repository, "its entries have an unknown form"))
                    },
                )
            }
        }
    }

    /// The entries of an index that holds them itself; none if it is anything else.
    fn plain(bytes: Vec<u8>, hash: gix::hash::Kind) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
        let version = number(4)?;
        if &header[..4] != b"DIRC" || !(2..=4).contains(&version) {
            return None;
        }
        let count = usize::try_from(number(8)?).ok()?;
        let form = Form { hash: hash.len_in_bytes(), is_compressed: version == 4 };
        let mut path = Vec::new();
        let mut at = 0;
        for _ in 0..count {
            at += Raw::read(rest.get(at..)?, form, &mut path)?.length;
        }
        let mut extensions = rest.get(at..rest.len().checked_sub(form.hash)?)?;
        let mut tree = None;
        while !extensions.is_empty() {
            let (head, rest) = extensions.split_at_checked(8)?;
            let length = usize::try_from(u32::from_be_bytes(head[4..].try_into().ok()?)).ok()?;
            let (data, rest) = rest.split_at_checked(length)?;
            match &head[..4] {
                b"TREE" => tree = tree::decode(data, hash, None),
                // What begins with a small letter changes what the entries mean; of these, a sparse index does not.
                b"sdir" => {}
                [b'A'..=b'Z', ..] => {}
                _ => return None,
            }
            extensions = rest;
        }
        Some(Self { bytes, form, count, tree })
    }

    /// The cache of the trees that the entries make.
    pub(super) fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }

    /// The first entry.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        let rest = self.bytes.get(HEADER..).unwrap_or_default();
        let mut cursor = Cursor { rest, left: self.count, form: self.form, current: None, path: Vec::new() };
        cursor.read();
        cursor
    }
}

/// The length of what is before the entries.
const HEADER: usize = 12;

/// The index of `repository` with every entry in memory.
///
/// # Errors
/// If it cannot be read.
pub(super) fn decoded(repository: &Repository, threads: usize) -> Result<gix::index::File, SourceError> {
    let path = repository.index_file();
    let options = gix::index::decode::Options { thread_limit: Some(threads), ..Default::default() };
    let skip_hash = true;
    gix::index::File::at_or_default(&path, repository.hash(), skip_hash, options)
        .map_err(|error| unreadable(repository, &error.to_string()))
}

fn unreadable(repository: &Repository, error: &str) -> SourceError {
    let detail = crate::place::sanitize(&format!("{error}; `git reset` writes a new index from the last commit"));
    SourceError::Repository { path: shown(&repository.index_file()), detail }
}

/// A place between the entries.
#[derive(Clone)]
pub(super) struct Cursor<'e> {
    /// From the entry at hand on.
    rest: &'e [u8],
    left: usize,
    form: Form,
    current: Option<Raw>,
    /// The path of the entry at hand, where paths are compressed.
    path: Vec<u8>,
}

impl Cursor<'_> {
    /// The entry at hand; none behind the last.
    pub(super) fn entry(&self) -> Option<Entry<'_>> {
        let raw = self.current.as_ref()?;
        let id = self.rest.get(FACTS..FACTS + self.form.hash)?;
        let id = ObjectId::try_from(id).ok()?;
        Some(Entry { path: self.path()?, mode: raw.mode, id, intent_to_add: raw.intent_to_add })
    }

    fn path(&self) -> Option<&[u8]> {
        match self.form.is_compressed {
            true => self.current.as_ref().map(|_| self.path.as_slice()),
            false => self.rest.get(self.current.as_ref()?.path.clone()),
        }
    }

    /// Goes on to the next entry.
    pub(super) fn advance(&mut self) {
        if let Some(raw) = self.current.take() {
            self.rest = self.rest.get(raw.length..).unwrap_or_default();
            self.left -= 1;
            self.read();
        }
    }

    /// Hops over the next `count` entries if they are exactly those whose paths begin with `directory`; else stays.
    pub(super) fn skip(&mut self, count: usize, directory: &[u8]) -> bool {
        let is_inside = |cursor: &Self| cursor.path().is_some_and(|path| path.starts_with(directory));
        if count == 0 || count > self.left {
            return false;
        }
        let mut cursor = self.clone();
        (1..count).for_each(|_| cursor.advance());
        let last_is_inside = is_inside(&cursor);
        cursor.advance();
        if !last_is_inside || is_inside(&cursor) {
            return false;
        }
        *self = cursor;
        true
    }

    fn read(&mut self) {
        self.current = if self.left > 0 { Raw::read(self.rest, self.form, &mut self.path) } else { None };
    }
}

/// The length of what is known of the file in the working tree, which stands before the id; the mode is part of it.
const FACTS: usize = 40;
const MODE: usize = 24;
const EXTENDED: u16 = 1 << 14;
const INTENT_TO_ADD: u16 = 1 << 13;
/// As long as this, or longer.
const LONG_PATH: u16 = 0xfff;

/// Where the parts of an entry are, from its first byte.
#[derive(Clone)]
struct Raw {
    mode: u32,
    intent_to_add: bool,
    path: std::ops::Range<usize>,
    length: usize,
}

impl Raw {
    /// The entry that `bytes` begin with; `before` is the path of the one before it, and becomes its own, where paths are
    /// compressed.
    fn read(bytes: &[u8], form: Form, before: &mut Vec<u8>) -> Option<Self> {
        let number = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let mode = u32::from_be_bytes(bytes.get(MODE..MODE + 4)?.try_into().ok()?);
        let flags_at = FACTS + form.hash;
        let flags = number(flags_at)?;
        let (extended, start) =
            if flags & EXTENDED != 0 { (number(flags_at + 2)?, flags_at + 4) } else { (0, flags_at + 2) };
        let intent_to_add = extended & INTENT_TO_ADD != 0;
        if form.is_compressed {
            let (cut, length) = variable(bytes.get(start..)?)?;
            let start = start + length;
            let length = memchr::memchr(0, bytes.get(start..)?)?;
            before.truncate(before.len().checked_sub(cut)?);
            before.extend_from_slice(&bytes[start..start + length]);
            return Some(Self { mode, intent_to_add, path: start..start + length, length: start + length + 1 });
        }
        let length = match flags & LONG_PATH {
            LONG_PATH => memchr::memchr(0, bytes.get(start..)?)?,
            length => usize::from(length),
        };
        let end = start + length;
        // One to eight zero bytes to a multiple of eight.
        let padded = (end + 8) & !7;
        (padded <= bytes.len()).then_some(Self { mode, intent_to_add, path: start..end, length: padded })
    }
}

/// A number of variable length, and how many bytes it has: as in a pack, each byte that continues adds one.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, &byte) in bytes.iter().enumerate() {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 127))?;
        if byte & 128 == 0 {
            return Some((value, index + 1));
        }
        value = value.checked_add(1)?;
    }
    None
}
