//! The SARIF of a whole run, against the official schema and what code scanning takes.

use serde_json::Value;

use crate::repository::Planted;
use crate::scripted::Scratch;
use crate::support::{github, keysieve, list, text};

#[path = "../report_formats/linter.rs"]
mod linter;

fn sarif(planted: &Planted, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "sarif"]].concat();
    serde_json::from_slice(&keysieve(&planted.scratch, "repo", &arguments).stdout).unwrap()
}

#[test]
fn the_sarif_of_the_planted_repository_is_valid() {
    let planted = Planted::new();
    for arguments in [&["check"][..], &["check", "--show-secrets"], &["history"], &["scan", "--staged"], &["lint"]] {
        linter::lint(&sarif(&planted, arguments));
    }
    planted.scratch.write("repo/README.md", "What it is.\n");
    planted.scratch.git("repo", &["add", "README.md"]);
    planted.scratch.git("repo", &["commit", "-q", "-m", "README", "--", "README.md"]);
    let sarif = sarif(&planted, &["check"]);
    linter::lint(&sarif);
    let run = &sarif["runs"][0];
    let from = &run["versionControlProvenance"][0];
    // The remote's own URL holds one of the secrets.
    assert_eq!(from["repositoryUri"], "https://git.example.com/acme/site.git");
    assert_eq!(from["revisionId"], planted.scratch.git("repo", &["rev-parse", "HEAD"]));
    assert_eq!(from["branch"], planted.scratch.git("repo", &["branch", "--show-current"]));
    let past = &sarif["runs"][1];
    let results: Vec<&Value> = [run, past].into_iter().flat_map(|run| list(&run["results"])).collect();
    assert_eq!(results.len(), planted.secrets.len());
    // What only the history holds has a category of its own, and stands in a file that HEAD has.
    assert_eq!(past["automationDetails"]["id"], "keysieve-history/");
    let tracked = planted.scratch.git("repo", &["ls-tree", "-r", "--name-only", "-z", "HEAD"]);
    for result in list(&past["results"]) {
        let uri = text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
        assert!(tracked.split('\0').any(|path| path == uri), "{uri} is not in HEAD: {result:#}");
        assert!(text(&result["message"]["text"]).contains("Found in the history: "), "{result:#}");
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    // Columns are UTF-16 units: the place in the tree stands behind a character of two units.
    let expected = &planted.expected["tree"][0];
    let region = results
        .iter()
        .flat_map(|result| list(&result["locations"]))
        .map(|location| &location["physicalLocation"])
        .find(|physical| text(&physical["artifactLocation"]["uri"]) == "src/gr%C3%B6%C3%9Fe.txt")
        .map(|physical| &physical["region"])
        .unwrap();
    let (_, line, _, units) = expected.position;
    assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(line), Some(units)));
    assert_eq!(region["endColumn"].as_u64(), Some(units + planted.secret("tree").len() as u64));
}

#[test]
fn the_sarif_of_a_clean_and_of_an_incomplete_run_is_valid() {
    let bare = Planted::bare();
    let clean = sarif(&bare, &["check"]);
    linter::lint(&clean);
    assert_eq!(list(&clean["runs"][0]["results"]).len(), 0);
    bare.scratch.git(
        ".",
        &["clone", "-q", "--depth", "1", &format!("file://{}", bare.scratch.path("repo").display()), "shallow"],
    );
    let run = keysieve(&bare.scratch, "shallow", &["check", "--format", "sarif"]).exits(3);
    let incomplete: Value = serde_json::from_slice(&run.stdout).unwrap();
    linter::lint(&incomplete);
    let invocation = &incomplete["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = list(&invocation["toolExecutionNotifications"]);
    assert!(notifications.iter().any(|it| it["descriptor"]["id"] == "shallow"), "{invocation:#}");
}

/// Without a control file and a README it is any file of HEAD.
#[test]
fn what_only_the_history_holds_stands_in_a_file_that_head_has() {
    let scratch = Scratch::repository();
    scratch.write("repo/gone.py", format!("token = '{}'\n", github("gone")));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["rm", "-q", "gone.py"]);
    scratch.write("repo/src/deep/b.txt", "b\n");
    scratch.write("repo/src/deep/a.txt", "a\n");
    scratch.commit(10, "Remove");
    let run = keysieve(&scratch, "repo", &["history", "--format", "sarif"]).exits(1);
    let sarif: Value = serde_json::from_slice(&run.stdout).unwrap();
    linter::lint(&sarif);
    let result = &sarif["runs"][1]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/deep/a.txt");
}
