//! The shape of what is hidden in the machine-readable reports.

use serde::Serialize;

use super::Finding;
use crate::finding;
use crate::report::Report;
use crate::report::mask::Mask;

/// Why a finding is not reported.
#[derive(Serialize)]
pub struct Suppression {
    /// What hides it: `comment`, `foreign-comment`, `exception`, `baseline`, `foreign-file`, `disabled`.
    by: &'static str,
    /// Where that is written: `src/a.rs:3`.
    source: String,
    /// The word for it where it is written: `keysieve:allow`, the state of an entry of the baseline.
    stated: String,
    /// Why, as whoever wrote it says; may be empty.
    reason: String,
    /// Who answers for it, or null.
    owner: Option<String>,
    /// The last day on which it hides, or null.
    until: Option<String>,
}

impl Suppression {
    pub(in crate::report) fn new(by: &finding::Suppression, mask: &Mask) -> Self {
        Self {
            by: by.means.id(),
            source: mask.text(&by.source),
            stated: mask.text(&by.stated),
            reason: mask.text(&by.reason),
            owner: by.owner.as_deref().map(|owner| mask.text(owner)),
            until: by.until.map(|day| day.to_string()),
        }
    }
}

/// A finding that is not reported, and why.
#[derive(Serialize)]
pub struct Suppressed<'a> {
    #[serde(flatten)]
    by: Suppression,
    /// The finding, with the places that are hidden so.
    finding: Finding<'a>,
}

impl<'a> Suppressed<'a> {
    pub(in crate::report) fn new(suppressed: &'a finding::Suppressed, report: &Report<'_>, mask: &Mask) -> Self {
        Self { by: Suppression::new(&suppressed.by, mask), finding: Finding::new(&suppressed.finding, report, mask) }
    }
}
