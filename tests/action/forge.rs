//! The two steps that speak to GitHub, with a `gh` that writes down what it is asked.

use std::fs;

use crate::changes::{add, begun, pull, pulled, pushed};
use crate::runner::Runner;

/// Answers with `FOUND` when it is asked for comments, and keeps a copy of what it is given.
const GH: &str = r#"#!/bin/bash
printf '%s\n' "$*" >> "$CALLS"
for argument in "$@"; do
  case $argument in
    body=@*) cp "${argument#body=@}" "$CALLS.body" ;;
    sarif=@*) cp "${argument#sarif=@}" "$CALLS.sarif" ;;
  esac
done
case "$*" in
  *--paginate*) printf '%s' "$FOUND" ;;
  *"comments/13 "*) echo 'gh: Not Found (HTTP 404)' >&2; exit 1 ;;
esac
"#;

fn runner(is_clean: bool, found: &str) -> Runner {
    let scratch = begun();
    match is_clean {
        true => {
            scratch.write("repo/plain.txt", "plain\n");
            scratch.commit(1, "Work");
        }
        false => _ = add(&scratch, 1, "new.txt"),
    }
    let pull = pull(&scratch);
    let mut runner = pulled(scratch, &pull, "pull-request", 0).with("comment", "true");
    runner.program("gh", GH);
    let calls = runner.scratch.path("calls").display().to_string();
    runner.machine = vec![("CALLS".to_owned(), calls), ("FOUND".to_owned(), found.to_owned())];
    runner
}

fn calls(runner: &Runner) -> Vec<String> {
    fs::read_to_string(runner.scratch.path("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn the_comment_is_written_once_and_then_anew() {
    let runner_of = runner(false, "");
    let outcome = runner_of.run().exits(1);
    assert!(outcome.step("Comment").said("a comment was written"));
    let called = calls(&runner_of);
    assert_eq!(called.len(), 2, "{called:#?}");
    assert!(called[1].starts_with("api --method POST repos/example-org/example/issues/17/comments "), "{called:#?}");
    let body = fs::read_to_string(runner_of.scratch.path("calls.body")).unwrap();
    assert!(body.starts_with("<!-- keysieve CI secrets -->\n") && body.contains("what 2 commits bring"), "{body}");
    // The first with the mark is somebody else's.
    let runner_of = runner(false, "13\n14\n");
    runner_of.run().exits(1);
    let called = calls(&runner_of);
    assert_eq!(called.len(), 3, "{called:#?}");
    assert!(called[2].starts_with("api --method PATCH repos/example-org/example/issues/comments/14 "), "{called:#?}");
}

#[test]
fn a_clean_change_gets_no_comment_but_takes_an_old_one_back() {
    let runner_of = runner(true, "");
    let outcome = runner_of.run().exits(0);
    assert!(outcome.step("Comment").said("none is needed"));
    assert_eq!(calls(&runner_of).len(), 1);
    let runner_of = runner(true, "14");
    runner_of.run().exits(0);
    assert!(calls(&runner_of)[1].contains("--method PATCH"));
}

#[test]
fn a_long_comment_is_cut_between_lines() {
    let runner = runner(false, "");
    let script = format!("{}/action/comment.sh", env!("CARGO_MANIFEST_DIR"));
    let line = format!("| é{} |", "x".repeat(97));
    runner.scratch.write("text.md", format!("{line}\n").repeat(1000));
    let mut command = std::process::Command::new("bash");
    command.arg(script).current_dir(runner.scratch.path("checkout")).envs(runner.machine.iter().cloned());
    let path = format!("{}:{}", runner.scratch.path("bin").display(), std::env::var("PATH").unwrap());
    command
        .env("PATH", path)
        .env("TEXT", runner.scratch.path("text.md"))
        .env("RUNNER_TEMP", runner.scratch.path("temp"));
    for (name, value) in
        [("FINDINGS", "1"), ("CODE", "1"), ("REPOSITORY", "o/r"), ("PULL", "17"), ("WORKFLOW", "w"), ("JOB", "j")]
    {
        command.env(name, value);
    }
    fs::create_dir_all(runner.scratch.path("temp")).unwrap();
    crate::support::run(&mut command).exits(0);
    let body = fs::read_to_string(runner.scratch.path("calls.body")).unwrap();
    assert!(body.len() < 65_536 && body.len() > 55_000, "{}", body.len());
    assert!(body.lines().filter(|it| it.starts_with('|')).all(|it| it == line));
    assert!(body.ends_with("cut here: the summary of the job has the rest\n"));
}

#[test]
fn the_sarif_report_is_sent_as_code_scanning_takes_it() {
    let runner = runner(false, "").with("comment", "false").with("upload-sarif", "true");
    let outcome = runner.run().exits(1);
    assert_eq!(outcome.steps.len(), 2, "no comment was asked for");
    let called = calls(&runner);
    assert!(called[0].starts_with("api --method POST repos/example-org/example/code-scanning/sarifs "), "{called:#?}");
    assert!(called[0].contains("-f ref=refs/pull/17/merge"), "{called:#?}");
    let unpack = "base64 -d < \"$1\" | gzip -dc | cmp - \"$2\"";
    let mut command = std::process::Command::new("bash");
    command.args(["-c", unpack, "-"]).arg(runner.scratch.path("calls.sarif"));
    command.arg(runner.scratch.path("checkout/keysieve.sarif"));
    assert!(command.status().unwrap().success());
}

/// The next push would close what this one opens.
#[test]
fn what_a_push_brings_is_not_sent_to_code_scanning() {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    let before = scratch.git("repo", &["rev-parse", "HEAD"]);
    let after = add(&scratch, 1, "new.txt");
    let mut runner = pushed(scratch, "push", &before, &after, 0).with("upload-sarif", "true");
    runner.program("gh", GH);
    runner.machine = vec![("CALLS".to_owned(), runner.scratch.path("calls").display().to_string())];
    let outcome = runner.run().exits(1);
    assert!(outcome.step("Upload the SARIF report").said("::notice title=keysieve::the SARIF report was not uploaded"));
    assert!(calls(&runner).is_empty());
    let runner = runner.with("mode", "full");
    runner.run().exits(1);
    assert!(calls(&runner)[0].contains("code-scanning/sarifs"));
}

/// Nothing is asked of GitHub unless the workflow wants it.
#[test]
fn without_a_wish_nothing_goes_out() {
    let runner = runner(false, "").with("comment", "false");
    runner.run().exits(1);
    assert!(calls(&runner).is_empty());
}
