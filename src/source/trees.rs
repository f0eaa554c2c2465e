//! What trees hold, and in what they differ.

use std::collections::{HashMap, VecDeque};

use gix::ObjectId;
use gix::objs::Kind;

use super::objects::{Finder, Store, commit, tree_entries};
use super::{Repository, file_name_start};

/// Directories nested deeper than this are not gone into.
pub(super) const DEPTH: usize = 512;

/// At most so many files are told of one comparison. Ten trees that each hold the next ten times make ten thousand million
/// paths out of a few hundred bytes, and somebody has made such a repository.
const FILES: usize = 200_000;

/// At most so many directories are gone into for a file, whichever it is.
const DIRECTORIES: usize = 1_000;

/// A file that a tree holds and other trees do not, or not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: Vec<u8>,
    pub(super) blob: ObjectId,
    /// Where in `path` the first name begins that none of the others has at this place; none if all names were there.
    pub(super) new_from: Option<usize>,
    /// Whether none of the others has a file at this path.
    pub(super) is_added: bool,
}

/// Where a look into one tree has got to. Who asks for paths in their order reads each directory once.
#[derive(Default)]
pub(super) struct Cursor {
    tree: Option<ObjectId>,
    /// The directories from the top to where it stands, each with its path and a slash at its end.
    levels: Vec<(Vec<u8>, Entries)>,
}

/// Looks into trees, one after the other.
pub(crate) struct Trees<'t> {
    store: &'t Store,
    finder: Finder,
    /// Directories that could not be read.
    pub(super) unreadable: Vec<ObjectId>,
    /// Submodules that differ.
    pub(super) submodules: u64,
    /// Whether a comparison was given up.
    pub(super) too_many: bool,
    /// Directories that are nested too deep to be gone into.
    pub(super) too_deep: Vec<ObjectId>,
}

/// What an entry is, as far as two entries of a name must agree in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Tree,
    Blob,
    Submodule,
}

fn sort(mode: u32) -> Sort {
    match mode & 0o170_000 {
        0o040_000 => Sort::Tree,
        0o160_000 => Sort::Submodule,
        _ => Sort::Blob,
    }
}

type Entries = HashMap<Vec<u8>, (Sort, ObjectId)>;

struct Level {
    /// The path of the directory, with a slash at its end; empty for the top.
    path: Vec<u8>,
    tree: ObjectId,
    others: Vec<Option<ObjectId>>,
    new_from: Option<usize>,
    depth: usize,
}

impl<'t> Trees<'t> {
    /// The trees of a repository.
    pub(crate) fn of(repository: &'t Repository) -> Self {
        Self::new(&repository.store().0)
    }

    pub(super) fn new(store: &'t Store) -> Self {
        Self {
            store,
            finder: Finder::with_cache(32 * 1024 * 1024),
            unreadable: Vec::new(),
            submodules: 0,
            too_many: false,
            too_deep: Vec::new(),
        }
    }

    /// The tree of a commit.
    pub(super) fn of_commit(&mut self, id: ObjectId) -> Option<ObjectId> {
        match self.store.find(&id, &mut self.finder)? {
            Kind::Commit => commit(&self.finder.bytes).map(|commit| commit.tree),
            _ => None,
        }
    }

    /// The entries of a tree; none if it cannot be read, of which note is taken.
    fn read(&mut self, tree: ObjectId) -> impl Iterator<Item = (&[u8], (Sort, ObjectId))> {
        if tree.is_empty_tree() {
            self.finder.bytes.clear();
        } else if self.store.find(&tree, &mut self.finder) != Some(Kind::Tree) {
            self.unreadable.push(tree);
            self.finder.bytes.clear();
        }
        let entries = tree_entries(&self.finder.bytes, self.store.hash()).flatten();
        entries.map(|entry| (entry.name, (sort(entry.mode), entry.id.to_owned())))
    }

    fn entries(&mut self, tree: Option<ObjectId>) -> Entries {
        tree.map(|tree| self.read(tree).map(|(name, entry)| (name.to_vec(), entry)).collect()).unwrap_or_default()
    }

    /// Every file of `tree` that is not the same in one of `others`, in the order of the paths. Without others it is every
    /// file.
    pub(super) fn changed(&mut self, tree: ObjectId, others: &[ObjectId]) -> Vec<Changed> {
        let mut changed = Vec::new();
        if others.contains(&tree) {
            return changed;
        }
        let others = others.iter().copied().map(Some).collect();
        let mut pending = vec![Level { path: Vec::new(), tree, others, new_from: None, depth: 0 }];
        while let Some(level) = pending.pop() {
            if changed.len() + pending.len() > FILES {
                self.too_many = true;
                break;
            }
            let others: Vec<Entries> = level.others.iter().map(|&other| self.entries(other)).collect();
            let is_same = |name: &[u8], entry| others.iter().any(|entries| entries.get(name) == Some(&entry));
            let own = self.read(level.tree).filter(|&(name, entry)| !is_same(name, entry));
            let own: Vec<(Vec<u8>, _)> = own.map(|(name, entry)| (name.to_vec(), entry)).collect();
            for (name, (kind, id)) in own {
                let at = level.path.len();
                let is_new = !others.iter().any(|entries| entries.contains_key(&name));
                let new_from = level.new_from.or(is_new.then_some(at));
                let path = [level.path.as_slice(), &name].concat();
                match kind {
                    Sort::Submodule => self.submodules += 1,
                    Sort::Blob => {
                        let is_file = |entries: &Entries| matches!(entries.get(&name), Some((Sort::Blob, _)));
                        let is_added = !others.iter().any(is_file);
                        changed.push(Changed { path, blob: id, new_from, is_added });
                    }
                    Sort::Tree if level.depth >= DEPTH => self.too_deep.push(id),
                    Sort::Tree => {
                        let of = |entries: &Entries| match entries.get(&name) {
                            Some(&(Sort::Tree, id)) => Some(id),
                            _ => None,
                        };
                        let others = others.iter().map(of).collect();
                        let path = [path.as_slice(), b"/"].concat();
                        pending.push(Level { path, tree: id, others, new_from, depth: level.depth + 1 });
                    }
                }
            }
        }
        changed.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        changed
    }

    /// The file that `tree` holds at `path`.
    pub(crate) fn at(&mut self, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        self.find(tree, path).filter(|(kind, _)| *kind == Sort::Blob).map(|(_, id)| id)
    }

    /// The file that `tree` holds at `path`, for one of many paths.
    pub(super) fn at_next(&mut self, cursor: &mut Cursor, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        self.find_next(cursor, tree, path).filter(|(kind, _)| *kind == Sort::Blob).map(|(_, id)| id)
    }

    /// What `tree` holds at `path`, for one of many paths: a file or a directory.
    pub(super) fn entry_next(&mut self, cursor: &mut Cursor, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        self.find_next(cursor, tree, path).map(|(_, id)| id)
    }

    fn find_next(&mut self, cursor: &mut Cursor, tree: ObjectId, path: &[u8]) -> Option<(Sort, ObjectId)> {
        if cursor.tree != Some(tree) {
            *cursor = Cursor { tree: Some(tree), levels: vec![(Vec::new(), self.entries(Some(tree)))] };
        }
        while cursor.levels.last().is_some_and(|(directory, _)| !path.starts_with(directory)) {
            cursor.levels.pop();
        }
        loop {
            let (directory, entries) = cursor.levels.last()?;
            let rest = &path[directory.len()..];
            let Some(slash) = memchr::memchr(b'/', rest) else { return entries.get(rest).copied() };
            match entries.get(&rest[..slash]) {
                Some(&(Sort::Tree, id)) => {
                    let below = path[..directory.len() + slash + 1].to_vec();
                    let entries = self.entries(Some(id));
                    cursor.levels.push((below, entries));
                }
                _ => return None,
            }
        }
    }

    fn find(&mut self, tree: ObjectId, path: &[u8]) -> Option<(Sort, ObjectId)> {
        let mut tree = tree;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let (_, (kind, id)) = self.read(tree).find(|(found, _)| *found == name)?;
            match (kind, names.peek()) {
                (_, None) => return Some((kind, id)),
                (Sort::Tree, Some(_)) => tree = id,
                _ => return None,
            }
        }
        None
    }

    /// The names of the files in `tree` itself, sorted as git sorts them.
    pub(super) fn names(&mut self, tree: ObjectId) -> Vec<Vec<u8>> {
        let files = self.read(tree).filter(|(_, (kind, _))| *kind == Sort::Blob);
        files.map(|(name, _)| name.to_vec()).collect()
    }

    /// The path of a file of `tree`: the first by name in the uppermost directory that has one.
    pub(super) fn any_file(&mut self, tree: ObjectId) -> Option<Vec<u8>> {
        let mut pending = VecDeque::from([(Vec::new(), tree)]);
        for _ in 0..DIRECTORIES {
            let (directory, tree) = pending.pop_front()?;
            let mut below = Vec::new();
            for (name, (kind, id)) in self.read(tree) {
                match kind {
                    Sort::Blob => return Some([&directory, name].concat()),
                    Sort::Tree => below.push(([&directory, name, b"/"].concat(), id)),
                    Sort::Submodule => {}
                }
            }
            pending.extend(below);
        }
        None
    }

    /// Every file of `tree`, with its path.
    pub(super) fn files(&mut self, tree: ObjectId) -> Vec<(Vec<u8>, ObjectId)> {
        self.changed(tree, &[]).into_iter().map(|file| (file.path, file.blob)).collect()
    }

    /// The files of `before` that `after` does not have as files.
    pub(crate) fn removed(&mut self, before: ObjectId, after: ObjectId) -> Vec<(Vec<u8>, ObjectId)> {
        let changed = self.changed(before, &[after]);
        changed.into_iter().filter(|file| file.is_added).map(|file| (file.path, file.blob)).collect()
    }
}

/// At most so many removed files are looked at for what a new file may have been.
const MOVED_MOST: usize = 64;

/// Of the files that were removed those that the new one most likely was: the same content, then the same name, the same
/// extension, the same directory, any.
pub(super) fn likely<'f>(
    removed: impl Iterator<Item = &'f (Vec<u8>, ObjectId)>,
    path: &[u8],
    blob: ObjectId,
) -> Vec<&'f (Vec<u8>, ObjectId)> {
    fn parts(path: &[u8]) -> (&[u8], &[u8], &[u8]) {
        let (directory, name) = path.split_at(file_name_start(path));
        let extension = memchr::memrchr(b'.', name).map_or(&[][..], |at| &name[at..]);
        (directory, name, extension)
    }
    let (directory, name, extension) = parts(path);
    let rank = |(old, id): &(Vec<u8>, ObjectId)| match parts(old) {
        _ if *id == blob => 0,
        (_, of, _) if of == name => 1,
        (at, _, of) if of == extension && at == directory => 2,
        (_, _, of) if of == extension => 3,
        (at, _, _) if at == directory => 4,
        _ => 5,
    };
    let mut ranked: Vec<_> = removed.map(|file| (rank(file), file)).collect();
    ranked.sort_unstable();
    ranked.into_iter().take(MOVED_MOST).map(|(_, file)| file).collect()
}
