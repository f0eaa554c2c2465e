//! A row as texts, for the formats that are tables.

use super::{Mask, Row, Use};

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 16] = [
    "kind",
    "provider",
    "name",
    "lifetime",
    "environment",
    "stored in",
    "used in",
    "owner",
    "project",
    "first seen",
    "last rotation",
    "age in days",
    "limit",
    "due",
    "state",
    "fingerprint",
];

/// The texts of a row; empty for what is not known.
pub(super) fn cells(row: &Row, mask: &Mask) -> [String; COLUMNS.len()] {
    let text = |text: &str| mask.text(text);
    let list = |list: &[String], between: &str| text(&list.join(between));
    let day = |day: &Option<String>| day.clone().unwrap_or_default();
    let uses: Vec<String> = row.uses.iter().map(|it| place(it, mask)).collect();
    [
        text(&row.kind),
        text(&row.provider),
        text(&row.name),
        row.lifetime.to_owned(),
        list(&row.environments, ", "),
        row.store.unwrap_or_default().to_owned(),
        uses.join("; "),
        list(&row.owners, " "),
        list(&row.projects, ", "),
        day(&row.first_seen),
        day(&row.last_rotation),
        row.age.days.map(|days| days.to_string()).unwrap_or_default(),
        row.age.limit.clone().unwrap_or_default(),
        row.age.due.id().to_owned(),
        row.state.id().to_owned(),
        row.fingerprint.clone().unwrap_or_default(),
    ]
}

/// `path:line`; of a name, which has no lines, the path.
pub(super) fn place(it: &Use, mask: &Mask) -> String {
    let origin = mask.origin(&it.origin);
    if it.origin.is_name() { origin } else { format!("{origin}:{}", it.line) }
}
