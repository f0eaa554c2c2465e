//! Lending single objects, by their ids.

use gix::objs::Kind;

use super::history::Contents;
use super::objects::{Finder, ParsedCommit, ParsedTag, Store, commit, tag};
use super::{Id, Repository, Sink, Stop, is_lfs_pointer, parallel, parts};
use crate::notice::{Cause, Coverage, Notice, Tally};
use crate::place::Origin;

/// What came of lending.
#[derive(Default)]
pub(crate) struct Lent {
    pub(crate) tally: Tally,
    /// What is not here.
    pub(crate) missing: Vec<Id>,
}

impl Repository {
    /// Lends the blobs, and the headers and messages of the commits and tags, of these ids.
    pub(crate) fn lend(&self, ids: &[Id], threads: usize, sink: &Sink<'_>, stop: &Stop) -> Lent {
        let contents = Contents::of(self.common_dir());
        let (store, _) = self.store();
        let mut ids = ids.to_vec();
        ids.sort_by_cached_key(|id| store.place(&id.0));
        let make = || Lending {
            store,
            contents: &contents,
            finder: Finder::with_cache(48 * 1024 * 1024),
            lent: Lent::default(),
        };
        let mut all = Lent::default();
        let states = parallel::for_each(threads, ids.len(), stop, make, |lending, number| {
            lending.object(ids[number], sink, stop);
        });
        for Lending { lent, .. } in states {
            all.tally.add(lent.tally);
            all.missing.extend(lent.missing);
        }
        all.tally.notices.extend(contents.absent(self));
        all
    }
}

struct Lending<'l> {
    store: &'l Store,
    contents: &'l Contents,
    finder: Finder,
    lent: Lent,
}

impl Lending<'_> {
    fn object(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        match self.store.find(&id.0, &mut self.finder) {
            Some(Kind::Blob) => self.blob(id, sink, stop),
            Some(Kind::Commit) => {
                if let Some(commit) = commit(&self.finder.bytes) {
                    lend_commit(id, &commit, &mut self.lent.tally.coverage, sink, stop);
                }
            }
            Some(Kind::Tag) => {
                if let Some(tag) = tag(&self.finder.bytes) {
                    lend_tag(id, &tag, &mut self.lent.tally.coverage, sink, stop);
                }
            }
            _ if self.store.number(&id.0).is_none() => self.lent.missing.push(id),
            _ => {
                let detail = "it belongs to what is scanned and cannot be read; fetch the repository anew, or `git fsck` says what \
                              is wrong";
                self.lent.tally.notice(Notice::new(Cause::CorruptObject, format!("object {id}"), detail));
            }
        }
    }

    fn blob(&mut self, id: Id, sink: &Sink<'_>, stop: &Stop) {
        let bytes = &self.finder.bytes;
        self.lent.tally.coverage.blobs += 1;
        self.lent.tally.coverage.history_bytes += bytes.len() as u64;
        parts::lend(&Origin::Blob { id: id.to_string(), path: None }, bytes, stop, sink);
        if is_lfs_pointer(bytes) {
            self.contents.lend(&id.to_string(), bytes, stop, sink, &mut self.lent.tally);
        }
    }
}

/// Lends what a commit says, and counts it.
pub(super) fn lend_commit(id: Id, commit: &ParsedCommit<'_>, coverage: &mut Coverage, sink: &Sink<'_>, stop: &Stop) {
    coverage.commits += 1;
    let (header, message) = (Origin::CommitHeader { id: id.to_string() }, Origin::CommitMessage { id: id.to_string() });
    lend_words([(header, commit.header), (message, commit.message)], coverage, sink, stop);
}

/// Lends what an annotated tag says, and counts it.
pub(super) fn lend_tag(id: Id, tag: &ParsedTag<'_>, coverage: &mut Coverage, sink: &Sink<'_>, stop: &Stop) {
    coverage.tags += 1;
    let (header, message) = (Origin::TagHeader { id: id.to_string() }, Origin::TagMessage { id: id.to_string() });
    lend_words([(header, tag.header), (message, tag.message)], coverage, sink, stop);
}

fn lend_words(words: [(Origin, &[u8]); 2], coverage: &mut Coverage, sink: &Sink<'_>, stop: &Stop) {
    for (origin, text) in words {
        coverage.history_bytes += text.len() as u64;
        parts::lend(&origin, text, stop, sink);
    }
}
