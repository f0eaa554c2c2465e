//! Where a check and a secret mean one value there is one alert, which loses nothing of either; and what git tracks is known
//! to every command that lints.

use crate::scripted::Scratch;
use crate::support::{Report, expanded, github, keysieve, list, text};

fn findings(report: &Report) -> Vec<(String, String)> {
    report.findings().iter().map(|it| (text(&it["severity"]).to_owned(), text(&it["rule"]).to_owned())).collect()
}

fn pair(severity: &str, rule: &str) -> (String, String) {
    (severity.to_owned(), rule.to_owned())
}

fn told(report: &Report, check: &str) -> usize {
    let reasons = report.findings().iter().flat_map(|it| list(&it["reasons"]));
    reasons.filter(|it| text(&it["text"]).starts_with(&format!("also `{check}`"))).count()
}

const WORD: &str = "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: nextcloud\n";

#[test]
fn a_value_that_only_the_check_is_sure_of_is_reported_with_its_severity() {
    let scratch = Scratch::new();
    scratch.write("tree/compose.yaml", WORD);
    let lint = keysieve(&scratch, "tree", &["lint", "--format", "json"]).exits(1).json();
    assert_eq!(findings(&lint), [pair("high", "literal-secret-in-compose")]);
    keysieve(&scratch, "tree", &["scan"]).exits(0);
    let check = keysieve(&scratch, "tree", &["check", "--format", "json", "--fail-on", "high"]).exits(1).json();
    assert_eq!(findings(&check), [pair("high", "generic-password")]);
    assert_eq!(told(&check, "literal-secret-in-compose"), 1);
    // What hides the rule does not hide the check.
    let exception =
        "[[exception]]\nrule = \"generic-password\"\npath = \"**\"\nreason = \"moves\"\nuntil = 2026-12-31\n";
    scratch.write("tree/keysieve.toml", exception);
    let arguments = ["check", "--format", "json", "--now", "2026-11-23"];
    let excepted = keysieve(&scratch, "tree", &arguments).exits(1).json();
    assert_eq!(findings(&excepted), [pair("high", "literal-secret-in-compose")]);
}

#[test]
fn a_script_around_a_secret_is_an_alert_of_its_own() {
    let scratch = Scratch::new();
    let password = expanded("generic-password", "{alnum:16}");
    let script = format!(
        "on: push\npermissions: {{contents: read}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    environment: prod\n    steps:\n      - run: |\n          \
         echo '${{{{ toJSON(secrets) }}}}' > all.json\n          DB_PASSWORD={password} ./migrate\n"
    );
    scratch.write("tree/.github/workflows/a.yml", script);
    let report = keysieve(&scratch, "tree", &["check", "--format", "json"]).exits(1).json();
    let found = findings(&report);
    assert!(found.contains(&pair("high", "whole-secrets-context")), "{found:?}");
    assert_eq!(told(&report, "whole-secrets-context"), 0);
}

const ENV: &str = "DB_PASSWORD=nextcloud\n";

#[test]
fn what_git_tracks_is_known_to_lint_and_of_every_path() {
    let scratch = Scratch::repository();
    scratch.write("repo/app/.env", ENV);
    scratch.commit(0, "Add");
    scratch.write("repo/app/new/.env", ENV);
    let tracked = |at: &str, arguments: &[&str]| {
        let report = keysieve(&scratch, at, &[arguments, &["--format", "json", "--no-ignore"][..]].concat()).json();
        let own = report.findings().iter().filter(|it| text(&it["rule"]) == "tracked-env-file").count();
        own + told(&report, "tracked-env-file")
    };
    for (at, arguments) in [
        ("repo", &["lint"][..]),
        ("repo", &["lint", "app"]),
        ("repo/app", &["lint"]),
        ("repo", &["lint", "app/.env", "app/new"]),
        ("repo", &["check"]),
        ("repo", &["check", "app"]),
    ] {
        assert_eq!(tracked(at, arguments), 1, "{at} {arguments:?}");
    }
    scratch.write("other/.env", ENV);
    scratch.git(".", &["init", "-q", "other"]);
    keysieve(&scratch, "repo", &["lint", "app", "../other"]).says("the checks of what git tracks did not run");
}

#[test]
fn what_git_tracks_is_no_ignored_file() {
    let scratch = Scratch::repository();
    scratch.write("repo/.gitignore", ".env\nbuild/\n");
    scratch.write("repo/.env", ENV);
    scratch.write("repo/build/kept/key.txt", github("kept"));
    scratch.git("repo", &["add", "-f", "."]);
    scratch.commit_staged(0, "Tracked all the same");
    scratch.write("repo/build/other.txt", github("built"));
    scratch.write("repo/build/kept/other.txt", github("built, too"));
    let scan = |arguments: &[&str]| {
        keysieve(&scratch, "repo", &[&["scan", "--format", "json", "--show-secrets"], arguments].concat()).json()
    };
    let report = scan(&[]);
    assert_eq!((report.secrets(), report.skipped("ignored")), (vec![github("kept")], 2));
    // What is named is looked at whole.
    assert_eq!(scan(&["build"]).secrets().len(), 3);
    assert_eq!(scan(&["--no-ignore"]).secrets().len(), 3);
    let lint = keysieve(&scratch, "repo", &["lint", "--format", "json"]).json();
    assert!(lint.findings().iter().any(|it| text(&it["rule"]) == "tracked-env-file"), "{:#}", lint.0);
    // Nor does what is written for searches hide it.
    scratch.write("repo/.ignore", "build/\n.env\n");
    assert_eq!(scan(&[]).secrets(), [github("kept")]);
}
