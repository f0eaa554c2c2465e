//! `keysieve fingerprints`: the same secret in several repositories.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::hiding::Hiding;
use super::settings::JudgeArgs;
use super::{interruptible, output, progress};
use crate::run::shared::{self, Exported, Visibility};
use crate::run::{self, Plan, Progress, Settings};

/// Find secrets that several repositories share
#[derive(Args, Debug)]
pub struct FingerprintsArgs {
    #[command(subcommand)]
    command: FingerprintsCommand,
}

#[derive(Debug, Subcommand)]
enum FingerprintsCommand {
    Export(Box<ExportArgs>),
    Join(JoinArgs),
}

/// Write a line for each secret of a repository: its fingerprint and where it stands, nothing of the secret
#[derive(Args, Debug)]
#[command(after_help = EXPORT)]
struct ExportArgs {
    /// The repository
    #[arg(default_value = ".")]
    path: PathBuf,
    /// What the repository is called [default: the name of its directory]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Who can read it
    #[arg(long, value_enum)]
    visibility: Option<Visibility>,
    #[command(flatten)]
    judge: JudgeArgs,
}

const EXPORT: &str = "\
All repositories need the same fingerprint-key in their keysieve.toml. --output FILE writes to a file.

Examples:
  keysieve fingerprints export --output payments.jsonl
  keysieve fingerprints join *.jsonl

Exit codes: 0, 2 usage or configuration error, 3 the scan is incomplete.";

/// Tell which secrets stand in more than one of the exports
#[derive(Args, Debug)]
#[command(after_help = JOIN)]
struct JoinArgs {
    /// Exports
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// text or json
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: JoinFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum JoinFormat {
    Text,
    Json,
}

const JOIN: &str = "\
Exit codes: 0 nothing is shared, 1 something is, 2 an export that cannot be read.";

impl ValueEnum for Visibility {
    fn value_variants<'a>() -> &'a [Self] {
        &[Visibility::Public, Visibility::Private]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Visibility::Public => "public",
            Visibility::Private => "private",
        }))
    }
}

impl FingerprintsArgs {
    /// Does what is asked. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        match &self.command {
            FingerprintsCommand::Export(args) => args.run(),
            FingerprintsCommand::Join(args) => args.run(),
        }
    }
}

impl ExportArgs {
    fn run(&self) -> anyhow::Result<u8> {
        let plan = Plan {
            paths: vec![self.path.clone()],
            secrets: true,
            history: Some(self.path.clone()),
            history_optional: true,
            ..Plan::default()
        };
        // What a repository hides from its reports exists all the same.
        let loaded = self.judge.configuration.load(&self.path)?;
        let settings = Settings { no_inline: true, ..self.judge.settings_of(loaded, Hiding::default())? };
        if !settings.config.fingerprint_key.is_keyed() {
            bail!(
                "there is no fingerprint-key: with the built-in one, whoever has an export could guess short secrets; \
                 put the same `fingerprint-key` (64 hexadecimal digits) into the keysieve.toml of every repository"
            );
        }
        let name = match &self.name {
            Some(name) => name.clone(),
            None => directory_name(&self.path).context("the directory has no name: give one with --name")?,
        };
        let stop = interruptible();
        let read = Progress::default();
        let outcome = progress::watch(&read, || run::run(&plan, &settings, &stop, &read))?;
        let mut lines = Vec::new();
        for exported in shared::export(&outcome, &settings.config.policy, &name, self.visibility) {
            serde_json::to_writer(&mut lines, &exported)?;
            lines.push(b'\n');
        }
        output::write_bytes(self.judge.output(), &lines)?;
        for notice in &outcome.notices {
            writeln!(anstream::stderr(), "not scanned: {}: {}", notice.subject, notice.detail)?;
        }
        Ok(if outcome.complete { 0 } else { 3 })
    }
}

fn directory_name(path: &Path) -> Option<String> {
    Some(path.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned())
}

impl JoinArgs {
    fn run(&self) -> anyhow::Result<u8> {
        let mut exports: Vec<Exported> = Vec::new();
        for path in &self.files {
            let name = path.display();
            let text = std::fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let exported: Exported = serde_json::from_str(line)
                    .with_context(|| format!("{name}:{}: no line of an export", number + 1))?;
                if let Some(first) = exports.first().filter(|first| first.fingerprint_key != exported.fingerprint_key) {
                    bail!(
                        "{name}:{}: made with another fingerprint key than the export of {}: give all repositories the \
                         same `fingerprint-key` and export again",
                        number + 1,
                        first.repository
                    );
                }
                exports.push(exported);
            }
        }
        let count = exports.len();
        let shared = shared::join(exports);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match self.format {
            JoinFormat::Json => {
                serde_json::to_writer_pretty(&mut out, &shared)?;
                writeln!(out)?;
            }
            JoinFormat::Text => {
                for group in &shared {
                    writeln!(out, "{}: {} ({})", group.severity, group.message, group.fingerprint)?;
                    for held in &group.held {
                        let live = if held.live { "in use" } else { "history only" };
                        let paths = held.paths.join(", ");
                        writeln!(out, "  {}: {} in {paths} ({live})", held.repository, held.rule)?;
                    }
                }
                let (files, groups) = (self.files.len(), shared.len());
                writeln!(out, "{groups} of {count} secrets in {files} exports stand in more than one repository")?;
            }
        }
        out.flush()?;
        Ok(u8::from(!shared.is_empty()))
    }
}
