//! Values that were removed or rotated and are there again.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `reappeared_secret.md`.
pub(super) struct ReappearedSecret;

static META: Meta = Meta {
    id: "reappeared-secret",
    title: "Secret that came back",
    family: Family::Revocation,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("reappeared_secret.md"),
};

impl EstateCheck for ReappearedSecret {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate().filter(|(_, held)| held.finding.is_live()) {
            let returns = held.finding.life.as_ref().map_or(0, |life| life.returns);
            let (message, severity) = match estate.rotated(held) {
                Some(rotated) => (
                    format!("recorded as rotated on {} ({}), and still in use", rotated.at, rotated.source),
                    Severity::Critical,
                ),
                None if returns == 1 => ("was removed, and came back".to_owned(), Severity::High),
                None if returns > 1 => (format!("was removed, and came back {returns} times"), Severity::High),
                None => continue,
            };
            out.push(Remark { check: &META, held: number, message, severity, threshold: None });
        }
    }
}
