//! `keysieve rules lint`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::place::sanitize;
use crate::run::rule_lint::{Level, lint_rules};

use super::super::configuration::load_here;
use super::{count, load, place, subjects};
use crate::policy::Check as _;

/// Look for what is wrong with rules that load
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct LintArgs {
    /// Packs of rules (TOML), loaded beside the built-in ones [default: the built-in rules]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Without packs: read this keysieve.toml instead of the one here or above
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    config: Option<PathBuf>,
}

const AFTER: &str = "\
Errors: a form that can be empty, a pattern that compiles to too much, an anchor that does not
imply the rule, a rule that takes another's examples, too few examples, a token in an example.
Warnings: a literal that stands everywhere, an overlap that does no harm, no `docs` on a critical
or high rule; a check of your own without an example that it must find, or must not.

Examples:
  keysieve rules lint
  keysieve rules lint acme.toml

Exit codes: 0 (also with warnings), 1 for errors, or 2 if a pack does not load.";

impl LintArgs {
    /// Prints the remarks. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (rules, packs, mut checks) = load(&self.files)?;
        if self.files.is_empty() {
            checks = load_here(self.config.as_deref(), &[])?.checks;
        }
        let ids = subjects(&rules, &packs);
        let remarks = lint_rules(&rules, &ids)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for remark in &remarks {
            let (at, level) = (place(&packs, &remark.rule, remark.key), remark.level.id());
            writeln!(out, "{at}: {level}: rule `{}`: {}: {}", remark.rule, remark.key, sanitize(&remark.text))?;
        }
        let lacking = checks.own().iter().flat_map(|check| check.lacks().into_iter().map(move |kind| (check, kind)));
        let mut lacks = 0;
        for (check, kind) in lacking {
            let (at, id) = (check.place().unwrap_or_default(), check.meta().id);
            writeln!(out, "{at}: warning: check `{id}`: no `[[check.{kind}]]`: {}", missed(kind))?;
            lacks += 1;
        }
        let errors = remarks.iter().filter(|remark| remark.level == Level::Error).count();
        let warnings = remarks.len() - errors + lacks;
        let mut subjects = count(ids.len(), "rule");
        if !checks.own().is_empty() {
            subjects = format!("{subjects}, {}", count(checks.own().len(), "check"));
        }
        writeln!(out, "{subjects}, {}, {}", count(errors, "error"), count(warnings, "warning"))?;
        out.flush()?;
        Ok(u8::from(errors > 0))
    }
}

/// What a check without examples of a kind has nobody show.
fn missed(kind: &str) -> &'static str {
    if kind == "bad" { "nothing shows that it finds anything" } else { "nothing shows what it lets be" }
}
