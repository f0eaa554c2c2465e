//! `keysieve baseline`.

mod audit;
mod make;
mod show;

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::configuration::{Loaded, lines};
use super::hiding::{BASELINE_MOST, Hiding, foreign_files};
use super::output;
use super::settings::JudgeArgs;
use crate::config::NamedFile;
use crate::run::{Plan, Settings};
use crate::source::Paths;
use crate::suppress::baseline::Baseline;

/// The name of a baseline, where nobody gives another.
pub const NAME: &str = ".keysieve-baseline.jsonl";

/// Keep what is known in a file, so that only what is new is reported
///
/// A baseline has a line for each finding and path: its fingerprint, what somebody says of it, why, who answers for it and until
/// when. It holds no secret, no line number and no time, and survives edits, renames and rebases. Commit it.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct BaselineArgs {
    #[command(subcommand)]
    command: BaselineCommand,
}

#[derive(Subcommand, Debug)]
enum BaselineCommand {
    Create(make::CreateArgs),
    Update(make::UpdateArgs),
    Audit(audit::AuditArgs),
    Show(show::ShowArgs),
}

const AFTER: &str = "\
Examples:
  keysieve baseline create             write .keysieve-baseline.jsonl, and name it in keysieve.toml
  keysieve baseline audit              say of each entry what it is; go on where you stopped
  keysieve baseline update             take out what is gone, follow what was moved
  keysieve check --baseline FILE       report what is new

Exit codes: 0, 2 usage or configuration error, 3 the scan is incomplete and nothing was written.";

impl BaselineArgs {
    /// Does what is asked for. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        match &self.command {
            BaselineCommand::Create(args) => args.run(),
            BaselineCommand::Update(args) => args.run(),
            BaselineCommand::Audit(args) => args.run(),
            BaselineCommand::Show(args) => args.run(),
        }
    }
}

/// What every command here knows.
#[derive(Args, Debug)]
struct Common {
    /// The top of the repository, or a directory that is in none
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The baseline [default: the one that keysieve.toml names, else .keysieve-baseline.jsonl]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Common {
    /// Everything that `keysieve check` looks at: a baseline that saw less would call the rest new. With it the paths that
    /// entries have.
    fn plan(&self) -> anyhow::Result<(Plan, Paths)> {
        let plan = Plan {
            paths: vec![self.path.clone()],
            secrets: true,
            policy: true,
            staged: Some(self.path.clone()),
            history: Some(self.path.clone()),
            history_optional: true,
            ..Plan::default()
        };
        let paths = Paths::new(&plan.roots());
        if !paths.is_whole() {
            let top = output::shown(paths.top());
            bail!("a baseline is of the whole repository, whose top is {top}: name that");
        }
        Ok((plan, paths))
    }

    /// The file, and what it is called.
    fn named(&self, loaded: &Loaded) -> NamedFile {
        let stated = || loaded.config.suppression.baseline.clone();
        let flagged = self.file.as_deref().map(|path| NamedFile::new(path, "--file"));
        flagged.or_else(stated).unwrap_or_else(|| NamedFile::new(&loaded.home.directory.join(NAME), "its name"))
    }

    /// The path of the file.
    fn path_of(file: &NamedFile) -> anyhow::Result<PathBuf> {
        match file.path() {
            Some(path) => Ok(path.to_owned()),
            None => bail!("{}: is the baseline of a revision, which cannot be written", file.name()),
        }
    }

    /// The file as it is now, somebody else's answers in it.
    fn read_again(file: &NamedFile, key: &str) -> anyhow::Result<Baseline> {
        let text = file.read(BASELINE_MOST, None).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        Baseline::read(&file.name(), &text, key).map_err(|errors| anyhow::anyhow!(lines(&errors)))
    }

    fn read(file: &NamedFile, loaded: &Loaded) -> anyhow::Result<Baseline> {
        if file.path().is_some_and(|path| path.symlink_metadata().is_err_and(|it| it.kind() == ErrorKind::NotFound)) {
            bail!("{}: is not there; `keysieve baseline create` writes it", file.name());
        }
        let text = loaded.home.read(file, BASELINE_MOST)?;
        let read = Baseline::read(&file.name(), &text, &loaded.config.fingerprint_key.id());
        let baseline = read.map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        baseline.notes.iter().for_each(|note| output::say(note));
        Ok(baseline)
    }
}

/// The settings of a run with this baseline.
fn settings(judge: &JudgeArgs, loaded: Loaded, baseline: Option<Baseline>) -> anyhow::Result<Settings> {
    let foreign = foreign_files(&loaded)?;
    judge.settings_of(loaded, Hiding { baseline, foreign })
}
