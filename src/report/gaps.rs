//! What was not scanned, one thing after the other: what makes the scan incomplete first.
//!
//! Notices list things, and coverage counts them; some are only counted. So a cause has a gap for each of its notices, and one
//! more for those that no notice names.

use super::Report;
use super::mask::Mask;
use super::verdict::{missed, number_of};
use crate::notice::{Cause, Notice};

/// Something that was not scanned.
pub(super) struct Gap<'r> {
    pub(super) cause: Cause,
    /// Whether it makes the scan incomplete.
    pub(super) is_incomplete: bool,
    /// What it is; none for things that are only counted.
    notice: Option<&'r Notice>,
    /// How many things it stands for.
    number: u64,
}

/// All gaps: the causes that make the scan incomplete before the others, otherwise in the order of the causes.
pub(super) fn gaps<'r>(report: &Report<'r>) -> Vec<Gap<'r>> {
    let mut gaps = Vec::new();
    for is_incomplete in [true, false] {
        let causes = Cause::ALL.into_iter();
        for cause in causes.filter(|cause| report.incomplete_causes.contains(cause) == is_incomplete) {
            let listed = report.notices.iter().filter(|notice| notice.cause == cause);
            let more = number_of(report, cause) - listed.clone().count() as u64;
            gaps.extend(listed.map(|notice| Gap { cause, is_incomplete, notice: Some(notice), number: 1 }));
            gaps.extend((more > 0).then_some(Gap { cause, is_incomplete, notice: None, number: more }));
        }
    }
    gaps
}

impl Gap<'_> {
    /// What was not scanned; empty for things that are only counted.
    pub(super) fn subject(&self, mask: &Mask) -> String {
        self.notice.map(|notice| mask.text(&notice.subject)).unwrap_or_default()
    }

    /// What happened, or how many there are.
    pub(super) fn detail(&self, mask: &Mask) -> String {
        match self.notice {
            Some(notice) => mask.text(&notice.detail),
            None => format!("{} not listed", self.number),
        }
    }

    /// `unreadable: private/a.txt: permission denied`.
    pub(super) fn words(&self, mask: &Mask) -> String {
        let parts = [self.cause.id().to_owned(), self.subject(mask), self.detail(mask)];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(": ")
    }
}

/// One sentence for each cause that makes the scan incomplete: how many things, and the first few of them.
pub(super) fn sentences(report: &Report<'_>, mask: &Mask) -> Vec<(Cause, String)> {
    const NAMED: usize = 3;
    let of = |(cause, number): (Cause, u64)| {
        let notices = report.notices.iter().filter(|notice| notice.cause == cause).take(NAMED);
        let named = notices.map(|notice| match (mask.text(&notice.subject), mask.text(&notice.detail)) {
            (subject, detail) if detail.is_empty() => subject,
            (subject, detail) => format!("{subject}: {detail}"),
        });
        let named = named.collect::<Vec<_>>().join("; ");
        let among = if named.is_empty() { String::new() } else { format!(", among them {named}") };
        (cause, format!("Not scanned: {number} {}{among}", cause.id()))
    };
    missed(report).into_iter().map(of).collect()
}
