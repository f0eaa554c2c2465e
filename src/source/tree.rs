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
//! A file that git tracks is no ignored one: git takes it into every commit, and who adds an ignore file to a change is not to
//! hide what the change brings.
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
use ignore::WalkBuilder;

use super::parts::Lanes;
use super::{Sink, Source, SourceError, Stop, TrackedFiles, file_name_start, parallel, path_bytes, shown};
use crate::notice::{Cause, Notice, Tally};

mod reader;
mod rules;

use reader::{Reader, Readers};
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
    /// What git tracks is seen though an ignore file excludes it.
    pub tracked: Option<Arc<TrackedFiles>>,
    threads: usize,
}

impl Tree {
    /// The files at and below `roots`, read on `threads` threads.
    pub fn new(roots: impl IntoIterator<Item = impl Into<PathBuf>>, threads: usize) -> Self {
        let roots = roots.into_iter().map(Into::into).collect();
        Self { roots, no_ignore: false, exclude: GlobSet::empty(), tracked: None, threads: threads.max(1) }
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
    /// The ignore files that reach here.
    rules: Option<Arc<Rules>>,
    /// The absolute path, with a final slash.
    absolute: Vec<u8>,
    /// Whether it is ignored, so that only what git tracks counts in it.
    only_tracked: bool,
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
        let read = |root: &Root| root.files.load(Ordering::Relaxed) > 0;
        for root in &walk.roots {
            // What lies below it and is named, too, was read as such.
            let within = walk.roots.iter().filter(|other| other.absolute.starts_with(&root.absolute));
            if !within.into_iter().any(read) && !stop.requested() {
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
