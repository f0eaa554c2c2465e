//! `keysieve rules`.

use std::io::Write as _;

use clap::{Args, Subcommand};

use crate::policy;
use crate::rule::set::RuleSet;

/// List the rules and checks
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Every rule and check with its severity and title
    #[command(after_help = AFTER)]
    List,
}

const AFTER: &str = "\
Examples:
  keysieve rules list
  keysieve rules list | grep github

Exit codes: 0, or 2 for a bad flag.";

impl RulesArgs {
    /// Prints the list. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let RulesCommand::List = self.command;
        let rules = RuleSet::builtin();
        let mut rows: Vec<(String, String, String)> = rules
            .iter()
            .map(|(_, rule)| (rule.id.to_string(), rule.severity.to_string(), rule.title.to_string()))
            .collect();
        rows.extend(policy::check::ALL.iter().map(|check| {
            let meta = check.meta();
            (meta.id.to_owned(), meta.severity.to_string(), meta.title.to_owned())
        }));
        let width = rows.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for (id, severity, title) in rows {
            writeln!(out, "{id:width$}  {severity:8}  {title}")?;
        }
        out.flush()?;
        Ok(0)
    }
}
