//! Versions of secrets that are pinned and stay so.

use jiff::Timestamp;

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Overdue, Version, overdue};

/// See `pinned_secret_version.md`.
pub(super) static META: Meta = Meta {
    id: "pinned-secret-version",
    title: "Pinned version of a secret that has not moved for long",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.rotation.default: 90d"),
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("pinned_secret_version.md"),
};

pub(super) fn judge(
    versions: &[Version],
    at_least: bool,
    settings: &PolicySettings,
    now: Timestamp,
) -> Option<Overdue> {
    let (days, threshold) = overdue(versions, settings, now)?;
    let least = if at_least { "at least " } else { "" };
    let message = format!("pinned to the same version for {least}{days} days: a rotated secret does not arrive");
    Some(Overdue { check: &META, message, severity: META.severity, threshold: Some(threshold) })
}
