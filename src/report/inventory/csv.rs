//! The inventory as comma-separated values, as RFC 4180 has them: lines end with CR LF, every cell stands in quotes.

use std::io::{self, Write as _};

use super::Inventory;
use super::cells::{COLUMNS, cells};
use crate::report::escape::csv;

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    writeln(&mut out, COLUMNS.iter().map(|column| csv(&column.replace(' ', "_"))))?;
    for row in inventory.rows {
        writeln(&mut out, cells(row, &mask).iter().map(|text| csv(text)))?;
    }
    out.flush()
}

fn writeln(out: &mut dyn io::Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let line = cells.collect::<Vec<_>>().join(",");
    out.write_all(line.as_bytes())?;
    out.write_all(b"\r\n")
}
