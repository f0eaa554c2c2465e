//! Values that a branch brought and took away again.

use crate::finding::{Place, Severity};
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `secret_removed_in_branch.md`.
pub(super) struct SecretRemovedInBranch;

static META: Meta = Meta {
    id: "secret-removed-in-branch",
    title: "Secret that was added and removed on one branch",
    family: Family::Revocation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[540],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("secret_removed_in_branch.md"),
};

impl EstateCheck for SecretRemovedInBranch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        if !estate.is_range {
            return;
        }
        for (number, held) in estate.held.iter().enumerate().filter(|(_, held)| !held.finding.is_live()) {
            // A message stays in its commit: nothing has removed it.
            let was_in_files = |place: &Place| place.introduced.is_some() && place.origin.outermost().is_of_tree();
            if held.finding.places.iter().any(was_in_files) && estate.rotated(held).is_none() {
                let message =
                    "added and removed in the same range: a squash hides it, a push shows it all the same".to_owned();
                out.push(Remark { check: &META, held: number, message, severity: Severity::High, threshold: None });
            }
        }
    }
}
