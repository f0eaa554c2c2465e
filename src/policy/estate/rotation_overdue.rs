//! Values that are used for longer than the policy lets them.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark, days};

/// See `rotation_overdue.md`.
pub(super) struct RotationOverdue;

static META: Meta = Meta {
    id: "rotation-overdue",
    title: "Secret older than its rotation window",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.rotation.<rule or provider>: 90d; warn-before 14d"),
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("rotation_overdue.md"),
};

impl EstateCheck for RotationOverdue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            let Some(since) = held.since().filter(|_| held.finding.is_live() && !held.has_ended(estate.now)) else {
                continue;
            };
            let settings = estate.settings_of(held);
            let limit = settings.rotation(&held.kinds());
            let age = days(since.at, estate.now);
            let window = limit.days();
            let warn = settings.warn_before().days();
            let least = if since.at_least { "at least " } else { "" };
            let (message, severity) = if age > window.saturating_mul(2) {
                (format!("in use for {least}{age} days, twice its window"), Severity::High)
            } else if age > window {
                (format!("in use for {least}{age} days"), Severity::Medium)
            } else if age > window.saturating_sub(warn) {
                (format!("in use for {least}{age} days: due in {} days", window - age), Severity::Low)
            } else {
                continue;
            };
            let threshold = Some(limit.threshold());
            out.push(Remark { check: &META, held: number, message, severity, threshold });
        }
    }
}
