//! The exit codes are the same for every format, and every message says what and where, and what to do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::scripted::{Scratch, overwrite};
use crate::support::{FORMATS, LISTS, Run, command, feed, github, keysieve};

/// A repository with two commits and nothing to find.
fn clean() -> Scratch {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", "nothing\n");
    scratch.commit(0, "one");
    scratch.write("repo/file.txt", "nothing more\n");
    scratch.commit(10, "two");
    scratch
}

fn with_token() -> Scratch {
    let scratch = clean();
    scratch.write("repo/token.txt", github("token"));
    scratch
}

/// The same with everything in one pack.
fn packed() -> Scratch {
    let scratch = clean();
    scratch.git("repo", &["gc", "-q"]);
    scratch
}

/// A run in each format: the same code, a report that can be read where there is one, words on stderr where there is none.
#[track_caller]
fn each_format(scratch: &Scratch, at: &str, arguments: &[&str], code: i32, words: &[&str]) {
    for format in FORMATS {
        let arguments = [arguments, &["--format", format]].concat();
        let run = keysieve(scratch, at, &arguments).exits(code);
        for word in words.iter().filter(|_| code != 0 || !LISTS.contains(&format)) {
            assert!(run.said(word), "{arguments:?} does not say {word:?}\n{}", run.shown());
        }
        if code == 2 {
            assert_eq!(run.out(), "", "{arguments:?}");
            assert!(run.err().starts_with("error: "), "{arguments:?}: {}", run.err());
            continue;
        }
        assert_eq!(run.err(), "", "{arguments:?}");
        match format {
            "json" => {
                let report = run.json();
                assert_eq!(report.0["verdict"]["exit_code"], code);
                assert_eq!(report.0["verdict"]["complete"] == false, report_is_incomplete(&report.0));
            }
            "jsonl" => {
                for line in run.out().lines() {
                    serde_json::from_str::<Value>(line).unwrap();
                }
            }
            "sarif" => {
                let sarif: Value = serde_json::from_slice(&run.stdout).unwrap();
                let invocation = &sarif["runs"][0]["invocations"][0];
                assert_eq!(invocation["exitCode"], code);
                assert!(invocation["executionSuccessful"].is_boolean());
            }
            _ => assert!(run.out().ends_with('\n')),
        }
    }
}

fn report_is_incomplete(report: &Value) -> bool {
    report["notices"].as_array().unwrap().iter().any(|notice| notice["incomplete"] == true)
}

#[test]
fn clean_and_findings() {
    each_format(&clean(), "repo", &["check"], 0, &["no findings"]);
    let found = with_token();
    each_format(&found, "repo", &["check"], 1, &["token.txt", "github-personal-access-token"]);
    each_format(&found, "repo", &["scan", "token.txt"], 1, &["token.txt"]);
    each_format(&found, "repo", &["scan", "file.txt"], 0, &["no findings"]);
    each_format(&found, "repo", &["history"], 0, &["no findings"]);
    each_format(&found, "repo", &["lint"], 0, &["no findings"]);
}

#[test]
fn thresholds_and_exit_zero_change_1_only() {
    let found = with_token();
    each_format(&found, "repo", &["check", "--exit-zero"], 0, &["--exit-zero"]);
    each_format(&found, "repo", &["check", "nowhere", "--exit-zero"], 2, &["nowhere"]);
    each_format(&found, "repo", &["check", "--fail-on", "critical"], 1, &["token.txt"]);
    found.write("repo/empty/.gitignore", "*\n");
    found.write("repo/low.py", format!("password = '{}'\n", "correct-horse-battery"));
    each_format(
        &found,
        "repo",
        &["scan", "low.py", "--min-confidence", "low", "--fail-on", "critical"],
        0,
        &["low.py"],
    );
    each_format(&found, "repo", &["scan", "file.txt", "low.py", "--fail-on", "critical"], 0, &["file"]);
    // Nothing seen where something was named.
    fs::create_dir(found.path("repo/void")).unwrap();
    each_format(&found, "repo", &["scan", "void"], 3, &["nothing-found", "void"]);
    each_format(&found, "repo", &["scan", "void", "--exit-zero"], 3, &["nothing-found"]);
    each_format(&found, "repo", &["scan", "void", "--accept", "nothing-found"], 0, &["nothing-found"]);
    // 1 goes before 3, and what --exit-zero takes away lets 3 be seen.
    each_format(&found, "repo", &["scan", "void", "token.txt"], 1, &["nothing-found", "token.txt"]);
    each_format(&found, "repo", &["scan", "void", "token.txt", "--exit-zero"], 3, &["nothing-found", "token.txt"]);
    // 2 goes before both.
    each_format(&found, "repo", &["scan", "void", "token.txt", "nowhere"], 2, &["nowhere"]);
}

#[test]
fn usage() {
    let scratch = clean();
    let cases: [(&[&str], &str); 12] = [
        (&["check", "--no-such-flag"], "--no-such-flag"),
        (&["check", "--accept", "laziness"], "unreadable"),
        (&["check", "--fail-on", "huge"], "medium"),
        (&["check", "--min-confidence", "huge"], "certain"),
        (&["check", "--threads", "0"], "--threads"),
        (&["check", "--report", "yaml=x"], "jsonl"),
        (&["check", "--report", "json"], "FORMAT=FILE"),
        (&["check", "--now", "yesterday"], "2026-01-31"),
        (&["check", "nowhere"], "nowhere: there is no such file or directory"),
        (&["history", "nowhere"], "nowhere: there is no such file or directory"),
        (&["check", "--config", "nowhere.toml"], "nowhere.toml"),
        (&["check", "--rules", "nowhere.toml"], "nowhere.toml"),
    ];
    for (arguments, words) in cases {
        each_format(&scratch, "repo", arguments, 2, &[words]);
    }
    for arguments in [&["check", "--format", "yaml"][..], &[], &["czech"], &["explain"], &["rules"]] {
        let run = keysieve(&scratch, "repo", arguments).exits(2);
        assert_eq!(run.out(), "");
    }
    keysieve(&scratch, "repo", &["check", "--format", "yaml"]).exits(2).says("text, json, jsonl, sarif, csv, junit");
    keysieve(&scratch, "repo", &["scan", "--staged", "a", "b"]).exits(2).says("--staged takes at most one path");
    keysieve(&scratch, "repo", &["explain", "nothing"]).exits(2).says("`nothing`").says("keysieve rules list");
}

#[test]
fn configuration() {
    let scratch = with_token();
    let cases = [
        ("[unclosed", "keysieve.toml:1"),
        ("\n\nno-such-setting = 1\n", "keysieve.toml:3"),
        ("fail-on = \"high\"\nmin-confidence = 7\n", "keysieve.toml:2"),
        ("disable = [\"no-such-rule\"]", "no-such-rule"),
        ("\n[policy.rotation]\ndefault = \"soon\"\n", "keysieve.toml:3"),
        ("\n[[rule]]\nid = \"x\"\n", "keysieve.toml:"),
        ("exclude = [\"a[\"]", "exclude"),
    ];
    for (text, words) in cases {
        scratch.write("repo/keysieve.toml", text);
        each_format(&scratch, "repo", &["check"], 2, &[words]);
        each_format(&scratch, ".", &["check", "repo"], 2, &[words]);
        each_format(&scratch, "repo", &["check", "--exit-zero"], 2, &[words]);
    }
    scratch.write("repo/keysieve.toml", [0xFF, b'\n']);
    each_format(&scratch, "repo", &["check"], 2, &["keysieve.toml:1", "UTF-8"]);
    // The configuration of the repository holds in its directories, and for single files.
    scratch.write("repo/keysieve.toml", "exclude = [\"token.txt\", \"sub/*.txt\"]\n");
    scratch.write("repo/sub/token.txt", github("token"));
    each_format(&scratch, "repo", &["check"], 0, &["excluded"]);
    each_format(&scratch, "repo", &["scan", "token.txt"], 3, &["nothing-found"]);
    scratch.write("repo/keysieve.toml", "disable = [\"github-personal-access-token\"]\n");
    each_format(&scratch, "repo/sub", &["scan", "."], 0, &["no findings"]);
    each_format(&scratch, ".", &["scan", "repo/sub/token.txt"], 0, &["no findings"]);
    // But not that of whatever lies above the repository.
    fs::remove_file(scratch.path("repo/keysieve.toml")).unwrap();
    scratch.write("keysieve.toml", "[broken");
    each_format(&scratch, "repo", &["check"], 1, &["token.txt"]);
}

#[test]
fn repositories_that_are_not_whole() {
    let removed = packed();
    for pack in removed.packs("repo/.git", "pack") {
        fs::remove_file(pack).unwrap();
    }
    each_format(&removed, "repo", &["check"], 3, &["missing-object", "objects/pack/pack-"]);
    each_format(&removed, "repo", &["history"], 3, &["missing-object"]);
    let gone = packed();
    for extension in ["pack", "idx", "rev"] {
        gone.packs("repo/.git", extension).iter().for_each(|file| fs::remove_file(file).unwrap());
    }
    each_format(&gone, "repo", &["check"], 3, &["missing-object"]);
    each_format(&gone, "repo", &["history"], 3, &["missing-object"]);
    each_format(&gone, "repo", &["history", "--accept", "missing-object"], 0, &["missing-object"]);

    let truncated = packed();
    for pack in truncated.packs("repo/.git", "pack") {
        let bytes = fs::read(&pack).unwrap();
        overwrite(&pack, &bytes[..bytes.len() / 2]);
    }
    each_format(&truncated, "repo", &["check"], 3, &["corrupt-object", ".pack"]);
    each_format(&truncated, "repo", &["history"], 3, &["corrupt-object"]);
    // What can be read is reported all the same.
    truncated.write("repo/token.txt", github("token"));
    each_format(&truncated, "repo", &["check"], 1, &["token.txt", "corrupt-object"]);

    let whole = clean();
    let url = format!("file://{}", whole.path("repo").display());
    whole.git(".", &["clone", "-q", "--depth", "1", &url, "shallow"]);
    each_format(&whole, "shallow", &["check"], 3, &["shallow", "fetch --unshallow"]);
    each_format(&whole, "shallow", &["history", "--accept", "shallow"], 0, &["shallow"]);
}

#[test]
fn repositories_that_cannot_be_opened() {
    let token = github("token");
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        ("index", |git| fs::write(git.join("index"), "DIRC").unwrap()),
        ("config", |git| fs::write(git.join("config"), "[core]\n[[[\n").unwrap()),
        ("HEAD", |git| fs::write(git.join("HEAD"), "garbage\n").unwrap()),
    ];
    for (name, damage) in damages {
        let scratch = clean();
        damage(&scratch.path("repo/.git"));
        each_format(&scratch, "repo", &["check"], 3, &[name]);
        // The files are scanned all the same.
        scratch.write("repo/token.txt", &token);
        each_format(&scratch, "repo", &["check"], 1, &[name, "token.txt"]);
    }
}

/// A `.git` that leads nowhere hides a history: that nothing was seen of it is not that there is none.
#[test]
fn a_git_directory_that_leads_nowhere() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        ("a directory that is not here", |git| fs::write(git, "gitdir: /nowhere/at/all\n").unwrap()),
        ("no words of git's", |git| fs::write(git, "garbage\n").unwrap()),
        ("empty", |git| fs::create_dir(git).unwrap()),
    ];
    for (name, damage) in damages {
        let scratch = clean();
        fs::rename(scratch.path("repo/.git"), scratch.path("elsewhere")).unwrap();
        damage(&scratch.path("repo/.git"));
        let words = "leads to no repository that can be read";
        each_format(&scratch, "repo", &["check"], 3, &[words]);
        assert!(!scratch.path("repo/.keysieve-baseline").exists(), "{name}");
        keysieve(&scratch, "repo", &["baseline", "create", "--only-file"]).exits(3);
    }
}

#[test]
fn no_repository_at_all() {
    let scratch = Scratch::new();
    scratch.write("plain/file.txt", "nothing\n");
    each_format(&scratch, "plain", &["check"], 0, &["no-history"]);
    each_format(&scratch, "plain", &["check", "--strict"], 3, &["no-history"]);
    each_format(&scratch, "plain", &["history"], 3, &["not a git repository"]);
    each_format(&scratch, "plain", &["scan", "--staged"], 3, &["not a git repository"]);
    // A repository without a commit has a history: an empty one.
    let empty = Scratch::repository();
    empty.write("repo/file.txt", "nothing\n");
    each_format(&empty, "repo", &["check"], 0, &["no findings"]);
    // Alone it is nothing to look at.
    each_format(&empty, "repo", &["history"], 3, &["no commit yet"]);
    feed(command(&empty.path("repo")).args(["scan", "-"]), b"").exits(3).says("it is empty");
}

#[test]
fn what_is_known_matters_only_when_strict() {
    let scratch = clean();
    scratch.write("repo/image.bin", (0..=255).cycle().take(2000).collect::<Vec<u8>>());
    scratch.write("repo/.gitignore", "*.log\n");
    scratch.write("repo/a.log", github("log"));
    scratch.write("repo/broken.tf", "resource \"a\" {\n");
    each_format(&scratch, "repo", &["check"], 0, &["binary", "ignored", "unparsed", "broken.tf"]);
    each_format(&scratch, "repo", &["check", "--strict"], 3, &["binary", "ignored", "unparsed"]);
    each_format(&scratch, "repo", &["check", "--strict", "--accept", "binary,ignored,unparsed"], 0, &["binary"]);
    each_format(&scratch, "repo", &["check", "--strict", "--accept", "binary,ignored"], 3, &["unparsed"]);
    each_format(&scratch, "repo", &["scan", "--no-ignore"], 1, &["a.log"]);
    each_format(&scratch, "repo", &["scan", "a.log"], 1, &["a.log"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = with_token();
    scratch.write("repo/private.txt", "x");
    fs::set_permissions(scratch.path("repo/private.txt"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(scratch.path("repo/private.txt")).is_ok() {
        return; // Whoever runs the tests may read everything.
    }
    each_format(&scratch, "repo", &["check"], 1, &["private.txt"]);
    each_format(&scratch, "repo", &["check", "--exit-zero"], 3, &["private.txt", "unreadable"]);
    each_format(&scratch, "repo", &["check", "--exit-zero", "--accept", "unreadable"], 0, &["private.txt"]);
}

#[test]
fn nothing_staged_is_clean_and_says_so() {
    let scratch = with_token();
    each_format(&scratch, "repo", &["scan", "--staged"], 0, &[]);
    let run: Run = keysieve(&scratch, "repo", &["scan", "--staged"]);
    assert!(run.said("nothing"), "{}", run.shown());
}
