//! `keysieve.toml`: from the user's file to settings, or to errors that point into the file.

pub mod policy;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::finding::{Confidence, Severity};
use crate::place::{FilePath, LineState, Positions};
use crate::rule::pack::{self, Pack};
use crate::rule::schema::RuleEntry;
use crate::rule::set::RuleSet;
use crate::rule::validate::PackError;
use crate::secret::FingerprintKey;
use policy::PolicySettings;

/// The names under which the file is looked for.
pub const FILE_NAMES: [&str; 2] = ["keysieve.toml", ".keysieve.toml"];
/// A control file larger than this is refused.
const LARGEST: u64 = 1024 * 1024;

/// What a `keysieve.toml` says, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Findings below this confidence are counted, not shown.
    pub min_confidence: Confidence,
    /// A finding of this severity or worse makes the exit code 1.
    pub fail_on: Severity,
    /// Globs of paths that are not scanned.
    pub exclude: globset::GlobSet,
    /// The rules: built-in ones, those of the packs, those of the file itself, less the disabled ones.
    pub rules: RuleSet,
    /// The key of the fingerprints.
    pub fingerprint_key: FingerprintKey,
    /// Rotation, lifetimes, scopes, and the switches of checks.
    pub policy: PolicySettings,
    /// What was not carried over from rule files of other tools.
    pub warnings: Vec<ConfigError>,
}

/// One thing that is wrong with a control file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the user would name it.
    pub file: String,
    /// Line from 1; none where the file as a whole is at fault.
    pub line: Option<u64>,
    /// What is wrong, and the remedy.
    pub reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    min_confidence: Option<Confidence>,
    fail_on: Option<Severity>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    #[serde(default)]
    disable: Vec<Spanned<String>>,
    fingerprint_key: Option<Spanned<String>>,
    provider: Option<String>,
    #[serde(default)]
    rule: Vec<Spanned<RuleEntry>>,
    #[serde(default)]
    policy: policy::PolicyTable,
    #[serde(default)]
    check: Vec<policy::CheckEntry>,
}

/// The control file in `directory`, if there is one.
#[must_use]
pub fn find(directory: &Path) -> Option<PathBuf> {
    FILE_NAMES.iter().map(|name| directory.join(name)).find(|path| path.symlink_metadata().is_ok())
}

/// Reads the control file at `path` (none: only the defaults) and the packs that the command line names. `known_checks` are
/// the ids that a `[[check]]` may name.
///
/// # Errors
/// Everything that is wrong with the files.
pub fn load(path: Option<&Path>, packs: &[PathBuf], known_checks: &[&str]) -> Result<Config, Vec<ConfigError>> {
    let mut rules = RuleSet::builtin();
    let mut warnings = Vec::new();
    for pack in packs {
        load_pack(&mut rules, pack, &mut warnings)?;
    }
    let Some(path) = path else {
        let config = resolve(File::default(), "", "keysieve.toml", Path::new("."), rules, known_checks)?;
        return Ok(Config { warnings, ..config });
    };
    let name = display(path);
    let text = read(path)?;
    let file: File = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| line_at(&text, span.start));
        vec![ConfigError { file: name.clone(), line, reason: error.message().to_owned() }]
    })?;
    let config = resolve(file, &text, &name, path.parent().unwrap_or(Path::new(".")), rules, known_checks)?;
    warnings.extend(config.warnings.iter().cloned());
    Ok(Config { warnings, ..config })
}

fn resolve(
    file: File,
    text: &str,
    name: &str,
    directory: &Path,
    mut rules: RuleSet,
    known_checks: &[&str],
) -> Result<Config, Vec<ConfigError>> {
    let error = |offset: usize, reason: String| ConfigError {
        file: name.to_owned(),
        line: Some(line_at(text, offset)),
        reason,
    };
    let mut warnings = Vec::new();
    for pack in &file.rules {
        load_pack(&mut rules, &directory.join(pack.get_ref()), &mut warnings)?;
    }
    pack::load_entries(&mut rules, text, file.provider.as_deref().unwrap_or("local"), &file.rule)
        .map_err(|faults| pack_errors(name, faults))?;
    let mut errors = Vec::new();
    for id in &file.disable {
        if rules.by_id(id.get_ref()).is_none() {
            errors.push(error(id.span().start, format!("disable: there is no rule `{}`", id.get_ref())));
        }
    }
    rules.retain(|rule| !file.disable.iter().any(|id| *id.get_ref() == rule.id));
    let mut exclude = globset::GlobSetBuilder::new();
    for glob in &file.exclude {
        match globset::GlobBuilder::new(glob.get_ref()).literal_separator(true).build() {
            Ok(glob) => {
                exclude.add(glob);
            }
            Err(fault) => errors.push(error(glob.span().start, format!("exclude: {fault}"))),
        }
    }
    let exclude = exclude.build().unwrap_or_else(|fault| {
        errors.push(ConfigError { file: name.to_owned(), line: None, reason: format!("exclude: {fault}") });
        globset::GlobSet::empty()
    });
    let fingerprint_key = match &file.fingerprint_key {
        None => FingerprintKey::unkeyed(),
        Some(key) => match data_encoding::HEXLOWER_PERMISSIVE.decode(key.get_ref().as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => FingerprintKey::new(&bytes),
            _ => {
                errors.push(error(key.span().start, "fingerprint-key: 64 hexadecimal digits (32 bytes)".to_owned()));
                FingerprintKey::unkeyed()
            }
        },
    };
    let mut policy = PolicySettings::default();
    let faults = policy.apply(&file.policy, &file.check, name, text, known_checks);
    errors.extend(faults.into_iter().map(|fault| error(fault.span.start, fault.message)));
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Config {
        min_confidence: file.min_confidence.unwrap_or(Confidence::Medium),
        fail_on: file.fail_on.unwrap_or(Severity::Medium),
        exclude,
        rules,
        fingerprint_key,
        policy,
        warnings,
    })
}

/// The rules of packs beside the built-in ones.
#[derive(Debug)]
pub struct Packs {
    /// All rules.
    pub rules: RuleSet,
    /// Where the packs' rules stand.
    pub packs: Vec<Pack>,
    /// What was not carried over from rule files of other tools.
    pub warnings: Vec<ConfigError>,
}

/// The built-in rules with those of the packs beside them.
///
/// # Errors
/// Everything that is wrong with every pack.
pub fn load_packs(paths: &[PathBuf]) -> Result<Packs, Vec<ConfigError>> {
    let mut loaded = Packs { rules: RuleSet::builtin(), packs: Vec::new(), warnings: Vec::new() };
    let mut errors = Vec::new();
    for path in paths {
        match load_pack(&mut loaded.rules, path, &mut loaded.warnings) {
            Ok(text) => loaded.packs.push(Pack::new(display(path), text)),
            Err(faults) => errors.extend(faults),
        }
    }
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

/// Returns the pack's text.
fn load_pack(rules: &mut RuleSet, path: &Path, warnings: &mut Vec<ConfigError>) -> Result<String, Vec<ConfigError>> {
    let text = read(path)?;
    let name = display(path);
    let left_out = pack::load(rules, &text).map_err(|faults| pack_errors(&name, faults))?;
    warnings.extend(pack_errors(&name, left_out));
    Ok(text)
}

fn pack_errors(file: &str, faults: Vec<PackError>) -> Vec<ConfigError> {
    faults
        .into_iter()
        .map(|fault| {
            let rule = fault.rule.map(|id| format!("rule `{id}`: ")).unwrap_or_default();
            ConfigError {
                file: file.to_owned(),
                line: Some(fault.line as u64),
                reason: format!("{rule}{}", fault.reason),
            }
        })
        .collect()
}

/// Reads a control file: a regular file of a sensible size, never through a symbolic link, which could lead anywhere.
fn read(path: &Path) -> Result<String, Vec<ConfigError>> {
    let error = |reason: String| vec![ConfigError { file: display(path), line: None, reason }];
    let metadata = path.symlink_metadata().map_err(|fault| error(format!("cannot be read: {fault}")))?;
    if metadata.is_symlink() {
        return Err(error("is a symbolic link; a control file must be a regular file".to_owned()));
    }
    if !metadata.is_file() {
        return Err(error("is not a regular file".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(error(format!("is larger than {LARGEST} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|fault| error(format!("cannot be read: {fault}")))?;
    String::from_utf8(bytes).map_err(|fault| {
        let offset = fault.utf8_error().valid_up_to();
        let mut state = LineState::default();
        state.advance(&fault.as_bytes()[..offset]);
        vec![ConfigError { file: display(path), line: Some(state.position().line), reason: "is not UTF-8".to_owned() }]
    })
}

fn display(path: &Path) -> String {
    let path = path.to_string_lossy();
    FilePath::from(path.strip_prefix("./").unwrap_or(&path)).display()
}

fn line_at(text: &str, offset: usize) -> u64 {
    Positions::new(text.as_bytes(), LineState::default()).at(offset).line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Config, Vec<ConfigError>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, text).unwrap();
        load(Some(&path), &[], &["workflow-write-all"])
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        let config = load_text("").unwrap();
        assert_eq!((config.min_confidence, config.fail_on), (Confidence::Medium, Severity::Medium));
        assert_eq!(config.rules.len(), RuleSet::builtin().len());
    }

    #[test]
    fn settings_are_read() {
        let text =
            "min-confidence = \"low\"\nfail-on = \"high\"\nexclude = [\"vendor/**\"]\ndisable = [\"json-web-token\"]\n";
        let config = load_text(text).unwrap();
        assert_eq!((config.min_confidence, config.fail_on), (Confidence::Low, Severity::High));
        assert!(config.exclude.is_match("vendor/a/b.c") && !config.exclude.is_match("src/a.c"));
        assert!(config.rules.by_id("json-web-token").is_none());
    }

    #[test]
    fn errors_point_into_the_file() {
        for (text, line, part) in [
            ("\nfail-on = \"huge\"", 2, "huge"),
            ("\n\nnothing = 1", 3, "nothing"),
            ("disable = [\n\"no-such-rule\"]", 2, "no-such-rule"),
            ("exclude = [\"a[\"]", 1, "exclude"),
            ("fingerprint-key = \"abc\"", 1, "hexadecimal"),
            ("a = ", 1, ""),
            ("[policy.rotation]\ndefault = \"soon\"", 2, "soon"),
            ("[[check]]\nid = \"no-such-check\"\nseverity = \"off\"", 2, "no-such-check"),
        ] {
            let errors = load_text(text).expect_err(text);
            assert_eq!(errors[0].line, Some(line), "{text}: {errors:?}");
            assert!(errors[0].reason.contains(part), "{text}: {errors:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(load(Some(&path), &[], &["workflow-write-all"]).unwrap_err()[0].reason.contains("symbolic link"));
    }
}
