//! `keysieve check`.

use std::path::PathBuf;

use clap::Args;

use super::settings::JudgeArgs;
use crate::run::Plan;

/// Everything: files, staged content, git history and policy, in one run and one report
///
/// Scans the files at PATH, what is staged, and every object of the git repository that PATH is in, whether or not a
/// branch still leads to it; and checks configuration files against the policy.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct CheckArgs {
    /// Directory or file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// See what .gitignore and .ignore files hide
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve check                       this repository, a report for people
  keysieve check --format sarif -o keysieve.sarif
  keysieve check --fail-on high --report json=keysieve.json ../other

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete.
A path without a git repository is scanned all the same; the report says so.";

impl CheckArgs {
    /// What to look at.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        Ok(Plan {
            paths: vec![self.path.clone()],
            secrets: true,
            policy: true,
            staged: Some(self.path.clone()),
            history: Some(self.path.clone()),
            history_optional: true,
            no_ignore: self.no_ignore,
            ..Plan::default()
        })
    }
}
