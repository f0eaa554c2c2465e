//! Rules that count in files of certain names alone.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::search::leak;
use crate::support::{FORMATS, expanded, github, keysieve, list, text};

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

/// Every report of the run, one behind the other.
fn reports(scratch: &Scratch, arguments: &[&str]) -> Vec<u8> {
    let mut all = Vec::new();
    for format in FORMATS {
        let run = keysieve(scratch, "repo", &[arguments, &["--format", format][..]].concat());
        all.extend(run.stdout);
        all.extend(run.stderr);
    }
    all
}

fn hides(scratch: &Scratch, arguments: &[&str], secret: &str) {
    let all = reports(scratch, arguments);
    assert!(all.len() > 100, "{arguments:?}");
    if let Some(leak) = leak(&all, secret.as_bytes()) {
        panic!("{arguments:?} shows {leak}");
    }
}

#[test]
fn what_is_told_of_names_shows_no_secret_that_was_not_looked_for() {
    // A breach in a file whose name is a token, which a linter does not search.
    let scratch = Scratch::repository();
    let token = github("name");
    scratch.write(&format!("repo/.github/workflows/{token}.yml"), "on: push\npermissions: write-all\njobs: {}\n");
    scratch.commit(0, "A workflow");
    hides(&scratch, &["lint"], &token[4..]);
    // A branch and an address of which a change tells.
    scratch.git("repo", &["checkout", "-q", "-b", &format!("fix/{token}")]);
    scratch.git("repo", &["remote", "add", "origin", &format!("https://git.acme.corp/{token}/r.git")]);
    scratch.write("repo/new.txt", github("new"));
    scratch.commit(1, "A secret");
    for arguments in [&["check", "--base", "main"][..], &["history", "--base", "main"], &["check"]] {
        hides(&scratch, arguments, &token[4..]);
    }
}

#[test]
fn what_is_too_unsure_to_be_told_is_not_shown_either() {
    let scratch = Scratch::repository();
    let secret = password("unsure");
    scratch.write("repo/config/app.yml", format!("database:\n  password: \"{secret}\"\n"));
    scratch.write("repo/known.txt", github("known"));
    let author = [("GIT_AUTHOR_NAME", secret.as_str()), ("GIT_COMMITTER_NAME", secret.as_str())];
    scratch.git("repo", &["add", "-A"]);
    scratch.git_with("repo", &["commit", "-q", "-m", "By somebody"], &author);
    scratch.git("repo", &["branch", &secret]);
    hides(&scratch, &["check", "--min-confidence", "certain"], &secret);
}

#[test]
fn a_name_in_another_spelling_is_not_shown() {
    let scratch = Scratch::repository();
    let token = github("spelt");
    let hex = data_encoding::HEXLOWER.encode(token.as_bytes());
    scratch.write("repo/a.py", format!("x = '{token}'\n"));
    scratch.write(&format!("repo/d/{hex}.txt"), "nothing\n");
    scratch.git("repo", &["add", "-A"]);
    let author = format!("A {hex}");
    scratch.git_with("repo", &["commit", "-q", "-m", "By hex"], &[("GIT_AUTHOR_NAME", &author)]);
    scratch.git("repo", &["tag", &format!("t-{hex}")]);
    hides(&scratch, &["check"], &hex[8..]);
    let why = keysieve(&scratch, "repo", &["why", &format!("d/{hex}.txt")]);
    assert!(!why.said(&hex[8..40]), "{}", why.shown());
}
