//! Every line of a `sh` block that begins with `keysieve` (or `mkdir`) is run, page by page and in order, in a repository such
//! as the pages speak of: one with a token in its history, a clean change on top of `origin/main`, and files of other scanners.
//! A comment may state the exit code (`# exit 1`); else it must be no usage error. The commands of the CI recipes are run as
//! well, in whatever their blocks are written.

use std::process::Command;

use crate::page::Page;
use crate::scripted::Scratch;
use crate::support::{Run, github, run};

/// What the pages assume.
fn prepared(page: &Page) -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/app.py", format!("token = \"{}\"\n", github("docs")));
    if page.path.ends_with("gitleaks.md") {
        scratch.write("repo/.gitleaks.toml", include_str!("gitleaks.toml"));
    }
    scratch.commit(0, "App");
    scratch.git(".", &["clone", "-q", "--bare", "repo", "origin.git"]);
    scratch.git("repo", &["remote", "add", "origin", "../origin.git"]);
    scratch.git("repo", &["fetch", "-q", "origin"]);
    scratch.git("repo", &["checkout", "-q", "-b", "change"]);
    scratch.write("repo/change.txt", "nothing\n");
    scratch.commit(10, "Change");
    std::fs::create_dir_all(scratch.path("repo/reports")).unwrap();
    std::fs::create_dir(scratch.path("home")).unwrap();
    scratch
}

fn shell(scratch: &Scratch, line: &str) -> Run {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_keysieve"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let base = "origin/main";
    run(Command::new("sh")
        .args(["-c", line])
        .current_dir(scratch.path("repo"))
        .env_clear()
        .env("PATH", path)
        .env("HOME", scratch.path("home"))
        .env("GITHUB_STEP_SUMMARY", scratch.path("summary.md"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        // What the services set in the recipes.
        .envs([("BASE", base), ("base", base), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")])
        .envs([("REPORTS", "reports"), ("reports", ""), ("CI_PIPELINE_CREATED_AT", "2026-01-31T00:00:00Z")]))
}

/// The exit code that the comment of a line states.
fn stated(line: &str) -> Option<i32> {
    let (_, comment) = line.split_once(" # ")?;
    let code = comment.trim().strip_prefix("exit ")?;
    code.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[test]
fn a_stated_code_is_read() {
    assert_eq!(stated("keysieve check .   # exit 1; why"), Some(1));
    assert_eq!(stated("keysieve check .   # looks at everything"), None);
    assert_eq!(stated("keysieve check ."), None);
}

#[test]
fn commands_do_what_the_pages_say() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for page in Page::all() {
        let is_recipe = page.path.starts_with("docs/ci");
        let is_meant = |block: &str| block == "sh" || is_recipe;
        let lines = page.block_lines(is_meant).filter_map(|(number, line)| {
            let line = line.trim_start();
            let line = if is_recipe { line.strip_prefix("- ").unwrap_or(line) } else { line };
            ["keysieve ", "mkdir "].iter().any(|begin| line.starts_with(begin)).then_some((number, line))
        });
        let lines: Vec<(usize, &str)> = lines.collect();
        if lines.is_empty() {
            continue;
        }
        let scratch = prepared(&page);
        for (number, line) in lines {
            count += 1;
            let done = shell(&scratch, line);
            let code = stated(line);
            if done.code.is_none() || code.map_or(done.code == Some(2), |code| done.code != Some(code)) {
                wrong.push(format!("{}:{number}: {line}\n{}", page.path.display(), done.shown()));
            }
        }
    }
    assert!(count > 60, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
