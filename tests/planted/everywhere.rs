//! Everything is found, at its place, once.

use serde_json::Value;

use crate::repository::{Expected, Planted};
use crate::support::{FORMATS, keysieve, list, position_of, text};

fn told(place: &Value) -> Expected {
    let introduced = &place["introduced"];
    let bool = |value: &Value| value.as_bool().unwrap();
    Expected {
        origin: ["file", "file-name", "staged", "blob", "commit-message", "tag-message", "stdin"]
            .into_iter()
            .find(|origin| place["origin"] == *origin)
            .unwrap(),
        path: place["path"].as_str().map(str::to_owned),
        object: place["object"].as_str().map(str::to_owned),
        position: position_of(place),
        introduced: introduced["commit"]
            .as_str()
            .map(|commit| (commit.to_owned(), bool(&introduced["in_head"]), bool(&introduced["reachable"]))),
    }
}

#[test]
fn every_place_is_found_with_its_rule_and_its_commit() {
    let planted = Planted::new();
    let report = keysieve(&planted.scratch, "repo", &["check", "--format", "json", "--show-secrets"]).exits(1).json();
    for (place, secret) in &planted.secrets {
        let finding = report.of(secret);
        assert_eq!(finding["rule"], planted.rules[place], "{place}");
        assert_eq!(finding["kind"], "secret");
        let Some(expected) = planted.expected.get(place) else {
            continue;
        };
        let told: Vec<Expected> = list(&finding["places"]).iter().map(told).collect();
        assert_eq!(&told, expected, "{place}");
    }
    assert_eq!(report.findings().len(), planted.secrets.len(), "and nothing else: {:#}", report.0["findings"]);
    assert_eq!(report.0["verdict"]["complete"], true, "{:#}", report.0["notices"]);
    assert_eq!(report.0["verdict"]["exit_code"], 1);
}

#[test]
fn a_name_that_is_a_secret_is_found_and_hidden() {
    let planted = Planted::new();
    let secret = planted.secret("file name");
    let report = keysieve(&planted.scratch, "repo", &["check", "--format", "json", "--show-secrets"]).json();
    let finding = report.of(secret);
    let [place] = list(&finding["places"]) else { panic!("{finding:#}") };
    assert_eq!(place["origin"], "file-name");
    assert!(text(&place["path"]).starts_with("notes/") && text(&place["path"]).ends_with(".txt"), "{place:#}");
    assert_eq!((&place["object"], &place["introduced"]), (&Value::Null, &Value::Null));
}

#[test]
fn one_secret_at_five_places_is_one_finding() {
    let planted = Planted::new();
    let secret = planted.secret("everywhere");
    let report = keysieve(&planted.scratch, "repo", &["check", "--format", "json", "--show-secrets"]).json();
    let finding = report.of(secret);
    let paths: Vec<&str> = list(&finding["places"]).iter().map(|place| text(&place["path"])).collect();
    assert_eq!(paths, ["three.txt", "two.txt", "one.txt", "two.txt", "three.txt"]);
}

#[test]
fn each_command_sees_its_part_of_it() {
    let planted = Planted::new();
    let found = |arguments: &[&str]| {
        let arguments = [arguments, &["--format", "json", "--show-secrets"]].concat();
        keysieve(&planted.scratch, "repo", &arguments).exits(1).json().secrets()
    };
    let with = |wanted: &dyn Fn(&Expected) -> bool| {
        let places = planted.expected.iter().filter(|(_, expected)| expected.iter().any(wanted));
        let mut secrets: Vec<String> = places.map(|(place, _)| planted.secret(place).to_owned()).collect();
        secrets.sort();
        secrets
    };
    assert_eq!(found(&["scan", "--staged"]), with(&|place| place.origin == "staged"));
    let mut files = with(&|place| place.origin == "file");
    files.push(planted.secret("file name").to_owned());
    files.sort();
    assert_eq!(found(&["scan"]), files);
    // What was added to the index is an object of the repository, too.
    assert_eq!(found(&["history"]), with(&|place| place.object.is_some() || place.origin == "staged"));
}

#[test]
fn the_same_repository_without_secrets_is_clean() {
    let bare = Planted::bare();
    for format in FORMATS {
        let run = keysieve(&bare.scratch, "repo", &["check", "--format", format]).exits(0).says("no findings");
        assert_eq!(run.err(), "");
    }
    let report = keysieve(&bare.scratch, "repo", &["check", "--format", "json"]).json();
    assert_eq!(report.findings(), &[] as &[Value]);
    assert_eq!(report.0["verdict"]["complete"], true);
    let coverage = &report.0["coverage"];
    assert!(coverage["commits"].as_u64() >= Some(12), "{coverage}");
    assert_eq!(coverage["tags"], 1);
    let text = keysieve(&bare.scratch, "repo", &["check"]).out();
    assert!(text.ends_with("no findings\n"), "{text}");
}
