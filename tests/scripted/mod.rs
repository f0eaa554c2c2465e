//! Repositories that are made by running git, and a sink that remembers.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use keysieve::notice::{Cause, Tally};
use keysieve::place::{LineState, Origin};
use keysieve::source::{GitEnvironment, Item, Repository, Source, SourceError, Stop};

/// A scratch directory with git at hand, cut off from whatever the machine's user has configured.
pub struct Scratch {
    directory: tempfile::TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// With an empty repository `repo` in it.
    pub fn repository() -> Self {
        Self::repository_of("sha1")
    }

    /// The same with ids of this hash, `sha1` or `sha256`.
    pub fn repository_of(hash: &str) -> Self {
        let scratch = Self::new();
        scratch.git(".", &["init", "-q", "-b", "main", &format!("--object-format={hash}"), "repo"]);
        scratch
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, at: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.path(at))
            // What git tidies up behind a fetch goes on when git has ended, and takes packs away from who reads them.
            .args(["-c", "maintenance.auto=false"])
            .args(arguments)
            .env("HOME", self.path("no-home"))
            .env("XDG_CONFIG_HOME", self.path("no-home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "")
            .env("GIT_AUTHOR_NAME", "Ann Author")
            .env("GIT_AUTHOR_EMAIL", "ann@example.com")
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.com");
        command
    }

    /// Runs git in `at`; it must succeed. Gives what it wrote, trimmed.
    pub fn git(&self, at: &str, arguments: &[&str]) -> String {
        self.git_with(at, arguments, &[])
    }

    pub fn git_with(&self, at: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = self.command(at, arguments).envs(variables.iter().copied()).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn try_git(&self, at: &str, arguments: &[&str]) -> Output {
        self.command(at, arguments).output().unwrap()
    }

    /// Commits everything in `repo` at a time of so many seconds after an arbitrary beginning; gives the commit.
    pub fn commit(&self, seconds: i64, message: &str) -> String {
        self.git("repo", &["add", "-A"]);
        self.commit_staged(seconds, message)
    }

    pub fn commit_staged(&self, seconds: i64, message: &str) -> String {
        let date = format!("{} +0000", 1_700_000_000 + seconds);
        let dates = [("GIT_AUTHOR_DATE", date.as_str()), ("GIT_COMMITTER_DATE", date.as_str())];
        self.git_with("repo", &["commit", "-q", "--allow-empty", "-m", message], &dates);
        self.git("repo", &["rev-parse", "HEAD"])
    }

    pub fn open(&self, at: &str) -> Repository {
        self.try_open(at).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn try_open(&self, at: &str) -> Result<Repository, SourceError> {
        Repository::open(&self.path(at), &GitEnvironment::default())
    }

    /// The object files, loose and packed, below `repo`.
    pub fn object_file(&self, at: &str, id: &str) -> PathBuf {
        self.path(at).join("objects").join(&id[..2]).join(&id[2..])
    }

    pub fn packs(&self, at: &str, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(at).join("objects/pack")).unwrap();
        let mut packs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        packs.retain(|path| path.extension().is_some_and(|found| found == extension));
        packs.sort();
        packs
    }
}

/// Files in a repository's objects are read-only; this makes one that can be damaged.
pub fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Everything that a source pushed: the own bytes of each origin, put together, and how often each was pushed whole.
#[derive(Default)]
pub struct Seen {
    pub texts: BTreeMap<Origin, Vec<Vec<u8>>>,
    pub tally: Tally,
}

impl Seen {
    /// Runs a source and checks the contract of its items on the way.
    pub fn run(source: &dyn Source) -> Self {
        Self::try_run(source).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn try_run(source: &dyn Source) -> Result<Self, SourceError> {
        struct Part {
            start: u64,
            own: Vec<u8>,
            bytes: Vec<u8>,
            offset: u64,
            lines: LineState,
            whole: bool,
        }
        let parts: Mutex<BTreeMap<Origin, Vec<Part>>> = Mutex::default();
        let sink = |item: Item<'_>| {
            let start = item.offset + item.own.start as u64;
            let own = item.bytes[item.own.clone()].to_vec();
            let (bytes, offset, lines, whole) = (item.bytes.to_vec(), item.offset, item.lines, item.whole);
            let part = Part { start, own, bytes, offset, lines, whole };
            parts.lock().unwrap().entry(item.origin).or_default().push(part);
        };
        let tally = source.each(&sink, &Stop::default())?;
        let mut seen = Seen { tally, ..Seen::default() };
        for (origin, mut parts) in parts.into_inner().unwrap() {
            let (whole, mut cut): (Vec<Part>, Vec<Part>) = parts.drain(..).partition(|part| part.whole);
            let texts = seen.texts.entry(origin.clone()).or_default();
            for part in whole {
                assert!(part.offset == 0 && part.lines == LineState::default(), "{origin:?}");
                texts.push(part.bytes);
            }
            if cut.is_empty() {
                continue;
            }
            cut.sort_by_key(|part| part.start);
            let text: Vec<u8> = cut.iter().flat_map(|part| part.own.iter().copied()).collect();
            let mut next = 0;
            for part in &cut {
                assert_eq!(part.start, next, "every byte is some part's own, once: {origin:?}");
                next += part.own.len() as u64;
                let at = usize::try_from(part.offset).unwrap();
                assert!(text[at..at + part.bytes.len()] == part.bytes[..], "a part shows the text as it is");
                let mut lines = LineState::of(&text);
                lines.advance(&text[..at]);
                assert_eq!(lines, part.lines, "lines and columns are carried over: {origin:?}");
                let end = text.len().min(usize::try_from(next).unwrap() + keysieve::source::OVERLAP);
                assert_eq!(at + part.bytes.len(), end, "a part sees its neighbour behind");
                assert!(part.start == 0 || part.start - part.offset >= keysieve::source::OVERLAP as u64);
            }
            texts.push(text);
        }
        Ok(seen)
    }

    /// The origins, for people, of the texts that contain `marker`.
    pub fn holding(&self, marker: &str) -> Vec<String> {
        let holds = |texts: &[Vec<u8>]| {
            texts.iter().any(|text| text.windows(marker.len()).any(|window| window == marker.as_bytes()))
        };
        self.texts.iter().filter(|(_, texts)| holds(texts)).map(|(origin, _)| origin.display()).collect()
    }

    /// How many texts, blobs and messages alike, contain `marker`.
    pub fn count(&self, marker: &str) -> usize {
        let holds = |text: &&Vec<u8>| text.windows(marker.len()).any(|window| window == marker.as_bytes());
        self.texts.values().flatten().filter(holds).count()
    }

    pub fn skipped(&self, cause: Cause) -> u64 {
        self.tally.coverage.skipped.get(&cause).copied().unwrap_or(0)
    }

    /// The notices of a cause, as `subject: detail`.
    pub fn notices(&self, cause: Cause) -> Vec<String> {
        let of_cause = self.tally.notices.iter().filter(|notice| notice.cause == cause);
        of_cause.map(|notice| format!("{}: {}", notice.subject, notice.detail)).collect()
    }

    /// Nothing makes the run incomplete.
    pub fn is_complete(&self) -> bool {
        !self.tally.coverage.skipped.keys().any(|cause| cause.is_incomplete())
    }
}
