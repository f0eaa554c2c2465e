//! The rules of a run: those that its results name, each once, in the order in which they are first named.

use std::collections::HashMap;

use serde_json::Value;
use serde_sarif::sarif::{ReportingConfiguration, ReportingDescriptor, ResultLevel, ToolComponent};

use super::taxonomy::Taxonomy;
use super::{PropertyBag, text_and_markdown};
use crate::finding::{Confidence, Finding, Severity};
use crate::place::sanitize;
use crate::report::{Descriptor, Report, catalogue, mask};

/// Tags of a rule. Code scanning takes 20 and shows 10.
const TAGS: usize = 10;
/// Characters of a short or full description that code scanning takes.
const DESCRIPTION: usize = 1024;
/// Characters of a name that code scanning takes.
const NAME: usize = 255;

/// Collects the rules. There are never more rules than results, and so never more than code scanning takes (25,000).
pub(super) struct Rules<'r> {
    report: &'r Report<'r>,
    index: HashMap<String, usize>,
    list: Vec<ReportingDescriptor>,
    taxonomy: Taxonomy,
}

impl<'r> Rules<'r> {
    pub(super) fn new(report: &'r Report<'r>) -> Self {
        Self { report, index: HashMap::new(), list: Vec::new(), taxonomy: Taxonomy::default() }
    }

    /// The index of the rule of a finding.
    pub(super) fn of(&mut self, finding: &Finding) -> usize {
        let id = id(self.report, finding);
        if let Some(&index) = self.index.get(&id) {
            return index;
        }
        let bare;
        let descriptor = match self.report.descriptor(&finding.rule) {
            Some(descriptor) => descriptor,
            None => {
                bare = without_descriptor(finding);
                &bare
            }
        };
        let index = self.list.len();
        let mut rule = rule(&id, descriptor, finding.severity);
        if !descriptor.cwe.is_empty() {
            rule.relationships = Some(descriptor.cwe.iter().map(|&cwe| self.taxonomy.relationship(cwe)).collect());
        }
        self.list.push(rule);
        self.index.insert(id, index);
        index
    }

    /// The rules, and the taxonomy that they refer to.
    pub(super) fn finish(self) -> (Vec<ReportingDescriptor>, Option<ToolComponent>) {
        (self.list, self.taxonomy.finish())
    }
}

/// The id of the rule of a finding.
///
/// Code scanning takes the severity of an alert from its rule. A finding that is milder or worse than its rule says is
/// therefore given a rule of its own, `<rule>/<severity>`; so is one whose rule is unknown here.
pub(super) fn id(report: &Report<'_>, finding: &Finding) -> String {
    sanitize(&match report.descriptor(&finding.rule) {
        Some(descriptor) if descriptor.severity == finding.severity => finding.rule.to_string(),
        _ => format!("{}/{}", finding.rule, finding.severity),
    })
}

/// What a finding itself says of its rule, for one that came without.
fn without_descriptor(finding: &Finding) -> Descriptor {
    Descriptor {
        id: finding.rule.to_string(),
        kind: finding.kind,
        title: finding.title.to_string(),
        description: finding.title.to_string(),
        help: String::new(),
        steps: Vec::new(),
        severity: finding.severity,
        precision: finding.confidence,
        group: String::new(),
        docs: None,
        cwe: Vec::new(),
        lifetime: String::new(),
    }
}

fn rule(id: &str, descriptor: &Descriptor, severity: Severity) -> ReportingDescriptor {
    let title = first_characters(&or(sanitize(&descriptor.title), id), DESCRIPTION);
    let description = first_characters(&or(sanitize(&descriptor.description), &title), DESCRIPTION);
    let mut rule = ReportingDescriptor::builder().id(id).build();
    rule.name = Some(first_characters(&pascal_case(id), NAME));
    rule.short_description = Some((&title).into());
    rule.full_description = Some((&description).into());
    let help = help_text(&description, descriptor);
    rule.help = Some(text_and_markdown(help.clone(), or(mask::lines(&descriptor.help), &help)));
    // The catalogue tells what to do; where nobody knows its address, the provider's page has to do.
    let page = catalogue::web_address(env!("CARGO_PKG_REPOSITORY"), id);
    rule.help_uri = page.or_else(|| descriptor.docs.clone()).filter(|docs| is_web_address(docs));
    let level = Some(Value::from(level(severity).to_string()));
    rule.default_configuration = Some(ReportingConfiguration { level, ..Default::default() });
    rule.properties = Some(properties(descriptor, severity));
    rule
}

/// The help without Markdown: what it is, and the way out step by step.
fn help_text(description: &str, descriptor: &Descriptor) -> String {
    let mut help = description.to_owned();
    for (index, step) in descriptor.steps.iter().enumerate() {
        help.push_str(&format!("\n{}. {}", index + 1, sanitize(step)));
    }
    help
}

fn properties(descriptor: &Descriptor, severity: Severity) -> PropertyBag {
    let precision = match descriptor.precision {
        Confidence::Certain => "very-high",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let (score, problem) = match severity {
        Severity::Critical => ("9.5", "error"),
        Severity::High => ("8.0", "error"),
        Severity::Medium => ("5.5", "warning"),
        Severity::Low => ("3.0", "recommendation"),
        Severity::Info => ("1.0", "recommendation"),
    };
    let mut properties = super::bag([
        ("precision", precision.into()),
        ("problem.severity", problem.into()),
        ("security-severity", score.into()),
    ]);
    properties.tags = Some(tags(descriptor));
    properties
}

fn tags(descriptor: &Descriptor) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), descriptor.kind.id().to_owned()];
    let own = [&descriptor.group, &descriptor.lifetime].into_iter().map(|tag| sanitize(tag));
    let cwe = descriptor.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    for tag in own.chain(cwe) {
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < TAGS {
            tags.push(tag);
        }
    }
    tags
}

/// The level of results of this severity, and of the rules that name it.
pub(super) fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low | Severity::Info => ResultLevel::Note,
    }
}

/// Whether a link may stand in `helpUri`: code scanning rejects the file for one that is no absolute URI.
pub(in crate::report) fn is_web_address(docs: &str) -> bool {
    let rest = docs.strip_prefix("https://").or_else(|| docs.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b))
    })
}

/// `github-personal-access-token/low` as `GithubPersonalAccessTokenLow`: the name that the SARIF guide asks for.
fn pascal_case(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for word in id.split(|c: char| !c.is_alphanumeric()) {
        let mut characters = word.chars();
        name.extend(characters.next().map(|c| c.to_ascii_uppercase()));
        name.extend(characters);
    }
    name
}

fn or(text: String, other: &str) -> String {
    if text.is_empty() { other.to_owned() } else { text }
}

fn first_characters(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_help_links() {
        assert!(is_web_address("https://docs.example.com/a?b=c#d"));
        for bad in ["docs.example.com", "https://", "https:///a", "https://a b", "javascript:alert(1)", "https://é"] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn names_are_pascal_case() {
        assert_eq!(pascal_case("github-app-token/low"), "GithubAppTokenLow");
    }
}
