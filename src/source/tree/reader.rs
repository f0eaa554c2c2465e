//! What one thread of the walk does with the entries it is handed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkState};

use super::rules::Rules;
use super::{Directory, Walk, to_path, walkable};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};
use crate::source::parts::{Buffer, lend_stream};
use crate::source::{Item, path_bytes};

/// What one thread of the walk needs.
pub(super) struct Reader<'w> {
    walk: &'w Walk<'w>,
    buffer: Buffer,
    pub(super) tally: Tally,
    /// The directory of the entry before, which mostly is that of the next one too.
    last: Option<(PathBuf, Arc<Directory>)>,
}

/// Makes a reader for each thread.
pub(super) struct Readers<'w>(pub(super) &'w Walk<'w>);

impl<'w> ParallelVisitorBuilder<'w> for Readers<'w> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'w> {
        Box::new(Reader::new(self.0))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let tally = std::mem::take(&mut self.tally);
        self.walk.tally.lock().unwrap_or_else(PoisonError::into_inner).add(tally);
    }
}

impl<'w> Reader<'w> {
    pub(super) fn new(walk: &'w Walk<'w>) -> Self {
        Self { walk, buffer: Buffer::new(), tally: Tally::default(), last: None }
    }

    /// Lends the name of a file or directory. Its last component is its own.
    pub(super) fn name(&self, path: &[u8], start: usize) {
        (self.walk.sink)(Item::name(Origin::FileName(FilePath::new(path)), path, start));
    }

    /// Reads and lends a file.
    pub(super) fn file(&mut self, root: usize, at: &Path, path: Vec<u8>) {
        let mut file = match fs::File::open(at) {
            Ok(file) => file,
            Err(error) => return self.unreadable(&path, &error),
        };
        let walk = self.walk;
        let origin = Origin::File(FilePath::new(path));
        let lent = lend_stream(&origin, &mut file, &mut self.buffer, &walk.lanes, Some(&at), walk.stop, walk.sink);
        if let (Some(error), Some(path)) = (lent.error, origin.path()) {
            self.unreadable(path.as_bytes(), &error);
            if lent.bytes == 0 {
                return;
            }
        }
        self.tally.coverage.files += 1;
        self.tally.coverage.file_bytes += lent.bytes;
        if lent.lfs_pointer {
            self.tally.coverage.skip(Cause::LfsPointer);
        }
        walk.roots[root].files.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn unreadable(&mut self, path: &[u8], error: &io::Error) {
        let path = FilePath::new(path).display();
        self.tally.notice(Notice::new(Cause::Unreadable, path, error.to_string()));
    }

    fn parent(&mut self, entry: &DirEntry) -> Option<Arc<Directory>> {
        let parent = entry.path().parent()?;
        if let Some((path, directory)) = &self.last
            && path == parent
        {
            return Some(Arc::clone(directory));
        }
        let directory = self.walk.directory(parent)?;
        self.last = Some((parent.to_owned(), Arc::clone(&directory)));
        Some(directory)
    }

    fn enter_root(&mut self, entry: &DirEntry) -> WalkState {
        let walk = self.walk;
        let Some(root) = walk.roots.iter().position(|root| root.is_dir && walkable(&root.named) == entry.path()) else {
            return WalkState::Skip;
        };
        let mut absolute = path_bytes(&walk.roots[root].absolute);
        if !absolute.ends_with(b"/") {
            absolute.push(b'/');
        }
        let path = walk.roots[root].prefix.clone();
        let rules = if walk.tree.no_ignore { None } else { Rules::of_root(&walk.roots[root].absolute) };
        walk.enter(entry.path(), Directory { root, path, rules, absolute, only_tracked: false });
        WalkState::Continue
    }

    fn entry(&mut self, entry: &DirEntry) -> WalkState {
        let walk = self.walk;
        if entry.depth() == 0 {
            return self.enter_root(entry);
        }
        let name = path_bytes(Path::new(entry.file_name()));
        let Some(directory) = self.parent(entry).filter(|_| name != b".git") else {
            return WalkState::Skip;
        };
        let Some(kind) = entry.file_type() else { return WalkState::Skip };
        let path = [directory.path.as_slice(), &name].concat();
        if !walk.tree.exclude.is_empty() && walk.tree.exclude.is_match(to_path(&path)) {
            self.tally.coverage.skip(Cause::Excluded);
            return WalkState::Skip;
        }
        let absolute = || [directory.absolute.as_slice(), &name].concat();
        // A root of its own is walked as such, whatever the ignore files around it say.
        if !walk.named.is_empty() && walk.named.contains(&to_path(&absolute())) {
            return WalkState::Skip;
        }
        let is_ignored = directory.rules.as_ref().is_some_and(|rules| rules.ignore(&absolute(), kind.is_dir()));
        let only_tracked = directory.only_tracked || is_ignored;
        let is_tracked =
            || walk.tree.tracked.as_ref().is_some_and(|tracked| tracked.holds_absolute(&absolute(), kind.is_dir()));
        if only_tracked && !is_tracked() {
            self.tally.coverage.skip(Cause::Ignored);
            return WalkState::Skip;
        }
        if kind.is_dir() {
            self.name(&path, directory.path.len());
            let mut absolute = absolute();
            absolute.push(b'/');
            let rules = match walk.tree.no_ignore {
                true => None,
                false => Rules::below(directory.rules.as_ref(), entry.path(), absolute.len()),
            };
            let path = [path.as_slice(), b"/"].concat();
            walk.enter(entry.path(), Directory { root: directory.root, path, rules, absolute, only_tracked });
        } else if kind.is_file() {
            self.name(&path, directory.path.len());
            self.file(directory.root, entry.path(), path);
        } else {
            self.tally.coverage.skip(if kind.is_symlink() { Cause::Symlink } else { Cause::SpecialFile });
        }
        WalkState::Continue
    }
}

impl ParallelVisitor for Reader<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.walk.stop.requested() {
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) => self.entry(&entry),
            Err(error) => {
                let (path, words) = explain(&error);
                let path = path.and_then(|path| self.walk.directory(path)).map(|directory| directory.path.clone());
                let subject = match path.as_deref() {
                    Some(b"") => ".".to_owned(),
                    Some(path) => FilePath::new(path).display(),
                    None => "a directory".to_owned(),
                };
                self.tally.notice(Notice::new(Cause::Unreadable, subject, words));
                WalkState::Continue
            }
        }
    }
}

/// The path and the operating system's words of an error of the walker.
fn explain(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), explain(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => explain(err),
        ignore::Error::Io(error) => (None, error.to_string()),
        other => (None, other.to_string()),
    }
}
