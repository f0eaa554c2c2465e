//! `check --base`: what a change brings, secrets and breaches of the policy alike.

use crate::scripted::Scratch;
use crate::support::{Report, Run, expanded, github, keysieve, list, text};

const WIDE: &str = "on: push\npermissions: write-all\njobs: {}\n";

fn check(scratch: &Scratch, at: &str, arguments: &[&str]) -> Run {
    keysieve(scratch, at, &[&["check", "--format", "json"], arguments].concat())
}

/// `rule path` of every finding, sorted.
fn found(report: &Report) -> Vec<String> {
    let first = |it: &serde_json::Value| text(&it["places"][0]["path"]).to_owned();
    let mut found: Vec<String> =
        report.findings().iter().map(|it| format!("{} {}", text(&it["rule"]), first(it))).collect();
    found.sort();
    found
}

/// A workflow that asks for everything, known on `main`, and a branch that leaves it.
fn known() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/.github/workflows/old.yml", WIDE);
    scratch.write("repo/known.txt", github("known"));
    scratch.commit(0, "Known");
    scratch.git("repo", &["checkout", "-q", "-b", "feature"]);
    scratch
}

#[test]
fn what_was_there_is_silent_and_what_is_new_is_told() {
    let scratch = known();
    scratch.write("repo/plain.txt", "plain\n");
    scratch.commit(1, "Work");
    let run = check(&scratch, "repo", &["--base", "main"]).exits(0);
    assert!(run.said("1 breach of the policy stood there before the change"), "{}", run.shown());

    // The second one in the same file, one in another file, a secret, and what main got later.
    scratch.write("repo/.github/workflows/old.yml", format!("{WIDE}# edited\n"));
    scratch.write("repo/.github/workflows/new.yml", WIDE);
    scratch.write("repo/new.txt", github("new"));
    scratch.commit(2, "A breach and a secret");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.git("repo", &["rm", "-q", ".github/workflows/old.yml"]);
    scratch.commit(3, "Main mends it");
    scratch.git("repo", &["checkout", "-q", "feature"]);
    let expected = ["github-personal-access-token new.txt", "workflow-write-all .github/workflows/new.yml"];
    for arguments in [&["--base", "main"][..], &["--range", "main..HEAD"], &["--base", "main", "--threads", "1"]] {
        assert_eq!(found(&check(&scratch, "repo", arguments).exits(1).json()), expected, "{arguments:?}");
    }
    // Of a path the breaches are those below it; commits are of the whole repository.
    let below = check(&scratch, "repo", &["--base", "main", ".github/workflows/old.yml"]).exits(1).json();
    assert_eq!(found(&below), expected[..1]);
    let from = check(&scratch, "repo/.github", &["--base", "main", ".."]).exits(1).json();
    assert_eq!(found(&from).len(), 2);
}

#[test]
fn a_file_that_was_moved_has_the_breaches_that_it_had() {
    let scratch = known();
    scratch.git("repo", &["mv", ".github/workflows/old.yml", ".github/workflows/moved.yml"]);
    scratch.commit(1, "Move");
    check(&scratch, "repo", &["--base", "main"]).exits(0);
    // Another file in the place of one that is gone was not moved there.
    let other = "on: pull_request\nname: quite another one\npermissions: write-all\njobs:\n  a: {}\n  b: {}\n  c: {}\n";
    scratch.write("repo/.github/workflows/moved.yml", other);
    scratch.commit(2, "Another");
    let report = check(&scratch, "repo", &["--base", "main"]).exits(1).json();
    assert_eq!(found(&report), ["workflow-write-all .github/workflows/moved.yml"]);
}

#[test]
fn what_was_linted_together_is_compared_together() {
    let scratch = Scratch::repository();
    let role = "resource \"aws_iam_policy\" \"wide\" {\n  policy = jsonencode({\n    Statement = [{ Effect = \"Allow\", Action = var.all, \
                Resource = \"*\" }]\n  })\n}\n";
    scratch.write("repo/infra/main.tf", role);
    scratch.write("repo/infra/variables.tf", "variable \"all\" {\n  default = \"*\"\n}\n");
    scratch.commit(0, "A breach that two files make");
    scratch.git("repo", &["checkout", "-q", "-b", "feature"]);
    scratch.write("repo/infra/main.tf", format!("# edited\n{role}"));
    scratch.commit(1, "Edit");
    let lint = keysieve(&scratch, "repo", &["lint"]).exits(1);
    assert!(!lint.out().is_empty());
    check(&scratch, "repo", &["--base", "main"]).exits(0);
}

/// One value is one alert, also where the secret was read from a commit and the file from the working tree.
#[test]
fn a_check_and_a_secret_of_one_value_are_one_alert() {
    let scratch = known();
    let password = expanded("generic-password", "{alnum:20}");
    let compose =
        format!("services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: {password}\n");
    scratch.write("repo/compose.yaml", compose);
    scratch.commit(1, "A password");
    let report = check(&scratch, "repo", &["--base", "main"]).exits(1).json();
    assert_eq!(found(&report), ["generic-password compose.yaml"]);
    let reasons = list(&report.findings()[0]["reasons"]);
    assert!(reasons.iter().any(|it| text(&it["text"]).contains("literal-secret-in-compose")), "{reasons:?}");
}

#[test]
fn a_change_that_cannot_be_compared_is_said() {
    let scratch = known();
    check(&scratch, "repo", &["--base", "nowhere"]).exits(2).says("nowhere");
    check(&scratch, "repo", &["--range", "main"]).exits(2).says("write A..B");
    // A variable of a job that is not set.
    for empty in [&["--base", ""][..], &["--base", " "], &["--range", ""], &["--range", ".."]] {
        check(&scratch, "repo", empty).exits(2);
        keysieve(&scratch, "repo", &[&["history"], empty].concat()).exits(2);
    }
    check(&scratch, "repo", &["--base", "main", "--cache", "../cache"]).exits(2).says("--cache");
    scratch.write("elsewhere/a.txt", "a\n");
    check(&scratch, "elsewhere", &["--base", "main"]).exits(3).says("not a git repository");
}
