//! A history of which an earlier run knows something: the same report, and nothing read twice.

use std::fs;

use serde_json::Value;

use crate::scripted::{Scratch, overwrite};
use crate::support::{Run, github, keysieve, pem};

/// The only file of a cache.
const FILE: &str = "cache/history.cache";

/// A repository with a secret in every kind of place, and with much that holds none.
fn loose() -> Scratch {
    let scratch = Scratch::repository();
    let repo = |arguments: &[&str]| scratch.git("repo", arguments);
    for number in 0..20 {
        scratch.write(&format!("repo/src/{number}/code.rs"), format!("fn f{number}() {{}}\n").repeat(50));
    }
    scratch.write("repo/data.bin", [0, 1, 2, 3].repeat(64));
    scratch
        .write("repo/data.tar", tar(&[("one", &[0, 1].repeat(99)), ("two", &[0, 2].repeat(99)), ("three", b"text")]));
    scratch.write("repo/deep/down/here/a.txt", format!("token = {}\n", github("plain")));
    scratch.write(&format!("repo/names/{}.txt", github("name")), "in a name\n");
    scratch.commit(0, "Add");
    scratch.write("repo/deep/down/here/a.txt", format!("// moved\n\ntoken = {}\n", github("plain")));
    scratch.write("repo/key.pem", format!("{}\n", pem("key")));
    scratch.commit(10, &format!("Change, with {}", github("message")));
    repo(&["tag", "-a", "-m", &format!("tag with {}", github("tag")), "v1"]);
    repo(&["notes", "add", "-m", &format!("note with {}", github("note"))]);
    scratch.write("repo/stashed.txt", github("stash"));
    repo(&["stash", "push", "-q", "-u", "-m", "put away"]);
    repo(&["rm", "-q", "key.pem"]);
    scratch.commit(20, "Remove");
    repo(&["branch", &github("branch")]);
    scratch
}

/// An archive, in the form of POSIX.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, body) in members {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
        block[156] = b'0';
        block[257..263].copy_from_slice(b"ustar\0");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        archive.extend(block);
        archive.extend_from_slice(body);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// The same in a pack.
fn story() -> Scratch {
    let scratch = loose();
    scratch.git("repo", &["gc", "-q"]);
    scratch
}

fn secrets() -> Vec<String> {
    let names = ["plain", "name", "message", "tag", "note", "stash", "branch"];
    names.into_iter().map(github).collect()
}

fn history(scratch: &Scratch, more: &[&str]) -> Run {
    let arguments = ["history", "--format", "json", "--min-confidence", "low", "--cache", "../cache"];
    keysieve(scratch, "repo", &[&arguments, more].concat())
}

/// How many objects a run says it read for the first time, again, and not.
fn reused(run: &Run) -> [u64; 3] {
    let line = run.err().lines().find(|line| line.contains("history cache")).unwrap_or_default().replace(',', "");
    let (_, counts) =
        line.split_once("objects new").and(line.rsplit_once(": ")).unwrap_or_else(|| panic!("{}", run.shown()));
    let numbers: Vec<u64> = counts.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("{line}"))
}

/// What a run of the whole history finds without a cache, and says of it.
fn judged(run: &Run) -> Value {
    let mut report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let coverage = report["coverage"].as_object_mut().unwrap();
    // How a blob is stored says how much of it is searched, and that may have changed since.
    ["searched_bytes", "inherited_blobs", "whole_blobs"].iter().for_each(|key| _ = coverage.remove(*key));
    report
}

fn without(scratch: &Scratch) -> Run {
    keysieve(scratch, "repo", &["history", "--format", "json", "--min-confidence", "low"])
}

#[test]
fn a_second_run_reads_what_holds_something_and_prints_the_same_bytes() {
    let scratch = story();
    let first = history(&scratch, &[]).exits(1);
    assert_eq!(first.stdout, without(&scratch).stdout);
    let [new, again, quiet] = reused(&first);
    assert!(new > 60 && again == 0 && quiet == 0, "{}", first.err());
    let written = fs::read(scratch.path(FILE)).unwrap();
    let second = history(&scratch, &[]).exits(1);
    assert_eq!(second.stdout, first.stdout);
    let [new_now, again, quiet] = reused(&second);
    // Two versions of a file and the key, the note, what was stashed; a commit, and two of the stash, which quote it; a tag; the
    // directory of the name.
    assert_eq!((new_now, again, quiet + again), (0, 10, new), "{}", second.err());
    assert_eq!(fs::read(scratch.path(FILE)).unwrap(), written);
    for format in ["text", "sarif", "jsonl"] {
        let plain = keysieve(&scratch, "repo", &["history", "--format", format]);
        let cached = keysieve(&scratch, "repo", &["history", "--format", format, "--cache", "../cache"]);
        assert_eq!(cached.out(), plain.out(), "{format}");
    }
}

#[test]
fn after_every_change_the_report_is_that_of_a_run_without_a_cache() {
    let scratch = story();
    let repo = |arguments: &[&str]| scratch.git("repo", arguments);
    history(&scratch, &[]).exits(1);
    let same = |what: &str, most: u64| {
        let cached = history(&scratch, &[]);
        let plain = without(&scratch);
        assert_eq!((judged(&cached), cached.code), (judged(&plain), plain.code), "{what}");
        assert!(reused(&cached)[0] <= most, "{what}: {}", cached.err());
        let again = history(&scratch, &[]);
        assert_eq!((again.out(), reused(&again)[0]), (cached.out(), 0), "{what}, a second time");
    };
    scratch.write("repo/src/1/code.rs", "fn other() {}\n");
    scratch.commit(30, "One file");
    same("one commit: itself, three directories and a file", 5);
    scratch.write("repo/src/2/code.rs", format!("const T: &str = \"{}\";\n", github("later")));
    scratch.commit(40, "A token");
    same("a token in a file", 5);
    fs::remove_file(scratch.path("repo/src/2/code.rs")).unwrap();
    scratch.commit(50, "Gone again");
    same("the token is removed", 4);
    repo(&["checkout", "-q", "-b", "side", "HEAD~2"]);
    scratch.write("repo/names/other.txt", format!("token = {}\n", github("plain")));
    scratch.commit(60, "A known secret beside a name that is one");
    same("a side branch", 5);
    repo(&["checkout", "-q", "main"]);
    repo(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    same("a merge", 5);
    repo(&["repack", "-q", "-a", "-d", "-f"]);
    same("a repack", 0);
    repo(&["stash", "drop", "-q"]);
    repo(&["update-ref", "-d", "refs/notes/commits"]);
    repo(&["branch", "-q", "-D", &github("branch")]);
    same("refs are gone", 0);
    repo(&["reflog", "expire", "--expire=now", "--all"]);
    repo(&["gc", "-q", "--prune=now"]);
    same("objects are gone: the directories are read again", 200);
    scratch.git(".", &["clone", "-q", "--depth", "2", "--no-local", "--branch", "main", "repo", "cut"]);
    fs::rename(scratch.path("repo"), scratch.path("full")).unwrap();
    fs::rename(scratch.path("cut"), scratch.path("repo")).unwrap();
    same("a shallow clone", 200);
    scratch.git("repo", &["fetch", "-q", "--unshallow", "../full", "main"]);
    same("the rest of it", 200);
}

#[test]
fn what_is_missing_is_told_every_time_until_it_is_there() {
    let scratch = loose();
    let blob = scratch.git("repo", &["rev-parse", "HEAD:src/3/code.rs"]);
    let lost = scratch.object_file("repo/.git", &blob);
    let content = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    let first = history(&scratch, &[]).exits(1);
    assert!(first.out().contains("missing-object"), "{}", first.out());
    let second = history(&scratch, &[]);
    assert_eq!(second.out(), first.out());
    fs::write(&lost, content).unwrap();
    let third = history(&scratch, &[]);
    assert_eq!(judged(&third), judged(&without(&scratch)));
    assert!(!third.out().contains("missing-object"));
}

#[test]
fn a_cache_that_is_not_ours_is_ignored_and_said_to_be() {
    let scratch = story();
    let first = history(&scratch, &[]);
    let written = fs::read(scratch.path(FILE)).unwrap();
    let expected = judged(&first);
    let ignored = |what: &str, words: &str| {
        let run = history(&scratch, &[]).exits(1);
        let mut report = judged(&run);
        let notes = report["notes"].take().to_string();
        report["notes"] = expected["notes"].clone();
        assert_eq!(report, expected, "{what}");
        assert!(notes.contains(words) && notes.contains("everything was read"), "{what}: {notes}");
        assert_eq!(reused(&run)[2], 0, "{what}");
        assert_eq!(fs::read(scratch.path(FILE)).unwrap(), written, "{what}: it is written anew");
    };
    for (at, what) in [(written.len() / 2, "in the middle"), (25, "in the seal"), (written.len() - 1, "at the end")] {
        let mut changed = written.clone();
        changed[at] ^= 1;
        overwrite(&scratch.path(FILE), &changed);
        ignored(what, "it was changed, or written under another fingerprint key");
    }
    overwrite(&scratch.path(FILE), &written[..written.len() - 9]);
    ignored("cut off", "it was changed");
    overwrite(&scratch.path(FILE), b"something else");
    ignored("another file", "it is not a cache of keysieve");
    fs::rename(scratch.path("repo"), scratch.path("one")).unwrap();
    scratch.git(".", &["init", "-q", "-b", "main", "repo"]);
    scratch.write("repo/a.txt", "nothing");
    scratch.commit(0, "Another repository");
    history(&scratch, &[]).exits(0);
    fs::rename(scratch.path("repo"), scratch.path("other")).unwrap();
    fs::rename(scratch.path("one"), scratch.path("repo")).unwrap();
    ignored("of another repository", "it is of another repository");
    #[cfg(unix)]
    {
        fs::rename(scratch.path(FILE), scratch.path("elsewhere")).unwrap();
        std::os::unix::fs::symlink(scratch.path("elsewhere"), scratch.path(FILE)).unwrap();
        ignored("a link", "it is not a regular file");
        assert_eq!(fs::read(scratch.path("elsewhere")).unwrap(), written);
    }
}

#[test]
fn other_rules_and_keys_read_everything() {
    let scratch = story();
    let [all, ..] = reused(&history(&scratch, &[]));
    scratch.write(
        "rules.toml",
        "provider = \"Own\"\n\n[[rule]]\nid = \"own-token\"\nfamily = \"own-token\"\ntitle = \"Own token\"\nwhat = \"Opens it.\"\n\
         severity = \"high\"\nformat = \"fn f{digit:1-2}() {}\"\nlifetime = \"long-lived\"\nscope = \"all\"\n\
         hit = [\"{token}\", \"x {token}\"]\nmiss = [\"fn\", \"g\"]\nway_out = { class = \"api-token\" }\n"
            .replace("() {}", ""),
    );
    let run = history(&scratch, &["--rules", "../rules.toml"]);
    assert_eq!(reused(&run), [all, 0, 0], "{}", run.shown());
    assert_eq!(reused(&history(&scratch, &[])), [all, 0, 0]);
    scratch.write("key", "0123456789abcdef".repeat(4));
    let keyed = ["--fingerprint-key-file", "../key"];
    let run = history(&scratch, &keyed);
    assert_eq!(reused(&run), [all, 0, 0]);
    assert_eq!(reused(&history(&scratch, &keyed))[0], 0);
    // Who does not have the key cannot make a cache that says that there is nothing.
    assert!(history(&scratch, &[]).out().contains("written under another fingerprint key"));
}

#[test]
fn nothing_of_a_secret_stands_in_the_cache() {
    let scratch = story();
    history(&scratch, &[]);
    let bytes = fs::read(scratch.path(FILE)).unwrap();
    assert!(bytes.windows(7).any(|it| it == b"code.rs"), "names without secrets are kept");
    for secret in secrets() {
        for part in secret.as_bytes()[4..].windows(8) {
            assert!(!bytes.windows(8).any(|it| it == part), "{secret}");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(scratch.path(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left: Vec<_> = fs::read_dir(scratch.path("cache")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["history.cache"]);
}

#[test]
fn who_asks_for_everything_gets_everything() {
    let scratch = story();
    history(&scratch, &[]);
    for flag in ["--no-delta", "--show-rejected"] {
        let cached = history(&scratch, &[flag]);
        let plain = keysieve(&scratch, "repo", &["history", "--format", "json", "--min-confidence", "low", flag]);
        assert_eq!(cached.out(), plain.out(), "{flag}");
        assert!(!cached.said("history cache"), "{flag}");
    }
    history(&scratch, &["--base", "HEAD~1"]).exits(2).says("--cache");
    let run = keysieve(&scratch, "repo", &["check", "--cache", "../cache", "--format", "json"]);
    assert_eq!(reused(&run)[0], 0);
    assert_eq!(run.out(), keysieve(&scratch, "repo", &["check", "--format", "json"]).out());
}

#[test]
fn a_cache_that_cannot_be_written_is_said_and_changes_nothing() {
    let scratch = story();
    scratch.write("cache", "a file, not a directory");
    let run = history(&scratch, &[]).exits(1);
    assert!(run.out().contains("history.cache"), "{}", run.out());
    assert_eq!(judged(&run)["findings"], judged(&without(&scratch))["findings"]);
}
