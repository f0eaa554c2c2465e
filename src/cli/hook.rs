//! `keysieve hook`.

use clap::{Args, Subcommand};

mod file;
mod global;
mod husky;
mod install;
mod manager;
mod run;
mod script;
mod status;

/// Scan as a git hook, and install the hooks
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct HookArgs {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Subcommand, Debug)]
enum HookCommand {
    Install(install::InstallArgs),
    Uninstall(install::UninstallArgs),
    Status(status::StatusArgs),
    Run(Box<run::RunArgs>),
}

const AFTER: &str = "\
Examples:
  keysieve hook install
  keysieve hook status
  keysieve hook run pre-commit

Exit codes: 0 done, 1 findings, 2 usage or configuration error, 3 incomplete.";

impl HookArgs {
    /// Does what is asked for. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        match &self.command {
            HookCommand::Install(args) => args.run(),
            HookCommand::Uninstall(args) => args.run(),
            HookCommand::Status(args) => args.run(),
            HookCommand::Run(args) => args.run(),
        }
    }
}

/// What is run before a commit of the repository here, in words.
///
/// # Errors
/// If there is no repository that has commits of its own, or it cannot be read.
pub fn before_commits() -> anyhow::Result<String> {
    status::of(&install::places()?, script::Hook::PreCommit)
}
