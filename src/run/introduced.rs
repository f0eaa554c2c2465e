//! What a change brings, and what was there before.
//!
//! A secret is introduced if it does not stand in the same file before: for a commit in no parent, for the index in neither
//! `HEAD` nor what is being merged. Only the files that hold hits are looked at as they were.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use crate::notice::Tally;
use crate::place::{FilePath, Origin};
use crate::provenance::Lineage;
use crate::source::{Brought, Change, Id, Patch, Range, Repository, Selection, Source as _, Staged};

use super::inspect::Hit;
use super::lives::{Known, Lives, Seat, Stand, said};
use super::{Run, RunError};

impl Run<'_> {
    /// A range of the history.
    pub(super) fn range(
        &self,
        repository: &Repository,
        selection: &Selection,
        tally: &mut Tally,
    ) -> Result<Lives, RunError> {
        let range = Range::new(repository, selection.clone(), self.settings.threads);
        tally.add(range.each(&|item| self.take(&item), self.stop)?);
        let Some(brought) = range.take() else { return Ok(Lives::default()) };
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = Secrets::default();
        secrets.extend(&hits, self);
        let changes: Vec<&Change> = brought.changes.iter().filter(|change| secrets.holds(change.blob)).collect();
        let before = range.before(&brought, &changes, self.stop);
        let unread: BTreeSet<Id> = before.iter().flatten().copied().collect();
        let read: BTreeSet<Id> = brought.changes.iter().map(|change| change.blob).collect();
        let unread: Vec<Id> = unread.difference(&read).copied().collect();
        secrets.add(self, repository, &unread);
        Ok(lives(&range, &brought, &changes, &before, &secrets, &hits))
    }

    /// A patch.
    pub(super) fn patch(&self, path: &Path, tally: &mut Tally) -> Result<Lives, RunError> {
        let patch = Patch::open(path)?;
        tally.add(patch.each(&|item| self.take(&item), self.stop)?);
        let aside = self.aside();
        patch.before(&|item| aside.take(&item));
        let mut secrets = Secrets::default();
        secrets.extend(&aside.hits.into_inner().unwrap_or_else(PoisonError::into_inner), self);
        let before = secrets.0.into_iter().filter_map(|(holder, known)| match holder {
            Holder::File(path) => Some((path, Arc::new(known))),
            Holder::Blob(_) => None,
        });
        Ok(Lives { before: before.collect(), ..Lives::default() })
    }

    /// What of the staged files stood there before.
    pub(super) fn staged_before(&self, repository: &Repository, staged: &Staged<'_>) -> Lives {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lives = Lives::default();
        let paths: BTreeSet<&FilePath> = hits
            .iter()
            .filter_map(|hit| match hit.origin.outermost() {
                Origin::Staged(path) => Some(path),
                _ => None,
            })
            .collect();
        // Most commits hold no secret, and are not to wait for the whole index and every pack.
        if paths.is_empty() {
            return lives;
        }
        let before = staged.before(&paths);
        let unread: BTreeSet<Id> = before.iter().flatten().copied().collect();
        let unread: Vec<Id> = unread.into_iter().collect();
        let mut secrets = Secrets::default();
        secrets.add(self, repository, &unread);
        for (path, blobs) in paths.into_iter().zip(before) {
            lives.before.insert(path.clone(), secrets.in_any(&blobs));
        }
        lives
    }
}

/// What holds secrets.
#[derive(PartialEq, Eq, Hash)]
enum Holder {
    Blob(String),
    /// The old sides of a file in a patch.
    File(FilePath),
}

/// The secrets of blobs, as far as they would be reported.
#[derive(Default)]
struct Secrets(HashMap<Holder, HashSet<Vec<u8>>>);

impl Secrets {
    fn extend(&mut self, hits: &[Hit], run: &Run<'_>) {
        let least = run.settings.config.min_confidence;
        for hit in hits.iter().filter(|hit| hit.verdict.confidence.is_some_and(|confidence| confidence >= least)) {
            let holder = match hit.origin.outermost() {
                Origin::Patch(path) => Holder::File(path.clone()),
                other => match other.object() {
                    Some(id) => Holder::Blob(id.to_owned()),
                    None => continue,
                },
            };
            self.0.entry(holder).or_default().insert(hit.secret.expose().to_vec());
        }
    }

    /// Scans blobs beside the run: nothing of them is reported or counted.
    fn add(&mut self, run: &Run<'_>, repository: &Repository, blobs: &[Id]) {
        let aside = run.aside();
        repository.lend(blobs, run.settings.threads, &|item| aside.take(&item), run.stop);
        self.extend(&aside.hits.into_inner().unwrap_or_else(PoisonError::into_inner), run);
    }

    fn holds(&self, blob: Id) -> bool {
        self.0.contains_key(&Holder::Blob(blob.to_string()))
    }

    fn in_any(&self, blobs: &[Id]) -> Known {
        let held = blobs.iter().filter_map(|blob| self.0.get(&Holder::Blob(blob.to_string())));
        Arc::new(held.flatten().cloned().collect())
    }
}

/// The places of the hits of a range, the earliest first.
fn lives(
    range: &Range<'_>,
    brought: &Brought,
    changes: &[&Change],
    before: &[Vec<Id>],
    secrets: &Secrets,
    hits: &[Hit],
) -> Lives {
    let mut lives = Lives::default();
    let lineage = Lineage::new(brought.graph.clone());
    let paths: BTreeSet<FilePath> = changes.iter().map(|change| change.path.clone()).collect();
    let in_head: HashSet<(FilePath, Id)> = range.in_head(&paths).into_iter().collect();
    let mut stands: Vec<(usize, &&Change, &Vec<Id>)> =
        changes.iter().zip(before).map(|(change, before)| (lineage.rank(change.commit), change, before)).collect();
    stands.sort_by_key(|&(rank, change, _)| (rank, change.path.clone()));
    for (_, change, before) in stands {
        let Some(first) = lineage.introduction(change.commit) else { continue };
        let in_head = in_head.contains(&(change.path.clone(), change.blob));
        lives.blobs.entry(change.blob.to_string()).or_default().push(Stand {
            seat: Seat::Path(change.path.clone()),
            introduced: said(&first, in_head),
            known: secrets.in_any(before),
        });
    }
    for hit in hits {
        match hit.origin.outermost() {
            Origin::EntryName(path) if !lives.names.contains_key(path) => {
                let named = brought.names.iter().filter(|(name, _)| name == path);
                let first = named.min_by_key(|(_, commit)| lineage.rank(*commit));
                let first = first.and_then(|(_, commit)| lineage.introduction(*commit));
                lives
                    .names
                    .insert(path.clone(), first.map(|first| (path.clone(), said(&first, false))).into_iter().collect());
            }
            other => {
                let id = other.object().and_then(Id::from_hex);
                if let Some((id, first)) = id.and_then(|id| Some((id, lineage.introduction(id)?))) {
                    lives.objects.insert(id.to_string(), said(&first, false));
                }
            }
        }
    }
    lives
}
