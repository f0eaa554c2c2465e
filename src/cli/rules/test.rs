//! `keysieve rules test`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::policy;
use crate::policy::declared;
use crate::policy::trial::{Trial, trial};
use crate::run::examples;

use super::{count, load, place, subjects};

/// Run the examples of rules through a whole scan, and those of checks through the linter
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct TestArgs {
    /// Packs of rules (TOML), loaded beside the built-in ones; pages of checks (.md) [default: the built-in ones]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const AFTER: &str = "\
Each `hit` must be found by its rule and by no other (but the companion), each `miss` not by its
rule, at default settings. Examples that go wrong are named by their template. Of the page of a
check, each block under Bad must be found where it says, each under Good not at all.

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
        if !packs.is_empty() || pages.is_empty() {
            wrong += rules(&packs, &mut out)?;
        }
        if !pages.is_empty() || packs.is_empty() {
            wrong += checks(&pages, &mut out)?;
        }
        out.flush()?;
        Ok(u8::from(wrong > 0))
    }
}

/// Tries the examples of rules. Returns how many go wrong.
fn rules(files: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<usize> {
    let (rules, packs) = load(files)?;
    let ids = subjects(&rules, &packs);
    let tried = examples::try_examples(&rules, &ids)?;
    for wrong in &tried.wrong {
        writeln!(out, "{}: {wrong}", place(&packs, &wrong.rule, wrong.kind.id()))?;
    }
    verdict(out, &count(tried.rules, "rule"), tried.examples, tried.wrong.len())
}

/// Tries the examples of these pages, or of the built-in checks. Returns how many go wrong.
fn checks(pages: &[&PathBuf], out: &mut dyn Write) -> anyhow::Result<usize> {
    let mut tried: Vec<(String, Trial)> = Vec::new();
    for path in pages {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
        let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let check = declared::parse(id, &text.replace("\r\n", "\n")).map_err(|fault| {
            let line = text[..fault.span.start.min(text.len())].lines().count().max(1);
            anyhow::anyhow!("{name}:{line}: {}", fault.reason)
        })?;
        tried.push((name, trial(&check)));
    }
    if pages.is_empty() {
        tried.extend(policy::check::all().iter().map(|check| (check.meta().id.to_owned(), trial(*check))));
    }
    for (name, trial) in &tried {
        for wrong in &trial.wrong {
            writeln!(out, "{name}: {wrong}")?;
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
