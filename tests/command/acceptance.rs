//! What users of such tools have asked for, and is not held by a test of its own elsewhere; and the page that says which test
//! holds what.

use std::fs;

use crate::scripted::Scratch;
use crate::support::{Run, github, keysieve, of_this_repository};

/// A9: a value of the same characters in another order, in the same place.
#[test]
fn a_baseline_hides_no_value_of_the_same_letters() {
    let scratch = Scratch::repository();
    let value: String = github("letters").chars().skip(4).collect();
    let turned: String = value.chars().rev().collect();
    let assigned = |value: &str| format!("password = \"{value}\"\n");
    scratch.write("repo/app.ini", assigned(&value));
    keysieve(&scratch, "repo", &["baseline", "create"]).exits(0).says("1 entry");
    keysieve(&scratch, "repo", &["scan"]).exits(0);
    scratch.write("repo/app.ini", assigned(&turned));
    for flags in [&["scan"][..], &["scan", "--show-secrets"]] {
        keysieve(&scratch, "repo", flags).exits(1).says("1 finding");
    }
    // As Windows writes paths.
    let baseline = scratch.path("repo/.keysieve-baseline.jsonl");
    scratch.write("repo/app.ini", "");
    scratch.write("repo/conf/app.ini", assigned(&value));
    keysieve(&scratch, "repo", &["baseline", "update"]).exits(0).says("moved 1");
    let text = fs::read_to_string(&baseline).unwrap();
    assert!(text.contains("conf/app.ini"), "{text}");
    fs::write(&baseline, text.replace("conf/app.ini", "conf\\\\app.ini")).unwrap();
    keysieve(&scratch, "repo", &["scan"]).exits(0);
}

/// A11: files that steer the scan lead nowhere, and what a path is allowed for one rule it is for no other.
#[cfg(unix)]
#[test]
fn what_steers_the_scan_cannot_be_abused() {
    use std::os::unix::fs::symlink;

    let scratch = Scratch::repository();
    let secret = github("steered");
    scratch.write("repo/a.txt", &secret);
    for name in [".ignore", ".gitignore"] {
        symlink("/dev/random", scratch.path(&format!("repo/{name}"))).unwrap();
    }
    keysieve(&scratch, "repo", &["scan"]).exits(1).says("a.txt:1:1");
    for name in [".gitleaksignore", ".secrets.baseline", "keysieve.toml"] {
        symlink("/dev/random", scratch.path(&format!("repo/{name}"))).unwrap();
        keysieve(&scratch, "repo", &["scan"]).exits(2).says(name).says("symbolic link");
        fs::remove_file(scratch.path(&format!("repo/{name}"))).unwrap();
    }
    let exception = |rule: &str| {
        format!("[[exception]]\nrule = \"{rule}\"\npath = \"**\"\nreason = \"a test\"\nuntil = 2026-12-31\n")
    };
    let scan = || keysieve(&scratch, "repo", &["scan", "--now", "2026-11-28"]);
    scratch.write("repo/keysieve.toml", exception("private-key"));
    scan().exits(1);
    scratch.write("repo/keysieve.toml", exception("github-personal-access-token"));
    scan().exits(0);
}

/// A23: what is allowed keeps every rule, and the policy is the same however a file is reached.
#[test]
fn the_policy_is_the_same_however_a_file_is_reached() {
    let scratch = Scratch::repository();
    let secret = github("reached");
    scratch.write("repo/sub/a.txt", &secret);
    scratch.write("repo/sub/keep.txt", "nothing\n");
    scratch.git("repo", &["add", "-A"]);
    let ways = |flags: &[&str]| -> Vec<Run> {
        let run = |at: &str, arguments: &[&str]| keysieve(&scratch, at, &[arguments, flags].concat());
        vec![
            run("repo", &["scan"]),
            run("repo", &["scan", "sub"]),
            run("repo", &["scan", "sub/a.txt"]),
            run("repo/sub", &["scan"]),
            run("repo", &["scan", "--staged"]),
            run("repo", &["hook", "run", "pre-commit"]),
        ]
    };
    scratch.write(
        "repo/keysieve.toml",
        "[[exception]]\nrule = \"private-key\"\npath = \"x\"\nreason = \"a\"\nuntil = 2026-12-31\n",
    );
    ways(&[]).into_iter().for_each(|run| drop(run.exits(1)));
    scratch.write("repo/keysieve.toml", "fail-on = \"critical\"\ndisable = [\"github-personal-access-token\"]\n");
    ways(&[]).into_iter().for_each(|run| drop(run.exits(0)));
}

/// The tests that the page names are there.
#[test]
fn the_page_names_tests_that_exist() {
    let page = of_this_repository("docs/acceptance.md");
    let mut sources = String::new();
    let here = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut pending = vec![here.join("tests"), here.join("src")];
    while let Some(path) = pending.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| A")).collect();
    assert_eq!(rows.len(), 25);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let named: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            assert!(sources.contains(&format!("fn {name}(")), "{name}: there is no such test");
        }
    }
}
