//! Rule packs beside the built-in rules.

use std::path::{Path, PathBuf};

use super::ConfigError;
use super::checks::{self, CheckSource};
use super::read::{LARGEST, display, read};
use crate::rule::pack::{self, Added, Pack};
use crate::rule::set::RuleSet;
use crate::rule::validate::PackError;

/// The rules of packs beside the built-in ones.
#[derive(Debug)]
pub struct Packs {
    /// All rules.
    pub rules: RuleSet,
    /// Where the packs' rules stand.
    pub packs: Vec<Pack>,
    /// The checks that the packs declare.
    pub checks: Vec<CheckSource>,
    /// What was not carried over from rule files of other tools.
    pub warnings: Vec<ConfigError>,
}

/// The built-in rules with those of the packs beside them; `known_checks` are the ids of the built-in checks.
///
/// # Errors
/// Everything that is wrong with every pack.
pub fn load_packs(paths: &[PathBuf], known_checks: &[&str]) -> Result<Packs, Vec<ConfigError>> {
    let mut loaded = Packs { rules: RuleSet::builtin(), packs: Vec::new(), checks: Vec::new(), warnings: Vec::new() };
    let mut errors = Vec::new();
    for path in paths {
        match load_pack(&mut loaded.rules, path, &mut loaded.checks, &mut loaded.warnings) {
            Ok((text, added)) => loaded.packs.push(Pack::new(display(path), text, added)),
            Err(faults) => errors.extend(faults),
        }
    }
    errors.extend(checks::clashes(&loaded.checks, known_checks, &loaded.rules));
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

/// Returns the pack's text, and what was loaded of it.
pub(super) fn load_pack(
    rules: &mut RuleSet,
    path: &Path,
    checks: &mut Vec<CheckSource>,
    warnings: &mut Vec<ConfigError>,
) -> Result<(String, Added), Vec<ConfigError>> {
    let text = read(path, LARGEST)?;
    let name = display(path);
    let mut added = pack::load(rules, &text).map_err(|faults| pack_errors(&name, faults))?;
    warnings.extend(pack_errors(&name, std::mem::take(&mut added.warnings)));
    checks.extend(checks::of_pack(&name, &text)?);
    Ok((text, added))
}

pub(super) fn pack_errors(file: &str, faults: Vec<PackError>) -> Vec<ConfigError> {
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
