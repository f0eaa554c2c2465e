//! Whose policy counts: a change does not excuse itself, and answers for the breaches that it brings.

use crate::changes::{add, begun, pull, pulled, pushed};
use crate::support::{github, keysieve};

const EXCUSE: &str = "exclude = [\"**/new.txt\", \"new.txt\"]\ndisable = [\"github-personal-access-token\"]\n";

#[test]
fn the_configuration_of_a_pull_request_is_that_of_its_base() {
    let scratch = begun();
    add(&scratch, 1, "new.txt");
    scratch.write("repo/keysieve.toml", EXCUSE);
    scratch.commit(2, "Excuse it");
    let pull = pull(&scratch);
    let runner = pulled(scratch, &pull, "pull-request", 0);
    assert_eq!(runner.run().exits(1).paths(), ["new.txt"]);
    // Who trusts whoever writes there says so.
    let runner = runner.with("policy-from", "head");
    assert!(runner.run().exits(0).paths().is_empty());
}

#[test]
fn what_the_base_allows_is_allowed() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/keysieve.toml", EXCUSE);
    scratch.commit(1, "Policy");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    add(&scratch, 2, "new.txt");
    let pull = pull(&scratch);
    // Only what main got later stands, which is not the pull request's.
    assert!(pulled(scratch, &pull, "pull-request", 0).run().exits(0).paths().is_empty());
}

/// A comment beside the secret is the change's own word.
#[test]
fn a_comment_in_a_pull_request_allows_nothing() {
    let scratch = begun();
    let allow = ["keysieve", ":allow github-personal-access-token for a test"].concat();
    let line = format!("{} # {allow}\n", github("new.txt"));
    scratch.write("repo/new.txt", line);
    scratch.commit(1, "Allow it");
    let pull = pull(&scratch);
    let runner = pulled(scratch, &pull, "pull-request", 0);
    assert_eq!(runner.run().exits(1).paths(), ["new.txt"]);
    // Not even where the change's own policy counts.
    runner.with("policy-from", "head").run().exits(1);
}

/// Where the base has decided that somebody reads every change.
#[test]
fn a_base_may_let_the_comments_of_changes_count() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/keysieve.toml", "[suppression]\ncomments-of-changes = true\n");
    scratch.commit(1, "Comments count");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    let allow = ["keysieve", ":allow github-personal-access-token for a test"].concat();
    scratch.write("repo/new.txt", format!("{} # {allow}\n", github("new.txt")));
    scratch.commit(2, "Allow it");
    let pull = pull(&scratch);
    assert!(pulled(scratch, &pull, "pull-request", 0).run().exits(0).paths().is_empty());
}

#[test]
fn files_that_inputs_name_are_those_of_the_base() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/ci/allows.toml", EXCUSE);
    scratch.commit(1, "Policy");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    add(&scratch, 2, "new.txt");
    scratch.write("repo/ci/excuse.toml", EXCUSE);
    scratch.commit(3, "Excuse it");
    let pull = pull(&scratch);
    let runner = pulled(scratch, &pull, "pull-request", 0).with("config", "ci/excuse.toml");
    let outcome = runner.run().exits(1).says("has no `ci/excuse.toml` yet");
    assert_eq!(outcome.paths(), ["new.txt"]);
    let runner = runner.with("config", "./ci/allows.toml");
    assert!(runner.run().exits(0).paths().is_empty());
    let runner = runner.with("config", "ci/nowhere.toml");
    runner.run().exits(2).says("there is no `ci/nowhere.toml`");
    let runner = runner.with("config", "").with("baseline", "../summary");
    runner.run().exits(2).says("does not lie in the repository");
}

/// What a baseline lists is not reported, whoever scans.
#[test]
fn a_baseline_leaves_what_is_new() {
    let scratch = begun();
    keysieve(&scratch, "repo", &["baseline", "create", "--only-file", "--file", "known.jsonl"]).exits(0);
    let before = scratch.commit(1, "Baseline");
    let after = add(&scratch, 2, "new.txt");
    scratch.git("repo", &["update-ref", "refs/heads/main", "feature"]);
    let runner = pushed(scratch, "push", &before, &after, 0).with("mode", "full");
    let (all, known) = (runner.run().exits(1).outputs, runner.with("baseline", "known.jsonl").run().exits(1).outputs);
    assert_eq!((all["findings"].as_str(), known["findings"].as_str(), known["new-findings"].as_str()), ("2", "1", "1"));
}

/// What was pushed has been reviewed, or nobody reviews it: its own policy counts.
#[test]
fn the_configuration_of_a_push_is_its_own() {
    let scratch = begun();
    let before = scratch.git("repo", &["rev-parse", "HEAD"]);
    add(&scratch, 1, "new.txt");
    scratch.write("repo/keysieve.toml", EXCUSE);
    let after = scratch.commit(2, "Policy");
    scratch.git("repo", &["update-ref", "refs/heads/main", "feature"]);
    assert!(pushed(scratch, "push", &before, &after, 0).run().exits(0).paths().is_empty());

    // The same for the linter: both trees are judged by the policy that was pushed.
    let scratch = begun();
    scratch.write("repo/.github/workflows/old.yml", WIDE);
    scratch.write("repo/keysieve.toml", LOOSE);
    let before = scratch.commit(1, "A policy that lets it pass");
    scratch.write("repo/keysieve.toml", "");
    scratch.write("repo/.github/workflows/new.yml", WIDE);
    let after = scratch.commit(2, "A stricter one");
    scratch.git("repo", &["update-ref", "refs/heads/main", "feature"]);
    let runner = pushed(scratch, "push", &before, &after, 0);
    let outcome = runner.run().exits(1);
    assert_eq!(outcome.outputs["new-findings"], "1");
    runner.scratch.write("checkout/keysieve.toml", LOOSE);
    assert_eq!(runner.run().exits(0).outputs["new-findings"], "0");
}

const LOOSE: &str = "[[check]]\nid = \"workflow-write-all\"\nseverity = \"off\"\n";
const WIDE: &str = "on: push\npermissions: write-all\njobs: {}\n";

#[test]
fn a_change_answers_for_the_breaches_that_it_brings() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/.github/workflows/old.yml", WIDE);
    scratch.commit(1, "A breach that is known");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    scratch.write("repo/plain.txt", "plain\n");
    scratch.commit(2, "Work");
    let first = pull(&scratch);
    let runner = pulled(scratch, &first, "pull-request", 0);
    let outcome = runner.run().exits(0);
    assert_eq!(outcome.outputs["new-findings"], "0");

    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/.github/workflows/old.yml", WIDE);
    scratch.commit(1, "A breach that is known");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    // The same words in another file are another breach.
    scratch.write("repo/.github/workflows/new.yml", WIDE);
    scratch.write("repo/keysieve.toml", LOOSE);
    scratch.commit(2, "A breach, and an excuse");
    let second = pull(&scratch);
    let runner = pulled(scratch, &second, "pull-request", 0);
    let outcome = runner.run().exits(1).says("workflow-write-all").says("1 breach of the policy stood there before");
    let outputs = (outcome.outputs["findings"].as_str(), outcome.outputs["new-findings"].as_str());
    assert_eq!(outputs, ("1", "1"));
    assert_eq!(outcome.paths(), [".github/workflows/new.yml"]);
    assert!(
        outcome.scan().out().contains("\n::error file=.github/workflows/new.yml,line=2,"),
        "{}",
        outcome.scan().shown()
    );
    assert!(outcome.summary.contains("workflow-write-all"), "{}", outcome.summary);
    let runner = runner.with("fail-on", "critical");
    assert_eq!(runner.run().exits(0).outputs["new-findings"], "1");
    // Its own policy is looser.
    runner.with("policy-from", "head").with("fail-on", "").run().exits(0);
}

/// However much is looked at because of a change, it does not excuse itself.
#[test]
fn a_whole_scan_of_a_pull_request_is_judged_by_its_base() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.git("repo", &["rm", "-q", "known.txt"]);
    scratch.write("repo/keysieve.toml", "fail-on = \"high\"\n");
    scratch.commit(1, "Policy");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    let allow = ["keysieve", ":allow github-personal-access-token for a test"].concat();
    scratch.write("repo/commented.txt", format!("{} # {allow}\n", github("commented")));
    add(&scratch, 2, "new.txt");
    scratch.write("repo/keysieve.toml", EXCUSE);
    scratch.commit(3, "Excuse it");
    let pull = pull(&scratch);
    let runner = pulled(scratch, &pull, "pull-request", 0).with("mode", "full");
    let outcome = runner.run().exits(1).says("keysieve.toml differs from what");
    let paths = outcome.paths();
    for path in ["new.txt", "commented.txt"] {
        assert!(paths.iter().any(|it| it == path), "{paths:?}");
    }
    runner.with("policy-from", "head").run().exits(0);
}

/// Only what is looked at is compared, and by the same paths.
#[test]
fn breaches_below_a_path_are_compared_below_it() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/sub/infra/main.tf", WIDE_ROLE);
    scratch.write("repo/other/main.tf", WIDE_ROLE);
    scratch.commit(1, "A breach that is known");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    scratch.write("repo/sub/readme", "words\n");
    scratch.commit(2, "Work");
    let change = pull(&scratch);
    let mut runner = pulled(scratch, &change, "pull-request", 0);
    for paths in ["sub", "sub/infra/main.tf", "sub\nother", "."] {
        runner.inputs.insert("paths".to_owned(), paths.to_owned());
        assert_eq!(runner.run().exits(0).outputs["new-findings"], "0", "{paths}");
    }

    let scratch = begun();
    scratch.write("repo/sub/infra/main.tf", WIDE_ROLE);
    scratch.commit(2, "A breach, and a directory that was not there");
    let change = pull(&scratch);
    let mut runner = pulled(scratch, &change, "pull-request", 0);
    for paths in ["sub", "sub/infra/main.tf", "."] {
        runner.inputs.insert("paths".to_owned(), paths.to_owned());
        let outcome = runner.run().exits(1);
        assert!(outcome.scan().out().contains(" file=sub/infra/main.tf,line="), "{paths}: {}", outcome.scan().shown());
        assert_eq!(outcome.outputs["new-findings"], "1", "{paths}");
    }
}

const WIDE_ROLE: &str = "resource \"aws_iam_policy\" \"wide\" {\n  policy = jsonencode({\n    Statement = [{ Effect = \"Allow\", \
                         Action = \"*\", Resource = \"*\" }]\n  })\n}\n";

/// A file that was only moved has the breaches that it had.
#[test]
fn a_moved_file_brings_no_breach() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/.github/workflows/old.yml", WIDE);
    scratch.commit(1, "A breach that is known");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    scratch.git("repo", &["mv", ".github/workflows/old.yml", ".github/workflows/new name.yml"]);
    scratch.commit(2, "Rename");
    let change = pull(&scratch);
    assert_eq!(pulled(scratch, &change, "pull-request", 0).run().exits(0).outputs["new-findings"], "0");

    // What was no workflow before becomes one.
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/notes/old.yml", WIDE);
    scratch.commit(1, "No breach");
    scratch.git("repo", &["checkout", "-q", "-B", "feature"]);
    scratch.write("repo/.github/workflows/keep", "");
    scratch.git("repo", &["mv", "notes/old.yml", ".github/workflows/new.yml"]);
    scratch.commit(2, "Use it");
    let change = pull(&scratch);
    assert_eq!(pulled(scratch, &change, "pull-request", 0).run().exits(1).outputs["new-findings"], "1");
}

/// An annotation is as loud as what it is about.
#[test]
fn a_mild_breach_is_no_error() {
    let scratch = begun();
    scratch.write("repo/.github/workflows/new.yml", WIDE);
    scratch.write("repo/keysieve.toml", "");
    scratch.commit(1, "A breach");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/keysieve.toml", "[[check]]\nid = \"workflow-write-all\"\nseverity = \"low\"\n");
    scratch.commit(2, "It is mild here");
    let change = pull(&scratch);
    let outcome = pulled(scratch, &change, "pull-request", 0).run().exits(0);
    assert!(
        outcome.scan().out().contains("\n::notice file=.github/workflows/new.yml,line=2,"),
        "{}",
        outcome.scan().shown()
    );
    assert_eq!(outcome.outputs["findings"], "1");
}
