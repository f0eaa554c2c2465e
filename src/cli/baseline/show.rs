//! `keysieve baseline show`.

use std::io::{BufWriter, Write as _};

use clap::Args;

use super::Common;
use crate::cli::configuration::ConfigArgs;
use crate::cli::time;
use crate::place::sanitize;
use crate::suppress::baseline::State;

/// Print the entries, by state, and how many there are of each
#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    common: Common,
    /// What "now" is, for entries that end (2026-01-31 or RFC 3339); the clock by default
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    #[command(flatten)]
    configuration: ConfigArgs,
}

impl ShowArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let now = time::now(self.now.as_deref())?;
        let loaded = self.configuration.load(&self.common.path)?;
        let file = self.common.named(&loaded);
        let baseline = Common::read(&file, &loaded)?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut counts = Vec::new();
        for state in State::ALL {
            let entries: Vec<_> = baseline.entries().filter(|entry| entry.state == state).collect();
            if entries.is_empty() {
                continue;
            }
            counts.push(format!("{} {}", entries.len(), state.id()));
            for entry in entries {
                write!(out, "{} {} {}", state.id(), sanitize(&entry.rule), sanitize(&entry.path))?;
                if !entry.until.is_empty() {
                    let ended = if entry.has_ended(now) { ", which is over: it hides nothing" } else { "" };
                    write!(out, " (until {}{ended})", sanitize(&entry.until))?;
                }
                if !entry.owner.is_empty() {
                    write!(out, " {}", sanitize(&entry.owner))?;
                }
                writeln!(out)?;
                if !entry.reason.is_empty() {
                    writeln!(out, "  {}", sanitize(&entry.reason))?;
                }
                writeln!(out, "  {}", entry.fingerprint)?;
            }
        }
        let counts = if counts.is_empty() { "no entries".to_owned() } else { counts.join(", ") };
        writeln!(out, "{}: {counts}", file.name())?;
        out.flush()?;
        Ok(0)
    }
}
