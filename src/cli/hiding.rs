//! The flags that say what hides findings, and the files that do.

use std::path::PathBuf;

use clap::Args;

use super::configuration::{Loaded, lines};
use crate::suppress::baseline::Baseline;
use crate::suppress::foreign;

/// A baseline larger than this is refused: a line for each of some 200,000 findings.
pub const BASELINE_MOST: u64 = 64 * 1024 * 1024;
/// The same for a file of another tool.
const FOREIGN_MOST: u64 = 16 * 1024 * 1024;

/// Flags that say what hides findings.
#[derive(Args, Debug)]
pub struct HidingArgs {
    /// Report only what FILE does not list, as `keysieve baseline create` writes it
    #[arg(long, value_name = "FILE", help_heading = "Verdict")]
    baseline: Option<PathBuf>,
    /// Let no comment hide anything
    #[arg(long, help_heading = "Verdict")]
    pub no_inline: bool,
    /// List what is hidden one by one, also in the formats that only count it otherwise
    #[arg(long, help_heading = "Reports")]
    pub show_suppressed: bool,
}

/// The files that hide findings.
#[derive(Default)]
pub struct Hiding {
    /// What was known before.
    pub baseline: Option<Baseline>,
    /// The files of other tools: the name and the text of each.
    pub foreign: Vec<(&'static str, String)>,
}

impl HidingArgs {
    /// Reads the files that count for what was loaded.
    pub fn load(&self, loaded: &Loaded) -> anyhow::Result<Hiding> {
        let suppression = &loaded.config.suppression;
        let named = self.baseline.as_deref().map(|path| loaded.home.named(path, "--baseline"));
        let named = named.or_else(|| suppression.baseline.clone());
        let baseline = match named {
            Some(file) => {
                let text = loaded.home.read(&file, BASELINE_MOST)?;
                let read = Baseline::read(&file.name(), &text, &loaded.config.fingerprint_key.id());
                Some(read.map_err(|errors| anyhow::anyhow!(lines(&errors)))?)
            }
            None => None,
        };
        Ok(Hiding { baseline, foreign: foreign_files(loaded)? })
    }
}

/// The files of other tools beside the control file.
pub fn foreign_files(loaded: &Loaded) -> anyhow::Result<Vec<(&'static str, String)>> {
    match loaded.config.suppression.foreign_files {
        true => loaded.home.beside(&foreign::FILES, FOREIGN_MOST),
        false => Ok(Vec::new()),
    }
}
