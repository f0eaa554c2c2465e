//! `keysieve explain`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::configuration::load_here;
use crate::policy::Checks;
use crate::rule::builtin::way_out_class;
use crate::rule::set::RuleSet;
use crate::run::{of_check, of_rule};

/// Say what a rule or check is about, and what to do
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ExplainArgs {
    /// Id of a rule or check, as reports name it
    id: String,
    /// Read this keysieve.toml instead of the one here or above
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One more pack of rules and checks (TOML); can be given several times
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
}

const AFTER: &str = "\
Examples:
  keysieve explain github-personal-access-token
  keysieve explain key-without-rotation

Rules and checks of your own are known where keysieve.toml or a pack declares them.

Exit codes: 0, or 2 if there is no such rule or check.";

/// How much alike an id must be to be proposed, from 0 to 1.
const LIKENESS: f64 = 0.9;

impl ExplainArgs {
    /// Prints the page. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (mut rules, mut checks) = (RuleSet::builtin(), Checks::default());
        // What is built in is explained also where the configuration does not load.
        if rules.by_id(&self.id).is_none() && checks.find(&self.id).is_none() {
            let loaded = load_here(self.config.as_deref(), &self.rules)?;
            (rules, checks) = (loaded.config.rules, loaded.checks);
        }
        let rule = rules.by_id(&self.id).map(|(_, rule)| rule);
        let Some(descriptor) = rule.map(of_rule).or_else(|| checks.find(&self.id).map(of_check)) else {
            let ids =
                rules.iter().map(|(_, rule)| rule.id.as_ref()).chain(checks.all().iter().map(|check| check.meta().id));
            let alike =
                ids.map(|id| (strsim::jaro_winkler(id, &self.id), id)).max_by(|one, other| one.0.total_cmp(&other.0));
            let meant = alike.filter(|(likeness, _)| *likeness > LIKENESS).map(|(_, id)| format!("; is it `{id}`?"));
            let meant = meant.unwrap_or_else(|| ";".to_owned());
            bail!("there is no rule or check `{}`{meant} `keysieve rules list` shows them all", self.id);
        };
        let mut out = std::io::stdout().lock();
        write!(out, "{}\n\nSeverity: {}. Id: {}.", descriptor.help.trim_end(), descriptor.severity, descriptor.id)?;
        match rule.map(|rule| way_out_class(&rule.way_out)) {
            Some(None) => writeln!(out, " The steps are written for this rule.")?,
            Some(Some(class)) => writeln!(out, " The steps are those of the class {class}.")?,
            None => writeln!(out)?,
        }
        Ok(0)
    }
}
