//! The index and the history: what is scanned of them, and what of a blob is known before it is searched.

use std::collections::HashSet;
use std::sync::PoisonError;

use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};
use crate::source::{GitEnvironment, History, Id, Item, Kin, Memo, Repository, Source as _, SourceError, Staged};

use super::inherit::Whole;
use super::inspect::Inspection;
use super::lives::{Lives, prefixed};
use super::reuse::Reuse;
use super::{Run, RunError, joined};

impl Run<'_> {
    /// The index and the history, and then where in the history the hits stand.
    pub(super) fn git(&self, repository: &Repository, tally: &mut Tally) -> Result<Lives, RunError> {
        let threads = self.settings.threads;
        if let Some((_, selection)) = &self.plan.range {
            return self.range(repository, selection, tally);
        }
        let mut lives = Lives::default();
        if self.plan.staged.is_some() {
            let staged = Staged::new(repository, threads).whole(self.plan.whole_index);
            let staged = match &self.plan.staged_within {
                Some(path) => staged.within(path),
                None => staged,
            };
            if !staged.is_possible() && self.plan.history.is_none() {
                let detail = "a bare repository has no index: nothing can be staged in it";
                tally.notice(Notice::new(Cause::NothingFound, repository.shown(), detail));
                return Ok(lives);
            }
            match staged.each(&|item| self.take(&item), self.stop) {
                Ok(mut seen) => {
                    // Only who asked for the staged content alone needs to hear that there is none, and only what it changes.
                    if self.plan.history.is_some() {
                        seen.coverage.skipped.remove(&Cause::NothingStaged);
                        seen.notices.retain(|notice| notice.cause != Cause::NothingStaged);
                    } else if !self.plan.whole_index {
                        lives = self.staged_before(repository, &staged, tally);
                    }
                    tally.add(seen);
                }
                Err(SourceError::Repository { path, detail }) => {
                    tally.notice(Notice::new(Cause::Unreadable, path, detail));
                }
                Err(error) => return Err(error.into()),
            }
        }
        if self.plan.history.is_none() {
            return Ok(lives);
        }
        let mut commits = None;
        if self.plan.submodules {
            self.submodules(repository, None, commits.insert(HashSet::new()), &mut lives, tally)?;
        }
        let (reuse, note) = Reuse::open(self.plan, self.settings, repository);
        self.note(note);
        let history = History::new(repository, threads).with_delta(!self.plan.no_delta);
        let history = match commits {
            Some(commits) => history.with_submodules(commits),
            None => history,
        };
        let history = match &reuse {
            Some(reuse) => history.remembering(Some(reuse.known())),
            None => history,
        };
        self.note(repository.included_elsewhere());
        let before = std::mem::take(tally);
        self.history(repository, &history, (None, reuse.as_ref()), &mut lives, tally)?;
        let seen = history.take_seen();
        if let Some(reuse) = reuse {
            let reused = reuse.reused(&seen);
            *self.progress.reused.lock().unwrap_or_else(PoisonError::into_inner) = Some(reused);
            self.note(reuse.keep(self, repository, seen, &lives, tally));
        }
        let is_empty = tally.coverage.commits + tally.coverage.blobs == 0 && tally.notices.is_empty();
        if is_empty && self.plan.paths.is_empty() {
            let detail = "no commit yet: there is no history to scan";
            tally.notice(Notice::new(Cause::NothingFound, repository.shown(), detail));
        }
        tally.add(before);
        Ok(lives)
    }

    /// The histories of the submodules of `repository` and of theirs; `commits` takes what was scanned.
    fn submodules(
        &self,
        repository: &Repository,
        prefix: Option<&FilePath>,
        commits: &mut HashSet<Id>,
        lives: &mut Lives,
        tally: &mut Tally,
    ) -> Result<(), RunError> {
        for (path, git_dir) in repository.submodules() {
            let path = prefixed(&path, prefix);
            // git's variables speak of the repository at hand, not of these.
            let submodule = match Repository::open(&git_dir, &GitEnvironment::default()) {
                Ok(submodule) => submodule,
                Err(error) => {
                    let cause = match error {
                        SourceError::Unsupported { .. } => Cause::UnsupportedRepository,
                        _ => Cause::Unreadable,
                    };
                    tally.notice(Notice::new(cause, format!("submodule {}", path.display()), error.to_string()));
                    continue;
                }
            };
            let mut nested = HashSet::new();
            self.submodules(&submodule, Some(&path), &mut nested, lives, tally)?;
            let history = History::new(&submodule, self.settings.threads).with_submodules(nested.clone());
            let history = history.with_delta(!self.plan.no_delta);
            commits.extend(nested);
            commits.extend(self.history(&submodule, &history, (Some(&path), None), lives, tally)?);
        }
        Ok(())
    }

    /// One history, and then where in it the hits stand. Returns the commits that it holds.
    fn history(
        &self,
        repository: &Repository,
        history: &History<'_>,
        (prefix, reuse): (Option<&FilePath>, Option<&Reuse>),
        lives: &mut Lives,
        tally: &mut Tally,
    ) -> Result<Vec<Id>, RunError> {
        let sink = |item: Item<'_>| match (&item.origin, reuse) {
            // The repository that holds a submodule has lent its configuration.
            (Origin::RepositoryConfig(_), _) if prefix.is_some() => {}
            (_, Some(reuse)) => reuse.take(self, &item),
            (_, None) => self.take(&item),
        };
        tally.add(history.each(&sink, self.stop)?);
        tally.coverage.add(&reuse.map(Reuse::counted).unwrap_or_default());
        let Some(graph) = history.take_graph() else { return Ok(Vec::new()) };
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        let commits = graph.commits.iter().map(|commit| commit.id).collect();
        let known = reuse.map(Reuse::known);
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let notices = skipped.notices.iter_mut().filter(|notice| notice.untraced_blob().is_some()).collect();
        tally.add(lives.trace(repository, graph, (&hits, notices), (prefix, known), self.settings.threads, self.stop));
        Ok(commits)
    }

    pub(super) fn note(&self, note: Option<String>) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(note);
    }

    /// Inspects a text of which the base is known, as far as it is not known from that.
    pub(super) fn look_by_kin(&self, item: &Item<'_>, kin: &Kin<'_>, opened: bool) -> Inspection {
        let inheritance = &self.inheritance;
        let inherited = match opened || joined::is_notebook(item) {
            true => Err(Whole::Opened),
            false => inheritance.inherit(item, kin),
        };
        let length = item.bytes.len() as u64;
        let (inspection, searched, whole) = match inherited {
            Ok(inherited) => {
                kin.memo.set(inherited.memo.filter(|_| kin.is_base).map(|memo| Box::new(memo) as Memo));
                (inherited.inspection, inherited.searched as u64, inherited.whole)
            }
            Err(why) if kin.is_base && why != Whole::Opened => {
                let trail = inheritance.trail();
                let inspection = inheritance.inspect(item, Some(&trail));
                let memo = inheritance.memo(item, &inspection, trail.into_inner());
                kin.memo.set(memo.map(|memo| Box::new(memo) as Memo));
                (inspection, length, Some(why))
            }
            Err(why) => (inheritance.inspect(item, None), length, Some(why)),
        };
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.coverage.searched_bytes += searched;
        match whole {
            Some(why) => skipped.coverage.searched_whole(why.id(), length),
            None => skipped.coverage.inherited_blobs += 1,
        }
        inspection
    }
}
