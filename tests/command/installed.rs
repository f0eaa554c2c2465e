//! `keysieve hook install`, `uninstall` and `status`: what is put where, what was there before, and what git then runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{Run, github, run};

/// A repository with a commit.
fn repository() -> Scratch {
    let scratch = Scratch::repository();
    fs::create_dir(scratch.path("home")).unwrap();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "one");
    scratch
}

/// Runs a program as somebody whose home is `home`, without keysieve on the PATH.
fn at_home(scratch: &Scratch, at: &str, program: &str, arguments: &[&str]) -> Run {
    run(Command::new(program)
        .args(arguments)
        .current_dir(scratch.path(at))
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("HOME", scratch.path("home"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")]))
}

fn hook(scratch: &Scratch, at: &str, arguments: &[&str]) -> Run {
    at_home(scratch, at, env!("CARGO_BIN_EXE_keysieve"), &[&["hook"], arguments].concat())
}

fn commit(scratch: &Scratch, at: &str) -> Run {
    at_home(scratch, at, "git", &["commit", "-m", "x"])
}

fn executable(scratch: &Scratch, path: &str, text: &str) {
    scratch.write(path, text);
    fs::set_permissions(scratch.path(path), fs::Permissions::from_mode(0o755)).unwrap();
}

fn read(scratch: &Scratch, path: &str) -> String {
    fs::read_to_string(scratch.path(path)).unwrap_or_default()
}

/// Every file below `path` with its text and mode.
fn tree(scratch: &Scratch, path: &str) -> Vec<(String, String, u32)> {
    let mut found: Vec<_> = fs::read_dir(scratch.path(path))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|file| {
            let mode = file.metadata().unwrap().permissions().mode();
            (file.display().to_string(), fs::read_to_string(&file).unwrap(), mode)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_installed_stops_a_commit_and_is_taken_away_again() {
    let scratch = repository();
    let before = tree(&scratch, "repo/.git/hooks");
    hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: not installed").says("pre-push: not installed");
    hook(&scratch, "repo", &["install"]).exits(0).says("installed in .git/hooks/pre-commit");
    let installed = tree(&scratch, "repo/.git/hooks");
    hook(&scratch, "repo", &["install"]).exits(0).says("installed already");
    assert_eq!(tree(&scratch, "repo/.git/hooks"), installed, "twice is once");
    hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: installed in").says("pre-push: not installed");

    scratch.write("repo/new.txt", github("new"));
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("keysieve stops the commit").says("new.txt:1:1");
    // Also in a linked worktree and in a directory below.
    scratch.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
    scratch.write("linked/below/new.txt", github("linked"));
    scratch.git("linked", &["add", "-A"]);
    commit(&scratch, "linked/below").exits(1).says("below/new.txt:1:1");
    hook(&scratch, "linked", &["status"]).exits(0).says("pre-commit: installed in");

    hook(&scratch, "linked", &["uninstall"]).exits(0).says("is taken away");
    assert_eq!(tree(&scratch, "repo/.git/hooks"), before);
    commit(&scratch, "repo").exits(0);
    hook(&scratch, "repo", &["uninstall"]).exits(0).says("there was none");
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let scratch = repository();
    executable(&scratch, "repo/.git/hooks/pre-commit", "#!/bin/sh\necho \"theirs $# $0\"\n[ ! -e stop ]\n");
    let before = tree(&scratch, "repo/.git/hooks");
    let kept = "pre-commit.before-keysieve";
    hook(&scratch, "repo", &["install"]).exits(0).says(&format!("{kept} is run first"));
    hook(&scratch, "repo", &["install"]).exits(0).says("installed already");
    hook(&scratch, "repo", &["status"]).exits(0).says(&format!("{kept} is run first"));
    scratch.write("repo/new.txt", "harmless\n");
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(0).says("theirs 0");
    scratch.write("repo/new.txt", github("new"));
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("theirs 0").says("keysieve stops");
    // What it stops is stopped.
    scratch.write("repo/new.txt", "harmless, too\n");
    scratch.git("repo", &["add", "-A"]);
    scratch.write("repo/stop", "");
    let stopped = commit(&scratch, "repo").exits(1).says("theirs 0");
    assert!(!stopped.said("keysieve stops"), "{}", stopped.shown());
    hook(&scratch, "repo", &["uninstall"]).exits(0).says("again what was there before");
    assert_eq!(tree(&scratch, "repo/.git/hooks"), before);

    // One that is not executable is not run by git, and stays so.
    fs::remove_file(scratch.path("repo/stop")).unwrap();
    fs::set_permissions(scratch.path("repo/.git/hooks/pre-commit"), fs::Permissions::from_mode(0o644)).unwrap();
    hook(&scratch, "repo", &["status"]).exits(0).says("not executable");
    hook(&scratch, "repo", &["install"]).exits(0).says("not executable");
    assert!(!commit(&scratch, "repo").exits(0).said("theirs"));
    hook(&scratch, "repo", &["uninstall"]).exits(0);
    let mode = scratch.path("repo/.git/hooks/pre-commit").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn nothing_is_overwritten() {
    let scratch = repository();
    executable(&scratch, "repo/.git/hooks/pre-commit", "#!/bin/sh\n: one\n");
    hook(&scratch, "repo", &["install"]).exits(0);
    // Another program puts its own in the place.
    executable(&scratch, "repo/.git/hooks/pre-commit", "#!/bin/sh\n: two\n");
    let before = tree(&scratch, "repo/.git/hooks");
    hook(&scratch, "repo", &["install"]).exits(2).says("is there already");
    hook(&scratch, "repo", &["uninstall"]).exits(0).says("there was none");
    assert_eq!(tree(&scratch, "repo/.git/hooks"), before);
    hook(&scratch, "repo", &["status"]).exits(0).says("another program's");
}

#[test]
fn a_push_tells_both_hooks_what_it_brings() {
    let scratch = repository();
    scratch.git(".", &["clone", "-q", "--bare", "repo", "server.git"]);
    scratch.git("repo", &["remote", "add", "origin", "../server.git"]);
    scratch.git("repo", &["fetch", "-q", "origin"]);
    executable(&scratch, "repo/.git/hooks/pre-push", "#!/bin/sh\necho \"$@\" > told\ncat >> told\n");
    hook(&scratch, "repo", &["install", "--pre-push"]).exits(0).says("pre-push: installed").says("is run first");
    scratch.write("repo/.git/info/exclude", "told\n");
    scratch.write("repo/new.txt", github("new"));
    let head = scratch.commit(10, "New");
    let push = || at_home(&scratch, "repo", "git", &["push", "-q", "origin", "main"]);
    push().exits(1).says("keysieve stops the push").says("new.txt:1:1");
    let told = read(&scratch, "repo/told");
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines.len() == 2 && lines[0] == "origin ../server.git", "{told}");
    assert!(lines[1].starts_with(&format!("refs/heads/main {head} refs/heads/main ")), "{told}");
    scratch.git("repo", &["reset", "-q", "--hard", "HEAD~1"]);
    scratch.write("repo/new.txt", "harmless\n");
    scratch.commit(20, "Other");
    push().exits(0);
    // One that does not read it is no trouble.
    executable(&scratch, "repo/.git/hooks/pre-push.before-keysieve", "#!/bin/sh\nexit 0\n");
    scratch.write("repo/other.txt", github("other"));
    scratch.commit(30, "More");
    push().exits(1).says("other.txt:1:1");
}

#[test]
fn a_program_that_is_gone_is_said() {
    let scratch = repository();
    fs::create_dir(scratch.path("bin")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_keysieve"), scratch.path("bin/keysieve")).unwrap();
    let program = scratch.path("bin/keysieve").display().to_string();
    at_home(&scratch, "repo", &program, &["hook", "install"]).exits(0);
    fs::rename(scratch.path("bin/keysieve"), scratch.path("bin/elsewhere")).unwrap();
    scratch.write("repo/new.txt", "harmless\n");
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("keysieve is not here any more").says("git commit --no-verify");
    hook(&scratch, "repo", &["status"]).exits(0).says("renews it");
    hook(&scratch, "repo", &["install"]).exits(0);
    commit(&scratch, "repo").exits(0);
}

#[test]
fn a_path_with_a_quote_is_quoted() {
    let scratch = repository();
    fs::create_dir(scratch.path("it's here")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_keysieve"), scratch.path("it's here/keysieve")).unwrap();
    let program = scratch.path("it's here/keysieve").display().to_string();
    at_home(&scratch, "repo", &program, &["hook", "install"]).exits(0);
    scratch.write("repo/new.txt", github("new"));
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("new.txt:1:1");
}

#[test]
fn hooks_path_of_the_repository_is_respected() {
    let scratch = repository();
    executable(&scratch, "repo/.git/hooks/commit-msg", "#!/bin/sh\n");
    scratch.git("repo", &["config", "core.hooksPath", ".githooks"]);
    hook(&scratch, "repo", &["install"]).exits(0).says("installed in .githooks/pre-commit");
    // Others have the program elsewhere.
    let text = read(&scratch, "repo/.githooks/pre-commit");
    assert!(!text.contains(env!("CARGO_BIN_EXE_keysieve")), "{text}");
    let status = hook(&scratch, "repo", &["status"]).exits(0);
    assert!(!status.said("renews it"), "{}", status.shown());
    status.says("core.hooksPath in the configuration of this repository").says("not run: .git/hooks/commit-msg");
    hook(&scratch, "repo", &["uninstall"]).exits(0).says(".githooks/pre-commit is taken away");
}

#[test]
fn husky_is_appended_to_where_that_is_safe() {
    for directory in [".husky/_", ".husky"] {
        let scratch = repository();
        executable(&scratch, "repo/.husky/pre-commit", "npm test");
        scratch.git("repo", &["config", "core.hooksPath", directory]);
        hook(&scratch, "repo", &["install", "--pre-commit", "--pre-push"]).exits(0).says("which husky runs");
        let installed = read(&scratch, "repo/.husky/pre-commit");
        assert!(installed.starts_with("npm test\n") && installed.contains("keysieve hook run pre-commit || exit $?"));
        assert!(read(&scratch, "repo/.husky/pre-push").contains("keysieve hook run pre-push \"$@\""));
        hook(&scratch, "repo", &["install"]).exits(0).says("installed already");
        assert_eq!(read(&scratch, "repo/.husky/pre-commit"), installed);
        hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: husky runs it, by .husky/pre-commit");
        hook(&scratch, "repo", &["uninstall"]).exits(0).says("taken out of .husky/pre-commit");
        assert_eq!(read(&scratch, "repo/.husky/pre-commit"), "npm test\n");
        assert!(!scratch.path("repo/.husky/pre-push").exists());

        executable(&scratch, "repo/.husky/pre-commit", "npm test\nexit 0\n");
        hook(&scratch, "repo", &["install"]).exits(2).says("may end before its last line").says("keysieve hook run");
        assert_eq!(read(&scratch, "repo/.husky/pre-commit"), "npm test\nexit 0\n");
    }
}

#[test]
fn lefthook_and_pre_commit_are_told_in_their_own_files() {
    let scratch = repository();
    scratch.write("repo/lefthook.yml", "pre-commit: {}\n# keysieve later\n");
    executable(&scratch, "repo/.git/hooks/pre-commit", "#!/bin/sh\ncall_lefthook run \"pre-commit\" \"$@\"\n");
    let before = tree(&scratch, "repo/.git/hooks");
    hook(&scratch, "repo", &["install"]).exits(2).says("Add to lefthook.yml").says("run: keysieve hook run pre-commit");
    hook(&scratch, "repo", &["install", "--pre-push"]).exits(2).says("use_stdin: true");
    hook(&scratch, "repo", &["status"]).exits(0).says("not installed; lefthook manages the hooks here");
    assert_eq!(tree(&scratch, "repo/.git/hooks"), before);
    scratch.write("repo/lefthook.yml", "pre-commit:\n  commands: {k: {run: keysieve hook run pre-commit}}\n");
    hook(&scratch, "repo", &["install"]).exits(0).says("installed already: lefthook runs it");
    hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: lefthook runs it, by lefthook.yml");
    // In a fresh clone nothing runs yet.
    fs::remove_file(scratch.path("repo/.git/hooks/pre-commit")).unwrap();
    hook(&scratch, "repo", &["install"]).exits(2).says("nothing runs it: run `lefthook install`");
    hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: not run: lefthook.yml names it");

    let scratch = repository();
    scratch.write("repo/.pre-commit-config.yaml", "repos: []\n");
    let theirs = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n";
    executable(&scratch, "repo/.git/hooks/pre-commit", theirs);
    hook(&scratch, "repo", &["install"]).exits(2).says("Add to .pre-commit-config.yaml").says("always_run: true");
    assert_eq!(read(&scratch, "repo/.git/hooks/pre-commit"), theirs);
    // Installed first, it is kept and run by pre-commit.
    fs::remove_file(scratch.path("repo/.git/hooks/pre-commit")).unwrap();
    hook(&scratch, "repo", &["install"]).exits(0);
    let hooks = scratch.path("repo/.git/hooks");
    fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).unwrap();
    executable(&scratch, "repo/.git/hooks/pre-commit", theirs);
    hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit runs it, as pre-commit.legacy");
    hook(&scratch, "repo", &["uninstall"]).exits(0).says("pre-commit.legacy is taken away");
    assert_eq!(read(&scratch, "repo/.git/hooks/pre-commit"), theirs);
}

#[test]
fn for_all_repositories() {
    let scratch = repository();
    scratch.write("home/.gitconfig", "; mine\n[user]\n\tname = A # b\n");
    executable(&scratch, "repo/.git/hooks/pre-commit", "#!/bin/sh\necho theirs\n");
    executable(&scratch, "repo/.git/hooks/commit-msg", "#!/bin/sh\necho \"message $1\"\n");
    executable(&scratch, "repo/.git/hooks/reference-transaction", "#!/bin/sh\n");
    hook(&scratch, "repo", &["install", "--global"]).exits(0).says("core.hooksPath = ").says("is not reached");
    let configuration = read(&scratch, "home/.gitconfig");
    assert!(configuration.starts_with("; mine\n[user]\n\tname = A # b\n"), "{configuration}");
    let named = at_home(&scratch, "repo", "git", &["config", "--global", "core.hooksPath"]).exits(0).out();
    assert_eq!(named.trim(), scratch.path("home/.config/keysieve/hooks").display().to_string());
    hook(&scratch, "repo", &["install", "--global"]).exits(0);
    assert_eq!(read(&scratch, "home/.gitconfig"), configuration, "twice is once");

    scratch.write("repo/new.txt", "harmless\n");
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(0).says("theirs").says("message .git/COMMIT_EDITMSG");
    scratch.write("repo/new.txt", github("new"));
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("theirs").says("new.txt:1:1");
    let status = hook(&scratch, "repo", &["status"]).exits(0).says("pre-commit: installed in");
    let status = status.says("not run: .git/hooks/reference-transaction");
    assert!(!status.said("commit-msg"), "{}", status.shown());
    hook(&scratch, "repo", &["install"]).exits(0).says("installed for all your repositories");
    hook(&scratch, "repo", &["install", "--pre-push"]).exits(2).says("hook install --global");

    hook(&scratch, "repo", &["uninstall", "--global"]).exits(0).says("pre-commit: taken away");
    at_home(&scratch, "repo", "git", &["config", "--global", "core.hooksPath"]).exits(1);
    assert!(read(&scratch, "home/.gitconfig").starts_with("; mine\n[user]\n\tname = A # b\n"));
    assert!(!scratch.path("home/.config/keysieve/hooks").exists());
    commit(&scratch, "repo").exits(0).says("theirs");
}

#[test]
fn only_a_regular_file_is_replaced() {
    let scratch = repository();
    let socket = std::os::unix::net::UnixListener::bind(scratch.path("home/.gitconfig")).unwrap();
    hook(&scratch, "repo", &["install", "--global"]).exits(2).says(".gitconfig");
    let kind = fs::symlink_metadata(scratch.path("home/.gitconfig")).unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_socket(&kind));
    drop(socket);
    // What a link leads to is changed, and the link stays.
    fs::remove_file(scratch.path("home/.gitconfig")).unwrap();
    scratch.write("dotfiles/gitconfig", "# mine\n");
    std::os::unix::fs::symlink("../dotfiles/gitconfig", scratch.path("home/.gitconfig")).unwrap();
    hook(&scratch, "repo", &["install", "--global"]).exits(0);
    assert!(read(&scratch, "dotfiles/gitconfig").starts_with("# mine\n[core]\n\thooksPath = "));
    assert!(fs::symlink_metadata(scratch.path("home/.gitconfig")).unwrap().file_type().is_symlink());
}

#[test]
fn for_all_repositories_where_the_user_has_hooks_already() {
    let scratch = repository();
    executable(&scratch, "home/hooks/pre-commit", "#!/bin/sh\necho mine\n");
    scratch.write("home/.gitconfig", "[core]\n\thooksPath = ~/hooks\n");
    hook(&scratch, "repo", &["install"]).exits(2).says("core.hooksPath is ~/hooks (your git configuration)");
    hook(&scratch, "repo", &["install", "--global"]).exits(0).says("is run first");
    scratch.write("repo/new.txt", github("new"));
    scratch.git("repo", &["add", "-A"]);
    commit(&scratch, "repo").exits(1).says("mine").says("new.txt:1:1");
    hook(&scratch, "repo", &["uninstall", "--global"]).exits(0);
    assert_eq!(read(&scratch, "home/hooks/pre-commit"), "#!/bin/sh\necho mine\n");
    assert_eq!(read(&scratch, "home/.gitconfig"), "[core]\n\thooksPath = ~/hooks\n");
}

/// A second value would silence the hooks that the first one names.
#[test]
fn for_all_repositories_where_another_file_names_the_hooks() {
    let named = "[core]\n\thooksPath = ~/hooks\n";
    for (files, config) in [
        (&[(".gitconfig", "[include]\n\tpath = more\n"), ("more", named)][..], "[include]\n\tpath = more\n"),
        (&[(".gitconfig", "[user]\n\tname = A\n"), (".config/git/config", named)][..], "[user]\n\tname = A\n"),
    ] {
        let scratch = repository();
        executable(&scratch, "home/hooks/pre-commit", "#!/bin/sh\necho mine\n");
        files.iter().for_each(|(path, text)| scratch.write(&format!("home/{path}"), text));
        hook(&scratch, "repo", &["install", "--global"]).exits(0).says("is run first");
        assert_eq!(read(&scratch, "home/.gitconfig"), config);
        scratch.write("repo/new.txt", github("new"));
        scratch.git("repo", &["add", "-A"]);
        commit(&scratch, "repo").exits(1).says("mine").says("new.txt:1:1");
        hook(&scratch, "repo", &["uninstall", "--global"]).exits(0);
        assert_eq!(read(&scratch, "home/hooks/pre-commit"), "#!/bin/sh\necho mine\n");
    }
}

#[test]
fn what_somebody_added_to_a_hook_is_kept() {
    let scratch = repository();
    let path = "repo/.git/hooks/pre-commit";
    hook(&scratch, "repo", &["install"]).exits(0);
    let edited = format!("{}make test\n", read(&scratch, path));
    executable(&scratch, path, &edited);
    hook(&scratch, "repo", &["install"]).exits(0).says("kept as .git/hooks/pre-commit.kept-by-keysieve");
    assert_eq!(read(&scratch, &format!("{path}.kept-by-keysieve")), edited);
    hook(&scratch, "repo", &["install"]).exits(0).says("installed already");
    executable(&scratch, path, &edited);
    hook(&scratch, "repo", &["uninstall"]).exits(2).says("was edited");
    fs::remove_file(scratch.path(&format!("{path}.kept-by-keysieve"))).unwrap();
    hook(&scratch, "repo", &["uninstall"]).exits(0).says("kept as");
    assert_eq!(read(&scratch, &format!("{path}.kept-by-keysieve")), edited);
    assert!(!scratch.path(path).exists());
}

#[test]
fn hooks_that_are_switched_off_and_links_that_lead_nowhere_are_named() {
    let scratch = repository();
    std::os::unix::fs::symlink("nowhere", scratch.path("repo/.git/hooks/pre-commit")).unwrap();
    hook(&scratch, "repo", &["install"]).exits(2).says("a symbolic link that leads nowhere");
    scratch.git("repo", &["config", "core.hooksPath", "/dev/null"]);
    hook(&scratch, "repo", &["install"]).exits(2).says("core.hooksPath is /dev/null").says("hooks are switched off");
}
