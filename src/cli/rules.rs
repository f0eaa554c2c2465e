//! `keysieve rules`.

mod lint;
mod list;
mod new;
mod show;
mod stats;
mod test;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::configuration::{lines, own_checks};
use crate::config;
use crate::policy::{self, Checks};
use crate::rule::pack::Pack;
use crate::rule::set::RuleSet;

/// List, show, test, count and write rules, and checks of your own
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Test(test::TestArgs),
    Lint(lint::LintArgs),
    New(new::NewArgs),
    Stats(stats::StatsArgs),
}

const AFTER: &str = "\
Examples:
  keysieve rules list
  keysieve rules show github-personal-access-token
  keysieve rules new Acme > acme.toml
  keysieve rules test acme.toml
  keysieve rules lint acme.toml
  keysieve rules stats src

Exit codes: 0, 1 if test or lint finds something wrong, or 2 for a bad flag or a pack that does
not load.";

impl RulesArgs {
    /// Runs the subcommand. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        match &self.command {
            RulesCommand::List(args) => args.run(),
            RulesCommand::Show(args) => args.run(),
            RulesCommand::Test(args) => args.run(),
            RulesCommand::Lint(args) => args.run(),
            RulesCommand::New(args) => args.run(),
            RulesCommand::Stats(args) => args.run(),
        }
    }
}

/// The built-in rules with those of the packs, where the packs' rules stand, and the packs' checks.
fn load(files: &[PathBuf]) -> anyhow::Result<(RuleSet, Vec<Pack>, Checks)> {
    let known_checks = policy::check::ids();
    let loaded = config::load_packs(files, &known_checks).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
    let checks = own_checks(&loaded.checks, &[], None)?;
    super::output::warn(&loaded.warnings);
    Ok((loaded.rules, loaded.packs, checks))
}

/// The ids that a command is about: those of the packs, or where none was named those of the built-in rules.
fn subjects(rules: &RuleSet, packs: &[Pack]) -> std::collections::BTreeSet<String> {
    if packs.is_empty() {
        return rules.iter().map(|(_, rule)| rule.id.to_string()).collect();
    }
    packs.iter().flat_map(Pack::ids).map(str::to_owned).collect()
}

/// Where a rule gives a key: `file:line`, or `built-in`.
fn place(packs: &[Pack], id: &str, key: &str) -> String {
    let found = packs.iter().find_map(|pack| Some((&pack.file, pack.line(id, key)?)));
    found.map_or_else(|| "built-in".to_owned(), |(file, line)| format!("{file}:{line}"))
}

/// `1 rule`, `2 rules`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
