//! `keysieve rules new`.

use std::io::Write as _;

use clap::Args;

use crate::run::draft;

/// Write the first draft of a pack to standard output
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct NewArgs {
    /// The provider's name as people write it
    provider: String,
}

const AFTER: &str = "\
The draft loads and passes `keysieve rules test` as it is; its comments say what to put where.

Examples:
  keysieve rules new Acme > acme.toml
  keysieve rules new \"Acme Cloud\"

Exit codes: 0, or 2 if the name cannot be a provider's.";

impl NewArgs {
    /// Prints the draft. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let text = draft::draft(&self.provider).map_err(anyhow::Error::msg)?;
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(0)
    }
}
