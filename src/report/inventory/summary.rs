//! What an inventory says as a whole.

use serde::Serialize;

use super::verdict::count;
use super::{Due, Row, State};

/// What the rows come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows.
    pub credentials: u64,
    /// Those whose values stand in files or in HEAD.
    pub values_in_files: u64,
    /// Those whose values stand in the history alone.
    pub values_in_history: u64,
    /// Those of which only a name stands here.
    pub references: u64,
    /// Those that only the inventory knows of.
    pub declared_only: u64,
    /// Those whose rotation window has ended.
    pub overdue: u64,
    /// Those whose rotation window ends soon.
    pub due_soon: u64,
    /// Those that nobody answers for.
    pub without_owner: u64,
}

impl Summary {
    /// Counts the rows.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count() as u64;
        Self {
            credentials: rows.len() as u64,
            values_in_files: count(|row| row.state == State::Live),
            values_in_history: count(|row| row.state == State::HistoryOnly),
            references: count(|row| row.state == State::ReferenceOnly),
            declared_only: count(|row| row.state == State::DeclaredOnly),
            overdue: count(|row| row.age.due == Due::Overdue),
            due_soon: count(|row| row.age.due == Due::Soon),
            without_owner: count(|row| row.owners.is_empty()),
        }
    }

    /// `12 credentials: 2 values in files, 1 in the history alone, …`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = count(self.credentials, "credential");
        let mut parts = vec![format!("{} in files", count(self.values_in_files, "value"))];
        let more = [
            (self.values_in_history, "in the history alone"),
            (self.references, "by reference only"),
            (self.declared_only, "in the inventory alone"),
        ];
        parts.extend(more.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
        parts.push(format!("{} overdue", self.overdue));
        if self.due_soon > 0 {
            parts.push(format!("{} due soon", self.due_soon));
        }
        parts.push(format!("{} without an owner", self.without_owner));
        if self.credentials > 0 {
            words.push_str(": ");
            words.push_str(&parts.join(", "));
        }
        words
    }
}
