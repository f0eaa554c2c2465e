//! Allowlists: what a rule finds that does not count.

use super::regex::compile;
use super::tree::{Reading, Table, fields};
use crate::rule::search::{Allow, Target};

/// An allowlist, as [`Allow`]s each of which lets a match go.
pub struct Allowlist {
    /// The rules that it is about; empty: all of them.
    pub rules: Vec<String>,
    /// What lets a match go.
    pub allow: Vec<Allow>,
}

/// Reads an allowlist.
pub fn read(reading: &mut Reading<'_>, table: Table<'_>) -> Option<Allowlist> {
    let mut rules = Vec::new();
    let mut whole = Allow::default();
    let mut all = false;
    let mut dropped = None;
    for field in fields(table.table) {
        match field.key {
            "description" | "id" => {}
            "condition" => match reading.text(&field).unwrap_or_default().to_ascii_uppercase().as_str() {
                "AND" | "&&" => all = true,
                "OR" | "||" | "" => {}
                _ => reading.error(&field, "is neither AND nor OR"),
            },
            "regexTarget" => match reading.text(&field).unwrap_or_default().as_str() {
                "match" => whole.target = Target::Match,
                "line" => whole.target = Target::Line,
                "secret" | "" => {}
                _ => reading.error(&field, "is neither secret, match nor line"),
            },
            "targetRules" => rules = reading.texts(&field).into_iter().map(|(text, _)| text).collect(),
            "stopwords" => {
                let words = reading.texts(&field).into_iter().map(|(text, _)| text.to_ascii_lowercase());
                whole.stopwords = words.filter(|word| !word.is_empty()).collect();
            }
            "regexes" | "paths" => {
                let mut regexes = Vec::new();
                for (pattern, at) in reading.texts(&field) {
                    match compile(&pattern) {
                        Ok((_, regex)) => regexes.push(regex),
                        Err(reason) => reading.error_at(at, format!("`{}`: {reason}", field.key)),
                    }
                }
                *(if field.key == "paths" { &mut whole.paths } else { &mut whole.regexes }) = regexes;
            }
            "commits" => dropped = Some(field),
            _ => reading.warn(&field, "is not known here and left out"),
        }
    }
    if let Some(field) = dropped {
        reading.warn(&field, "findings are not let go by commit; list them in a baseline");
        // With AND, a list that asks for a commit lets nothing else go.
        if all {
            return None;
        }
    }
    let holds = [!whole.regexes.is_empty(), !whole.stopwords.is_empty(), !whole.paths.is_empty()];
    if !holds.contains(&true) {
        return None;
    }
    let allow = if all { vec![whole] } else { apart(whole) };
    Some(Allowlist { rules, allow })
}

/// One for each list, any of which is enough.
fn apart(whole: Allow) -> Vec<Allow> {
    let Allow { regexes, target, stopwords, paths, .. } = whole;
    [
        Allow { regexes, target, ..Allow::default() },
        Allow { stopwords, ..Allow::default() },
        Allow { paths, ..Allow::default() },
    ]
    .into_iter()
    .filter(|it| !(it.regexes.is_empty() && it.stopwords.is_empty() && it.paths.is_empty()))
    .collect()
}
