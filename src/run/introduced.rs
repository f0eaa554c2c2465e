//! What a change brings, and what was there before.
//!
//! A secret is introduced if it does not stand in the same file before: for a commit in no parent, for the index in neither
//! `HEAD` nor what is being merged. Only the files that hold hits are looked at as they were.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use crate::finding::Introduction;
use crate::notice::Tally;
use crate::place::{FilePath, Origin};
use crate::provenance::Lineage;
use crate::source::{Brought, Change, Id, Patch, Range, Repository, Selection, Sink, Source as _, Staged, Stop};

use super::inspect::Hit;
use super::lives::{Held, Known, Lives, Seat, Stand, said};
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
        self.trace_notices(&brought);
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = Secrets::default();
        secrets.extend(&hits, self);
        let changes: Vec<&Change> = brought.changes.iter().filter(|change| secrets.holds(change.blob)).collect();
        let (before, unreadable) = range.before(&brought, &changes, self.stop);
        let unread: BTreeSet<Id> = before.iter().flatten().copied().collect();
        let read: BTreeSet<Id> = brought.changes.iter().map(|change| change.blob).collect();
        let unread: Vec<Id> = unread.difference(&read).copied().collect();
        secrets.add(self, repository, (&unread, unreadable), tally);
        Ok(lives(&range, &brought, (&changes, &before), &secrets, &hits, self.stop))
    }

    /// Says at which paths the range brought what its notices are about.
    fn trace_notices(&self, brought: &Brought) {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        let mut notices = skipped.notices.iter_mut().filter(|notice| notice.untraced_blob().is_some()).peekable();
        if notices.peek().is_none() {
            return;
        }
        let mut paths = HashMap::<String, BTreeSet<&FilePath>>::new();
        for change in &brought.changes {
            paths.entry(change.blob.to_string()).or_default().insert(&change.path);
        }
        for notice in notices {
            let paths = notice.untraced_blob().and_then(|blob| paths.get(blob));
            let paths: Vec<FilePath> = paths.into_iter().flatten().map(|&path| path.clone()).collect();
            notice.trace(&paths);
        }
    }

    /// A patch.
    pub(super) fn patch(&self, path: &Path, tally: &mut Tally) -> Result<Lives, RunError> {
        let patch = Patch::open(path)?;
        tally.add(patch.each(&|item| self.take(&item), self.stop)?);
        let (mut before, mut brought) = (HashMap::<FilePath, Values>::new(), HashMap::<FilePath, Values>::new());
        patch.sections(&mut |section| {
            let old = self.values(&|sink| section.before(sink, self.stop));
            if section.is_repeated {
                let new = self.values(&|sink| section.now(sink, self.stop));
                brought.entry(section.path.clone()).or_default().extend(new.difference(&old).cloned());
            }
            before.entry(section.path.clone()).or_default().extend(old);
        });
        // What one patch of several brings is news, whatever the next begins with.
        for (path, brought) in brought {
            before.entry(path).or_default().retain(|value| !brought.contains(value));
        }
        let before = before.into_iter().map(|(path, values)| (path, Arc::new(values))).collect();
        Ok(Lives { before, ..Lives::default() })
    }

    /// The secrets in what `lend` lends, as far as they would be reported; nothing of it is reported or counted.
    fn values(&self, lend: &dyn Fn(&Sink<'_>)) -> Values {
        let aside = self.aside();
        lend(&|item| aside.take(&item));
        let hits = aside.hits.into_inner().unwrap_or_else(PoisonError::into_inner);
        hits.iter().filter(|hit| self.would_report(hit)).map(|hit| hit.secret.expose().to_vec()).collect()
    }

    fn would_report(&self, hit: &Hit) -> bool {
        hit.verdict.confidence.is_some_and(|confidence| confidence >= self.settings.config.min_confidence)
    }

    /// What of the staged files stood there before.
    pub(super) fn staged_before(&self, repository: &Repository, staged: &Staged<'_>, tally: &mut Tally) -> Lives {
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
        let (before, unreadable) = staged.before(&paths);
        let unread: BTreeSet<Id> = before.iter().flatten().copied().collect();
        let unread: Vec<Id> = unread.into_iter().collect();
        let mut secrets = Secrets::default();
        secrets.add(self, repository, (&unread, unreadable), tally);
        for (path, blobs) in paths.into_iter().zip(before) {
            lives.before.insert(path.clone(), secrets.in_any(&blobs));
        }
        lives
    }
}

/// Secrets as they are.
type Values = HashSet<Vec<u8>>;

/// The secrets of blobs, as far as they would be reported.
#[derive(Default)]
struct Secrets(HashMap<String, Values>);

impl Secrets {
    fn extend(&mut self, hits: &[Hit], run: &Run<'_>) {
        for hit in hits.iter().filter(|hit| run.would_report(hit)) {
            let Some(id) = hit.origin.outermost().object() else { continue };
            self.0.entry(id.to_owned()).or_default().insert(hit.secret.expose().to_vec());
        }
    }

    /// Scans former versions beside the run: nothing of them is reported or counted but what could not be read, directories
    /// among it.
    fn add(
        &mut self,
        run: &Run<'_>,
        repository: &Repository,
        (blobs, unreadable): (&[Id], BTreeSet<Id>),
        tally: &mut Tally,
    ) {
        let aside = run.aside();
        let lent = repository.lend(blobs, run.settings.threads, &|item| aside.take(&item), run.stop);
        let lost = lent.tally.notices.into_iter().filter(|notice| notice.cause.is_incomplete());
        lost.for_each(|notice| tally.notice(notice));
        let former = repository.tell_former(lent.missing.len() + unreadable.len());
        former.into_iter().for_each(|notice| tally.notice(notice));
        self.extend(&aside.hits.into_inner().unwrap_or_else(PoisonError::into_inner), run);
    }

    fn holds(&self, blob: Id) -> bool {
        self.0.contains_key(&blob.to_string())
    }

    fn of(&self, blob: Id) -> impl Iterator<Item = &Vec<u8>> {
        self.0.get(&blob.to_string()).into_iter().flatten()
    }

    fn in_any(&self, blobs: &[Id]) -> Known {
        let held = blobs.iter().filter_map(|blob| self.0.get(&blob.to_string()));
        Arc::new(held.flatten().cloned().collect())
    }
}

/// Which of the versions that count hold what a range brings: `HEAD`, and its own end where that is another.
struct Versions {
    head: Version,
    end: Option<Version>,
}

/// What a version holds at the paths that are asked about.
struct Version {
    objects: HashSet<(FilePath, Id)>,
    names: HashSet<FilePath>,
}

impl Versions {
    fn new(range: &Range<'_>, brought: &Brought, paths: &BTreeSet<&FilePath>, stop: &Stop) -> Self {
        let head = brought.graph.head;
        let is_other = !brought.ends.is_empty() && brought.ends.iter().ne(head.iter());
        let version = |commits: &[Id]| {
            let objects = range.held(commits, paths, stop);
            Version { names: objects.iter().map(|(path, _)| path.clone()).collect(), objects }
        };
        Self { head: version(head.as_slice()), end: is_other.then(|| version(&brought.ends)) }
    }

    /// Which of them hold just this object at its path.
    fn of_object(&self, at: &(FilePath, Id)) -> Held {
        let has = |version: &Version| version.objects.contains(at);
        Held { by_head: has(&self.head), at_end: self.end.as_ref().map(has) }
    }

    /// Which of them have this name.
    fn of_name(&self, name: &FilePath) -> Held {
        let has = |version: &Version| version.names.contains(name);
        Held { by_head: has(&self.head), at_end: self.end.as_ref().map(has) }
    }
}

/// The places of the hits of a range, the earliest first.
fn lives(
    range: &Range<'_>,
    brought: &Brought,
    (changes, before): (&[&Change], &[Vec<Id>]),
    secrets: &Secrets,
    hits: &[Hit],
    stop: &Stop,
) -> Lives {
    let mut lives = Lives::default();
    let lineage = Lineage::new(brought.graph.clone());
    let names = hits.iter().filter_map(|hit| match hit.origin.outermost() {
        Origin::EntryName(path) => Some(path),
        _ => None,
    });
    let names: BTreeSet<&FilePath> = names.collect();
    let paths: BTreeSet<&FilePath> = changes.iter().map(|change| &change.path).chain(names.iter().copied()).collect();
    let versions = Versions::new(range, brought, &paths, stop);
    let mut stands: Vec<(usize, &&Change, &Vec<Id>)> =
        changes.iter().zip(before).map(|(change, before)| (lineage.rank(change.commit), change, before)).collect();
    stands.sort_by(|(one, a, _), (other, b, _)| (one, &a.path).cmp(&(other, &b.path)));
    let mut stands: Vec<(&Change, Stand)> = stands
        .into_iter()
        .filter_map(|(_, change, before)| {
            let held = versions.of_object(&(change.path.clone(), change.blob));
            let stand = Stand {
                seat: Seat::Path(change.path.clone()),
                introduced: said(&lineage.introduction(change.commit)?, held),
                known: secrets.in_any(before),
                carried: HashMap::new(),
            };
            Some((*change, stand))
        })
        .collect();
    carry(&mut stands, secrets);
    for (change, stand) in stands {
        lives.blobs.entry(change.blob.to_string()).or_default().push(stand);
    }
    let mut named: HashMap<&FilePath, Id> = HashMap::new();
    for (path, commit) in brought.names.iter().filter(|(path, _)| names.contains(path)) {
        let first = named.entry(path).or_insert(*commit);
        *first = std::cmp::min_by_key(*first, *commit, |commit| lineage.rank(*commit));
    }
    for name in names {
        let first = named.get(name).and_then(|commit| lineage.introduction(*commit));
        let first = first.map(|first| (name.clone(), said(&first, versions.of_name(name))));
        lives.names.insert(name.clone(), first.into_iter().collect());
    }
    for id in hits.iter().filter_map(|hit| hit.origin.outermost().object()).filter_map(Id::from_hex) {
        if let Some(first) = lineage.introduction(id) {
            lives.objects.insert(id.to_string(), said(&first, Held::default()));
        }
    }
    lives
}

/// What the range brought to a file and a later commit of it only carried on is told of where it stands now: there it can be
/// opened, and there a comment counts. Who brought it stays the same.
fn carry(stands: &mut [(&Change, Stand)], secrets: &Secrets) {
    let mut first: HashMap<(&FilePath, Vec<u8>), Introduction> = HashMap::new();
    for (change, stand) in stands.iter_mut() {
        for secret in secrets.of(change.blob) {
            if !stand.known.contains(secret) {
                first.entry((&change.path, secret.clone())).or_insert_with(|| stand.introduced.clone());
            } else if stand.introduced.is_current()
                && let Some(first) = first.get(&(&change.path, secret.clone()))
            {
                let Introduction { in_head, at_end, .. } = stand.introduced;
                stand.carried.insert(secret.clone(), Introduction { in_head, at_end, ..first.clone() });
            }
        }
    }
    let current: HashSet<(&FilePath, Vec<u8>)> = stands
        .iter()
        .flat_map(|(change, stand)| stand.carried.keys().map(|secret| (&change.path, secret.clone())))
        .collect();
    for (change, stand) in stands.iter_mut().filter(|(_, stand)| !stand.introduced.is_current()) {
        let elsewhere = secrets.of(change.blob).filter(|&secret| current.contains(&(&change.path, secret.clone())));
        let known: HashSet<Vec<u8>> = stand.known.iter().chain(elsewhere).cloned().collect();
        stand.known = Arc::new(known);
    }
}
