//! `keysieve merge`: several reports as one.

use std::fs;

use serde_json::{Value, json};

use crate::scripted::Scratch;
use crate::support::{Report, github, keysieve, list, text, token};

fn report(scratch: &Scratch, name: &str, files: &[(&str, String)], arguments: &[&str]) -> Value {
    let tree = format!("tree-{name}");
    files.iter().for_each(|(path, text)| scratch.write(&format!("{tree}/{path}"), text));
    let output = format!("../{name}");
    keysieve(scratch, &tree, &[&["check", ".", "--format", "json", "-o", &output], arguments].concat());
    serde_json::from_slice(&fs::read(scratch.path(name)).unwrap()).unwrap()
}

fn merge(scratch: &Scratch, files: &[&str]) -> Report {
    keysieve(scratch, ".", &[&["merge"], files].concat()).exits(0).json()
}

fn tree(secrets: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let workflow = "on: push\npermissions: write-all\njobs: {}\n".to_owned();
    let mut files = vec![(".github/workflows/ci.yml", workflow)];
    files.extend_from_slice(secrets);
    files
}

#[test]
fn findings_with_one_fingerprint_become_one() {
    let scratch = Scratch::new();
    let (both, one) = (github("both"), token("npm-access-token", "one"));
    let first = report(&scratch, "a", &tree(&[("x.txt", both.clone()), ("y.txt", one)]), &[]);
    let second = report(&scratch, "b", &tree(&[("z.txt", format!("\n{both}"))]), &["--fail-on", "high"]);
    let merged = merge(&scratch, &["a", "b"]);
    let rules: Vec<&str> = merged.findings().iter().map(|finding| text(&finding["rule"])).collect();
    let mut expected = vec!["github-personal-access-token", "npm-access-token"];
    let policy: Vec<&str> =
        list(&first["findings"]).iter().filter(|it| it["kind"] == "policy").map(|it| text(&it["rule"])).collect();
    assert!(policy.contains(&"workflow-write-all"), "{policy:?}");
    expected.extend(&policy);
    let sorted = |mut rules: Vec<&str>| {
        rules.sort_unstable();
        rules.join(" ")
    };
    assert_eq!(sorted(rules), sorted(expected));
    let found = merged.findings().iter().find(|it| it["rule"] == "github-personal-access-token").unwrap();
    let paths: Vec<&str> = list(&found["places"]).iter().map(|place| text(&place["path"])).collect();
    assert_eq!(paths, ["x.txt", "z.txt"]);
    let sum =
        |path: &str| first.pointer(path).unwrap().as_u64().unwrap() + second.pointer(path).unwrap().as_u64().unwrap();
    assert_eq!(merged.0["coverage"]["files"], sum("/coverage/files"));
    assert_eq!(merged.0["coverage"]["skipped"]["no-history"], 2);
    // The strictest threshold, and everything counted anew.
    let verdict = &merged.0["verdict"];
    assert_eq!((&verdict["fail_on"], &verdict["exit_code"]), (&json!("medium"), &json!(1)));
    let failing = merged.findings().iter().filter(|it| !["info", "low"].contains(&text(&it["severity"]))).count();
    assert_eq!(verdict["failing"], failing);
    let counted: u64 =
        merged.0["by_severity"].as_object().unwrap().values().map(|number| number.as_u64().unwrap()).sum();
    assert_eq!(counted, merged.findings().len() as u64);
    assert!(text(&verdict["words"]).contains("in 2 reports"), "{verdict}");
}

#[test]
fn the_order_of_the_files_is_not_to_be_seen() {
    let scratch = Scratch::new();
    let shared = github("shared");
    for (name, number) in [("a", 0), ("b", 1), ("c", 2)] {
        let own = (0..4).map(|n| token("npm-access-token", &format!("{name}{n}"))).collect::<Vec<_>>().join("\n");
        report(&scratch, name, &tree(&[("own.txt", own), (["p.txt", "q.txt", "r.txt"][number], shared.clone())]), &[]);
    }
    let out = |files: &[&str]| keysieve(&scratch, ".", &[&["merge"], files].concat()).exits(0).stdout;
    let once = out(&["a", "b", "c"]);
    for files in [["c", "b", "a"], ["b", "a", "c"], ["a", "c", "b"]] {
        assert!(out(&files) == once, "{files:?}");
    }
    keysieve(&scratch, ".", &["merge", "a", "b", "c", "-o", "all"]).exits(0);
    assert_eq!(fs::read(scratch.path("all")).unwrap(), once);
    // What was merged can be merged and compared.
    fs::write(scratch.path("ab"), out(&["a", "b"])).unwrap();
    let twice: Value = serde_json::from_slice(&out(&["ab", "c"])).unwrap();
    let once: Value = serde_json::from_slice(&once).unwrap();
    assert_eq!(twice["findings"], once["findings"]);
    keysieve(&scratch, ".", &["diff", "a", "all"]).exits(1).says("8 new, 0 gone");
}

#[test]
fn a_report_alone_keeps_every_byte_of_its_findings() {
    let scratch = Scratch::repository();
    scratch.write("repo/old.txt", github("old"));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["rm", "-q", "old.txt"]);
    scratch.write("repo/new.txt", format!("{}\n{}", github("new"), github("old")));
    scratch.write("repo/deep/new.txt", token("npm-access-token", "x"));
    scratch.commit(10, "Go on");
    let arguments = ["check", "--format", "json", "--show-rejected", "-o", "../a"];
    keysieve(&scratch, "repo", &arguments).exits(1);
    let alone = String::from_utf8(keysieve(&scratch, ".", &["merge", "a"]).exits(0).stdout).unwrap();
    let before = fs::read_to_string(scratch.path("a")).unwrap();
    let without_words =
        |text: &str| text.lines().filter(|line| !line.contains("\"words\": ")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_words(&alone), without_words(&before));
}

fn sarif(tool: &str, id: &str, runs: usize) -> String {
    let run = json!({
        "tool": {"driver": {"name": tool}},
        "automationDetails": {"id": id},
        "results": [],
        "properties": {"z": 1, "a": {"deep": [1.5, null]}},
    });
    json!({"$schema": "https://example.com/sarif.json", "version": "2.1.0", "runs": vec![run; runs]}).to_string()
}

#[test]
fn runs_are_kept_apart_and_as_they_were() {
    let scratch = Scratch::new();
    scratch.write("tree/a.txt", github("a"));
    keysieve(&scratch, ".", &["scan", "tree", "--format", "sarif", "-o", "ours"]).exits(1);
    scratch.write("other", sarif("Other", "other/", 1));
    let merged = merge(&scratch, &["ours", "other"]).0;
    let ours: Value = serde_json::from_slice(&fs::read(scratch.path("ours")).unwrap()).unwrap();
    let other: Value = serde_json::from_str(&sarif("Other", "other/", 1)).unwrap();
    assert_eq!(merged["runs"], json!([ours["runs"][0], other["runs"][0]]));
    assert_eq!((&merged["version"], &merged["$schema"]), (&json!("2.1.0"), &ours["$schema"]));
    let alone = keysieve(&scratch, ".", &["merge", "ours"]).exits(0);
    assert_eq!((alone.out(), alone.err()), (fs::read_to_string(scratch.path("ours")).unwrap(), String::new()));
}

#[test]
fn code_scanning_takes_twenty_runs_of_different_categories() {
    let scratch = Scratch::new();
    for number in 0..21 {
        scratch.write(&format!("{number}"), sarif("Other", &format!("part {number}/"), 1));
    }
    let files: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(list(&merge(&scratch, &files[..20]).0["runs"]).len(), 20);
    let run = keysieve(&scratch, ".", &[&["merge", "-o", "out"], &files[..]].concat()).exits(2);
    assert!(run.says("21 runs in 21 files: code scanning takes 20").out().is_empty());
    assert!(!scratch.path("out").exists());
    let run = keysieve(&scratch, ".", &["merge", "1", "1"]).exits(0);
    assert!(run.said("warning: 1: there is a run of Other with the category \"part 1\" already"), "{}", run.shown());
}

#[test]
fn what_cannot_be_merged_is_said() {
    let scratch = Scratch::new();
    report(&scratch, "ours", &[("a.txt", github("a"))], &[]);
    scratch.write("tree-keyed/keysieve.toml", format!("fingerprint-key = \"{}\"\n", "0123456789abcdef".repeat(4)));
    let mut keyed = report(&scratch, "keyed", &[("a.txt", github("a"))], &[]);
    keyed["schema_version"] = json!(2);
    scratch.write("later", keyed.to_string());
    scratch.write("other", sarif("Other", "", 1));
    let mut more: Value = serde_json::from_slice(&fs::read(scratch.path("ours")).unwrap()).unwrap();
    more["a new field"] = json!("of a later version");
    scratch.write("more", more.to_string());
    more["a new field"] = json!("another");
    scratch.write("another", more.to_string());
    for (files, words) in [
        (["ours", "other"], "other: ours is of another kind"),
        (["ours", "keyed"], "make all reports with the same fingerprint-key"),
        (["ours", "later"], "later: /schema_version: version 1 is read, and this is 2"),
        (["more", "another"], "more: /a new field: not known to this version"),
        (["ours", "missing"], "missing: cannot be read"),
    ] {
        keysieve(&scratch, ".", &[&["merge"], &files[..]].concat()).exits(2).says(words);
    }
    // A field that is new and the same everywhere stays.
    assert_eq!(merge(&scratch, &["more", "ours"]).0["a new field"], "of a later version");
}
