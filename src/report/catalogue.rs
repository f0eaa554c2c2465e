//! The catalogue: every rule on a page with an address that stays, and every kind of token with what becomes of it.
//!
//! `docs/rules.md`, `docs/rules/*.md` and `docs/kinds.md` are these pages; a test compares them, and writes them anew when
//! asked to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::finding::Severity;
use crate::rule::builtin::{RULES, way_out_class};
use crate::rule::model::{Near, Rule, Within};

/// A page of the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its path below `docs/`.
    pub path: String,
    /// Markdown.
    pub text: String,
}

/// A kind of token that is known of, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The provider's name.
    pub provider: String,
    /// What the provider calls it, or what it is for.
    pub name: String,
    /// Ids of the rules that find it.
    pub rules: Vec<String>,
    /// Why no rule does; empty where one does.
    pub reason: String,
}

/// Reads `rules/kinds.tsv`: provider, kind, ids of rules joined by commas or `-`, and the reason where there is none.
///
/// # Errors
/// The number of the line that has another shape.
pub fn kinds(source: &str) -> Result<Vec<Kind>, usize> {
    let line = |(index, line): (usize, &str)| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [provider, name, rules, reason] = fields[..] else { return Err(index + 1) };
        let rules: Vec<String> = rules.split(',').filter(|id| *id != "-").map(str::to_owned).collect();
        if provider.is_empty() || name.is_empty() || rules.is_empty() == reason.is_empty() {
            return Err(index + 1);
        }
        Ok(Kind { provider: provider.to_owned(), name: name.to_owned(), rules, reason: reason.to_owned() })
    };
    source.lines().enumerate().filter(|(_, line)| !line.starts_with('#')).map(line).collect()
}

/// Where a rule stands in the documentation, below `docs/`.
#[must_use]
pub fn address(id: &str) -> String {
    format!("{}#{id}", page_of(id))
}

/// The address of a built-in rule's entry on the web; none for any other id, or where `repository`, the address of the
/// project, is not known.
#[must_use]
pub fn web_address(repository: &str, id: &str) -> Option<String> {
    let repository = repository.trim_end_matches('/');
    let is_built_in = || RULES.binary_search_by(|rule| rule.id.as_ref().cmp(id)).is_ok();
    (!repository.is_empty() && is_built_in()).then(|| format!("{repository}/blob/main/docs/{}", address(id)))
}

fn page_of(id: &str) -> String {
    let first = id.chars().next().filter(char::is_ascii_lowercase);
    format!("rules/{}.md", first.map_or_else(|| "0".to_owned(), String::from))
}

/// All pages, for rules in the order of their ids.
#[must_use]
pub fn pages(rules: &[&Rule], kinds: &[Kind]) -> Vec<Page> {
    let mut pages = vec![index(rules, kinds), kinds_page(kinds)];
    let mut by_page: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        by_page.entry(page_of(&rule.id)).or_default().push(rule);
    }
    pages.extend(by_page.into_iter().map(|(path, rules)| {
        let mut text = format!("# Rules: {}\n\n{GENERATED} [All rules](../rules.md)\n", path_letter(&path));
        rules.iter().for_each(|rule| entry(rule, &mut text));
        Page { path, text }
    }));
    pages
}

const GENERATED: &str = "Written from `rules/` by `just bless`; do not edit.";

fn path_letter(path: &str) -> String {
    path.trim_start_matches("rules/").trim_end_matches(".md").to_ascii_uppercase()
}

fn index(rules: &[&Rule], kinds: &[Kind]) -> Page {
    let mut text = format!("# The rules\n\n{GENERATED} `keysieve explain ID` prints the same for one rule.\n\n");
    let written = rules.iter().filter(|rule| rule.way_out.written).count();
    let checks: BTreeSet<&str> = rules.iter().filter_map(|rule| rule.check).map(|check| check.id()).collect();
    let mut providers: BTreeMap<(String, &str), Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        providers.entry((rule.provider.to_lowercase(), &rule.provider)).or_default().push(rule);
    }
    let covered = kinds.iter().filter(|kind| !kind.rules.is_empty()).count();
    let _ = writeln!(text, "| | |\n|---|--:|");
    for (name, number) in [
        ("rules", rules.len()),
        ("kinds of tokens ([list](kinds.md))", covered + unlisted(rules, kinds)),
        ("providers and forms", providers.len()),
        ("offline checks in use ([list](offline-checks.md))", checks.len()),
        ("ways out that are written for the rule and checked against the provider's page", written),
        ("ways out by class of credential", rules.len() - written),
    ] {
        let _ = writeln!(text, "| {name} | {number} |");
    }
    for severity in Severity::ALL {
        let number = rules.iter().filter(|rule| rule.severity == severity).count();
        let _ = writeln!(text, "| severity {severity} | {number} |");
    }
    text.push_str("\n| Provider | Rules |\n|---|---|\n");
    for ((_, provider), rules) in providers {
        let links: Vec<String> = rules.iter().map(|rule| format!("[{}]({})", rule.id, address(&rule.id))).collect();
        let _ = writeln!(text, "| {} | {} |", cell(provider), links.join(", "));
    }
    Page { path: "rules.md".to_owned(), text }
}

/// How many rules are for a kind that the list of kinds does not name.
fn unlisted(rules: &[&Rule], kinds: &[Kind]) -> usize {
    let listed: BTreeSet<&str> = kinds.iter().flat_map(|kind| kind.rules.iter().map(String::as_str)).collect();
    rules.iter().filter(|rule| !listed.contains(rule.id.as_ref())).count()
}

fn entry(rule: &Rule, text: &mut String) {
    let _ = write!(text, "\n## {}\n\n**{}** ({}). {}\n\n", rule.id, rule.title, rule.provider, rule.what);
    let mut facts = vec![format!("severity {}", rule.severity), rule.lifetime.id().to_owned()];
    facts.extend(rule.environment.as_ref().map(|environment| format!("environment {environment}")));
    facts.extend(rule.publishable.then(|| "public by design".to_owned()));
    facts.extend((!rule.scope.is_empty()).then(|| format!("reach: {}", rule.scope)));
    let _ = writeln!(text, "- {}", facts.join("; "));
    let form = rule.form.to_string();
    let fence = if form.contains('`') { "``" } else { "`" };
    let _ = writeln!(text, "- form: {fence}{form}{fence}");
    if !rule.context.is_empty() {
        let _ = writeln!(text, "- only {} `{}`", near(rule.near), rule.context.join("`, `"));
    }
    if !rule.files.is_empty() {
        let _ = writeln!(text, "- only in files named `{}`", rule.files.join("`, `"));
    }
    if let Some(check) = rule.check {
        let _ = writeln!(text, "- offline check: [{0}](../offline-checks.md)", check.id());
    }
    if let Some(other) = &rule.companion {
        let within = match other.within {
            Within::Bytes(bytes) => format!("{bytes} bytes"),
            Within::Lines(lines) => format!("{lines} lines"),
        };
        let link = address(&other.rule).trim_start_matches("rules/").to_owned();
        let _ = writeln!(text, "- joined with the nearest [{}]({link}) within {within}", other.label);
    }
    if let Some(docs) = &rule.docs {
        let _ = writeln!(text, "- documentation: <{docs}>");
    }
    match way_out_class(&rule.way_out) {
        Some(class) => {
            let _ = writeln!(text, "- way out: by class, `{class}`");
        }
        None => {
            let _ = writeln!(text, "- way out, written for this rule:");
            for (index, step) in rule.way_out.steps.iter().enumerate() {
                let _ = writeln!(text, "  {}. {step}", index + 1);
            }
        }
    }
    if let Some(url) = &rule.way_out.url {
        let _ = writeln!(text, "- the provider on revoking it: <{url}>");
    }
}

fn near(near: Near) -> String {
    match near {
        Near::Usual => "near one of the words".to_owned(),
        Near::Line => "on a line with one of the words".to_owned(),
        Near::Block => "in a block with one of the words".to_owned(),
        Near::Name => "as the value of a name with, or a credential's name near, one of the words".to_owned(),
        Near::Bytes(bytes) => format!("within {bytes} bytes of one of the words"),
    }
}

fn kinds_page(kinds: &[Kind]) -> Page {
    let covered = kinds.iter().filter(|kind| !kind.rules.is_empty()).count();
    let mut text = format!(
        "# Kinds of tokens\n\n{GENERATED}\n\n{covered} of {} kinds that are known of have a rule; of the others the reason stands in \
         their row.\n\n| Provider | Kind | Rule, or why there is none |\n|---|---|---|\n",
        kinds.len()
    );
    for kind in kinds {
        let links: Vec<String> = kind.rules.iter().map(|id| format!("[{id}]({})", address(id))).collect();
        let what = if links.is_empty() { cell(&kind.reason) } else { links.join(", ") };
        let _ = writeln!(text, "| {} | {} | {what} |", cell(&kind.provider), cell(&kind.name));
    }
    Page { path: "kinds.md".to_owned(), text }
}

/// Text as it may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_rules_or_a_reason() {
        let one = kinds("# comment\nAcme\tkey\tacme-key,acme-token\t\nAcme\tid\t-\tnot secret\n").expect("two kinds");
        assert_eq!(one[0].rules, ["acme-key", "acme-token"]);
        assert_eq!((one[1].rules.len(), one[1].reason.as_str()), (0, "not secret"));
        for wrong in ["Acme\tkey\t-\t", "Acme\tkey\tacme-key\twhy", "Acme\tkey", "\tkey\ta\t"] {
            assert_eq!(kinds(&format!("#\n{wrong}\n")), Err(2), "{wrong}");
        }
    }

    #[test]
    fn there_is_no_web_address_without_a_project() {
        let page = "https://git.example.com/keysieve/blob/main/docs/rules/p.md#private-key";
        assert_eq!(web_address("https://git.example.com/keysieve/", "private-key").as_deref(), Some(page));
        assert_eq!(web_address("https://git.example.com/keysieve/", "acme-key"), None);
        assert_eq!(web_address("", "private-key"), None);
    }

    #[test]
    fn an_address_depends_on_the_id_alone() {
        assert_eq!(address("acme-key"), "rules/a.md#acme-key");
        assert_eq!(address("42-key"), "rules/0.md#42-key");
    }
}
