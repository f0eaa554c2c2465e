//! What of the index differs from the tree of `HEAD`.
//!
//! gix offers a comparison that first makes an index of that whole tree, which decodes every tree of a large repository for a
//! small commit. Here the index's own tree cache is compared with the trees of `HEAD`: a directory whose cached tree is that of
//! `HEAD` is passed over, and only what is left is descended into.

use std::collections::HashMap;
use std::io;

use gix::ObjectId;
use gix::index::extension::Tree;
use gix::objs::Kind;

use super::entries::{Cursor, Entries};
use super::find;
use crate::notice::{Cause, Notice, Tally};
use crate::place::FilePath;
use crate::source::{objects, tree_entries};

/// One thing to read.
#[derive(PartialEq, Eq, Hash, Clone)]
pub(super) struct Change {
    pub(super) path: Vec<u8>,
    pub(super) id: ObjectId,
    /// Where in the path the first name begins that `HEAD` does not have there; none if it has them all.
    pub(super) new_from: Option<usize>,
}

/// What the tree of the commit `head` does not have: everything, if there is none.
pub(super) fn changes(
    entries: &Entries,
    handles: Vec<gix::odb::Handle>,
    head: Option<ObjectId>,
) -> (Vec<Change>, Tally) {
    let mut compare = Compare { cursor: entries.cursor(), handles, changes: Vec::new(), tally: Tally::default() };
    let tree = compare.head(head);
    compare.directory(tree, 0, entries.tree(), None);
    (compare.changes, compare.tally)
}

/// Directories nested deeper than this are not compared: the files in them count as changed. The comparison calls
/// itself, and whoever made the repository must not choose how often.
const DEPTH: usize = 256;

/// The part of a mode that says what an entry is, and its values.
const KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

/// What is staged at a path.
struct Staged {
    path: Vec<u8>,
    mode: u32,
    id: ObjectId,
}

/// The cache of a directory in a directory; they are sorted by name.
fn child<'c>(cache: &'c Tree, name: &[u8]) -> Option<&'c Tree> {
    let at = cache.children.binary_search_by(|child| (*child.name).cmp(name));
    at.ok().map(|at| &cache.children[at])
}

/// Compares the index with the tree of `HEAD`.
struct Compare<'i> {
    cursor: Cursor<'i>,
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
            Ok(Kind::Commit) => objects::commit(&buffer).map(|commit| commit.tree),
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

    /// Compares the entries from the one at hand on whose paths begin with the same `prefix` bytes, a directory, with `tree`.
    fn directory(&mut self, tree: Option<ObjectId>, prefix: usize, cache: Option<&Tree>, new_from: Option<usize>) {
        let Some(first) = self.cursor.entry() else { return };
        let directory = first.path.get(..prefix).unwrap_or_default().to_vec();
        let known = cache.filter(|cache| Some(cache.id) == tree).and_then(|cache| cache.num_entries);
        if known.is_some_and(|count| self.cursor.skip(count as usize, &directory)) {
            return;
        }
        let entries = self.entries(tree);
        let is_deep = memchr::memchr_iter(b'/', &directory).count() > DEPTH;
        while let Some(entry) = self.cursor.entry() {
            let Some(rest) = entry.path.strip_prefix(directory.as_slice()) else { return };
            match memchr::memchr(b'/', rest) {
                Some(slash) if slash + 1 < rest.len() && !is_deep => {
                    let name = &rest[..slash];
                    let before = entries.get(name);
                    let new_from = new_from.or(before.is_none().then_some(prefix));
                    let tree = before.filter(|(mode, _)| mode & KIND == DIRECTORY).map(|&(_, id)| id);
                    let cache = cache.and_then(|cache| child(cache, name));
                    self.directory(tree, prefix + slash + 1, cache, new_from);
                }
                _ => {
                    let name = rest.strip_suffix(b"/").unwrap_or(rest);
                    let before = entries.get(name).copied();
                    let staged = Staged { path: entry.path.to_vec(), mode: entry.mode, id: entry.id };
                    if !entry.intent_to_add {
                        self.file(staged, before, new_from.or(before.is_none().then_some(prefix)));
                    }
                    self.cursor.advance();
                }
            }
        }
    }

    fn file(&mut self, staged: Staged, before: Option<(u32, ObjectId)>, new_from: Option<usize>) {
        let Staged { path, mode, id } = staged;
        let kind = mode & KIND;
        if before.is_some_and(|(old, before)| before == id && (old & KIND == FILE) == (kind == FILE)) {
            return;
        }
        match kind {
            // A link's blob is its target, which is committed as any text is.
            FILE | SYMLINK => {
                let change = Change { path, id, new_from };
                // The stages of a conflict may agree.
                if self.changes.last() != Some(&change) {
                    self.changes.push(change);
                }
            }
            SUBMODULE => self.tally.coverage.skip(Cause::Submodule),
            // A directory that a sparse index holds as one entry.
            _ => self.sparse(&path, id, before.filter(|(mode, _)| mode & KIND == DIRECTORY).map(|(_, id)| id)),
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
            let old = before.get(&name).filter(|(old, _)| old & KIND == mode & KIND).map(|&(_, id)| id);
            let path = [path, &name].concat();
            match mode & KIND {
                _ if old == Some(id) => {}
                DIRECTORY => self.sparse(&[path.as_slice(), b"/"].concat(), id, old),
                FILE | SYMLINK => self.changes.push(Change { path, id, new_from }),
                _ => self.tally.coverage.skip(Cause::Submodule),
            }
        }
    }
}
