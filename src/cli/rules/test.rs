//! `keysieve rules test`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::super::configuration::{Loaded, load_here};
use super::{count, load, place, subjects};
use crate::config::policy::PolicySettings;
use crate::place::sanitize;
use crate::policy::trial::{Trial, trial, trial_own};
use crate::policy::{Check as _, Checks, check, declared};
use crate::rule::pack::Pack;
use crate::rule::set::RuleSet;
use crate::run::examples;

/// Run the examples of rules through a whole scan, and those of checks through the linter
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct TestArgs {
    /// Packs of rules and checks (TOML), loaded beside the built-in ones; pages of checks (.md) [default: the built-in
    /// ones, and the checks of keysieve.toml]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Without files: read this keysieve.toml, whose checks are tried, instead of the one here or above
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    config: Option<PathBuf>,
}

const AFTER: &str = "\
Each `hit` must be found by its rule and by no other (but the companion), each `miss` not by its
rule, at default settings. Examples that go wrong are named by their template. Of the page of a
check, each block under Bad must be found where it says, each under Good not at all; and so it is
with [[check.bad]] and [[check.good]] of a check of your own.

Examples:
  keysieve rules test
  keysieve rules test acme.toml
  keysieve rules test rules/policy/workflow-secret-in-log.md

Exit codes: 0, 1 if an example goes wrong, or 2 if a pack does not load.";

impl TestArgs {
    /// Prints what goes wrong. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let is_page = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "md");
        let packs: Vec<PathBuf> = self.files.iter().filter(|path| !is_page(path)).cloned().collect();
        let pages: Vec<&PathBuf> = self.files.iter().filter(is_page).collect();
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut wrong = 0;
        let mut tried = Vec::new();
        if !packs.is_empty() || pages.is_empty() {
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
        }
        if !tried.is_empty() {
            wrong += test_checks(&tried, &mut out)?;
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
