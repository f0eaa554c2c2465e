//! `keysieve hook`.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::settings::JudgeArgs;
use crate::run::Plan;
use crate::source::{Purpose, Selection, pushed, received};

/// Scan as a git hook, with what git tells one
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct HookArgs {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Subcommand, Debug)]
enum HookCommand {
    Run(RunArgs),
}

/// Be a hook: scan what is about to be committed, pushed or received
///
/// pre-commit scans what the next commit would bring, as the index has it. pre-push and pre-receive read from standard
/// input what git writes there; removed refs are passed over. New is, for pre-push, what no remote-tracking ref reaches, and
/// for pre-receive what no ref of the repository reaches; the objects of the push are read in their quarantine.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
struct RunArgs {
    #[command(subcommand)]
    hook: Hook,
    #[command(flatten)]
    judge: JudgeArgs,
}

#[derive(Subcommand, Debug)]
enum Hook {
    /// Scan what the next commit would bring
    #[command(name = "pre-commit")]
    Commit,
    /// Scan what a push would bring; on the client
    #[command(name = "pre-push")]
    Push {
        /// What git gives the hook: the name and the address of the remote
        #[arg(hide = true, num_args = 0..=2)]
        remote: Vec<std::ffi::OsString>,
    },
    /// Scan what a push brings; on the server
    #[command(name = "pre-receive")]
    Receive,
}

const AFTER: &str = "\
Examples:
  keysieve hook run pre-commit
  keysieve hook run --fail-on high pre-push \"$@\"       in .git/hooks/pre-push
  keysieve hook run pre-receive                        in hooks/pre-receive

Exit codes: 0 clean or nothing new, 1 findings, 2 usage or configuration error, 3 incomplete.";

impl HookArgs {
    /// The flags that judge.
    pub fn judge(&self) -> &JudgeArgs {
        let HookCommand::Run(run) = &self.command;
        &run.judge
    }

    /// What to look at.
    pub fn plan(&self) -> anyhow::Result<Plan> {
        let HookCommand::Run(run) = &self.command;
        let here = PathBuf::from(".");
        let plan = Plan { secrets: true, ..Plan::default() };
        let selection = match &run.hook {
            Hook::Commit => return Ok(Plan { staged: Some(here), ..plan }),
            Hook::Push { .. } => pushed(&told()?)?,
            Hook::Receive => received(&told()?)?,
        };
        // A push that only removes refs brings nothing.
        let nothing = Selection { purpose: Purpose::Push, ..Selection::default() };
        Ok(Plan { range: Some((here, selection.unwrap_or(nothing))), ..plan })
    }
}

/// What git writes to the hook.
fn told() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input, where git says what is pushed")?;
    Ok(text)
}
