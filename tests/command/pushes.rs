//! Hooks of a push, by git itself: pre-push at the client, pre-receive with its quarantine at the server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::scripted::Scratch;
use crate::support::{command, feed, github};

/// A clone `repo` of the bare repository `server.git`, with one commit in both, and the hook in one of them.
fn clone(hook: &str, of_server: bool) -> Scratch {
    clone_of("server.git", hook, of_server)
}

/// The same of a server in another directory.
fn clone_of(server: &str, hook: &str, of_server: bool) -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/known.txt", format!("{}\n", github("known")));
    scratch.commit(0, "Begin");
    scratch.git(".", &["clone", "-q", "--bare", "repo", &format!("./{server}")]);
    scratch.git("repo", &["remote", "add", "origin", &format!("../{server}")]);
    scratch.git("repo", &["fetch", "-q", "origin"]);
    let path = format!("{}/hooks/{hook}", if of_server { server } else { "repo/.git" });
    let program = env!("CARGO_BIN_EXE_keysieve");
    scratch.write(&path, format!("#!/bin/sh\nexec {program} hook run {hook} \"$@\" >&2\n"));
    fs::set_permissions(scratch.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    scratch
}

/// Pushes; what the hook wrote, or nothing if the push went through.
fn push(scratch: &Scratch, arguments: &[&str]) -> Result<String, String> {
    let output = scratch.try_git("repo", &[&["push", "-q", "origin"], arguments].concat());
    let said = String::from_utf8(output.stderr).unwrap().replace("remote: ", "");
    if output.status.success() { Ok(said) } else { Err(said) }
}

#[test]
fn a_push_is_stopped_by_what_it_brings() {
    for (hook, of_server) in [("pre-push", false), ("pre-receive", true)] {
        let scratch = clone(hook, of_server);
        scratch.write("repo/known.txt", format!("edited\n{}\n", github("known")));
        scratch.commit(10, "Edit");
        push(&scratch, &["main"]).unwrap_or_else(|said| panic!("{hook}: what was there is not new\n{said}"));

        scratch.write("repo/new.txt", format!("{}\n", github("new")));
        scratch.commit(20, "Add");
        fs::remove_file(scratch.path("repo/new.txt")).unwrap();
        scratch.commit(30, "Remove");
        for target in ["main", "HEAD:refs/heads/other", "HEAD:refs/tags/light"] {
            let said = push(&scratch, &[target]).expect_err("a secret on its way");
            assert!(said.contains("new.txt:1:1") && said.contains("github-personal-access-token"), "{hook}: {said}");
            assert!(!said.contains("known.txt"), "{hook}: {said}");
        }

        scratch.git("repo", &["reset", "-q", "--hard", "HEAD~2"]);
        scratch.git("repo", &["tag", "-a", "-m", &github("tag"), "annotated"]);
        let said = push(&scratch, &["annotated"]).expect_err("the message of a tag");
        assert!(said.contains("message of tag") && said.contains("git tag -d"), "{hook}: {said}");
        assert!(!said.contains("keysieve:allow") && !said.contains("git rebase"), "{hook}: {said}");

        scratch.git("repo", &["branch", "clean"]);
        let said = push(&scratch, &["clean"]).unwrap_or_else(|said| panic!("{hook}: {said}"));
        assert!(said.contains("nothing new to scan"), "{hook}: {said}");
        let said = push(&scratch, &[":clean"]).unwrap_or_else(|said| panic!("{hook}: a removal\n{said}"));
        assert!(said.contains("nothing new to scan"), "{hook}: {said}");
    }
}

/// What is pushed does not excuse itself at the server; at the client it is for the one who pushes to say.
#[test]
fn a_comment_that_is_pushed_counts_at_the_client_alone() {
    for (hook, of_server) in [("pre-push", false), ("pre-receive", true)] {
        let scratch = clone(hook, of_server);
        let comment = concat!("keysieve:", "allow");
        scratch
            .write("repo/new.txt", format!("{} # {comment} github-personal-access-token of a test\n", github("new")));
        scratch.commit(10, "Add");
        let pushed = push(&scratch, &["main"]);
        assert_eq!(pushed.is_ok(), !of_server, "{hook}: {pushed:?}");
        if let Err(said) = pushed {
            assert!(said.contains("no comment counts here") && !said.contains("until=YYYY"), "{said}");
        }
    }
}

/// git quotes the directory of the server's objects, which the quarantine names.
#[test]
fn a_server_may_lie_where_the_path_has_a_colon() {
    let scratch = clone_of("a server: ü.git", "pre-receive", true);
    scratch.write("repo/known.txt", format!("edited\n{}\n", github("known")));
    scratch.commit(10, "Edit");
    push(&scratch, &["main"]).unwrap_or_else(|said| panic!("what was there is not new\n{said}"));
    scratch.write("repo/new.txt", format!("{}\n", github("new")));
    scratch.commit(20, "Add");
    let said = push(&scratch, &["main"]).expect_err("a secret on its way");
    assert!(said.contains("new.txt:1:1"), "{said}");
}

#[test]
fn what_is_pushed_may_be_called_anything() {
    for (hook, of_server) in [("pre-push", false), ("pre-receive", true)] {
        let scratch = clone(hook, of_server);
        scratch.write("repo/new.txt", format!("{}\n", github("new")));
        scratch.commit(10, "Add a file");
        let said = push(&scratch, &["HEAD^{/a file}:refs/heads/other"]).expect_err("a secret on its way");
        assert!(said.contains("new.txt:1:1"), "{hook}: {said}");
        // A name in Latin-1, which only bytes can say.
        scratch.git("repo", &["reset", "-q", "--hard", "HEAD~1"]);
        let (id, zero) = (scratch.git("repo", &["rev-parse", "HEAD"]), "0".repeat(40));
        let (before, behind) = match of_server {
            true => (format!("{zero} {id} refs/heads/caf"), "\n".to_owned()),
            false => (format!("x {id} refs/heads/caf"), format!(" {zero}\n")),
        };
        let line = [before.as_bytes(), b"\xe9", behind.as_bytes()].concat();
        feed(command(&scratch.path("repo")).args(["hook", "run", hook]), &line).exits(0).says("nothing new");
    }
}

#[test]
fn the_name_of_a_new_ref_is_looked_at() {
    for (hook, of_server) in [("pre-push", false), ("pre-receive", true)] {
        let scratch = clone(hook, of_server);
        let target = format!("HEAD:refs/heads/fix-{}", github("name"));
        let said = push(&scratch, &[&target]).expect_err("a secret on its way");
        assert!(said.contains("name of a ref") && said.contains("git branch -m"), "{hook}: {said}");
        assert!(!said.contains("git rebase") && !said.contains("git tag -d"), "{hook}: {said}");
        // A name that is there already is nothing new.
        let scratch = clone(hook, of_server);
        let hooks = format!("{}/hooks/{hook}", if of_server { "server.git" } else { "repo/.git" });
        fs::rename(scratch.path(&hooks), scratch.path("aside")).unwrap();
        push(&scratch, &[&target]).unwrap();
        fs::rename(scratch.path("aside"), scratch.path(&hooks)).unwrap();
        scratch.write("repo/plain.txt", "plain\n");
        scratch.commit(10, "Plain");
        push(&scratch, &[&target]).unwrap_or_else(|said| panic!("{hook}: {said}"));
    }
}

#[test]
fn a_forced_push_over_what_is_not_here_is_read_as_new() {
    let scratch = clone("pre-push", false);
    scratch.git(".", &["clone", "-q", "server.git", "elsewhere"]);
    scratch.write("elsewhere/x", "x\n");
    scratch.git("elsewhere", &["add", "-A"]);
    scratch.git("elsewhere", &["commit", "-q", "-m", "Elsewhere"]);
    scratch.git("elsewhere", &["push", "-q", "origin", "main"]);
    scratch.write("repo/new.txt", format!("{}\n", github("new")));
    scratch.commit(20, "Add");
    let said = push(&scratch, &["+main"]).expect_err("a secret on its way");
    assert!(said.contains("new.txt:1:1") && !said.contains("known.txt"), "{said}");
}

#[test]
fn other_input_is_refused() {
    let scratch = clone("pre-push", false);
    for hook in ["pre-push", "pre-receive"] {
        let fed = |input: &str| feed(command(&scratch.path("repo")).args(["hook", "run", hook]), input.as_bytes());
        fed("what is this\n").exits(2).says("line 1");
        let id = "1".repeat(40);
        let line = if hook == "pre-push" {
            format!("a {id} b {}", "0".repeat(40))
        } else {
            format!("{} {id} a", "0".repeat(40))
        };
        fed(&format!("{line}\n")).exits(2).says("there is no revision");
        fed("").exits(0).says("nothing new");
    }
}
