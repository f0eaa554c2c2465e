//! `keysieve.toml`: from the user's files to settings, or to errors that point into them.
//!
//! [`load`] gathers the layers (files that `extends` names, the control file, `--set`), lays them over the defaults, the lowest
//! first, and says everything that is wrong with each.

pub mod checks;
pub mod key;
mod layer;
pub mod owners;
mod packs;
pub mod policy;
mod read;
pub mod record;
pub mod rego;
pub mod schema;
pub mod show;
pub mod suppression;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::finding::{Confidence, Severity};
use crate::rule::pack;
use crate::rule::set::RuleSet;
use crate::secret::FingerprintKey;
use checks::CheckSource;
use layer::Layer;
pub use layer::{GitReader, NamedFile};
pub use packs::{Packs, load_packs};
use packs::{load_pack, pack_errors};
use policy::{Known, PolicySettings, Preset, Stated};
use rego::{RegoPack, RegoReader};
use suppression::Suppression;

/// The names under which the file is looked for.
pub const FILE_NAMES: [&str; 2] = ["keysieve.toml", ".keysieve.toml"];

/// What a `keysieve.toml` says, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Findings below this confidence are counted, not shown.
    pub min_confidence: Confidence,
    /// A finding of this severity or worse makes the exit code 1.
    pub fail_on: Severity,
    /// Where `min-confidence` and `fail-on` are stated, if they are.
    pub sources: BTreeMap<&'static str, String>,
    /// Globs of paths that are not scanned.
    pub exclude: globset::GlobSet,
    /// The same as they are written.
    pub excluded: Vec<Stated>,
    /// The rules: built-in ones, those of the packs, those of the files.
    pub rules: RuleSet,
    /// The rules whose findings are hidden, each with where that is stated.
    pub disabled: BTreeMap<String, String>,
    /// The key of the fingerprints.
    pub fingerprint_key: FingerprintKey,
    /// What the user states of policy.
    pub policy: PolicySettings,
    /// What may hide findings beside the exceptions of the policy.
    pub suppression: Suppression,
    /// The checks that the files and packs declare.
    pub checks: Vec<CheckSource>,
    /// The packs of Rego that the files name.
    pub rego: Vec<RegoPack>,
    /// What was not carried over from rule files of other tools.
    pub warnings: Vec<ConfigError>,
}

/// One thing that is wrong with a control file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the user would name it, or the flag.
    pub file: String,
    /// Line from 1; none where the file as a whole is at fault.
    pub line: Option<u64>,
    /// What is wrong, and the remedy.
    pub reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = veiled(&self.reason);
        // A flag stands in place of the file, with its value.
        let file = if self.file.starts_with("--") { veiled(&self.file) } else { self.file.as_str().into() };
        match self.line {
            Some(line) => write!(f, "{file}:{line}: {reason}"),
            None => write!(f, "{file}: {reason}"),
        }
    }
}

/// A text without what may be a secret: whoever puts a token where the id of a rule or a length of time belongs is shown how it
/// begins, and how long it is. Nothing of the rules is at hand where the configuration is wrong, so the shape of a word decides:
/// ids, paths and numbers are made of short parts.
fn veiled(text: &str) -> std::borrow::Cow<'_, str> {
    let is_part = |sign: char| sign.is_ascii_alphanumeric();
    let is_secret = |word: &str| {
        word.len() >= 16
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let mut veiled = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(is_part).map(|offset| at + offset) {
        let end = text[start..].find(|sign| !is_part(sign)).map_or(text.len(), |offset| start + offset);
        if is_secret(&text[start..end]) {
            veiled.push_str(&text[done..start + 4]);
            veiled.push_str(&format!("…({} bytes)", end - start));
            done = end;
        }
        at = end;
    }
    if done == 0 {
        return text.into();
    }
    veiled.push_str(&text[done..]);
    veiled.into()
}

/// What the configuration is loaded from.
#[derive(Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The control file; none for the defaults.
    pub file: Option<&'a Path>,
    /// Control files of directories below that of `file`, the uppermost first.
    pub below: &'a [PathBuf],
    /// The control file of the user, under all others.
    pub user: Option<&'a Path>,
    /// The directory in which `CODEOWNERS` is looked for; none for that of the control file.
    pub directory: Option<&'a Path>,
    /// Packs that the command line names.
    pub packs: &'a [PathBuf],
    /// `KEY=VALUE` of the command line: the uppermost layers.
    pub sets: &'a [String],
    /// The preset of the command line.
    pub preset: Option<Preset>,
    /// The ids that a `[[check]]` and an `[[exception]]` may name.
    pub known_checks: &'a [&'a str],
    /// The revision in which the control file, and whatever is named in it, is read instead of the working tree.
    pub revision: Option<&'a str>,
    /// How a file of a revision is read.
    pub git: Option<&'a GitReader<'a>>,
    /// Who says which checks a pack of Rego declares; none where no such pack is read.
    pub rego: Option<&'a RegoReader<'a>>,
}

/// The control file in `directory`, if there is one.
#[must_use]
pub fn find(directory: &Path) -> Option<PathBuf> {
    FILE_NAMES.iter().map(|name| directory.join(name)).find(|path| path.symlink_metadata().is_ok())
}

/// Loads the configuration.
///
/// # Errors
/// Everything that is wrong with the files and flags.
pub fn load(inputs: &Inputs<'_>) -> Result<Config, Vec<ConfigError>> {
    let mut rules = RuleSet::builtin();
    let mut warnings = Vec::new();
    let mut checks = Vec::new();
    for pack in inputs.packs {
        load_pack(&mut rules, pack, &mut checks, &mut warnings)?;
    }
    let layers = layer::gather(inputs)?;
    let (rego, rego_checks) = rego::gather(&layers, inputs)?;
    let mut config = resolve(&layers, rules, checks, inputs.known_checks, &rego_checks)?;
    config.rego = rego;
    if let Some(preset) = inputs.preset {
        config.policy.set_preset(preset, "--preset");
    }
    let beside = inputs.file.map(|file| file.parent().unwrap_or(Path::new("")));
    if let Some(directory) = inputs.directory.or(beside) {
        read_codeowners(&mut config.policy, directory, &mut warnings);
    }
    warnings.append(&mut config.warnings);
    Ok(Config { warnings, ..config })
}

/// The policy that one text states, over the built-in one and without any other layer.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn policy_of(text: &str, name: &str, known_checks: &[&str]) -> Result<PolicySettings, Vec<ConfigError>> {
    let layer = Layer::of_text(name, text)?;
    resolve(&[layer], RuleSet::builtin(), Vec::new(), known_checks, &[]).map(|config| config.policy)
}

fn resolve(
    layers: &[Layer],
    mut rules: RuleSet,
    mut checks: Vec<CheckSource>,
    known_checks: &[&str],
    rego_checks: &[String],
) -> Result<Config, Vec<ConfigError>> {
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    for layer in layers {
        for pack in &layer.file.rules {
            match layer.directory() {
                Some(directory) => {
                    load_pack(&mut rules, &directory.join(pack.get_ref()), &mut checks, &mut warnings)?;
                }
                None => {
                    let reason =
                        "rules: packs are files: only a file names them; `--rules` does so on the command line";
                    errors.push(layer.error(pack.span().start, reason.to_owned()));
                }
            }
        }
        let provider = layer.file.provider.as_deref().unwrap_or("local");
        pack::load_entries(&mut rules, &layer.text, provider, &layer.file.rule)
            .map_err(|faults| pack_errors(&layer.name, faults))?;
        checks.extend(CheckSource::of(&layer.name, &layer.text, &layer.file.check));
    }
    let rego_checks = rego_checks.iter().map(String::as_str);
    let known_checks: Vec<&str> = known_checks.iter().copied().chain(rego_checks).collect();
    errors.extend(checks::clashes(&checks, &known_checks, &rules));
    let own = checks.iter().flat_map(CheckSource::ids);
    let known_checks: Vec<&str> = known_checks.iter().copied().chain(own).collect();
    let mut policy = PolicySettings::default();
    let mut suppression = Suppression::default();
    let mut exclude = globset::GlobSetBuilder::new();
    let mut config_key = FingerprintKey::unkeyed();
    let (mut sources, mut excluded) = (BTreeMap::new(), Vec::new());
    let (mut min_confidence, mut fail_on) = (Confidence::Medium, Severity::Medium);
    let is_rule = |id: &str| rules.by_id(id).is_some();
    for layer in layers {
        let file = &layer.file;
        if let Some(stated) = &file.min_confidence {
            min_confidence = *stated.get_ref();
            sources.insert("min-confidence", layer.place(stated.span().start));
        }
        if let Some(stated) = &file.fail_on {
            fail_on = *stated.get_ref();
            sources.insert("fail-on", layer.place(stated.span().start));
        }
        for id in file.disable.iter().filter(|id| !is_rule(id.get_ref())) {
            errors.push(layer.error(id.span().start, format!("disable: there is no rule `{}`", id.get_ref())));
        }
        for glob in &file.exclude {
            match globset::GlobBuilder::new(glob.get_ref()).literal_separator(true).build() {
                Ok(it) => {
                    exclude.add(it);
                    excluded
                        .push(Stated { text: glob.get_ref().clone(), source: layer.place(glob.span().start).into() });
                }
                Err(fault) => errors.push(layer.error(glob.span().start, format!("exclude: {fault}"))),
            }
        }
        if let Some(key) = &file.fingerprint_key {
            match data_encoding::HEXLOWER_PERMISSIVE.decode(key.get_ref().as_bytes()) {
                Ok(bytes) if bytes.len() == 32 => config_key = FingerprintKey::new(&bytes),
                _ => {
                    let reason = "fingerprint-key: 64 hexadecimal digits (32 bytes)";
                    errors.push(layer.error(key.span().start, reason.to_owned()));
                }
            }
        }
        if let Err(fault) = suppression.lay(layer) {
            errors.push(fault);
        }
        let known = Known { checks: &known_checks, rules: &is_rule };
        let faults = policy.lay(&layer.policy(), known);
        errors.extend(faults.into_iter().map(|fault| layer.error(fault.span.start, fault.message)));
    }
    let exclude = exclude.build().unwrap_or_else(|fault| {
        let file = layers.last().map_or_else(String::new, |layer| layer.name.clone());
        errors.push(ConfigError { file, line: None, reason: format!("exclude: {fault}") });
        globset::GlobSet::empty()
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let stated = layers.iter().flat_map(|layer| layer.file.disable.iter().map(move |id| (layer, id)));
    let disabled = stated.map(|(layer, id)| (id.get_ref().clone(), layer.place(id.span().start))).collect();
    Ok(Config {
        min_confidence,
        fail_on,
        sources,
        exclude,
        excluded,
        rules,
        disabled,
        fingerprint_key: config_key,
        policy,
        suppression,
        checks,
        rego: Vec::new(),
        warnings,
    })
}

/// Reads the `CODEOWNERS` file of a directory, if it has one.
fn read_codeowners(policy: &mut PolicySettings, directory: &Path, warnings: &mut Vec<ConfigError>) {
    for name in owners::CODEOWNERS {
        let path = directory.join(name);
        if path.symlink_metadata().is_err() {
            continue;
        }
        match read::read(&path, read::LARGEST) {
            Ok(text) => policy.read_codeowners(name, &text),
            Err(faults) => warnings.extend(faults),
        }
        return;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Config, Vec<ConfigError>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, text).unwrap();
        load(&Inputs { file: Some(&path), known_checks: &["workflow-write-all"], ..Inputs::default() })
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
        assert!(config.disabled["json-web-token"].ends_with("keysieve.toml:4"));
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

    #[test]
    fn errors_show_no_value_that_may_be_a_secret() {
        let value: String = (0..36).map(|at| char::from(b"aB3dE6gH9"[at % 9])).collect();
        for text in [format!("disable = [\"abc_{value}\"]"), format!("[policy.rotation]\ndefault = \"{value}\"")] {
            let shown = load_text(&text).unwrap_err()[0].to_string();
            assert!(!shown.contains(&value[..8]) && shown.contains(" bytes)"), "{shown}");
        }
        for text in
            ["there is no rule `github-personal-access-token-2`", "/a/long/way/to/keysieve2.toml:12: no 90 days"]
        {
            assert_eq!(veiled(text), text);
        }
        assert_eq!(veiled(&format!("é {value} and {value}é")), "é aB3d…(36 bytes) and aB3d…(36 bytes)é");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let inputs = Inputs { file: Some(&path), ..Inputs::default() };
        assert!(load(&inputs).unwrap_err()[0].reason.contains("symbolic link"));
    }

    #[test]
    fn files_extend_others_and_the_upper_one_wins() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        std::fs::create_dir(directory.path().join("policy")).unwrap();
        write("policy/lowest.toml", "fail-on = \"low\"\n[policy.rotation]\nstripe = \"10d\"\n");
        write(
            "policy/base.toml",
            "extends = [\"lowest.toml\"]\npreset = \"strict\"\n[policy.rotation]\ndefault = \"60d\"\nstripe = \"20d\"\n",
        );
        write("keysieve.toml", "extends = [\"policy/base.toml\"]\n[policy.rotation]\ndefault = \"30d\"\n");
        let path = directory.path().join("keysieve.toml");
        let inputs = Inputs { file: Some(&path), sets: &["policy.lifetime.jwt=5m".to_owned()], ..Inputs::default() };
        let config = load(&inputs).unwrap();
        assert_eq!((config.fail_on, config.policy.preset()), (Severity::Low, Preset::Strict));
        let shown =
            |limit: &policy::Limit| (limit.text.to_string(), limit.source.rsplit('/').next().unwrap().to_owned());
        let pair = |text: &str, source: &str| (text.to_owned(), source.to_owned());
        assert_eq!(shown(config.policy.rotation(&[])), pair("30d", "keysieve.toml:3"));
        assert_eq!(shown(config.policy.rotation(&["stripe"])), pair("20d", "base.toml:5"));
        assert_eq!(shown(config.policy.lifetime("jwt").unwrap()), pair("5m", "--set"));
    }

    #[test]
    fn a_circle_of_files_and_a_long_chain_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        let path = directory.path().join("keysieve.toml");
        let reason = || load(&Inputs { file: Some(&path), ..Inputs::default() }).unwrap_err()[0].to_string();
        write("keysieve.toml", "\nextends = [\"a.toml\"]\n");
        write("a.toml", "extends = [\"./keysieve.toml\"]\n");
        assert!(reason().contains("a.toml:1") && reason().contains("itself"), "{}", reason());
        write("a.toml", "extends = [\"n0.toml\"]\n");
        for number in 0..9 {
            write(&format!("n{number}.toml"), &format!("extends = [\"n{}.toml\"]\n", number + 1));
        }
        write("n9.toml", "");
        assert!(reason().contains("more than 8"), "{}", reason());
        write("keysieve.toml", "\nextends = [\"nowhere.toml\"]\n");
        assert!(reason().contains("keysieve.toml:2: extends:") && reason().contains("nowhere.toml"), "{}", reason());
    }

    #[test]
    fn a_revision_is_read_by_whoever_loads() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, "extends = [\"git:main:policy/base.toml\"]\n").unwrap();
        let git = |_: &Path, revision: &str, path: &str| match (revision, path) {
            ("main", "policy/base.toml") => Ok(b"extends = [\"../more.toml\"]\npreset = \"minimal\"\n".to_vec()),
            ("main", "more.toml") => Ok(b"[policy.rotation]\ndefault = \"7d\"\n".to_vec()),
            _ => Err(format!("no {path} in {revision}")),
        };
        let config = load(&Inputs { file: Some(&path), git: Some(&git), ..Inputs::default() }).unwrap();
        assert_eq!(config.policy.preset(), Preset::Minimal);
        assert_eq!(config.policy.rotation(&[]).source, "git:main:more.toml:2");
        assert!(load(&Inputs { file: Some(&path), ..Inputs::default() }).is_err());
    }

    #[test]
    fn the_owners_of_the_repository_are_read() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(".github")).unwrap();
        std::fs::write(directory.path().join(".github/CODEOWNERS"), "*.tf @org/infra\n").unwrap();
        let path = directory.path().join("keysieve.toml");
        std::fs::write(&path, "[owners]\n\"*.tf\" = \"@ann\"\n\"src/\" = \"@org/core @bob\"\n").unwrap();
        let policy = load(&Inputs { file: Some(&path), ..Inputs::default() }).unwrap().policy;
        assert_eq!(policy.owner(b"a/b.tf").unwrap().source, ".github/CODEOWNERS:1");
        assert_eq!(policy.owner(b"src/a.rs").unwrap().names, ["@org/core", "@bob"]);
        std::fs::write(&path, "[owners]\nsource = [\"toml\", \"CODEOWNERS\"]\n\"*.tf\" = \"@ann\"\n").unwrap();
        let policy = load(&Inputs { file: Some(&path), ..Inputs::default() }).unwrap().policy;
        assert!(policy.owner(b"a/b.tf").unwrap().source.ends_with("keysieve.toml:3"));
    }
}
