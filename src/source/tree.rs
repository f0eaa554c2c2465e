//! The files of a working tree.
//!
//! The `ignore` crate walks in parallel, but its own filters are all off: they drop what they exclude without a word,
//! and they look where the house must not look. They read git's global excludes and `.git/info/exclude`, which differ
//! from one user to the next, and ignore files of every directory up to the root of the file system, where a stray `*`
//! in a home directory would hide the whole scan. So [`rules`] matches each entry here, with the crate's own
//! `.gitignore` matcher: what is excluded is counted, an ignored directory as one entry, and rules are taken from the
//! root of the repository (or, without one, of the scan) downwards and from nowhere else. That a `.gitignore` counts
//! without a `.git` beside it makes an exported tree give the findings of its repository.
//!
//! What the user names is scanned though an ignore file may exclude it. A named symbolic link is followed, others are
//! not. `.git` is passed over, be it a directory or the file of a worktree or submodule: history has a source of its own.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use globset::GlobSet;
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::parts::{Buffer, Lanes, lend_stream};
use super::{Item, Sink, Source, SourceError, Stop, parallel, path_bytes, shown};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, LineState, Origin};

mod rules;

use rules::Rules;

/// Files and directories that the user named.
///
/// Origins are relative to the directory where exactly one directory is named, so that reports are relative to the root
/// of what was scanned; otherwise they begin with the path as it was named.
pub struct Tree {
    roots: Vec<PathBuf>,
    /// Whether `.gitignore` and `.ignore` files are passed over, so that everything is seen.
    pub no_ignore: bool,
    /// What the configuration excludes, matched against the path of the origin; a directory that matches is not
    /// descended into.
    pub exclude: GlobSet,
    threads: usize,
}

impl Tree {
    /// The files at and below `roots`, read on `threads` threads.
    pub fn new(roots: impl IntoIterator<Item = impl Into<PathBuf>>, threads: usize) -> Self {
        let roots = roots.into_iter().map(Into::into).collect();
        Self { roots, no_ignore: false, exclude: GlobSet::empty(), threads: threads.max(1) }
    }
}

/// A root after a first look at it.
struct Root {
    /// As the user named it.
    named: PathBuf,
    /// What the origins of its files begin with.
    prefix: Vec<u8>,
    absolute: PathBuf,
    is_dir: bool,
    /// Files read at or below it.
    files: AtomicU64,
}

/// A directory that is walked.
struct Directory {
    root: usize,
    /// The origin of the directory, with a final slash; empty for a root whose origins are relative to it.
    path: Vec<u8>,
    /// Length of that part of the absolute path that `path` does not repeat, see [`Rules`].
    rules: Option<Arc<Rules>>,
    /// The absolute path, with a final slash.
    absolute: Vec<u8>,
}

struct Walk<'w> {
    tree: &'w Tree,
    roots: Vec<Root>,
    /// Roots below another root: the walk of the other passes them over.
    named: HashSet<PathBuf>,
    directories: RwLock<HashMap<PathBuf, Arc<Directory>>>,
    lanes: Lanes,
    tally: Mutex<Tally>,
    sink: &'w Sink<'w>,
    stop: &'w Stop,
}

impl Source for Tree {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let mut tally = Tally::default();
        let roots = self.look(&mut tally)?;
        let named =
            if roots.len() > 1 { roots.iter().map(|root| root.absolute.clone()).collect() } else { HashSet::new() };
        let walk = Walk {
            tree: self,
            roots,
            named,
            directories: RwLock::default(),
            lanes: Lanes::new(self.threads),
            tally: Mutex::new(tally),
            sink,
            stop,
        };
        walk.files();
        walk.directories();
        let mut tally = walk.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        for root in &walk.roots {
            if root.files.load(Ordering::Relaxed) == 0 && !stop.requested() {
                let detail = "no file was read here; see what was ignored, excluded or skipped";
                tally.notice(Notice::new(Cause::NothingFound, shown(&root.named), detail));
            }
        }
        if stop.requested() {
            tally.notice(Notice::new(Cause::Interrupted, "files", "the files that were not reached were not scanned"));
        }
        Ok(tally)
    }
}

impl Tree {
    /// Looks at every root once; a root that is named twice is one.
    fn look(&self, tally: &mut Tally) -> Result<Vec<Root>, SourceError> {
        let mut roots: Vec<Root> = Vec::new();
        for named in &self.roots {
            let metadata = match fs::metadata(named) {
                Ok(metadata) => metadata,
                Err(_) if fs::symlink_metadata(named).is_ok_and(|link| link.is_symlink()) => {
                    tally.coverage.skip(Cause::Symlink);
                    let detail = "named, but a symbolic link that leads nowhere";
                    tally.notice(Notice::new(Cause::NothingFound, shown(named), detail));
                    continue;
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    return Err(SourceError::NoSuchPath { path: shown(named) });
                }
                Err(error) => {
                    tally.notice(Notice::new(Cause::Unreadable, shown(named), error.to_string()));
                    continue;
                }
            };
            if !metadata.is_dir() && !metadata.is_file() {
                tally.coverage.skip(Cause::SpecialFile);
                let detail = "named, but not a regular file; pipe it in instead";
                tally.notice(Notice::new(Cause::NothingFound, shown(named), detail));
                continue;
            }
            let absolute = fs::canonicalize(named).unwrap_or_else(|_| named.clone());
            if roots.iter().any(|root| root.absolute == absolute) {
                continue;
            }
            let mut prefix = path_bytes(named);
            while prefix.starts_with(b"./") {
                prefix.drain(..2);
            }
            if metadata.is_dir() {
                match prefix.as_slice() {
                    b"." | b"" => prefix.clear(),
                    bytes if !bytes.ends_with(b"/") => prefix.push(b'/'),
                    _ => {}
                }
            }
            roots.push(Root {
                named: named.clone(),
                prefix,
                absolute,
                is_dir: metadata.is_dir(),
                files: AtomicU64::new(0),
            });
        }
        if let [only] = roots.as_mut_slice()
            && only.is_dir
        {
            only.prefix.clear();
        }
        Ok(roots)
    }
}

impl Walk<'_> {
    /// Reads the roots that are files.
    fn files(&self) {
        let files: Vec<usize> = (0..self.roots.len()).filter(|&root| !self.roots[root].is_dir).collect();
        if files.is_empty() {
            return;
        }
        let make = || Reader::new(self);
        parallel::for_each(self.tree.threads, files.len(), self.stop, make, |reader, number| {
            let root = &self.roots[files[number]];
            if self.tree.exclude.is_match(to_path(&root.prefix)) {
                reader.tally.coverage.skip(Cause::Excluded);
            } else {
                reader.name(&root.prefix, file_name_start(&root.prefix));
                reader.file(files[number], &root.named, root.prefix.clone());
            }
        });
    }

    fn directories(&self) {
        let mut roots = self.roots.iter().filter(|root| root.is_dir).map(|root| walkable(&root.named));
        let Some(first) = roots.next() else { return };
        let mut builder = WalkBuilder::new(first);
        roots.for_each(|root| {
            builder.add(root);
        });
        builder.standard_filters(false).follow_links(false).threads(self.tree.threads);
        builder.build_parallel().visit(&mut Readers(self));
    }

    /// The directory that the walk entered as `path`.
    fn directory(&self, path: &Path) -> Option<Arc<Directory>> {
        self.directories.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn enter(&self, path: &Path, directory: Directory) {
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        directories.insert(path.to_owned(), Arc::new(directory));
    }
}

/// A form of a named directory that the walker neither takes for standard input nor, being a link, for no directory.
fn walkable(named: &Path) -> PathBuf {
    let named = if named == Path::new("-") { Path::new("./-") } else { named };
    named.join("")
}

fn to_path(bytes: &[u8]) -> PathBuf {
    gix::path::from_byte_slice(bytes)
        .map_or_else(|_| PathBuf::from(String::from_utf8_lossy(bytes).into_owned()), Path::to_path_buf)
}

fn file_name_start(path: &[u8]) -> usize {
    memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)
}

/// What one thread of the walk needs.
struct Reader<'w> {
    walk: &'w Walk<'w>,
    buffer: Buffer,
    tally: Tally,
    /// The directory of the entry before, which mostly is that of the next one too.
    last: Option<(PathBuf, Arc<Directory>)>,
}

struct Readers<'w>(&'w Walk<'w>);

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
    fn new(walk: &'w Walk<'w>) -> Self {
        Self { walk, buffer: Buffer::new(), tally: Tally::default(), last: None }
    }

    /// Lends the name of a file or directory. Its last component is its own.
    fn name(&self, path: &[u8], start: usize) {
        (self.walk.sink)(Item {
            origin: Origin::FileName(FilePath::new(path)),
            bytes: path,
            own: start..path.len(),
            offset: 0,
            lines: LineState::default(),
            whole: true,
        });
    }

    /// Reads and lends a file.
    fn file(&mut self, root: usize, at: &Path, path: Vec<u8>) {
        let mut file = match fs::File::open(at) {
            Ok(file) => file,
            Err(error) => return self.unreadable(&path, &error),
        };
        let walk = self.walk;
        let origin = Origin::File(FilePath::new(path));
        let lent = lend_stream(&origin, &mut file, &mut self.buffer, &walk.lanes, walk.stop, walk.sink);
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
        walk.roots[root].files.fetch_add(1, Ordering::Relaxed);
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
        walk.enter(entry.path(), Directory { root, path, rules, absolute });
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
        if let Some(rules) = &directory.rules
            && rules.ignore(&absolute(), kind.is_dir())
        {
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
            walk.enter(entry.path(), Directory { root: directory.root, path, rules, absolute });
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
