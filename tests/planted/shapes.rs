//! Histories of unusual shape: a secret is found once, with the commit that brought it.

use std::collections::BTreeSet;

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

/// A rule for certain files takes nothing from what is encoded in its bytes before the path says that it counts.
#[test]
fn what_is_encoded_where_a_rule_for_other_files_matches() {
    let encoded = |salt| data_encoding::BASE64.encode(github(salt).as_bytes());
    let files = [
        ("servers.xml", format!("<Pass encoding=\"base64\">{}</Pass>\n", encoded("pass"))),
        ("answers.xml", format!("<Value>{}</Value>\n", encoded("value"))),
        ("secret.yaml", format!("kind: Secret\ndata:\n  token: {}\n", encoded("token"))),
        ("settings.json", format!("{{\"auth\": \"{}\"}}\n", encoded("auth"))),
        ("settings.ini", format!("_password={}\n", encoded("password"))),
    ];
    let scratch = Scratch::repository();
    for (path, text) in &files {
        scratch.write(&format!("repo/{path}"), text);
    }
    scratch.git("repo", &["add", "-A"]);
    let found = |arguments: &[&str]| -> Vec<(String, String)> {
        let report = keysieve(&scratch, "repo", arguments).exits(1).json();
        let found = report.findings().iter();
        let found = found.map(|it| (text(&it["rule"]).to_owned(), text(&it["fingerprint"]).to_owned()));
        found.collect::<BTreeSet<(String, String)>>().into_iter().collect()
    };
    let in_tree = found(&["scan", "--format", "json", "."]);
    assert_eq!(in_tree.len(), files.len(), "{in_tree:?}");
    assert_eq!(found(&["scan", "--staged", "--format", "json"]), in_tree);
    scratch.commit(0, "all");
    assert_eq!(found(&["history", "--format", "json"]), in_tree);
    assert_eq!(found(&["history", "--range", "HEAD", "--format", "json"]), in_tree);
}

#[test]
fn names_in_trees_that_no_commit_leads_to() {
    let scratch = Scratch::repository();
    scratch.write("text", "nothing");
    let blob = scratch.git("repo", &["hash-object", "-w", "../text"]);
    let name = github("name");
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{name}.txt")]);
    let tree = scratch.git("repo", &["write-tree"]);
    scratch.git("repo", &["rm", "-q", "--cached", "-r", "."]);
    scratch.commit(0, "base");
    let names = |scratch: &Scratch| {
        let report = keysieve(scratch, "repo", &["history", "--format", "json"]).exits(1).json();
        let [finding] = report.findings() else { panic!("{:#}", report.0["findings"]) };
        assert_eq!(finding["places"][0]["origin"], "entry-name");
    };
    names(&scratch);
    scratch.git("repo", &["tag", "tree", &tree]);
    names(&scratch);
}

/// Directories in each other whose names are long: the paths of all of them have hundreds of megabytes.
#[test]
fn directories_that_are_nested_deeply_are_told_as_far_as_there_are_such_paths() {
    let scratch = Scratch::repository();
    scratch.write("text", github("deep"));
    let blob = scratch.git("repo", &["hash-object", "-w", "../text"]);
    let mut tree = hash_tree(&scratch, &format!("100644 blob {blob}\tfile\n"));
    for depth in 0..60 {
        let file = if depth == 55 { format!("100644 blob {blob}\tfile\n") } else { String::new() };
        tree = hash_tree(&scratch, &format!("{file}040000 tree {tree}\t{}\n", "d".repeat(200)));
    }
    let commit = scratch.git("repo", &["commit-tree", "-m", "deep", &tree]);
    scratch.git("repo", &["update-ref", "refs/heads/main", &commit]);
    let run = keysieve(&scratch, "repo", &["history", "--format", "json"]).exits(1);
    let report = run.json();
    let [finding] = report.findings() else { panic!("{:#}", report.0["findings"]) };
    let [place] = list(&finding["places"]) else { panic!("{:#}", finding["places"]) };
    assert_eq!(text(&place["path"]).len(), 4 * 201 + 4);
    assert_eq!(report.skipped("budget"), 1);
}

fn hash_tree(scratch: &Scratch, entries: &str) -> String {
    scratch.write("entries", entries);
    let script = "git -C repo mktree < entries";
    let output = std::process::Command::new("sh").args(["-c", script]).current_dir(scratch.path(".")).output();
    String::from_utf8(output.expect("git mktree").stdout).expect("an id").trim().to_owned()
}
