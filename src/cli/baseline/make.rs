//! `keysieve baseline create` and `update`.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;

use super::super::configuration::{Loaded, lines};
use super::super::settings::JudgeArgs;
use super::super::{outcome, output};
use super::{Common, settings};
use crate::config::key::{Wanted, with};
use crate::config::{self};
use crate::place::sanitize;
use crate::policy::comments;
use crate::run::{Outcome, address};
use crate::secret::FingerprintKey;
use crate::source::Paths;
use crate::suppress::baseline::{Baseline, entries};

/// Write a baseline of everything that is found now
///
/// Writes a fingerprint-key and the name of the baseline into keysieve.toml where they are missing, and `merge=union` for the
/// file into .gitattributes. Nothing that exists is overwritten.
#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    #[command(flatten)]
    common: Common,
    /// Leave keysieve.toml and .gitattributes as they are
    #[arg(long)]
    only_file: bool,
    #[command(flatten)]
    judge: JudgeArgs,
}

/// Take out entries of what is gone, and give those of what was moved their new path
///
/// What is new stays out, so that an update hides nothing: --add puts it in, as unaudited.
#[derive(Args, Debug)]
pub(super) struct UpdateArgs {
    #[command(flatten)]
    common: Common,
    /// Add what is new, too
    #[arg(long)]
    add: bool,
    #[command(flatten)]
    judge: JudgeArgs,
}

impl CreateArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let (plan, paths) = self.common.plan()?;
        let mut loaded = self.judge.configuration.load(&self.common.path)?;
        let file = self.common.named(&loaded);
        let path = Common::path_of(&file)?;
        if path.symlink_metadata().is_ok() {
            bail!("{}: exists; `keysieve baseline update` brings it up to date", file.name());
        }
        let control = self.control(&mut loaded, &path)?;
        if !loaded.config.fingerprint_key.is_keyed() {
            output::say(
                "there is no fingerprint key, so whoever reads the baseline can try short passwords against its fingerprints: \
                 create it without --only-file, or with --fingerprint-key-file",
            );
        }
        let key = loaded.config.fingerprint_key.id();
        let outcome = outcome(&plan, &settings(&self.judge, loaded, None)?)?;
        if !outcome.complete {
            return incomplete(&outcome);
        }
        let mut baseline = Baseline::new(&file.name(), &key);
        add(&mut baseline, &outcome, &paths);
        output::write_bytes(Some(&path), baseline.write().as_bytes())?;
        if let Some((control, text)) = &control {
            output::write_bytes(Some(control), text.as_bytes())?;
        }
        let attributes = if self.only_file { None } else { attributes(&paths, &path)? };
        let mut out = std::io::stdout().lock();
        let count = baseline.entries().count();
        writeln!(out, "{}: written, {}", file.name(), entries_of(count))?;
        if let Some((control, _)) = &control {
            writeln!(out, "{}: names it, and has the fingerprint key: commit both", output::shown(control))?;
        }
        if let Some(attributes) = attributes {
            writeln!(out, "{attributes}: merge=union joins the entries of two branches")?;
        }
        if count > 0 {
            writeln!(out, "next: `keysieve baseline audit` says of each what it is")?;
        }
        Ok(0)
    }

    /// The control file with the key and the name of the baseline in it, where they are missing. The key counts from now on.
    fn control(&self, loaded: &mut Loaded, path: &Path) -> anyhow::Result<Option<(std::path::PathBuf, String)>> {
        if self.only_file {
            return Ok(None);
        }
        let control = match &loaded.home.file {
            Some(file) => file.clone(),
            None => loaded.home.directory.join(config::FILE_NAMES[0]),
        };
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("the operating system gives no random bytes for a fingerprint key")?;
        let is_keyed = loaded.config.fingerprint_key.is_keyed();
        let digits = data_encoding::HEXLOWER.encode(&bytes);
        let relative = relative(&control, path);
        let wanted = Wanted { key: (!is_keyed).then_some(digits.as_str()), baseline: relative.as_deref() };
        let text = with(&control, wanted).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        let rotations = loaded.config.policy.rotations();
        if !is_keyed && let Some(first) = rotations.first() {
            output::say(&format!(
                "{}: the key that is made now gives every secret a new fingerprint, so what `[[rotated]]` records ({}) names \
                 nothing any more: record it anew with `keysieve rotated` and the fingerprint of the next report",
                first.source,
                rotations.len()
            ));
        }
        if !is_keyed {
            loaded.config.fingerprint_key = FingerprintKey::new(&bytes);
        }
        Ok(text.map(|text| (control, text)))
    }
}

/// The path of the baseline as the control file names it, with `/`.
fn relative(control: &Path, baseline: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let control = absolute(control)?;
    let baseline = absolute(baseline)?;
    let inside = baseline.strip_prefix(control.parent()?).ok()?;
    Some(inside.to_string_lossy().replace('\\', "/"))
}

/// Adds `merge=union` for the baseline to the `.gitattributes` at the top of the repository, if it has none. Returns its name.
fn attributes(paths: &Paths, path: &Path) -> anyhow::Result<Option<String>> {
    let top = paths.top();
    let absolute = path.canonicalize().context("the baseline that was written")?;
    let Ok(inside) = absolute.strip_prefix(top) else { return Ok(None) };
    if !top.join(".git").exists() {
        return Ok(None);
    }
    let inside = inside.to_string_lossy().replace('\\', "/");
    let file = top.join(".gitattributes");
    let is_regular = file.symlink_metadata().map_or(true, |metadata| metadata.is_file());
    let before =
        if file.exists() && is_regular { std::fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
    let names =
        |line: &str| line.split_whitespace().next().is_some_and(|first| first.trim_start_matches('/') == inside);
    if !is_regular || before.lines().any(names) || inside.contains(char::is_whitespace) {
        return Ok(None);
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    output::write_bytes(Some(&file), format!("{before}{gap}/{inside} merge=union\n").as_bytes())?;
    Ok(Some(".gitattributes".to_owned()))
}

impl UpdateArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let (plan, paths) = self.common.plan()?;
        let loaded = self.judge.configuration.load(&self.common.path)?;
        let file = self.common.named(&loaded);
        let path = Common::path_of(&file)?;
        let baseline = Common::read(&file, &loaded)?;
        let outcome = outcome(&plan, &settings(&self.judge, loaded, Some(baseline))?)?;
        if !outcome.complete {
            return incomplete(&outcome);
        }
        let Some(mut baseline) = outcome.baseline.clone() else { bail!("the run had no baseline") };
        let (stale, moved) = baseline.settle();
        let before = baseline.entries().count();
        if self.add {
            add(&mut baseline, &outcome, &paths);
        }
        let count = baseline.entries().count();
        output::write_bytes(Some(&path), baseline.write().as_bytes())?;
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{}: {}; taken out {stale}, moved {moved}, added {}",
            file.name(),
            entries_of(count),
            count - before
        )?;
        if !self.add && !outcome.findings.is_empty() {
            let number = outcome.findings.len();
            writeln!(out, "{number} found that it does not list: `keysieve check` shows them, --add lists them")?;
        }
        Ok(0)
    }
}

/// Lists what was found.
fn add(baseline: &mut Baseline, outcome: &Outcome, paths: &Paths) {
    // What is said of things that hide findings is never hidden.
    for finding in outcome.findings.iter().filter(|finding| !comments::is_of_hiding(&finding.rule)) {
        entries(finding, &|origin| address(paths, origin)).into_iter().for_each(|entry| baseline.put(entry));
    }
}

fn incomplete(outcome: &Outcome) -> anyhow::Result<u8> {
    let mut out = anstream::stderr().lock();
    writeln!(out, "the scan is incomplete, so nothing was written; --accept REASON makes a reason known:")?;
    for notice in outcome.notices.iter().filter(|notice| outcome.incomplete_causes.contains(&notice.cause)).take(20) {
        writeln!(out, "  {}: {}: {}", notice.cause.id(), sanitize(&notice.subject), sanitize(&notice.detail))?;
    }
    Ok(3)
}

fn entries_of(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
