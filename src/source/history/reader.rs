//! What one thread of the walk does with the objects it is handed.

use std::cell::Cell;
use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use foldhash::fast::RandomState;
use gix::ObjectId;
use gix::objs::Kind;

use super::contents::Contents;
use super::gaps::{Gaps, Role};
use super::nesting::Notes;
use super::{Commit, Graph, Tag};
use crate::notice::{Cause, Notice, Tally};
use crate::place::Origin;
use crate::source::known::{Known, Seen};
use crate::source::lending::{lend_commit, lend_tag};
use crate::source::objects::{Object, Store, Visitor, base, commit, fresh_entries, tag};
use crate::source::parts::{self, Buffer, Lanes, lend_stream};
use crate::source::{Id, Item, Kin, Memo, Sink, Stop, is_lfs_pointer};

/// Names of files and directories, each once.
pub(super) type Names = HashSet<Box<[u8]>, RandomState>;

pub(super) struct Reader<'h> {
    store: &'h Store,
    sink: &'h Sink<'h>,
    stop: &'h Stop,
    tally: Tally,
    commits: Vec<Commit>,
    tags: Vec<Tag>,
    gaps: Gaps,
    nesting: Notes,
    /// The numbers of what lies in the tree at hand.
    inside: Vec<u32>,
    people: HashSet<Arc<[u8]>>,
    names: Names,
    contents: &'h Contents,
    /// Whether the sink is told what texts have in common.
    delta: bool,
    /// What need not be told of blobs that are read again.
    known: Option<&'h Known>,
    /// What is read, where that is to be remembered.
    seen: Option<Seen>,
    buffer: Option<Buffer>,
}

impl<'h> Reader<'h> {
    pub(super) fn new(
        store: &'h Store,
        contents: &'h Contents,
        delta: bool,
        (known, remember): (Option<&'h Known>, bool),
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
            nesting: Notes::default(),
            inside: Vec::new(),
            people: HashSet::new(),
            names: HashSet::default(),
            contents,
            delta,
            known,
            seen: remember.then(Seen::default),
            buffer: None,
        }
    }

    /// Adds what this thread has gathered to what the others have.
    pub(super) fn hand_over(
        self,
        graph: &mut Graph,
        names: &mut Names,
        gaps: &mut Gaps,
        seen: &mut Seen,
        tally: &mut Tally,
    ) {
        graph.commits.extend(self.commits);
        graph.tags.extend(self.tags);
        graph.nesting.add(self.nesting);
        if names.is_empty() {
            *names = self.names
        } else {
            names.extend(self.names)
        }
        gaps.add(self.gaps);
        seen.add(self.seen.unwrap_or_default());
        tally.add(self.tally);
    }

    /// Takes note of an object that is not here; says whether it is.
    fn check(&mut self, id: &gix::oid, role: Role) -> bool {
        self.is_here(id, self.store.number(id), role)
    }

    /// The same of an object whose number was looked up.
    fn is_here(&mut self, id: &gix::oid, number: Option<u32>, role: Role) -> bool {
        // git knows the empty tree without an object, and so do we.
        let is_here = number.is_some() || id.is_empty_tree();
        if !is_here {
            self.gaps.missing.insert((id.to_owned(), role));
        }
        is_here
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
        let is_complete = self.check(&commit.tree, Role::Tree);
        for parent in &commit.parents {
            if self.store.number(parent).is_none() {
                self.gaps.parents.insert((*parent, id));
            }
        }
        let author = self.person(commit.author);
        let before = self.tally.coverage.history_bytes;
        lend_commit(Id(id), &commit, &mut self.tally.coverage, self.sink, self.stop);
        let bytes = self.tally.coverage.history_bytes - before;
        self.note(|seen| seen.spoken.push((Id(id), bytes, is_complete)));
        let parents = commit.parents.iter().map(|&parent| Id(parent)).collect();
        self.commits.push(Commit { id: Id(id), tree: Id(commit.tree), parents, author, time: commit.time });
    }

    fn tag(&mut self, id: ObjectId, bytes: &[u8]) {
        let Some(tag) = tag(bytes) else {
            self.damaged("tag", id);
            return parts::lend(&Origin::TagMessage { id: id.to_string() }, bytes, self.stop, self.sink);
        };
        let is_complete = self.check(&tag.target, Role::Tagged);
        let tagger = self.person(tag.tagger);
        let before = self.tally.coverage.history_bytes;
        lend_tag(Id(id), &tag, &mut self.tally.coverage, self.sink, self.stop);
        let bytes = self.tally.coverage.history_bytes - before;
        self.note(|seen| seen.spoken.push((Id(id), bytes, is_complete)));
        self.tags.push(Tag { id: Id(id), target: Id(tag.target), tagger, time: tag.time });
    }

    fn note(&mut self, what: impl FnOnce(&mut Seen)) {
        if let Some(seen) = &mut self.seen {
            what(seen);
        }
    }

    /// Counts a blob, if nothing is known of it; says whether that is so.
    fn blob(&mut self, id: ObjectId, length: u64, is_pointer: bool) -> bool {
        if self.known.is_some_and(|known| known.is_counted(&id)) {
            return false;
        }
        self.tally.coverage.blobs += 1;
        self.tally.coverage.history_bytes += length;
        self.note(|seen| seen.blobs.push((Id(id), length, is_pointer)));
        true
    }

    fn tree(&mut self, tree: &Object<'_>) -> Option<Memo> {
        self.tally.coverage.trees += 1;
        let mut is_complete = true;
        let mut inside = std::mem::take(&mut self.inside);
        inside.clear();
        let memo = fresh_entries(tree, self.store.hash(), |entry| {
            let Some(entry) = entry else {
                self.damaged("tree", tree.id);
                return false;
            };
            if !self.names.contains(entry.name) {
                self.names.insert(entry.name.into());
            }
            if entry.is_submodule() {
                self.gaps.submodules.insert(entry.id.to_owned());
                return false;
            }
            // What is missing is so of every tree that names it.
            let number = self.store.number(entry.id);
            inside.extend(number);
            let is_missing = !self.is_here(entry.id, number, if entry.is_tree() { Role::Tree } else { Role::Blob });
            is_complete &= !is_missing;
            is_missing
        });
        if let Some(number) = tree.number_in(self.store) {
            self.nesting.tree(number, &inside, base(tree));
        }
        self.inside = inside;
        self.note(|seen| seen.trees.push((Id(tree.id), is_complete)));
        memo
    }
}

impl Visitor for Reader<'_> {
    fn object(&mut self, object: Object<'_>) -> Option<Memo> {
        match object.kind {
            Kind::Blob => {
                let origin = Origin::Blob { id: object.id.to_string(), path: None };
                let is_new = self.blob(object.id, object.bytes.len() as u64, is_lfs_pointer(object.bytes));
                if is_lfs_pointer(object.bytes) {
                    let id = object.id.to_string();
                    self.contents.lend(&id, object.bytes, self.stop, self.sink, &mut self.tally);
                }
                if object.bytes.len() > crate::source::PART {
                    parts::lend(&origin, object.bytes, self.stop, self.sink);
                    return None;
                }
                let kin = Kin { delta: object.delta, is_base: object.is_base, memo: Cell::new(None) };
                let kin_told = (self.delta && is_new).then_some(&kin);
                (self.sink)(Item { kin: kin_told, ..Item::whole(origin, object.bytes) });
                return kin.memo.take();
            }
            Kind::Commit => self.commit(object.id, object.bytes),
            Kind::Tag => self.tag(object.id, object.bytes),
            Kind::Tree => return self.tree(&object),
        }
        None
    }

    fn stream(&mut self, id: ObjectId, reader: &mut dyn io::Read) -> io::Result<u64> {
        let origin = Origin::Blob { id: id.to_string(), path: None };
        // The other threads have work of their own: the parts are lent in turn, from this one.
        let lanes = Lanes::new(1);
        let buffer = self.buffer.get_or_insert_with(Buffer::new);
        let lent = lend_stream(&origin, reader, buffer, &lanes, None, self.stop, self.sink);
        self.blob(id, lent.bytes, false);
        match lent.error {
            Some(error) => Err(error),
            None => Ok(lent.bytes),
        }
    }
}
