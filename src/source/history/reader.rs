//! What one thread of the walk does with the objects it is handed.

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;

use super::contents::Contents;
use super::gaps::{Gaps, Role};
use super::{Commit, Graph, Tag};
use crate::notice::{Cause, Notice, Tally};
use crate::place::Origin;
use crate::source::lending::{lend_commit, lend_tag};
use crate::source::objects::{Object, Store, Visitor, commit, tag, tree_entries};
use crate::source::parts::{self, Buffer, Lanes, lend_stream};
use crate::source::{Id, Item, Kin, Memo, Sink, Stop, is_lfs_pointer};

pub(super) struct Reader<'h> {
    store: &'h Store,
    sink: &'h Sink<'h>,
    stop: &'h Stop,
    tally: Tally,
    commits: Vec<Commit>,
    tags: Vec<Tag>,
    gaps: Gaps,
    /// Ids that were looked up before: most entries of a tree were in the tree before it. The first eight bytes tell
    /// them apart well enough here: two that share them could only hide that one of them is missing.
    known: HashSet<u64>,
    people: HashSet<Arc<[u8]>>,
    /// Names of files and directories, each once.
    names: HashSet<Box<[u8]>>,
    contents: &'h Contents,
    /// Whether the sink is told what texts have in common.
    delta: bool,
    buffer: Option<Buffer>,
}

impl<'h> Reader<'h> {
    pub(super) fn new(
        store: &'h Store,
        contents: &'h Contents,
        delta: bool,
        sink: &'h Sink<'h>,
        stop: &'h Stop,
    ) -> Self {
        Self {
            store,
            sink,
            stop,
            tally: Tally::default(),
            commits: Vec::new(),
            tags: Vec::new(),
            gaps: Gaps::default(),
            known: HashSet::new(),
            people: HashSet::new(),
            names: HashSet::new(),
            contents,
            delta,
            buffer: None,
        }
    }

    /// Adds what this thread has gathered to what the others have.
    pub(super) fn hand_over(
        self,
        graph: &mut Graph,
        names: &mut BTreeSet<Box<[u8]>>,
        gaps: &mut Gaps,
        tally: &mut Tally,
    ) {
        graph.commits.extend(self.commits);
        graph.tags.extend(self.tags);
        names.extend(self.names);
        gaps.add(self.gaps);
        tally.add(self.tally);
    }

    fn check(&mut self, id: &gix::oid, role: Role) {
        let prefix = id.as_bytes().first_chunk().map_or(0, |first| u64::from_ne_bytes(*first));
        // git knows the empty tree without an object, and so do we.
        if self.known.insert(prefix) && self.store.number(id).is_none() && !id.is_empty_tree() {
            self.gaps.missing.insert((id.to_owned(), role));
        }
    }

    fn person(&mut self, person: &[u8]) -> Arc<[u8]> {
        match self.people.get(person) {
            Some(known) => Arc::clone(known),
            None => {
                let person: Arc<[u8]> = person.into();
                self.people.insert(Arc::clone(&person));
                person
            }
        }
    }

    fn damaged(&mut self, kind: &str, id: ObjectId) {
        let detail = "it is not written as git writes it; what it leads to is scanned all the same";
        self.tally.notice(Notice::new(Cause::CorruptObject, format!("{kind} {id}"), detail));
    }

    fn commit(&mut self, id: ObjectId, bytes: &[u8]) {
        let Some(commit) = commit(bytes) else {
            self.damaged("commit", id);
            return parts::lend(&Origin::CommitMessage { id: id.to_string() }, bytes, self.stop, self.sink);
        };
        self.check(&commit.tree, Role::Tree);
        for parent in &commit.parents {
            if self.store.number(parent).is_none() {
                self.gaps.parents.insert((*parent, id));
            }
        }
        let author = self.person(commit.author);
        lend_commit(Id(id), &commit, &mut self.tally.coverage, self.sink, self.stop);
        let parents = commit.parents.iter().map(|&parent| Id(parent)).collect();
        self.commits.push(Commit { id: Id(id), tree: Id(commit.tree), parents, author, time: commit.time });
    }

    fn tag(&mut self, id: ObjectId, bytes: &[u8]) {
        let Some(tag) = tag(bytes) else {
            self.damaged("tag", id);
            return parts::lend(&Origin::TagMessage { id: id.to_string() }, bytes, self.stop, self.sink);
        };
        self.check(&tag.target, Role::Tagged);
        let tagger = self.person(tag.tagger);
        lend_tag(Id(id), &tag, &mut self.tally.coverage, self.sink, self.stop);
        self.tags.push(Tag { id: Id(id), target: Id(tag.target), tagger, time: tag.time });
    }

    fn tree(&mut self, id: ObjectId, bytes: &[u8]) {
        self.tally.coverage.trees += 1;
        for entry in tree_entries(bytes, self.store.hash()) {
            let Some(entry) = entry else {
                self.damaged("tree", id);
                continue;
            };
            if !self.names.contains(entry.name) {
                self.names.insert(entry.name.into());
            }
            if entry.is_submodule() {
                self.gaps.submodules.insert(entry.id.to_owned());
            } else {
                self.check(entry.id, if entry.is_tree() { Role::Tree } else { Role::Blob });
            }
        }
    }
}

impl Visitor for Reader<'_> {
    fn object(&mut self, object: Object<'_>) -> Option<Memo> {
        match object.kind {
            Kind::Blob => {
                let origin = Origin::Blob { id: object.id.to_string(), path: None };
                self.tally.coverage.blobs += 1;
                self.tally.coverage.history_bytes += object.bytes.len() as u64;
                if is_lfs_pointer(object.bytes) {
                    let id = object.id.to_string();
                    self.contents.lend(&id, object.bytes, self.stop, self.sink, &mut self.tally);
                }
                if object.bytes.len() > crate::source::PART {
                    parts::lend(&origin, object.bytes, self.stop, self.sink);
                    return None;
                }
                let kin = Kin { delta: object.delta, is_base: object.is_base, memo: Cell::new(None) };
                (self.sink)(Item { kin: self.delta.then_some(&kin), ..Item::whole(origin, object.bytes) });
                return kin.memo.take();
            }
            Kind::Commit => self.commit(object.id, object.bytes),
            Kind::Tag => self.tag(object.id, object.bytes),
            Kind::Tree => self.tree(object.id, object.bytes),
        }
        None
    }

    fn stream(&mut self, id: ObjectId, reader: &mut dyn io::Read) -> io::Result<u64> {
        let origin = Origin::Blob { id: id.to_string(), path: None };
        // The other threads have work of their own: the parts are lent in turn, from this one.
        let lanes = Lanes::new(1);
        let buffer = self.buffer.get_or_insert_with(Buffer::new);
        let lent = lend_stream(&origin, reader, buffer, &lanes, None, self.stop, self.sink);
        self.tally.coverage.blobs += 1;
        self.tally.coverage.history_bytes += lent.bytes;
        match lent.error {
            Some(error) => Err(error),
            None => Ok(lent.bytes),
        }
    }
}
