//! What is new in a report, what is gone from it, and what stays.

use std::collections::HashMap;

use serde::Serialize;

use super::entry::{Entries, Entry};
use super::read::{Input, Kind};
use super::{Moved, Problem, ours, sarif};
use crate::scale::Severity;

/// How two reports differ. Lists are sorted: worst first, then tool, rule and place.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// Version of this shape.
    pub schema_version: u32,
    /// The exit code that follows.
    pub exit_code: u8,
    /// The least severity of a new finding that makes the exit code 1.
    pub fail_on: Severity,
    /// How many new findings are at or above it.
    pub failing: u64,
    /// Whether the old report saw everything: if not, what is called new may be old.
    pub old_complete: bool,
    /// Whether the new report saw everything: if not, what is called gone may be there.
    pub new_complete: bool,
    /// Results of SARIF that count for nothing: passed, suppressed, absent.
    pub passed_over: u64,
    /// What only the new report has.
    pub new: Vec<Entry>,
    /// What only the old report has.
    pub gone: Vec<Entry>,
    /// What both have, as the new report says it.
    pub stays: Vec<Entry>,
}

fn entries(input: &Input, moved: &Moved) -> Result<Entries, Problem> {
    match input.kind {
        Kind::Report => ours::entries(input, moved),
        Kind::Sarif => sarif::entries(input),
    }
}

/// Compares two reports. What stands several times in one of them counts as often. Files that were `moved` have another path in
/// the old report; of SARIF, whose results bring identities of their own, they count for nothing.
///
/// # Errors
/// A finding without what it must have; reports of different tools, or with fingerprints of different keys: nothing in them
/// would be the same.
pub fn compare(old: &Input, new: &Input, moved: &Moved, fail_on: Severity) -> Result<Difference, Problem> {
    let (before, after) = (entries(old, moved)?, entries(new, &Moved::default())?);
    if before.tools.is_disjoint(&after.tools) && !before.tools.is_empty() && !after.tools.is_empty() {
        let names = |entries: &Entries| entries.tools.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let what =
            format!("of {}, while {} is of {}: there is nothing to compare", names(&after), old.name, names(&before));
        return Err(Problem::of(&new.name, what));
    }
    if before.keys.is_disjoint(&after.keys) && !before.keys.is_empty() && !after.keys.is_empty() {
        let names = |entries: &Entries| entries.keys.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let what = format!(
            "its fingerprints are made with the key {}, those of {} with {}: make both reports with the same fingerprint-key",
            names(&after),
            old.name,
            names(&before)
        );
        return Err(Problem::of(&new.name, what));
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for entry in &before.list {
        *left.entry(entry.id.as_str()).or_default() += 1;
    }
    let (mut added, mut stays) = (Vec::new(), Vec::new());
    for entry in after.list {
        match left.get_mut(entry.id.as_str()).filter(|number| **number > 0) {
            Some(number) => {
                *number -= 1;
                stays.push(entry);
            }
            None => added.push(entry),
        }
    }
    // The last ones of what stands there several times are those that are gone.
    let mut gone = Vec::new();
    for entry in before.list.iter().rev() {
        if let Some(number) = left.get_mut(entry.id.as_str()).filter(|number| **number > 0) {
            *number -= 1;
            gone.push(entry.clone());
        }
    }
    for list in [&mut added, &mut gone, &mut stays] {
        list.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    let failing = added.iter().filter(|entry| entry.severity >= fail_on).count() as u64;
    Ok(Difference {
        schema_version: 1,
        exit_code: match (failing, after.is_incomplete) {
            (0, false) => 0,
            (0, true) => 3,
            _ => 1,
        },
        fail_on,
        failing,
        old_complete: !before.is_incomplete,
        new_complete: !after.is_incomplete,
        passed_over: before.passed_over + after.passed_over,
        new: added,
        gone,
        stays,
    })
}

fn order(entry: &Entry) -> impl Ord + '_ {
    (std::cmp::Reverse(entry.severity), &entry.tool, &entry.rule, &entry.place, &entry.id)
}
