//! The report as comma-separated values, for spreadsheets: one finding a row (RFC 4180; lines end with CR LF, every cell stands in
//! quotes).
//!
//! A table has no place for a verdict. So whatever makes the run incomplete is a row of its own, of the kind `not-scanned`:
//! a table without rows is a clean run.

use std::io::{self, Write as _};

use super::gaps::{Gap, gaps};
use super::mask::Mask;
use super::{Format, Report, escape, spot};
use crate::finding::Finding;
use crate::place::sanitize;

/// The columns, in their order. With `--show-secrets` there is one more, `secret`.
const COLUMNS: [&str; 20] = [
    "kind",
    "severity",
    "confidence",
    "rule",
    "provider",
    "title",
    "message",
    "path",
    "line",
    "column",
    "place",
    "commit",
    "author",
    "date",
    "in_head",
    "places",
    "also",
    "fingerprint",
    "redacted",
    "next",
];

/// How many further places are named in a cell.
const ALSO: usize = 20;

/// Comma-separated values, one finding a row.
pub struct Csv;

impl Format for Csv {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let shown = |cells: [String; COLUMNS.len()], secret: String| {
            let secret = report.show.secrets.then_some(secret);
            cells.into_iter().chain(secret).map(|cell| escape::csv(&cell)).collect::<Vec<_>>().join(",")
        };
        let header = COLUMNS.map(str::to_owned);
        write!(out, "{}\r\n", shown(header, "secret".to_owned()))?;
        for finding in report.findings {
            let secret = spot::secret(report, finding).unwrap_or_default();
            write!(out, "{}\r\n", shown(row(report, finding, &mask), secret))?;
        }
        for gap in gaps(report).iter().filter(|gap| gap.is_incomplete) {
            write!(out, "{}\r\n", shown(not_scanned(gap, &mask), String::new()))?;
        }
        out.flush()
    }
}

fn row(report: &Report<'_>, finding: &Finding, mask: &Mask) -> [String; COLUMNS.len()] {
    let descriptor = report.descriptor(&finding.rule);
    let first = finding.places.first();
    let spot = first.map(|place| spot::Spot::of(report, place, mask));
    let range = spot.as_ref().and_then(|spot| spot.range);
    let introduced = first.and_then(|place| place.introduced.as_ref());
    [
        finding.kind.id().to_owned(),
        finding.severity.id().to_owned(),
        finding.confidence.id().to_owned(),
        sanitize(&finding.rule),
        descriptor.map(|descriptor| sanitize(&descriptor.group)).unwrap_or_default(),
        mask.text(&finding.title),
        mask.text(&finding.message),
        spot.as_ref().map(spot::Spot::path).unwrap_or_default(),
        range.map(|range| range.line.to_string()).unwrap_or_default(),
        range.map(|range| range.column.to_string()).unwrap_or_default(),
        first.map(|place| spot::in_words(place, mask)).unwrap_or_default(),
        first.and_then(spot::commit).unwrap_or_default().to_owned(),
        introduced.map(|introduced| mask.text(&introduced.author)).unwrap_or_default(),
        introduced.map(|introduced| sanitize(&introduced.date)).unwrap_or_default(),
        introduced.map(|introduced| introduced.in_head.to_string()).unwrap_or_default(),
        finding.places.len().to_string(),
        spot::also(finding, mask, ALSO).join("; "),
        finding.fingerprint.as_str().to_owned(),
        finding.secret.as_ref().map(crate::secret::Secret::redacted).unwrap_or_default(),
        descriptor.and_then(|descriptor| descriptor.steps.first()).map(|step| sanitize(step)).unwrap_or_default(),
    ]
}

fn not_scanned(gap: &Gap<'_>, mask: &Mask) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[0] = "not-scanned".to_owned();
    cells[3] = gap.cause.id().to_owned();
    cells[6] = gap.detail(mask);
    cells[10] = gap.subject(mask);
    cells
}
