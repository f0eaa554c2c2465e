//! One rule of another tool.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::allowlist::{self, Allowlist};
use super::filter;
use super::regex::{compile, literals};
use super::tree::{Reading, Table, fields};
use crate::rule::format::{List, Text};
use crate::rule::model::{Anchor, Form, Lifetime, Near, Rule, WayOut};
use crate::rule::search::{Allow, PATH_LISTS_MOST, Search};
use crate::rule::validate::ANCHOR_LEAST;
use crate::scale::Severity;

/// A rule that was read, before the lists that are about all rules.
pub struct Draft {
    /// Its id, as it stands in the file.
    pub id: String,
    /// The offset of its table.
    pub at: usize,
    title: String,
    tags: Vec<String>,
    keywords: Vec<String>,
    entropy: f64,
    search: Search,
}

/// Reads a rule; none if it cannot be used, which is noted.
pub fn read(reading: &mut Reading<'_>, table: Table<'_>) -> Option<Draft> {
    let fields = fields(table.table);
    let id = fields.iter().find(|field| field.key == "id").and_then(|field| field.value.as_str());
    reading.rule = id.map(str::to_owned);
    let draft = read_fields(reading, table, &fields);
    reading.rule = None;
    draft
}

fn read_fields(reading: &mut Reading<'_>, table: Table<'_>, fields: &[super::Field<'_>]) -> Option<Draft> {
    let (mut id, mut title, mut pattern, mut path) = (None, String::new(), None, None);
    let (mut tags, mut keywords) = (Vec::new(), Vec::new());
    let (mut group, mut entropy) = (0, 0.0);
    let mut allow: Vec<Allow> = Vec::new();
    let (mut skipped, mut unread) = (false, None);
    for field in fields {
        match field.key {
            "id" => id = reading.text(field).filter(|id| !id.trim().is_empty()),
            "description" => title = reading.text(field).unwrap_or_default(),
            "tags" => tags = reading.texts(field).into_iter().map(|(text, _)| text).collect(),
            "keywords" => keywords = reading.texts(field).into_iter().map(|(text, _)| text).collect(),
            "entropy" => entropy = reading.number(field).unwrap_or_default(),
            "secretGroup" => group = reading.number(field).unwrap_or_default() as usize,
            "regex" => {
                let text = reading.text(field)?;
                match compile(&text) {
                    Ok((ours, regex)) => pattern = Some((text, ours, regex)),
                    Err(reason) => {
                        reading.error(field, &format!("it cannot be read: {reason}"));
                        return None;
                    }
                }
            }
            "path" => {
                let text = reading.text(field)?;
                match compile(&text) {
                    Ok((_, regex)) => path = Some(regex),
                    Err(reason) => reading.error(field, &format!("it cannot be read: {reason}")),
                }
            }
            "allowlist" | "allowlists" => {
                for table in reading.tables(field) {
                    allow.extend(allowlist::read(reading, table).into_iter().flat_map(|it| it.allow));
                }
            }
            "skipReport" => skipped = field.value.as_bool() == Some(true),
            "filter" => match reading.text(field).and_then(|text| filter::read(&text)) {
                Some(read) => {
                    entropy = read.entropy.max(entropy);
                    allow.extend(read.allow);
                }
                None => unread = Some(field),
            },
            "required" | "prefilter" => unread = Some(field),
            "validate" => reading.warn(field, "nothing is asked over the network here"),
            _ => reading.warn(field, "is not known here and left out"),
        }
    }
    let Some(id) = id else {
        // One that is no text was named already.
        if fields.iter().all(|field| field.key != "id" || field.value.as_str().is_some()) {
            reading.error_at(table.at, "a rule without an `id`".to_owned());
        }
        return None;
    };
    if skipped {
        reading.warn_at(table.at, "`skipReport`: the rule reports nothing by itself and is left out".to_owned());
        return None;
    }
    if let Some(field) = unread {
        let reason =
            "is not supported, and without it the rule would find what it is meant to leave out: it is left out";
        reading.warn(field, reason);
        return None;
    }
    let Some((theirs, ours, regex)) = pattern else {
        reading.warn_at(table.at, "a rule without a `regex` reports files by their path, which is left out".to_owned());
        return None;
    };
    if regex.is_match(b"") {
        reading.error_at(table.at, "`regex`: it matches the empty text".to_owned());
        return None;
    }
    if group >= regex.captures_len() {
        reading.error_at(table.at, format!("`secretGroup`: the regex has no group {group}"));
        return None;
    }
    keywords.retain(|word: &String| !word.is_empty());
    let keywords = keywords_or_literals(reading, table.at, keywords, &theirs)?;
    let search = Search { pattern: Text::Owned(ours), regex, group, path, allow };
    Some(Draft { id, at: table.at, title, tags, keywords, entropy, search })
}

/// What the search begins at, lower case: the keywords; where there are none, or one is too short to be looked for, what every
/// match has in it.
fn keywords_or_literals(
    reading: &mut Reading<'_>,
    at: usize,
    keywords: Vec<String>,
    pattern: &str,
) -> Option<Vec<String>> {
    let mut keywords: Vec<String> = keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
    let Some(short) = keywords.iter().find(|word| word.len() < ANCHOR_LEAST).cloned() else {
        if !keywords.is_empty() {
            return Some(keywords);
        }
        let literals = literals(pattern);
        if literals.is_none() {
            let reason = "a rule without `keywords` whose regex asks for no literal would have to be tried everywhere; \
                          it is left out";
            reading.warn_at(at, reason.to_owned());
        }
        return literals;
    };
    let hold_one = |literals: &Vec<String>| literals.iter().all(|it| keywords.iter().any(|word| it.contains(word)));
    if let Some(literals) = literals(pattern).filter(hold_one) {
        return Some(literals);
    }
    keywords.retain(|word| word.len() >= ANCHOR_LEAST);
    let what = if keywords.is_empty() { "the rule is left out" } else { "what only it stands near is left out" };
    let reason =
        format!("`keywords`: `{short}` is shorter than {ANCHOR_LEAST} bytes, so it cannot be looked for; {what}");
    reading.warn_at(at, reason);
    (!keywords.is_empty()).then_some(keywords)
}

impl Draft {
    /// The rule, with the lists that are about all rules, under an id that is free.
    pub fn finish(mut self, reading: &mut Reading<'_>, allow: &[&Allowlist], taken: &mut BTreeSet<String>) -> Rule {
        self.search.allow.extend(allow.iter().flat_map(|it| it.allow.iter().cloned()));
        if self.search.allow.iter().filter(|it| !it.paths.is_empty()).count() > PATH_LISTS_MOST {
            reading.rule = Some(self.id.clone());
            reading.error_at(self.at, format!("more than {PATH_LISTS_MOST} allowlists ask for a path"));
            reading.rule = None;
        }
        let id = free(&kebab_case(&self.id), taken);
        if id != self.id {
            reading.rule = Some(self.id.clone());
            reading.warn_at(self.at, format!("`id`: the rule is called `{id}` here"));
            reading.rule = None;
        }
        let title = self.title.split_whitespace().collect::<Vec<&str>>().join(" ");
        let title = if title.is_empty() { self.id.clone() } else { title };
        Rule {
            id: Text::Owned(id.clone()),
            provider: Text::Borrowed("foreign"),
            family: Text::Owned(id),
            replaces: List::Borrowed(&[]),
            title: Text::Owned(title.clone()),
            what: Text::Owned(title),
            severity: Severity::High,
            form: Form::Search(Arc::new(self.search)),
            anchor: Anchor::Context,
            context: self.keywords.into_iter().map(Text::Owned).collect::<Vec<_>>().into(),
            near: Near::Usual,
            long: false,
            files: List::Borrowed(&[]),
            // Their rules ask for entropy where they need it.
            entropy: Some(self.entropy),
            not_placeholder: None,
            charset: None,
            decodes_to: None,
            check: None,
            companion: None,
            lifetime: Lifetime::Configurable,
            scope: Text::Owned(self.tags.join(", ")),
            environment: None,
            publishable: false,
            way_out: WayOut { written: false, steps: review(), url: None },
            docs: None,
            hit: List::Borrowed(&[]),
            miss: List::Borrowed(&[]),
        }
    }
}

/// What to do where nothing is known of the provider.
fn review() -> List<Text> {
    let classes = crate::rule::builtin::WAY_OUT_CLASSES;
    let steps = classes.iter().find(|(name, _)| *name == "review").map_or(&[][..], |(_, steps)| steps);
    steps.iter().map(|step| Text::Borrowed(*step)).collect::<Vec<_>>().into()
}

/// An id as ours are: lower-case words joined by `-`.
fn kebab_case(id: &str) -> String {
    let words: Vec<String> = id
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() { "rule".to_owned() } else { words.join("-") }
}

/// The id, or with a prefix and a number if another rule has it.
fn free(id: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("foreign-{id}-{number}"));
    let mut names = [id.to_owned(), format!("foreign-{id}")].into_iter().chain(numbered);
    // The numbers do not end before a free one.
    let name = names.find(|name| !taken.contains(name)).unwrap_or_else(|| id.to_owned());
    taken.insert(name.clone());
    name
}
