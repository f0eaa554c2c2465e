//! The inventory as comma-separated values, as RFC 4180 has them: lines end with CR LF, every cell stands in quotes.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, quotes or not, and what stands in the cells is
//! written by whoever wrote the repository. So such a cell begins with an apostrophe; white space before the sign changes
//! nothing.

use std::io::{self, Write as _};

use super::Inventory;
use super::cells::{COLUMNS, cells};

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    writeln(&mut out, COLUMNS.iter().map(|column| cell(&column.replace(' ', "_"))))?;
    for row in inventory.rows {
        writeln(&mut out, cells(row, &mask).iter().map(|text| cell(text)))?;
    }
    out.flush()
}

fn writeln(out: &mut dyn io::Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let line = cells.collect::<Vec<_>>().join(",");
    out.write_all(line.as_bytes())?;
    out.write_all(b"\r\n")
}

fn cell(text: &str) -> String {
    let guard = if text.trim_start().starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_ends() {
        for (text, expected) in [
            ("a", "\"a\""),
            ("", "\"\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("@org/team", "\"'@org/team\""),
            (" +1", "\"' +1\""),
            ("-1", "\"'-1\""),
            ("a=b", "\"a=b\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
