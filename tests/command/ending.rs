//! Ends that come early: a reader that goes away, a user who has waited long enough.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::scripted::Scratch;
use crate::support::{FORMATS, Report, Run, command, github, text, wait};

/// A tree whose report is far longer than a pipe takes at once.
fn many() -> Scratch {
    let scratch = Scratch::new();
    for file in 0..300 {
        scratch.write(&format!("tree/{file}.txt"), format!("x\n{}\n", github(&file.to_string())));
    }
    scratch
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = many();
    let listing: [&[&str]; 3] = [&["rules", "list"], &["explain", "private-key"], &["--help"]];
    let judging = FORMATS.map(|format| ["check", "tree", "--format", format]);
    let cases = judging.iter().map(|arguments| (&arguments[..], 1)).chain(listing.map(|arguments| (arguments, 0)));
    for (arguments, code) in cases {
        for read_first in [true, false] {
            let mut child = command(&scratch.path("."))
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut reader = child.stdout.take().unwrap();
            if read_first {
                let _ = reader.read(&mut [0; 10]).unwrap();
            }
            drop(reader);
            let ended = wait(&mut child);
            let mut words = String::new();
            child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
            assert_eq!((ended, words.as_str()), (Some(code), ""), "{arguments:?}");
        }
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until a running scan has read something, so that it can be interrupted.
fn wait_until_it_reads(child: &Child) {
    let begin = Instant::now();
    let counters = format!("/proc/{}/io", child.id());
    while begin.elapsed() < Duration::from_secs(20) {
        let Ok(counters) = fs::read_to_string(&counters) else {
            return thread::sleep(Duration::from_secs(1));
        };
        let read = counters.lines().find_map(|line| line.strip_prefix("rchar: "));
        if read.and_then(|read| read.parse::<u64>().ok()) > Some(40 << 20) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The rest of what an interrupted program says.
fn rest(mut child: Child) -> Run {
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let code = wait(&mut child);
    let mut stderr = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    Run { code, stdout: reader.join().unwrap(), stderr }
}

fn interrupted(report: &Report) {
    assert!(report.skipped("interrupted") > 0, "{:#}", report.0["coverage"]);
    assert_eq!(report.0["verdict"]["complete"], false);
}

/// A file without an end that anybody would wait for: half a terabyte that takes no room on the disk.
#[test]
fn a_scan_that_is_interrupted_says_what_it_has() {
    let scratch = Scratch::new();
    for (name, files, code) in [("-INT", 40, 1), ("-TERM", 0, 3)] {
        fs::create_dir_all(scratch.path("tree")).unwrap();
        let endless = File::create(scratch.path("tree/endless")).unwrap();
        if endless.set_len(1 << 39).is_err() {
            return; // The file system has no such files.
        }
        let mut endless = endless;
        if code == 1 {
            endless.write_all(github("begin").as_bytes()).unwrap();
        }
        for file in 0..files {
            scratch.write(&format!("tree/{file}"), github(&file.to_string()));
        }
        let child = command(&scratch.path("."))
            .args(["scan", "tree", "--format", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until_it_reads(&child);
        signal(&child, name);
        let begin = Instant::now();
        let run = rest(child).exits(code);
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
        interrupted(&run.json());
        assert_eq!(run.json().findings().is_empty(), code == 3);
        let report = run.json();
        let places: Vec<&str> = report.findings().iter().map(|it| text(&it["places"][0]["path"])).collect();
        assert!(places.is_sorted(), "{places:?}");
        fs::remove_dir_all(scratch.path("tree")).unwrap();
    }
}

/// A scan of standard input that has been given a secret, and waits for more.
fn fed(scratch: &Scratch) -> (Child, ChildStdin) {
    let mut child = command(&scratch.path("."))
        .args(["scan", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{}\n", github("stream")).as_bytes()).unwrap();
    (child, stdin)
}

/// The same for a stream; what came before the interruption is reported.
#[test]
fn a_stream_that_is_interrupted() {
    let scratch = Scratch::new();
    let (child, mut stdin) = fed(&scratch);
    let feeder = thread::spawn(move || {
        let line = "nothing to see here\n".repeat(4096);
        // It ends when the program closes its input.
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    wait_until_it_reads(&child);
    signal(&child, "-INT");
    let run = rest(child).exits(1);
    feeder.join().unwrap();
    interrupted(&run.json());
    assert_eq!(run.json().findings()[0]["places"][0]["start"]["line"], 1);
}

/// A stream that says no more and does not end.
#[test]
fn a_stream_that_is_waited_for_is_interrupted_at_once() {
    let scratch = Scratch::new();
    let (child, stdin) = fed(&scratch);
    thread::sleep(Duration::from_secs(2));
    signal(&child, "-INT");
    let begin = Instant::now();
    let run = rest(child).exits(1);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    interrupted(&run.json());
    drop(stdin);
}
