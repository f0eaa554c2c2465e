//! `scan --staged`, the way of the hook: what the next commit would add, and nothing else.

use std::fs;

use crate::scripted::Scratch;
use crate::support::{Report, command, github, keysieve, list, run, text};

const STAGED: [&str; 4] = ["scan", "--staged", "--format", "json"];

fn with_commit() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "one\ntwo\nthree\n");
    scratch.commit(0, "one");
    scratch
}

fn paths(report: &Report) -> Vec<String> {
    let places = report.findings().iter().flat_map(|finding| list(&finding["places"]));
    places.map(|place| format!("{} {}", text(&place["origin"]), text(&place["path"]))).collect()
}

#[test]
fn staged_content_blocks_whatever_the_working_tree_says() {
    let scratch = with_commit();
    scratch.write("repo/with space.txt", github("a"));
    scratch.git("repo", &["add", "-A"]);
    fs::remove_file(scratch.path("repo/with space.txt")).unwrap();
    assert_eq!(paths(&keysieve(&scratch, "repo", &STAGED).exits(1).json()), ["staged with space.txt"]);
    // From a directory below, and with the repository named.
    fs::create_dir(scratch.path("repo/sub")).unwrap();
    assert_eq!(paths(&keysieve(&scratch, "repo/sub", &STAGED).exits(1).json()), ["staged with space.txt"]);
    let named = [&STAGED[..], &["repo"]].concat();
    assert_eq!(paths(&keysieve(&scratch, ".", &named).exits(1).json()), ["staged with space.txt"]);
}

#[test]
fn a_path_limits_what_is_looked_at() {
    let scratch = with_commit();
    scratch.write("repo/sub/a.txt", github("a"));
    scratch.write("repo/sub.txt", github("b"));
    scratch.git("repo", &["add", "-A"]);
    let staged = |at: &str, path: &str| keysieve(&scratch, at, &[&STAGED[..], &[path]].concat());
    assert_eq!(paths(&staged("repo", "sub").exits(1).json()), ["staged sub/a.txt"]);
    assert_eq!(paths(&staged("repo/sub", ".").exits(1).json()), ["staged sub/a.txt"]);
    assert_eq!(paths(&staged("repo", "sub.txt").exits(1).json()), ["staged sub.txt"]);
    assert_eq!(paths(&staged("repo", ".").exits(1).json()).len(), 2);
    fs::create_dir(scratch.path("repo/other")).unwrap();
    staged("repo", "other").exits(0).says("nothing is staged there");
}

#[test]
fn a_bare_repository_has_nothing_that_could_be_staged() {
    let scratch = with_commit();
    scratch.git(".", &["clone", "-q", "--bare", "repo", "bare.git"]);
    keysieve(&scratch, "bare.git", &["scan", "--staged"]).exits(3).says("has no index");
    keysieve(&scratch, "bare.git", &["check"]).exits(0);
}

#[test]
fn what_is_not_staged_passes() {
    let scratch = with_commit();
    scratch.write("repo/file.txt", github("tree"));
    scratch.write("repo/untracked.txt", github("untracked"));
    keysieve(&scratch, "repo", &STAGED).exits(0);
    // A part of a file's changes: git add -p stages a blob that no file holds.
    scratch.write("part", "one\nzwei\nthree\n");
    let blob = scratch.git("repo", &["hash-object", "-w", "../part"]);
    scratch.git("repo", &["update-index", "--cacheinfo", &format!("100644,{blob},file.txt")]);
    keysieve(&scratch, "repo", &STAGED).exits(0);
    scratch.write("part", format!("one\n{}\nthree\n", github("part")));
    let blob = scratch.git("repo", &["hash-object", "-w", "../part"]);
    scratch.git("repo", &["update-index", "--cacheinfo", &format!("100644,{blob},file.txt")]);
    let report = keysieve(&scratch, "repo", &STAGED).exits(1).json();
    assert_eq!(report.findings()[0]["places"][0]["start"]["line"], 2);
}

#[test]
fn a_deletion_passes_and_so_does_what_was_there() {
    let scratch = with_commit();
    scratch.write("repo/old.txt", github("old"));
    scratch.commit(10, "old");
    keysieve(&scratch, "repo", &STAGED).exits(0);
    scratch.git("repo", &["rm", "-q", "old.txt"]);
    keysieve(&scratch, "repo", &STAGED).exits(0);
}

#[test]
fn before_the_first_commit() {
    let scratch = Scratch::repository();
    keysieve(&scratch, "repo", &STAGED).exits(0);
    scratch.write("repo/a.txt", github("first"));
    scratch.git("repo", &["add", "-A"]);
    assert_eq!(paths(&keysieve(&scratch, "repo", &STAGED).exits(1).json()), ["staged a.txt"]);
}

#[test]
fn in_a_linked_worktree_and_with_another_index() {
    let scratch = with_commit();
    scratch.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
    scratch.write("linked/a.txt", github("linked"));
    scratch.git("linked", &["add", "-A"]);
    assert_eq!(paths(&keysieve(&scratch, "linked", &STAGED).exits(1).json()), ["staged a.txt"]);
    keysieve(&scratch, "repo", &STAGED).exits(0);

    scratch.write("repo/b.txt", github("index"));
    scratch.git_with("repo", &["add", "b.txt"], &[("GIT_INDEX_FILE", "other-index")]);
    keysieve(&scratch, "repo", &STAGED).exits(0);
    let other = run(command(&scratch.path("repo")).args(STAGED).env("GIT_INDEX_FILE", "other-index")).exits(1);
    assert!(paths(&other.json()).contains(&"staged b.txt".to_owned()));
}

#[test]
fn both_sides_of_an_unfinished_merge() {
    let scratch = with_commit();
    scratch.git("repo", &["checkout", "-q", "-b", "side"]);
    scratch.write("repo/file.txt", format!("one\n{}\nthree\n", github("side")));
    scratch.commit(10, "side");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/file.txt", "one\nmain\nthree\n");
    scratch.commit(20, "main");
    assert!(!scratch.try_git("repo", &["merge", "-q", "side"]).status.success());
    // Both sides are read; each stands in its parent.
    let report = keysieve(&scratch, "repo", &STAGED).exits(0).json();
    assert!(report.0["coverage"]["files"].as_u64() >= Some(1), "{:#}", report.0["coverage"]);
    // What one of them does not have is new, also while the file is unmerged.
    scratch.write("part", github("neither"));
    let blob = scratch.git("repo", &["hash-object", "-w", "../part"]);
    scratch.write("stages", format!("0 {} 0\tfile.txt\n100644 {blob} 3\tfile.txt\n", "0".repeat(40)));
    let stages = std::fs::File::open(scratch.path("stages")).unwrap();
    let mut git = std::process::Command::new("git");
    git.args(["update-index", "--index-info"]).current_dir(scratch.path("repo")).stdin(stages);
    assert!(git.status().unwrap().success());
    assert_eq!(paths(&keysieve(&scratch, "repo", &STAGED).exits(1).json()), ["staged file.txt"]);
}

#[test]
fn a_secret_in_a_staged_name() {
    let scratch = with_commit();
    scratch.write(&format!("repo/{}.txt", github("name")), "x");
    scratch.git("repo", &["add", "-A"]);
    let report = keysieve(&scratch, "repo", &STAGED).exits(1).json();
    assert_eq!(report.findings()[0]["places"][0]["origin"], "file-name");
}

#[test]
fn what_stood_in_the_file_before_is_not_new() {
    let scratch = with_commit();
    let lines = "same\n".repeat(30);
    scratch.write("repo/known.txt", format!("{}\n", github("known")));
    scratch.write("repo/moved.txt", format!("{}\n{lines}", github("moved")));
    scratch.commit(10, "Known");
    scratch.write("repo/known.txt", format!("edited\n{}\n", github("known")));
    scratch.git("repo", &["mv", "moved.txt", "elsewhere.txt"]);
    scratch.write("repo/elsewhere.txt", format!("{lines}edited\n{}\n", github("moved")));
    scratch.git("repo", &["add", "-A"]);
    let report = keysieve(&scratch, "repo", &STAGED).exits(0).json();
    assert_eq!(report.0["coverage"]["files"], 2, "they were looked at");
    // Another one in the same file, and the same one in another file.
    scratch.write("repo/known.txt", format!("{}\n{}\n", github("known"), github("second")));
    scratch.write("repo/copy.txt", format!("{}\n", github("known")));
    scratch.git("repo", &["add", "-A"]);
    let mut found = paths(&keysieve(&scratch, "repo", &STAGED).exits(1).json());
    found.sort();
    assert_eq!(found, ["staged copy.txt", "staged known.txt"]);
}

#[test]
fn what_a_merge_brings_from_the_other_side_is_not_new() {
    let scratch = with_commit();
    scratch.git("repo", &["checkout", "-q", "-b", "side"]);
    scratch.write("repo/side.txt", github("side"));
    scratch.write("repo/file.txt", "side\n");
    scratch.commit(10, "Side");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/file.txt", "main\n");
    scratch.commit(20, "Main");
    scratch.try_git("repo", &["merge", "-q", "--no-commit", "side"]);
    scratch.write("repo/file.txt", "both\n");
    scratch.git("repo", &["add", "-A"]);
    keysieve(&scratch, "repo", &STAGED).exits(0);
    scratch.write("repo/file.txt", format!("both\n{}\n", github("resolution")));
    scratch.git("repo", &["add", "-A"]);
    let report = keysieve(&scratch, "repo", &STAGED).exits(1).json();
    assert_eq!(paths(&report), ["staged file.txt"]);
}
