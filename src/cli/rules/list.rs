//! `keysieve rules list`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::super::configuration::load_here;
use crate::policy::Checks;
use crate::report::catalogue;
use crate::rule::builtin::way_out_class;
use crate::rule::set::RuleSet;

/// Every rule and check with its severity and title
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ListArgs {
    /// Format of the list
    #[arg(long, value_enum, default_value = "table")]
    format: ListFormat,
    /// Read this keysieve.toml instead of the one here or above
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    /// One line each: id, severity, title
    Table,
    /// An array of objects
    Json,
}

const AFTER: &str = "\
Examples:
  keysieve rules list
  keysieve rules list | grep github
  keysieve rules list --format json

Checks of your own are in it, wherever keysieve.toml declares them.

Exit codes: 0, or 2 for a bad flag or a configuration that does not load.";

/// What the list says of a rule or check. In JSON every field is there; what does not apply is `null`.
#[derive(Serialize)]
struct Row {
    id: String,
    provider: Option<String>,
    family: String,
    title: String,
    severity: String,
    kind: &'static str,
    lifetime: Option<&'static str>,
    scope: Option<String>,
    environment: Option<String>,
    publishable: Option<bool>,
    check: Option<&'static str>,
    /// `written` for the rule, or the class whose steps it has.
    way_out: Option<&'static str>,
    docs: Option<String>,
    /// The rule's place in the catalogue, below `docs/`.
    page: Option<String>,
}

impl ListArgs {
    /// Prints the list. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let rows = rows(&load_here(self.config.as_deref(), &[])?.checks);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match self.format {
            ListFormat::Table => {
                let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
                for row in rows {
                    writeln!(out, "{:width$}  {:8}  {}", row.id, row.severity, row.title)?;
                }
            }
            ListFormat::Json => {
                serde_json::to_writer_pretty(&mut out, &rows).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        }
        out.flush()?;
        Ok(0)
    }
}

/// The rules by id, then the checks by id.
fn rows(checks: &Checks) -> Vec<Row> {
    let rules = RuleSet::builtin();
    let secrets = rules.iter().map(|(_, rule)| Row {
        id: rule.id.to_string(),
        provider: Some(rule.provider.to_string()),
        family: rule.family.to_string(),
        title: rule.title.to_string(),
        severity: rule.severity.to_string(),
        kind: "secret",
        lifetime: Some(rule.lifetime.id()),
        scope: Some(rule.scope.to_string()),
        environment: rule.environment.as_ref().map(ToString::to_string),
        publishable: Some(rule.publishable),
        check: rule.check.map(|check| check.id()),
        way_out: Some(way_out_class(&rule.way_out).unwrap_or("written")),
        docs: rule.docs.as_ref().map(ToString::to_string),
        page: Some(catalogue::address(&rule.id)),
    });
    let checks = checks.metas().into_iter().map(|meta| Row {
        id: meta.id.to_owned(),
        provider: None,
        family: meta.family.id().to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity.to_string(),
        kind: "policy",
        lifetime: None,
        scope: None,
        environment: None,
        publishable: None,
        check: None,
        way_out: None,
        docs: None,
        page: None,
    });
    secrets.chain(checks).collect()
}
