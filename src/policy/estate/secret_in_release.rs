//! Values that a tag holds or reaches.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `secret_in_release.md`.
pub(super) struct SecretInRelease;

static META: Meta = Meta {
    id: "secret-in-release",
    title: "Secret that shipped in a release",
    family: Family::Storage,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[540],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("secret_in_release.md"),
};

impl EstateCheck for SecretInRelease {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            let Some(life) = held.finding.life.as_ref().filter(|_| !held.has_ended(estate.now)) else { continue };
            let is_release = |name: &&String| name.strip_prefix("refs/tags/").is_some_and(is_release);
            let Some(tag) = life.holding.iter().find(is_release) else { continue };
            let days = life.exposed_days.map_or(String::new(), |days| format!("; exposed for {days} days"));
            let message = format!("shipped in {}{days}", tag.trim_start_matches("refs/tags/"));
            let severity = held.finding.severity.max(Severity::High);
            out.push(Remark { check: &META, held: number, message, severity, threshold: None });
        }
    }
}

/// Whether a tag is named after a version: a number with a dot, behind a word or a `v` at most.
fn is_release(tag: &str) -> bool {
    let version = tag.rsplit(['/', '-', '@']).find(|part| part.contains('.')).unwrap_or(tag);
    let digits = version.trim_start_matches(['v', 'V']);
    digits.split_once('.').is_some_and(|(major, _)| !major.is_empty() && major.bytes().all(|b| b.is_ascii_digit()))
}
