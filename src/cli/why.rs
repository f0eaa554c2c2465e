//! `keysieve why`.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::settings::JudgeArgs;
use crate::finding::Explained;
use crate::report::text::explained;
use crate::report::{Formats, jsonl};
use crate::run::{self, Plan, Progress, Settings};
use crate::source::Stop;

/// Say why something is reported, or is not: every candidate at a place, with each judgement and its weight
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct WhyArgs {
    /// The file, perhaps with a line, or with a line and a column
    #[arg(value_name = "FILE[:LINE[:COLUMN]]")]
    target: String,
    #[command(flatten)]
    pub judge: JudgeArgs,
}

const AFTER: &str = "\
Examples:
  keysieve why config/app.yml          every candidate of the file
  keysieve why config/app.yml:12       those that touch line 12
  keysieve why config/app.yml:12:8 --format jsonl

The file is scanned as `keysieve scan` does, by the same judge.

Exit codes: 0, 2 if there is no such file or line, 3 if not all of the file could be scanned.";

/// A place in a file, as a person types it.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    file: PathBuf,
    line: Option<u64>,
    column: Option<u64>,
}

impl Target {
    /// Reads `FILE[:LINE[:COLUMN]]`; a file whose name ends in `:12` goes before line 12 of another.
    fn parse(text: &str) -> Target {
        let whole = Target { file: PathBuf::from(text), line: None, column: None };
        if whole.file.exists() {
            return whole;
        }
        let number = |text: &str| {
            let (head, tail) = text.rsplit_once(':')?;
            Some((head.to_owned(), tail.parse::<u64>().ok().filter(|&number| number > 0)?))
        };
        let Some((head, last)) = number(text) else { return whole };
        match number(&head) {
            Some((file, line)) if !Path::new(&head).exists() => {
                Target { file: PathBuf::from(file), line: Some(line), column: Some(last) }
            }
            _ => Target { file: PathBuf::from(head), line: Some(last), column: None },
        }
    }

    fn touches(&self, it: &Explained) -> bool {
        let (start, end) = (it.place.start, it.place.end);
        let on_line = self.line.is_none_or(|line| (start.line..=end.line).contains(&line));
        let on_column = self.column.is_none_or(|column| {
            let line = self.line.unwrap_or(start.line);
            (line > start.line || column >= start.column) && (line < end.line || column < end.column)
        });
        on_line && on_column
    }
}

impl WhyArgs {
    /// Prints the candidates. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let target = Target::parse(&self.target);
        if target.file.is_dir() {
            bail!("{}: is a directory; name a file, or use `keysieve scan --show-rejected`", target.file.display());
        }
        if !matches!(self.judge.format(), Formats::Text | Formats::Jsonl) {
            bail!("why has the formats text and jsonl");
        }
        let plan = Plan { paths: vec![target.file.clone()], secrets: true, no_ignore: true, ..Plan::default() };
        let settings = Settings { explain: true, ..self.judge.settings(&plan)? };
        let outcome = run::run(&plan, &settings, &Stop::default(), &Progress::default())?;
        let report = outcome.report(self.judge.show());
        let here: Vec<&Explained> = outcome.explained.iter().filter(|it| target.touches(it)).collect();
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let mut out = BufWriter::new(stdout.lock());
        match self.judge.format() {
            Formats::Jsonl => jsonl::candidates(here.iter().copied(), &report, &mut out)?,
            _ => {
                explained::write(here.iter().copied(), &report, colour, &mut out)?;
                writeln!(out, "{}", summary(&target, here.len(), outcome.explained.len()))?;
            }
        }
        out.flush()?;
        Ok(if outcome.complete { 0 } else { 3 })
    }
}

fn summary(target: &Target, here: usize, all: usize) -> String {
    let counted = |number: usize| if number == 1 { "1 candidate".to_owned() } else { format!("{number} candidates") };
    match (here, target.line) {
        (0, None) => "nothing in this file has the form of a secret".to_owned(),
        (0, Some(_)) => format!("nothing at this place has the form of a secret ({} in the file)", counted(all)),
        (_, None) => counted(here),
        (_, Some(_)) => format!("{} here, {} in the file", counted(here), counted(all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_its_end() {
        let target = |file: &str, line, column| Target { file: PathBuf::from(file), line, column };
        assert_eq!(Target::parse("no/such.yml"), target("no/such.yml", None, None));
        assert_eq!(Target::parse("no/such.yml:12"), target("no/such.yml", Some(12), None));
        assert_eq!(Target::parse("no/such.yml:12:8"), target("no/such.yml", Some(12), Some(8)));
        assert_eq!(Target::parse("no/such:x"), target("no/such:x", None, None));
        assert_eq!(Target::parse("no/such:0"), target("no/such:0", None, None));
    }
}
