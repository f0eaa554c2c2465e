//! The inventory as a table of Markdown.

use std::io::{self, Write as _};

use super::cells::{COLUMNS, cells};
use super::{Inventory, Summary};

pub(super) fn write(inventory: &Inventory<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    writeln!(out, "# Inventory of credentials\n\n{}.\n", Summary::of(inventory.rows).words())?;
    if let Some(gap) = inventory.gap() {
        writeln!(out, "**Incomplete:** {}.\n", escaped(&gap))?;
    }
    if inventory.rows.is_empty() {
        return out.flush();
    }
    writeln!(out, "| {} |", COLUMNS.join(" | "))?;
    writeln!(out, "|{}", "---|".repeat(COLUMNS.len()))?;
    for row in inventory.rows {
        let cells: Vec<String> = cells(row, &mask).iter().map(|cell| escaped(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    out.flush()
}

/// The text with everything escaped that Markdown, its tables and the HTML in it take for a sign.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // GitHub and GitLab make a mention of it in a comment, and somebody is written to.
            '@' => out.push_str("&#64;"),
            ':' if out.ends_with("http") || out.ends_with("https") => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn signs_are_escaped() {
        assert_eq!(escaped("a|b_c`d"), "a\\|b\\_c\\`d");
        assert_eq!(escaped("<img src=x>"), "&lt;img src=x&gt;");
        assert_eq!(escaped("[a](https://b)"), "\\[a\\](https&#58;//b)");
        assert_eq!(escaped("@org/team"), "&#64;org/team");
    }
}
