//! The JSON report: one object, for machines. Its fields are those of [`model::Report`], and `docs/json-report.md` explains
//! them one by one.

use std::io::{self, Write as _};

use super::mask::Mask;
use super::{Format, Report, model};

/// One JSON object, indented, with a line end.
pub struct Json;

impl Format for Json {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::of(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer_pretty(&mut out, &model::Report::new(report, &mask))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}
