//! `keysieve diff`: what is new, what is gone, what stays.

use serde_json::{Value, json};

use crate::scripted::Scratch;
use crate::support::{Run, github, keysieve, list, text, token};

/// Writes a report of what `files` hold.
fn report(scratch: &Scratch, name: &str, files: &[(&str, String)], format: &str, arguments: &[&str]) {
    let tree = format!("tree-{name}");
    std::fs::create_dir_all(scratch.path(&tree)).unwrap();
    files.iter().for_each(|(path, text)| scratch.write(&format!("{tree}/{path}"), text));
    let output = format!("../{name}");
    let common = ["scan", ".", "--format", format, "-o", &output];
    let run = keysieve(scratch, &tree, &[&common[..], arguments].concat());
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{}", run.shown());
}

fn diff(scratch: &Scratch, arguments: &[&str]) -> Run {
    keysieve(scratch, ".", &[&["diff", "--format", "json"], arguments].concat())
}

fn rules(of: &Value) -> Vec<&str> {
    list(of).iter().map(|entry| text(&entry["rule"])).collect()
}

/// A run of another tool, with these results.
fn foreign(results: Value) -> String {
    let rules = json!([
        {"id": "R1", "shortDescription": {"text": "First rule"}, "properties": {"security-severity": "9.1"}},
        {"id": "R2", "defaultConfiguration": {"level": "note"}},
    ]);
    let run = json!({"tool": {"driver": {"name": "Other", "rules": rules}}, "results": results});
    json!({"version": "2.1.0", "runs": [run]}).to_string()
}

fn result(rule: &str, uri: &str, line: u64, more: Value) -> Value {
    let region = json!({"startLine": line, "snippet": {"text": format!("code of {rule}")}});
    let place = json!({"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}});
    let mut result = json!({"ruleId": rule, "message": {"text": "found"}, "locations": [place]});
    result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    result
}

#[test]
fn findings_are_told_by_their_fingerprints() {
    let scratch = Scratch::new();
    let (stays, gone, new) = (github("stays"), token("npm-access-token", "gone"), token("slack-bot-token", "new"));
    let before = [("a.txt", format!("{stays}\n")), ("b.txt", gone)];
    // Moved to another file and another line, which makes it no new finding.
    let after = [("moved.txt", format!("\n\n{stays}\n")), ("c.txt", new.clone())];
    for (old, new_format) in [("json", "json"), ("sarif", "sarif"), ("json", "sarif"), ("sarif", "json")] {
        report(&scratch, "old", &before, old, &[]);
        report(&scratch, "new", &after, new_format, &[]);
        let out = diff(&scratch, &["old", "new"]).exits(1).json().0;
        assert_eq!(rules(&out["stays"]), ["github-personal-access-token"], "{out:#}");
        assert_eq!(rules(&out["new"]), ["slack-bot-token"]);
        assert_eq!(rules(&out["gone"]), ["npm-access-token"]);
        assert_eq!((&out["failing"], &out["exit_code"]), (&json!(1), &json!(1)));
        assert_eq!(out["new"][0]["identified_by"], "fingerprint");
        assert!(text(&out["new"][0]["place"]).starts_with("c.txt:1"), "{out:#}");
        // The other way round, and with itself.
        let back = diff(&scratch, &["new", "old"]).exits(1).json().0;
        assert_eq!((rules(&back["new"]), rules(&back["gone"])), (vec!["npm-access-token"], vec!["slack-bot-token"]));
        let same = diff(&scratch, &["old", "old"]).exits(0).json().0;
        assert_eq!((list(&same["new"]).len(), list(&same["gone"]).len(), list(&same["stays"]).len()), (0, 0, 2));
    }
    let said = keysieve(&scratch, ".", &["diff", "old", "new"]).exits(1).out();
    assert!(said.contains("new: high[slack-bot-token]") || said.contains("new: critical[slack-bot-token]"), "{said}");
    assert!(
        said.ends_with("1 new, 1 gone, 1 stay; told by fingerprint (3)\n1 new at or above medium: exit 1\n"),
        "{said}"
    );
    assert!(!said.contains(&new[5..]));
}

#[test]
fn only_what_is_new_and_bad_enough_fails() {
    let scratch = Scratch::new();
    scratch.write("old", foreign(json!([])));
    scratch.write("new", foreign(json!([result("R2", "a.c", 1, json!({}))])));
    for (fail_on, code) in [("info", 1), ("low", 1), ("medium", 0), ("critical", 0)] {
        let run = diff(&scratch, &["old", "new", "--fail-on", fail_on]).exits(code);
        assert_eq!(run.json().0["exit_code"], code);
    }
    // What is gone fails nothing.
    diff(&scratch, &["new", "old", "--fail-on", "info"]).exits(0);
    diff(&scratch, &["old", "new", "-o", "out.json"]).exits(0);
    assert!(std::fs::read_to_string(scratch.path("out.json")).unwrap().starts_with("{\n"));
}

#[test]
fn results_of_other_tools_are_told_by_the_best_they_bring() {
    let scratch = Scratch::new();
    let whole = json!({"fingerprints": {"x/v1": "1"}, "partialFingerprints": {"h": "1"}});
    let partial = json!({"partialFingerprints": {"h": "2", "i": "3"}});
    let before = json!([
        result("R1", "a.c", 1, whole.clone()),
        result("R1", "b.c", 1, partial.clone()),
        result("R2", "c.c", 1, json!({})),
        result("R2", "d.c", 1, json!({})),
    ]);
    let after = json!([
        result("R1", "moved.c", 9, whole),
        result("R1", "b.c", 9, partial),
        result("R2", "c.c", 1, json!({})),
        result("R2", "d.c", 2, json!({})),
    ]);
    scratch.write("old", foreign(before));
    scratch.write("new", foreign(after));
    let out = diff(&scratch, &["old", "new", "--fail-on", "low"]).exits(1).json().0;
    let how: Vec<&str> = list(&out["stays"]).iter().map(|entry| text(&entry["identified_by"])).collect();
    assert_eq!(how, ["partialFingerprints", "fingerprint", "place"], "{out:#}");
    assert_eq!((text(&out["new"][0]["place"]), text(&out["gone"][0]["place"])), ("d.c:2", "d.c:1"));
    assert_eq!((&out["stays"][0]["severity"], &out["stays"][0]["title"]), (&json!("critical"), &json!("First rule")));
    assert_eq!((&out["new"][0]["severity"], &out["new"][0]["fingerprint"]), (&json!("low"), &Value::Null));
    keysieve(&scratch, ".", &["diff", "old", "new"]).exits(0).says("partialFingerprints (1), place (3)").says("Other");
}

#[test]
fn what_stands_several_times_counts_as_often() {
    let scratch = Scratch::new();
    let one = || result("R1", "a.c", 1, json!({}));
    scratch.write("two", foreign(json!([one(), one()])));
    scratch.write("three", foreign(json!([one(), one(), one()])));
    let out = diff(&scratch, &["two", "three"]).exits(1).json().0;
    assert_eq!((list(&out["new"]).len(), list(&out["gone"]).len(), list(&out["stays"]).len()), (1, 0, 2));
    let out = diff(&scratch, &["three", "two"]).exits(0).json().0;
    assert_eq!((list(&out["new"]).len(), list(&out["gone"]).len(), list(&out["stays"]).len()), (0, 1, 2));
}

#[test]
fn suppressed_passed_and_absent_results_are_none() {
    let scratch = Scratch::new();
    scratch.write("old", foreign(json!([])));
    let results = json!([
        result("R1", "a.c", 1, json!({"suppressions": [{"kind": "inSource"}]})),
        result("R1", "b.c", 1, json!({"kind": "pass"})),
        result("R1", "c.c", 1, json!({"baselineState": "absent"})),
        result("R1", "d.c", 1, json!({"suppressions": [{"kind": "external", "status": "rejected"}]})),
        result("R1", "e.c", 1, json!({"suppressions": []})),
    ]);
    scratch.write("new", foreign(results));
    let out = diff(&scratch, &["old", "new"]).exits(1).json().0;
    let places: Vec<&str> = list(&out["new"]).iter().map(|entry| text(&entry["place"])).collect();
    assert_eq!((places, &out["passed_over"]), (vec!["d.c:1", "e.c:1"], &json!(3)));
}

#[test]
fn an_incomplete_report_says_less() {
    let scratch = Scratch::new();
    report(&scratch, "whole", &[("a.txt", github("a"))], "json", &[]);
    // Nothing was scanned, so what is gone may be there.
    report(&scratch, "part", &[], "json", &["--require-bytes", "10"]);
    let run = diff(&scratch, &["whole", "part"]).exits(3).json().0;
    assert_eq!((&run["new_complete"], list(&run["gone"]).len()), (&json!(false), 1));
    keysieve(&scratch, ".", &["diff", "part", "whole"]).exits(1).says("what is called new may be old");
    let failed = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Other"}},"results":[],"invocations":[{"executionSuccessful":false}]}]}"#;
    scratch.write("failed", failed);
    diff(&scratch, &["failed", "failed"]).exits(3);
}

#[test]
fn what_cannot_be_compared_is_said_with_file_and_place() {
    let scratch = Scratch::new();
    report(&scratch, "ours", &[("a.txt", github("a"))], "json", &[]);
    scratch.write("tree-keyed/keysieve.toml", format!("fingerprint-key = \"{}\"\n", "0123456789abcdef".repeat(4)));
    report(&scratch, "keyed", &[("a.txt", github("a"))], "json", &[]);
    scratch.write("other", foreign(json!([])));
    scratch.write("broken", "{\n  \"runs\": [,]}");
    scratch.write("empty", "");
    scratch.write("lines", "{\"type\":\"finding\"}\n{\"type\":\"summary\"}\n");
    scratch.write("old-sarif", r#"{"version":"2.0.0","runs":[]}"#);
    scratch.write("nameless", r#"{"version":"2.1.0","runs":[{"tool":{"driver":{}},"results":[]}]}"#);
    let mut ours: Value = serde_json::from_slice(&std::fs::read(scratch.path("ours")).unwrap()).unwrap();
    ours["findings"][0]["severity"] = json!("dreadful");
    scratch.write("severity", ours.to_string());
    for (old, new, words) in [
        ("missing", "ours", "missing: cannot be read"),
        ("ours", "broken", "broken:2:12: no JSON: "),
        ("ours", "empty", "empty:1:1: the file is empty"),
        ("ours", "lines", "this is JSON Lines"),
        ("ours", "old-sarif", "old-sarif: /version: SARIF 2.1.0 is read, and this is 2.0.0"),
        ("ours", "nameless", "nameless: /runs/0/tool/driver/name: "),
        ("severity", "ours", "severity: /findings/0/severity: \"dreadful\" is no severity"),
        ("ours", "other", "other: of Other, while ours is of keysieve"),
        ("ours", "keyed", "make both reports with the same fingerprint-key"),
    ] {
        let run = keysieve(&scratch, ".", &["diff", old, new]).exits(2).says(words);
        assert!(run.out().is_empty() && run.err().starts_with("error: "), "{}", run.shown());
    }
}

#[test]
fn nothing_of_a_secret_and_nothing_that_steers_a_terminal_is_printed() {
    let scratch = Scratch::new();
    let secret = github("shown");
    report(&scratch, "shown", &[("a.txt", secret.clone())], "json", &["--show-secrets"]);
    report(&scratch, "none", &[("b.txt", "nothing".to_owned())], "json", &[]);
    let place = json!([{"physicalLocation": {"artifactLocation": {"uri": "a\u{1b}[2J"}, "region": {"startLine": 1}}}]);
    let evil = json!({"ruleId": "R\u{1b}]0;x", "message": {"text": format!("found {secret}")}, "locations": place});
    scratch.write("evil", foreign(json!([evil])));
    scratch.write("good", foreign(json!([])));
    for (old, new) in [("none", "shown"), ("good", "evil")] {
        for format in ["text", "json"] {
            let run = keysieve(&scratch, ".", &["diff", old, new, "--format", format]).exits(1);
            assert!(!run.out().contains(&secret[4..]) && !run.out().contains('\u{1b}'), "{}", run.shown());
        }
    }
}
