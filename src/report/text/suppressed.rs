//! What is hidden, one by one, for people.

use std::fmt::Write as _;

use super::layout::{Paint, Style, WIDTH, wrap};
use crate::finding::Suppression;
use crate::place::sanitize;
use crate::report::Report;
use crate::report::mask::Mask;

/// Appends a block for each: what and where, by what, and why.
pub(super) fn write(out: &mut String, report: &Report<'_>, mask: &Mask, paint: Paint) {
    for suppressed in report.suppressed {
        let head = format!("hidden {}[{}]", suppressed.finding.severity, sanitize(&suppressed.finding.rule));
        let _ = writeln!(out, "{}", paint.in_style(Style::Dim, &head));
        for place in &suppressed.finding.places {
            let _ = writeln!(out, "  {}", super::origin(mask, place, true));
        }
        for line in wrap(&by(&suppressed.by, mask), WIDTH - 2, WIDTH - 4) {
            let _ = writeln!(out, "  {line}");
        }
        out.push('\n');
    }
}

/// `by src/a.rs:3 (keysieve:allow until 2026-12-31, @ann): read by the tests`.
pub(in crate::report) fn by(by: &Suppression, mask: &Mask) -> String {
    let mut text = format!("by {} ({}", mask.text(&by.source), mask.text(&by.stated));
    if let Some(until) = by.until {
        let _ = write!(text, " until {until}");
    }
    if let Some(owner) = &by.owner {
        let _ = write!(text, ", {}", mask.text(owner));
    }
    text.push(')');
    if !by.reason.is_empty() {
        let _ = write!(text, ": {}", mask.text(&by.reason));
    }
    text
}
