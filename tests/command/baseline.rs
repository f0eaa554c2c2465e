//! A baseline lets pass what is known, follows it, and never what is new.

use std::fs;

use crate::scripted::Scratch;
use crate::support::{command, feed, github, keysieve, list, text, token};

/// A repository with a token in `a.env`, and a baseline that lists it.
fn known(secret: &str) -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/a.env", format!("TOKEN={secret}\n"));
    scratch.commit(1, "a token");
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(0).says("written, 1 entry").says("keysieve.toml");
    scratch
}

fn read(scratch: &Scratch, path: &str) -> String {
    fs::read_to_string(scratch.path(path)).unwrap()
}

/// Every way in which a repository is looked at, and none finds anything new.
fn nothing_new(scratch: &Scratch) {
    for arguments in [&["check"][..], &["scan"], &["history"], &["scan", "--staged"]] {
        keysieve(scratch, "repo", arguments).exits(0);
    }
}

#[test]
fn what_is_known_passes_in_every_mode_and_after_every_edit() {
    let secret = github("known");
    let scratch = known(&secret);
    let baseline = read(&scratch, "repo/.keysieve-baseline.jsonl");
    assert!(!baseline.contains(&secret[8..16]) && baseline.lines().count() == 2, "{baseline}");
    assert_eq!(read(&scratch, "repo/.gitattributes"), "/.keysieve-baseline.jsonl merge=union\n");
    nothing_new(&scratch);
    scratch.write("repo/a.env", format!("{}    TOKEN={secret}\n", "# a line\n".repeat(10)));
    scratch.commit(2, "moved down and in");
    nothing_new(&scratch);
    scratch.git("repo", &["mv", "a.env", "b.env"]);
    nothing_new(&scratch);
    scratch.commit(3, "renamed");
    nothing_new(&scratch);
    keysieve(&scratch, "repo", &["check"]).exits(0).says("what was at a.env is at b.env");
    keysieve(&scratch, "repo", &["baseline", "update"]).exits(0).says("taken out 0, moved 1, added 0");
    assert!(read(&scratch, "repo/.keysieve-baseline.jsonl").contains("\"b.env\""));
    nothing_new(&scratch);
    // A directory below, and from there.
    scratch.write("repo/sub/c.txt", "nothing\n");
    keysieve(&scratch, "repo/sub", &["scan", ".."]).exits(0);
    keysieve(&scratch, "repo/sub", &["check"]).exits(0);
}

#[test]
fn what_is_new_is_reported() {
    let secret = github("known");
    let scratch = known(&secret);
    // A copy, another value on the same line, another secret beside it.
    scratch.write("repo/copy.env", format!("TOKEN={secret}\n"));
    keysieve(&scratch, "repo", &["scan"]).exits(1).says("copy.env:1:7");
    keysieve(&scratch, "repo", &["scan", "copy.env"]).exits(1);
    fs::remove_file(scratch.path("repo/copy.env")).unwrap();
    scratch.write("repo/a.env", format!("TOKEN={}\n", github("another")));
    keysieve(&scratch, "repo", &["scan"]).exits(1).says("a.env:1:7");
    let other = token("stripe-live-secret-key", "beside");
    scratch.write("repo/a.env", format!("TOKEN={secret} {other}\n"));
    let report = keysieve(&scratch, "repo", &["scan", "--format", "json", "--show-secrets"]).exits(1).json();
    assert_eq!(report.secrets(), [other]);
    assert_eq!(text(&report.0["suppressed"][0]["by"]), "baseline");
}

/// Nothing was moved from where git never had it: the first commit of a secret is one, though it lay here before.
#[test]
fn the_first_commit_of_what_lay_here_is_new() {
    let scratch = Scratch::repository();
    scratch.write("repo/plain.txt", "plain\n");
    scratch.commit(1, "Begin");
    scratch.write("repo/local.env", format!("TOKEN={}\n", github("local")));
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(0).says("1 entry");
    keysieve(&scratch, "repo", &["scan"]).exits(0);
    fs::rename(scratch.path("repo/local.env"), scratch.path("local.env")).unwrap();
    scratch.commit(2, "Baseline");
    scratch.write("repo/prod.py", format!("token = '{}'\n", github("local")));
    scratch.commit(3, "Production");
    for arguments in [&["history", "--base", "HEAD~1", "--config-from", "HEAD~1"][..], &["history"], &["check"]] {
        keysieve(&scratch, "repo", arguments).exits(1).says("prod.py:1:10");
    }
    // What a range moves goes with its entry.
    let scratch = known(&github("known"));
    scratch.commit(2, "Baseline");
    scratch.git("repo", &["mv", "a.env", "b.env"]);
    scratch.write("repo/c.env", "nothing\n");
    scratch.commit(3, "Move");
    keysieve(&scratch, "repo", &["history", "--range", "HEAD~1.."]).exits(0);
    nothing_new(&scratch);
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let scratch = known(&github("known"));
    scratch.write("repo/new.env", format!("TOKEN={}\n", github("new")));
    keysieve(&scratch, "repo", &["baseline", "update"]).exits(0).says("1 found that it does not list");
    keysieve(&scratch, "repo", &["baseline", "update", "--add"]).exits(0).says("added 1");
    keysieve(&scratch, "repo", &["scan"]).exits(0);
    fs::remove_file(scratch.path("repo/new.env")).unwrap();
    keysieve(&scratch, "repo", &["check"]).exits(0).says("1 entry meets nothing any more");
    keysieve(&scratch, "repo", &["baseline", "update"]).exits(0).says("1 entry; taken out 1");
}

#[test]
fn an_audit_saves_every_answer() {
    let scratch = known(&github("known"));
    scratch.write("repo/b.env", format!("TOKEN={}\n", github("second")));
    keysieve(&scratch, "repo", &["baseline", "update", "--add"]).exits(0);
    let audit = |answers: &str| {
        feed(command(&scratch.path("repo")).args(["baseline", "audit", "--now", "2026-11-28"]), answers.as_bytes())
    };
    // A reason is asked for until there is one; then the input ends.
    audit("?\nf\n\nnot ours\n@ann\nsoon\n2027-01-31\n")
        .exits(0)
        .says("1 of 2")
        .says("1 judged, 1 unaudited")
        .says("an offline check of the rule holds");
    let one = read(&scratch, "repo/.keysieve-baseline.jsonl");
    assert!(one.contains("false-positive") && one.contains("not ours") && one.contains("2027-01-31"), "{one}");
    audit("s\n").exits(0).says("1 of 1").says("0 judged, 1 unaudited");
    audit("r\n\n\n\n").exits(0).says("1 judged, 0 unaudited");
    audit("").exits(0).says("0 judged");
    keysieve(&scratch, "repo", &["baseline", "show"]).exits(0).says("1 real, 1 false-positive").says("@ann");
    // A checksum proves that it is one.
    keysieve(&scratch, "repo", &["scan"]).exits(1).says("calls it a false positive, but an offline check holds");
}

#[test]
fn two_branches_that_add_entries_merge() {
    let scratch = known(&github("known"));
    scratch.commit(2, "baseline");
    let add = |branch: &str, at: i64| {
        scratch.git("repo", &["checkout", "-q", "-b", branch, "master"]);
        scratch.write(&format!("repo/{branch}.env"), format!("TOKEN={}\n", github(branch)));
        keysieve(&scratch, "repo", &["baseline", "update", "--add"]).exits(0);
        scratch.commit(at, branch);
    };
    scratch.git("repo", &["branch", "-M", "master"]);
    add("one", 3);
    add("two", 4);
    scratch.git("repo", &["merge", "-q", "one", "-m", "merge"]);
    nothing_new(&scratch);
    keysieve(&scratch, "repo", &["baseline", "show"]).exits(0).says("3 unaudited");
}

#[test]
fn a_baseline_of_another_key_is_an_error_and_not_everything_new() {
    let scratch = known(&github("known"));
    fs::remove_file(scratch.path("repo/keysieve.toml")).unwrap();
    keysieve(&scratch, "repo", &["scan", "--baseline", ".keysieve-baseline.jsonl"])
        .exits(2)
        .says("this run has the key unkeyed");
    let key = scratch.path("key");
    fs::write(&key, "ab".repeat(32)).unwrap();
    keysieve(&scratch, "repo", &["scan", "--baseline", ".keysieve-baseline.jsonl", "--fingerprint-key-file", "../key"])
        .exits(2)
        .says("was made with");
    keysieve(&scratch, "repo", &["scan", "--baseline", "nowhere"]).exits(2).says("nowhere: cannot be read");
    keysieve(&scratch, "repo", &["scan", "--fingerprint-key-file", "a.env"]).exits(2).says("no fingerprint key");
}

#[test]
fn a_baseline_is_not_made_of_half_a_scan_or_over_another() {
    let secret = github("known");
    let scratch = known(&secret);
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(2).says("exists").says("baseline update");
    scratch.write("repo/more.txt", "more\n");
    scratch.git("repo", &["add", "more.txt"]);
    scratch.commit_staged(2, "more");
    scratch.git("", &["clone", "-q", "--depth", "1", &format!("file://{}", scratch.path("repo").display()), "shallow"]);
    keysieve(&scratch, "shallow", &["baseline", "create"]).exits(3).says("nothing was written").says("shallow");
    assert!(
        !scratch.path("shallow/.keysieve-baseline.jsonl").exists() && !scratch.path("shallow/keysieve.toml").exists()
    );
    let made = keysieve(&scratch, "shallow", &["baseline", "create", "--accept", "shallow", "--only-file"]).exits(0);
    made.says("there is no fingerprint key");
    assert!(!scratch.path("shallow/keysieve.toml").exists());
    let fresh = Scratch::repository();
    for command in ["show", "audit", "update"] {
        let run =
            keysieve(&fresh, "repo", &["baseline", command]).exits(2).says("`keysieve baseline create` writes it");
        assert!(!run.said("--file"), "{}", run.shown());
    }
    scratch.write("repo/sub/c.txt", "nothing\n");
    keysieve(&scratch, "repo", &["baseline", "update", "sub"]).exits(2).says("of the whole repository");
}

#[test]
fn the_key_is_no_finding() {
    let scratch = known(&github("known"));
    scratch.commit(2, "baseline");
    let report = keysieve(&scratch, "repo", &["check", "--format", "json", "--min-confidence", "low"]).exits(0).json();
    assert!(list(&report.0["findings"]).is_empty(), "{:#}", report.0["findings"]);
}
