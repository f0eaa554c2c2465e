//! `keysieve history`.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::cache::CacheArgs;
use super::settings::JudgeArgs;
use super::{output, range, time};
use crate::place::sanitize;
use crate::report::{Show, cleanup};
use crate::run::{Outcome, Plan};
use crate::source::{End, GitEnvironment, Repository, Selection};

/// Find secrets in the whole history of a git repository
///
/// Every blob of every pack and every loose object is scanned once, whether or not a branch leads to it: merge
/// resolutions, stashes, dropped and amended commits; notes, the headers and messages of commits and annotated tags, the
/// names of files, branches and tags, what Git LFS keeps here, and the configuration of the repository itself. Each
/// finding says which commit brought it and whether HEAD still holds it.
///
/// With a range only what its commits bring is scanned and reported: what stood in the same file before, under this name or
/// another, or comes over in a merge from a side that had it, is not new.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct HistoryArgs {
    /// The repository, or a directory in it
    #[arg(default_value = ".")]
    repository: PathBuf,
    /// Search every blob whole, also what it has from another (slower; finds the same)
    #[arg(long)]
    no_delta: bool,
    /// Scan the histories of submodules that are here, too
    #[arg(long, conflicts_with_all = ["range", "branch", "base", "since", "max_commits"])]
    submodules: bool,

    #[command(flatten)]
    cache: CacheArgs,

    /// Write a plan for taking what is found out of the history; it names no secret
    #[arg(long, value_name = "FILE", help_heading = "Cleaning up",
        conflicts_with_all = ["range", "branch", "base", "since", "max_commits"])]
    cleanup_plan: Option<PathBuf>,
    /// Write the secrets themselves, as `git filter-repo --replace-text` reads them, to a new file that only you can read
    #[arg(long, value_name = "FILE", help_heading = "Cleaning up",
        conflicts_with_all = ["range", "branch", "base", "since", "max_commits"])]
    replace_text: Option<PathBuf>,

    /// Report what the commits of A..B bring: reached from B and not from A
    #[arg(long, value_name = "A..B", conflicts_with_all = ["branch", "base"], help_heading = "Ranges")]
    range: Option<String>,
    /// Report what the commits of a branch bring; can be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "base", help_heading = "Ranges")]
    branch: Vec<String>,
    /// Report what HEAD brings compared with REF, as for a pull request
    #[arg(long, value_name = "REF", help_heading = "Ranges")]
    base: Option<String>,
    /// Only commits since a day (2026-01-31), a time (RFC 3339), or so long ago (30d, 12h)
    #[arg(long, value_name = "TIME", help_heading = "Ranges")]
    since: Option<String>,
    /// At most the newest N commits
    #[arg(long, value_name = "N", help_heading = "Ranges")]
    max_commits: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve history
  keysieve history ../service --format jsonl | head
  keysieve history mirror.git --accept shallow
  keysieve history --base origin/main          what a pull request brings
  keysieve history --range v1.0..v1.1
  keysieve history --branch main --since 90d
  keysieve history --cleanup-plan plan.md

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete
(no repository, a shallow or partial clone, a damaged pack, a range without commits …).
A base that has every commit already is no mistake: 0, and the report says so.";

impl HistoryArgs {
    /// What to look at.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        self.check_cleanup()?;
        let plan = Plan { secrets: true, no_delta: self.no_delta, ..Plan::default() };
        match self.selection()? {
            Some(_) if self.cache.directory().is_some() => {
                bail!("--cache is for the whole history: of a range only what is new is read anyway")
            }
            Some(selection) => Ok(Plan { range: Some((self.repository.clone(), selection)), ..plan }),
            None => {
                let cache = self.cache.directory();
                Ok(Plan { history: Some(self.repository.clone()), submodules: self.submodules, cache, ..plan })
            }
        }
    }

    /// Demands files of their own for what a rewrite needs, before anything is scanned.
    fn check_cleanup(&self) -> anyhow::Result<()> {
        for (flag, path) in [("--cleanup-plan", &self.cleanup_plan), ("--replace-text", &self.replace_text)] {
            if path.as_deref() == Some(Path::new("-")) {
                bail!("{flag} -: name a file; on standard output is the report");
            }
        }
        let Some(path) = &self.replace_text else { return Ok(()) };
        let Ok(repository) = Repository::open(&self.repository, &GitEnvironment::from_process()) else { return Ok(()) };
        let directory = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let is_in = |outer: Option<&Path>| {
            let found = outer.and_then(|outer| outer.canonicalize().ok()).zip(directory.canonicalize().ok());
            found.is_some_and(|(outer, directory)| directory.starts_with(outer))
        };
        if is_in(repository.work_dir()) && !is_in(Some(repository.git_dir())) {
            bail!(
                "--replace-text {}: it holds the secrets themselves; name a file outside of the working tree, where nobody \
                 commits it",
                sanitize(&path.to_string_lossy())
            );
        }
        Ok(())
    }

    /// Writes what a rewrite of the history needs, as far as it was asked for.
    pub fn write_cleanup(&self, outcome: &Outcome) -> anyhow::Result<()> {
        if let Some(path) = &self.cleanup_plan {
            let written = output::plan_to_file(path, &outcome.report(Show::default()));
            written.with_context(|| format!("{}: cannot be written", path.display()))?;
        }
        if let Some(path) = &self.replace_text {
            let written = output::to_private_file(path, &cleanup::replacements(&outcome.findings));
            written.with_context(|| format!("{}: cannot be written as a new file", path.display()))?;
        }
        Ok(())
    }

    /// The range that the flags ask for; none for the whole history.
    fn selection(&self) -> anyhow::Result<Option<Selection>> {
        let mut selection = if let Some(base) = &self.base {
            range::since_base(base)?
        } else if let Some(written) = &self.range {
            range::written(written)?
        } else if !self.branch.is_empty() {
            Selection { wanted: self.branch.iter().cloned().map(End::Branch).collect(), ..Selection::default() }
        } else if self.since.is_some() || self.max_commits.is_some() {
            Selection { wanted: vec![End::Refs(String::new())], ..Selection::default() }
        } else {
            return Ok(None);
        };
        selection.most = self.max_commits.map(NonZero::get);
        if let Some(since) = &self.since {
            selection.since = Some(time::moment("--since", since, self.judge.now()?)?.as_second());
        }
        Ok(Some(selection))
    }
}
