//! Pull requests and the merge queue: what the change brings, all of it, and nothing else.

use serde_json::json;

use crate::changes::{add, begun, pull, pulled, remove};
use crate::runner::{Runner, check_out, event};
use crate::support::github;

#[test]
fn forty_five_commits_are_all_looked_at() {
    let scratch = begun();
    add(&scratch, 1, "first.txt");
    remove(&scratch, 2, "first.txt");
    for number in 3..=45 {
        scratch.write("repo/plain.txt", format!("{number}\n"));
        scratch.commit(number, "Work");
    }
    let pull = pull(&scratch);
    let runner = pulled(scratch, &pull, "pull-request", 0);
    let outcome = runner.run().exits(1).says("what 46 commits bring");
    assert_eq!(outcome.paths(), ["first.txt"]);
    assert_eq!(outcome.report()["coverage"]["commits"], 46);
    assert_eq!(outcome.outputs["new-findings"], "1");
    assert!(outcome.summary.contains("what 46 commits bring since"));
    // The head itself instead of the merge: `ref: ${{ github.event.pull_request.head.sha }}`.
    runner.scratch.git("checkout", &["checkout", "-q", "--detach", &pull.head]);
    let outcome = runner.run().exits(1).says("what 45 commits bring");
    assert_eq!(outcome.paths(), ["first.txt"]);
}

#[test]
fn what_a_merge_brings_belongs_to_the_pull_request() {
    let scratch = begun();
    scratch.write("repo/both.txt", "feature\n");
    scratch.commit(1, "Feature");
    scratch.git("repo", &["checkout", "-q", "-b", "other", "main"]);
    add(&scratch, 2, "other.txt");
    scratch.write("repo/both.txt", "other\n");
    scratch.commit(3, "Other");
    scratch.git("repo", &["checkout", "-q", "feature"]);
    scratch.try_git("repo", &["merge", "-q", "--no-commit", "other"]);
    scratch.write("repo/both.txt", github("resolution"));
    scratch.commit(4, "Merge other");
    scratch.git("repo", &["branch", "-q", "-D", "other"]);
    let pull = pull(&scratch);
    let outcome = pulled(scratch, &pull, "pull-request", 0).run().exits(1);
    assert_eq!(outcome.paths(), ["both.txt", "other.txt"]);
}

/// A fork has no token that writes, and no secrets; what may fail there only warns.
#[test]
fn a_fork_is_scanned_with_what_it_has() {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    let pull = pull(&scratch);
    scratch.git("repo", &["branch", "-q", "-D", "feature"]);
    let runner = pulled(scratch, &pull, "pull-request-fork", 0).with("upload-sarif", "true").with("comment", "true");
    runner.program("gh", "#!/bin/sh\necho 'gh: Resource not accessible by integration (HTTP 403)' >&2\nexit 1\n");
    let outcome = runner.run().exits(1);
    assert_eq!(outcome.paths(), ["new.txt"]);
    assert!(outcome.scan().out().lines().any(|line| line.starts_with("::error") && line.contains("new.txt")));
    assert!(!outcome.summary.contains(&github("new.txt")), "the summary masks it");
    for step in ["Upload the SARIF report", "Comment"] {
        let run = outcome.step(step);
        assert_eq!(run.code, Some(0), "{}", run.shown());
        assert!(run.out().starts_with("::warning title=keysieve::") && run.said("HTTP 403"), "{}", run.shown());
    }
}

#[test]
fn a_pull_request_without_commits_is_clean_and_says_so() {
    let scratch = begun();
    let base = scratch.git("repo", &["rev-parse", "main"]);
    check_out(&scratch, "refs/heads/main", &base, 0);
    let payload = event("pull-request", &[("BASE", &base), ("HEAD", &base)]);
    let runner = Runner::new(scratch, "pull_request", "refs/pull/17/merge", payload);
    let outcome = runner.run().exits(0).says("nothing new to scan");
    assert_eq!(outcome.outputs["findings"], "0");
}

/// `pull_request_target` checks the base out: a scan of that would say nothing of the change.
#[test]
fn a_checkout_of_something_else_is_not_taken_for_the_change() {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    let pull = pull(&scratch);
    check_out(&scratch, "refs/heads/main", &pull.base, 0);
    let payload = event("pull-request", &[("BASE", &pull.base), ("HEAD", &pull.head)]);
    let mut runner = Runner::new(scratch, "pull_request_target", "refs/heads/main", payload);
    let outcome = runner.run().exits(3).says("HEAD does not hold the head of the change").says(&pull.head);
    assert_eq!(outcome.outputs["report"], "");
    assert!(outcome.summary.contains("did not scan"));
    runner.scratch.git("checkout", &["fetch", "-q", "origin", &pull.head]);
    runner.scratch.git("checkout", &["checkout", "-q", "--detach", &pull.head]);
    runner.run().exits(1);
    // The mode that the event does not give.
    runner.github["event_name"] = json!("workflow_dispatch");
    runner.github["event"] = event("workflow-dispatch", &[]);
    runner.with("mode", "pr").run().exits(2).says("say `base:`");
}

#[test]
fn an_entry_of_the_merge_queue_is_compared_with_its_base() {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    let pull = pull(&scratch);
    let base = scratch.git("repo", &["rev-parse", "main"]);
    let reference = "refs/heads/gh-readonly-queue/main/pr-17";
    scratch.git("repo", &["update-ref", reference, &pull.merge]);
    check_out(&scratch, reference, &pull.merge, 0);
    let payload = event("merge-group", &[("BASE", &base), ("HEAD", &pull.merge)]);
    let outcome = Runner::new(scratch, "merge_group", reference, payload).run().exits(1).says("what 2 commits bring");
    assert_eq!(outcome.paths(), ["new.txt"]);
}

#[test]
fn a_base_of_ones_own_goes_before_that_of_the_event() {
    let scratch = begun();
    add(&scratch, 1, "one.txt");
    let middle = scratch.git("repo", &["rev-parse", "HEAD"]);
    add(&scratch, 2, "two.txt");
    let pull = pull(&scratch);
    scratch.git("repo", &["tag", "start", "main~1"]);
    let runner = pulled(scratch, &pull, "pull-request", 0).with("base", &middle);
    assert_eq!(runner.run().exits(1).paths(), ["later-on-main.txt", "two.txt"]);
    let runner = runner.with("base", "start");
    assert_eq!(runner.run().exits(1).paths(), ["later-on-main.txt", "one.txt", "two.txt"]);
}
