//! Events that bring no commits: everything is scanned, and the policy checked.

use crate::changes::{add, begun, remove};
use crate::runner::{Runner, check_out, event};
use crate::scripted::Scratch;
use crate::support::keysieve;

/// A main branch with a secret in its history alone, and a workflow that may write everything.
fn lived() -> Scratch {
    let scratch = begun();
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.git("repo", &["rm", "-q", "known.txt"]);
    scratch.write("repo/.github/workflows/ci.yml", "on: push\npermissions: write-all\njobs: {}\n");
    scratch.commit(1, "Work");
    scratch
}

fn runner(name: &str) -> Runner {
    let scratch = lived();
    let tip = scratch.git("repo", &["rev-parse", "main"]);
    check_out(&scratch, "refs/heads/main", &tip, 0);
    let file = name.replace('_', "-");
    Runner::new(scratch, name, "refs/heads/main", event(&file, &[]))
}

#[test]
fn a_schedule_and_a_manual_run_look_at_everything() {
    for name in ["schedule", "workflow_dispatch"] {
        let runner = runner(name);
        let outcome = runner.run().exits(1).says("the whole history and the working tree");
        let report = outcome.report();
        let rules: Vec<&str> =
            report["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
        assert!(rules.contains(&"github-personal-access-token") && rules.contains(&"workflow-write-all"), "{rules:?}");
        // Like the input, from the workspace.
        assert_eq!(outcome.outputs["sarif"], "keysieve.sarif");
        let sarif = std::fs::read(runner.scratch.path("checkout/keysieve.sarif")).unwrap();
        let sarif: serde_json::Value = serde_json::from_slice(&sarif).unwrap();
        // What only the history holds is a run of its own.
        let runs = sarif["runs"].as_array().unwrap().iter();
        assert_eq!(runs.map(|run| run["results"].as_array().unwrap().len()).sum::<usize>(), rules.len());
    }
}

#[test]
fn a_cache_of_the_history_spares_the_next_run() {
    let runner = runner("schedule").with("history-cache", "../cache");
    let findings = runner.run().exits(1).says(" 0 not read").outputs["findings"].clone();
    let again = runner.run().exits(1).says(": 0 objects new");
    assert_eq!(again.outputs["findings"], findings);
    runner.with("history-cache", "a\nb").run().exits(2).says("history-cache");
}

#[test]
fn the_mode_goes_before_the_event() {
    let scratch = lived();
    let before = scratch.git("repo", &["rev-parse", "main~1"]);
    let after = scratch.git("repo", &["rev-parse", "main"]);
    let runner = crate::changes::pushed(scratch, "push", &before, &after, 0);
    // The push brings a breach; what main had before is not its own.
    let outcome = runner.run().exits(1);
    assert_eq!((outcome.paths().len(), outcome.outputs["new-findings"].as_str()), (1, "1"));
    let runner = runner.with("mode", "full");
    assert!(runner.run().exits(1).paths().contains(&"known.txt".to_owned()));
    runner.with("base", "HEAD~1").run().exits(2).says("mode full takes no base");
}

#[test]
fn several_paths_of_one_repository_are_one_scan() {
    let scratch = begun();
    add(&scratch, 1, "one/a.txt");
    add(&scratch, 2, "two/b.txt");
    let tip = add(&scratch, 3, "three/c.txt");
    scratch.git(".", &["init", "-q", "elsewhere"]);
    check_out(&scratch, "refs/heads/feature", &tip, 0);
    for name in ["one", "two", "three"] {
        scratch.write(&format!("checkout/{name}/untracked.txt"), crate::support::github(name));
    }
    let runner =
        Runner::new(scratch, "schedule", "refs/heads/feature", event("schedule", &[])).with("paths", "one\r\n\ntwo\n");
    let paths = runner.run().exits(1).paths();
    let untracked: Vec<&String> = paths.iter().filter(|path| path.ends_with("untracked.txt")).collect();
    assert_eq!(untracked, ["one/untracked.txt", "two/untracked.txt"]);
    assert!(paths.contains(&"three/c.txt".to_owned()), "the history is that of the repository");
    let runner = runner.with("paths", "one\n../elsewhere");
    runner.run().exits(2).says("lie in different repositories");
    // The command line refuses it as well.
    keysieve(&runner.scratch, "checkout", &["check", "one", "../elsewhere"])
        .exits(2)
        .says("not in the same repository");
    keysieve(&runner.scratch, "checkout", &["check", "one", "nowhere"]).exits(2).says("nowhere");
    keysieve(&runner.scratch, "checkout", &["check", "one", "../checkout/two"]).exits(1);
}

#[test]
fn more_reports_are_written_and_none_that_is_not_wanted() {
    let scratch = begun();
    let tip = remove(&scratch, 1, "known.txt");
    check_out(&scratch, "refs/heads/feature", &tip, 0);
    let runner = Runner::new(scratch, "schedule", "refs/heads/feature", event("schedule", &[]))
        .with("reports", "text=out.txt\njsonl=out.jsonl\n")
        .with("sarif-file", "")
        .with("annotate", "false")
        .with("summary", "false");
    let outcome = runner.run().exits(1);
    assert_eq!(outcome.outputs["sarif"], "");
    assert_eq!(outcome.summary, "");
    assert!(!outcome.scan().out().contains("::error"));
    let written = |name: &str| runner.scratch.path("checkout").join(name).is_file();
    assert!(written("out.txt") && written("out.jsonl") && !written("keysieve.sarif"));
}

#[test]
fn what_is_below_the_threshold_is_reported_and_does_not_fail() {
    let scratch = Scratch::repository();
    scratch.write("repo/.github/workflows/ci.yml", "on: push\npermissions: write-all\njobs: {}\n");
    let tip = scratch.commit(0, "Begin");
    check_out(&scratch, "refs/heads/main", &tip, 0);
    let runner =
        Runner::new(scratch, "schedule", "refs/heads/main", event("schedule", &[])).with("fail-on", "critical");
    let outcome = runner.run().exits(0);
    assert_eq!(outcome.paths(), [".github/workflows/ci.yml"]);
    // Without the input it is what the configuration says.
    let runner = runner.with("fail-on", "");
    runner.run().exits(1);
    runner.scratch.write("checkout/keysieve.toml", "fail-on = \"critical\"\n");
    runner.run().exits(0);
}
