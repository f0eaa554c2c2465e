//! Every example of every rule, through the real pipeline at default settings.

use std::collections::BTreeSet;

use keysieve::detect::Detector;
use keysieve::finding::Confidence;
use keysieve::place::Origin;
use keysieve::rule::example::expand;
use keysieve::rule::model::Rule;
use keysieve::rule::set::RuleSet;
use keysieve::run::gather::{Lives, gather};
use keysieve::run::inspect::inspect;
use keysieve::secret::FingerprintKey;
use keysieve::source::Item;

/// The rules that are reported for a text in a file of this name.
fn reported(detector: &Detector, file: &str, text: &str) -> BTreeSet<String> {
    let item = Item::whole(Origin::File(file.into()), text.as_bytes());
    let hits = inspect(detector, &item).hits;
    gather(detector.rules(), &FingerprintKey::unkeyed(), hits, &Lives::default())
        .into_iter()
        .filter(|finding| finding.confidence >= Confidence::Medium)
        .map(|finding| finding.rule)
        .collect()
}

fn companions(rule: &Rule) -> BTreeSet<String> {
    rule.companion.iter().map(|companion| companion.rule.to_string()).collect()
}

#[test]
fn every_hit_is_found_by_its_rule_alone() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(rules.clone()).expect("the built-in rules compile");
    let mut wrong = Vec::new();
    for (_, rule) in rules.iter() {
        for example in rule.hit.iter() {
            let text = expand(&rules, rule, &example.text).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
            let found = reported(&detector, &example.file, &text);
            let others: Vec<&String> =
                found.iter().filter(|id| **id != rule.id && !companions(rule).contains(*id)).collect();
            if !found.contains(rule.id.as_ref()) || !others.is_empty() {
                wrong.push(format!("{}: `{}` in {}: found {found:?}", rule.id, example.text, example.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{} hits go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_miss_is_found_by_its_rule() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(rules.clone()).expect("the built-in rules compile");
    let mut wrong = Vec::new();
    for (_, rule) in rules.iter() {
        for example in rule.miss.iter() {
            let text = expand(&rules, rule, &example.text).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
            if reported(&detector, &example.file, &text).contains(rule.id.as_ref()) {
                wrong.push(format!("{}: `{}` in {}", rule.id, example.text, example.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{} misses are found:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rules_hold_no_token() {
    // The packs themselves are scanned like any other file: whatever is written in them must be a template.
    let rules = RuleSet::builtin();
    let detector = Detector::new(rules).expect("the built-in rules compile");
    let mut wrong = Vec::new();
    for entry in
        std::fs::read_dir("rules").expect("the packs").chain(std::fs::read_dir("rules/words").expect("the words"))
    {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).expect("a pack");
            let found = reported(&detector, "rules.toml", &text);
            if !found.is_empty() {
                wrong.push(format!("{}: {found:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
