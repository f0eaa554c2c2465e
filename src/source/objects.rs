//! Every object of a repository: which packs and loose files hold them, and how to walk over all of them once.
//!
//! gix-pack can traverse a pack, but one damaged entry ends its traversal, a base in another pack is beyond it, and it
//! aborts where this house must go on and say what is missing. So the index, the entry headers, the memory map and the
//! inflater are gix's, and the walk ([`walk`]) is ours: each entry is inflated once, from the roots of the delta trees
//! to their leaves.
//!
//! An object that lies in several packs is lent by the first; the indexes are sorted by id, so one merge over them
//! finds the doubles exactly, without a set of all ids. If the copy that is walked turns out to be damaged, the others
//! are tried before a notice is written.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack;

use super::{Delta, Memo, regular, shown};
use crate::notice::{Cause, Notice};

mod delta;
mod entries;
mod inflate;
mod loose;
mod packed;
mod parse;
mod prefixes;
mod walk;

pub(crate) use entries::{base, fresh_entries};
pub(crate) use parse::{ParsedCommit, ParsedTag, TreeEntry, commit, tag, tree_entries};
pub(crate) use walk::{Failure, walk};

use loose::Loose;

/// The longest object that is held in memory as a whole. git itself neither deltifies nor wants to hold anything
/// longer (`core.bigFileThreshold`); a longer blob that is stored whole is streamed.
const WHOLE_LIMIT: u64 = 512 * 1024 * 1024;

/// The reason for what exceeds [`WHOLE_LIMIT`].
pub(crate) const TOO_LONG: &str = "longer than 512 MiB and not stored as a whole blob";

/// An object, lent for the time of a call.
pub(crate) struct Object<'a> {
    pub(crate) id: ObjectId,
    /// Its [`Store::number`], where whoever lends it knows that without a search.
    number: Option<u32>,
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
    /// What it has in common with its base; none for what is stored whole.
    pub(crate) delta: Option<Delta<'a>>,
    /// Whether others are stored as deltas on it.
    pub(crate) is_base: bool,
}

impl<'a> Object<'a> {
    /// Its number in the store that it is of; see [`Store::number`].
    pub(crate) fn number_in(&self, store: &Store) -> Option<u32> {
        self.number.or_else(|| store.number(&self.id))
    }

    /// An object by itself.
    fn alone(id: ObjectId, kind: Kind, bytes: &'a [u8]) -> Self {
        Self { id, number: None, kind, bytes, delta: None, is_base: false }
    }
}

/// What takes the objects of a walk; each thread has its own.
pub(crate) trait Visitor: Send {
    /// Takes one object; gives what is to be remembered of it while there are deltas on it.
    fn object(&mut self, object: Object<'_>) -> Option<Memo>;

    /// Takes a blob that is too long to be held; says how many bytes it took.
    fn stream(&mut self, id: ObjectId, reader: &mut dyn io::Read) -> io::Result<u64>;
}

/// Which kinds of object a walk is for. Families of other kinds are not even inflated.
#[derive(Clone, Copy)]
pub(crate) struct Wants {
    pub(crate) blobs: bool,
    pub(crate) trees: bool,
    pub(crate) commits_and_tags: bool,
}

impl Wants {
    pub(crate) const ALL: Wants = Wants { blobs: true, trees: true, commits_and_tags: true };
    pub(crate) const TREES: Wants = Wants { blobs: false, trees: true, commits_and_tags: false };

    fn kind(self, kind: Kind) -> bool {
        match kind {
            Kind::Blob => self.blobs,
            Kind::Tree => self.trees,
            Kind::Commit | Kind::Tag => self.commits_and_tags,
        }
    }
}

pub(crate) struct Pack {
    index: pack::index::File,
    data: pack::data::File,
    /// Number of the first object among those of the store.
    first: u32,
    /// How its entries hang together, once that was asked.
    links: OnceLock<packed::Links>,
}

impl Pack {
    /// The position of `id` in the index: found at once when the whole of the pack was looked at before.
    fn position(&self, id: &gix::oid) -> Option<u32> {
        match self.links.get() {
            Some(links) => links.position(self, id),
            None => self.index.lookup(id),
        }
    }
}

/// All packs and loose objects of a repository and its alternates.
pub(crate) struct Store {
    hash: gix::hash::Kind,
    packs: Vec<Pack>,
    loose: Vec<Loose>,
    /// Number of the first loose object.
    first_loose: u32,
    has_promisor_pack: bool,
}

impl Store {
    /// Opens everything below `directories` and the alternates that they name, and says what could not be opened.
    pub(crate) fn open(directories: Vec<PathBuf>, hash: gix::hash::Kind) -> (Self, Vec<Notice>) {
        let mut notices = Vec::new();
        let mut store = Store { hash, packs: Vec::new(), loose: Vec::new(), first_loose: 0, has_promisor_pack: false };
        for directory in with_alternates(directories, &mut notices) {
            store.open_packs(&directory.join("pack"), &mut notices);
            store.loose.push(Loose::list(&directory, hash, &mut notices));
        }
        let mut next = 0_u32;
        for pack in &mut store.packs {
            pack.first = next;
            next = next.saturating_add(pack.index.num_objects());
        }
        store.first_loose = next;
        (store, notices)
    }

    fn open_packs(&mut self, directory: &Path, notices: &mut Vec<Notice>) {
        let names = match fs::read_dir(directory) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return notices.push(Notice::new(Cause::Unreadable, shown(directory), error.to_string())),
        };
        // git reads every pack that has an index, whatever they are called.
        let is_finished = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            !name.starts_with("tmp_") && !name.starts_with(".tmp-")
        };
        let mut names: Vec<PathBuf> = names.collect();
        names.sort();
        self.has_promisor_pack |= names.iter().any(|name| has_extension(name, "promisor"));
        for path in &names {
            let is_alone = || names.binary_search(&path.with_extension("idx")).is_err();
            if has_extension(path, "pack") && is_finished(path) && is_alone() {
                let detail =
                    "the pack has no index, so git does not see its objects either; `git index-pack` makes one";
                notices.push(Notice::new(Cause::CorruptObject, shown(path), detail));
            }
            if !has_extension(path, "idx") {
                continue;
            }
            let data = path.with_extension("pack");
            if names.binary_search(&data).is_err() {
                if !is_finished(path) {
                    continue;
                }
                let detail = "the index of this pack is there, the pack is not: its objects were not scanned";
                notices.push(Notice::new(Cause::MissingObject, shown(&data), detail));
                continue;
            }
            if let Some(irregular) = [path, &data].into_iter().find(|path| regular::is_irregular(path)) {
                let detail = "it is not a regular file: what it stands for was not scanned";
                notices.push(Notice::new(Cause::CorruptObject, shown(irregular), detail));
                continue;
            }
            let opened = pack::index::File::at(path, self.hash)
                .map_err(|error| (path.clone(), error))
                .and_then(|index| Ok((index, pack::data::File::at(&data, self.hash).map_err(|error| (data, error))?)));
            match opened {
                Ok((index, data)) => self.packs.push(Pack { index, data, first: 0, links: OnceLock::new() }),
                Err((path, error)) => {
                    let detail =
                        crate::place::sanitize(&format!("cannot be opened, its objects were not scanned: {error}"));
                    notices.push(Notice::new(Cause::CorruptObject, shown(&path), detail));
                }
            }
        }
    }

    pub(crate) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// How many packs could be opened.
    pub(crate) fn packs(&self) -> usize {
        self.packs.len()
    }

    /// Whether a pack says that objects were left at the server.
    pub(crate) fn has_promisor_pack(&self) -> bool {
        self.has_promisor_pack
    }

    /// A number for every object that is there, the same for every copy of it.
    pub(crate) fn number(&self, id: &gix::oid) -> Option<u32> {
        for pack in &self.packs {
            if let Some(position) = pack.position(id) {
                return Some(pack.first + position);
            }
        }
        let mut first = self.first_loose;
        for loose in &self.loose {
            if let Ok(position) = loose.ids.binary_search_by(|candidate| candidate.as_ref().cmp(id)) {
                return Some(first + u32::try_from(position).ok()?);
            }
            first += u32::try_from(loose.ids.len()).ok()?;
        }
        None
    }

    /// The object with this number.
    pub(crate) fn id(&self, number: u32) -> Option<ObjectId> {
        if number < self.first_loose {
            let pack = &self.packs[self.packs.partition_point(|pack| pack.first <= number) - 1];
            return Some(pack.index.oid_at_index(number - pack.first).to_owned());
        }
        let mut at = (number - self.first_loose) as usize;
        for loose in &self.loose {
            match loose.ids.get(at) {
                Some(id) => return Some(*id),
                None => at -= loose.ids.len(),
            }
        }
        None
    }

    /// Where the first copy of an object lies: objects that are made from each other lie close together in a pack.
    pub(crate) fn place(&self, id: &gix::oid) -> (usize, u64) {
        let mut packs = self.packs.iter().enumerate();
        let found = packs.find_map(|(number, pack)| Some((number, pack.position(id)?)));
        found.map_or((usize::MAX, 0), |(number, at)| (number, self.packs[number].index.pack_offset_at_index(at)))
    }

    /// How many numbers there are.
    pub(crate) fn numbers(&self) -> usize {
        self.first_loose as usize + self.loose.iter().map(|loose| loose.ids.len()).sum::<usize>()
    }

    /// For each pack, which of its objects an earlier pack holds too.
    fn doubles(&self) -> Vec<Option<Box<[bool]>>> {
        let mut doubles: Vec<Option<Box<[bool]>>> = self.packs.iter().map(|_| None).collect();
        if self.packs.len() < 2 {
            return doubles;
        }
        let id = |pack: usize, position: u32| self.packs[pack].index.oid_at_index(position).to_owned();
        let mut heads: BinaryHeap<Reverse<(ObjectId, usize, u32)>> = (0..self.packs.len())
            .filter(|&pack| self.packs[pack].index.num_objects() > 0)
            .map(|pack| Reverse((id(pack, 0), pack, 0)))
            .collect();
        let mut before: Option<ObjectId> = None;
        while let Some(Reverse((current, pack, position))) = heads.pop() {
            let count = self.packs[pack].index.num_objects();
            if before == Some(current) {
                let marks = doubles[pack].get_or_insert_with(|| vec![false; count as usize].into_boxed_slice());
                marks[position as usize] = true;
            }
            before = Some(current);
            if position + 1 < count {
                heads.push(Reverse((id(pack, position + 1), pack, position + 1)));
            }
        }
        doubles
    }

    /// Decodes one object, from whatever copy of it can be decoded.
    pub(crate) fn find(&self, id: &gix::oid, finder: &mut Finder) -> Option<Kind> {
        self.find_except(id, None, finder, 0)
    }

    fn find_except(&self, id: &gix::oid, except: Option<usize>, finder: &mut Finder, depth: usize) -> Option<Kind> {
        /// Bases in other packs may have bases in other packs; git writes no such thing, so a few are enough.
        const DEPTH: usize = 8;
        if depth > DEPTH {
            return None;
        }
        for (number, pack) in self.packs.iter().enumerate().filter(|(number, _)| Some(*number) != except) {
            let Some(position) = pack.position(id) else { continue };
            let Ok(entry) = pack.data.entry(pack.index.pack_offset_at_index(position)) else { continue };
            if entry.decompressed_size > WHOLE_LIMIT {
                continue;
            }
            let Finder { bytes, inflate, cache } = finder;
            let elsewhere = |base: &gix::oid, out: &mut Vec<u8>| {
                if let Some(position) = pack.position(base) {
                    let entry = pack.data.entry(pack.index.pack_offset_at_index(position))?;
                    return Ok(Some(pack::data::decode::entry::ResolvedBase::InPack(entry)));
                }
                let mut finder = Finder::new();
                let kind = self.find_except(base, Some(number), &mut finder, depth + 1);
                Ok(kind.map(|kind| {
                    *out = finder.bytes;
                    pack::data::decode::entry::ResolvedBase::OutOfPack { kind, end: out.len() }
                }))
            };
            if let Ok(outcome) = pack.data.decode_entry(entry, bytes, inflate, &elsewhere, cache.as_mut()) {
                return Some(outcome.kind);
            }
        }
        let copies = self.loose.iter().filter(|loose| loose.ids.binary_search_by(|held| held.as_ref().cmp(id)).is_ok());
        copies.into_iter().find_map(|loose| loose.read(id, &mut finder.bytes).ok())
    }
}

/// Buffers for looking up single objects.
pub(crate) struct Finder {
    /// The object that was found last.
    pub(crate) bytes: Vec<u8>,
    inflate: gix::zlib::Inflate,
    cache: Box<dyn pack::cache::DecodeEntry + Send>,
}

impl Finder {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), inflate: gix::zlib::Inflate::default(), cache: Box::new(pack::cache::Never) }
    }

    /// With a cache of delta bases of so many bytes.
    pub(crate) fn with_cache(bytes: usize) -> Self {
        Self { cache: Box::new(pack::cache::lru::MemoryCappedHashmap::new(bytes)), ..Self::new() }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The object directories and, after each, the alternates that it names; each directory once.
fn with_alternates(directories: Vec<PathBuf>, notices: &mut Vec<Notice>) -> Vec<PathBuf> {
    let mut pending: Vec<PathBuf> = directories.into_iter().rev().collect();
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    while let Some(directory) = pending.pop() {
        let Ok(canonical) = fs::canonicalize(&directory) else {
            let detail = "this object directory is not there: its objects were not scanned";
            notices.push(Notice::new(Cause::MissingObject, shown(&directory), detail));
            continue;
        };
        if found.iter().any(|(_, seen)| *seen == canonical) {
            continue;
        }
        let list = directory.join("info").join("alternates");
        match regular::read(&list).map(|text| gix::odb::alternate::parse(&text)) {
            Ok(Ok(alternates)) => pending.extend(alternates.into_iter().rev().map(|path| directory.join(path))),
            Ok(Err(error)) => notices.push(Notice::new(Cause::CorruptObject, shown(&list), error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => notices.push(Notice::new(Cause::Unreadable, shown(&list), error.to_string())),
        }
        found.push((directory, canonical));
    }
    found.into_iter().map(|(directory, _)| directory).collect()
}
