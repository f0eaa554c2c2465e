//! Ciphertexts that stay the same.

use jiff::Timestamp;

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Overdue, Version, overdue};

/// See `encrypted_secret_not_renewed.md`.
pub(super) static META: Meta = Meta {
    id: "encrypted-secret-not-renewed",
    title: "Encrypted secret that has not changed for long",
    family: Family::Rotation,
    severity: Severity::Low,
    preset: Preset::Strict,
    threshold: Some("policy.rotation.default: 90d"),
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("encrypted_secret_not_renewed.md"),
};

pub(super) fn judge(
    versions: &[Version],
    at_least: bool,
    settings: &PolicySettings,
    now: Timestamp,
) -> Option<Overdue> {
    let (days, threshold) = overdue(versions, settings, now)?;
    let least = if at_least { "at least " } else { "" };
    let message = format!("the ciphertext has not changed for {least}{days} days, so neither has the secret");
    Some(Overdue { check: &META, message, severity: META.severity, threshold: Some(threshold) })
}
