//! Ends that are put off again and again.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset, date};

use super::{Overdue, Version};

/// See `expiry_moved.md`.
pub(super) static META: Meta = Meta {
    id: "expiry-moved",
    title: "Expiry that was moved without a new secret",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("expiry_moved.md"),
};

/// How often an end may be put off before that is said.
const OFTEN: usize = 2;

pub(super) fn judge(versions: &[Version]) -> Option<Overdue> {
    let last = versions.last()?;
    let same = versions.iter().rev().take_while(|version| version.beside == last.beside);
    let mut ends: Vec<_> = same.filter_map(|version| date::parse(&version.text)).collect();
    ends.reverse();
    ends.dedup();
    let moved = ends.windows(2).filter(|pair| pair[1] > pair[0]).count();
    if moved < OFTEN {
        return None;
    }
    let message = format!("put off {moved} times while everything beside it stayed as it was");
    Some(Overdue { check: &META, message, severity: META.severity, threshold: None })
}
