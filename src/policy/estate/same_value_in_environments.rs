//! Values that several environments share.

use std::collections::BTreeSet;

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `same_value_in_environments.md`.
pub(super) struct SameValueInEnvironments;

static META: Meta = Meta {
    id: "same-value-in-environments",
    title: "One secret in two environments",
    family: Family::Isolation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[653],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("same_value_in_environments.md"),
};

impl EstateCheck for SameValueInEnvironments {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            if estate.settings.may_be_shared(&held.kinds()) {
                continue;
            }
            let environments = |paths: Vec<&[u8]>| -> BTreeSet<&str> {
                paths.into_iter().filter_map(|path| estate.settings.environment(path)).collect()
            };
            let (now, ever) = (environments(held.live_paths()), environments(held.all_paths()));
            let (named, severity, verb) = if now.len() > 1 {
                (now, Severity::High, "stands")
            } else if ever.len() > 1 && held.finding.is_live() {
                (ever, Severity::Medium, "stands or stood")
            } else {
                continue;
            };
            let names: Vec<&str> = named.into_iter().collect();
            let message = format!("{verb} in files of {}", names.join(" and "));
            out.push(Remark { check: &META, held: number, message, severity, threshold: None });
        }
    }
}
