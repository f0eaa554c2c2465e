//! The layers of the configuration: the files that `extends` names, the control file itself, and `--set`.
//!
//! `extends = ["base.toml", "git:main:policy/base.toml"]` lays other files under the one that names them, the first one lowest.
//! A path is relative to the file that names it. `git:REVISION:PATH` is read from the objects of the repository that holds the
//! file, so that a branch which is judged cannot change what it is judged by; its own `extends` stay in that revision. How a
//! repository is read this room does not know: whoever loads brings a [`GitReader`].

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::owners::OwnersTable;
use super::policy::{
    CheckEntry, EnvironmentsTable, ExceptionEntry, InventoryEntry, PolicyLayer, PolicyTable, Preset, RotatedEntry, Text,
};
use super::read::{self, display, line_at};
use super::rego::RegoEntry;
use super::suppression::SuppressionTable;
use super::{ConfigError, Inputs};
use crate::finding::{Confidence, Severity};
use crate::rule::schema::RuleEntry;

/// Reads a file of the repository that holds a directory, at a revision; what goes wrong, in words.
pub type GitReader<'g> = dyn Fn(&Path, &str, &str) -> Result<Vec<u8>, String> + 'g;

/// Files that extend one another more deeply are refused.
const DEEPEST: usize = 8;
/// So many layers are enough, however they extend one another.
const MOST: usize = 64;

/// What a layer says, as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    #[serde(default)]
    pub(super) extends: Vec<Spanned<String>>,
    pub(super) preset: Option<Spanned<Preset>>,
    pub(super) min_confidence: Option<Spanned<Confidence>>,
    pub(super) fail_on: Option<Spanned<Severity>>,
    #[serde(default)]
    pub(super) exclude: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) rules: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) disable: Vec<Spanned<String>>,
    pub(super) fingerprint_key: Option<Spanned<String>>,
    pub(super) provider: Option<String>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<RuleEntry>>,
    #[serde(default)]
    policy: PolicyTable,
    #[serde(default)]
    pub(super) check: Vec<CheckEntry>,
    #[serde(default)]
    pub(super) rego: Vec<Spanned<RegoEntry>>,
    #[serde(default)]
    environments: EnvironmentsTable,
    #[serde(default)]
    owners: OwnersTable,
    #[serde(default)]
    inventory: Vec<InventoryEntry>,
    #[serde(default)]
    rotated: Vec<RotatedEntry>,
    #[serde(default)]
    exception: Vec<ExceptionEntry>,
    #[serde(default)]
    pub(super) suppression: SuppressionTable,
}

/// One layer.
pub(super) struct Layer {
    /// The name that findings print: `keysieve.toml`, or `--set`.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) file: File,
    seat: Seat,
    /// What stands in place of the name in an error: a flag with its value.
    flag: Option<String>,
}

impl Layer {
    /// A text that is no file.
    pub(super) fn of_text(name: &str, text: &str) -> Result<Self, Vec<ConfigError>> {
        Self::new(name.to_owned(), text.to_owned(), Seat::Nowhere)
    }

    fn new(name: String, text: String, seat: Seat) -> Result<Self, Vec<ConfigError>> {
        let file = toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| line_at(&text, span.start));
            let mut reason = error.message().to_owned();
            // Who comes from there tries this first.
            if name.contains("gitleaks") || name.contains("betterleaks") {
                reason.push_str(
                    "; rules of gitleaks are given with --rules, and a .gitleaks.toml at the top is read by itself",
                );
            }
            vec![ConfigError { file: name.clone(), line, reason }]
        })?;
        Ok(Self { name, text, file, seat, flag: None })
    }

    /// `--set policy.rotation.default=60d`: the value may be written as in TOML, or without quotes.
    fn of_flag(stated: &str) -> Result<Self, Vec<ConfigError>> {
        let flag = format!("--set {stated}");
        let error = |reason: String| vec![ConfigError { file: flag.clone(), line: None, reason }];
        let Some((key, value)) = stated.split_once('=') else {
            return Err(error("write KEY=VALUE, such as policy.rotation.default=60d".to_owned()));
        };
        let (key, value) = (key.trim(), value.trim());
        let as_it_is = format!("{key} = {value}");
        let text = match toml::from_str::<toml::Table>(&as_it_is) {
            Ok(_) if !value.is_empty() => as_it_is,
            _ => format!("{key} = {}", toml::Value::String(value.to_owned())),
        };
        let layer = Self::new("--set".to_owned(), text, Seat::Nowhere);
        let layer = layer.map_err(|faults| error(faults.into_iter().map(|fault| fault.reason).collect()))?;
        if !layer.file.extends.is_empty() {
            return Err(error("only a file extends others".to_owned()));
        }
        Ok(Self { flag: Some(flag), ..layer })
    }

    /// What is wrong at an offset.
    pub(super) fn error(&self, offset: usize, reason: String) -> ConfigError {
        match &self.flag {
            Some(flag) => ConfigError { file: flag.clone(), line: None, reason },
            None => ConfigError { file: self.name.clone(), line: Some(line_at(&self.text, offset)), reason },
        }
    }

    /// Where an offset is: `keysieve.toml:7`.
    pub(super) fn place(&self, offset: usize) -> String {
        match &self.flag {
            Some(_) => self.name.clone(),
            None => format!("{}:{}", self.name, line_at(&self.text, offset)),
        }
    }

    /// The directory of the file; none for what is no file.
    pub(super) fn directory(&self) -> Option<&Path> {
        match &self.seat {
            Seat::File(path) => Some(path.parent().unwrap_or(Path::new(""))),
            Seat::Git { .. } | Seat::Nowhere => None,
        }
    }

    /// What is the same for all of a repository is neither a user's to say nor a directory's.
    fn leaves_the_repository_alone(&self) -> Result<(), Vec<ConfigError>> {
        let key = self.file.fingerprint_key.as_ref().map(|key| ("fingerprint-key", key.span().start));
        let baseline = self.file.suppression.baseline.as_ref().map(|file| ("baseline", file.span().start));
        match key.or(baseline) {
            Some((what, at)) => Err(vec![
                self.error(at, format!("{what}: belongs into the keysieve.toml at the top of the repository")),
            ]),
            None => Ok(()),
        }
    }

    /// The file of this name beside it.
    pub(super) fn named(&self, name: &Spanned<String>) -> Result<NamedFile, ConfigError> {
        let at = name.span().start;
        let seat = self.seat.extended(name.get_ref()).map_err(|fault| self.error(at, fault.to_owned()))?;
        Ok(NamedFile { seat, source: self.place(at) })
    }

    /// What it states of policy.
    pub(super) fn policy(&self) -> PolicyLayer<'_> {
        let File { preset, policy, check, environments, owners, inventory, rotated, exception, .. } = &self.file;
        PolicyLayer {
            text: Text { name: &self.name, text: &self.text },
            preset: preset.as_ref(),
            policy,
            checks: check,
            environments,
            owners,
            inventory,
            rotated,
            exceptions: exception,
        }
    }
}

/// A file that a control file or a flag names.
#[derive(Clone, Debug)]
pub struct NamedFile {
    seat: Seat,
    /// Who names it: `keysieve.toml:7`, or a flag.
    source: String,
}

impl NamedFile {
    /// A file that a flag names.
    #[must_use]
    pub fn new(path: &Path, flag: &str) -> Self {
        Self { seat: Seat::File(path.to_owned()), source: flag.to_owned() }
    }

    /// A file of a revision, its path from the top of the repository that holds `directory`.
    #[must_use]
    pub fn in_revision(directory: &Path, revision: &str, path: &str, flag: &str) -> Self {
        let seat = Seat::Git {
            directory: directory.to_owned(),
            revision: revision.to_owned(),
            path: path.strip_prefix("./").unwrap_or(path).to_owned(),
        };
        Self { seat, source: flag.to_owned() }
    }

    /// The name that people read.
    #[must_use]
    pub fn name(&self) -> String {
        self.seat.name()
    }

    /// Who names it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its path, if it is a file of the working tree.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.seat {
            Seat::File(path) => Some(path),
            Seat::Git { .. } | Seat::Nowhere => None,
        }
    }

    /// What it says; it has at most `most` bytes.
    ///
    /// # Errors
    /// Why it cannot be read, with who names it.
    pub fn read(&self, most: u64, git: Option<&GitReader<'_>>) -> Result<String, Vec<ConfigError>> {
        self.seat.read(most, git).map_err(|mut faults| {
            faults.iter_mut().for_each(|fault| fault.reason = format!("{} (named by {})", fault.reason, self.source));
            faults
        })
    }
}

/// Where a layer lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seat {
    File(PathBuf),
    Git {
        /// A directory of the repository.
        directory: PathBuf,
        revision: String,
        /// From the top of the repository.
        path: String,
    },
    Nowhere,
}

impl Seat {
    fn name(&self) -> String {
        match self {
            Seat::File(path) => display(path),
            Seat::Git { revision, path, .. } => crate::place::sanitize(&format!("git:{revision}:{path}")),
            Seat::Nowhere => String::new(),
        }
    }

    fn read(&self, most: u64, git: Option<&GitReader<'_>>) -> Result<String, Vec<ConfigError>> {
        match self {
            Seat::File(path) => read::read(path, most),
            Seat::Git { directory, revision, path } => {
                let error = |reason| vec![ConfigError { file: self.name(), line: None, reason }];
                let git = git.ok_or_else(|| error("there is no repository to read it from".to_owned()))?;
                let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
                read::text(&self.name(), git(directory, revision, path).map_err(error)?, most)
            }
            Seat::Nowhere => Ok(String::new()),
        }
    }

    /// Whether both are the same, however they are reached.
    fn is(&self, other: &Seat) -> bool {
        match (self, other) {
            (Seat::File(a), Seat::File(b)) => {
                a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
            }
            _ => self == other,
        }
    }

    /// Where a file lies that this one names.
    fn extended(&self, named: &str) -> Result<Seat, &'static str> {
        if let Some(rest) = named.strip_prefix("git:") {
            let form = "write git:REVISION:PATH, the path from the top of the repository";
            let (revision, path) = rest.split_once(':').ok_or(form)?;
            if revision.is_empty() || path.is_empty() {
                return Err(form);
            }
            let directory = match self {
                Seat::File(file) => file.parent().map(Path::to_path_buf).unwrap_or_default(),
                Seat::Git { directory, .. } => directory.clone(),
                Seat::Nowhere => PathBuf::new(),
            };
            return Ok(Seat::Git { directory, revision: revision.to_owned(), path: path.to_owned() });
        }
        match self {
            Seat::File(file) => Ok(Seat::File(file.parent().unwrap_or(Path::new("")).join(named))),
            Seat::Git { directory, revision, path } => {
                let path = within(path, named).ok_or("leads out of the repository")?;
                Ok(Seat::Git { directory: directory.clone(), revision: revision.clone(), path })
            }
            Seat::Nowhere => Ok(Seat::File(PathBuf::from(named))),
        }
    }
}

/// A path beside `file`, without `.` and `..`.
fn within(file: &str, named: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in named.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Every layer, the lowest first.
pub(super) fn gather(inputs: &Inputs<'_>) -> Result<Vec<Layer>, Vec<ConfigError>> {
    let mut layers = Vec::new();
    if let Some(path) = inputs.user {
        collect(Seat::File(path.to_owned()), &mut Vec::new(), &mut layers, inputs)?;
        layers.iter().try_for_each(Layer::leaves_the_repository_alone)?;
    }
    if let Some(path) = inputs.file {
        let seat = match inputs.revision {
            Some(revision) => Seat::Git {
                directory: inputs.directory.map(Path::to_path_buf).unwrap_or_default(),
                revision: revision.to_owned(),
                path: path.to_string_lossy().into_owned(),
            },
            None => Seat::File(path.to_owned()),
        };
        collect(seat, &mut Vec::new(), &mut layers, inputs)?;
    }
    let first = layers.len();
    for path in inputs.below {
        collect(Seat::File(path.clone()), &mut Vec::new(), &mut layers, inputs)?;
    }
    layers[first..].iter().try_for_each(Layer::leaves_the_repository_alone)?;
    for stated in inputs.sets {
        layers.push(Layer::of_flag(stated)?);
    }
    Ok(layers)
}

/// Adds what is under a layer, and then the layer itself; `above` are those that led here.
fn collect(
    seat: Seat,
    above: &mut Vec<Seat>,
    layers: &mut Vec<Layer>,
    inputs: &Inputs<'_>,
) -> Result<(), Vec<ConfigError>> {
    let text = seat.read(read::LARGEST, inputs.git)?;
    let layer = Layer::new(seat.name(), text, seat.clone())?;
    above.push(seat);
    for entry in &layer.file.extends {
        let wrong = |reason: String| vec![layer.error(entry.span().start, format!("extends: {reason}"))];
        let named = entry.get_ref();
        let next = layer.seat.extended(named).map_err(|fault| wrong(format!("{named:?}: {fault}")))?;
        if above.iter().any(|seat| seat.is(&next)) {
            let way: Vec<String> = above.iter().chain([&next]).map(Seat::name).collect();
            return Err(wrong(format!("a file cannot extend itself: {}", way.join(" > "))));
        }
        if above.len() > DEEPEST || layers.len() >= MOST {
            return Err(wrong(format!("more than {DEEPEST} files extend one another, or {MOST} in all")));
        }
        collect(next, above, layers, inputs).map_err(|mut faults| {
            // Who reads that a file is not there wants to know who asked for it.
            if let Some(fault) = faults.first_mut().filter(|fault| fault.line.is_none()) {
                *fault = layer.error(entry.span().start, format!("extends: {fault}"));
            }
            faults
        })?;
    }
    above.pop();
    layers.push(layer);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_needs_no_quotes() {
        for (stated, text) in [
            ("policy.rotation.default=60d", "policy.rotation.default = \"60d\""),
            ("policy.length.signing-secret = 64", "policy.length.signing-secret = 64"),
            ("policy.scopes.github.deny=[\"a\"]", "policy.scopes.github.deny = [\"a\"]"),
            ("environments.prod.live-keys=true", "environments.prod.live-keys = true"),
        ] {
            assert_eq!(Layer::of_flag(stated).ok().unwrap().text, text);
        }
        for (stated, part) in [("policy", "KEY=VALUE"), ("polcy.a=1", "polcy"), ("extends=[\"a\"]", "extends")] {
            let errors = Layer::of_flag(stated).err().unwrap();
            let shown = errors[0].to_string();
            assert!(shown.starts_with(&format!("--set {stated}: ")) && shown.contains(part), "{shown}");
        }
    }

    #[test]
    fn a_path_of_a_revision_stays_in_it() {
        assert_eq!(within("policy/a.toml", "b.toml").as_deref(), Some("policy/b.toml"));
        assert_eq!(within("policy/a.toml", "../b.toml").as_deref(), Some("b.toml"));
        assert_eq!(within("a.toml", "../b.toml"), None);
    }
}
