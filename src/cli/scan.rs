//! `keysieve scan`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::settings::JudgeArgs;
use crate::run::Plan;

/// Find secrets in files, in what is staged, or in standard input
///
/// Hidden files are scanned, .git is not; what .gitignore excludes is not scanned but counted. Names of files are
/// scanned, too. Files of any kind are read: a zero byte hides nothing that has a distinctive format.
///
/// Of what is staged, and of a patch, only what it brings is reported: what stood in the same file before is not new.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ScanArgs {
    /// Files and directories; `-` is standard input [default: .]
    paths: Vec<PathBuf>,
    /// Scan what the next commit would add or change, as it is in the index, instead of files; with a path only what is there
    #[arg(long, conflicts_with = "no_ignore")]
    staged: bool,
    /// Scan what a patch brings: FILE, or `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["staged", "no_ignore", "paths"])]
    diff: Option<PathBuf>,
    /// See what .gitignore and .ignore files hide
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve scan                        the files below this directory
  keysieve scan src config/app.yml
  keysieve scan --staged               what the next commit would add
  git diff main | keysieve scan --diff -
  kubectl get cm -o yaml | keysieve scan -

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete.";

impl ScanArgs {
    /// What to look at.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        let stdin = self.paths.iter().any(|path| path == Path::new("-"));
        if let Some(patch) = &self.diff {
            return Ok(Plan { secrets: true, patch: Some(patch.clone()), ..Plan::default() });
        }
        if self.staged {
            if self.paths.len() > 1 || stdin {
                bail!("--staged takes at most one path: what is staged there");
            }
            let within = self.paths.first().cloned();
            let repository = within.clone().unwrap_or_else(|| PathBuf::from("."));
            return Ok(Plan { secrets: true, staged: Some(repository), staged_within: within, ..Plan::default() });
        }
        let mut paths: Vec<PathBuf> = self.paths.iter().filter(|path| *path != Path::new("-")).cloned().collect();
        if paths.is_empty() && !stdin {
            paths.push(PathBuf::from("."));
        }
        Ok(Plan { paths, secrets: true, stdin, no_ignore: self.no_ignore, ..Plan::default() })
    }
}
