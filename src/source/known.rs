//! What an earlier run saw of a history, so that this one need not read it again.
//!
//! An object never changes: what came of it once comes of it again, as long as the program, the rules and the key of the
//! fingerprints are the same. Of an object in which nothing was found that is all that is kept. An object that holds
//! something, or of which something is to be said, is only named and is read again: no secret, no fingerprint and no verdict
//! stands here, and nothing that depends on a path. Names are kept as far as nothing was found in them.
//!
//! Rejected: keeping findings. They need the secret, for what it says of itself and for what it is compared with.

use std::collections::{BTreeSet, HashMap, HashSet};

use gix::ObjectId;

use super::history::{Commit, Graph, Tag};
use super::objects::Store;
use super::{Id, Repository};
use crate::notice::Tally;

mod file;
mod words;

pub use file::{Flawed, Seal, bytes, load, read, save};
pub use words::Words;

/// What came of a blob.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// How long it is.
    pub length: u64,
    /// Bytes that were searched.
    pub searched: u64,
    /// Why it was searched whole, or that it was not: the sink's own number.
    pub how: u8,
    /// How many binary texts it is, with its members.
    pub binary: u64,
    /// Members of the container that it is.
    pub members: u64,
    /// Bytes that they unpacked to.
    pub member_bytes: u64,
    /// Whether it holds something, so that it is read again.
    pub again: bool,
}

/// An entry of a tree that leads to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Box<[u8]>,
    /// What it names.
    pub id: Id,
    /// Whether that is a tree.
    pub is_tree: bool,
}

/// What a tree leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To nothing that was found.
    Nothing,
    /// To something, by these entries.
    Entries(Vec<Entry>),
    /// To something; it has to be read again to see by what.
    Unread,
}

/// Everything that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Blobs.
    pub blobs: HashMap<Id, Effect>,
    /// Commits, and how many bytes their header and message have.
    pub commits: Vec<(Commit, u64)>,
    /// Annotated tags, likewise.
    pub tags: Vec<(Tag, u64)>,
    /// Trees.
    pub trees: HashMap<Id, Lead>,
    /// Commits, tags and trees that are read again.
    pub again: HashSet<Id>,
    /// The names in `trees`.
    pub names: BTreeSet<Box<[u8]>>,
    /// The commits of submodules in `trees`.
    pub submodules: BTreeSet<Id>,
}

/// The objects that one run has read, by what is kept of them.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Blobs, how long they are, and whether what they stand for lies elsewhere.
    pub blobs: Vec<(Id, u64, bool)>,
    /// Commits and tags, how many bytes their header and message have, and whether what they name is here.
    pub spoken: Vec<(Id, u64, bool)>,
    /// Trees, and whether everything is here that they name.
    pub trees: Vec<(Id, bool)>,
    /// The names in them.
    pub names: BTreeSet<Box<[u8]>>,
    /// The commits of submodules in them.
    pub submodules: BTreeSet<Id>,
}

impl Seen {
    /// Adds what another thread has read.
    pub(super) fn add(&mut self, other: Seen) {
        self.blobs.extend(other.blobs);
        self.spoken.extend(other.spoken);
        self.trees.extend(other.trees);
        self.names.extend(other.names);
        self.submodules.extend(other.submodules);
    }
}

impl Known {
    /// How many objects that is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blobs.len() + self.commits.len() + self.tags.len() + self.trees.len() + self.again.len()
    }

    /// Whether it is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets what `repository` does not have any more; says whether that was anything.
    ///
    /// What a tree names is not kept, and it was all there when the tree was read, or the tree is read again. So once anything is gone the trees are
    /// read again: they tell what is missing, and which names and submodules are left.
    pub fn settle(&mut self, repository: &Repository) -> bool {
        let (store, _) = repository.store();
        let before = self.len();
        let is_here = |id: &Id| store.number(&id.0).is_some();
        self.blobs.retain(|id, _| is_here(id));
        self.commits.retain(|(commit, _)| is_here(&commit.id));
        self.tags.retain(|(tag, _)| is_here(&tag.id));
        self.trees.retain(|id, _| is_here(id));
        self.again.retain(is_here);
        let is_gone = self.len() < before;
        if is_gone {
            self.trees.clear();
            self.names.clear();
            self.submodules.clear();
        }
        is_gone
    }

    /// Which objects of the store need not be read, by their number.
    pub(super) fn marks(&self, store: &Store) -> Vec<bool> {
        let mut marks = vec![false; store.numbers()];
        let quiet = self.blobs.iter().filter(|(_, effect)| !effect.again).map(|(id, _)| id);
        let spoken = self.commits.iter().map(|(it, _)| &it.id).chain(self.tags.iter().map(|(it, _)| &it.id));
        for id in quiet.chain(spoken).chain(self.trees.keys()) {
            if let Some(number) = store.number(&id.0) {
                marks[number as usize] = true;
            }
        }
        marks
    }

    /// Adds what is known of the commits and tags to what was read, and everything that was counted of what is not read.
    pub(super) fn tell(&self, graph: &mut Graph, tally: &mut Tally) {
        let coverage = &mut tally.coverage;
        for effect in self.blobs.values() {
            coverage.blobs += 1;
            coverage.history_bytes += effect.length;
        }
        coverage.commits += self.commits.len() as u64;
        coverage.tags += self.tags.len() as u64;
        coverage.trees += self.trees.len() as u64;
        coverage.history_bytes += self.commits.iter().map(|(_, bytes)| bytes).sum::<u64>();
        coverage.history_bytes += self.tags.iter().map(|(_, bytes)| bytes).sum::<u64>();
        graph.commits.extend(self.commits.iter().map(|(commit, _)| commit.clone()));
        graph.tags.extend(self.tags.iter().map(|(tag, _)| tag.clone()));
    }

    /// Whether a blob is counted by [`Known::tell`], so that who reads it again does not count it.
    pub(super) fn is_counted(&self, blob: &ObjectId) -> bool {
        self.blobs.contains_key(&Id(*blob))
    }
}
