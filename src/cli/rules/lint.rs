//! `keysieve rules lint`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::place::sanitize;
use crate::run::rule_lint::{Level, lint_rules};

use super::{count, load, place, subjects};

/// Look for what is wrong with rules that load
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct LintArgs {
    /// Packs of rules (TOML), loaded beside the built-in ones [default: the built-in rules]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const AFTER: &str = "\
Errors: a form that can be empty, a pattern that compiles to too much, an anchor that does not
imply the rule, a rule that takes another's examples, too few examples, a token in an example.
Warnings: a literal that stands everywhere, an overlap that does no harm, no `docs` on a critical
or high rule.

Examples:
  keysieve rules lint
  keysieve rules lint acme.toml

Exit codes: 0 (also with warnings), 1 for errors, or 2 if a pack does not load.";

impl LintArgs {
    /// Prints the remarks. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (rules, packs) = load(&self.files)?;
        let ids = subjects(&rules, &packs);
        let remarks = lint_rules(&rules, &ids)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for remark in &remarks {
            let (at, level) = (place(&packs, &remark.rule, remark.key), remark.level.id());
            writeln!(out, "{at}: {level}: rule `{}`: {}: {}", remark.rule, remark.key, sanitize(&remark.text))?;
        }
        let errors = remarks.iter().filter(|remark| remark.level == Level::Error).count();
        let warnings = remarks.len() - errors;
        writeln!(out, "{}, {}, {}", count(ids.len(), "rule"), count(errors, "error"), count(warnings, "warning"))?;
        out.flush()?;
        Ok(u8::from(errors > 0))
    }
}
