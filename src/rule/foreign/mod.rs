//! Rule files of gitleaks and betterleaks 1.x, read as they are.
//!
//! Their rules are a regular expression that is searched for in all of a text that holds a keyword. Ours begin at a literal
//! and look a bounded way around it, so a rule is carried over as a search around each of its keywords ([`Search`]); a rule
//! without keywords begins at a literal that each match of its pattern has in it. Whatever cannot be kept is named with its line: as
//! a warning where the rule then finds less than it would there, or says less of it; as an error where it would find what
//! it is meant to leave out, because such a rule is wrong.
//!
//! The file is walked as a tree with places instead of being deserialised, so that every field has its line and one that
//! nobody here has heard of is named instead of being swallowed.

mod allowlist;
mod filter;
pub mod regex;
mod rule;
mod tree;

use toml::de::DeTable;

use super::model::Rule;
use super::search::{Allow, Target};
use super::set::RuleSet;
use super::validate::PackError;
use allowlist::Allowlist;
use tree::{Field, Reading};

/// What a file came to.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The offset of the table of each.
    pub places: Vec<usize>,
    /// What was not carried over.
    pub warnings: Vec<PackError>,
}

/// Whether a text is a rule file of one of those tools rather than a pack of ours. One that does not parse is none.
#[must_use]
pub fn is_foreign(source: &str) -> bool {
    let Ok(root) = DeTable::parse(source) else { return false };
    let has = |key: &str| root.get_ref().contains_key(key);
    let theirs = ["rules", "allowlist", "allowlists", "extend"].into_iter().any(has);
    theirs && !has("rule") && !has("provider")
}

/// Reads a rule file for a run with `beside`, whose ids are taken.
///
/// # Errors
/// Everything that would make a rule wrong, each with its line.
pub fn parse(source: &str, beside: &RuleSet) -> Result<Loaded, Vec<PackError>> {
    let root = root(source)?;
    let mut reading = Reading::new(source);
    let mut rules = Vec::new();
    let mut everywhere = Vec::new();
    for field in tree::fields(root.get_ref()) {
        match field.key {
            "title" | "description" | "minVersion" | "betterleaksMinVersion" => {}
            "rules" => {
                for table in reading.tables(&field) {
                    rules.extend(rule::read(&mut reading, table));
                }
            }
            "allowlist" | "allowlists" => {
                for table in reading.tables(&field) {
                    everywhere.extend(allowlist::read(&mut reading, table));
                }
            }
            "extend" => extend(&mut reading, &field),
            "filter" | "prefilter" => match reading.text(&field).and_then(|text| filter::read(&text)) {
                Some(read) if read.entropy == 0.0 => {
                    everywhere.push(Allowlist { rules: Vec::new(), allow: read.allow });
                }
                _ => reading
                    .error(&field, "is not supported; without it rules would find what they are meant to leave out"),
            },
            _ => reading.warn(&field, "is not known here and left out"),
        }
    }
    let mut taken: std::collections::BTreeSet<String> = beside.iter().map(|(_, rule)| rule.id.to_string()).collect();
    let mut loaded = Loaded::default();
    for draft in rules {
        let is_about = |it: &&Allowlist| it.rules.is_empty() || it.rules.contains(&draft.id);
        let allow: Vec<&Allowlist> = everywhere.iter().filter(is_about).collect();
        loaded.places.push(draft.at);
        loaded.rules.push(draft.finish(&mut reading, &allow, &mut taken));
    }
    loaded.warnings = reading.finish()?;
    Ok(loaded)
}

/// The allowlists of a file.
pub struct Allowlists {
    /// Those that are about all rules.
    pub allow: Vec<Allow>,
    /// What was not carried over.
    pub warnings: Vec<PackError>,
}

/// Reads the allowlists that are about all rules, and nothing else.
///
/// # Errors
/// Everything that would make a list let go too much or too little, each with its line.
pub fn allowlists(source: &str) -> Result<Allowlists, Vec<PackError>> {
    let root = root(source)?;
    let mut reading = Reading::new(source);
    let mut allow = Vec::new();
    for field in tree::fields(root.get_ref()) {
        match field.key {
            "rules" => {
                reading.warn(&field, "its rules do not run by themselves: name the file with --rules or under `rules`");
            }
            "allowlist" | "allowlists" => {
                for table in reading.tables(&field) {
                    let Some(list) = allowlist::read(&mut reading, table) else { continue };
                    if !list.rules.is_empty() {
                        reading.warn_at(table.at, "`targetRules` names rules of that tool".to_owned());
                        continue;
                    }
                    let is_held = |it: &Allow| it.regexes.is_empty() || it.target == Target::Secret;
                    let (held, lost): (Vec<Allow>, Vec<Allow>) = list.allow.into_iter().partition(is_held);
                    allow.extend(held);
                    if let Some(lost) = lost.first() {
                        let with = match (lost.stopwords.is_empty(), lost.paths.is_empty()) {
                            (true, true) => "",
                            (false, true) => ", nor do the stop words that are asked for together with them",
                            (true, false) => ", nor do the paths that are asked for together with them",
                            (false, false) => ", nor do the stop words and paths that are asked for together with them",
                        };
                        let why = "only what is found is at hand";
                        reading.warn_at(table.at, format!("patterns of a match or a line do not count{with}: {why}"));
                    }
                }
            }
            "extend" => extended(&mut reading, &field),
            "title" | "description" | "minVersion" | "betterleaksMinVersion" => {}
            _ => reading.warn(&field, "is not known here and left out"),
        }
    }
    Ok(Allowlists { allow, warnings: reading.finish()? })
}

fn root(source: &str) -> Result<toml::Spanned<DeTable<'_>>, Vec<PackError>> {
    DeTable::parse(source).map_err(|error| {
        let line = source[..error.span().map_or(0, |span| span.start.min(source.len()))].matches('\n').count() + 1;
        vec![PackError { rule: None, line, reason: error.message().to_owned() }]
    })
}

/// Nothing is loaded from elsewhere: our own rules stand in for the defaults of that tool.
fn extend(reading: &mut Reading<'_>, field: &Field<'_>) {
    let Some(table) = field.value.as_table() else {
        return reading.error(field, "is not a table");
    };
    for inner in tree::fields(table) {
        match inner.key {
            "useDefault" => reading.warn(&inner, "the built-in rules of keysieve are used instead of that tool's"),
            "disabledRules" => reading.warn(&inner, "names rules of that tool; `disable` in keysieve.toml names ours"),
            "path" | "url" => reading.warn(&inner, "the other file is not read; name it with its own --rules"),
            _ => reading.warn(&inner, "is not known here and left out"),
        }
    }
}

/// What lies in another file, and what is said of rules, is not an allowlist of this one.
fn extended(reading: &mut Reading<'_>, field: &Field<'_>) {
    for inner in field.value.as_table().into_iter().flat_map(tree::fields) {
        match inner.key {
            "path" | "url" => reading.warn(&inner, "the other file is not read, so its allowlists do not count"),
            "disabledRules" => reading.warn(&inner, "names rules of that tool; `disable` in keysieve.toml names ours"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
