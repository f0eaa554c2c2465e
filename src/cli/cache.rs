//! `--cache`: what is known of a history from run to run.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::PoisonError;

use clap::Args;
use indicatif::HumanCount;

use crate::run::{Plan, Progress, Reused};

/// The flag of commands that read a whole history.
#[derive(Args, Debug)]
pub struct CacheArgs {
    /// Keep in DIR which objects of the history held nothing, and do not read those again; one directory for each repository
    #[arg(long, value_name = "DIR", help_heading = "Configuration")]
    cache: Option<PathBuf>,
}

impl CacheArgs {
    /// The directory, if one is named.
    pub fn directory(&self) -> Option<PathBuf> {
        self.cache.clone()
    }
}

/// Says on standard error how much of the history was known; the report is the same whether or not it was.
pub fn tell(plan: &Plan, progress: &Progress) {
    let reused = *progress.reused.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(directory), Some(Reused { new, again, quiet })) = (&plan.cache, reused) else { return };
    let _ = writeln!(
        anstream::stderr(),
        "keysieve: history cache {}: {} objects new, {} read again, {} not read",
        directory.display(),
        HumanCount(new),
        HumanCount(again),
        HumanCount(quiet)
    );
}
