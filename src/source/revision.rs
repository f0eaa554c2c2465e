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
        let (_, tree) = self.commit_at(revision, &mut trees)?;
        Ok(trees.at(tree, path.as_bytes()))
    }

    /// The commit that a revision names or a tag leads to, with its tree.
    pub(super) fn commit_at(
        &self,
        revision: &str,
        trees: &mut Trees<'_>,
    ) -> Result<(gix::ObjectId, gix::ObjectId), SourceError> {
        let mut of_commit = |id| Some((id, trees.of_commit(id)?));
        let found = of_commit(self.revision(revision)?);
        let found = found.or_else(|| of_commit(self.revision(&format!("{revision}^{{commit}}")).ok()?));
        found.ok_or_else(|| SourceError::NoSuchRevision {
            path: self.shown(),
            revision: sanitize(revision),
            detail: "that is no commit, or it is not here".to_owned(),
        })
    }

    /// The newest commit that both come from; none where their histories have nothing in common, as far as they are here.
    pub(super) fn merge_base(&self, one: gix::ObjectId, other: gix::ObjectId) -> Option<gix::ObjectId> {
        let git = self.git.to_thread_local();
        git.merge_base(one, other).ok().flatten().map(|id| id.detach())
    }
}
