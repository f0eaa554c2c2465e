//! Checks of the user's own: what the documentation writes, and what is wrong with some.

use crate::scripted::Scratch;
use crate::support::keysieve;

/// The block of TOML in a section of `docs/checks.md`.
fn documented(section: &str) -> String {
    let page = std::fs::read_to_string("docs/checks.md").unwrap().replace("\r\n", "\n");
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let (_, rest) = rest.split_once("```toml\n").unwrap();
    rest.split_once("\n```\n").unwrap().0.to_owned() + "\n"
}

const BAD: &str = "leases:\n  - {name: a, team: payments, ttl: 90d}\n  - {name: b}\n";

#[test]
fn the_documented_check_runs() {
    let scratch = Scratch::new();
    let own = documented("Checks of your own");
    scratch.write("tree/keysieve.toml", &own);
    scratch.write("tree/leases/a.yaml", BAD);
    keysieve(&scratch, "tree", &["rules", "test"]).exits(0).says("all as they should be");
    keysieve(&scratch, "tree", &["rules", "lint"]).exits(0).says(", 1 check, 0 errors");
    let report = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    let rules: Vec<&str> = report.findings().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["team-lease-too-long"; 2]);
    assert_eq!(report.findings()[0]["threshold"]["limit"], "768h");
    keysieve(&scratch, "tree", &["lint", "--format", "sarif"]).exits(1).says("team-lease-too-long").says("Why");
    // It runs in the smallest preset, can be switched, and excepted.
    keysieve(&scratch, "tree", &["lint", "--preset", "minimal"]).exits(1);
    let switch = "\n[[check]]\nid = \"team-lease-too-long\"\nseverity = \"off\"\n";
    scratch.write("tree/keysieve.toml", format!("{own}{switch}"));
    keysieve(&scratch, "tree", &["lint"]).exits(0);
    keysieve(&scratch, "tree", &["rules", "test"]).exits(0);
    let exception = "\n[[exception]]\ncheck = \"team-lease-too-long\"\npath = \"leases/*\"\nreason = \"moves\"\nuntil = 2026-12-31\n";
    scratch.write("tree/keysieve.toml", format!("{own}{exception}"));
    keysieve(&scratch, "tree", &["lint", "--now", "2026-11-23"]).exits(0).says("2 hidden by exceptions");
}

#[test]
fn it_is_known_wherever_a_check_is() {
    let scratch = Scratch::new();
    scratch.write("tree/keysieve.toml", documented("Checks of your own"));
    scratch.write("elsewhere/none.txt", "");
    let page = keysieve(&scratch, "tree", &["explain", "team-lease-too-long"]).exits(0).out();
    for part in ["# Lease of a team", "## Why", "ttl: 9000h", "## How to fix", "Severity: medium."] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    keysieve(&scratch, "tree", &["rules", "list"]).exits(0).says("team-lease-too-long");
    keysieve(&scratch, "tree", &["rules", "show", "team-lease-too-long"]).exits(2).says("keysieve explain");
    keysieve(&scratch, "elsewhere", &["explain", "team-lease-too-long"]).exits(2);
    let config = ["--config", "../tree/keysieve.toml"];
    for command in [&["explain", "team-lease-too-long"][..], &["rules", "list"], &["rules", "test"], &["rules", "lint"]]
    {
        keysieve(&scratch, "elsewhere", &[command, &config].concat()).exits(0);
    }
}

#[test]
fn a_pack_declares_checks_too() {
    let scratch = Scratch::new();
    let own = documented("Checks of your own");
    scratch.write("tree/leases/a.yaml", BAD);
    scratch.write("own.toml", &own);
    let said = "1 check, 2 examples, all as they should be\n";
    assert_eq!(keysieve(&scratch, ".", &["rules", "test", "own.toml"]).exits(0).out(), said);
    assert_eq!(
        keysieve(&scratch, ".", &["rules", "lint", "own.toml"]).exits(0).out(),
        "0 rules, 1 check, 0 errors, 0 warnings\n"
    );
    keysieve(&scratch, "tree", &["lint", "--rules", "../own.toml"]).exits(1).says("team-lease-too-long");
    scratch.write("tree/keysieve.toml", "rules = [\"../own.toml\"]\n");
    keysieve(&scratch, "tree", &["lint"]).exits(1).says("team-lease-too-long");
    let rules = keysieve(&scratch, ".", &["rules", "new", "Acme"]).exits(0).out();
    scratch.write("both.toml", format!("{rules}\n{own}"));
    keysieve(&scratch, ".", &["rules", "test", "both.toml"]).exits(0).says("1 rule, 4 examples").says(said.trim());
}

#[test]
fn examples_that_go_wrong_or_are_missing_are_named() {
    let scratch = Scratch::new();
    let own = documented("Checks of your own");
    scratch.write("own.toml", own.replace("ttl: 12h", "ttl: 9000h"));
    keysieve(&scratch, ".", &["rules", "test", "own.toml"])
        .exits(1)
        .says("own.toml:1: check `team-lease-too-long`: leases/payments.yaml under [[check.good]]: found")
        .says("1 wrong");
    let bare = own.split("[[check.bad]]").next().unwrap();
    scratch.write("own.toml", bare);
    keysieve(&scratch, ".", &["rules", "lint", "own.toml"])
        .exits(0)
        .says("own.toml:1: warning: check `team-lease-too-long`: no `[[check.bad]]`")
        .says("no `[[check.good]]`")
        .says("2 warnings");
}

#[test]
fn what_is_wrong_is_an_error_of_the_configuration() {
    let scratch = Scratch::new();
    let own = documented("Checks of your own");
    let line = |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    for (from, to, part) in [
        ("team-lease-too-long", "workflow-write-all", "is a built-in check"),
        ("family = \"lifetime\"", "family = \"nothing\"", "there is no `nothing`"),
        ("\"lifetime.lease\"", "\"lifetime.nothing\"", "no lifetime of `nothing`"),
        ("self.team", "slef.team", "there is no `slef`"),
    ] {
        let text = own.replace(from, to);
        scratch.write("tree/keysieve.toml", &text);
        let line = line(&own, from);
        for command in [&["lint"][..], &["scan"], &["config", "show"], &["rules", "test"], &["rules", "list"]] {
            let run = keysieve(&scratch, "tree", command).exits(2).says(part);
            assert!(run.said(&format!("keysieve.toml:{line}: ")), "{}", run.shown());
        }
    }
}
