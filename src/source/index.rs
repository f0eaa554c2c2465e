//! What the index would commit.
//!
//! The staged content is the blob that an index entry names, never the file in the working tree, which may have been
//! edited since; of a symbolic link it is the target. What the commit changes is what differs from the tree of `HEAD` ([`compare`]).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::index::entry::Mode;
use gix::objs::{FindExt as _, Kind};

use super::parts;
use super::trees::{Trees, likely};
use super::{Id, Item, Repository, Sink, Source, SourceError, Stop, is_lfs_pointer, parallel, path_bytes};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};

mod compare;
mod entries;

use compare::Change;
use entries::Entries;

/// The files that the next commit would add or change.
pub struct Staged<'r> {
    repository: &'r Repository,
    threads: usize,
    whole: bool,
    /// Where in the repository is looked: the path from its top; empty for everywhere.
    within: Vec<u8>,
}

impl<'r> Staged<'r> {
    /// What is staged in `repository`, read on `threads` threads.
    #[must_use]
    pub fn new(repository: &'r Repository, threads: usize) -> Self {
        Self { repository, threads: threads.max(1), whole: false, within: Vec::new() }
    }

    /// With `whole` every file of the index is read, also what `HEAD` has: the files that git tracks, as they are staged.
    #[must_use]
    pub fn whole(self, whole: bool) -> Self {
        Self { whole, ..self }
    }

    /// The same, of what lies at `path` or below it; a path that is not in the working tree is everything.
    #[must_use]
    pub fn within(self, path: &Path) -> Self {
        let top = self.repository.work_dir().and_then(|top| fs::canonicalize(top).ok());
        let inside = top.zip(fs::canonicalize(path).ok());
        let inside = inside.and_then(|(top, path)| Some(path_bytes(path.strip_prefix(top).ok()?)));
        Self { within: inside.unwrap_or_default(), ..self }
    }

    /// Whether there is an index to be looked at: a bare repository has none.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.repository.work_dir().is_some() || self.repository.index_file().exists()
    }

    /// The paths of all files that the index holds, changed or not: the files that git tracks.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn tracked(&self) -> Result<Vec<FilePath>, SourceError> {
        let index = self.index()?;
        Ok(index.entries().iter().map(|entry| FilePath::new(entry.path(&index).as_bytes())).collect())
    }

    /// The paths at which the index has submodules.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn submodules(&self) -> Result<Vec<FilePath>, SourceError> {
        Ok(self.links()?.into_iter().map(|(path, _)| path).collect())
    }

    /// The same, each with the commit that it stands for.
    pub(super) fn links(&self) -> Result<Vec<(FilePath, ObjectId)>, SourceError> {
        let index = self.index()?;
        let links = index.entries().iter().filter(|entry| entry.mode == Mode::COMMIT);
        Ok(links.map(|entry| (FilePath::new(entry.path(&index).as_bytes()), entry.id)).collect())
    }

    /// For each of `paths` the blobs in which the staged file stood before: in `HEAD` and in what is being merged the file at
    /// the same path, or, where there is none, the files that the index no longer has. Empty for a file that is new in every
    /// respect. Second: the directories that could not be read for it.
    pub(crate) fn before(&self, paths: &BTreeSet<&FilePath>) -> (Vec<Vec<Id>>, BTreeSet<Id>) {
        let mut before = vec![Vec::new(); paths.len()];
        let Ok(index) = self.index() else { return (before, BTreeSet::new()) };
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
                before.extend(likely(removed.iter(), path.as_bytes(), blob).into_iter().map(|&(_, id)| Id(id)));
            }
        }
        (before, trees.unreadable.into_iter().map(Id).collect())
    }

    fn index(&self) -> Result<gix::index::File, SourceError> {
        entries::decoded(self.repository, self.threads)
    }
}

impl Source for Staged<'_> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let entries = Entries::read(self.repository, self.threads)?;
        let head = if self.whole { None } else { self.repository.head() };
        let (mut changes, mut tally) = compare::changes(&entries, self.repository.handles(), head);
        if !self.within.is_empty() {
            let is_within = |path: &[u8]| {
                path.strip_prefix(&*self.within).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
            };
            changes.retain(|change| is_within(&change.path));
        }
        if changes.is_empty() && tally.notices.is_empty() {
            let detail = match tally.coverage.skipped.is_empty() {
                false => "nothing but submodules is staged, which are repositories of their own",
                true if !self.within.is_empty() => "nothing is staged there: the next commit would bring what HEAD has",
                true if self.whole => "git tracks no file",
                true => "nothing is staged: the next commit would bring what HEAD has",
            };
            tally.notice(Notice::new(Cause::NothingStaged, "the index", detail));
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
