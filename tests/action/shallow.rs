//! Clones that lack the history: said, with what fetches it, and never clean.

use std::process::Command;

use serde_json::json;

use crate::changes::{add, begun, pull, pulled, pushed, remove};
use crate::runner::{Outcome, Runner, check_out, event};

/// A pull request of three commits, the first with a secret.
fn of_a_pull_request(depth: u32) -> Runner {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    remove(&scratch, 2, "new.txt");
    scratch.write("repo/plain.txt", "plain\n");
    scratch.commit(3, "Work");
    let pull = pull(&scratch);
    pulled(scratch, &pull, "pull-request", depth)
}

fn of_a_push(name: &str) -> Runner {
    let scratch = begun();
    let before = scratch.git("repo", &["rev-parse", "main"]);
    add(&scratch, 1, "new.txt");
    let after = remove(&scratch, 2, "new.txt");
    if name == "push" {
        scratch.git("repo", &["update-ref", "refs/heads/main", "feature"]);
    }
    pushed(scratch, name, &before, &after, 1)
}

/// The command that the message names.
fn command(outcome: &Outcome) -> String {
    let said = outcome.scan().out();
    let (_, rest) = said.split_once("or `").expect("a command");
    rest.split_once("` before it").unwrap().0.to_owned()
}

#[test]
fn a_clone_of_one_commit_says_what_to_fetch() {
    let makers: [fn() -> Runner; 5] = [
        || of_a_pull_request(1),
        || of_a_pull_request(2),
        || of_a_push("push"),
        || of_a_push("push-new-branch"),
        || of_a_push("push-forced"),
    ];
    for make in makers {
        let runner = make();
        let outcome = runner.run().exits(3).says("Nothing was scanned").says("`fetch-depth: 0`");
        assert_eq!(command(&outcome), "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'");
        assert_eq!((outcome.outputs["findings"].as_str(), outcome.outputs["sarif"].as_str()), ("0", ""));
        assert!(outcome.summary.contains("git fetch --unshallow"), "{}", outcome.summary);
        // What it names is what it takes.
        let mut fetch = Command::new("bash");
        fetch.args(["-c", &command(&outcome)]).current_dir(runner.scratch.path("checkout"));
        assert!(fetch.output().unwrap().status.success());
        assert_eq!(runner.run().exits(1).paths(), ["new.txt"]);

        let outcome = make().with("fetch", "true").run().exits(1);
        assert_eq!(outcome.paths(), ["new.txt"]);
    }
}

/// The base is here, and what lies between it and HEAD is not.
#[test]
fn a_gap_before_the_base_is_seen() {
    let runner = of_a_pull_request(3);
    let base = runner.scratch.git("checkout", &["rev-parse", "HEAD^1"]);
    assert!(!base.is_empty());
    runner.run().exits(3).says("the clone is shallow: commits between the base");
    runner.with("fetch", "true").run().exits(1);
}

#[test]
fn what_cannot_be_fetched_is_said() {
    let runner = of_a_pull_request(1).with("fetch", "true");
    runner.scratch.git("checkout", &["remote", "set-url", "origin", "file:///nowhere"]);
    runner.run().exits(3).says("git could not fetch it");
}

#[test]
fn a_base_that_no_branch_has_is_not_fetched_for_ever() {
    let mut runner = of_a_pull_request(0).with("base", "nowhere");
    runner.run().exits(3).says("the base nowhere is not in the clone").says("`git fetch origin");
    runner = runner.with("fetch", "true");
    runner.run().exits(3).says("the remote has it on no branch");
}

/// Of a whole scan keysieve itself says what is missing, and reports what is there.
#[test]
fn a_whole_scan_of_a_shallow_clone_is_incomplete() {
    let scratch = begun();
    let main = scratch.git("repo", &["rev-parse", "main"]);
    add(&scratch, 1, "new.txt");
    let head = remove(&scratch, 2, "new.txt");
    scratch.git("repo", &["rm", "-q", "known.txt"]);
    let tip = scratch.commit(3, "Nothing is left");
    assert!(main != head);
    check_out(&scratch, "refs/heads/feature", &tip, 1);
    let runner = Runner::new(scratch, "schedule", "refs/heads/feature", event("schedule", &[]));
    runner.run().exits(3).says("fetch --unshallow");
    let runner = runner.with("fetch", "true");
    assert_eq!(runner.run().exits(1).paths(), ["known.txt", "new.txt"]);
}

#[test]
fn without_a_repository_nothing_is_clean() {
    let scratch = begun();
    scratch.write("checkout/file.txt", "plain\n");
    let mut runner = Runner::new(scratch, "push", "refs/heads/main", event("push", &[]));
    runner.run().exits(3).says("not a git repository");
    runner.github["event_name"] = json!("schedule");
    runner.run().exits(3).says("not a git repository");
}
