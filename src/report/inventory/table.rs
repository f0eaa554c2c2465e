//! The inventory for people, in a terminal of 80 columns.
//!
//! Sixteen columns do not fit, so a row is a short block: what it is on the first line, under four headings; where it stands and
//! how old it is on the second; its places on the third. Names that are longer than their column go on over the others as far as
//! they must, since a name that is cut cannot be looked up; everything else is shortened with `…`.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::report::text::layout::{Paint, Style, WIDTH, char_width, width, wrap};

use super::cells::place;
use super::{Due, Inventory, Mask, Row, Summary};

/// Columns of name, kind and store; the owner has the rest.
const NAME: usize = 26;
const KIND: usize = 21;
const STORE: usize = 19;

/// How many places of a row are named.
const PLACES: usize = 3;

/// How many notices are listed.
const NOTICES: usize = 10;

pub(super) fn write(inventory: &Inventory<'_>, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = inventory.mask();
    let paint = Paint { colour };
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    if !inventory.rows.is_empty() {
        let head = line(["NAME", "KIND", "STORED IN", "OWNER"].map(str::to_owned));
        writeln!(out, "{}", paint.in_style(Style::Dim, &head))?;
    }
    for row in inventory.rows {
        out.write_all(block(row, &mask, paint).as_bytes())?;
    }
    if !inventory.rows.is_empty() {
        writeln!(out)?;
    }
    let mut end = String::new();
    for notice in inventory.notices.iter().filter(|it| inventory.incomplete_causes.contains(&it.cause)).take(NOTICES) {
        let text = format!("not read: {} ({}) {}", notice.subject, notice.cause.id(), notice.detail);
        push(&mut end, 0, &mask.text(&text));
    }
    push(&mut end, 0, &Summary::of(inventory.rows).words());
    if let Some(gap) = inventory.gap() {
        push(&mut end, 0, &format!("{gap}: exit 3"));
    }
    out.write_all(end.as_bytes())?;
    out.flush()
}

/// The lines of one row.
fn block(row: &Row, mask: &Mask, paint: Paint) -> String {
    let name = if row.name.is_empty() { "(no name)".to_owned() } else { mask.text(&row.name) };
    let owners = if row.owners.is_empty() { "none".to_owned() } else { mask.text(&row.owners.join(" ")) };
    let rest = [mask.text(&row.kind), row.store.unwrap_or("unknown").to_owned(), owners];
    let mut out = String::new();
    if width(&name) < NAME {
        let [kind, store, owners] = rest;
        let text = line([name.clone(), kind, store, owners]);
        let behind = text.strip_prefix(name.as_str()).unwrap_or_default().to_owned();
        let _ = writeln!(out, "{}{behind}", paint.in_style(Style::Strong, &name));
    } else {
        for part in wrap(&name, WIDTH, WIDTH) {
            let _ = writeln!(out, "{}", paint.in_style(Style::Strong, &part));
        }
        let [kind, store, owners] = rest;
        let _ = writeln!(out, "{}", line([String::new(), kind, store, owners]));
    }
    push(&mut out, 2, &standing(row, mask));
    let mut places: Vec<String> = row.uses.iter().take(PLACES).map(|it| place(it, mask)).collect();
    if let Some(more @ 1..) = row.uses.len().checked_sub(PLACES) {
        places.push(format!("and {more} more"));
    }
    if !places.is_empty() {
        push(&mut out, 2, &places.join(" · "));
    }
    out
}

/// Where it stands and how old it is: `live · prod · payments · long-lived · 120 days old, overdue (limit 90d)`.
fn standing(row: &Row, mask: &Mask) -> String {
    let mut parts = vec![row.state.id().replace('-', " ")];
    parts.extend(
        [&row.environments, &row.projects].iter().filter(|it| !it.is_empty()).map(|it| mask.text(&it.join(", "))),
    );
    if row.lifetime != "unknown" {
        parts.push(row.lifetime.to_owned());
    }
    if let Some(day) = &row.first_seen {
        parts.push(format!("first seen {day}"));
    }
    if let Some(day) = &row.last_rotation {
        parts.push(format!("rotated {day}"));
    }
    let limit = row.age.limit.as_deref().unwrap_or_default();
    match (row.age.days, row.age.due) {
        (Some(days), due) => {
            let due = match due {
                Due::Overdue => format!(", overdue (limit {limit})"),
                Due::Soon => format!(", due soon (limit {limit})"),
                Due::Within => format!(" (limit {limit})"),
                Due::Unknown => String::new(),
            };
            parts.push(format!("{days} day{} old{due}", if days == 1 { "" } else { "s" }));
        }
        (None, _) if limit.is_empty() => {}
        (None, _) => parts.push(format!("age unknown (limit {limit})")),
    }
    if let Some(fingerprint) = &row.fingerprint {
        parts.push(fingerprint.clone());
    }
    parts.join(" · ")
}

/// Four cells in their columns.
fn line(cells: [String; 4]) -> String {
    let mut out = String::new();
    let owner = WIDTH - NAME - KIND - STORE;
    for (cell, columns) in cells.iter().zip([NAME, KIND, STORE, owner + 1]) {
        let shown = shortened(cell, columns - 1);
        let _ = write!(out, "{shown}{}", " ".repeat(columns - width(&shown)));
    }
    out.trim_end().to_owned()
}

/// The beginning of a text that is too wide, and `…`.
fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += char_width(c);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn push(out: &mut String, indent: usize, text: &str) {
    for line in wrap(text, WIDTH - indent, WIDTH - indent) {
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}
