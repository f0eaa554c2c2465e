//! The last block of the text report: what was found, what was not scanned, what was covered, and the verdict.

use std::fmt::Write as _;

use super::layout::{Paint, Style, WIDTH, size, wrap};
use crate::finding::Severity;
use crate::notice::{Cause, Coverage};
use crate::report::mask::Mask;
use crate::report::verdict::{self, count};
use crate::report::{Report, verdict::number_of};

/// How many notices of one cause are listed.
const NOTICES: usize = 20;

pub(super) fn write(out: &mut String, report: &Report<'_>, mask: &Mask, paint: Paint) {
    findings(out, report, mask, paint);
    notices(out, report, mask, paint);
    paragraph(out, 0, &coverage(report.coverage));
    let style = if report.exit_code == 0 { Style::Strong } else { Style::of(Severity::Critical) };
    for line in wrap(&verdict::words(report), WIDTH, WIDTH) {
        let _ = writeln!(out, "{}", paint.in_style(style, &line));
    }
}

fn findings(out: &mut String, report: &Report<'_>, mask: &Mask, paint: Paint) {
    if !report.findings.is_empty() {
        let mut by_severity = Vec::new();
        for severity in Severity::ALL.into_iter().rev() {
            let number = report.findings.iter().filter(|finding| finding.severity == severity).count();
            if number > 0 {
                by_severity.push(paint.in_style(Style::of(severity), &format!("{number} {severity}")));
            }
        }
        let total = count(report.findings.len() as u64, "finding");
        let _ = writeln!(out, "{total}: {}", by_severity.join(", "));
    }
    if report.below_confidence > 0 {
        let _ = writeln!(out, "{} more below --min-confidence {}", report.below_confidence, report.min_confidence);
    }
    for (means, number) in report.hidden() {
        let _ = writeln!(out, "{number} hidden by {}", means.words());
    }
    for note in report.notes {
        paragraph(out, 0, &format!("note: {}", mask.text(note)));
    }
    if !report.findings.is_empty() && report.fingerprint_key == "unkeyed" {
        let words = "fingerprints are unkeyed (fingerprint-key in keysieve.toml sets a key)";
        let _ = writeln!(out, "{}", paint.in_style(Style::Dim, words));
    }
}

/// The notices by cause, those that make the scan incomplete first.
pub(super) fn notices(out: &mut String, report: &Report<'_>, mask: &Mask, paint: Paint) {
    let (incomplete, known): (Vec<Cause>, Vec<Cause>) =
        Cause::ALL.into_iter().partition(|cause| report.incomplete_causes.contains(cause));
    for (causes, style, words) in
        [(incomplete, Style::of(Severity::Critical), ", which makes the scan incomplete"), (known, Style::Strong, "")]
    {
        for cause in causes {
            let listed: Vec<_> = report.notices.iter().filter(|notice| notice.cause == cause).collect();
            if listed.is_empty() {
                continue;
            }
            let number = number_of(report, cause);
            let head = paint.in_style(style, &format!("not scanned: {number} {}", cause.id()));
            let _ = writeln!(out, "{head}{words}");
            for notice in listed.iter().take(NOTICES) {
                let subject = mask.text(&notice.subject);
                let detail = mask.text(&notice.detail);
                let separator = if subject.is_empty() || detail.is_empty() { "" } else { ": " };
                paragraph(out, 2, &format!("{subject}{separator}{detail}"));
            }
            match number.saturating_sub(NOTICES.min(listed.len()) as u64) {
                0 => {}
                more => paragraph(out, 2, &format!("and {more} more")),
            }
        }
    }
}

/// `scanned 123 files (4.5 MB), 40 commits; linted 12 documents; skipped: 3 binary`.
pub(in crate::report) fn coverage(coverage: &Coverage) -> String {
    let mut scanned = Vec::new();
    if coverage.files > 0 {
        scanned.push(format!("{} ({})", count(coverage.files, "file"), size(coverage.file_bytes)));
    }
    for (number, thing) in [(coverage.refs, "ref"), (coverage.packs, "pack")] {
        if number > 0 {
            scanned.push(count(number, thing));
        }
    }
    if coverage.commits > 0 {
        scanned.push(count(coverage.commits, "commit"));
    }
    if coverage.tags > 0 {
        scanned.push(count(coverage.tags, "tag"));
    }
    if coverage.trees > 0 {
        scanned.push(count(coverage.trees, "tree"));
    }
    if coverage.blobs > 0 || coverage.history_bytes > 0 {
        let searched = match coverage.inherited_blobs {
            0 => String::new(),
            _ => format!(", {} of it searched", size(coverage.searched_bytes)),
        };
        scanned.push(format!("{} ({}{searched})", count(coverage.blobs, "blob"), size(coverage.history_bytes)));
    }
    if coverage.members > 0 {
        scanned.push(format!("{} ({})", count(coverage.members, "member"), size(coverage.member_bytes)));
    }
    let mut parts = Vec::new();
    match (scanned.is_empty(), coverage.documents) {
        (true, 0) => parts.push("scanned nothing".to_owned()),
        (true, _) => {}
        (false, _) => parts.push(format!("scanned {}", scanned.join(", "))),
    }
    if coverage.documents > 0 {
        parts.push(format!("linted {}", count(coverage.documents, "document")));
    }
    let skipped: Vec<String> = coverage
        .skipped
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(cause, number)| format!("{number} {}", cause.id()))
        .collect();
    if !skipped.is_empty() {
        parts.push(format!("skipped: {}", skipped.join(", ")));
    }
    parts.join("; ")
}

/// A text with every line indented by the same columns, and two more for those after the first.
fn paragraph(out: &mut String, indent: usize, text: &str) {
    let hanging = indent + 2;
    for (index, line) in wrap(text, WIDTH - indent, WIDTH - hanging).iter().enumerate() {
        let columns = if index == 0 { indent } else { hanging };
        let _ = writeln!(out, "{:columns$}{line}", "");
    }
}
