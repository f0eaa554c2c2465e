//! `keysieve check`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::cache::CacheArgs;
use super::range;
use super::settings::JudgeArgs;
use crate::run::Plan;
use crate::source::{GitEnvironment, Repository, Selection, SourceError};

/// Everything: files, staged content, git history and policy, in one run and one report
///
/// Scans the files at PATHS, what is staged, and every object of the git repository that they are in, whether or not a
/// branch still leads to it; and checks configuration files against the policy.
///
/// Of a change (--base, --range) it reports what that brings: the secrets of its commits, wherever they are, and the breaches
/// of the policy in the files at PATHS that were not there before.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CheckArgs {
    /// Directories and files of one repository
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// See what .gitignore and .ignore files hide
    #[arg(long)]
    no_ignore: bool,
    /// Report what HEAD brings compared with REF, as for a pull request
    #[arg(long, value_name = "REF", conflicts_with = "range", help_heading = "Changes")]
    base: Option<String>,
    /// Report what the commits of A..B bring, with B checked out
    #[arg(long, value_name = "A..B", help_heading = "Changes")]
    range: Option<String>,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve check                       this repository, a report for people
  keysieve check --format sarif -o keysieve.sarif
  keysieve check --base origin/main    what a pull request brings
  keysieve check --fail-on high --report json=keysieve.json ../other

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete.
A path without a git repository is scanned all the same; the report says so.";

/// Which repository a path is in, if any. An error where that cannot be known, which the scan says itself.
fn repository(path: &Path) -> Result<Option<PathBuf>, SourceError> {
    match Repository::open(path, &GitEnvironment::from_process()) {
        Ok(repository) => Ok(Some(repository.git_dir().canonicalize().unwrap_or_default())),
        Err(SourceError::NotARepository { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Refuses paths whose histories are not one.
fn one_history(first: &Path, others: &[PathBuf]) -> anyhow::Result<()> {
    for other in others {
        if let (Ok(one), Ok(another)) = (repository(first), repository(other))
            && one != another
        {
            let (first, other) = (first.display(), other.display());
            bail!("{first} and {other} are not in the same repository: run `keysieve check` for each of them");
        }
    }
    Ok(())
}

impl CheckArgs {
    /// The change that the flags ask for.
    fn selection(&self) -> anyhow::Result<Option<Selection>> {
        match (&self.base, &self.range) {
            (Some(base), _) => Ok(Some(range::since_base(base)?)),
            (None, Some(written)) if !written.contains("..") => {
                bail!("--range {written}: write A..B, as what is new is what A does not have")
            }
            (None, Some(written)) => Ok(Some(range::written(written)?)),
            (None, None) => Ok(None),
        }
    }

    /// What to look at.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        let (first, others) = self.paths.split_first().expect("clap gives a default");
        one_history(first, others)?;
        if let Some(selection) = self.selection()? {
            if self.cache.directory().is_some() {
                bail!("--cache is for the whole history: of a change only what is new is read anyway");
            }
            let range = Some((first.clone(), selection));
            return Ok(Plan {
                paths: self.paths.clone(),
                policy: true,
                range,
                no_ignore: self.no_ignore,
                ..Plan::default()
            });
        }
        Ok(Plan {
            paths: self.paths.clone(),
            secrets: true,
            policy: true,
            staged: Some(first.clone()),
            history: Some(first.clone()),
            history_optional: true,
            no_ignore: self.no_ignore,
            cache: self.cache.directory(),
            ..Plan::default()
        })
    }
}
