//! `scan --diff`: what a patch brings.

use crate::scripted::Scratch;
use crate::support::{Run, command, feed, github, keysieve, list, position_of, text};

fn repository() -> Scratch {
    let scratch = Scratch::repository();
    let lines: String = (1..=30).map(|number| format!("line {number}\n")).collect();
    scratch.write("repo/long.txt", format!("{lines}known {}\n{lines}", github("known")));
    scratch.write("repo/moved.txt", format!("{}\n{lines}", github("moved")));
    scratch.commit(0, "Begin");
    scratch
}

fn diff(scratch: &Scratch, patch: &[u8]) -> Run {
    let arguments = ["scan", "--diff", "-", "--format", "json", "--show-secrets"];
    feed(command(&scratch.path("repo")).args(arguments), patch)
}

fn git(scratch: &Scratch, arguments: &[&str]) -> Vec<u8> {
    scratch.try_git("repo", arguments).stdout
}

#[test]
fn only_what_the_patch_brings_is_reported_at_its_line() {
    let scratch = repository();
    let old = std::fs::read_to_string(scratch.path("repo/long.txt")).unwrap();
    let new = old.replace("line 29\nline 30\nknown", "line 29\nchanged\nknown").replacen(
        "line 5\n",
        &format!("line 5\n\u{e9}🔑 {}\n", github("new")),
        1,
    );
    scratch.write("repo/long.txt", &new);
    scratch.git("repo", &["mv", "moved.txt", "größe \"x\".txt"]);
    scratch.write("repo/größe \"x\".txt", format!("edited\n{}\n", github("moved")));
    for options in [
        &["diff", "HEAD"][..],
        &["diff", "HEAD", "-M1%"],
        &["diff", "HEAD", "--no-renames", "-U0"],
        &["-c", "diff.noprefix=true", "diff", "HEAD"],
        &["-c", "diff.mnemonicPrefix=true", "diff"],
    ] {
        let report = diff(&scratch, &git(&scratch, options)).exits(1).json();
        assert_eq!(report.secrets(), [github("new")], "{options:?}");
        let [place] = list(&report.of(&github("new"))["places"]) else { panic!("{:#}", report.0) };
        assert_eq!((text(&place["origin"]), text(&place["path"])), ("patch", "long.txt"), "{options:?}");
        let (_, line, column, units) = position_of(place);
        assert_eq!((line, column, units), (6, 4, 5), "{options:?}");
    }
}

/// git puts a tab behind a name with a space, quoted or not.
#[test]
fn a_name_with_a_space_is_the_name_of_the_file() {
    let scratch = repository();
    for name in ["with a space.txt", "größe und \"x\".txt"] {
        scratch.write(&format!("repo/{name}"), format!("{}\n", github(name)));
        scratch.git("repo", &["add", "-A"]);
        let report = diff(&scratch, &git(&scratch, &["diff", "--cached"])).exits(1).json();
        let place = &report.of(&github(name))["places"][0];
        assert_eq!((text(&place["origin"]), text(&place["path"])), ("patch", name));
        scratch.commit_staged(10, "Next");
        // As it is edited, the name stands in the header of the hunk alone.
        scratch.write(&format!("repo/{name}"), format!("{}\n", github("edit")));
        let report = diff(&scratch, &git(&scratch, &["diff"])).exits(1).json();
        assert_eq!(text(&report.of(&github("edit"))["places"][0]["path"]), name);
        scratch.commit(20, "Edited");
    }
}

#[test]
fn messages_and_new_names_are_part_of_a_patch() {
    let scratch = repository();
    scratch.write(&format!("repo/{}", github("name")), "new\n");
    scratch.write("repo/blob.bin", [0_u8, 159, 146, 150]);
    scratch.commit(10, &format!("Subject\n\n{}", github("message")));
    let patch = git(&scratch, &["format-patch", "-1", "--stdout"]);
    let report = diff(&scratch, &patch).exits(1).json();
    let mut expected = vec![github("message"), github("name")];
    expected.sort();
    assert_eq!(report.secrets(), expected);
    assert_eq!(report.of(&github("message"))["places"][0]["origin"], "stdin");
}

/// `format-patch`, and `diff --binary`, have the whole of it.
#[test]
fn a_binary_file_of_a_patch_is_looked_into() {
    let scratch = repository();
    let with = |more: &str, salt: &str| [&[0_u8, 255, 1][..], github(salt).as_bytes(), &[0], more.as_bytes()].concat();
    scratch.write("repo/blob.bin", with("", "binary"));
    scratch.git("repo", &["add", "-A"]);
    let patch = git(&scratch, &["diff", "--cached", "--binary"]);
    assert!(patch.windows(7).any(|it| it == b"literal"), "{}", String::from_utf8_lossy(&patch));
    let report = diff(&scratch, &patch).exits(1).json();
    let place = &report.of(&github("binary"))["places"][0];
    assert_eq!((text(&place["origin"]), text(&place["path"])), ("patch", "blob.bin"));
    assert_eq!(report.0["verdict"]["complete"], true);
    // One line of base 85 less, and it is no file any more.
    let lines: Vec<&[u8]> = patch.split_inclusive(|&byte| byte == b'\n').collect();
    let at = lines.iter().position(|line| line.starts_with(b"literal")).unwrap();
    let damaged = [&lines[..=at], &lines[at + 2..]].concat().concat();
    diff(&scratch, &damaged).exits(3).says("damaged");
    // What is only told as a difference cannot be seen without the file.
    let noise: String = (0..200).map(|number| github(&number.to_string()).chars().rev().collect::<String>()).collect();
    scratch.write("repo/blob.bin", with(&noise, "binary"));
    scratch.commit(10, "Long");
    scratch.write("repo/blob.bin", with(&noise, "changed"));
    let patch = git(&scratch, &["diff", "--binary"]);
    assert!(patch.windows(6).any(|it| it == b"delta "), "{}", String::from_utf8_lossy(&patch));
    diff(&scratch, &patch).exits(3).says("without the file that it changes");
    // Without --binary nothing of it is there.
    assert_eq!(diff(&scratch, &git(&scratch, &["diff"])).exits(0).json().skipped("binary"), 1);
}

#[test]
fn the_colours_of_a_terminal_hide_nothing() {
    let scratch = repository();
    scratch.write("repo/moved.txt", format!("new {}\n", github("new")));
    let patch = git(&scratch, &["-c", "color.ui=always", "diff"]);
    assert!(patch.contains(&0x1B));
    let report = diff(&scratch, &patch).exits(1).json();
    assert_eq!(report.secrets(), [github("new")]);
    assert_eq!(text(&report.of(&github("new"))["places"][0]["path"]), "moved.txt");
}

#[test]
fn a_merge_is_compared_with_both_sides() {
    let scratch = repository();
    scratch.git("repo", &["checkout", "-q", "-b", "side"]);
    scratch.write("repo/both.txt", format!("side {}\n", github("side")));
    scratch.commit(10, "Side");
    scratch.git("repo", &["checkout", "-q", "main"]);
    scratch.write("repo/both.txt", "main\n");
    scratch.commit(20, "Main");
    scratch.try_git("repo", &["merge", "-q", "--no-commit", "side"]);
    scratch.write("repo/both.txt", format!("main\nside {}\nnew {}\n", github("side"), github("resolution")));
    scratch.commit(30, "Merge");
    let report = diff(&scratch, &git(&scratch, &["show", "--cc"])).exits(1).json();
    assert_eq!(report.secrets(), [github("resolution")]);
    assert_eq!(report.findings()[0]["places"][0]["start"]["line"], 3);
}

#[test]
fn what_is_no_patch_is_said() {
    let scratch = repository();
    diff(&scratch, b"").exits(0).says("the patch is empty");
    diff(&scratch, b"hello\n").exits(3).says("no patch in it");
    diff(&scratch, format!("hello {}\n", github("x")).as_bytes()).exits(1);
    diff(&scratch, b"--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n").exits(3).says("a hunk ends early at line 4");
    diff(&scratch, b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n").exits(0);
    keysieve(&scratch, "repo", &["scan", "--diff", "nowhere"]).exits(2).says("nowhere");
    keysieve(&scratch, "repo", &["scan", "--diff", "-", "--staged"]).exits(2);
    let plain =
        format!("--- old/f.txt\t2026-01-01\n+++ new/f.txt\t2026-01-02\n@@ -1 +1,2 @@\n one\n+{}\n", github("plain"));
    let report = diff(&scratch, plain.as_bytes()).exits(1).json();
    assert_eq!(report.findings()[0]["places"][0]["path"], "new/f.txt");
}

/// What one patch of a stream brings stands beside what the next changes, or goes with it.
#[test]
fn what_a_patch_brings_is_news_whatever_follows_it() {
    let scratch = repository();
    scratch.write("repo/a.txt", format!("one\n{}\ntwo\n", github("first")));
    scratch.commit(10, "Add");
    scratch.write("repo/a.txt", format!("one\n{}\nthree\n", github("first")));
    scratch.commit(20, "Edit beside it");
    scratch.write("repo/a.txt", format!("one\n{}\n", github("second")));
    scratch.commit(30, "Another");
    scratch.write("repo/a.txt", "one\n");
    scratch.commit(40, "Remove");
    let mut both = [github("first"), github("second")];
    both.sort();
    for options in
        [&["format-patch", "-4", "--stdout"][..], &["log", "-p", "-4"], &["log", "-p", "-U0", "--reverse", "-4"]]
    {
        assert_eq!(diff(&scratch, &git(&scratch, options)).exits(1).json().secrets(), both, "{options:?}");
    }
    // What stood there before the first of them is none.
    assert_eq!(diff(&scratch, &git(&scratch, &["log", "-p", "-2"])).exits(1).json().secrets(), [github("second")]);
}
