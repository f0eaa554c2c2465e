//! `keysieve config`.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::configuration::ConfigArgs;
use crate::config::{schema, show};

/// Show the configuration that counts, and the schema of keysieve.toml
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct ConfigCommandArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    Show(ShowArgs),
    Schema(SchemaArgs),
}

/// Print the configuration that counts, each value with where it was stated
///
/// The text is a keysieve.toml: what is not stated in yours can be copied from it.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
struct ShowArgs {
    /// The policy for this file: that of its environment, with its owner
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// With all layers laid over one another, as it is in force: there is no other form
    #[arg(long)]
    effective: bool,
    /// text or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text", hide_possible_values = true)]
    format: ShowFormat,
    #[command(flatten)]
    configuration: ConfigArgs,
}

/// Print the JSON Schema of keysieve.toml, for editors
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
struct SchemaArgs {}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShowFormat {
    Text,
    Json,
}

const AFTER: &str = "\
Examples:
  keysieve config show
  keysieve config show --path deploy/prod/app.yml --format json
  keysieve config show --set policy.rotation.default=60d
  keysieve config schema > keysieve.schema.json

Exit codes: 0, or 2 for a bad flag or a configuration that does not load.";

impl ConfigCommandArgs {
    /// Prints what is asked for. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        match &self.command {
            ConfigCommand::Schema(SchemaArgs {}) => write!(out, "{}", schema::schema_text())?,
            ConfigCommand::Show(args) => {
                let here = PathBuf::from(".");
                let config = args.configuration.load(&here)?.config;
                let path = args.path.as_ref().map(|path| path.to_string_lossy().replace('\\', "/"));
                let path = path.as_deref().map(|path| path.strip_prefix("./").unwrap_or(path));
                let shown = show::Shown::new(&config, path.map(str::as_bytes));
                match args.format {
                    ShowFormat::Text => write!(out, "{}", shown.to_toml())?,
                    ShowFormat::Json => writeln!(out, "{:#}", shown.to_json())?,
                }
            }
        }
        out.flush()?;
        Ok(0)
    }
}
