//! `keysieve lint`.

use std::path::PathBuf;

use clap::Args;

use super::settings::JudgeArgs;
use crate::run::Plan;

/// Check configuration files against rotation, lifetime and scope policy
///
/// Reads workflows, Terraform, CloudFormation, Kubernetes manifests and other configuration, and compares what they state
/// with the policy of keysieve.toml, or with its defaults.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct LintArgs {
    /// Files and directories [default: .]
    paths: Vec<PathBuf>,
    /// See what .gitignore and .ignore files hide
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve lint
  keysieve lint infra .github/workflows --fail-on high
  keysieve explain workflow-write-all  what a check is about, and how to mend it

Exit codes: 0 clean, 1 findings, 2 usage or configuration error, 3 incomplete.";

impl LintArgs {
    /// What to look at.
    pub fn plan(&self) -> Plan {
        let paths = if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() };
        Plan { paths, policy: true, no_ignore: self.no_ignore, ..Plan::default() }
    }
}
