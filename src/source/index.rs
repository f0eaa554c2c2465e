//! What the index would commit.
//!
//! The staged content is the blob that an index entry names, never the file in the working tree, which may have been
//! edited since. What the commit changes is what differs from the tree of `HEAD`. gix offers a comparison that first
//! makes an index of that whole tree, which decodes every tree of a large repository for a small commit. Here the
//! index's own tree cache is compared with the trees of `HEAD`: a directory whose cached tree is that of `HEAD` is
//! passed over, and only what is left is descended into.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::ops::Range;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::index::entry::{Flags, Mode};
use gix::objs::{FindExt as _, Kind};

use super::parts;
use super::trees::{Trees, likely};
use super::{Id, Item, Repository, Sink, Source, SourceError, Stop, is_lfs_pointer, parallel, shown, tree_entries};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};

/// The files that the next commit would add or change.
pub struct Staged<'r> {
    repository: &'r Repository,
    threads: usize,
}

impl<'r> Staged<'r> {
    /// What is staged in `repository`, read on `threads` threads.
    #[must_use]
    pub fn new(repository: &'r Repository, threads: usize) -> Self {
        Self { repository, threads: threads.max(1) }
    }

    /// The paths of all files that the index holds, changed or not: the files that git tracks.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn tracked(&self) -> Result<HashSet<FilePath>, SourceError> {
        let index = self.index()?;
        Ok(index.entries().iter().map(|entry| FilePath::new(entry.path(&index).as_bytes())).collect())
    }

    /// The paths at which the index has submodules.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn submodules(&self) -> Result<Vec<FilePath>, SourceError> {
        let index = self.index()?;
        let links = index.entries().iter().filter(|entry| entry.mode == Mode::COMMIT);
        Ok(links.map(|entry| FilePath::new(entry.path(&index).as_bytes())).collect())
    }

    /// For each of `paths` the blobs in which the staged file stood before: in `HEAD` and in what is being merged the file at
    /// the same path, or, where there is none, the files that the index no longer has. Empty for a file that is new in every
    /// respect.
    pub(crate) fn before(&self, paths: &BTreeSet<&FilePath>) -> Vec<Vec<Id>> {
        let mut before = vec![Vec::new(); paths.len()];
        let Ok(index) = self.index() else { return before };
        let mut trees = Trees::of(self.repository);
        for parent in self.repository.head().into_iter().chain(self.repository.merging()) {
            let Some(tree) = trees.of_commit(parent) else { continue };
            let mut removed: Option<Vec<_>> = None;
            for (path, before) in paths.iter().zip(&mut before) {
                if let Some(blob) = trees.at(tree, path.as_bytes()) {
                    before.push(Id(blob));
                    continue;
                }
                let removed = removed.get_or_insert_with(|| {
                    let mut files = trees.files(tree);
                    files.retain(|(old, _)| index.entry_by_path(old.as_bstr()).is_none());
                    files
                });
                let staged = index.entry_by_path(path.as_bytes().as_bstr());
                let blob = staged.map_or_else(|| ObjectId::null(self.repository.hash()), |entry| entry.id);
                before.extend(likely(removed.iter(), path.as_bytes(), blob).into_iter().map(Id));
            }
        }
        before
    }

    fn index(&self) -> Result<gix::index::File, SourceError> {
        let path = self.repository.index_file();
        let options = gix::index::decode::Options { thread_limit: Some(self.threads), ..Default::default() };
        let skip_hash = true;
        gix::index::File::at_or_default(&path, self.repository.hash(), skip_hash, options).map_err(|error| {
            let detail =
                crate::place::sanitize(&format!("{error}; `git reset` writes a new index from the last commit"));
            SourceError::Repository { path: shown(&path), detail }
        })
    }
}

/// One thing to read.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Change {
    path: Vec<u8>,
    id: ObjectId,
    /// Where in the path the first name begins that `HEAD` does not have there; none if it has them all.
    new_from: Option<usize>,
}

impl Source for Staged<'_> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let index = self.index()?;
        let mut compare =
            Compare { index: &index, handles: self.repository.handles(), changes: Vec::new(), tally: Tally::default() };
        let head = compare.head(self.repository.head());
        compare.directory(head, 0, 0..index.entries().len(), index.tree(), None);
        let Compare { changes, mut tally, .. } = compare;
        if changes.is_empty() && tally.notices.is_empty() {
            tally.notice(Notice::new(Cause::NothingStaged, "the index", "it holds what HEAD holds: nothing is staged"));
        }
        // Few files are read faster than threads are started.
        let threads = self.threads.min(1 + changes.len() / 16);
        let make = || Reading { handles: self.repository.handles(), buffer: Vec::new(), tally: Tally::default() };
        let states = parallel::for_each(threads, changes.len(), stop, make, |reading, number| {
            reading.lend(&changes[number], sink, stop);
        });
        states.into_iter().for_each(|reading| tally.add(reading.tally));
        if stop.requested() {
            let detail = "the files that were not reached were not scanned";
            tally.notice(Notice::new(Cause::Interrupted, "staged files", detail));
        }
        Ok(tally)
    }
}

struct Reading {
    handles: Vec<gix::odb::Handle>,
    buffer: Vec<u8>,
    tally: Tally,
}

impl Reading {
    fn lend(&mut self, change: &Change, sink: &Sink<'_>, stop: &Stop) {
        let path = FilePath::new(change.path.clone());
        match find(&self.handles, &change.id, &mut self.buffer) {
            Ok(Kind::Blob) => {}
            Ok(kind) => {
                let detail = format!("staged as a file, but object {} is a {kind}", change.id);
                return self.tally.notice(Notice::new(Cause::CorruptObject, path.display(), detail));
            }
            Err(error) => {
                let cause = match error.kind() {
                    io::ErrorKind::NotFound => Cause::MissingObject,
                    _ => Cause::CorruptObject,
                };
                let detail = crate::place::sanitize(&format!("staged object {}: {error}", change.id));
                return self.tally.notice(Notice::new(cause, path.display(), detail));
            }
        }
        self.tally.coverage.files += 1;
        self.tally.coverage.file_bytes += self.buffer.len() as u64;
        if is_lfs_pointer(&self.buffer) {
            self.tally.coverage.skip(Cause::LfsPointer);
        }
        if let Some(from) = change.new_from {
            sink(Item::name(Origin::FileName(path.clone()), &change.path, from));
        }
        parts::lend(&Origin::Staged(path), &self.buffer, stop, sink);
    }
}

fn find(handles: &[gix::odb::Handle], id: &gix::oid, buffer: &mut Vec<u8>) -> io::Result<Kind> {
    let mut problem = io::Error::new(io::ErrorKind::NotFound, "it is not in the repository");
    for handle in handles {
        match handle.find(id, buffer) {
            Ok(object) => return Ok(object.kind),
            Err(error) if error.is_not_found() => {}
            Err(error) => problem = io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
        }
    }
    Err(problem)
}

/// Directories nested deeper than this are not compared: the files in them count as changed. The comparison calls
/// itself, and whoever made the repository must not choose how often.
const DEPTH: usize = 256;

/// Compares the index with the tree of `HEAD`.
struct Compare<'i> {
    index: &'i gix::index::File,
    handles: Vec<gix::odb::Handle>,
    changes: Vec<Change>,
    tally: Tally,
}

impl Compare<'_> {
    /// The tree of `HEAD`; none before the first commit, or if it cannot be read: then everything counts as staged.
    fn head(&mut self, head: Option<ObjectId>) -> Option<ObjectId> {
        let commit = head?;
        let mut buffer = Vec::new();
        match find(&self.handles, &commit, &mut buffer) {
            Ok(Kind::Commit) => super::objects::commit(&buffer).map(|commit| commit.tree),
            Ok(_) => None,
            Err(error) => {
                self.cannot_read("the commit at HEAD", &commit, &error);
                None
            }
        }
    }

    fn cannot_read(&mut self, what: &str, id: &ObjectId, error: &io::Error) {
        let cause = if error.kind() == io::ErrorKind::NotFound { Cause::MissingObject } else { Cause::CorruptObject };
        let detail = crate::place::sanitize(&format!("{what}: {error}; all files below it were taken as changed"));
        self.tally.notice(Notice::new(cause, format!("object {id}"), detail));
    }

    /// The entries of a tree of `HEAD`, by name.
    fn entries(&mut self, tree: Option<ObjectId>) -> HashMap<Vec<u8>, (u32, ObjectId)> {
        let Some(tree) = tree else { return HashMap::new() };
        let mut buffer = Vec::new();
        if let Err(error) = find(&self.handles, &tree, &mut buffer) {
            if !tree.is_empty_tree() {
                self.cannot_read("a directory at HEAD", &tree, &error);
            }
            return HashMap::new();
        }
        let entries = tree_entries(&buffer, tree.kind()).flatten();
        entries.map(|entry| (entry.name.to_vec(), (entry.mode, entry.id.to_owned()))).collect()
    }

    /// Compares the entries of `range`, which all begin with the same `prefix` bytes of a directory, with `tree`.
    fn directory(
        &mut self,
        tree: Option<ObjectId>,
        prefix: usize,
        range: Range<usize>,
        cache: Option<&gix::index::extension::Tree>,
        new_from: Option<usize>,
    ) {
        if let (Some(cache), Some(tree)) = (cache, tree)
            && cache.id == tree
            && cache.num_entries.is_some_and(|count| count as usize == range.len())
        {
            return;
        }
        let entries = self.entries(tree);
        let index = self.index;
        let mut at = range.start;
        let is_deep = index.entries()[range.clone()].first().is_some_and(|entry| {
            let path = entry.path(index);
            memchr::memchr_iter(b'/', &path[..prefix.min(path.len())]).count() > DEPTH
        });
        while at < range.end {
            let entry = &index.entries()[at];
            let path = entry.path(index);
            if is_deep {
                self.file(entry, path, None, new_from.or(Some(prefix)));
                at += 1;
                continue;
            }
            let rest = &path[prefix.min(path.len())..];
            match rest.find_byte(b'/') {
                Some(slash) if slash + 1 < rest.len() => {
                    let below = prefix + slash + 1;
                    let directory = &path[..below];
                    let count = index.entries()[at..range.end]
                        .partition_point(|entry| entry.path(index).starts_with(directory));
                    let name = &rest[..slash];
                    let new_from = new_from.or((!entries.contains_key(name.as_bytes())).then_some(prefix));
                    let tree = entries.get(name.as_bytes()).filter(|(mode, _)| *mode == 0o040_000).map(|&(_, id)| id);
                    let cache = cache.and_then(|cache| cache.children.iter().find(|child| *child.name == **name));
                    // The first begins with its own directory; a damaged index may be in any order.
                    let end = at + count.max(1);
                    self.directory(tree, below, at..end, cache, new_from);
                    at = end;
                }
                _ => {
                    let name = rest.strip_suffix(b"/").unwrap_or(rest);
                    let before = entries.get(name).copied();
                    self.file(entry, path, before, new_from.or(before.is_none().then_some(prefix)));
                    at += 1;
                }
            }
        }
    }

    fn file(
        &mut self,
        entry: &gix::index::Entry,
        path: &gix::bstr::BStr,
        before: Option<(u32, ObjectId)>,
        new_from: Option<usize>,
    ) {
        let is_file = |mode: u32| mode & 0o170_000 == 0o100_000;
        if before.is_some_and(|(mode, id)| id == entry.id && (is_file(mode) == is_file(entry.mode.bits()))) {
            return;
        }
        match entry.mode {
            Mode::FILE | Mode::FILE_EXECUTABLE if entry.flags.contains(Flags::INTENT_TO_ADD) => {}
            Mode::FILE | Mode::FILE_EXECUTABLE => {
                let change = Change { path: path.to_vec(), id: entry.id, new_from };
                // The stages of a conflict may agree.
                if self.changes.last() != Some(&change) {
                    self.changes.push(change);
                }
            }
            Mode::SYMLINK => self.tally.coverage.skip(Cause::Symlink),
            Mode::COMMIT => self.tally.coverage.skip(Cause::Submodule),
            // A directory that a sparse index holds as one entry.
            _ => self.sparse(path, entry.id, before.filter(|(mode, _)| *mode == 0o040_000).map(|(_, id)| id)),
        }
    }

    /// What a tree of the index holds and the tree of `HEAD` does not.
    fn sparse(&mut self, path: &[u8], tree: ObjectId, before: Option<ObjectId>) {
        if before == Some(tree) {
            return;
        }
        if memchr::memchr_iter(b'/', path).count() > DEPTH {
            let detail = "nested too deeply outside the sparse checkout; the files in it were not scanned";
            let notice = Notice::new(Cause::Budget, FilePath::new(path).display(), detail);
            return self.tally.notice(notice);
        }
        let before = self.entries(before);
        let now = self.entries(Some(tree));
        for (name, (mode, id)) in now {
            let new_from = (!before.contains_key(&name)).then_some(path.len());
            let old = before.get(&name).filter(|(old, _)| old & 0o170_000 == mode & 0o170_000).map(|&(_, id)| id);
            let path = [path, &name].concat();
            match mode & 0o170_000 {
                _ if old == Some(id) => {}
                0o040_000 => self.sparse(&[path.as_slice(), b"/"].concat(), id, old),
                0o100_000 => self.changes.push(Change { path, id, new_from }),
                0o120_000 => self.tally.coverage.skip(Cause::Symlink),
                _ => self.tally.coverage.skip(Cause::Submodule),
            }
        }
    }
}
