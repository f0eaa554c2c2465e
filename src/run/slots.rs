//! Slots of files, dated by the history.
//!
//! The linter finds the slots of a file as it is. Once the history was read, the versions of these files are followed from
//! `HEAD`, and each slot is compared with what stood at its route before. At most [`VERSIONS`] versions of a file are read: what
//! is older makes an age a least age.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::policy::slots::{self, Overdue, Slot, SlotKind, Version};
use crate::provenance::{Lineage, versions};
use crate::source::{Repository, Stop};

use super::Settings;
use super::lint::File;

/// The most versions of one file that are read.
pub(super) const VERSIONS: usize = 400;

/// A file and what has to be dated in it.
pub struct Kept {
    /// The file.
    pub file: File<'static>,
    /// Its slots.
    pub slots: Vec<Slot>,
}

/// What is overdue in each of the files, in their order.
pub fn overdue(
    repository: &Repository,
    lineage: &Lineage,
    kept: &[Kept],
    settings: &Settings,
    stop: &Stop,
) -> Vec<Vec<(Slot, Overdue)>> {
    let Some(head) = lineage.graph().head else { return kept.iter().map(|_| Vec::new()).collect() };
    let paths: Vec<_> = kept.iter().map(|kept| kept.file.path().clone()).collect();
    let timelines = versions(repository, lineage, head, &paths, stop);
    kept.iter()
        .zip(timelines)
        .map(|(kept, timeline)| {
            let cut = timeline.versions.len().saturating_sub(VERSIONS);
            let mut before: BTreeMap<(SlotKind, String), Vec<Version>> = BTreeMap::new();
            for version in &timeline.versions[cut..] {
                let Ok(at) = version.date.parse::<Timestamp>() else { continue };
                let Some(bytes) = repository.blob(version.blob).filter(|_| !stop.requested()) else { continue };
                for slot in slots::slots(version.path.as_bytes(), &bytes) {
                    let version = Version { at, text: slot.text, beside: slot.beside };
                    before.entry((slot.kind, slot.route)).or_default().push(version);
                }
            }
            let at_least = timeline.at_least || cut > 0;
            let policy = settings.config.policy.for_path(kept.file.path().as_bytes());
            kept.slots
                .iter()
                .filter_map(|slot| {
                    let versions = before.get(&(slot.kind, slot.route.clone()))?;
                    // What is not committed yet is new.
                    if versions.last()?.text != slot.text {
                        return None;
                    }
                    let overdue = slots::judge(slot.kind, versions, at_least, policy, settings.now)?;
                    Some((slot.clone(), overdue))
                })
                .collect()
        })
        .collect()
}
