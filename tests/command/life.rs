//! The life of a secret: first and last commit, removal and return, refs, and days.

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{github, keysieve, list, text};

const DAY: i64 = 86_400;

fn life(scratch: &Scratch, at: &str, salt: &str) -> Value {
    // 1_700_000_000 is 2023-11-14T22:13:20Z.
    let arguments = ["history", "--format", "json", "--show-secrets", "--now", "2023-12-14T22:13:20Z"];
    let report = keysieve(scratch, at, &arguments).exits(1).json();
    report.of(&github(salt))["life"].clone()
}

fn subject(scratch: &Scratch, event: &Value) -> String {
    scratch.git("repo", &["log", "-1", "--format=%s", text(&event["commit"])])
}

fn names(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

/// A secret that came with `Add`, moved in an edited file, was removed, came back and was removed again; with a tag that holds
/// it and a branch that never saw it go.
fn story() -> Scratch {
    let scratch = Scratch::repository();
    let git = |arguments: &[&str]| scratch.git("repo", arguments);
    let line = format!("token = {}\n", github("secret"));
    scratch.write("repo/a.txt", "nothing\n");
    scratch.commit(0, "Begin");
    scratch.write("repo/a.txt", &line);
    scratch.commit(DAY, "Add");
    git(&["tag", "holds"]);
    git(&["branch", "old"]);
    scratch.write("repo/a.txt", format!("edited\n{line}"));
    git(&["mv", "a.txt", "b.txt"]);
    scratch.commit(2 * DAY, "Edit and move");
    scratch.write("repo/b.txt", "edited\n");
    scratch.commit(3 * DAY, "Remove");
    scratch.write("repo/dir/c.txt", &line);
    scratch.commit(4 * DAY, "Return");
    git(&["rm", "-q", "-r", "dir"]);
    scratch.commit(5 * DAY, "Remove again");
    git(&["tag", "-a", "-m", "x", "reaches"]);
    scratch
}

#[test]
fn removal_return_and_refs_are_told() {
    let scratch = story();
    let life = life(&scratch, "repo", "secret");
    assert_eq!(subject(&scratch, &life["first"]), "Add");
    assert_eq!(text(&life["first"]["author"]), "Ann Author <ann@example.com>");
    assert_eq!(subject(&scratch, &life["last"]), "Return");
    assert_eq!(subject(&scratch, &life["removed"]), "Remove again");
    assert_eq!((&life["returns"], text(&life["branch"])), (&1.into(), "refs/heads/main"));
    assert_eq!((&life["in_head"], &life["at_least"]), (&false.into(), &false.into()));
    assert_eq!(names(&life["holding"]), ["refs/heads/old", "refs/tags/holds"]);
    assert_eq!(names(&life["reaching"]), ["refs/heads/main", "refs/tags/reaches"]);
    // It is still to be had, so that it is exposed until now.
    assert_eq!(life["exposed_days"], 29);
    keysieve(&scratch, "repo", &["history", "--now", "2023-12-14T22:13:20Z"])
        .exits(1)
        .says("came back once")
        .says("exposed 29 days")
        .says("held by old, holds; reached by main, reaches");

    scratch.git("repo", &["branch", "-q", "-D", "old"]);
    scratch.git("repo", &["tag", "-d", "holds"]);
    let life = self::life(&scratch, "repo", "secret");
    assert_eq!(names(&life["holding"]), [] as [&str; 0]);
    assert_eq!(life["exposed_days"], 4);
}

#[test]
fn another_branch_and_the_reflog_are_named() {
    let scratch = story();
    let git = |arguments: &[&str]| scratch.git("repo", arguments);
    git(&["checkout", "-q", "-b", "side"]);
    scratch.write("repo/side.txt", github("side"));
    scratch.commit(6 * DAY, "Side");
    git(&["rm", "-q", "side.txt"]);
    scratch.commit(7 * DAY, "Side is clean");
    git(&["checkout", "-q", "main"]);
    scratch.write("repo/lost.txt", github("lost"));
    scratch.commit(8 * DAY, "Lost");
    git(&["reset", "-q", "--hard", "HEAD~1"]);
    scratch.write("repo/kept.txt", github("kept"));
    scratch.commit(9 * DAY, "Kept");

    let side = life(&scratch, "repo", "side");
    assert_eq!((text(&side["branch"]), &side["returns"]), ("refs/heads/side", &0.into()));
    assert_eq!(subject(&scratch, &side["removed"]), "Side is clean");
    assert_eq!(names(&side["reaching"]), ["refs/heads/side"]);

    let lost = life(&scratch, "repo", "lost");
    assert_eq!((&lost["branch"], &lost["removed"], &lost["only_reflog"]), (&Value::Null, &Value::Null, &true.into()));
    assert_eq!(list(&lost["holding"]).len() + list(&lost["reaching"]).len(), 0);

    let kept = life(&scratch, "repo", "kept");
    assert_eq!((&kept["in_head"], &kept["removed"], &kept["exposed_days"]), (&true.into(), &Value::Null, &21.into()));
    assert_eq!(names(&kept["holding"]), ["refs/heads/main"]);
}

#[test]
fn clocks_that_were_wrong_and_histories_that_were_cut_are_said() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "x\n");
    scratch.commit(20 * DAY, "Late");
    scratch.write("repo/a.txt", github("early"));
    scratch.commit(DAY, "Its clock was wrong");
    scratch.write("repo/b.txt", "y\n");
    scratch.commit(25 * DAY, "Later");
    let early = life(&scratch, "repo", "early");
    assert_eq!(text(&early["first"]["date"]), "2023-12-04T22:13:20Z");
    for arguments in [&["history"][..], &["history", "--range", "HEAD~2..HEAD~1"]] {
        let report = keysieve(&scratch, "repo", &[arguments, &["--format", "json"]].concat()).exits(1).json();
        let place = &report.findings()[0]["places"][0];
        assert_eq!(text(&place["introduced"]["date"]), "2023-12-04T22:13:20Z", "{arguments:?}");
    }
    assert_eq!((&early["exposed_days"], &early["at_least"]), (&10.into(), &false.into()));

    let url = format!("file://{}", scratch.path("repo").display());
    scratch.git(".", &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let cut = life(&scratch, "shallow", "early");
    assert_eq!(cut["at_least"], true);
    keysieve(&scratch, "shallow", &["history", "--now", "2023-12-14"]).exits(1).says("exposed at least");
}

#[test]
fn a_message_is_reached_and_held_by_nobody() {
    let scratch = Scratch::repository();
    scratch.commit(0, &format!("Message {}", github("message")));
    let message = life(&scratch, "repo", "message");
    assert_eq!((&message["last"], &message["branch"]), (&Value::Null, &Value::Null));
    assert_eq!(names(&message["reaching"]), ["refs/heads/main"]);
}

#[test]
fn what_the_message_of_a_tag_says_is_held_by_the_refs_that_name_it() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "x\n");
    scratch.commit(0, "Begin");
    let message = format!("the token is {}", github("tagged"));
    let date = [("GIT_COMMITTER_DATE", "1700864000 +0000")];
    scratch.git_with("repo", &["tag", "-a", "-m", &message, "v1"], &date);
    let tag = scratch.git("repo", &["rev-parse", "v1"]);
    let tagged = life(&scratch, "repo", "tagged");
    assert_eq!((text(&tagged["first"]["commit"]), &tagged["last"]), (tag.as_str(), &Value::Null));
    assert_eq!(text(&tagged["first"]["date"]), "2023-11-24T22:13:20Z");
    assert_eq!((names(&tagged["holding"]), &tagged["exposed_days"]), (vec!["refs/tags/v1"], &20.into()));
    keysieve(&scratch, "repo", &["history", "--cleanup-plan", "../plan"]).exits(1);
    let plan = std::fs::read_to_string(scratch.path("plan")).expect("a plan");
    assert!(plan.contains(&tag) && plan.contains("refs/tags/v1"), "{plan}");
}

/// A ref may name a file or a directory, and no commit.
#[test]
fn what_a_ref_names_without_a_commit_is_held_by_it() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "x\n");
    scratch.commit(0, "Begin");
    for (name, salt) in [("one", "named"), ("two", "below"), ("three", "lost")] {
        scratch.write(&format!("{name}.txt"), format!("token = {}\n", github(salt)));
    }
    let [named, below, _] =
        ["one", "two", "three"].map(|name| scratch.git("repo", &["hash-object", "-w", &format!("../{name}.txt")]));
    scratch.git("repo", &["update-index", "--add", "--cacheinfo", &format!("100644,{below},deep/b.txt")]);
    let tree = scratch.git("repo", &["write-tree"]);
    scratch.git("repo", &["update-ref", "refs/keys/a", &named]);
    scratch.git("repo", &["update-ref", "refs/keys/tree", &tree]);
    scratch.git_with("repo", &["tag", "-a", "-m", "k", "key", &named], &[("GIT_COMMITTER_DATE", "1700864000 +0000")]);
    let tag = scratch.git("repo", &["rev-parse", "key"]);
    let named = life(&scratch, "repo", "named");
    assert_eq!(names(&named["holding"]), ["refs/keys/a", "refs/tags/key"]);
    assert_eq!((text(&named["first"]["commit"]), &named["exposed_days"]), (tag.as_str(), &20.into()));
    let below = life(&scratch, "repo", "below");
    assert_eq!((names(&below["holding"]), &below["exposed_days"]), (vec!["refs/keys/tree"], &Value::Null));
    assert_eq!(life(&scratch, "repo", "lost"), Value::Null);
    keysieve(&scratch, "repo", &["history", "--cleanup-plan", "../plan"]).exits(1);
    let plan = std::fs::read_to_string(scratch.path("plan")).expect("a plan");
    assert!(plan.contains("held by: `refs/keys/tree`") && plan.contains("`refs/keys/a`, `refs/tags/key`"), "{plan}");
}

/// Refs that a linked worktree keeps for itself are refs, too.
#[test]
fn what_only_another_worktree_names_is_held_by_it() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "x\n");
    scratch.commit(0, "Begin");
    scratch.git("repo", &["worktree", "add", "-q", "../other", "-b", "side"]);
    scratch.write("other/key.txt", format!("token = {}\n", github("kept")));
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    scratch.git("other", &["add", "-A"]);
    scratch.git("other", &[&identity[..], &["commit", "-q", "-m", "Key"]].concat());
    scratch.git("other", &["update-ref", "refs/worktree/keep", "HEAD"]);
    scratch.git("other", &["reset", "-q", "--hard", "HEAD~1"]);
    for at in ["repo", "other"] {
        let kept = life(&scratch, at, "kept");
        assert_eq!((kept["holding_count"].as_u64(), &kept["only_reflog"]), (Some(1), &false.into()), "{kept:#}");
        assert!(names(&kept["holding"])[0].ends_with("refs/worktree/keep"), "{kept:#}");
    }
}

#[test]
fn what_the_message_of_a_commit_says_is_there_as_long_as_a_ref_leads_to_it() {
    let scratch = Scratch::repository();
    scratch.commit(0, &format!("the token is {}", github("said")));
    let said = life(&scratch, "repo", "said");
    assert_eq!((&said["last"], &said["exposed_days"]), (&Value::Null, &30.into()));
}

#[test]
fn a_secret_is_exposed_as_long_as_any_branch_held_it() {
    let scratch = Scratch::repository();
    let git = |arguments: &[&str]| scratch.git("repo", arguments);
    scratch.write("repo/base.txt", "x\n");
    scratch.commit(0, "Begin");
    git(&["checkout", "-q", "-b", "feature"]);
    scratch.write("repo/a.txt", github("merged"));
    scratch.commit(DAY, "Add");
    scratch.write("repo/a.txt", "nothing\n");
    scratch.commit(11 * DAY, "Remove on the branch");
    git(&["checkout", "-q", "main"]);
    git(&["merge", "-q", "--no-ff", "--no-commit", "feature"]);
    scratch.commit(11 * DAY, "Merge");
    git(&["branch", "-q", "-D", "feature"]);
    let merged = life(&scratch, "repo", "merged");
    assert_eq!(subject(&scratch, &merged["removed"]), "Remove on the branch");
    assert_eq!(merged["exposed_days"], 10);

    scratch.write("repo/b.txt", github("longer"));
    scratch.commit(12 * DAY, "Add");
    git(&["branch", "longer"]);
    scratch.write("repo/b.txt", "nothing\n");
    scratch.commit(13 * DAY, "Remove on main");
    git(&["checkout", "-q", "longer"]);
    scratch.write("repo/b.txt", format!("{}\nmore\n", github("longer")));
    scratch.commit(14 * DAY, "Edit");
    scratch.write("repo/b.txt", "nothing\n");
    scratch.commit(17 * DAY, "Remove at last");
    git(&["checkout", "-q", "main"]);
    let longer = life(&scratch, "repo", "longer");
    assert_eq!(subject(&scratch, &longer["removed"]), "Remove on main");
    assert_eq!(longer["exposed_days"], 5);
}
