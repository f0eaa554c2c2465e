//! Every example of every rule, through the real pipeline at default settings.

use keysieve::detect::Detector;
use keysieve::finding::Confidence;
use keysieve::rule::set::RuleSet;
use keysieve::run::examples::{Kind, reported, try_rules};

#[path = "rules/edges.rs"]
mod edges;

/// The examples of this kind that go wrong.
fn wrong(kind: Kind) -> Vec<String> {
    let rules = RuleSet::builtin();
    let detector = Detector::new(rules.clone()).expect("the built-in rules compile");
    let tried = try_rules(&detector, rules.iter().map(|(_, rule)| rule));
    let examples: usize = rules.iter().map(|(_, rule)| rule.hit.len() + rule.miss.len()).sum();
    assert_eq!((tried.rules, tried.examples), (rules.len(), examples));
    tried.wrong.iter().filter(|it| it.kind == kind).map(ToString::to_string).collect()
}

#[test]
fn every_hit_is_found_by_its_rule_alone() {
    let wrong = wrong(Kind::Hit);
    assert!(wrong.is_empty(), "{} hits go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_miss_is_found_by_its_rule() {
    let wrong = wrong(Kind::Miss);
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
            let mut found = reported(&detector, "rules.toml", &text);
            found.retain(|_, confidence| *confidence >= Confidence::Medium);
            if !found.is_empty() {
                wrong.push(format!("{}: {found:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
