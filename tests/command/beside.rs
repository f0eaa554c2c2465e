//! What git keeps in texts of its own beside objects, refs and configuration.

use crate::scripted::Scratch;
use crate::support::{github, keysieve, text};

#[test]
fn the_reflog_messages_hooks_and_old_remotes_are_looked_at() {
    let scratch = Scratch::repository();
    scratch.commit(0, "Begin");
    let remote = |salt: &str| format!("URL: https://ada:{}@git.example.com/a.git\n", github(salt));
    let said = |salt: &str| format!("token {}\n", github(salt));
    scratch.write("repo/.git/COMMIT_EDITMSG", said("message"));
    scratch.write("repo/.git/hooks/pre-push", said("hook"));
    scratch.write("repo/.git/hooks/pre-push.sample", said("sample"));
    scratch.write("repo/.git/remotes/old/one", remote("remote"));
    scratch.write("repo/.git/rr-cache/0123/preimage", said("conflict"));
    scratch.write("repo/.git/other-program/file", said("other"));
    // The ids of commits beside the name of a service are no tokens of it.
    let ids =
        format!("{} {}", "0123456789abcdef".repeat(3).split_at(40).0, "fedcba9876543210".repeat(3).split_at(40).0);
    let person = "Ada <ada@example.com> 1700000000 +0000";
    let log = |what: &str| format!("{ids} {person}\t{what}\n");
    let pull = format!("pull https://ada:{}@git.example.com/a.git main: Fast-forward", github("pull"));
    let log = [log("commit: the datadog api key, heroku token"), log(&pull), log("commit: heroku api key")].concat();
    scratch.write("repo/.git/logs/refs/heads/a/done", log);
    let run = keysieve(&scratch, "repo", &["history", "--format", "json", "--show-secrets"]).exits(1);
    let report = run.json();
    let mut expected = ["message", "hook", "remote", "conflict", "pull"].map(github);
    expected.sort();
    assert_eq!(report.secrets(), expected);
    let place = &report.of(&github("pull"))["places"][0];
    assert_eq!((text(&place["origin"]), text(&place["path"])), ("repository-config", ".git/logs/refs/heads/a/done"));
    assert_eq!(place["start"]["line"], 2);
}
