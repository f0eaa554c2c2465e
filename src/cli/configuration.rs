//! The flags that say which configuration counts, and its loading.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::warn;
use crate::config::policy::Preset;
use crate::config::{self, Config, ConfigError, Inputs};
use crate::policy;
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

impl ConfigArgs {
    /// The configuration for what lies at `start`.
    pub fn load(&self, start: &Path) -> anyhow::Result<Config> {
        let directory = directory(start);
        let found = if self.config.is_none() { find(&directory) } else { None };
        let known_checks = policy::check::ids();
        let inputs = Inputs {
            file: self.config.as_deref().or(found.as_deref()),
            // The owners of what is looked at, wherever the file of the command line lies.
            directory: if found.is_some() { None } else { Some(&directory) },
            packs: &self.rules,
            sets: &self.set,
            preset: self.preset,
            known_checks: &known_checks,
            git: Some(&at_revision),
        };
        let config = config::load(&inputs).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        warn(&config.warnings);
        Ok(config)
    }
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
