//! Exceptions hide, are counted, and end.

use crate::scripted::Scratch;
use crate::support::{github, keysieve};

const NOW: &str = "2026-11-23";

fn exception(subject: &str, path: &str, rest: &str) -> String {
    format!("[[exception]]\n{subject}\npath = \"{path}\"\n{rest}\n")
}

const GOOD: &str = "reason = \"goes with the migration\"\nowner = \"@org/platform\"\nuntil = 2026-12-31";

#[test]
fn a_check_is_hidden_and_counted_until_the_exception_ends() {
    let scratch = Scratch::new();
    scratch.write("tree/.github/workflows/a.yml", "on: push\npermissions: write-all\njobs: {}\n");
    let lint =
        |now: &str, arguments: &[&str]| keysieve(&scratch, "tree", &[&["lint", "--now", now][..], arguments].concat());
    lint(NOW, &[]).exits(1).says("workflow-write-all");
    let stated = exception("check = \"workflow-write-all\"", ".github/**", GOOD);
    scratch.write("tree/keysieve.toml", &stated);
    lint(NOW, &[]).exits(0).says("1 hidden by exceptions").says("no findings");
    let report = lint(NOW, &["--format", "json"]).exits(0).json();
    assert_eq!(report.0["verdict"]["hidden"]["exception"], 1);
    lint("2026-12-31T23:59:59Z", &[]).exits(0);
    let ended = lint("2027-01-01", &["--format", "json"]).exits(1).json();
    let rules: Vec<&str> = ended.findings().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["workflow-write-all", "exception-expired"]);
    assert_eq!(ended.findings()[1]["places"][0]["start"]["line"], 6);
    // A resource that is not this one, another path, another check.
    for other in [
        exception("check = \"workflow-write-all\"\nresource = \"jobs.a\"", ".github/**", GOOD),
        exception("check = \"workflow-write-all\"", "infra/**", GOOD),
        exception("check = \"iam-wildcard\"", "**", GOOD),
    ] {
        scratch.write("tree/keysieve.toml", &other);
        lint(NOW, &[]).exits(1).says("workflow-write-all");
    }
    scratch.write(
        "tree/keysieve.toml",
        exception("check = \"workflow-write-all\"\nresource = \"permissions\"", "**", GOOD),
    );
    lint(NOW, &[]).exits(0);
}

#[test]
fn an_exception_that_does_not_say_enough_hides_nothing_and_is_a_finding() {
    let scratch = Scratch::new();
    scratch.write("tree/.github/workflows/a.yml", "on: push\npermissions: write-all\njobs: {}\n");
    for rest in [
        "until = 2026-12-31",
        "reason = \"\"\nuntil = 2026-12-31",
        "reason = \"moves\"",
        "reason = \"moves\"\nuntil = 2027-12-31",
    ] {
        scratch.write("tree/keysieve.toml", exception("check = \"workflow-write-all\"", "**", rest));
        keysieve(&scratch, "tree", &["lint", "--now", NOW])
            .exits(1)
            .says("workflow-write-all")
            .says("exception-without-reason");
    }
    scratch.write("tree/keysieve.toml", exception("check = \"no-such-check\"", "**", GOOD));
    keysieve(&scratch, "tree", &["lint"]).exits(2).says("keysieve.toml:2: there is no check \"no-such-check\"");
}

#[test]
fn a_secret_is_hidden_where_the_exception_says_and_nowhere_else() {
    let scratch = Scratch::new();
    let token = github("exception");
    scratch.write("tree/docs/a.txt", &token);
    let rule = "rule = \"github-personal-access-token\"";
    scratch.write("tree/keysieve.toml", exception(rule, "docs/**", GOOD));
    let scan = ["scan", "--now", NOW, "--format", "json", "--show-secrets"];
    let report = keysieve(&scratch, "tree", &scan).exits(0).json();
    assert_eq!(report.0["verdict"]["hidden"]["exception"], 1);
    scratch.write("tree/src/a.txt", &token);
    let report = keysieve(&scratch, "tree", &scan).exits(1).json();
    assert_eq!(report.0["suppressed"][0]["finding"]["places"].as_array().unwrap().len(), 1);
    let places = report.of(&token)["places"].as_array().unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!(places[0]["path"], "src/a.txt");
}

#[test]
fn a_scan_tells_of_an_exception_that_hides_nothing() {
    let scratch = Scratch::new();
    scratch.write("tree/a.txt", format!("{}\n", github("open")));
    scratch
        .write("tree/keysieve.toml", exception("rule = \"github-personal-access-token\"", "**", "reason = \"tests\""));
    let said = "the exception for `github-personal-access-token` hides nothing: it does not say until when";
    let run = keysieve(&scratch, "tree", &["scan", "--now", NOW, "--format", "json"]).exits(1);
    let notes = run.json().0["notes"].to_string();
    assert!(notes.contains(said), "{notes}");
}
