//! Reports in files: all that were asked for, whole or not at all.

use std::fs;

use serde_json::Value;

use crate::scripted::Scratch;
use crate::support::{FORMATS, command, github, keysieve, token};

fn tree() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("tree/a.txt", github("a"));
    scratch.write("tree/b.txt", token("npm-access-token", "b"));
    scratch
}

/// What is left in a directory, by name.
fn names(scratch: &Scratch, directory: &str) -> Vec<String> {
    let entries = fs::read_dir(scratch.path(directory)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_report_that_was_asked_for_is_written() {
    let scratch = tree();
    fs::create_dir(scratch.path("out")).unwrap();
    let run = keysieve(
        &scratch,
        ".",
        &[
            "check",
            "tree",
            "--report",
            "json=out/a",
            "--report",
            "sarif=out/b",
            "--report",
            "jsonl=out/d",
            "-o",
            "out/c",
        ],
    )
    .exits(1);
    assert_eq!((run.out(), run.err()), (String::new(), String::new()));
    assert_eq!(names(&scratch, "out"), ["a", "b", "c", "d"]);
    for (name, format) in [("a", "json"), ("b", "sarif"), ("c", "text"), ("d", "jsonl")] {
        let alone = keysieve(&scratch, ".", &["check", "tree", "--format", format]).exits(1);
        assert_eq!(fs::read(scratch.path(&format!("out/{name}"))).unwrap(), alone.stdout, "{format}");
    }
    // The report on standard output comes besides those in files.
    let run = keysieve(&scratch, ".", &["check", "tree", "--report", "json=out/a", "--format", "sarif"]).exits(1);
    assert_eq!(fs::read(scratch.path("out/b")).unwrap(), run.stdout);
    let run = keysieve(&scratch, ".", &["check", "tree", "--format", "sarif", "-o", "-"]).exits(1);
    assert_eq!(fs::read(scratch.path("out/b")).unwrap(), run.stdout);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let scratch = tree();
    scratch.write("occupied", "x");
    fs::create_dir(scratch.path("directory")).unwrap();
    for file in ["missing/report", "occupied/report", "directory"] {
        for arguments in [["-o", file], ["--report", &format!("json={file}")]] {
            let arguments = [&["check", "tree"][..], &arguments].concat();
            let run = keysieve(&scratch, ".", &arguments).exits(2).says(file);
            assert!(run.err().starts_with("error: "), "{}", run.shown());
        }
    }
    assert_eq!(names(&scratch, "."), ["directory", "occupied", "tree"]);
    assert_eq!(names(&scratch, "directory"), [] as [&str; 0]);
    assert_eq!(fs::read(scratch.path("occupied")).unwrap(), b"x");
}

/// What can be known before the scan is said before it; what cannot costs no other report.
#[test]
fn one_report_that_fails_costs_no_other() {
    let scratch = tree();
    for (arguments, words) in [
        (["--report", "json=nowhere/x"], "there is no directory `nowhere`"),
        (["--report", "json="], "names no file"),
        (["--report", "json=out"], "two reports would be written"),
        (["--report", "json=./out"], "two reports would be written"),
    ] {
        let arguments = [&["check", "nothing-here", "-o", "out"][..], &arguments].concat();
        let run = keysieve(&scratch, ".", &arguments).exits(2).says(words);
        assert_eq!(run.out(), "");
    }
    fs::create_dir(scratch.path("directory")).unwrap();
    let arguments = ["check", "tree", "--report", "json=directory", "--report", "sarif=out"];
    let run = keysieve(&scratch, ".", &arguments).exits(2).says("directory: cannot be written");
    assert!(run.out().contains("findings"), "{}", run.shown());
    assert_eq!(names(&scratch, "."), ["directory", "out", "tree"]);
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_is_full_is_named() {
    let scratch = tree();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&scratch.path(".")).args(["check", "tree"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("standard output cannot be written: "), "{said}");
}

#[test]
fn an_old_report_is_replaced_whole_or_kept() {
    let scratch = tree();
    scratch.write("report", "old\n".repeat(10_000));
    keysieve(&scratch, ".", &["check", "tree", "--format", "json", "-o", "report", "--accept", "nonsense"]).exits(2);
    keysieve(&scratch, ".", &["check", "nowhere", "--format", "json", "-o", "report"]).exits(2);
    assert!(fs::read_to_string(scratch.path("report")).unwrap().starts_with("old\n"));
    keysieve(&scratch, ".", &["check", "tree", "--format", "json", "-o", "report"]).exits(1);
    serde_json::from_slice::<Value>(&fs::read(scratch.path("report")).unwrap()).unwrap();
    assert_eq!(names(&scratch, "."), ["report", "tree"]);
}

/// A report that lies in what is scanned is not a finding: it holds no secrets, and its fingerprints are none.
#[test]
fn reports_are_clean_when_they_are_scanned() {
    let scratch = tree();
    for format in FORMATS {
        let file = format!("scanned/report.{format}");
        scratch.write(&file, "");
        keysieve(&scratch, ".", &["check", "tree", "--format", format, "-o", &file]).exits(1);
        let run = keysieve(&scratch, ".", &["scan", &file, "--min-confidence", "low", "--format", "json"]).exits(0);
        assert_eq!(run.json().findings(), &[] as &[Value], "{format}");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_written_in_place() {
    let scratch = tree();
    keysieve(&scratch, ".", &["check", "tree", "--report", "json=/dev/null"]).exits(1);
    let run = keysieve(&scratch, ".", &["check", "tree", "--format", "json", "-o", "/dev/stdout"]).exits(1);
    assert_eq!(run.json().findings().len(), 2);
}

/// In a checkout the links are those of whoever wrote the change.
#[cfg(unix)]
#[test]
fn a_link_of_the_checkout_leads_no_report_out_of_it() {
    use std::os::unix::fs::symlink;
    let scratch = tree();
    scratch.write("victim", "precious");
    fs::create_dir(scratch.path("outside")).unwrap();
    symlink("../victim", scratch.path("tree/out.sarif")).unwrap();
    symlink("../outside", scratch.path("tree/reports")).unwrap();
    symlink("own.json", scratch.path("tree/link.json")).unwrap();
    for file in ["out.sarif", "./out.sarif", "reports/new.sarif"] {
        keysieve(&scratch, "tree", &["scan", "--report", &format!("sarif={file}")])
            .exits(2)
            .says("leads out of this directory");
    }
    assert_eq!(fs::read_to_string(scratch.path("victim")).unwrap(), "precious");
    keysieve(&scratch, "tree", &["scan", "-o", "link.json"]).exits(1);
    assert!(scratch.path("tree/own.json").is_file());
    // Who names what lies elsewhere means it.
    keysieve(&scratch, "tree", &["scan", "-o", "../victim"]).exits(1);
    keysieve(&scratch, "tree", &["scan", "--report", "json=link.json", "--report", "csv=own.json"])
        .exits(2)
        .says("two reports");
}

/// What a terminal shows can be opened from there, and what a forge is given from the top of the repository.
#[test]
fn paths_are_those_that_the_reader_can_open() {
    let scratch = Scratch::repository();
    scratch.write("repo/src/deep/app.py", github("app"));
    scratch.commit(1, "Begin");
    let at =
        |from: &str, arguments: &[&str]| keysieve(&scratch, from, &[&["scan"][..], arguments].concat()).exits(1).out();
    assert!(at("repo", &["src"]).contains("\n  src/deep/app.py:1:1"));
    assert!(at("repo/src", &["."]).contains("\n  deep/app.py:1:1"));
    assert!(at("repo/src/deep", &[".."]).contains("\n  ../deep/app.py:1:1"));
    for format in ["csv", "markdown", "junit", "github"] {
        let text = at("repo", &["src", "--format", format]);
        assert!(
            text.contains("src/deep/app.py") && !text.replace("src/deep/app.py", "").contains("deep/app.py"),
            "{format}: {text}"
        );
    }
    // The history says the same of the file again, and that is no other place.
    let both = keysieve(&scratch, "repo", &["check", ".", "--format", "github"]).exits(1).out();
    assert!(!both.contains("In 2 places"), "{both}");
}
