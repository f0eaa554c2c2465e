//! The inventory as a page of HTML that needs nothing else: no script, no font, nothing that is fetched.

use std::io::{self, Write as _};

use super::cells::{COLUMNS, cells};
use super::{Due, Inventory, Summary};
use crate::report::escape::html as escaped;

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inventory of credentials</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; color: #1c1c1c; background: #fff; }
table { border-collapse: collapse; font-size: 13px; }
th, td { border-bottom: 1px solid #d8d8d8; padding: .35rem .6rem; text-align: left; vertical-align: top; }
th { position: sticky; top: 0; background: #f4f4f4; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 4rem; }
tr.overdue td { background: #fdeaea; }
tr.due-soon td { background: #fff6df; }
.gap { color: #a40000; font-weight: 600; }
@media (prefers-color-scheme: dark) {
body { color: #e6e6e6; background: #161616; }
th { background: #242424; }
th, td { border-color: #3a3a3a; }
tr.overdue td { background: #3a1d1d; }
tr.due-soon td { background: #38301a; }
.gap { color: #ff8a8a; }
}
</style>
</head>
<body>
<h1>Inventory of credentials</h1>
"#;

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    out.write_all(HEAD.as_bytes())?;
    writeln!(out, "<p>{}.</p>", escaped(&Summary::of(inventory.rows).words()))?;
    if let Some(gap) = inventory.gap() {
        writeln!(out, "<p class=\"gap\">{}.</p>", escaped(&gap))?;
    }
    writeln!(out, "<table>\n<thead>\n<tr>")?;
    for column in COLUMNS {
        writeln!(out, "<th scope=\"col\">{}</th>", escaped(column))?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")?;
    for row in inventory.rows {
        let class = match row.age.due {
            Due::Overdue | Due::Soon => format!(" class=\"{}\"", row.age.due.id()),
            Due::Within | Due::Unknown => String::new(),
        };
        writeln!(out, "<tr{class}>")?;
        for cell in cells(row, &mask) {
            writeln!(out, "<td>{}</td>", escaped(&cell))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</body>\n</html>")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_fetched_and_nothing_runs() {
        for word in ["<script", "<link", "src=", "url(", "http://", "https://"] {
            assert!(!HEAD.contains(word), "{word}");
        }
    }
}
