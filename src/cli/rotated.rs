//! `keysieve rotated`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::tz::TimeZone;

use super::configuration::{self, lines};
use super::time;
use crate::config::policy::parse_day;
use crate::config::{self, record};

/// Record in keysieve.toml that a secret was rotated
///
/// Appends a [[rotated]] entry with the fingerprint of the old value, as reports name it; what the file holds stays as it
/// is. Whoever has the fingerprint learns nothing of the secret.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct RotatedArgs {
    /// Fingerprint of the value that was replaced: ks1: and 32 hexadecimal digits
    fingerprint: String,
    /// The day on which it was replaced [default: today]
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    /// Who did it
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Write to this file instead of the keysieve.toml at the top of the repository
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

const AFTER: &str = "\
Examples:
  keysieve rotated ks1:0123456789abcdef0123456789abcdef
  keysieve rotated ks1:0123456789abcdef0123456789abcdef --at 2026-11-02 --by @alice

Exit codes: 0, or 2 if nothing could be written.";

impl RotatedArgs {
    /// Writes the entry and says so. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let at = match &self.at {
            Some(text) => parse_day(text).with_context(|| format!("--at {text}: write 2026-01-31"))?,
            None => time::now(None)?.to_zoned(TimeZone::UTC).date(),
        };
        if at > time::now(None)?.to_zoned(TimeZone::UTC).date() {
            bail!("--at {at}: that day is to come; record a rotation when it has been made");
        }
        // What lies below the top does not count for the history, which tells of rotations.
        let home = configuration::top(Path::new("")).map(|top| configuration::near(&top)).unwrap_or_default();
        let own = || config::find(&home).unwrap_or_else(|| home.join(config::FILE_NAMES[0]));
        let file = self.config.clone().unwrap_or_else(own);
        let recorded = record::rotated(&file, &self.fingerprint, at, self.by.as_deref())
            .map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        let mut out = std::io::stdout().lock();
        let what = if recorded.is_new { "made, with" } else { "added:" };
        write!(out, "{}:{}: {what}\n{}", recorded.file, recorded.line, recorded.entry)?;
        Ok(0)
    }
}
