//! `keysieve init`: what it writes, what it leaves, and what it says of what is there.

use std::fs;

use crate::scripted::Scratch;
use crate::support::{command, github, keysieve, run};

fn repository() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "one");
    scratch
}

fn read(scratch: &Scratch, path: &str) -> String {
    fs::read_to_string(scratch.path(path)).unwrap_or_default()
}

#[test]
fn it_writes_a_control_file_once_and_says_what_comes_next() {
    let scratch = repository();
    let dry = keysieve(&scratch, "repo", &["init", "--dry-run"]).exits(0).says("keysieve.toml: would be written");
    assert!(!scratch.path("repo/keysieve.toml").exists(), "{}", dry.shown());
    let first = keysieve(&scratch, "repo", &["init"]).exits(0).says("a git repository").says("keysieve.toml: written");
    first.says("keysieve hook install").says("keysieve baseline create").says("keysieve init --ci github|gitlab");
    let written = read(&scratch, "repo/keysieve.toml");
    let key = written.lines().find_map(|line| line.strip_prefix("fingerprint-key = ")).unwrap().trim_matches('"');
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    keysieve(&scratch, "repo", &["init"]).exits(0).says("keysieve.toml: there already, and left as it is next:");
    assert_eq!(read(&scratch, "repo/keysieve.toml"), written);
    // The key is nothing that keysieve reports, nor is anything else of the file.
    scratch.commit(10, "Settings");
    keysieve(&scratch, "repo", &["check", ".", "--min-confidence", "low"]).exits(0);
    // Another repository has another key.
    let other = repository();
    keysieve(&other, "repo", &["init"]).exits(0);
    assert!(!read(&other, "repo/keysieve.toml").contains(key));
}

#[test]
fn every_setting_that_stands_there_as_a_comment_is_one() {
    let scratch = repository();
    keysieve(&scratch, "repo", &["init"]).exits(0);
    let written = read(&scratch, "repo/keysieve.toml");
    let stated = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    scratch.write("repo/keysieve.toml", written.lines().map(stated).collect::<String>());
    let shown = keysieve(&scratch, "repo", &["config", "show"]).exits(0).says("third_party/**").says("iam-wildcard");
    assert_eq!(shown.err(), "");
    // What is called a default is one.
    let scan = |at: &str| keysieve(&scratch, at, &["config", "show"]).exits(0).out();
    let (with, without) = (scan("repo"), scan("."));
    for key in ["fail-on", "min-confidence"] {
        let value = |text: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(key)).map(str::to_owned);
            line.and_then(|line| line.split(['=', '#']).nth(1).map(|value| value.trim().to_owned()))
        };
        assert!(value(&with).is_some() && value(&with) == value(&without), "{key}\n{with}\n{without}");
    }
}

#[test]
fn from_a_directory_below_the_whole_repository_is_set_up() {
    let scratch = repository();
    scratch.write("repo/below/file.txt", github("below"));
    scratch.commit(10, "Below");
    let done = keysieve(&scratch, "repo/below", &["init", "--hook", "--baseline", "--ci", "github"]).exits(0);
    done.says("pre-commit: installed in").says("1 entry").says("OWNER/keysieve@COMMIT");
    for file in ["keysieve.toml", ".keysieve-baseline.jsonl", ".github/workflows/keysieve.yml", ".git/hooks/pre-commit"]
    {
        assert!(scratch.path(&format!("repo/{file}")).exists(), "{file}");
    }
    assert!(!scratch.path("repo/below/keysieve.toml").exists());
    let toml = read(&scratch, "repo/keysieve.toml");
    assert!(toml.contains("baseline = \".keysieve-baseline.jsonl\"") && toml.matches("fingerprint-key").count() == 1);
    scratch.commit(20, "Set up");
    keysieve(&scratch, "repo", &["check", "."]).exits(0);
    // Twice is once.
    let again = keysieve(&scratch, "repo", &["init", "--hook", "--baseline", "--ci", "github"]).exits(0);
    again.says("installed already").says("keysieve baseline update").says("keysieve.yml: runs keysieve already");
    assert_eq!(scratch.git("repo", &["status", "--porcelain"]), "");
    let after = keysieve(&scratch, "repo", &["init"]).exits(0);
    assert!(!after.said("keysieve hook install") && !after.said("init --ci"), "{}", after.shown());
}

#[test]
fn a_dry_run_writes_nothing() {
    let scratch = repository();
    let arguments = ["init", "--dry-run", "--hook", "--baseline", "--ci", "jenkins"];
    let dry = keysieve(&scratch, "repo", &arguments).exits(0).says("`keysieve hook install` would be run");
    dry.says("`keysieve baseline create` would be run").says("Jenkinsfile: would be written: pipeline {");
    assert_eq!(scratch.git("repo", &["status", "--porcelain"]), "");
    assert!(!scratch.path("repo/.git/hooks/pre-commit").exists());
}

#[test]
fn every_ci_gets_the_recipe_of_its_page_and_nothing_is_overwritten() {
    for (ci, file, service) in [
        ("github", ".github/workflows/keysieve.yml", "GitHub Actions"),
        ("gitlab", ".gitlab-ci.yml", "GitLab CI"),
        ("azure-pipelines", "azure-pipelines.yml", "Azure Pipelines"),
        ("bitbucket", "bitbucket-pipelines.yml", "Bitbucket Pipelines"),
        ("circleci", ".circleci/config.yml", "CircleCI"),
        ("jenkins", "Jenkinsfile", "Jenkins"),
    ] {
        let scratch = repository();
        keysieve(&scratch, "repo", &["init", "--ci", ci]).exits(0).says(&format!("{file}: written"));
        let written = read(&scratch, &format!("repo/{file}"));
        let page = crate::support::of_this_repository(&format!("docs/ci/{ci}.md"));
        assert!(page.contains(&written) && written.contains("keysieve"), "{ci}: {written}");
        // A job of the recipe is nothing that the policy linter minds, placeholders of the recipe aside.
        keysieve(&scratch, "repo", &["scan", "."]).exits(0);
        if ci == "github" {
            continue;
        }
        scratch.write(&format!("repo/{file}"), "theirs\n");
        let refused = keysieve(&scratch, "repo", &["init", "--ci", ci]).exits(2).says("nothing is overwritten");
        refused.says(service).says("--base");
        assert_eq!(read(&scratch, &format!("repo/{file}")), "theirs\n");
    }
}

#[test]
fn what_is_there_is_said() {
    let scratch = repository();
    scratch.write("repo/.github/workflows/build.yml", "on: push\n");
    scratch.write("repo/.gitleaksignore", "");
    scratch.write("repo/.talismanrc", "");
    scratch.write("repo/lefthook.yml", "pre-commit: {}\n");
    scratch.write("repo/.pre-commit-config.yaml", "repos:\n  - repo: x\n    hooks:\n      - id: gitleaks\n");
    let said = keysieve(&scratch, "repo", &["init"]).exits(0).says(".github/workflows GitHub Actions");
    let said =
        said.says("lefthook manages the hooks here").says(".gitleaksignore of gitleaks; what it hides stays hidden");
    let said = said.says(".talismanrc of talisman; keysieve does not read it").says("runs gitleaks");
    said.says("keysieve init --ci github ");
    // A hook that is managed by others is no reason to leave the rest undone.
    keysieve(&scratch, "repo", &["init", "--hook", "--ci", "jenkins"]).exits(2).says("Add to lefthook.yml");
    assert!(scratch.path("repo/Jenkinsfile").is_file());
    fs::remove_file(scratch.path("repo/Jenkinsfile")).unwrap();
    scratch.write("repo/keysieve.toml", "fail-on = \"high\"\n");
    keysieve(&scratch, "repo", &["init"]).exits(0).says("it has no fingerprint-key");
    assert_eq!(read(&scratch, "repo/keysieve.toml"), "fail-on = \"high\"\n");
    scratch.write("repo/keysieve.toml", "fail-on = 1\n");
    keysieve(&scratch, "repo", &["init"]).exits(2).says("keysieve.toml:1");
}

#[test]
fn outside_a_repository_it_works_and_says_so() {
    let scratch = Scratch::new();
    scratch.write("plain/file.txt", "nothing\n");
    keysieve(&scratch, "plain", &["init", "--hook"]).exits(2).says("there is no git repository here");
    let done = keysieve(&scratch, "plain", &["init", "--baseline"]).exits(0).says("in no git repository");
    assert!(!done.said("hook install"), "{}", done.shown());
    assert!(scratch.path("plain/keysieve.toml").is_file() && scratch.path("plain/.keysieve-baseline.jsonl").is_file());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let scratch = repository();
    std::os::unix::fs::symlink("../elsewhere", scratch.path("repo/Jenkinsfile")).unwrap();
    run(command(&scratch.path("repo")).args(["init", "--ci", "jenkins"])).exits(2).says("nothing is overwritten");
    assert!(!scratch.path("elsewhere").exists());
}
