//! Everything is found, at its place, once.

use serde_json::Value;

use crate::repository::{Expected, Planted};
use crate::support::{FORMATS, LISTS, keysieve, list, position_of, text};

const ORIGINS: [&str; 13] = [
    "file",
    "file-name",
    "staged",
    "blob",
    "lfs-object",
    "note",
    "entry-name",
    "commit-header",
    "commit-message",
    "tag-header",
    "tag-message",
    "ref-name",
    "repository-config",
];

fn told(place: &Value) -> Expected {
    let introduced = &place["introduced"];
    let bool = |value: &Value| value.as_bool().unwrap();
    Expected {
        origin: ORIGINS.into_iter().find(|origin| place["origin"] == *origin).unwrap(),
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
    for planted in [Planted::new(), Planted::sha256()] {
        let report =
            keysieve(&planted.scratch, "repo", &["check", "--format", "json", "--show-secrets"]).exits(1).json();
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
fn names_and_notes_of_the_history_are_found_with_what_they_belong_to() {
    let planted = Planted::new();
    let report = keysieve(&planted.scratch, "repo", &["check", "--format", "json", "--show-secrets"]).json();
    let only = |place: &str| {
        let finding = report.of(planted.secret(place));
        let [place] = list(&finding["places"]) else { panic!("{finding:#}") };
        place.clone()
    };
    for (place, end) in [("removed file name", ".txt"), ("removed directory name", "")] {
        let name = only(place);
        assert_eq!(name["origin"], "entry-name", "{name:#}");
        assert!(text(&name["path"]).starts_with("old/") && text(&name["path"]).ends_with(end), "{name:#}");
        assert_eq!(name["introduced"]["in_head"], false);
        let subject = planted.scratch.git("repo", &["log", "-1", "--format=%s", text(&name["introduced"]["commit"])]);
        assert_eq!(subject, "Names");
    }
    for place in ["branch name", "tag name"] {
        assert_eq!(only(place)["origin"], "ref-name", "{place}");
    }
    let note = only("note");
    assert_eq!(note["origin"], "note", "{note:#}");
    let shown = keysieve(&planted.scratch, "repo", &["history"]).out();
    let on = planted.scratch.git("repo", &["rev-parse", "plain^{commit}"]);
    assert!(shown.contains(&format!("note on {}", &on[..10])), "{shown}");
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
    let mut history = with(&|place| place.object.is_some() || ["staged", "repository-config"].contains(&place.origin));
    let told_elsewhere = ["note", "branch name", "tag name", "removed file name", "removed directory name"];
    history.extend(told_elsewhere.map(|place| planted.secret(place).to_owned()));
    history.sort();
    assert_eq!(found(&["history"]), history);
}

#[test]
fn the_same_repository_without_secrets_is_clean() {
    let bare = Planted::bare();
    for format in FORMATS {
        let run = keysieve(&bare.scratch, "repo", &["check", "--format", format]).exits(0);
        assert_eq!(run.err(), "");
        assert!(run.said("no findings") || LISTS.contains(&format), "{}", run.shown());
    }
    let report = keysieve(&bare.scratch, "repo", &["check", "--format", "json"]).json();
    assert_eq!(report.findings(), &[] as &[Value]);
    assert_eq!(report.0["verdict"]["complete"], true);
    let coverage = &report.0["coverage"];
    assert!(coverage["commits"].as_u64() >= Some(12), "{coverage}");
    assert_eq!(coverage["tags"], 2);
    let text = keysieve(&bare.scratch, "repo", &["check"]).out();
    assert!(text.ends_with("no findings\n"), "{text}");
}
