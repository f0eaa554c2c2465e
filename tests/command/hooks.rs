//! The hooks of `.pre-commit-hooks.yaml`, run directly, and a git hook that runs the program.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{github, of_this_repository, run};

/// Id and entry of every hook.
fn hooks() -> Vec<(String, String)> {
    let text = of_this_repository(".pre-commit-hooks.yaml");
    let value = |hook: &str, key: &str| {
        let line =
            hook.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or_else(|| panic!("no {key} {hook}"));
        line.trim().to_owned()
    };
    text.split("- id:")
        .skip(1)
        .map(|hook| (hook.lines().next().unwrap().trim().to_owned(), value(hook, "entry:")))
        .collect()
}

/// A repository with a commit, and a directory `bin` that holds the program.
fn repository() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "one");
    fs::create_dir(scratch.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_keysieve"), scratch.path("bin/keysieve")).unwrap();
    scratch
}

#[test]
fn every_hook_blocks_what_is_staged() {
    let hooks = hooks();
    assert_eq!(hooks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["keysieve", "keysieve-system"]);
    for (id, entry) in hooks {
        let scratch = repository();
        let hook = || {
            let mut words = entry.split(' ');
            let mut command = Command::new(scratch.path("bin").join(words.next().unwrap()));
            run(command.args(words).current_dir(scratch.path("repo")).env_clear().env("HOME", scratch.path("no-home")))
        };
        hook().exits(0);
        scratch.write("repo/new.txt", github("hook"));
        hook().exits(0);
        scratch.git("repo", &["add", "new.txt"]);
        hook().exits(1).says("new.txt:1:1").says(&id[..8]);
    }
}

#[test]
fn a_commit_is_stopped_whichever_way_it_is_made() {
    let scratch = repository();
    scratch.write("repo/.git/hooks/pre-commit", "#!/bin/sh\nexec keysieve scan --staged\n");
    fs::set_permissions(scratch.path("repo/.git/hooks/pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", scratch.path("bin").display(), std::env::var("PATH").unwrap());
    let commit = |arguments: &[&str], passes: bool| {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"])
            .args(arguments)
            .current_dir(scratch.path("repo"))
            .env_clear()
            .env("PATH", &path)
            .env("HOME", scratch.path("no-home"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let run = run(&mut command);
        assert_eq!(run.code == Some(0), passes, "{arguments:?}\n{}", run.shown());
        assert_eq!(run.said("github-personal-access-token"), !passes, "{arguments:?}\n{}", run.shown());
    };
    scratch.write("repo/staged.txt", github("staged"));
    scratch.git("repo", &["add", "-A"]);
    commit(&[], false);
    scratch.git("repo", &["rm", "-q", "--cached", "staged.txt"]);
    // These two give the hook an index of their own.
    scratch.write("repo/file.txt", github("all"));
    commit(&["-a"], false);
    commit(&["file.txt"], false);
    scratch.write("repo/file.txt", "harmless\n");
    commit(&["-a"], true);
    scratch.git("repo", &["worktree", "add", "-q", "-b", "other", "../linked"]);
    scratch.write("linked/new.txt", github("linked"));
    scratch.git("linked", &["add", "-A"]);
    let stopped = scratch.git_with("linked", &["ls-files"], &[]);
    assert!(stopped.contains("new.txt"));
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"])
        .current_dir(scratch.path("linked"))
        .env_clear()
        .env("PATH", &path)
        .env("HOME", scratch.path("no-home"));
    let run = run(&mut command).says("new.txt");
    assert_ne!(run.code, Some(0));
}
