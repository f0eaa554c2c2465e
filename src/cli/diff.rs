//! `keysieve diff`.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::merge::read;
use super::output;
use crate::collate::{Difference, Entry, Moved, compare};
use crate::finding::Severity;

/// Compare two reports: what is new, what is gone, what stays
///
/// Reads JSON reports of keysieve, and SARIF of any tool. Findings of keysieve are told by their fingerprints, which no edit and
/// no move of a file changes; results of other tools by the best that they bring: fingerprints; rule, file and
/// partialFingerprints; else rule, file, line, and a hash of the snippet or the message. Suppressed results count as not there.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct DiffArgs {
    /// The report before
    old: PathBuf,
    /// The report after
    new: PathBuf,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Files that were moved from one report to the other, as `git diff -z -M --name-status` lists them: what is wrong in such
    /// a file was there before
    #[arg(long, value_name = "FILE")]
    moved: Option<PathBuf>,
    /// Least severity of a new finding that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value = "medium")]
    fail_on: Severity,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DiffFormat {
    Text,
    Json,
}

const AFTER: &str = "\
Examples:
  keysieve diff main.json branch.json
  keysieve diff --format json before.sarif after.sarif
  keysieve diff --fail-on high nightly.json today.sarif      both of keysieve

Exit codes: 0 nothing new at or above --fail-on, 1 something is, 2 a file that cannot be read or compared,
3 nothing new, but the report after is incomplete.";

impl DiffArgs {
    /// Compares and writes. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let moved = match &self.moved {
            Some(path) => {
                Moved::of_git(&fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?)
            }
            None => Moved::default(),
        };
        let difference = compare(&old, &new, &moved, self.fail_on)?;
        let mut out = Vec::new();
        match self.format {
            DiffFormat::Text => text(&difference, &mut out)?,
            DiffFormat::Json => {
                serde_json::to_writer_pretty(&mut out, &difference)?;
                out.push(b'\n');
            }
        }
        match output::write_bytes(self.output.as_deref(), &out) {
            Err(error) if super::is_closed_pipe(&error) => {}
            written => written?,
        }
        Ok(difference.exit_code)
    }
}

fn text(it: &Difference, out: &mut Vec<u8>) -> std::io::Result<()> {
    for (list, word) in [(&it.new, "new"), (&it.gone, "gone")] {
        for entry in list {
            let rule = if entry.rule.is_empty() { "no rule" } else { &entry.rule };
            writeln!(out, "{word}: {}[{rule}]{}", entry.severity, before(": ", &entry.title))?;
            let tool = if entry.tool == "keysieve" { "" } else { &entry.tool };
            let place = if entry.place.is_empty() { "no place" } else { &entry.place };
            writeln!(out, "  {place}{}", before("  ", tool))?;
            if let Some(fingerprint) = &entry.fingerprint {
                writeln!(out, "  {fingerprint}")?;
            }
        }
        if !list.is_empty() {
            writeln!(out)?;
        }
    }
    writeln!(out, "{} new, {} gone, {} stay; told by {}", it.new.len(), it.gone.len(), it.stays.len(), told(it))?;
    if it.passed_over > 0 {
        writeln!(out, "{} results count for nothing: passed, suppressed or absent", it.passed_over)?;
    }
    for (complete, words) in [
        (it.old_complete, "the report before is incomplete: what is called new may be old"),
        (it.new_complete, "the report after is incomplete: what is called gone may still be there"),
    ] {
        if !complete {
            writeln!(out, "{words}")?;
        }
    }
    match it.failing {
        0 => writeln!(out, "nothing new at or above {}: exit {}", it.fail_on, it.exit_code),
        failing => writeln!(out, "{failing} new at or above {}: exit {}", it.fail_on, it.exit_code),
    }
}

/// A text with something before it, unless it is empty.
fn before(sign: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{sign}{text}") }
}

/// `fingerprint (12), place (3)`.
fn told(it: &Difference) -> String {
    let mut numbers = std::collections::BTreeMap::new();
    let all = [&it.new, &it.gone, &it.stays];
    let entries = || all.into_iter().flatten().map(|entry: &Entry| entry.identified_by);
    entries().for_each(|how| *numbers.entry(how).or_insert(0_usize) += 1);
    let words: Vec<String> = numbers.iter().map(|(how, number)| format!("{} ({number})", how.id())).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
