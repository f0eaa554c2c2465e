//! The flags that say which configuration counts, and its loading.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{say, shown, warn};
use crate::config::checks::CheckSource;
use crate::config::policy::{PolicySettings, Preset};
use crate::config::rego::RegoPack;
use crate::config::{self, Config, ConfigError, Inputs, NamedFile};
use crate::policy::declared::own;
use crate::policy::{self, Checks, rego};
use crate::run::Plan;
use crate::secret::FingerprintKey;
use crate::source::{GitEnvironment, Repository, paths};
use crate::suppress::foreign;

/// Flags of every command that reads the configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// Read this keysieve.toml instead of the one in the scanned directory or above it
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// Read keysieve.toml, and what it names, as this revision has them: a change is not judged by what it says of itself
    #[arg(long, value_name = "REV", help_heading = "Configuration")]
    config_from: Option<String>,
    /// Make fingerprints under the key in FILE (64 hexadecimal digits) instead of that of keysieve.toml
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    fingerprint_key_file: Option<PathBuf>,
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
    /// Where it was found.
    pub home: Home,
}

/// Where control files lie.
pub struct Home {
    /// The directory of the control file, or where it was looked for in vain.
    pub directory: PathBuf,
    /// The control file of the working tree, if that was read.
    pub file: Option<PathBuf>,
    /// The revision that counts instead of the working tree.
    revision: Option<String>,
}

impl Home {
    /// A file that a flag names, from where control files lie.
    pub fn named(&self, path: &Path, flag: &str) -> NamedFile {
        match &self.revision {
            Some(revision) => NamedFile::in_revision(&self.directory, revision, &path.to_string_lossy(), flag),
            None => NamedFile::new(path, flag),
        }
    }

    /// What a named file says.
    pub fn read(&self, file: &NamedFile, most: u64) -> anyhow::Result<String> {
        file.read(most, Some(&at_revision)).map_err(|errors| anyhow::anyhow!(lines(&errors)))
    }

    /// Says which control files `HEAD` has otherwise than the revision that counts instead: a change that edits what hides
    /// findings, or what is asked for, is not judged by that, and whoever reads the report is to know.
    pub fn passed_over(&self, named: Option<&Path>, baseline: Option<&NamedFile>) -> Option<String> {
        let revision = self.revision.as_deref()?;
        let repository = Repository::open(or_here(&self.directory), &GitEnvironment::from_process()).ok()?;
        let own = config::FILE_NAMES.iter().chain([&super::baseline::NAME]).chain(&foreign::FILES);
        let mut names: Vec<String> = own.map(|name| (*name).to_owned()).collect();
        names.extend(named.map(|path| path.to_string_lossy().into_owned()));
        names.extend(baseline.and_then(|file| file.name().rsplit_once(':').map(|(_, path)| path.to_owned())));
        let at = |revision: &str, name: &str| repository.file_at(revision, name).ok();
        let mut changed: Vec<String> =
            names.into_iter().filter(|name| at("HEAD", name) != at(revision, name)).collect();
        changed.sort_unstable();
        changed.dedup();
        let verb = if changed.len() == 1 { "differs" } else { "differ" };
        let names = changed.join(", ");
        (!changed.is_empty()).then(|| format!("{names} {verb} from what {revision} has, which counts here"))
    }

    /// The texts of those of `names` that are there: beside the control file, or at the top of the repository in a revision.
    pub fn beside(&self, names: &[&'static str], most: u64) -> anyhow::Result<Vec<(&'static str, String)>> {
        let mut texts = Vec::new();
        for name in names {
            let is_there = match &self.revision {
                Some(revision) => is_at(&self.directory, revision, name)?,
                None => self.directory.join(name).symlink_metadata().is_ok(),
            };
            if is_there {
                let file = match &self.revision {
                    Some(revision) => NamedFile::in_revision(&self.directory, revision, name, "--config-from"),
                    None => NamedFile::new(&self.directory.join(name), "its name"),
                };
                texts.push((*name, self.read(&file, most)?));
            }
        }
        Ok(texts)
    }
}

impl ConfigArgs {
    /// The control file that is named.
    pub fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The configuration for what lies at `start`.
    pub fn load(&self, start: &Path) -> anyhow::Result<Loaded> {
        self.load_within(start, &|_| true)
    }

    /// The configuration for what a plan looks at. The file of a directory is for what lies in it: where more is looked at it
    /// does not count, lest it hides or finds elsewhere.
    pub fn load_for(&self, plan: &Plan) -> anyhow::Result<Loaded> {
        self.load_within(&start(plan), &|directory| stays_in(plan, directory))
    }

    fn load_within(&self, start: &Path, stays_in: &dyn Fn(&Path) -> bool) -> anyhow::Result<Loaded> {
        let mut loaded = load(
            start,
            stays_in,
            Inputs {
                file: self.config.as_deref(),
                packs: &self.rules,
                sets: &self.set,
                preset: self.preset,
                revision: self.config_from.as_deref(),
                ..Inputs::default()
            },
        )?;
        if let Some(path) = &self.fingerprint_key_file {
            loaded.config.fingerprint_key = key_of(path)?;
        }
        Ok(loaded)
    }
}

/// The configuration for the current directory: of this file, or of the one that is found; with these packs.
pub fn load_here(file: Option<&Path>, packs: &[PathBuf]) -> anyhow::Result<Loaded> {
    load(Path::new("."), &|_| true, Inputs { file, packs, ..Inputs::default() })
}

/// What a plan looks at first: in its directory or above it lies the control file.
pub fn start(plan: &Plan) -> PathBuf {
    let range = plan.range.as_ref().map(|(path, _)| path);
    let named = plan.paths.first().or(plan.history.as_ref()).or(plan.staged.as_ref()).or(range);
    named.cloned().unwrap_or_else(|| PathBuf::from("."))
}

/// Whether a plan looks at nothing outside of a directory. The history, a range, the index and a patch are the repository's.
fn stays_in(plan: &Plan, directory: &Path) -> bool {
    let is_whole = plan.history.is_some() || plan.range.is_some() || plan.staged.is_some() || plan.patch.is_some();
    let is_inside = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(directory));
    !is_whole && plan.paths.iter().all(is_inside)
}

fn load(start: &Path, stays_in: &dyn Fn(&Path) -> bool, inputs: Inputs<'_>) -> anyhow::Result<Loaded> {
    let directory = directory(start);
    let found = match (inputs.file, inputs.revision) {
        (Some(_), _) => Vec::new(),
        (None, None) => find(&directory, stays_in),
        (None, Some(revision)) => find_at(&directory, revision)?.into_iter().collect(),
    };
    let known_checks = policy::check::ids();
    let user = if inputs.revision.is_none() { user_file() } else { None };
    let inputs = Inputs {
        file: inputs.file.or(found.first().map(PathBuf::as_path)),
        below: found.get(1..).unwrap_or_default(),
        // The owners of what is looked at, wherever the file of the command line lies.
        directory: if !found.is_empty() && inputs.revision.is_none() { None } else { Some(&directory) },
        known_checks: &known_checks,
        user: user.as_deref(),
        git: Some(&at_revision),
        rego: rego::reader(),
        ..inputs
    };
    let config = config::load(&inputs).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
    let checks = own_checks(&config.checks, &config.rego, Some(&config.policy))?;
    warn(&config.warnings);
    let file = inputs.file.filter(|_| inputs.revision.is_none()).map(Path::to_path_buf);
    let beside = file.as_deref().and_then(Path::parent).filter(|_| !found.is_empty());
    let home = match (beside, inputs.revision) {
        (Some(beside), None) if beside.as_os_str().is_empty() => PathBuf::from("."),
        (Some(beside), None) => beside.to_owned(),
        (None, None) => top(&directory).filter(|top| !is_same(top, &directory)).unwrap_or(directory.clone()),
        _ => directory.clone(),
    };
    Ok(Loaded { config, checks, home: Home { directory: home, file, revision: inputs.revision.map(str::to_owned) } })
}

/// The built-in checks with those that these texts and packs declare, for this policy if it is known.
pub fn own_checks(
    sources: &[CheckSource],
    packs: &[RegoPack],
    policy: Option<&PolicySettings>,
) -> anyhow::Result<Checks> {
    let read = || Ok(Checks::with(own::read(sources, policy)?).and_rego(rego::read(packs)?));
    read().map_err(|errors: Vec<ConfigError>| anyhow::anyhow!(lines(&errors)))
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

/// The control file of the user, if there is one.
fn user_file() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
    let own = own.or_else(|| variable("APPDATA")).filter(|directory| directory.is_absolute())?;
    let file = own.join("keysieve").join(config::FILE_NAMES[0]);
    file.is_file().then_some(file)
}

/// Whether a revision has a file at this path.
fn is_at(directory: &Path, revision: &str, path: &str) -> anyhow::Result<bool> {
    Ok(Repository::open(or_here(directory), &GitEnvironment::from_process())?.has_at(revision, path)?)
}

/// The empty path is the current directory.
fn or_here(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

/// The control file at the top of a revision, which counts for all of it.
fn find_at(directory: &Path, revision: &str) -> anyhow::Result<Option<PathBuf>> {
    for name in config::FILE_NAMES {
        if is_at(directory, revision, name)? {
            return Ok(Some(PathBuf::from(name)));
        }
    }
    Ok(None)
}

/// The key in a file.
fn key_of(path: &Path) -> anyhow::Result<FingerprintKey> {
    let text = NamedFile::new(path, "--fingerprint-key-file").read(KEY_MOST, None);
    let text = text.map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
    match data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()) {
        Ok(bytes) if bytes.len() == 32 => Ok(FingerprintKey::new(&bytes)),
        _ => anyhow::bail!("{}: no fingerprint key: 64 hexadecimal digits (32 bytes)", path.display()),
    }
}

/// The most bytes of a file with a key.
const KEY_MOST: u64 = 4096;

fn is_same(canonical: &Path, other: &Path) -> bool {
    let other = if other.as_os_str().is_empty() { Path::new(".") } else { other };
    other.canonicalize().is_ok_and(|other| other == canonical)
}

/// The top of the working tree that a directory lies in.
pub fn top(directory: &Path) -> Option<PathBuf> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    paths::top(&directory.canonicalize().ok()?)
}

fn directory(start: &Path) -> PathBuf {
    if start.is_dir() { start.to_owned() } else { start.parent().map(Path::to_path_buf).unwrap_or_default() }
}

/// The control files in a directory and above it up to the top of the repository, the uppermost directory first; outside a
/// repository that of the directory alone. Below the top those count in whose directory the run stays.
fn find(start: &Path, stays_in: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let own = || config::find(start).into_iter().inspect(|file| say_second(file)).collect();
    let Ok(absolute) = start.canonicalize() else { return own() };
    let Some(top) = top(&absolute).filter(|top| *top != absolute) else { return own() };
    let inside = absolute.ancestors().take_while(|directory| directory.starts_with(&top));
    let inside = inside.filter_map(|directory| Some((directory, config::find(&near(directory))?)));
    let counts = |directory: &Path| directory == top || stays_in(directory);
    let (found, others): (Vec<_>, Vec<_>) = inside.partition(|(directory, _)| counts(directory));
    for (_, file) in others {
        say(&format!(
            "{}: is for what lies in its directory and does not count, as this run looks at more than that",
            shown(&file)
        ));
    }
    let found: Vec<PathBuf> = found.into_iter().rev().map(|(_, file)| file).collect();
    found.iter().for_each(|file| say_second(file));
    found
}

/// Says that a directory has a second control file, which is not read.
fn say_second(file: &Path) {
    let second = file.with_file_name(config::FILE_NAMES[1]);
    if second != file && second.symlink_metadata().is_ok() {
        say(&format!("{}: does not count, as {} lies beside it", shown(&second), shown(file)));
    }
}

/// A directory as seen from the current one, where that is short: reports name files by it.
pub fn near(absolute: &Path) -> PathBuf {
    let Ok(here) = Path::new(".").canonicalize() else { return absolute.to_owned() };
    match (absolute.strip_prefix(&here), here.strip_prefix(absolute)) {
        (Ok(below), _) => below.to_owned(),
        (_, Ok(above)) => above.components().map(|_| "..").collect(),
        _ => absolute.to_owned(),
    }
}

impl ValueEnum for Preset {
    fn value_variants<'a>() -> &'a [Self] {
        &Preset::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.id()))
    }
}
