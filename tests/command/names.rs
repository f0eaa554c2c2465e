//! Rules that count in files of certain names alone.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{expanded, keysieve, list, text};

fn password(salt: &str) -> String {
    expanded("private-key", &format!("{{base62:20}}{salt}"))[..20].to_owned()
}

fn paths(finding: &Value) -> Vec<&str> {
    let mut paths: Vec<&str> = list(&finding["places"]).iter().map(|place| text(&place["path"])).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

#[test]
fn one_blob_counts_under_the_names_that_the_rule_is_for() {
    let scratch = Scratch::repository();
    let secret = password("1");
    let line = format!("db.acme.corp:5432:orders:app:{secret}\n");
    scratch.write("repo/app/.pgpass", &line);
    scratch.write("repo/notes.txt", &line);
    scratch.commit(1, "two names for one blob");
    scratch.git("repo", &["rm", "-q", "app/.pgpass", "notes.txt"]);
    scratch.write("repo/README", "nothing\n");
    scratch.commit(2, "gone");
    let run = keysieve(&scratch, "repo", &["history", "--format", "json", "--show-secrets"]).exits(1);
    let report = run.json();
    let finding = report.of(&secret);
    assert_eq!((text(&finding["rule"]), paths(finding)), ("pgpass-password", vec!["app/.pgpass"]));
}

#[test]
fn where_the_name_is_right_the_file_says_more_than_the_key() {
    let scratch = Scratch::new();
    let secret = password("2");
    let line = format!("//npm.acme.corp/:_authToken={secret}\n");
    scratch.write("tree/.npmrc", &line);
    scratch.write("tree/other.ini", &line);
    let run = keysieve(&scratch, ".", &["scan", "--format", "json", "--show-secrets", "tree"]).exits(1);
    let report = run.json();
    // One secret, one finding: the rule that knows most names it, and its other place is found by its key.
    let finding = report.of(&secret);
    assert_eq!(text(&finding["rule"]), "npmrc-credential");
    assert_eq!(paths(finding).len(), 2, "{finding:#}");
}

#[test]
fn a_token_keeps_its_own_name() {
    let scratch = Scratch::new();
    let token = crate::support::token("npm-access-token", "a");
    scratch.write("tree/.npmrc", format!("//npm.acme.corp/:_authToken={token}\n"));
    scratch.write("tree/.netrc", format!("machine npm.acme.corp login ci password {token}\n"));
    let run = keysieve(&scratch, ".", &["scan", "--format", "json", "--show-secrets", "tree"]).exits(1);
    let report = run.json();
    assert_eq!(text(&report.of(&token)["rule"]), "npm-access-token");
    assert_eq!(report.findings().len(), 1, "{}", run.shown());
}

#[test]
fn an_excerpt_never_shows_what_only_a_name_tells() {
    let scratch = Scratch::new();
    let secret = password("3");
    scratch.write("tree/.netrc", format!("machine a.acme.corp login ci password {secret}\n"));
    let run = keysieve(&scratch, ".", &["scan", "tree"]).exits(1);
    assert!(!run.said(&secret), "{}", run.shown());
}
