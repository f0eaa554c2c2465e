//! The files that a change began from, lent as if they still lay in the working tree.
//!
//! Who reads whole files there, and is to say what the change brought, reads these beside them.

use std::collections::{BTreeSet, HashMap};

use gix::ObjectId;

use super::range::End;
use super::trees::{Trees, likely};
use super::{Id, Item, Paths, Repository, Selection, Sink, SourceError, Stop};
use crate::notice::Notice;
use crate::place::{FilePath, Origin};

/// The tree that a change began from.
pub struct Former<'r> {
    repository: &'r Repository,
    files: HashMap<FilePath, Id>,
    /// The files that `HEAD` has no longer.
    removed: Vec<(Vec<u8>, ObjectId)>,
    /// The tree of `HEAD`.
    head: Option<ObjectId>,
    /// Directories that could not be read.
    unreadable: BTreeSet<Id>,
}

impl<'r> Former<'r> {
    /// What `HEAD` began from, seen from the first commit that the selection leaves out. None where it leaves out none.
    ///
    /// # Errors
    /// [`SourceError::NoSuchRevision`].
    pub fn new(repository: &'r Repository, selection: &Selection) -> Result<Option<Self>, SourceError> {
        let Some(revision) = selection.left_out.iter().find_map(End::revision) else { return Ok(None) };
        let mut trees = Trees::of(repository);
        let (base, mut tree) = repository.commit_at(revision, &mut trees)?;
        let head = repository.head();
        if let Some(began) = head.and_then(|head| repository.merge_base(head, base)) {
            tree = trees.of_commit(began).unwrap_or(tree);
        }
        let head = head.and_then(|head| trees.of_commit(head));
        let files = trees.files(tree).into_iter().map(|(path, blob)| (FilePath::new(path), Id(blob))).collect();
        let removed = head.map(|head| trees.removed(tree, head)).unwrap_or_default();
        let unreadable = trees.unreadable.iter().copied().map(Id).collect();
        Ok(Some(Self { repository, files, removed, head, unreadable }))
    }

    /// The paths of its files, from the top.
    #[must_use]
    pub fn paths(&self) -> Vec<FilePath> {
        self.files.keys().cloned().collect()
    }

    /// The file that has become the one at `path`, both from the top: it is itself, or was moved there, with at least half of
    /// its bytes in lines that both have.
    #[must_use]
    pub fn was(&self, path: &FilePath) -> Option<FilePath> {
        if self.files.contains_key(path) {
            return Some(path.clone());
        }
        let blob = Trees::of(self.repository).at(self.head?, path.as_bytes())?;
        let text = self.repository.blob(Id(blob))?;
        let candidates = likely(self.removed.iter(), path.as_bytes(), blob).into_iter();
        let mut like = candidates.filter(|&&(_, old)| {
            old == blob
                || self.repository.blob(Id(old)).is_some_and(|old| common(&old, &text) * 2 >= old.len().max(text.len()))
        });
        like.next().map(|(path, _)| FilePath::new(path.as_slice()))
    }

    /// Lends the files that `is_wanted` says by their paths from the top, under the names that `paths` has for them; not those
    /// that are too long to be lent whole. What is missing is told.
    pub fn lend(
        &self,
        paths: &Paths,
        is_wanted: &dyn Fn(&FilePath) -> bool,
        threads: usize,
        sink: &Sink<'_>,
        stop: &Stop,
    ) -> Vec<Notice> {
        let mut named: HashMap<String, Vec<FilePath>> = HashMap::new();
        let mut ids = BTreeSet::new();
        for (path, blob) in self.files.iter().filter(|(path, _)| paths.was_scanned(&path.display()) && is_wanted(path))
        {
            named.entry(blob.to_string()).or_default().push(paths.named(path));
            ids.insert(*blob);
        }
        let ids: Vec<Id> = ids.into_iter().collect();
        let lend = |item: Item<'_>| {
            let Origin::Blob { id, .. } = &item.origin else { return };
            for path in named.get(id).into_iter().flatten().filter(|_| item.whole) {
                sink(Item::whole(Origin::File(path.clone()), item.bytes));
            }
        };
        let lent = self.repository.lend(&ids, threads, &lend, stop);
        let lost = lent.tally.notices.into_iter().filter(|notice| notice.cause.is_incomplete());
        lost.chain(self.repository.tell_former(lent.missing.len() + self.unreadable.len())).collect()
    }
}

/// How many bytes the lines have that stand in both texts, each as often as in the one that has it less often.
fn common(one: &[u8], other: &[u8]) -> usize {
    let mut left: HashMap<&[u8], usize> = HashMap::new();
    for line in one.split_inclusive(|&byte| byte == b'\n') {
        *left.entry(line).or_default() += 1;
    }
    let mut bytes = 0;
    for line in other.split_inclusive(|&byte| byte == b'\n') {
        if let Some(number) = left.get_mut(line).filter(|number| **number > 0) {
            *number -= 1;
            bytes += line.len();
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_as_often_as_both_have_them() {
        assert_eq!(common(b"a\nb\nb\n", b"b\nb\nb\nc\n"), 4);
        assert_eq!(common(b"", b"x"), 0);
    }
}
