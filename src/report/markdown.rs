//! The report as Markdown, for a comment on a pull request or a job summary.
//!
//! A comment on GitHub holds 65,536 characters. The frame (verdict, numbers, what was not scanned) comes first and is kept short,
//! then the rules, worst first, each a folded block with a table of its findings and what to do next, as long as there is room;
//! what did not fit is counted at the end. The limit is counted in bytes, which are never fewer than characters.

use std::fmt::Write as _;
use std::io;

use self::prose::{cell, code_cell, html, prose};
use super::mask::Mask;
use super::text::summary::coverage;
use super::verdict::{self, count, number_of};
use super::{Format, Report, escape, spot};
use crate::finding::{Finding, Severity};
use crate::notice::Cause;

mod prose;

/// What a comment holds.
const MOST: usize = 65_536;
/// What is kept for the frame behind the blocks.
const TAIL: usize = 600;
/// Notices of one cause.
const NOTICES: usize = 10;
/// Bytes of all rows for what was not scanned.
const GAPS: usize = 16_384;
/// Characters of a cell.
const CELL: usize = 300;

/// Markdown for a comment or a job summary.
pub struct Markdown;

impl Format for Markdown {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut text = head(report);
        not_scanned(&mut text, report, &mask);
        let mut left_out = 0;
        for group in groups(report) {
            let room = (MOST - TAIL).saturating_sub(text.len());
            left_out += block(&mut text, report, &group, &mask, room);
        }
        if left_out > 0 {
            let left = count(left_out as u64, "more finding");
            let _ = writeln!(
                text,
                "**{left} did not fit** into the {MOST} characters of a comment; the other formats have them all.\n"
            );
        }
        let _ = writeln!(text, "<sub>keysieve {}, rules {}</sub>", html(report.version), html(report.pack));
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// The verdict, and the numbers by severity. The comment at the beginning tells a bot which of its comments to replace.
fn head(report: &Report<'_>) -> String {
    let sign = match (report.failing, report.complete) {
        (0, true) => "✅",
        (0, false) => "⚠️",
        _ => "❌",
    };
    let mut text = format!("<!-- keysieve -->\n### {sign} keysieve: {}\n\n", verdict::words(report));
    if !report.findings.is_empty() {
        text.push_str("| severity | findings |\n|---|--:|\n");
        for severity in Severity::ALL.into_iter().rev() {
            let number = spot::number_of(report, severity);
            if number > 0 {
                let _ = writeln!(text, "| {severity} | {number} |");
            }
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}.\n", coverage(report.coverage));
    if report.below_confidence > 0 {
        let _ =
            writeln!(text, "{} more below `--min-confidence {}`.\n", report.below_confidence, report.min_confidence);
    }
    for (means, number) in report.hidden() {
        let _ = writeln!(text, "{number} hidden by {}.\n", means.words());
    }
    text
}

/// What was not scanned: in the open where it makes the run incomplete, else folded.
fn not_scanned(text: &mut String, report: &Report<'_>, mask: &Mask) {
    let mut room = GAPS;
    for (is_incomplete, summary) in [(true, "Not scanned, which makes the scan incomplete"), (false, "Not scanned")] {
        let is_told =
            |cause: &Cause| report.incomplete_causes.contains(cause) == is_incomplete && number_of(report, *cause) > 0;
        let mut rows = String::new();
        for cause in Cause::ALL.into_iter().filter(is_told) {
            let all = number_of(report, cause);
            let mut left = all;
            for notice in report.notices.iter().filter(|notice| notice.cause == cause).take(NOTICES) {
                let subject = code_cell(&shortened(&mask.text(&notice.subject)));
                let detail = cell(&prose(&shortened(&mask.text(&notice.detail))));
                let row = format!("| {} | {subject} | {detail} |\n", cause.id());
                if row.len() <= room {
                    room -= row.len();
                    left -= 1;
                    rows.push_str(&row);
                }
            }
            match left {
                0 => {}
                _ if left == all => _ = writeln!(rows, "| {} | {left} not listed | |", cause.id()),
                _ => _ = writeln!(rows, "| {} | and {left} more | |", cause.id()),
            }
        }
        if !rows.is_empty() {
            let open = if is_incomplete { " open" } else { "" };
            let table = format!("| cause | what | detail |\n|---|---|---|\n{rows}");
            let _ = writeln!(text, "<details{open}><summary>{summary}</summary>\n\n{table}\n</details>\n");
        }
    }
}

/// The findings of each rule, worst first.
fn groups<'f>(report: &Report<'f>) -> Vec<Vec<&'f Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for finding in spot::worst_first(report) {
        let at = *index.entry((finding.severity, finding.rule.as_ref())).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(finding);
    }
    groups
}

/// Writes the block of a rule, with as many rows as fit into `room`. Says how many findings are left out.
fn block(text: &mut String, report: &Report<'_>, group: &[&Finding], mask: &Mask, room: usize) -> usize {
    let first = group[0];
    let title = shortened(&mask.text(&first.title));
    let rule = html(&crate::place::sanitize(&first.rule));
    let number = count(group.len() as u64, "finding");
    let mut begin = format!(
        "<details><summary><b>{}</b> {} (<code>{rule}</code>): {number}</summary>\n\n",
        first.severity,
        prose::in_html(&title)
    );
    begin.push_str("| where | what | fingerprint |\n|---|---|---|\n");
    let end = format!("\n{}</details>\n\n", steps(report, first, mask));
    let mut rows = String::new();
    let mut shown = 0;
    for finding in group {
        let row = row(report, finding, mask);
        if begin.len() + rows.len() + row.len() + end.len() > room {
            break;
        }
        rows.push_str(&row);
        shown += 1;
    }
    if shown > 0 {
        text.extend([begin, rows, end]);
    }
    group.len() - shown
}

fn row(report: &Report<'_>, finding: &Finding, mask: &Mask) -> String {
    let place = finding.places.first().map(|place| spot::in_words(place, mask)).unwrap_or_default();
    let mut what = prose(&shortened(&spot::sentence(report, finding, mask)));
    if let Some(secret) = spot::secret(report, finding) {
        let lines: Vec<String> = secret.lines().map(escape::code).collect();
        let _ = write!(what, " The secret: {}", lines.join(" "));
    }
    let (place, fingerprint) = (code_cell(&shortened(&place)), code_cell(finding.fingerprint.as_str()));
    format!("| {place} | {} | {fingerprint} |\n", cell(&what))
}

/// What to do next, step by step.
fn steps(report: &Report<'_>, finding: &Finding, mask: &Mask) -> String {
    let steps = report.descriptor(&finding.rule).map(|descriptor| descriptor.steps.as_slice()).unwrap_or_default();
    if steps.is_empty() {
        return String::new();
    }
    let steps = steps.iter().enumerate().map(|(index, step)| format!("{}. {}\n", index + 1, prose(&mask.text(step))));
    format!("**What to do next**\n\n{}\n", steps.collect::<String>())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
