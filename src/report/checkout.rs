//! The repository that a report is about, as far as code scanning must know it to open files.

use std::collections::BTreeMap;

use crate::finding::{Finding, Place};
use crate::place::{FilePath, Origin};

/// What is checked out where a run looked. All of it is empty where no repository was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Where the repository comes from: a URL without userinfo. None for a directory of this machine.
    pub remote: Option<String>,
    /// The commit at `HEAD`, in hexadecimal.
    pub commit: Option<String>,
    /// The branch, without `refs/heads/`; none where `HEAD` is detached.
    pub branch: Option<String>,
    /// Whether all of the history was looked at, so that what is not reported of it is not there.
    pub whole_history: bool,
    /// Whether only what a change brings was looked at, so that nothing is said of all else.
    pub is_change: bool,
    /// Of the paths of files those that are others seen from the top of the repository.
    pub from_top: BTreeMap<FilePath, FilePath>,
    /// What stands before the names of files seen from the top: `src/`. Empty where that was scanned.
    pub prefix: String,
    /// The same as the user named the only directory that was scanned: `../other/`. Empty for the current one.
    pub scanned: String,
    /// Of the paths that places of the history have, those that `HEAD` has, each with the object there.
    pub head: BTreeMap<FilePath, String>,
    /// A file at `HEAD` for what has no path there: the control file, a README, or else any.
    pub anchor: Option<FilePath>,
}

impl Checkout {
    /// The path of an outermost origin from the top of the repository, as forges have it, whatever was scanned. They have none
    /// of a clone's own configuration.
    #[must_use]
    pub fn path<'p>(&'p self, origin: &'p Origin) -> Option<&'p FilePath> {
        let path = origin.path()?;
        match origin {
            Origin::File(_) | Origin::FileName(_) => Some(self.from_top.get(path).unwrap_or(path)),
            Origin::RepositoryConfig(_) => None,
            _ => Some(path),
        }
    }

    /// Whether the lines of this blob are those of the file at its path.
    #[must_use]
    pub fn holds(&self, origin: &Origin) -> bool {
        match origin {
            Origin::Blob { id, path: Some(path) } => self.head.get(path) == Some(id),
            _ => false,
        }
    }

    /// The file to open for a place of the history that once had this path. Without a commit nothing is known, and the path
    /// is all there is.
    #[must_use]
    pub fn anchor<'p>(&'p self, path: Option<&'p FilePath>) -> Option<&'p FilePath> {
        match path {
            Some(path) if self.commit.is_none() || self.head.contains_key(path) => Some(path),
            path => self.anchor.as_ref().or(path),
        }
    }
}

/// Whether only the history holds a finding: no file, and neither `HEAD` nor the end of the range.
pub(super) fn is_past(finding: &Finding) -> bool {
    let in_head = finding.life.as_ref().is_some_and(|life| life.in_head);
    let is_past = |place: &Place| {
        let is_gone = place.introduced.as_ref().is_none_or(|it| !it.in_head && !it.is_current());
        place.origin.outermost().is_history() && is_gone
    };
    !in_head && !finding.places.is_empty() && finding.places.iter().all(is_past)
}
