//! What of a history is known from an earlier run, and what the next run may know.
//!
//! The objects that held nothing are not read again, those that held something are; where they stand, what hides them and how
//! old they are is worked out anew. What is counted of what is not read stands in the cache, so that a run with it says the
//! same as the run that wrote it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::notice::{Cause, Coverage, Tally};
use crate::place::Origin;
use crate::source::known::{self, Effect, Flawed, Lead, Seen};
use crate::source::{Id, Item, Known, Repository};

use super::inherit::Whole;
use super::lives::Lives;
use super::{Plan, Reused, Run, Settings};

/// The name of the file in the directory that the user names.
const NAME: &str = "history.cache";

/// [`Effect::how`] of a blob that was never looked at by its base.
const NOT_ASKED: u8 = 0;
/// Of one that was searched only where it differs from its base. The numbers behind it are those of [`Whole`].
const INHERITED: u8 = 1;

/// Causes after which nothing is kept: what was not read would count as seen. What is missing is not among them: what names it
/// is read again.
const GAPS: [Cause; 3] = [Cause::CorruptObject, Cause::Interrupted, Cause::Unreadable];

/// What is known, and what comes of what is not.
pub(super) struct Reuse {
    file: PathBuf,
    context: [u8; 32],
    known: Known,
    /// Whether something of what was known is gone.
    settled: bool,
    fresh: Mutex<Fresh>,
}

#[derive(Default)]
struct Fresh {
    /// Of blobs.
    effects: HashMap<Id, Effect>,
    /// Commits and tags of which something is to be said.
    loud: HashSet<Id>,
    /// Names likewise.
    names: HashSet<Box<[u8]>>,
}

impl Reuse {
    /// Opens the cache that the plan names; none where none is named, or everything is to be looked at. Second: what is to be
    /// said of one that is not used.
    pub(super) fn open(plan: &Plan, settings: &Settings, repository: &Repository) -> (Option<Self>, Option<String>) {
        let Some(directory) = plan.cache.as_ref().filter(|_| !plan.no_delta && !settings.explain) else {
            return (None, None);
        };
        let (file, context) = (directory.join(NAME), context(settings));
        let key = &settings.config.fingerprint_key;
        let not_used = |why: &str| Some(format!("{}: not used, {why}; everything was read", file.display()));
        let (mut known, mut note) = match known::load(&file, &context, &|bytes| key.seal(bytes)) {
            Ok(known) => (known.unwrap_or_default(), None),
            Err(Flawed::Outdated) => (Known::default(), None),
            Err(Flawed::NotOurs(why)) => (Known::default(), not_used(&why)),
        };
        let had = known.len();
        let settled = known.settle(repository);
        if had > 0 && known.is_empty() {
            note = not_used("it is of another repository");
        }
        (Some(Self { file, context, known, settled, fresh: Mutex::default() }), note)
    }

    /// What is known.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// How many objects were read to see these.
    pub(super) fn reused(&self, seen: &Seen) -> Reused {
        let again = self.known.blobs.values().filter(|effect| effect.again).count() + self.known.again.len();
        let spoken = seen.spoken.iter().map(|(id, ..)| id).chain(seen.trees.iter().map(|(id, _)| id));
        let new = seen.blobs.len() + spoken.filter(|id| !self.known.again.contains(id)).count();
        let quiet = self.known.len() - again;
        Reused { new: new as u64, again: again as u64, quiet: quiet as u64 }
    }

    /// Everything that an earlier run counted of what this one does not look at.
    pub(super) fn counted(&self) -> Coverage {
        let mut coverage = Coverage::default();
        for effect in self.known.blobs.values() {
            coverage.searched_bytes += effect.searched;
            match effect.how {
                NOT_ASKED => {}
                INHERITED => coverage.inherited_blobs += 1,
                number => {
                    let why = Whole::ALL.get(usize::from(number - INHERITED - 1));
                    why.iter().for_each(|why| coverage.searched_whole(why.id(), effect.length));
                }
            }
            if !effect.again {
                coverage.members += effect.members;
                coverage.member_bytes += effect.member_bytes;
                if effect.binary > 0 {
                    *coverage.skipped.entry(Cause::Binary).or_default() += effect.binary;
                }
            }
        }
        coverage
    }

    /// Has the run look at an item, and takes note of what came of it.
    pub(super) fn take(&self, run: &Run<'_>, item: &Item<'_>) {
        let aside = run.aside();
        aside.take(item);
        let (hits, _) = aside.hits.into_inner().unwrap_or_else(PoisonError::into_inner).all();
        let tally = aside.skipped.into_inner().unwrap_or_else(PoisonError::into_inner);
        let coverage = &tally.coverage;
        let is_quiet = hits.is_empty()
            && tally.notices.is_empty()
            && coverage.skipped.keys().all(|cause| *cause == Cause::Binary)
            && !matches!(item.origin, Origin::LfsObject { .. });
        let id = item.origin.object().and_then(Id::from_hex);
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        match (&item.origin, id) {
            (Origin::EntryName(name), _) if !is_quiet => _ = fresh.names.insert(name.as_bytes().into()),
            (Origin::Blob { .. } | Origin::LfsObject { .. }, Some(id)) => {
                let effect = fresh.effects.entry(id).or_default();
                effect.searched += coverage.searched_bytes;
                effect.how = effect.how.max(how(coverage));
                effect.binary += coverage.skipped.get(&Cause::Binary).copied().unwrap_or_default();
                effect.members += coverage.members;
                effect.member_bytes += coverage.member_bytes;
                effect.again |= !is_quiet;
            }
            (_, Some(id)) if !is_quiet => _ = fresh.loud.insert(id),
            _ => {}
        }
        drop(fresh);
        if !hits.is_empty() {
            run.hits.lock().unwrap_or_else(PoisonError::into_inner).add(hits);
        }
        run.skipped.lock().unwrap_or_else(PoisonError::into_inner).add(tally);
    }

    /// Writes what is known now, if that is more or less than before; says what went wrong. `covered` is what was counted of
    /// the history.
    pub(super) fn keep(
        self,
        run: &Run<'_>,
        repository: &Repository,
        seen: Seen,
        lives: &Lives,
        covered: &Tally,
    ) -> Option<String> {
        let is_whole = !covered.coverage.skipped.keys().any(|cause| GAPS.contains(cause));
        let (lineage, relevant) = lives.whole.as_ref().filter(|_| is_whole && !run.stop.requested())?;
        let graph = lineage.graph();
        let Self { file, context, mut known, settled, fresh } = self;
        let mut fresh = fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut is_new = settled;
        for (id, length, is_pointer) in seen.blobs {
            let effect = fresh.effects.remove(&id).unwrap_or_default();
            known.blobs.insert(id, Effect { length, again: effect.again || is_pointer, ..effect });
            is_new = true;
        }
        for (id, bytes, is_complete) in seen.spoken {
            if fresh.loud.contains(&id) || !is_complete {
                is_new |= known.again.insert(id);
            } else if let Ok(at) = graph.commits.binary_search_by_key(&id, |commit| commit.id) {
                known.commits.push((graph.commits[at].clone(), bytes));
                is_new = true;
            } else if let Ok(at) = graph.tags.binary_search_by_key(&id, |tag| tag.id) {
                known.tags.push((graph.tags[at].clone(), bytes));
                is_new = true;
            }
        }
        for (id, is_complete) in seen.trees {
            let lead = relevant.as_ref().map_or(Some(Lead::Nothing), |relevant| relevant.lead(repository, id));
            is_new |= match lead.filter(|_| is_complete) {
                Some(lead) => known.trees.insert(id, lead).is_none(),
                None => known.again.insert(id),
            };
        }
        if !is_new {
            return None;
        }
        known.names.extend(seen.names.into_iter().filter(|name| !fresh.names.contains(name)));
        known.submodules.extend(seen.submodules);
        known.commits.sort_unstable_by_key(|(commit, _)| commit.id);
        known.tags.sort_unstable_by_key(|(tag, _)| tag.id);
        let key = &run.settings.config.fingerprint_key;
        let written = known::save(&file, &context, &|bytes| key.seal(bytes), &known);
        written.err().map(|error| format!("{}: not written: {error}", file.display()))
    }
}

/// What the sink's counts say of one blob.
fn how(coverage: &Coverage) -> u8 {
    let whole = Whole::ALL.iter().position(|why| coverage.whole_blobs.contains_key(why.id()));
    match whole {
        Some(at) => INHERITED + 1 + at as u8,
        None if coverage.inherited_blobs > 0 => INHERITED,
        None => NOT_ASKED,
    }
}

/// What the effects depend on: the program, the rules, the key.
fn context(settings: &Settings) -> [u8; 32] {
    let mut digest = Sha256::new();
    let key = settings.config.fingerprint_key.id();
    for part in [env!("CARGO_PKG_VERSION"), env!("KEYSIEVE_SOURCE"), settings.config.rules.digest(), &key] {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().into()
}
