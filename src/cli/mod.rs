//! The command line: arguments, colours, progress, and everything that is printed. Nobody imports it.

mod baseline;
mod cache;
mod check;
mod completions;
mod config;
mod configuration;
mod diff;
mod explain;
mod fingerprints;
mod hiding;
mod history;
mod hook;
mod init;
mod inventory;
mod lint;
mod man;
mod merge;
mod output;
mod progress;
mod range;
mod rotated;
mod rules;
mod scan;
mod settings;
mod time;
mod why;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::sync::{Arc, OnceLock};

use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::rule::builtin;
use crate::run::{self, Outcome, Plan, Progress, Settings};
use crate::source::Stop;
use settings::JudgeArgs;

/// Usage or configuration error.
const USAGE: u8 = 2;

/// Finds hard-coded tokens in files and git history, and checks configuration against rotation and scope policy.
///
/// keysieve is static: it never goes on the network, never runs another program, and never prints a secret unless it is
/// told to.
#[derive(Debug, Parser)]
#[command(name = "keysieve", version = version(), max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Baseline(baseline::BaselineArgs),
    Check(check::CheckArgs),
    Config(config::ConfigCommandArgs),
    Scan(scan::ScanArgs),
    History(history::HistoryArgs),
    Hook(hook::HookArgs),
    Inventory(inventory::InventoryArgs),
    Lint(lint::LintArgs),
    Diff(diff::DiffArgs),
    Merge(merge::MergeArgs),
    Explain(explain::ExplainArgs),
    Fingerprints(fingerprints::FingerprintsArgs),
    Rotated(rotated::RotatedArgs),
    Rules(rules::RulesArgs),
    Why(why::WhyArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The exit codes, as every help text ends with them.
const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found at or above --fail-on, and everything was scanned
  1  findings at or above --fail-on
  2  usage or configuration error: a path that does not exist, a bad flag or file
  3  the scan is incomplete: something that should have been scanned was not
2 goes before 1, 1 before 3.";

fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let (rules, kinds) = (builtin::RULES.len(), builtin::KINDS);
        format!("{} (rule pack {}, {rules} rules, {kinds} kinds)", env!("CARGO_PKG_VERSION"), builtin::DIGEST)
    })
}

/// Runs the command that `arguments` (the program's name first) ask for. Returns the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are printed like errors, but are none. A pipe that closed has nobody left to tell.
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    match cli.command.run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "{BOLD_RED}error:{BOLD_RED:#} {error:#}");
            USAGE
        }
    }
}

impl Command {
    /// Does what it says. Returns the exit code.
    fn run(&self) -> anyhow::Result<u8> {
        match self {
            Self::Check(args) => args.plan().and_then(|plan| judge(&plan, &args.judge)),
            Self::Scan(args) => args.plan().and_then(|plan| judge(&plan, &args.judge)),
            Self::History(args) => {
                args.plan().and_then(|plan| judge_and(&plan, &args.judge, |outcome| args.write_cleanup(outcome)))
            }
            Self::Hook(args) => args.run(),
            Self::Lint(args) => judge(&args.plan(), &args.judge),
            Self::Baseline(args) => args.run(),
            Self::Config(args) => args.run(),
            Self::Completions(args) => args.run(),
            Self::Diff(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Fingerprints(args) => args.run(),
            Self::Init(args) => args.run(),
            Self::Inventory(args) => args.run(),
            Self::Man(args) => args.run(),
            Self::Merge(args) => args.run(),
            Self::Rotated(args) => args.run(),
            Self::Rules(args) => args.run(),
            Self::Why(args) => args.run(),
        }
    }
}

const BOLD_RED: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What Ctrl-C sets; called once in a process.
fn interruptible() -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    let handler = Arc::clone(&stop);
    // A second Ctrl-C does not wait for the item at hand.
    let installed = ctrlc::set_handler(move || {
        if handler.requested() {
            #[allow(clippy::exit)]
            std::process::exit(130);
        }
        handler.request();
    });
    debug_assert!(installed.is_ok(), "the handler is set once in a process");
    stop
}

/// Runs a plan and writes its reports.
fn judge(plan: &Plan, args: &JudgeArgs) -> anyhow::Result<u8> {
    judge_and(plan, args, |_| Ok(()))
}

/// The same, and something more before the reports.
fn judge_and(plan: &Plan, args: &JudgeArgs, more: impl FnOnce(&Outcome) -> anyhow::Result<()>) -> anyhow::Result<u8> {
    judge_to(plan, args, &args.targets()?, more)
}

/// The same, with the reports written to `targets`.
fn judge_to(
    plan: &Plan,
    args: &JudgeArgs,
    targets: &[output::Target],
    more: impl FnOnce(&Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let settings = args.settings(plan)?;
    let outcome = outcome(plan, &settings)?;
    more(&outcome)?;
    let report = Report { time: args.stated_time()?, ..outcome.report(args.show()) };
    match output::write(targets, &report) {
        Ok(()) => Ok(outcome.exit_code),
        Err(error) if is_closed_pipe(&error) => Ok(outcome.exit_code),
        Err(error) => Err(error),
    }
}

/// Runs a plan to its end, or to Ctrl-C, while its progress is shown.
fn outcome(plan: &Plan, settings: &Settings) -> anyhow::Result<Outcome> {
    let stop = interruptible();
    let read = Progress::default();
    let outcome = progress::watch(&read, || run::run(plan, settings, &stop, &read))?;
    cache::tell(plan, &read);
    Ok(outcome)
}
