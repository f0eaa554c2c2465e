//! What a file system can hold: no hang, no panic; found, or listed as not scanned.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::scripted::Scratch;
use crate::support::{command, feed, github, keysieve, list, run, text};

fn fifo(scratch: &Scratch, path: &str) {
    assert!(Command::new("mkfifo").arg(scratch.path(path)).status().unwrap().success());
}

#[test]
fn pipes_sockets_and_links_are_counted() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", github("file"));
    fifo(&scratch, "repo/pipe");
    let _listener = UnixListener::bind(scratch.path("repo/socket")).unwrap();
    symlink("b", scratch.path("repo/a")).unwrap();
    symlink("a", scratch.path("repo/b")).unwrap();
    symlink(".", scratch.path("repo/self")).unwrap();
    symlink("/", scratch.path("repo/root")).unwrap();
    symlink("/dev/zero", scratch.path("repo/zero")).unwrap();
    symlink("file.txt", scratch.path("repo/.env")).unwrap();
    for arguments in [&["check"][..], &["scan"], &["lint"], &["scan", "--no-ignore"]] {
        let arguments = [arguments, &["--format", "json"]].concat();
        let report = keysieve(&scratch, "repo", &arguments).json();
        assert_eq!((report.skipped("special-file"), report.skipped("symlink")), (2, 6), "{arguments:?}");
        assert_eq!(report.0["verdict"]["complete"], true, "{arguments:?}");
        let places = report.findings().iter().flat_map(|finding| list(&finding["places"])).count();
        assert_eq!(places, usize::from(arguments[0] != "lint"), "{arguments:?}");
    }
}

/// Whoever packs an archive chooses what is in the place of a repository's files.
#[test]
fn a_pipe_within_a_repository_keeps_nobody_waiting() {
    let scratch = Scratch::repository();
    scratch.write("repo/file.txt", github("file"));
    scratch.commit(0, "Begin");
    scratch.git("repo", &["repack", "-adq"]);
    scratch.git("repo", &["pack-refs", "--all"]);
    scratch.git("repo", &["worktree", "add", "-q", "--detach", "../linked"]);
    let packs = fs::read_dir(scratch.path("repo/.git/objects/pack")).unwrap().map(|file| file.unwrap().file_name());
    let packs = packs.map(|name| format!("objects/pack/{}", name.to_str().unwrap()));
    let named =
        ["HEAD", "config", "packed-refs", "shallow", "index", "commondir", "objects/info/alternates", "MERGE_HEAD"];
    let worktree = "worktrees/linked/HEAD".to_owned();
    for name in named.map(str::to_owned).into_iter().chain([worktree]).chain(packs) {
        let path = scratch.path(&format!("repo/.git/{name}"));
        let aside = scratch.path("aside");
        let was_there = fs::rename(&path, &aside).is_ok();
        fifo(&scratch, &format!("repo/.git/{name}"));
        for arguments in [&["history"][..], &["scan", "--staged"], &["check", "--exit-zero"]] {
            let run = keysieve(&scratch, "repo", arguments);
            assert!(run.code.is_some(), "{name}: {arguments:?}");
            if arguments[0] == "history"
                && !name.contains("MERGE")
                && !name.contains("linked")
                && !name.ends_with("rev")
            {
                run.exits(3).says("regular file");
            }
        }
        fs::remove_file(&path).unwrap();
        if was_there {
            fs::rename(&aside, &path).unwrap();
        }
    }
    keysieve(&scratch, "linked", &["history"]).exits(1);
}

/// A scan that saw nothing is never a clean scan.
#[test]
fn what_is_named_and_cannot_be_read_is_not_clean() {
    let scratch = Scratch::new();
    fifo(&scratch, "pipe");
    symlink("nowhere", scratch.path("dangling")).unwrap();
    symlink("loop", scratch.path("loop")).unwrap();
    for named in ["pipe", "dangling", "loop"] {
        for command in ["scan", "lint", "check"] {
            keysieve(&scratch, ".", &[command, named]).exits(3).says(named);
        }
    }
    // A link that was named is followed.
    scratch.write("file", github("linked"));
    symlink("file", scratch.path("link")).unwrap();
    keysieve(&scratch, ".", &["scan", "link"]).exits(1);
}

#[test]
fn long_paths() {
    let scratch = Scratch::new();
    // As long as the system takes in one piece.
    let part = "p".repeat(200);
    let mut path = "deep".to_owned();
    while scratch.path(&path).as_os_str().len() + part.len() < 4000 {
        path = format!("{path}/{part}");
    }
    scratch.write(&format!("{path}/f"), github("deep"));
    let report = keysieve(&scratch, ".", &["scan", "deep", "--format", "json"]).exits(1).json();
    assert!(text(&report.findings()[0]["places"][0]["path"]).len() > 3000);
    // And longer, by moving one deep directory into another: found or said, but not passed over.
    let deep = |root: &str| (0..14).fold(root.to_owned(), |path, _| format!("{path}/{part}"));
    scratch.write(&format!("{}/f", deep("deeper")), "x");
    scratch.write(&format!("{}/f", deep("other")), github("deeper"));
    fs::rename(scratch.path("other"), scratch.path(&format!("{}/other", deep("deeper")))).unwrap();
    let run = keysieve(&scratch, ".", &["scan", "deeper", "--format", "json"]);
    match run.code {
        Some(1) => assert_eq!(run.json().findings().len(), 1),
        Some(3) => assert!(run.json().skipped("unreadable") > 0, "{}", run.shown()),
        _ => panic!("{}", run.shown()),
    }
}

#[test]
fn long_lines() {
    let scratch = Scratch::new();
    let secret = github("line");
    scratch.write("file", format!("{}{secret}{}", "x ".repeat(2_000), " y".repeat(100_000)));
    let report = keysieve(&scratch, ".", &["scan", "file", "--format", "json"]).exits(1).json();
    let place = &report.findings()[0]["places"][0];
    assert_eq!(place["start"]["column"], 4_001);
    assert!(text(&place["excerpt"]["text"]).len() < 300);
}

#[test]
fn names_that_are_not_text() {
    let scratch = Scratch::repository();
    let name = OsStr::from_bytes(b"caf\xE9 \x1b[31m\n.txt");
    if fs::write(scratch.path("repo").join(name), github("bytes")).is_err() {
        return; // The file system takes no such names.
    }
    scratch.commit(0, "bytes");
    for command in ["scan", "history", "check"] {
        let run = keysieve(&scratch, "repo", &[command, "--format", "json"]).exits(1);
        let report = run.json();
        let place = &report.findings()[0]["places"][0];
        assert_eq!(place["uri"], "caf%E9%20%1B%5B31m%0A.txt", "{command}");
        assert!(!text(&place["path"]).contains(['\n', '\u{1b}']), "{place:#}");
        let run = keysieve(&scratch, "repo", &[command]).exits(1);
        assert!(!run.out().contains('\u{1b}'), "{}", run.out());
    }
    let directory = scratch.path("repo");
    run(command(&directory).arg("scan").arg(name).args(["--format", "json"])).exits(1);
    run(command(&directory).arg("scan").arg(OsStr::from_bytes(b"no\xFFwhere"))).exits(2).says("no such file");
    run(command(&directory).arg(OsStr::from_bytes(b"--\xFF"))).exits(2);
}

#[test]
fn files_of_the_system_that_claim_to_be_empty() {
    let scratch = Scratch::new();
    if fs::metadata("/proc/self/status").is_ok() {
        let run = keysieve(&scratch, ".", &["scan", "/proc/self/status", "--format", "json"]).exits(0);
        assert!(run.json().0["coverage"]["file_bytes"].as_u64() > Some(100));
    }
    scratch.write("empty", "");
    keysieve(&scratch, ".", &["scan", "empty"]).exits(0);
    // A pipe that brings nothing is one that broke.
    feed(command(&scratch.path(".")).args(["scan", "-"]), b"").exits(3).says("it is empty");
}

/// Bytes that are no text in any encoding, and texts that are cut in the middle of a character.
#[test]
fn contents_of_all_sorts() {
    let scratch = Scratch::new();
    let secret = github("content");
    let contents: [Vec<u8>; 8] = [
        vec![0xFF, 0xFE],
        vec![0xFF, 0xFE, b'a'],
        vec![0xFE, 0xFF, 0xD8, 0x00, 0xD8],
        vec![0xEF, 0xBB],
        [&[0xFF, 0xFE][..], secret.as_bytes()].concat(),
        [&[0xC3][..], secret.as_bytes(), &[0xE2, 0x82]].concat(),
        vec![0; 100_000],
        (0..=255).cycle().take(100_000).collect(),
    ];
    for (number, content) in contents.iter().enumerate() {
        scratch.write(&format!("tree/{number}"), content);
        for suffix in ["json", "yaml", "toml", "tf", "env", "pem", "ps1"] {
            scratch.write(&format!("tree/{number}.{suffix}"), content);
        }
    }
    let run = keysieve(&scratch, ".", &["check", "tree", "--format", "json", "--min-confidence", "low"]).exits(1);
    assert_eq!(run.json().0["coverage"]["files"], 64);
}

/// A text of nothing but candidates ends within a budget of work, and says so.
#[test]
fn a_flood_of_candidates_is_bounded_and_said() {
    let scratch = Scratch::new();
    scratch.write("flood.txt", format!("{}\n{}", github("first"), "x://y:z9@h.acme.corp ".repeat(60_000)));
    let run = keysieve(&scratch, ".", &["scan", "flood.txt", "--format", "json"]).exits(1);
    let report = run.json();
    assert_eq!(report.skipped("budget"), 1);
    assert_eq!(report.0["verdict"]["complete"], false);
    assert!(report.findings().iter().any(|finding| finding["rule"] == "github-personal-access-token"));
    keysieve(&scratch, ".", &["scan", "flood.txt", "--exit-zero"]).exits(3).says("budget").says("flood.txt");
}
