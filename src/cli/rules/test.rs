//! `keysieve rules test`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::super::configuration::{Loaded, lines, load_here};
use super::{count, load, place, subjects};
use crate::config::NamedFile;
use crate::config::policy::PolicySettings;
use crate::config::rego::RegoFile;
use crate::place::sanitize;
use crate::policy::rego::{self, Tested};
use crate::policy::trial::{Trial, trial, trial_own};
use crate::policy::{Check as _, Checks, check, declared};
use crate::rule::pack::Pack;
use crate::rule::set::RuleSet;
use crate::run::examples;

/// Run the examples of rules through a whole scan, and those of checks through the linter
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct TestArgs {
    /// Packs of rules and checks (TOML), loaded beside the built-in ones; pages of checks (.md); Rego with tests (.rego)
    /// [default: the built-in ones, and the checks and Rego packs of keysieve.toml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Without files: read this keysieve.toml, whose checks are tried, instead of the one here or above
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    config: Option<PathBuf>,
}

/// The most bytes of a file of Rego.
const LARGEST: u64 = 1024 * 1024;

const AFTER: &str = "\
Each `hit` must be found by its rule and by no other (but the companion), each `miss` not by its
rule, at default settings. Examples that go wrong are named by their template. Of the page of a
check, each block under Bad must be found where it says, each under Good not at all; and so it is
with [[check.bad]] and [[check.good]] of a check of your own. Files of Rego are read together with
the others of their directories, and the tests (test_...) in them and in their NAME_test.rego are run.

Examples:
  keysieve rules test
  keysieve rules test acme.toml
  keysieve rules test rules/policy/workflow-secret-in-log.md
  keysieve rules test policy/main.rego

Exit codes: 0, 1 if an example goes wrong, or 2 if a pack does not load.";

impl TestArgs {
    /// Prints what goes wrong. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let is = |path: &PathBuf, ending: &str| path.extension().is_some_and(|extension| extension == ending);
        let is_pack = |path: &&PathBuf| !is(path, "md") && !is(path, "rego");
        let packs: Vec<PathBuf> = self.files.iter().filter(is_pack).cloned().collect();
        let pages: Vec<&PathBuf> = self.files.iter().filter(|path| is(path, "md")).collect();
        let programs: Vec<&PathBuf> = self.files.iter().filter(|path| is(path, "rego")).collect();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut wrong = 0;
        let mut tried = Vec::new();
        if !packs.is_empty() || self.files.is_empty() {
            let (rules, packs, checks) = load(&packs)?;
            // A pack of checks alone has no rules to tell of.
            if packs.is_empty() || packs.iter().any(|pack| pack.ids().next().is_some()) {
                wrong += test_rules(&rules, &packs, &mut out)?;
            }
            tried.extend(own(&checks, &PolicySettings::default()));
        }
        for path in pages {
            tried.push(page(path)?);
        }
        if self.files.is_empty() {
            let Loaded { config, checks, .. } = load_here(self.config.as_deref(), &[])?;
            tried.extend(check::all().iter().map(|check| (check.meta().id.to_owned(), trial(*check))));
            tried.extend(own(&checks, &config.policy));
            for pack in &config.rego {
                wrong += test_rego(tests(&pack.files)?, &mut out)?;
            }
        }
        if !tried.is_empty() {
            wrong += test_checks(&tried, &mut out)?;
        }
        if !programs.is_empty() {
            wrong += test_rego(of_files(&programs)?, &mut out)?;
        }
        out.flush()?;
        Ok(u8::from(wrong > 0))
    }
}

/// Tries the examples of rules. Returns how many go wrong.
fn test_rules(rules: &RuleSet, packs: &[Pack], out: &mut dyn Write) -> anyhow::Result<usize> {
    let ids = subjects(rules, packs);
    let tried = examples::try_examples(rules, &ids)?;
    for wrong in &tried.wrong {
        writeln!(out, "{}: {wrong}", place(packs, &wrong.rule, wrong.kind.id()))?;
    }
    verdict(out, &count(tried.rules, "rule"), tried.examples, tried.wrong.len())
}

/// Tries the examples of the user's checks; each comes with where it stands.
fn own(checks: &Checks, policy: &PolicySettings) -> Vec<(String, Trial)> {
    let tried = checks.own().iter().map(|check| {
        let name = format!("{}: check `{}`", check.place().unwrap_or_default(), check.meta().id);
        (name, trial_own(check, policy))
    });
    tried.collect()
}

/// Tries the examples of a page of a check.
fn page(path: &Path) -> anyhow::Result<(String, Trial)> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
    let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let check = declared::parse(id, &text.replace("\r\n", "\n")).map_err(|fault| {
        let line = text[..fault.span.start.min(text.len())].lines().count().max(1);
        anyhow::anyhow!("{name}:{line}: {}", fault.reason)
    })?;
    Ok((name, trial(&check)))
}

/// Runs the tests of files of Rego that are one program.
fn tests(files: &[RegoFile]) -> anyhow::Result<Vec<Tested>> {
    rego::test(files).map_err(|errors| anyhow::anyhow!(lines(&errors)))
}

/// Runs the tests of these files of Rego, and of those that are named after them. What they use may stand in any file of their
/// directories.
fn of_files(named: &[&PathBuf]) -> anyhow::Result<Vec<Tested>> {
    let mut paths = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for path in named {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        wanted.extend([path.to_path_buf(), path.with_file_name(format!("{stem}_test.rego"))]);
        paths.insert(path.to_path_buf());
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        for entry in std::fs::read_dir(directory).with_context(|| format!("{}: cannot be read", directory.display()))? {
            let beside = path.with_file_name(entry?.file_name());
            if beside.extension().is_some_and(|extension| extension == "rego") {
                paths.insert(beside);
            }
        }
    }
    let wanted: BTreeSet<String> = wanted.iter().map(|path| NamedFile::new(path, "FILE").name()).collect();
    let mut files = Vec::new();
    for path in &paths {
        let file = NamedFile::new(path, "the command line");
        let text = file.read(LARGEST, None).map_err(|errors| anyhow::anyhow!(lines(&errors)))?;
        files.push(RegoFile { name: file.name(), text });
    }
    let mut tested = tests(&files)?;
    tested.retain(|test| wanted.contains(&test.file));
    if tested.is_empty() {
        let names: Vec<String> = named.iter().map(|path| path.display().to_string()).collect();
        anyhow::bail!(
            "{}: no test, which is a rule named `test_…`, there or in NAME_test.rego beside it",
            names.join(", ")
        );
    }
    Ok(tested)
}

/// Says how tests went, each in a line. Returns how many did not pass.
fn test_rego(tested: Vec<Tested>, out: &mut dyn Write) -> anyhow::Result<usize> {
    if tested.is_empty() {
        return Ok(0);
    }
    for test in &tested {
        let Tested { file, line, name, fault } = test;
        match fault {
            None => writeln!(out, "{file}:{line}: {}: passed", sanitize(name))?,
            Some(fault) => writeln!(out, "{file}:{line}: {}: failed: {}", sanitize(name), sanitize(fault))?,
        }
    }
    let wrong = tested.iter().filter(|test| test.fault.is_some()).count();
    match wrong {
        0 => writeln!(out, "{}, all passed", count(tested.len(), "test"))?,
        wrong => writeln!(out, "{}, {wrong} failed", count(tested.len(), "test"))?,
    }
    Ok(wrong)
}

/// Says how these checks went. Returns how many examples go wrong.
fn test_checks(tried: &[(String, Trial)], out: &mut dyn Write) -> anyhow::Result<usize> {
    for (name, trial) in tried {
        for wrong in &trial.wrong {
            writeln!(out, "{name}: {}", sanitize(wrong))?;
        }
    }
    let examples = tried.iter().map(|(_, trial)| trial.examples).sum();
    let wrong = tried.iter().map(|(_, trial)| trial.wrong.len()).sum();
    verdict(out, &count(tried.len(), "check"), examples, wrong)
}

fn verdict(out: &mut dyn Write, subjects: &str, examples: usize, wrong: usize) -> anyhow::Result<usize> {
    let examples = count(examples, "example");
    match wrong {
        0 => writeln!(out, "{subjects}, {examples}, all as they should be")?,
        wrong => writeln!(out, "{subjects}, {examples}, {wrong} wrong")?,
    }
    Ok(wrong)
}
