//! What SARIF says beyond the results: what hides them, where they came from, and where the history is shown.

use keysieve::finding::{Means, Severity, Suppressed, Suppression};
use keysieve::place::FilePath;
use keysieve::report::{Checkout, Formats};
use serde_json::{Value, json};

use crate::linter::lint;
use crate::sample::{Run, blob, file, finding, introduced, made_up, object_id, place, sample};

fn hidden(means: Means, seed: u64) -> Suppressed {
    let secret = format!("exa_{}", made_up(seed, 36));
    let mut finding = finding(
        "example-token",
        Severity::High,
        &secret,
        vec![place(file("src/a.rs"), 2, &format!("key = {secret}"), &secret)],
    );
    finding.message = format!("hidden by {}", means.id());
    let by = Suppression {
        means,
        source: "src/a.rs:3".to_owned(),
        stated: "stated".to_owned(),
        reason: "read by the tests".to_owned(),
        owner: Some("@ada".to_owned()),
        until: Some(jiff::civil::date(2027, 1, 31)),
    };
    Suppressed { finding, by }
}

fn results(sarif: &Value, run: usize) -> &Vec<Value> {
    sarif["runs"][run]["results"].as_array().unwrap()
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

#[test]
fn what_is_hidden_is_written_only_where_it_was_asked_for() {
    let mut run = sample();
    let before = results(&run.sarif(), 0).len();
    run.suppressed = Means::ALL.into_iter().zip(50..).map(|(means, seed)| hidden(means, seed)).collect();
    assert_eq!(results(&run.sarif(), 0).len(), before);
    run.show_suppressed = true;
    run.has_baseline = true;
    let sarif = run.sarif();
    lint(&sarif);
    let all = results(&sarif, 0);
    assert!(all[..before].iter().all(|it| it["suppressions"].is_null() && it["baselineState"] == "new"));
    for (means, result) in Means::ALL.into_iter().zip(&all[before..]) {
        let suppression = &result["suppressions"][0];
        let in_source = matches!(means, Means::Comment | Means::ForeignComment);
        assert_eq!(suppression["kind"], if in_source { "inSource" } else { "external" });
        assert_eq!(suppression["justification"], "read by the tests");
        assert_eq!(suppression["properties"]["until"], "2027-01-31");
        let known = if means == Means::Baseline { json!("unchanged") } else { Value::Null };
        assert_eq!(result["baselineState"], known);
    }
    assert_eq!(all.len(), before + Means::ALL.len());
}

#[test]
fn hidden_ones_are_the_first_to_be_left_out() {
    let secret = |n: u64| format!("exa_{}", made_up(n, 30));
    let reported = (0..4_999).map(|n| {
        let secret = secret(n);
        finding("example-token", Severity::Low, &secret, vec![place(file("a"), 0, &secret, &secret)])
    });
    let mut run = Run::of(reported.collect());
    run.suppressed = vec![hidden(Means::Comment, 9_000), hidden(Means::Baseline, 9_001)];
    run.show_suppressed = true;
    let sarif = run.sarif();
    assert_eq!(results(&sarif, 0).len(), 5_000);
    assert!(results(&sarif, 0)[..4_999].iter().all(|it| it["suppressions"].is_null()));
}

/// A secret that was brought at each path and removed later.
fn removed(paths: &[&str], head: &[&str]) -> Run {
    let secret = format!("exa_{}", made_up(5, 36));
    let mut gone = finding("example-token", Severity::High, &secret, vec![]);
    for (path, seed) in paths.iter().zip(60..) {
        let mut place = place(blob(seed, Some(path)), 4, &secret, &secret);
        place.introduced = introduced(seed + 100, 28 - (seed as u32 - 60), false);
        gone.places.push(place);
    }
    let mut run = sample();
    gone.life = run.findings.iter().find_map(|finding| finding.life.clone());
    run.findings = vec![gone];
    run.checkout.head = head.iter().map(|path| (FilePath::from(*path), object_id(1))).collect();
    run
}

#[test]
fn a_flow_leads_from_the_first_commit_to_the_removal_where_all_its_files_can_be_opened() {
    let sarif = removed(&["a.env", "b.env"], &["a.env", "b.env"]).sarif();
    lint(&sarif);
    assert_eq!(results(&sarif, 0).len(), 0);
    let steps = results(&sarif, 1)[0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let steps: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| &step["location"])
        .map(|it| (uri_of(it), it["message"]["text"].as_str().unwrap()))
        .collect();
    let commit = |seed| object_id(seed)[..10].to_owned();
    // In the order of time, not of the places.
    assert_eq!(
        steps,
        [
            ("b.env", &*format!("Brought on 2024-03-27 by commit {}", commit(161))),
            ("a.env", &*format!("Brought on 2024-03-28 by commit {}", commit(160))),
            ("a.env", &*format!("Removed on 2024-03-13 by commit {}", commit(141))),
        ]
    );
    let sarif = removed(&["a.env", "b.env"], &["a.env"]).sarif();
    assert!(results(&sarif, 1)[0]["codeFlows"].is_null());
}

fn uri_of(location: &Value) -> &str {
    location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
}

#[test]
fn what_head_no_longer_has_is_shown_in_a_file_that_it_has() {
    let at = |head: &[&str], anchor: Option<&str>, commit: bool| {
        let mut run = removed(&["a b.env"], head);
        run.checkout.anchor = anchor.map(FilePath::from);
        run.checkout.commit = commit.then(|| object_id(7));
        let sarif = run.sarif();
        lint(&sarif);
        let result = &results(&sarif, 1)[0];
        assert!(result["message"]["text"].as_str().unwrap().contains("a b.env:5:1"), "{result:#}");
        assert_eq!(result["locations"][0]["properties"]["path"], "a b.env");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"], json!({"startLine": 1}));
        uri(result).to_owned()
    };
    assert_eq!(at(&["a b.env"], Some("README.md"), true), "a%20b.env");
    assert_eq!(at(&[], Some("README.md"), true), "README.md");
    assert_eq!(at(&[], None, true), "a%20b.env");
    // Nobody knows what HEAD has.
    assert_eq!(at(&[], Some("README.md"), false), "a%20b.env");
}

#[test]
fn a_blob_that_is_checked_out_is_shown_at_its_line() {
    let secret = format!("exa_{}", made_up(5, 36));
    let mut brought = finding("example-token", Severity::High, &secret, vec![]);
    brought.places.push(place(blob(60, Some("a.env")), 4, &secret, &secret));
    brought.places[0].introduced = introduced(160, 1, true);
    let mut run = Run::of(vec![brought]);
    let line =
        |run: &Run| results(&run.sarif(), 0)[0]["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
    run.checkout = Checkout { commit: Some(object_id(7)), ..Checkout::default() };
    run.checkout.head.insert(FilePath::from("a.env"), object_id(61));
    assert_eq!(line(&run), 1);
    run.checkout.head.insert(FilePath::from("a.env"), object_id(60));
    assert_eq!(line(&run), 5);
    lint(&run.sarif());
}

#[test]
fn the_run_of_the_history_is_there_where_it_can_close_alerts() {
    let runs = |run: &Run| run.sarif()["runs"].as_array().unwrap().len();
    let mut run = Run::of(vec![]);
    assert_eq!(runs(&run), 1);
    run.checkout.whole_history = true;
    assert_eq!(runs(&run), 2);
    lint(&run.sarif());
}

/// An upload of what a change brings must close nothing of what was there before.
#[test]
fn a_change_is_a_category_of_its_own() {
    let mut run = sample();
    run.checkout.is_change = true;
    let sarif = run.sarif();
    lint(&sarif);
    let runs = sarif["runs"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["automationDetails"]["id"]), (1, &"keysieve-change/".into()));
    assert_eq!(results(&sarif, 0).len(), run.findings.len());
    run.findings.clear();
    run.checkout.whole_history = false;
    assert_eq!(run.sarif()["runs"].as_array().unwrap().len(), 1);
}

/// Whatever directory was scanned, a forge has its files from the top.
#[test]
fn paths_are_those_from_the_top() {
    let secret = format!("exa_{}", made_up(5, 36));
    let mut found = finding("example-token", Severity::High, &secret, vec![]);
    found.places.push(place(file("a.env"), 4, &secret, &secret));
    found.places.push(place(blob(60, Some("sub/a.env")), 4, &secret, &secret));
    let mut run = Run::of(vec![found]);
    run.checkout.from_top.insert(FilePath::from("a.env"), FilePath::from("sub/a.env"));
    run.checkout.head.insert(FilePath::from("sub/a.env"), object_id(60));
    let sarif = run.sarif();
    lint(&sarif);
    for location in results(&sarif, 0)[0]["locations"].as_array().unwrap() {
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "sub/a.env");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 5);
    }
    assert!(run.text(Formats::Github).contains("file=sub/a.env,line=5,"));
    for format in [Formats::Junit, Formats::CodeQuality, Formats::Gitlab, Formats::Csv] {
        assert!(run.text(format).contains("\"sub/a.env\""), "{}", run.text(format));
    }
}

/// A line that a commit brought and HEAD has unchanged is one that every forge can open.
#[test]
fn what_head_holds_is_a_line_of_a_file() {
    let secret = format!("exa_{}", made_up(5, 36));
    let mut found = finding("example-token", Severity::High, &secret, vec![]);
    found.places.push(place(blob(60, Some("a.env")), 4, &secret, &secret));
    found.places[0].introduced = introduced(160, 1, true);
    let mut run = Run::of(vec![found]);
    let lines = |run: &Run| {
        let junit = run.text(Formats::Junit).contains(" file=\"a.env\" line=\"5\"");
        let csv = run.text(Formats::Csv).contains("\"a.env\",\"5\",");
        let quality = run.text(Formats::CodeQuality).contains("\"begin\": 5");
        (run.text(Formats::Github).contains("file=a.env,line=5,"), junit, csv, quality)
    };
    assert_eq!(lines(&run), (false, false, false, false));
    run.checkout.head.insert(FilePath::from("a.env"), object_id(60));
    assert_eq!(lines(&run), (true, true, true, true));
}

#[test]
fn notes_are_notifications() {
    let mut run = sample();
    let notifications = |run: &Run, of: usize| {
        run.sarif()["runs"][of]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().clone()
    };
    run.notes.clear();
    let before = notifications(&run, 0).len();
    run.notes = vec!["baseline: 2 entries meet nothing any more [x](y)".to_owned()];
    lint(&run.sarif());
    let said = notifications(&run, 0);
    assert_eq!(said.len(), before + 1);
    assert_eq!(said[before]["level"], "note");
    assert_eq!(said[before]["message"]["text"], "baseline: 2 entries meet nothing any more [x] (y)");
    assert_eq!(notifications(&run, 1).len(), 0);
}
