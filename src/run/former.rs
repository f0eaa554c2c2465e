//! Which breaches of the policy a change brings: those that the files it began from do not have.
//!
//! Those files are linted beside the others under the same policy, as far as something was found: a file, what is linted
//! together with it, and where everything counts together, everything.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use crate::notice::Tally;
use crate::place::FilePath;
use crate::secret::Fingerprint;
use crate::source::{self, Paths, Repository, TrackedFiles};

use super::inventory::Credentials;
use super::lint::{Linted, Tracked, directory};
use super::{Run, RunError};

/// The breaches that were there before.
pub(super) struct Former<'r> {
    files: source::Former<'r>,
    paths: Paths,
    /// Which file has become which, as far as it was asked; paths from the top.
    was: HashMap<FilePath, Option<FilePath>>,
    /// How often each stands in each file, by its path from the top.
    known: HashMap<(Fingerprint, FilePath), usize>,
}

impl Run<'_> {
    /// What the change that the plan lints began from had; none where it is not a change that is linted, or where nothing was
    /// found.
    pub(super) fn former<'r>(
        &self,
        repository: &'r Repository,
        tally: &mut Tally,
    ) -> Result<Option<Former<'r>>, RunError> {
        let Some((_, selection)) = self.plan.range.as_ref().filter(|_| self.plan.policy) else { return Ok(None) };
        let paths = Paths::new(&self.plan.roots());
        let found: HashSet<FilePath> = {
            let linted = self.linted.lock().unwrap_or_else(PoisonError::into_inner);
            linted.breaches().map(|(_, path)| paths.file_from_top(path)).collect()
        };
        if found.is_empty() && !self.references {
            return Ok(None);
        }
        let Some(files) = source::Former::new(repository, selection)? else { return Ok(None) };
        let was: HashMap<FilePath, Option<FilePath>> =
            found.into_iter().map(|path| (path.clone(), files.was(&path))).collect();
        let directories: HashSet<&[u8]> = was.values().flatten().map(directory).collect();
        let is_wanted = |path: &FilePath| self.references || directories.contains(directory(path));
        let aside = self.aside();
        let tracked = Tracked::new(Some((paths.clone(), Arc::new(TrackedFiles::of(&paths, files.paths())))));
        let sink = |item: source::Item<'_>| aside.lint(&item, &tracked);
        let lost = files.lend(&paths, &is_wanted, self.settings.threads, &sink, self.stop);
        lost.into_iter().for_each(|notice| tally.notice(notice));
        aside.lint_modules();
        let mut linted = aside.linted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let gathered = aside.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        linted.add_of_tree(Credentials::new(gathered, &[], self.settings).breaches(false));
        let mut known = HashMap::new();
        for (fingerprint, path) in linted.breaches() {
            *known.entry((*fingerprint, paths.file_from_top(path))).or_default() += 1;
        }
        Ok(Some(Former { files, paths, was, known }))
    }
}

impl Former<'_> {
    /// Takes away what was there before, in the same file or in the one that was moved there, as often as it was. Returns how
    /// much that was.
    pub(super) fn leave_new(mut self, linted: &mut Linted) -> usize {
        linted.take_away(&mut |fingerprint, path| {
            let path = self.paths.file_from_top(path);
            // What only all files together show was not asked for before.
            let was = self.was.entry(path).or_insert_with_key(|path| self.files.was(path));
            let Some(was) = was else { return false };
            match self.known.get_mut(&(*fingerprint, was.clone())) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    true
                }
                _ => false,
            }
        })
    }
}
