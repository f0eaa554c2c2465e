//! Members in the index, in the history and in the reports.

use keysieve::report::{Formats, Show};
use keysieve::run::{Outcome, Plan};
use serde_json::{Value, json};

use crate::build::{Zipped, gzip, tar, zip};
use crate::scripted::Scratch;
use crate::support::{look, places, scan, token};

fn written(outcome: &Outcome, format: Formats) -> Value {
    let mut out = Vec::new();
    format.writer(false).write(&outcome.report(Show::default()), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn archives_of_the_history_and_the_index_are_opened() {
    let (old, new) = (token("old"), token("new"));
    let scratch = Scratch::repository();
    let file = |secret: &str| gzip(&tar(&[("in/a.env", format!("key = {secret}\n").as_bytes())]));
    scratch.write("repo/d/x.tgz", file(&old));
    let first = scratch.commit(1, "one");
    scratch.write("repo/d/x.tgz", b"nothing");
    scratch.commit(2, "two");
    scratch.write("repo/d/y.tgz", file(&new));
    scratch.git("repo", &["add", "-A"]);
    let repository = scratch.path("repo");
    let history = look(1, &Plan { history: Some(repository.clone()), ..Plan::default() });
    assert_eq!(places(&history, &old), ["d/x.tgz!in/a.env"]);
    let introduced = history.findings.iter().find_map(|finding| finding.places[0].introduced.clone());
    assert_eq!(introduced.map(|it| (it.commit, it.in_head)), Some((first, false)));
    let staged = look(1, &Plan { staged: Some(repository.clone()), ..Plan::default() });
    assert_eq!(places(&staged, &new), ["d/y.tgz!in/a.env"]);
    let all = Plan { paths: vec![repository.clone()], secrets: true, ..Plan::default() };
    let all = look(2, &Plan { staged: Some(repository.clone()), history: Some(repository), ..all });
    assert_eq!(places(&all, &new), ["d/y.tgz!in/a.env"], "the file says it all");
}

#[test]
fn reports_name_the_container_and_the_member() {
    let secret = token("report");
    let inner = zip(&[Zipped::new("in/a b.env", format!("\n\nkey = {secret}\n").as_bytes())]);
    let outcome = scan("dir/x.tar", tar(&[("y.zip", &inner)]));
    let place = &written(&outcome, Formats::Json)["findings"][0]["places"][0];
    assert_eq!(place["origin"], "member");
    assert_eq!((&place["path"], &place["uri"]), (&json!("dir/x.tar"), &json!("dir/x.tar")));
    assert_eq!(place["member"], json!(["y.zip", "in/a b.env"]));
    assert_eq!((&place["start"]["line"], &place["bytes"]["start"]), (&json!(3), &json!(8)));
    let sarif = written(&outcome, Formats::Sarif);
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "dir/x.tar");
    assert_eq!(location["physicalLocation"]["region"], json!({"startLine": 1}));
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "dir/x.tar!y.zip!in/a b.env");
    assert_eq!(location["message"]["text"], "dir/x.tar!y.zip!in/a b.env:3:7");
    let coverage = &written(&outcome, Formats::Json)["coverage"];
    assert_eq!(coverage["members"], 2);
}

#[test]
fn a_name_that_is_a_secret_is_shown_nowhere() {
    let secret = token("shown");
    let text = format!("key = {}\n", token("beside"));
    let name = format!("{secret}/a.env");
    let outcome =
        scan("x.zip", zip(&[Zipped::new(&name, text.as_bytes()), Zipped { flags: 1, ..Zipped::new(&name, b"x") }]));
    for format in [Formats::Text, Formats::Json, Formats::Jsonl, Formats::Sarif] {
        let mut out = Vec::new();
        format.writer(false).write(&outcome.report(Show::default()), &mut out).unwrap();
        assert!(memchr::memmem::find(&out, &secret.as_bytes()[8..]).is_none(), "{}", String::from_utf8_lossy(&out));
    }
}
