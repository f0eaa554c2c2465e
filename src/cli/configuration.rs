//! The flags that say which configuration counts, and its loading.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::warn;
use crate::config::checks::CheckSource;
use crate::config::policy::Preset;
use crate::config::{self, Config, ConfigError, Inputs};
use crate::policy::declared::own;
use crate::policy::{self, Checks};
use crate::source::{GitEnvironment, Repository};

/// Flags of every command that reads the configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// Read this keysieve.toml instead of the one in the scanned directory or above it
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// One more pack of rules (TOML), or rules of gitleaks; can be given several times
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    rules: Vec<PathBuf>,
    /// Which policy checks run [default: recommended]
    #[arg(long, value_name = "PRESET", value_enum, help_heading = "Configuration")]
    preset: Option<Preset>,
    /// Set a key of keysieve.toml, such as policy.rotation.default=60d; can be given several times
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Configuration")]
    set: Vec<String>,
}

/// The configuration, and the checks of the linter with those that it declares.
pub struct Loaded {
    pub config: Config,
    pub checks: Checks,
}

impl ConfigArgs {
    /// The configuration for what lies at `start`.
    pub fn load(&self, start: &Path) -> anyhow::Result<Loaded> {
        load(
            start,
            Inputs {
                file: self.config.as_deref(),
                packs: &self.rules,
                sets: &self.set,
                preset: self.preset,
                ..Inputs::default()
            },
        )
    }
}

/// The configuration for the current directory: of this file, or of the one that is found; with these packs.
pub fn load_here(file: Option<&Path>, packs: &[PathBuf]) -> anyhow::Result<Loaded> {
    load(Path::new("."), Inputs { file, packs, ..Inputs::default() })
}

fn load(start: &Path, inputs: Inputs<'_>) -> anyhow::Result<Loaded> {
    let directory = directory(start);
    let found = if inputs.file.is_none() { find(&directory) } else { None };
    let known_checks = policy::check::ids();
    let inputs = Inputs {
        file: inputs.file.or(found.as_deref()),
        // The owners of what is looked at, wherever the file of the command line lies.
        directory: if found.is_some() { None } else { Some(&directory) },
        known_checks: &known_checks,
        git: Some(&at_revision),
        ..inputs
    };
    let config = config::load(&inputs).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
    let checks = own_checks(&config.checks)?;
    warn(&config.warnings);
    Ok(Loaded { config, checks })
}

/// The built-in checks with those that these texts declare.
pub fn own_checks(sources: &[CheckSource]) -> anyhow::Result<Checks> {
    own::read(sources).map(Checks::with).map_err(|errors| anyhow::anyhow!(lines(&errors)))
}

/// Errors as they are printed, a line each.
pub fn lines(errors: &[ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n       ")
}

/// Reads a file of a revision for the configuration.
fn at_revision(directory: &Path, revision: &str, path: &str) -> Result<Vec<u8>, String> {
    let repository = Repository::open(directory, &GitEnvironment::from_process());
    repository.and_then(|repository| repository.file_at(revision, path)).map_err(|error| error.to_string())
}

fn directory(start: &Path) -> PathBuf {
    if start.is_dir() { start.to_owned() } else { start.parent().map(Path::to_path_buf).unwrap_or_default() }
}

/// The control file in a directory, or above it up to the top of the repository.
fn find(start: &Path) -> Option<PathBuf> {
    if let Some(found) = config::find(start) {
        return Some(found);
    }
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let absolute = start.canonicalize().ok()?;
    if !absolute.ancestors().any(|directory| directory.join(".git").exists()) {
        return None;
    }
    for directory in absolute.ancestors() {
        if let Some(found) = config::find(directory) {
            return Some(found);
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    None
}

impl ValueEnum for Preset {
    fn value_variants<'a>() -> &'a [Self] {
        &Preset::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.id()))
    }
}
