//! `keysieve why` and `--show-rejected`: the same judge as the scan's, told in full.

use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;
use serde_json::Value;

use crate::cache::tar;
use crate::scripted::Scratch;
use crate::support::{github, keysieve, token};

/// The word of a comment of ours. None stands in this file, which is scanned itself.
const ALLOW: &str = concat!("keysieve", ":allow");

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_candidate_is_told_with_its_reasons() {
    let scratch = Scratch::new();
    let token = github("why");
    scratch.write("a.py", format!("token = '{token}'\npassword = 'your-password'\npassword = settings.password\n"));
    let out = keysieve(&scratch, ".", &["why", "a.py"]).exits(0).out();
    for part in [
        "github-personal-access-token",
        "proves",
        "reported: critical severity, certain confidence",
        "rejects",
        "placeholder",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains(&token[8..]) && !out.contains("your-password"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:2"]).exits(0).out();
    assert!(out.contains("1 candidate here") && !out.contains("github"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:2:1"]).exits(0).out();
    assert!(out.contains("nothing at this place"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:1:12"]).exits(0).out();
    assert!(out.contains("github-personal-access-token"), "{out}");
}

#[test]
fn what_is_hidden_says_by_what() {
    let scratch = Scratch::new();
    let (one, other) = (github("one"), github("two"));
    scratch.write("a.py", format!("a = '{one}'  # {ALLOW} github-personal-access-token a trial\nb = '{other}'\n"));
    let out = keysieve(&scratch, ".", &["why", "a.py:1"]).exits(0).out();
    assert!(out.contains("not reported: hidden by a.py:1 (keysieve:allow): a trial"), "{out}");
    let lines = lines(&keysieve(&scratch, ".", &["why", "a.py", "--format", "jsonl"]).exits(0).out());
    let verdicts: Vec<_> =
        lines.iter().filter(|it| it["type"] == "candidate").map(|it| it["verdict"].clone()).collect();
    assert_eq!(verdicts, ["suppressed", "reported"]);
    assert_eq!((&lines[0]["suppression"]["by"], &lines[1]["suppression"]), (&"comment".into(), &Value::Null));
}

#[test]
fn what_was_not_scanned_is_told() {
    let scratch = Scratch::new();
    scratch.write("flood.env", "password=x\n".repeat(30_000));
    let out = keysieve(&scratch, ".", &["why", "flood.env:1"]).exits(3).out();
    assert!(out.contains("not scanned: 1 budget") && out.contains("candidates in one text"), "{out}");
    let jsonl = lines(&keysieve(&scratch, ".", &["why", "flood.env:1", "--format", "jsonl"]).exits(3).out());
    let last = jsonl.last().unwrap();
    assert_eq!((&last["type"], &last["verdict"]["exit_code"]), (&"summary".into(), &3.into()));
}

#[test]
fn each_place_has_its_own_reasons() {
    let scratch = Scratch::new();
    let value = ["q7Xk2vR9", "mW4tZc8L"].concat();
    scratch.write("a.py", format!("\npassword = \"{value}\"\n\nurl = \"https://me:{value}@acme.io/\"\n"));
    let out = keysieve(&scratch, ".", &["why", "a.py:2"]).exits(0).out();
    assert!(out.contains("[generic-password]") && out.contains("the key names a secret"), "{out}");
    assert!(out.contains("finds the same value elsewhere") && !out.contains("userinfo"), "{out}");
}

/// The two halves of a credential are one finding, which is as sure as the id alone and says whose it is.
#[test]
fn a_pair_is_as_sure_as_its_halves() {
    let scratch = Scratch::new();
    let (id, secret) = (token("aws-access-key-id", "pair"), token("aws-secret-access-key", "pair"));
    scratch.write("a.env", format!("AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n"));
    scratch.write("b.env", format!("AWS_SECRET_ACCESS_KEY={}\n", token("aws-secret-access-key", "alone")));
    let run = keysieve(&scratch, ".", &["scan", "--min-confidence", "high", "--format", "json"]).exits(1).json();
    let findings = run.findings();
    assert_eq!((findings.len(), &findings[0]["rule"]), (1, &"aws-secret-access-key".into()));
    assert_eq!((&findings[0]["confidence"], &findings[0]["facts"][0]["name"]), (&"high".into(), &"account".into()));
    let out = keysieve(&scratch, ".", &["why", "a.env:1"]).exits(0).out();
    assert!(
        out.contains("[aws-access-key-id]") && out.contains("the other half of what `aws-secret-access-key`"),
        "{out}"
    );
}

/// A place is typed as reports print it, also one in a container, or below a name that is no text.
#[test]
fn the_places_of_reports_are_taken() {
    let scratch = Scratch::new();
    scratch.write("a.tar", tar(&[("in/a.py", format!("\ntoken = '{}'\n", github("tar")).as_bytes())]));
    let out = keysieve(&scratch, ".", &["why", "a.tar!in/a.py:2:11"]).exits(0).out();
    assert!(out.contains("github-personal-access-token") && out.contains("a.tar!in/a.py:2:10"), "{out}");
    assert!(keysieve(&scratch, ".", &["why", "a.tar!in/b.py"]).exits(0).out().contains("nothing"), "another member");
}

#[cfg(unix)]
#[test]
fn a_name_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = Scratch::new();
    let name = std::ffi::OsStr::from_bytes(b"a\xff.env");
    std::fs::write(scratch.path(".").join(name), format!("TOKEN={}\n", github("name"))).unwrap();
    let place = std::ffi::OsStr::from_bytes(b"a\xff.env:1");
    let out = keysieve(&scratch, ".", &[std::ffi::OsStr::new("why"), place]).exits(0).out();
    assert!(out.contains("2 candidates here"), "{out}");
}

#[test]
fn the_model_shows_its_shares() {
    let scratch = Scratch::new();
    let value = ["q7Xk2vR9", "mW4tZc8L", "p3Jd"].concat();
    scratch.write("app.yml", format!("api_key: \"{value}\"\n"));
    let out = keysieve(&scratch, ".", &["why", "app.yml"]).exits(0).out();
    assert!(out.contains("likely") && out.contains("letters and digits") && !out.contains(&value), "{out}");
}

#[test]
fn a_place_that_is_none_is_an_error() {
    let scratch = Scratch::new();
    scratch.write("a.py", "x = 1\n");
    keysieve(&scratch, ".", &["why", "b.py:3"]).exits(2);
    keysieve(&scratch, ".", &["why", "a.py:1"]).exits(0);
    assert!(keysieve(&scratch, ".", &["why", "a.py:2"]).exits(2).err().contains("the last one is 1"));
    assert!(keysieve(&scratch, ".", &["why", "a.py:0"]).exits(2).err().contains("counted from 1"));
    keysieve(&scratch, ".", &["why", "."]).exits(2);
    keysieve(&scratch, ".", &["why", "a.py", "--format", "sarif"]).exits(2);
    let out = keysieve(&scratch, ".", &["why", "a.py"]).exits(0).out();
    assert!(out.contains("nothing in this file has the form of a secret"), "{out}");
}

#[test]
fn rejected_ones_are_listed_on_request() {
    let scratch = Scratch::new();
    scratch.write("a.py", "password = 'your-password'\n");
    let plain = keysieve(&scratch, ".", &["scan", "a.py"]).exits(0).out();
    assert!(!plain.contains("not reported"), "{plain}");
    let text = keysieve(&scratch, ".", &["scan", "a.py", "--show-rejected"]).exits(0).out();
    assert!(text.contains("not reported[generic-password]") && !text.contains("your-password"), "{text}");
    let json = keysieve(&scratch, ".", &["scan", "a.py", "--show-rejected", "--format", "json"]).exits(0).json().0;
    assert_eq!(json["rejected"][0]["verdict"], "rejected");
    let jsonl = keysieve(&scratch, ".", &["scan", "a.py", "--show-rejected", "--format", "jsonl"]).exits(0).out();
    assert!(lines(&jsonl).iter().any(|line| line["type"] == "rejected"), "{jsonl}");
}

/// One file for each example, hits and misses: what `why` says of it is what the scan says.
#[test]
fn why_and_scan_agree_on_every_example() {
    let scratch = Scratch::new();
    let rules = RuleSet::builtin();
    let mut number = 0;
    for (_, rule) in rules.iter() {
        for example in rule.hit.iter().chain(rule.miss.iter()) {
            number += 1;
            let text = expand(&rules, rule, &example.text).unwrap();
            scratch.write(&format!("{number}/{}", example.file), text);
        }
    }
    let scan = |flags: &[&str]| {
        let mut arguments = vec!["scan", ".", "--no-ignore", "--exit-zero", "--format", "jsonl"];
        arguments.extend_from_slice(flags);
        lines(&keysieve(&scratch, ".", &arguments).out())
    };
    let of = |lines: &[Value], kind: &str| -> Vec<Value> {
        lines.iter().filter(|line| line["type"] == kind).cloned().collect()
    };
    let (plain, told) = (scan(&[]), scan(&["--show-rejected"]));
    assert!(of(&plain, "finding").len() > 200);
    assert_eq!(of(&plain, "finding"), of(&told, "finding"));
    assert!(of(&told, "rejected").len() > 200);
    // With every confidence reported, nothing that is listed as rejected is a place of a finding of its rule.
    let all = scan(&["--show-rejected", "--min-confidence", "low"]);
    let places: std::collections::BTreeSet<String> = of(&all, "finding")
        .iter()
        .flat_map(|finding| {
            let rule = finding["rule"].clone();
            let places = finding["places"].as_array().cloned().unwrap_or_default();
            places.into_iter().map(move |place| format!("{rule} {} {}", place["path"], place["bytes"]))
        })
        .collect();
    for rejected in of(&all, "rejected") {
        assert_eq!(rejected["verdict"], "rejected");
        let overlap = rejected["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == "overlap");
        let place = format!("{} {} {}", rejected["rule"], rejected["place"]["path"], rejected["place"]["bytes"]);
        assert!(overlap || !places.contains(&place), "{rejected}");
    }
}
