//! The JSON Lines report: one finding a line, then what is hidden, then the candidates that are not reported if they were
//! asked for, then one line that sums up. The types are those of the JSON report; every line says in `type` which of them it is.

use std::io::{self, Write as _};

use super::mask::Mask;
use super::{Format, Report, model};
use crate::finding::Explained;

/// One JSON object a line.
pub struct Jsonl;

/// Writes candidates, reported or not, one a line.
///
/// # Errors
/// Those of `out`.
pub fn candidates<'e>(
    list: impl Iterator<Item = &'e Explained>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mask = Mask::of(report);
    for explained in list {
        let candidate = model::Explained::new(explained, report.min_confidence, &mask);
        serde_json::to_writer(&mut *out, &model::Line::Candidate(candidate))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes the line that sums up.
///
/// # Errors
/// Those of `out`.
pub fn summary(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &model::Line::Summary(model::Summary::new(report, &Mask::of(report))))?;
    out.write_all(b"\n")
}

impl Format for Jsonl {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::of(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        for finding in report.findings {
            let finding = model::Finding::new(finding, report, &mask);
            serde_json::to_writer(&mut out, &model::Line::Finding(finding))?;
            out.write_all(b"\n")?;
        }
        for suppressed in report.suppressed {
            let suppressed = model::Suppressed::new(suppressed, report, &mask);
            serde_json::to_writer(&mut out, &model::Line::Suppressed(suppressed))?;
            out.write_all(b"\n")?;
        }
        for rejected in report.rejected() {
            let rejected = model::Explained::new(rejected, report.min_confidence, &mask);
            serde_json::to_writer(&mut out, &model::Line::Rejected(rejected))?;
            out.write_all(b"\n")?;
        }
        serde_json::to_writer(&mut out, &model::Line::Summary(model::Summary::new(report, &mask)))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}
