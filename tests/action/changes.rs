//! Repositories with something to look at: what a change brings, and what was there before.

use crate::runner::{Runner, check_out, event};
use crate::scripted::Scratch;
use crate::support::github;

/// The commits of a pull request, as its event names them.
pub struct Pull {
    pub base: String,
    pub head: String,
    /// What GitHub makes of both.
    pub merge: String,
}

/// A repository whose first commit has a known secret, and a branch `feature` that is checked out.
pub fn begun() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/known.txt", github("known"));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["checkout", "-q", "-b", "feature"]);
    scratch
}

/// Commits a file with a secret of its own.
pub fn add(scratch: &Scratch, seconds: i64, name: &str) -> String {
    scratch.write(&format!("repo/{name}"), format!("{}\n", github(name)));
    scratch.commit(seconds, &format!("Add {name}"))
}

/// Commits the removal of a file.
pub fn remove(scratch: &Scratch, seconds: i64, name: &str) -> String {
    scratch.git("repo", &["rm", "-q", name]);
    scratch.commit(seconds, &format!("Remove {name}"))
}

/// Opens pull request 17: `feature` into `main`, which goes on after the event with a secret of its own.
pub fn pull(scratch: &Scratch) -> Pull {
    let head = scratch.git("repo", &["rev-parse", "feature"]);
    let base = scratch.git("repo", &["rev-parse", "main"]);
    scratch.git("repo", &["checkout", "-q", "main"]);
    add(scratch, 900, "later-on-main.txt");
    scratch.git("repo", &["checkout", "-q", "--detach"]);
    let names = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    scratch.git("repo", &[&names[..], &["merge", "-q", "--no-ff", "-m", "Merge", "feature"]].concat());
    let merge = scratch.git("repo", &["rev-parse", "HEAD"]);
    scratch.git("repo", &["update-ref", "refs/pull/17/merge", &merge]);
    scratch.git("repo", &["update-ref", "refs/pull/17/head", &head]);
    scratch.git("repo", &["checkout", "-q", "main"]);
    Pull { base, head, merge }
}

/// The runner of a pull request's event, with its merge checked out.
pub fn pulled(scratch: Scratch, pull: &Pull, name: &str, depth: u32) -> Runner {
    check_out(&scratch, "refs/pull/17/merge", &pull.merge, depth);
    let payload = event(name, &[("BASE", &pull.base), ("HEAD", &pull.head)]);
    Runner::new(scratch, "pull_request", "refs/pull/17/merge", payload)
}

/// The runner of a push, with what was pushed checked out.
pub fn pushed(scratch: Scratch, name: &str, before: &str, after: &str, depth: u32) -> Runner {
    let payload = event(name, &[("BEFORE", before), ("AFTER", after)]);
    let reference = payload["ref"].as_str().unwrap().to_owned();
    check_out(&scratch, &reference, after, depth);
    Runner::new(scratch, "push", &reference, payload)
}
