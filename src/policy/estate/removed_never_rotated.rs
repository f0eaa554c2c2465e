//! Values that left the files and still are in the history, with nothing that says that they no longer work.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark, day};

/// See `removed_never_rotated.md`.
pub(super) struct RemovedNeverRotated;

static META: Meta = Meta {
    id: "removed-never-rotated",
    title: "Secret that was removed but never rotated",
    family: Family::Rotation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[324, 540],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("removed_never_rotated.md"),
};

impl EstateCheck for RemovedNeverRotated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            let Some(left) = held.left().filter(|_| !held.finding.is_live() && !held.has_ended(estate.now)) else {
                continue;
            };
            let is_evidence = |at: &str| at >= day(left).as_str();
            if estate.rotated(held).is_some_and(|rotated| is_evidence(&rotated.at.to_string())) {
                continue;
            }
            let message = match estate.rotated(held) {
                Some(rotated) => {
                    format!("left the files on {}, the rotation of {} was before that", day(left), rotated.at)
                }
                None => format!("left the files on {}, and nothing says that it was rotated", day(left)),
            };
            out.push(Remark { check: &META, held: number, message, severity: Severity::High, threshold: None });
        }
    }
}
