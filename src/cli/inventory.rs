//! `keysieve inventory`.

use std::path::PathBuf;

use clap::Args;

use super::configuration::{ConfigArgs, Loaded};
use super::settings::cause;
use super::{output, time};
use crate::finding::Confidence;
use crate::notice::Cause;
use crate::report::inventory::InventoryFormat;
use crate::run::{Plan, Settings};

/// List every credential, and every reference to one, with its owner, its store and its age
///
/// A row for each value that stands in a file and each credential that a file refers to: variables, paths in stores, secrets of
/// workflows and manifests. Entries of [[inventory]] join the rows of their name. No byte of a secret is shown.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct InventoryArgs {
    /// Directory or file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// List what stands in the git history, too, and say when each value was first seen
    #[arg(long)]
    history: bool,
    /// See what .gitignore and .ignore files hide
    #[arg(long)]
    no_ignore: bool,

    /// Format: table, json, csv, markdown or html
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = "Reports")]
    format: InventoryFormat,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Reports")]
    output: Option<PathBuf>,

    #[command(flatten)]
    configuration: ConfigArgs,
    /// What "now" is, for ages (2026-01-31 or RFC 3339); the clock by default
    #[arg(long, value_name = "TIME", help_heading = "Configuration")]
    now: Option<String>,
    /// Number of threads; the output does not depend on it
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    threads: Option<std::num::NonZeroUsize>,

    /// Values below this confidence are left out [default: medium]
    #[arg(long, value_name = "CONFIDENCE", value_enum, help_heading = "Verdict")]
    min_confidence: Option<Confidence>,
    /// Whatever was not read, for whatever reason, makes the inventory incomplete (exit 3)
    #[arg(long, help_heading = "Verdict")]
    strict: bool,
    /// Reasons that do not make the inventory incomplete, such as `shallow` or `unreadable`
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = cause, help_heading = "Verdict")]
    accept: Vec<Cause>,
}

const AFTER: &str = "\
Examples:
  keysieve inventory                   the credentials of this directory
  keysieve inventory --history --format csv -o credentials.csv
  keysieve inventory --format html -o credentials.html ../service

Exit codes: 0 complete, 2 usage or configuration error, 3 incomplete.";

impl InventoryArgs {
    /// Lists the credentials. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let plan = self.plan();
        let settings = self.settings(&plan)?;
        let outcome = super::outcome(&plan, &settings)?;
        let inventory = outcome.inventory();
        if let Some(gap) = inventory.gap().filter(|_| self.format == InventoryFormat::Csv) {
            output::say(&gap);
        }
        let write = |colour: bool, out: &mut dyn std::io::Write| self.format.write(&inventory, colour, out);
        match output::write_one(self.output.as_deref(), &write) {
            Err(error) if !super::is_closed_pipe(&error) => Err(error),
            _ => Ok(inventory.exit_code()),
        }
    }

    /// What to look at.
    fn plan(&self) -> Plan {
        Plan {
            paths: vec![self.path.clone()],
            secrets: true,
            inventory: true,
            history: self.history.then(|| self.path.clone()),
            no_ignore: self.no_ignore,
            ..Plan::default()
        }
    }

    fn settings(&self, plan: &Plan) -> anyhow::Result<Settings> {
        let Loaded { mut config, checks, .. } = self.configuration.load_for(plan)?;
        config.min_confidence = self.min_confidence.unwrap_or(config.min_confidence);
        Ok(Settings {
            config,
            checks,
            threads: super::settings::threads(self.threads),
            strict: self.strict,
            accept: self.accept.clone(),
            exit_zero: false,
            now: time::now(self.now.as_deref())?,
            explain: false,
            baseline: None,
            foreign: Vec::new(),
            no_inline: true,
            notes: Vec::new(),
            require_commits: 0,
            require_bytes: 0,
            max_places: None,
        })
    }
}
