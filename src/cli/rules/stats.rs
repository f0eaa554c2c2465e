//! `keysieve rules stats`.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::place::sanitize;
use crate::rule::builtin::KINDS;
use crate::rule::model::Rule;
use crate::run::anchors::{Literal, Measured, measure};

/// How many rules there are, and which of their literals cost most on given files
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct StatsArgs {
    /// Files and directories to measure the literals on
    paths: Vec<PathBuf>,
    /// One more pack of rules (TOML); can be given several times
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// How many literals to show of the most frequent and of the slowest
    #[arg(long, value_name = "NUMBER", default_value_t = 15)]
    top: usize,
}

const AFTER: &str = "\
With paths, every text is searched once: how often each literal that a rule is looked for by stands
there, what looking at those places takes, and how many candidates come of it, before judgement.

Examples:
  keysieve rules stats
  keysieve rules stats src --top 30
  keysieve rules stats /usr/share --rules acme.toml

Exit codes: 0, or 2 if a path does not exist or a pack does not load.";

impl StatsArgs {
    /// Prints the numbers. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (rules, ..) = super::load(&self.rules)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let all: Vec<&Rule> = rules.iter().map(|(_, rule)| rule).collect();
        for (name, number) in numbers(&all) {
            writeln!(out, "{number:>6}  {name}")?;
        }
        if !self.paths.is_empty() {
            self.literals(measure(rules.clone(), &self.paths)?, &mut out)?;
        }
        out.flush()?;
        Ok(0)
    }

    fn literals(&self, measured: Measured, out: &mut impl std::io::Write) -> anyhow::Result<()> {
        let mut literals = measured.literals;
        let megabytes = measured.bytes as f64 / 1e6;
        let total: Duration = literals.iter().map(|it| it.time).sum();
        writeln!(out, "\n{megabytes:.1} MB searched; {:.3} s at the literals", total.as_secs_f64())?;
        literals.sort_by_key(|it| Reverse(it.occurrences));
        self.table("Most frequent literals", &literals, megabytes, out)?;
        literals.sort_by_key(|it| Reverse(it.time));
        self.table("Slowest literals", &literals, megabytes, out)
    }

    fn table(&self, title: &str, all: &[Literal], megabytes: f64, out: &mut impl std::io::Write) -> anyhow::Result<()> {
        writeln!(out, "\n{title}:\n{:>9}  {:>8}  {:>10}  {:18}  rules", "per MB", "ms", "candidates", "literal")?;
        for literal in all.iter().take(self.top) {
            let per = literal.occurrences as f64 / megabytes.max(f64::MIN_POSITIVE);
            let ms = literal.time.as_secs_f64() * 1e3;
            let more = literal.rules.len().saturating_sub(NAMED);
            let mut rules = literal.rules.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            if more > 0 {
                rules.push_str(&format!(" and {more} more"));
            }
            let text = sanitize(&literal.text);
            writeln!(out, "{per:9.2}  {ms:8.2}  {:10}  {text:18}  {rules}", literal.candidates)?;
        }
        Ok(())
    }
}

/// How many rules of a literal are named.
const NAMED: usize = 2;

/// What there is, by what can be counted.
fn numbers(rules: &[&Rule]) -> Vec<(&'static str, usize)> {
    let count = |is: fn(&Rule) -> bool| rules.iter().filter(|rule| is(rule)).count();
    let providers: BTreeSet<String> = rules.iter().map(|rule| rule.provider.to_lowercase()).collect();
    let checks: BTreeSet<&str> = rules.iter().filter_map(|rule| rule.check).map(|check| check.id()).collect();
    vec![
        ("rules", rules.len()),
        ("kinds of tokens, by the built-in rules", KINDS),
        ("providers and forms", providers.len()),
        ("offline checks in use", checks.len()),
        ("rules with an offline check", count(|rule| rule.check.is_some())),
        ("rules whose form is distinctive by itself", count(Rule::is_distinctive)),
        ("rules that need words near", count(|rule| !rule.context.is_empty())),
        ("ways out written for the rule", count(|rule| rule.way_out.written)),
        ("ways out by class of credential", count(|rule| !rule.way_out.written)),
        ("hits and misses that are tried", rules.iter().map(|rule| rule.hit.len() + rule.miss.len()).sum()),
    ]
}
