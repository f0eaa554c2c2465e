//! Lending single objects, by their ids.

use gix::objs::Kind;

use super::history::Contents;
use super::objects::{Finder, Store, commit, tag};
use super::{Id, Repository, Sink, Stop, is_lfs_pointer, parallel, parts};
use crate::notice::{Cause, Notice, Tally};
use crate::place::Origin;

impl Repository {
    /// Lends the blobs, and the headers and messages of the commits and tags, of these ids.
    pub(crate) fn lend(&self, ids: &[Id], threads: usize, sink: &Sink<'_>, stop: &Stop) -> Tally {
        let contents = Contents::of(self.common_dir());
        let (store, _) = self.store();
        let mut ids = ids.to_vec();
        ids.sort_by_cached_key(|id| store.place(&id.0));
        let make = || Lending {
            store,
            contents: &contents,
            finder: Finder::with_cache(48 * 1024 * 1024),
            tally: Tally::default(),
        };
        let mut tally = Tally::default();
        let states = parallel::for_each(threads, ids.len(), stop, make, |lending, number| {
            lending.object(ids[number], sink, stop);
        });
        states.into_iter().for_each(|lending| tally.add(lending.tally));
        tally
    }
}

struct Lending<'l> {
    store: &'l Store,
    contents: &'l Contents,
    finder: Finder,
    tally: Tally,
}

impl Lending<'_> {
    fn object(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        match self.store.find(&id.0, &mut self.finder) {
            Some(Kind::Blob) => self.blob(id, sink, stop),
            Some(Kind::Commit) => self.commit(id, sink, stop),
            Some(Kind::Tag) => self.tag(id, sink, stop),
            _ => {
                let detail =
                    "it belongs to what is scanned and cannot be read here; fetch it, or `git fsck` says what is wrong";
                self.tally.notice(Notice::new(Cause::MissingObject, format!("object {id}"), detail));
            }
        }
    }

    fn blob(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        let bytes = &self.finder.bytes;
        self.tally.coverage.blobs += 1;
        self.tally.coverage.history_bytes += bytes.len() as u64;
        parts::lend(&Origin::Blob { id: id.to_string(), path: None }, bytes, stop, sink);
        if is_lfs_pointer(bytes) {
            self.contents.lend(&id.to_string(), bytes, stop, sink, &mut self.tally);
        }
    }

    fn commit(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        let Some(commit) = commit(&self.finder.bytes) else { return };
        let hex = id.to_string();
        let coverage = &mut self.tally.coverage;
        coverage.commits += 1;
        coverage.history_bytes += (commit.header.len() + commit.message.len()) as u64;
        parts::lend(&Origin::CommitHeader { id: hex.clone() }, commit.header, stop, sink);
        parts::lend(&Origin::CommitMessage { id: hex }, commit.message, stop, sink);
    }

    fn tag(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        let Some(tag) = tag(&self.finder.bytes) else { return };
        let hex = id.to_string();
        let coverage = &mut self.tally.coverage;
        coverage.tags += 1;
        coverage.history_bytes += (tag.header.len() + tag.message.len()) as u64;
        parts::lend(&Origin::TagHeader { id: hex.clone() }, tag.header, stop, sink);
        parts::lend(&Origin::TagMessage { id: hex }, tag.message, stop, sink);
    }
}
