//! Pushes: what came with one, whatever was done to the ref.

use crate::changes::{add, begun, pushed, remove};
use crate::support::github;

#[test]
fn a_push_of_several_commits_is_looked_at_from_where_the_branch_was() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    let before = add(&scratch, 1, "before.txt");
    add(&scratch, 2, "short.txt");
    remove(&scratch, 3, "short.txt");
    let after = add(&scratch, 4, "new.txt");
    let runner = pushed(scratch, "push", &before, &after, 0);
    assert_eq!(runner.run().exits(1).says("what 3 commits bring").paths(), ["new.txt", "short.txt"]);
}

#[test]
fn a_push_that_brings_nothing_is_clean_and_says_so() {
    let scratch = begun();
    let known = scratch.git("repo", &["rev-parse", "main"]);
    pushed(scratch, "push", &known, &known, 0).run().exits(0).says("nothing new to scan");
}

#[test]
fn a_rewritten_branch_is_compared_with_what_it_was_or_else_with_the_default_branch() {
    let scratch = begun();
    let first = add(&scratch, 1, "first.txt");
    let before = add(&scratch, 2, "gone.txt");
    scratch.git("repo", &["reset", "-q", "--hard", &first]);
    let after = add(&scratch, 3, "new.txt");
    let runner = pushed(scratch, "push-forced", &before, &after, 0);
    let outcome = runner.run().exits(1).says("is not in the clone: compared with the default branch");
    assert_eq!(outcome.paths(), ["first.txt", "new.txt"]);
    runner.scratch.git("checkout", &["fetch", "-q", "origin", &before]);
    assert_eq!(runner.run().exits(1).says("what 1 commit brings").paths(), ["new.txt"]);
}

#[test]
fn a_new_branch_is_compared_with_the_default_branch() {
    let scratch = begun();
    let after = add(&scratch, 1, "new.txt");
    // Another branch that was pushed with the same commit excuses nothing.
    scratch.git("repo", &["branch", "twin"]);
    let outcome = pushed(scratch, "push-new-branch", "", &after, 0).run().exits(1);
    assert_eq!(outcome.paths(), ["new.txt"]);
}

#[test]
fn the_first_push_is_looked_at_as_a_whole() {
    let scratch = begun();
    let after = scratch.git("repo", &["rev-parse", "main"]);
    let outcome = pushed(scratch, "push-first", "", &after, 0).run().exits(1).says("the whole history");
    assert!(outcome.paths().contains(&"known.txt".to_owned()));
}

#[test]
fn a_deleted_branch_is_nothing_to_scan() {
    let scratch = begun();
    let known = scratch.git("repo", &["rev-parse", "main"]);
    let mut runner = pushed(scratch, "push", &known, &known, 0);
    runner.github["event"] = crate::runner::event("push-deleted", &[("BEFORE", &known)]);
    let outcome = runner.run().exits(0).says("a ref was deleted");
    assert_eq!((outcome.outputs["findings"].as_str(), outcome.outputs["report"].as_str()), ("0", ""));
    assert!(outcome.summary.contains("a ref was deleted"));
}

#[test]
fn the_message_of_a_pushed_tag_is_scanned() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    let known = scratch.git("repo", &["rev-parse", "main"]);
    let names = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    scratch.git("repo", &[&names[..], &["tag", "-a", "v1", "-m", &github("tag")]].concat());
    let tag = scratch.git("repo", &["rev-parse", "refs/tags/v1"]);
    assert_ne!(tag, known);
    let runner = pushed(scratch, "push-tag", "", &tag, 0);
    assert_eq!(runner.run().exits(1).paths(), ["-"]);
    runner.scratch.git("checkout", &["tag", "-d", "v1"]);
    runner.scratch.git("checkout", &["tag", "v1", "HEAD"]);
    runner.run().exits(0).says("nothing new to scan");
}

#[test]
fn a_checkout_without_what_was_pushed_is_not_taken_for_it() {
    let scratch = begun();
    let after = add(&scratch, 1, "new.txt");
    let main = scratch.git("repo", &["rev-parse", "main"]);
    let runner = pushed(scratch, "push-new-branch", "", &after, 0);
    runner.scratch.git("checkout", &["checkout", "-q", "--detach", &main]);
    runner.run().exits(3).says("HEAD does not hold what was pushed");
}
