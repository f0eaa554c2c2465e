//! What a rewrite of the history needs, and scans that must not have seen too little.

use std::fs;

use crate::scripted::Scratch;
use crate::support::{github, keysieve, pem};

fn story() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", format!("token = {}\n", github("plain")));
    scratch.write("repo/key.pem", format!("{}\n", pem("key")));
    scratch.commit(0, "Add");
    scratch.git("repo", &["tag", "old"]);
    scratch.git("repo", &["rm", "-q", "a.txt", "key.pem"]);
    scratch.commit(10, &format!("Remove {}", github("message")));
    scratch
}

#[test]
fn the_plan_says_rotate_first_and_names_no_secret() {
    let scratch = story();
    keysieve(&scratch, "repo", &["history", "--cleanup-plan", "../plan.md"]).exits(1);
    let plan = fs::read_to_string(scratch.path("plan.md")).unwrap();
    assert!(plan.lines().nth(2).unwrap().starts_with("**Rotate first.**") && !plan.contains("not whole"), "{plan}");
    let blob = scratch.git("repo", &["rev-parse", "old:a.txt"]);
    let commit = scratch.git("repo", &["rev-parse", "HEAD"]);
    for word in
        ["`a.txt`", &blob, &commit, "held by: `refs/tags/old`", "reached by: `refs/heads/main`", "   - `key.pem`"]
    {
        assert!(plan.contains(word), "{word}: {plan}");
    }
    for secret in [github("plain"), github("message")] {
        assert!(!plan.contains(&secret) && !plan.contains(&secret[4..]), "{plan}");
    }
    assert!(!scratch.path("repo/replacements").exists());
}

#[test]
fn the_secrets_are_written_only_when_asked_for_and_for_nobody_else() {
    let scratch = story();
    keysieve(&scratch, "repo", &["history", "--replace-text", "../secrets"]).exits(1);
    let text = fs::read_to_string(scratch.path("secrets")).unwrap();
    let mut expected = [github("plain"), github("message")];
    expected.sort();
    let expected: String = expected.iter().map(|secret| format!("literal:{secret}==>***REMOVED***\n")).collect();
    assert_eq!(text, expected);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(scratch.path("secrets")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What is there is not written over, and nothing is reported as if it had been.
    let run = keysieve(&scratch, "repo", &["history", "--replace-text", "../secrets"]).exits(2).says("../secrets");
    assert_eq!(run.out(), "");
    keysieve(&scratch, "repo", &["history", "--replace-text", "x", "--base", "old"]).exits(2);
    for within in ["x", "dir/../x"] {
        std::fs::create_dir_all(scratch.path("repo/dir")).unwrap();
        let run = keysieve(&scratch, "repo", &["history", "--replace-text", within]).exits(2);
        run.says("outside of the working tree");
        assert!(!scratch.path("repo/x").exists());
    }
    keysieve(&scratch, "repo", &["history", "--replace-text", ".git/x"]).exits(1);
    for flag in ["--replace-text", "--cleanup-plan"] {
        keysieve(&scratch, "repo", &["history", flag, "-"]).exits(2).says("name a file");
        assert!(!scratch.path("repo/-").exists());
    }
}

#[test]
fn a_repository_without_secrets_needs_no_rewrite() {
    let scratch = Scratch::repository();
    scratch.commit(0, "Nothing");
    keysieve(&scratch, "repo", &["history", "--cleanup-plan", "../plan.md"]).exits(0);
    assert!(fs::read_to_string(scratch.path("plan.md")).unwrap().contains("Nothing was found"));
}

#[test]
fn too_little_is_incomplete() {
    let scratch = Scratch::repository();
    scratch.write("repo/a.txt", "0123456789");
    scratch.commit(0, "One");
    scratch.commit(10, "Two");
    for (flags, code) in [
        (&["--require-commits", "2"][..], 0),
        (&["--require-commits", "3"], 3),
        (&["--require-bytes", "10"], 0),
        (&["--require-bytes", "1000000"], 3),
        (&["--require-commits", "3", "--accept", "too-little"], 0),
    ] {
        for command in ["history", "check"] {
            let run = keysieve(&scratch, "repo", &[&[command], flags].concat()).exits(code);
            assert_eq!(run.said("are required"), code == 3 || flags.len() > 2, "{command} {flags:?}");
        }
    }
    keysieve(&scratch, "repo", &["scan", "--require-bytes", "11"]).exits(3).says("10 bytes were scanned");
}

/// Pruning takes away what no ref, no `HEAD` and no tag of a tag holds, and nothing else.
#[test]
fn the_plan_calls_for_pruning_where_that_is_enough() {
    let enough = "pruning is enough here";
    let plan = |scratch: &Scratch| {
        let _ = fs::remove_file(scratch.path("plan.md"));
        keysieve(scratch, "repo", &["history", "--cleanup-plan", "../plan.md"]).exits(1);
        fs::read_to_string(scratch.path("plan.md")).unwrap()
    };
    let scratch = Scratch::repository();
    scratch.commit(0, "Begin");
    scratch.git("repo", &["checkout", "-q", "--detach"]);
    scratch.write("repo/a", github("detached"));
    scratch.commit(10, "Add");
    let held = plan(&scratch);
    assert!(held.contains("held by: `HEAD`") && !held.contains(enough), "{held}");
    scratch.git("repo", &["worktree", "add", "-q", "--detach", "../other", "HEAD"]);
    scratch.git("repo", &["checkout", "-q", "main"]);
    let held = plan(&scratch);
    assert!(held.contains("other/HEAD`") && !held.contains(enough), "{held}");
    scratch.git("repo", &["worktree", "remove", "--force", "../other"]);
    let lost = plan(&scratch);
    assert!(lost.contains(enough), "{lost}");
    // A tag that only another tag names.
    let scratch = Scratch::repository();
    scratch.commit(0, "Begin");
    scratch.git("repo", &["tag", "-a", "-m", &github("inner"), "inner"]);
    scratch.git("repo", &["tag", "-a", "-m", "o", "outer", "inner"]);
    scratch.git("repo", &["tag", "-d", "inner"]);
    let held = plan(&scratch);
    assert!(held.contains("held by: `refs/tags/outer`") && !held.contains(enough), "{held}");
}

#[test]
fn the_plan_of_an_incomplete_scan_says_so() {
    let scratch = story();
    let blob = scratch.git("repo", &["rev-parse", "old:a.txt"]);
    fs::remove_file(scratch.object_file("repo/.git", &blob)).unwrap();
    keysieve(&scratch, "repo", &["history", "--cleanup-plan", "../plan.md"]);
    let plan = fs::read_to_string(scratch.path("plan.md")).unwrap();
    assert!(plan.contains("**This plan is not whole.** The scan was incomplete (missing-object),"), "{plan}");
}
