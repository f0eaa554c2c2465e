//! `keysieve merge`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::output;
use crate::collate::{self, Input};

/// Put several reports together: SARIF of any tool, or JSON reports of keysieve
///
/// The runs of SARIF are kept apart, in the order of the files, and unchanged; 20 of them at most, for code scanning rejects a file
/// with more. JSON reports become one report: findings with the same fingerprint are joined, their places united, coverage is
/// added up, and the verdict is made anew.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct MergeArgs {
    /// The reports
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

const AFTER: &str = "\
Examples:
  keysieve merge -o all.sarif keysieve.sarif other-tool.sarif
  keysieve merge service-*.json > all.json

What stands in the files comes out as it is; other tools' SARIF may hold the secrets themselves.

Exit codes: 0, or 2 for files that cannot be read or put together.";

/// Bytes of a report that is read: what a report of many thousand findings has, many times over.
const MOST: u64 = 1 << 29;

impl MergeArgs {
    /// Merges and writes. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let inputs: Vec<Input> = self.files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        let merged = collate::merge(&inputs)?;
        merged.warnings.iter().for_each(|warning| output::say(warning));
        let mut out = serde_json::to_vec_pretty(&merged.tree)?;
        out.push(b'\n');
        match output::write_bytes(self.output.as_deref(), &out) {
            Err(error) if super::is_closed_pipe(&error) => {}
            written => written?,
        }
        Ok(0)
    }
}

/// Reads a report.
pub fn read(path: &Path) -> anyhow::Result<Input> {
    let name = path.display().to_string();
    let cannot = || format!("{name}: cannot be read");
    let size = path.metadata().with_context(cannot)?.len();
    if size > MOST {
        bail!("{name}: {size} bytes are more than the {MOST} that are read");
    }
    let bytes = std::fs::read(path).with_context(cannot)?;
    Ok(collate::read(&name, &bytes)?)
}
