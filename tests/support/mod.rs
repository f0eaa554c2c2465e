//! The built program, run as a user runs it, and secrets that are made while a test runs.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;
use serde_json::Value;

use crate::scripted::Scratch;

pub mod search;

/// Every format that a report can have.
pub const FORMATS: [&str; 12] = [
    "text",
    "json",
    "jsonl",
    "sarif",
    "csv",
    "junit",
    "gitlab",
    "gitlab-codequality",
    "github",
    "ecs",
    "markdown",
    "html",
];

/// Those of them that are lists of what somebody has to look at: of a run that comes out clean they do not say what it saw.
pub const LISTS: [&str; 4] = ["csv", "junit", "gitlab-codequality", "github"];

/// How long any run may take. Nothing here needs a second; what needs this long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a rule's template becomes; other templates become other secrets.
pub fn expanded(rule: &str, template: &str) -> String {
    let rules = RuleSet::builtin();
    let (_, rule) = rules.by_id(rule).unwrap_or_else(|| panic!("there is no rule `{rule}`"));
    expand(&rules, rule, template).unwrap()
}

/// A token of the rule with this id, its checksum right; another `salt` gives another token.
pub fn token(rule: &str, salt: &str) -> String {
    let text = expanded(rule, &format!("{{token}} {salt}"));
    text.strip_suffix(&format!(" {salt}")).unwrap().to_owned()
}

/// A token of the kind that most tests plant: its checksum makes it certain.
pub fn github(salt: &str) -> String {
    token("github-personal-access-token", salt)
}

/// A PEM key of several lines.
pub fn pem(salt: &str) -> String {
    let text = expanded("private-key", &format!("{{pem:PRIVATE KEY}} {salt}"));
    text.strip_suffix(&format!(" {salt}")).unwrap().to_owned()
}

/// The program, to be run in a directory, cut off from the environment of whoever runs the tests.
pub fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.current_dir(directory).env_clear().env("HOME", directory.join("no-home"));
    command
}

/// Runs the program in `at` of the scratch directory.
pub fn keysieve<A: AsRef<OsStr>>(scratch: &Scratch, at: &str, arguments: &[A]) -> Run {
    run(command(&scratch.path(at)).args(arguments))
}

/// Runs a command to its end, with nothing on its standard input.
pub fn run(command: &mut Command) -> Run {
    feed(command, b"")
}

/// Runs a command to its end, with these bytes on its standard input.
pub fn feed(command: &mut Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // Whoever does not read its input closes it, which is no fault.
    let _ = child.stdin.take().unwrap().write_all(input);
    let whole = |mut stream: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let stdout = whole(Box::new(child.stdout.take().unwrap()));
    let stderr = whole(Box::new(child.stderr.take().unwrap()));
    let code = wait(&mut child);
    let run = Run { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() };
    assert!(!run.said("panicked"), "{}", run.shown());
    run
}

/// Waits for the end of a child, but not for ever.
pub fn wait(child: &mut Child) -> Option<i32> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Run {
    pub fn out(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("reports are UTF-8")
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.stderr.clone()).expect("messages are UTF-8")
    }

    /// Both streams, for a failing test.
    pub fn shown(&self) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        format!("exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, text(&self.stdout), text(&self.stderr))
    }

    /// Whether either stream has the words, wherever its lines are broken.
    pub fn said(&self, words: &str) -> bool {
        let joined = |stream| String::from_utf8_lossy(stream).split_whitespace().collect::<Vec<_>>().join(" ");
        [&self.stdout, &self.stderr].into_iter().any(|stream: &Vec<u8>| joined(stream).contains(words))
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.shown());
        self
    }

    /// Demands words on either stream.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.said(words), "not said: {words}\n{}", self.shown());
        self
    }

    /// The JSON report on standard output.
    #[track_caller]
    pub fn json(&self) -> Report {
        Report(serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}", self.shown())))
    }
}

/// A JSON report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report(pub Value);

impl Report {
    pub fn findings(&self) -> &[Value] {
        list(&self.0["findings"])
    }

    /// The one finding whose secret is `secret`, in a report with `--show-secrets`.
    #[track_caller]
    pub fn of(&self, secret: &str) -> &Value {
        let found: Vec<&Value> = self.findings().iter().filter(|it| it["secret"]["value"] == secret).collect();
        assert_eq!(found.len(), 1, "findings of {secret} in {:#}", self.0);
        found[0]
    }

    /// Every secret found, sorted, in a report with `--show-secrets`.
    pub fn secrets(&self) -> Vec<String> {
        let value = |finding: &Value| finding["secret"]["value"].as_str().unwrap_or_default().to_owned();
        let mut secrets: Vec<String> = self.findings().iter().map(value).collect();
        secrets.sort();
        secrets
    }

    /// How many things were not scanned for a cause.
    pub fn skipped(&self, cause: &str) -> u64 {
        self.0["coverage"]["skipped"][cause].as_u64().unwrap_or(0)
    }
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Where `needle` begins in `text`, counted here and not by the library: byte, line, column, column in UTF-16 units.
pub fn position(text: &str, needle: &str) -> (u64, u64, u64, u64) {
    let at = text.find(needle).expect("the text holds it");
    let before = &text[..at];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let on_line = before.rsplit('\n').next().unwrap();
    (at as u64, line as u64, on_line.chars().count() as u64 + 1, on_line.encode_utf16().count() as u64 + 1)
}

/// `position` as a place of a JSON report has it.
pub fn position_of(place: &Value) -> (u64, u64, u64, u64) {
    let number = |value: &Value| value.as_u64().unwrap();
    let start = &place["start"];
    (number(&place["bytes"]["start"]), number(&start["line"]), number(&start["column"]), number(&start["column_utf16"]))
}

/// A file of this repository.
pub fn of_this_repository(path: &str) -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
