//! `keysieve rules test`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::run::examples;

use super::{count, load, place, subjects};

/// Run the examples of rules through a whole scan
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct TestArgs {
    /// Packs of rules (TOML), loaded beside the built-in ones [default: the built-in rules]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const AFTER: &str = "\
Each `hit` must be found by its rule and by no other (but the companion), each `miss` not by its
rule, at default settings. Examples that go wrong are named by their template.

Examples:
  keysieve rules test
  keysieve rules test acme.toml

Exit codes: 0, 1 if an example goes wrong, or 2 if a pack does not load.";

impl TestArgs {
    /// Prints what goes wrong. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (rules, packs) = load(&self.files)?;
        let ids = subjects(&rules, &packs);
        let tried = examples::try_examples(&rules, &ids)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for wrong in &tried.wrong {
            writeln!(out, "{}: {wrong}", place(&packs, &wrong.rule, wrong.kind.id()))?;
        }
        let (rules, examples) = (count(tried.rules, "rule"), count(tried.examples, "example"));
        match tried.wrong.len() {
            0 => writeln!(out, "{rules}, {examples}, all as they should be")?,
            wrong => writeln!(out, "{rules}, {examples}, {wrong} wrong")?,
        }
        out.flush()?;
        Ok(u8::from(!tried.wrong.is_empty()))
    }
}
