//! `keysieve history`.

use std::path::PathBuf;

use clap::Args;

use super::settings::JudgeArgs;
use crate::run::Plan;

/// Find secrets in the whole history of a git repository
///
/// Every blob of every pack and every loose object is scanned once, whether or not a branch leads to it: merge
/// resolutions, stashes, dropped and amended commits; notes, the headers and messages of commits and annotated tags, the
/// names of files, branches and tags, what Git LFS keeps here, and the configuration of the repository itself. Each
/// finding says which commit brought it and whether HEAD still holds it.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct HistoryArgs {
    /// The repository, or a directory in it
    #[arg(default_value = ".")]
    repository: PathBuf,
    /// Scan the histories of submodules that are here, too
    #[arg(long)]
    submodules: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve history
  keysieve history ../service --format jsonl | head
  keysieve history mirror.git --accept shallow

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete
(no repository, a shallow or partial clone, a damaged pack …).";

impl HistoryArgs {
    /// What to look at.
    pub fn plan(&self) -> Plan {
        Plan { secrets: true, history: Some(self.repository.clone()), submodules: self.submodules, ..Plan::default() }
    }
}
