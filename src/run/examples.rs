//! The examples of rules, run through the whole pipeline at default settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::detect::Detector;
use crate::detect::prefilter::PrefilterError;
use crate::finding::{Confidence, Explained, Weight};
use crate::place::{Origin, sanitize};
use crate::rule::example::expand;
use crate::rule::model::{Example, Rule};
use crate::rule::set::RuleSet;
use crate::secret::FingerprintKey;
use crate::source::Item;

use crate::suppress::baseline::Version;

use super::gather::{Asked, gather};
use super::inspect::{inspect, inspect_all};
use super::lives::Lives;

/// What the examples of some rules came to.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// How many rules there were.
    pub rules: usize,
    /// How many examples they have.
    pub examples: usize,
    /// Those that go wrong, in the order of the rules.
    pub wrong: Vec<Wrong>,
}

/// What an example is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The rule must find it.
    Hit,
    /// The rule must not find it.
    Miss,
}

impl Kind {
    /// The key that packs use.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Kind::Hit => "hit",
            Kind::Miss => "miss",
        }
    }
}

/// An example that goes wrong. It holds the template, never what that expands to.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// Id of the rule.
    pub rule: String,
    /// What the example is for.
    pub kind: Kind,
    /// Which of the rule's hits or misses, from 1.
    pub number: usize,
    /// The template; none if the pack wrote a token into it.
    pub template: Option<String>,
    /// Name of the file that it stands in.
    pub file: String,
    /// What happens instead.
    pub fault: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { rule, kind, number, template, file, fault } = self;
        write!(f, "rule `{rule}`: {} {number}", kind.id())?;
        match template {
            Some(template) => write!(f, " `{}`", sanitize(&template.replace('\n', "\\n")))?,
            None => f.write_str(" (not shown, a token is written into it)")?,
        }
        write!(f, " in {}: {fault}", sanitize(file))
    }
}

/// Runs every example of the rules with these ids beside all `rules`.
///
/// # Errors
/// When there are too many literals for an automaton.
pub fn try_examples(rules: &RuleSet, ids: &BTreeSet<String>) -> Result<Tried, PrefilterError> {
    let detector = Detector::new(rules.clone())?;
    Ok(try_rules(&detector, rules.iter().map(|(_, rule)| rule).filter(|rule| ids.contains(rule.id.as_ref()))))
}

/// Runs every example of `rules`, which are among the detector's: a hit is found by its rule and nothing else (but the
/// companion), a miss is not found by its rule.
#[must_use]
pub fn try_rules<'r>(detector: &Detector, rules: impl IntoIterator<Item = &'r Rule>) -> Tried {
    let mut tried = Tried::default();
    for rule in rules {
        tried.rules += 1;
        let hits = rule.hit.iter().enumerate().map(|it| (Kind::Hit, it));
        let misses = rule.miss.iter().enumerate().map(|it| (Kind::Miss, it));
        for (kind, (index, example)) in hits.chain(misses) {
            tried.examples += 1;
            let Err(fault) = try_example(detector, rule, kind, example) else { continue };
            let shown = !holds_token(detector, &example.text);
            tried.wrong.push(Wrong {
                rule: rule.id.to_string(),
                kind,
                number: index + 1,
                template: shown.then(|| example.text.to_string()),
                file: example.file.to_string(),
                // The reason why a template cannot be expanded quotes it.
                fault: if shown { fault.0 } else { fault.1 },
            });
        }
    }
    tried
}

/// Whether a text holds what looks like a token as it is written: no example may.
#[must_use]
pub fn holds_token(detector: &Detector, template: &str) -> bool {
    let hits = inspect(detector, &Item::whole(Origin::Stdin, without_templates(template).as_bytes())).hits;
    // A password that everybody tries first is an example of one, and no token.
    hits.iter().any(|hit| hit.verdict.reasons.iter().all(|reason| reason.code != "default-password"))
}

/// The text with a reference for each of its templates: what they become is written nowhere.
fn without_templates(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(open) = rest.find('{') {
        let inside = &rest[open + 1..];
        match inside.find(|c: char| matches!(c, '{' | '}' | '"' | '\'') || c.is_whitespace()) {
            Some(close) if close > 0 && inside[close..].starts_with('}') => {
                plain.push_str(&rest[..open]);
                plain.push_str("${x}");
                rest = &inside[close + 1..];
            }
            _ => {
                plain.push_str(&rest[..=open]);
                rest = inside;
            }
        }
    }
    plain + rest
}

/// The error: what goes wrong, and the same in words that quote nothing.
fn try_example(detector: &Detector, rule: &Rule, kind: Kind, example: &Example) -> Result<(), (String, String)> {
    let same = |fault: String| Err((fault.clone(), fault));
    let text = expand(detector.rules(), rule, &example.text)
        .map_err(|reason| (format!("it cannot be expanded: {reason}"), "it cannot be expanded".to_owned()))?;
    let mut found = reported(detector, &example.file, &text);
    let own = found.remove(rule.id.as_ref());
    match (kind, own) {
        (Kind::Miss, Some(Confidence::Low) | None) => Ok(()),
        (Kind::Miss, Some(_)) => same("found by the rule".to_owned()),
        (Kind::Hit, own) => {
            found.retain(|_, confidence| *confidence >= Confidence::Medium);
            let others: BTreeSet<&str> = found
                .keys()
                .map(String::as_str)
                .filter(|id| rule.companion.as_ref().is_none_or(|companion| companion.rule != *id))
                .collect();
            let by_others = others.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            match own {
                Some(Confidence::Low) => same("found with confidence low, which is not reported by default".to_owned()),
                Some(_) if others.is_empty() => Ok(()),
                Some(_) => same(format!("also found by {by_others}")),
                None if others.is_empty() => {
                    same(format!("not found: {}", rejection(detector, rule, &example.file, &text)))
                }
                None => same(format!("not found by the rule, but by {by_others}")),
            }
        }
    }
}

/// Why a rule finds nothing in a text: what the judgement of its last candidate said.
fn rejection(detector: &Detector, rule: &Rule, file: &str, text: &str) -> String {
    let item = Item::whole(Origin::File(file.into()), text.as_bytes());
    let mut inspection = inspect_all(detector, &item);
    inspection.hits.append(&mut inspection.rejected);
    let (key, nowhere) = (FingerprintKey::unkeyed(), |_: &Origin| String::new());
    let mut why = "nothing there has its form".to_owned();
    let mut tell = |explain: &dyn Fn() -> Explained| {
        let told = explain();
        if told.rule == rule.id
            && let Some(reason) = told.reasons.iter().rfind(|reason| reason.weight == Weight::Rejects)
        {
            why = format!("rejected, {} ({})", reason.text, reason.code);
        }
    };
    let asked = Asked { version: Version::Read, address: &nowhere, every_place: false };
    let _ = gather(detector.rules(), &key, inspection.hits, &Lives::default(), &asked, &mut tell);
    why
}

/// The rules that find something in a text in a file of this name, each with the best confidence.
#[must_use]
pub fn reported(detector: &Detector, file: &str, text: &str) -> BTreeMap<String, Confidence> {
    let item = Item::whole(Origin::File(file.into()), text.as_bytes());
    let hits = inspect(detector, &item).hits;
    let mut found: BTreeMap<String, Confidence> = BTreeMap::new();
    let nowhere = |_: &Origin| String::new();
    let key = FingerprintKey::unkeyed();
    let asked = Asked { version: Version::Read, address: &nowhere, every_place: false };
    let findings = gather(detector.rules(), &key, hits, &Lives::default(), &asked, &mut |_| {}).findings;
    for finding in findings {
        let best = found.entry(finding.rule.into_owned()).or_insert(finding.confidence);
        *best = finding.confidence.max(*best);
    }
    found
}
