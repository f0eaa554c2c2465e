//! A file as a revision has it, and the content of a blob.

use gix::objs::Kind;

use super::objects::Finder;
use super::{Id, Repository, SourceError, Trees};
use crate::place::sanitize;

impl Repository {
    /// The content of a blob; none if it is not here, or no blob.
    #[must_use]
    pub fn blob(&self, id: Id) -> Option<Vec<u8>> {
        let mut finder = Finder::new();
        match self.store().0.find(&id.0, &mut finder) {
            Some(Kind::Blob) => Some(finder.bytes),
            _ => None,
        }
    }

    /// What a file says at a revision; the path begins at the top of the repository.
    ///
    /// # Errors
    /// [`SourceError::NoSuchRevision`], also where the revision has no such file, or its content is not here.
    pub fn file_at(&self, revision: &str, path: &str) -> Result<Vec<u8>, SourceError> {
        let error = |detail: String| SourceError::NoSuchRevision {
            path: self.shown(),
            revision: sanitize(&format!("{revision}:{path}")),
            detail: sanitize(&detail),
        };
        let blob = self.entry_at(revision, path)?.ok_or_else(|| error("the commit has no such file".to_owned()))?;
        let mut finder = Finder::new();
        match self.store().0.find(&blob, &mut finder) {
            Some(Kind::Blob) => Ok(finder.bytes),
            _ => Err(error("the content is not here; `git fetch` may bring it".to_owned())),
        }
    }

    /// Whether a revision has something at this path.
    ///
    /// # Errors
    /// [`SourceError::NoSuchRevision`].
    pub fn has_at(&self, revision: &str, path: &str) -> Result<bool, SourceError> {
        Ok(self.entry_at(revision, path)?.is_some())
    }

    /// The object at a path of a revision.
    fn entry_at(&self, revision: &str, path: &str) -> Result<Option<gix::ObjectId>, SourceError> {
        let mut trees = Trees::of(self);
        let start = self.revision(revision)?;
        let tree = trees.of_commit(start).or_else(|| {
            // A tag may lead to the commit.
            let commit = self.revision(&format!("{revision}^{{commit}}")).ok()?;
            trees.of_commit(commit)
        });
        let tree = tree.ok_or_else(|| SourceError::NoSuchRevision {
            path: self.shown(),
            revision: sanitize(revision),
            detail: "that is no commit, or it is not here".to_owned(),
        })?;
        Ok(trees.at(tree, path.as_bytes()))
    }
}
