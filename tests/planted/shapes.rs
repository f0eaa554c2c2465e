//! Histories of unusual shape: a secret is found once, with the commit that brought it.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{github, keysieve, list, text};

/// The first place in the history of the only finding.
fn brought(scratch: &Scratch) -> (String, String, String) {
    let report = keysieve(scratch, "repo", &["history", "--format", "json"]).exits(1).json();
    let [finding] = report.findings() else { panic!("{:#}", report.0["findings"]) };
    let first: &Value = &finding["places"][0];
    let text = |value: &Value| text(value).to_owned();
    (text(&first["path"]), text(&first["introduced"]["commit"]), text(&first["introduced"]["author"]))
}

fn paths(scratch: &Scratch) -> Vec<(String, bool)> {
    let report = keysieve(scratch, "repo", &["history", "--format", "json"]).exits(1).json();
    let [finding] = report.findings() else { panic!("{:#}", report.0["findings"]) };
    list(&finding["places"])
        .iter()
        .map(|place| (text(&place["path"]).to_owned(), place["introduced"]["in_head"] == true))
        .collect()
}

#[test]
fn only_in_the_resolution_of_an_octopus_merge() {
    let scratch = Scratch::repository();
    scratch.write("repo/base", "base\n");
    scratch.commit(0, "base");
    for (number, branch) in ["a", "b", "c"].into_iter().enumerate() {
        scratch.git("repo", &["checkout", "-q", "-b", branch, "main"]);
        scratch.write(&format!("repo/{branch}"), branch);
        scratch.commit(10 + number as i64, branch);
    }
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.git("repo", &["merge", "-q", "--no-commit", "--no-ff", "a", "b", "c"]);
    scratch.write("repo/base", format!("base {}\n", github("octopus")));
    let merge = scratch.commit(20, "octopus");
    assert_eq!(scratch.git("repo", &["rev-list", "--parents", "-n1", "HEAD"]).split(' ').count(), 5);
    assert_eq!(brought(&scratch), ("base".to_owned(), merge, "Ann Author <ann@example.com>".to_owned()));
}

#[test]
fn renamed_edited_and_copied() {
    let scratch = Scratch::repository();
    let body = "line\n".repeat(20);
    scratch.write("repo/old", format!("{body}key: {}\n", github("rename")));
    let first = scratch.commit(0, "bring");
    scratch.git("repo", &["mv", "old", "new"]);
    scratch.write("repo/new", format!("{body}more\nkey: {}\n", github("rename")));
    scratch.commit(10, "rename and edit");
    scratch.write("repo/copy", format!("{body}more\nkey: {}\n", github("rename")));
    scratch.commit(20, "copy");
    assert_eq!(brought(&scratch).1, first);
    assert_eq!(paths(&scratch), ["old", "new", "copy"].map(|path| (path.to_owned(), true)));
}

#[test]
fn a_file_that_was_a_link_and_one_that_changed_its_mode() {
    let scratch = Scratch::repository();
    scratch.write("repo/target", "nothing\n");
    // The target of a link is the text of its blob.
    let name = |salt| github(salt);
    let blob = |text: &str| {
        scratch.write("text", text);
        scratch.git("repo", &["hash-object", "-w", "../text"])
    };
    let link = blob("target");
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("120000,{link},swap")]);
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("100644,{link},mode")]);
    scratch.commit_staged(0, "links");
    let held = blob(&format!("key {}\n", name("link")));
    scratch.git("repo", &["update-index", "--cacheinfo", &format!("100644,{held},swap")]);
    let file = scratch.commit_staged(10, "a file now");
    scratch.git("repo", &["update-index", "--cacheinfo", &format!("100755,{held},swap")]);
    scratch.commit_staged(20, "executable");
    assert_eq!((brought(&scratch).0, brought(&scratch).1), ("swap".to_owned(), file));
}

#[test]
fn the_target_of_a_symbolic_link() {
    let scratch = Scratch::repository();
    scratch.write("target", format!("../{}", github("target")));
    let link = scratch.git("repo", &["hash-object", "-w", "../target"]);
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("120000,{link},link")]);
    let commit = scratch.commit_staged(0, "link");
    assert_eq!((brought(&scratch).0, brought(&scratch).1), ("link".to_owned(), commit));
}

#[test]
fn kept_by_nothing_but_a_tag_of_a_tag_or_by_nothing_at_all() {
    let scratch = Scratch::repository();
    scratch.commit(0, "base");
    scratch.git("repo", &["checkout", "-q", "--orphan", "gone"]);
    scratch.write("repo/file", github("orphan"));
    let commit = scratch.commit(10, "orphan");
    let date = [("GIT_COMMITTER_DATE", "1700000020 +0000")];
    scratch.git_with("repo", &["tag", "-a", "inner", "-m", "inner"], &date);
    scratch.git_with("repo", &["tag", "-a", "outer", "-m", "outer", "inner"], &date);
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.git("repo", &["branch", "-q", "-D", "gone"]);
    scratch.git("repo", &["tag", "-d", "inner"]);
    let place = |scratch: &Scratch| {
        let report = keysieve(scratch, "repo", &["history", "--format", "json"]).exits(1).json();
        report.findings()[0]["places"][0].clone()
    };
    assert_eq!(place(&scratch)["introduced"]["commit"], *commit);
    assert_eq!(place(&scratch)["introduced"]["reachable"], true);
    scratch.git("repo", &["tag", "-d", "outer"]);
    assert_eq!(place(&scratch)["introduced"]["commit"], *commit);
    assert_eq!(place(&scratch)["introduced"]["reachable"], false);
    scratch.git("repo", &["gc", "-q", "--prune=never"]);
    assert_eq!(place(&scratch)["introduced"]["commit"], *commit);
}

/// An object of no commit at all: written by `git add` and then reset.
#[test]
fn a_blob_that_no_commit_ever_held() {
    let scratch = Scratch::repository();
    scratch.commit(0, "base");
    scratch.write("text", format!("x {}", github("blob")));
    let id = scratch.git("repo", &["hash-object", "-w", "../text"]);
    let report = keysieve(&scratch, "repo", &["history", "--format", "json"]).exits(1).json();
    let place = &report.findings()[0]["places"][0];
    assert_eq!((&place["path"], &place["object"]), (&Value::Null, &Value::String(id)));
    assert_eq!(place["introduced"], Value::Null);
}

/// SHA-256, packed with deltas, bare, in a linked worktree: the same secret.
#[test]
fn repositories_of_other_kinds() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "--object-format=sha256", "repo"]);
    let body = "some line of text\n".repeat(200);
    scratch.write("repo/file", &body);
    scratch.commit(0, "base");
    scratch.write("repo/file", format!("{body}key {}\n", github("sha")));
    let commit = scratch.commit(10, "bring");
    scratch.write("repo/file", format!("{body}gone\n"));
    scratch.commit(20, "remove");
    assert_eq!(brought(&scratch).1, commit);
    scratch.git("repo", &["gc", "-q", "--aggressive"]);
    assert_eq!(brought(&scratch).1, commit);
    scratch.git(".", &["clone", "-q", "--bare", "repo", "bare.git"]);
    scratch.git("repo", &["worktree", "add", "-q", "--detach", "../linked"]);
    for at in ["bare.git", "linked"] {
        let report = keysieve(&scratch, at, &["history", "--format", "json"]).exits(1).json();
        assert_eq!(report.findings()[0]["places"][0]["introduced"]["commit"], *commit, "{at}");
    }
}
