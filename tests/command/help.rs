//! What the program says of itself.

use keysieve::policy;
use keysieve::rule::builtin::KINDS;
use keysieve::rule::set::RuleSet;

use crate::scripted::Scratch;
use crate::support::{FORMATS, keysieve};

#[test]
fn every_help_text_has_examples_and_exit_codes() {
    let scratch = Scratch::new();
    let rules = ["rules", "rules list", "rules show", "rules test", "rules lint", "rules new"];
    let config = ["config", "config show", "config schema", "rotated"];
    for command in [
        "init",
        "completions",
        "man",
        "check",
        "scan",
        "history",
        "diff",
        "merge",
        "baseline",
        "lint",
        "inventory",
        "explain",
        "hook",
        "hook run",
        "hook install",
        "hook uninstall",
        "hook status",
    ]
    .into_iter()
    .chain(rules)
    .chain(config)
    {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let run = keysieve(&scratch, ".", &arguments).exits(0).says("Exit codes:").says("Examples:");
        assert_eq!(run.err(), "");
        assert!(run.said(&format!("keysieve {command}")), "{command}: its examples name it");
        for line in run.out().lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
    }
    keysieve(&scratch, ".", &["--help"]).exits(0).says("Exit codes:").says("explain").says("incomplete");
    let short = keysieve(&scratch, ".", &["check", "-h"]).exits(0).says("--show-secrets");
    FORMATS.into_iter().for_each(|format| assert!(short.said(format), "{format}"));
}

#[test]
fn the_version_names_the_rules() {
    let scratch = Scratch::new();
    let run = keysieve(&scratch, ".", &["--version"]).exits(0);
    let rules = RuleSet::builtin();
    assert_eq!(rules.digest().len(), 12);
    let version = env!("CARGO_PKG_VERSION");
    let counts = format!("{} rules, {KINDS} kinds", rules.len());
    assert_eq!(run.out(), format!("keysieve {version} (rule pack {}, {counts})\n", rules.digest()));
    // The same digest as in a report.
    scratch.write("file", "x");
    let report = keysieve(&scratch, ".", &["scan", "file", "--format", "json"]).json();
    assert_eq!(report.0["tool"]["rule_pack"], rules.digest());
}

#[test]
fn rules_are_listed_and_explained() {
    let scratch = Scratch::new();
    let list = keysieve(&scratch, ".", &["rules", "list"]).exits(0).out();
    let ids: Vec<&str> = list.lines().map(|line| line.split(' ').next().unwrap()).collect();
    let rules = RuleSet::builtin();
    let mut known: Vec<String> = rules.iter().map(|(_, rule)| rule.id.to_string()).collect();
    known.extend(policy::check::ids().into_iter().map(str::to_owned));
    assert_eq!(ids, known);
    let checks = policy::check::ids();
    for id in checks.into_iter().chain([
        "github-personal-access-token",
        "private-key",
        "generic-password",
        "postgres-url-password",
    ]) {
        let page = keysieve(&scratch, ".", &["explain", id]).exits(0).out();
        assert!(page.starts_with("# ") && page.contains(&format!("Id: {id}.")), "{page}");
        assert!(page.contains("Severity: ") && page.len() > 300, "{page}");
    }
}
