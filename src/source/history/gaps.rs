//! What the repository names and does not hold.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::Commit;
use crate::notice::{Cause, Notice, Tally};
use crate::source::missing::several;
use crate::source::objects::Store;
use crate::source::{Repository, Staged};

/// How many submodules are named that are not in the index.
const NAMED: usize = 5;

/// What names the missing object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// A commit or a tree names it as a tree.
    Tree,
    /// A tree names it as a file.
    Blob,
    /// A tag names it.
    Tagged,
    /// A ref names it.
    Ref,
}

#[derive(Default)]
pub(super) struct Gaps {
    pub(super) missing: BTreeSet<(ObjectId, Role)>,
    /// A missing commit, and the commit that names it as its parent.
    pub(super) parents: BTreeSet<(ObjectId, ObjectId)>,
    /// Commits of other repositories.
    pub(super) submodules: BTreeSet<ObjectId>,
}

impl Gaps {
    pub(super) fn add(&mut self, other: Gaps) {
        self.missing.extend(other.missing);
        self.parents.extend(other.parents);
        self.submodules.extend(other.submodules);
    }

    /// Takes note of the parents that are not here of commits that are not read again.
    pub(super) fn behind<'c>(&mut self, commits: impl Iterator<Item = &'c Commit>, store: &Store) {
        for commit in commits {
            let missing = commit.parents.iter().filter(|parent| store.number(&parent.0).is_none());
            self.parents.extend(missing.map(|parent| (parent.0, commit.id.0)));
        }
    }

    /// Writes the notices. Commits of `shallow` are where the history was cut off.
    pub(super) fn report(&self, shallow: &BTreeSet<ObjectId>, of: &Repository) -> Tally {
        let repository = &of.shown();
        let mut tally = Tally::default();
        let cut: BTreeSet<&ObjectId> =
            self.parents.iter().filter(|(_, child)| shallow.contains(child)).map(|(parent, _)| parent).collect();
        if !cut.is_empty() {
            let detail = format!(
                "a shallow clone: the history behind {} is not here; {}",
                several(cut.len(), "commit"),
                of.unshallow()
            );
            tally.notice(Notice::new(Cause::Shallow, repository, detail));
        }
        let mut missing: Vec<(ObjectId, &'static str)> = Vec::new();
        for &(id, role) in &self.missing {
            let words = match role {
                Role::Tree => "named as a directory",
                Role::Blob => "named as a file",
                Role::Tagged => "named by a tag",
                Role::Ref => "named by a ref",
            };
            missing.push((id, words));
        }
        for (parent, child) in &self.parents {
            if !shallow.contains(child) && !cut.contains(parent) {
                missing.push((*parent, "named as the parent of a commit"));
            }
        }
        tally.add(of.tell_missing(missing));
        tally
    }

    /// Says which submodules were not scanned: by path those that are in the index. If they were `asked` for, the scan is
    /// incomplete without these.
    pub(super) fn report_submodules(&self, asked: bool, of: &Repository) -> Tally {
        let mut tally = Tally::default();
        let mut left = self.submodules.clone();
        if left.is_empty() {
            return tally;
        }
        // Without an index, as in a bare repository, only commits are known.
        let links = Staged::new(of, 1).links().unwrap_or_default();
        let fetch = of.update_submodules();
        for (path, commit) in links.into_iter().filter(|(_, commit)| self.submodules.contains(commit)) {
            left.remove(&commit);
            let (cause, detail) = match asked {
                true => (Cause::MissingObject, format!("the submodule is not here, or not as it is recorded; {fetch}")),
                false => (Cause::Submodule, "`--submodules` scans its history, where it is here".to_owned()),
            };
            tally.notice(Notice::new(cause, path.display(), detail));
        }
        let room = NAMED.saturating_sub(tally.notices.len());
        for (number, commit) in left.iter().enumerate() {
            tally.coverage.skip(Cause::Submodule);
            if number < room {
                let detail = "a commit of a submodule, which some tree names and the index does not";
                tally.notices.push(Notice::new(Cause::Submodule, format!("commit {commit}"), detail));
            }
        }
        tally
    }
}
