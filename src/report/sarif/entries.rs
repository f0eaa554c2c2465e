//! Which results there are.
//!
//! Code scanning closes an alert when the next upload of the same category lacks it, and shows it at a line of a file of the
//! commit. What only the history holds has no such line, and does not go away when the file is mended; so it has a run, and with it
//! a category, of its own, which whoever wants can leave out. What a change brings is a category of its own as well: of what
//! was there before it says nothing, and an upload of it must close nothing of that.

use crate::finding::{Finding, Means, Suppression};
use crate::report::Report;

/// A result to write.
#[derive(Clone, Copy)]
pub(super) struct Entry<'r> {
    pub(super) finding: &'r Finding,
    /// What hides it.
    pub(super) by: Option<&'r Suppression>,
}

impl Entry<'_> {
    /// Whether the baseline knows it: none where that was not asked.
    pub(super) fn is_known(&self, report: &Report<'_>) -> Option<bool> {
        match self.by {
            _ if !report.has_baseline => None,
            None => Some(false),
            Some(by) if by.means == Means::Baseline => Some(true),
            Some(_) => None,
        }
    }
}

/// The entries of all runs. What is hidden comes last, and only where it was asked for: GitHub opens an alert for every
/// result, whatever `suppressions` says.
pub(super) fn entries<'r>(report: &Report<'r>) -> Vec<Entry<'r>> {
    let reported = report.findings.iter().map(|finding| Entry { finding, by: None });
    let hidden = report.suppressed.iter().filter(|_| report.show.suppressed);
    let hidden = hidden.map(|it| Entry { finding: &it.finding, by: Some(&it.by) });
    reported.chain(hidden).collect()
}
