//! The verdict in words: what a person reads last, and what the machine formats carry for people.

use super::Report;
use crate::notice::Cause;

/// `2 findings at or above medium: exit 1`.
pub(super) fn words(report: &Report<'_>) -> String {
    let shown = report.findings.len() as u64;
    let mut words = if report.failing > 0 {
        format!("{} at or above {}", count(report.failing, "finding"), report.fail_on)
    } else if shown > 0 {
        format!("{}, none at or above {}", count(shown, "finding"), report.fail_on)
    } else if report.below_confidence > 0 {
        format!("no findings at or above {} confidence", report.min_confidence)
    } else {
        "no findings".to_owned()
    };
    if !report.complete {
        words.push_str(if report.findings.is_empty() { ", but " } else { ", and " });
        words.push_str("the scan is incomplete");
        let causes: Vec<String> =
            missed(report).iter().map(|(cause, number)| format!("{number} {}", cause.id())).collect();
        if !causes.is_empty() {
            words.push_str(&format!(" ({})", causes.join(", ")));
        }
    }
    match (report.exit_code, report.failing) {
        (0, 0) => {}
        (0, _) => words.push_str(": exit 0, as --exit-zero asks"),
        (code, _) => words.push_str(&format!(": exit {code}")),
    }
    words
}

/// Why the scan is incomplete: the causes that came up, and how many things each stands for.
pub(super) fn missed(report: &Report<'_>) -> Vec<(Cause, u64)> {
    let counted = |&cause: &Cause| (cause, number_of(report, cause));
    report.incomplete_causes.iter().map(counted).filter(|&(_, number)| number > 0).collect()
}

/// How many things were not scanned for this cause: the count of the coverage, or of the notices where that is greater.
pub(super) fn number_of(report: &Report<'_>, cause: Cause) -> u64 {
    let listed = report.notices.iter().filter(|notice| notice.cause == cause).count() as u64;
    report.coverage.skipped.get(&cause).copied().unwrap_or(0).max(listed)
}

/// `1 finding`, `2 findings`.
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
