//! The pages of the catalogue are those that the rules make. `KEYSIEVE_BLESS=1 cargo test --test catalogue` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keysieve::report::catalogue::{Kind, Page, kinds, pages};
use keysieve::rule::set::RuleSet;

fn known() -> Vec<Kind> {
    let source = fs::read_to_string("rules/kinds.tsv").expect("the list of kinds");
    kinds(&source).unwrap_or_else(|line| panic!("rules/kinds.tsv:{line}: four columns, with rules or a reason"))
}

fn made() -> Vec<Page> {
    let rules = RuleSet::builtin();
    let rules: Vec<_> = rules.iter().map(|(_, rule)| rule).collect();
    pages(&rules, &known())
}

#[test]
fn the_pages_are_those_of_the_rules() {
    let bless = std::env::var_os("KEYSIEVE_BLESS").is_some();
    let mut wrong = Vec::new();
    let made = made();
    for page in &made {
        let path = Path::new("docs").join(&page.path);
        if bless {
            fs::write(&path, &page.text).expect("the page can be written");
        } else if fs::read_to_string(&path).is_ok_and(|text| text.replace("\r\n", "\n") == page.text) {
            continue;
        }
        wrong.push(path.display().to_string());
    }
    let names: BTreeSet<&str> = made.iter().map(|page| page.path.as_str()).collect();
    for entry in fs::read_dir("docs/rules").expect("the pages") {
        let name = format!("rules/{}", entry.expect("an entry").file_name().to_string_lossy());
        if !names.contains(name.as_str()) {
            wrong.push(format!("docs/{name} is of no rule"));
        }
    }
    assert!(
        bless || wrong.is_empty(),
        "KEYSIEVE_BLESS=1 cargo test --test catalogue writes anew: {}",
        wrong.join(", ")
    );
}

#[test]
fn every_kind_names_rules_that_exist() {
    let rules = RuleSet::builtin();
    for kind in known() {
        for id in &kind.rules {
            assert!(rules.by_id(id).is_some(), "{}, {}: there is no rule `{id}`", kind.provider, kind.name);
        }
    }
}

/// Where a rule is split, both parts are named: a reader of the table takes a part without a row for one that is missing.
#[test]
fn every_rule_is_of_a_kind() {
    let kinds = known();
    let named: BTreeSet<&str> = kinds.iter().flat_map(|kind| &kind.rules).map(String::as_str).collect();
    let rules = RuleSet::builtin();
    let without: Vec<&str> =
        rules.iter().map(|(_, rule)| rule.id.as_ref()).filter(|id: &&str| !named.contains(id)).collect();
    assert!(without.is_empty(), "no row of rules/kinds.tsv names {}", without.join(", "));
}

#[test]
fn a_heading_is_what_the_address_asks_for() {
    let text: String = made().into_iter().map(|page| page.text).collect();
    for (_, rule) in RuleSet::builtin().iter() {
        assert!(text.contains(&format!("\n## {}\n", rule.id)), "{}", rule.id);
    }
}
