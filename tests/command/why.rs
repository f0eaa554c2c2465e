//! `keysieve why` and `--show-rejected`: the same judge as the scan's, told in full.

use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;
use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{github, keysieve};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_candidate_is_told_with_its_reasons() {
    let scratch = Scratch::new();
    let token = github("why");
    scratch.write("a.py", format!("token = '{token}'\npassword = 'changeme'\npassword = settings.password\n"));
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
    assert!(!out.contains(&token[8..]) && !out.contains("changeme"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:2"]).exits(0).out();
    assert!(out.contains("1 candidate here") && !out.contains("github"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:2:1"]).exits(0).out();
    assert!(out.contains("nothing at this place"), "{out}");
    let out = keysieve(&scratch, ".", &["why", "a.py:1:12"]).exits(0).out();
    assert!(out.contains("github-personal-access-token"), "{out}");
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
    keysieve(&scratch, ".", &["why", "."]).exits(2);
    keysieve(&scratch, ".", &["why", "a.py", "--format", "sarif"]).exits(2);
    let out = keysieve(&scratch, ".", &["why", "a.py"]).exits(0).out();
    assert!(out.contains("nothing in this file has the form of a secret"), "{out}");
}

#[test]
fn rejected_ones_are_listed_on_request() {
    let scratch = Scratch::new();
    scratch.write("a.py", "password = 'changeme'\n");
    let plain = keysieve(&scratch, ".", &["scan", "a.py"]).exits(0).out();
    assert!(!plain.contains("not reported"), "{plain}");
    let text = keysieve(&scratch, ".", &["scan", "a.py", "--show-rejected"]).exits(0).out();
    assert!(text.contains("not reported[generic-password]") && !text.contains("changeme"), "{text}");
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
