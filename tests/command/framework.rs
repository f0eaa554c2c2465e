//! The hooks of `.pre-commit-hooks.yaml` under the real pre-commit.
//!
//! Ignored unless asked for, as it needs pre-commit: `KEYSIEVE_PRE_COMMIT=PATH cargo test --test command framework -- --ignored`,
//! with the path of the program. `.ci/run` does that. The hook `keysieve`, which pre-commit builds, takes minutes and is run by
//! `tests/built-by-pre-commit`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{Run, github, of_this_repository, run};

/// A repository with pre-commit installed in it, which runs `keysieve-system` from a repository `hooks`.
struct Framework {
    scratch: Scratch,
    path: String,
}

impl Framework {
    fn new() -> Self {
        let program = std::env::var_os("KEYSIEVE_PRE_COMMIT").map(PathBuf::from).expect("KEYSIEVE_PRE_COMMIT is set");
        assert!(program.is_absolute() && program.is_file(), "KEYSIEVE_PRE_COMMIT names the program pre-commit");
        let scratch = Scratch::repository();
        fs::create_dir(scratch.path("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_keysieve"), scratch.path("bin/keysieve")).unwrap();
        scratch.write("hooks/.pre-commit-hooks.yaml", of_this_repository(".pre-commit-hooks.yaml"));
        scratch.git("hooks", &["init", "-q"]);
        scratch.git("hooks", &["add", "-A"]);
        scratch.git("hooks", &["commit", "-q", "-m", "Hooks"]);
        let url = scratch.path("hooks");
        let revision = scratch.git("hooks", &["rev-parse", "HEAD"]);
        scratch.write(
            "repo/.pre-commit-config.yaml",
            format!("repos:\n- repo: {}\n  rev: {revision}\n  hooks: [{{id: keysieve-system}}]\n", url.display()),
        );
        let beside = program.parent().unwrap().display().to_string();
        let path = format!("{}:{beside}:{}", scratch.path("bin").display(), std::env::var("PATH").unwrap());
        let framework = Self { scratch, path };
        framework.scratch.commit(0, "Begin");
        framework.pre_commit(&["install"]).exits(0);
        framework
    }

    fn command(&self, program: &str, at: &str, arguments: &[&str]) -> Run {
        let home = self.scratch.path("home");
        run(Command::new(program)
            .args(arguments)
            .current_dir(self.scratch.path(at))
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", &home)
            .env("PRE_COMMIT_HOME", self.scratch.path("cache"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")]))
    }

    fn pre_commit(&self, arguments: &[&str]) -> Run {
        self.command("pre-commit", "repo", arguments)
    }

    /// Commits everything without a hook; gives the commit.
    fn unseen(&self, message: &str) -> String {
        self.scratch.git("repo", &["add", "-A"]);
        self.scratch.git("repo", &["commit", "-q", "--no-verify", "-m", message]);
        self.scratch.git("repo", &["rev-parse", "HEAD"])
    }

    fn commit(&self, arguments: &[&str]) -> Run {
        self.command("git", "repo", &[&["commit", "-m", "x"], arguments].concat())
    }
}

const RULE: &str = "github-personal-access-token";

#[test]
#[ignore = "needs pre-commit: KEYSIEVE_PRE_COMMIT"]
fn framework_stops_what_is_staged_and_nothing_else() {
    let it = Framework::new();
    let scratch = &it.scratch;
    // Nothing but what is staged counts, also where the working tree says otherwise.
    scratch.write("repo/with space.txt", github("staged"));
    scratch.git("repo", &["add", "-A"]);
    scratch.write("repo/with space.txt", "harmless\n");
    it.commit(&[]).exits(1).says("with space.txt:1:1").says(RULE);
    it.pre_commit(&["run"]).exits(1).says(RULE);

    scratch.git("repo", &["add", "-A"]);
    scratch.write("repo/with space.txt", github("only in the tree"));
    scratch.write("repo/untracked.txt", github("untracked"));
    it.commit(&[]).exits(0).says("Passed");
    it.pre_commit(&["run"]).exits(0).says("Passed");

    // A commit gives the hook an index of its own.
    it.commit(&["-a"]).exits(1).says(RULE);
    it.commit(&["with space.txt"]).exits(1).says(RULE);
    scratch.write("repo/with space.txt", "harmless again\n");
    it.commit(&["-a"]).exits(0).says("Passed");

    // A removal, which pre-commit has no file for.
    scratch.git("repo", &["rm", "-q", "with space.txt"]);
    it.commit(&[]).exits(0).says("Passed");
}

#[test]
#[ignore = "needs pre-commit: KEYSIEVE_PRE_COMMIT"]
fn framework_by_hand_looks_at_no_less_than_it_was_asked_for() {
    let it = Framework::new();
    let scratch = &it.scratch;
    it.pre_commit(&["run", "--all-files"]).exits(0).says("Passed");
    scratch.write("repo/old.txt", github("old"));
    scratch.write("repo/other.txt", "harmless\n");
    it.unseen("Old, and no hook is run");
    for arguments in [&["run", "--all-files"][..], &["run", "--files", "old.txt"]] {
        it.pre_commit(arguments).exits(1).says("old.txt:1:1").says("all files that git tracks");
    }
    // Also with something staged beside it; and a commit of that passes.
    scratch.write("repo/other.txt", "more\n");
    scratch.git("repo", &["add", "-A"]);
    it.pre_commit(&["run", "--all-files"]).exits(1).says("old.txt:1:1");
    it.commit(&[]).exits(0).says("Passed");
}

#[test]
#[ignore = "needs pre-commit: KEYSIEVE_PRE_COMMIT"]
fn framework_looks_at_the_commits_of_a_range() {
    let it = Framework::new();
    let scratch = &it.scratch;
    scratch.write("repo/old.txt", github("before the range"));
    let base = it.unseen("Before");
    scratch.write("repo/new.txt", "harmless\n");
    let clean = it.unseen("Clean");
    scratch.write("repo/new.txt", github("within"));
    it.unseen("Add");
    scratch.write("repo/new.txt", "harmless\n");
    let head = it.unseen("Remove");
    let range = |from: &str, to: &str| it.pre_commit(&["run", "--from-ref", from, "--to-ref", to]);
    range(&base, &clean).exits(0).says("Passed");
    let found = range(&base, &head).exits(1).says("new.txt:1:1").says(RULE);
    assert!(!found.said("old.txt"), "{}", found.shown());
    // The two ends have the same files: what was in between counts all the same.
    range(&clean, &head).exits(1).says("new.txt:1:1");
    range(&head, &head).exits(0);
}
