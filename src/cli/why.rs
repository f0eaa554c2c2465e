//! `keysieve why`.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use bstr::ByteSlice as _;
use clap::Args;

use super::settings::JudgeArgs;
use crate::finding::Explained;
use crate::place::FilePath;
use crate::report::text::explained;
use crate::report::{Formats, Report, jsonl};
use crate::run::{self, Outcome, Plan, Progress, Settings};
use crate::source::Stop;

/// Say why something is reported, or is not: every candidate at a place, with each judgement and its weight
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct WhyArgs {
    /// The file, perhaps with a line, or with a line and a column
    #[arg(value_name = "FILE[:LINE[:COLUMN]]")]
    target: OsString,
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

/// A place in a file, as a person types it or a report prints it.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    file: PathBuf,
    /// Which of its members, as reports print it: `inner.zip!a.py`.
    member: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
}

impl Target {
    /// Reads `FILE[!MEMBER][:LINE[:COLUMN]]`; a file whose name ends in `:12` goes before line 12 of another.
    fn parse(text: &OsStr) -> anyhow::Result<Target> {
        let whole = text.as_encoded_bytes();
        let mut readings = vec![(whole, None, None)];
        if let Some((path, last)) = number_behind(whole) {
            readings.push((path, Some(last), None));
            if let Some((path, line)) = number_behind(path) {
                readings.push((path, Some(line), Some(last)));
            }
        }
        let target = |file: PathBuf, member, line, column| Target { file, member, line, column };
        // What a member is called is known only later: there a number is a place.
        let file = readings.iter().find_map(|&(path, line, column)| Some((file_of(path)?, None, line, column)));
        let member = || {
            let mut readings = readings.iter().rev();
            readings.find_map(|&(path, line, column)| {
                let (file, member) = member_of(path)?;
                Some((file, Some(member), line, column))
            })
        };
        if let Some((file, member, line, column)) = file.or_else(member) {
            if line == Some(0) || column == Some(0) {
                bail!("{}: lines and columns are counted from 1", Path::new(text).display());
            }
            return Ok(target(file, member, line, column));
        }
        // There is no such file, which the scan says of the name without the place.
        let is_place = |&&(_, line, column): &&(&[u8], Option<u64>, Option<u64>)| line != Some(0) && column != Some(0);
        let &(path, line, column) = readings.iter().rev().find(is_place).unwrap_or(&readings[0]);
        Ok(target(path.to_path_lossy().into_owned(), None, line, column))
    }

    fn touches(&self, it: &Explained) -> bool {
        let (start, end) = (it.place.start, it.place.end);
        let on_line = self.line.is_none_or(|line| (start.line..=end.line).contains(&line));
        let on_column = self.column.is_none_or(|column| {
            let line = self.line.unwrap_or(start.line);
            (line > start.line || column >= start.column) && (line < end.line || column < end.column)
        });
        let names = || it.place.origin.members().iter().map(|name| name.display()).collect::<Vec<_>>().join("!");
        on_line && on_column && self.member.as_ref().is_none_or(|member| names() == *member)
    }

    /// How many lines the file has, where it is one that can be counted.
    fn lines(&self) -> Option<u64> {
        if self.member.is_some() || !self.file.is_file() {
            return None;
        }
        let mut file = BufReader::new(File::open(&self.file).ok()?);
        let (mut lines, mut last) = (0, b'\n');
        loop {
            let part = file.fill_buf().ok()?;
            let Some(&end) = part.last() else { break };
            lines += memchr::memchr_iter(b'\n', part).count() as u64;
            last = end;
            let length = part.len();
            file.consume(length);
        }
        Some(lines + u64::from(last != b'\n'))
    }
}

/// The number behind the last colon, and what is before that.
fn number_behind(text: &[u8]) -> Option<(&[u8], u64)> {
    let colon = memchr::memrchr(b':', text)?;
    let number = std::str::from_utf8(&text[colon + 1..]).ok()?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((&text[..colon], is_number.then(|| number.parse().ok())??))
}

/// The file that a path names, if there is one.
fn file_of(path: &[u8]) -> Option<PathBuf> {
    let file = path.to_path_lossy().into_owned();
    file.exists().then_some(file)
}

/// The file that a path names, and which of its members behind a `!`.
fn member_of(path: &[u8]) -> Option<(PathBuf, String)> {
    memchr::memchr_iter(b'!', path).find_map(|mark| {
        let file = file_of(&path[..mark]).filter(|file| file.is_file())?;
        Some((file, FilePath::new(&path[mark + 1..]).display()))
    })
}

impl WhyArgs {
    /// Prints the candidates. Returns the exit code.
    pub fn run(&self) -> anyhow::Result<u8> {
        let target = Target::parse(&self.target)?;
        if target.file.is_dir() {
            bail!("{}: is a directory; name a file, or use `keysieve scan --show-rejected`", target.file.display());
        }
        if !matches!(self.judge.format(), Formats::Text | Formats::Jsonl) {
            bail!("why has the formats text and jsonl");
        }
        let plan = Plan { paths: vec![target.file.clone()], secrets: true, no_ignore: true, ..Plan::default() };
        let settings = Settings { explain: true, ..self.judge.settings(&plan)? };
        let outcome = run::run(&plan, &settings, &Stop::default(), &Progress::default())?;
        let exit_code = if outcome.complete { 0 } else { 3 };
        let report = Report { exit_code, ..outcome.report(self.judge.show()) };
        let here: Vec<&Explained> = outcome.explained.iter().filter(|it| target.touches(it)).collect();
        if let (true, true, Some(line), Some(lines)) = (here.is_empty(), outcome.complete, target.line, target.lines())
            && line > lines
        {
            bail!("{}:{line}: there is no such line; the last one is {lines}", target.file.display());
        }
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let mut out = BufWriter::new(stdout.lock());
        match self.judge.format() {
            Formats::Jsonl => {
                jsonl::candidates(here.iter().copied(), &report, &mut out)?;
                jsonl::summary(&report, &mut out)?;
            }
            _ => {
                explained::write(here.iter().copied(), &report, colour, &mut out)?;
                explained::write_notices(&report, colour, &mut out)?;
                writeln!(out, "{}", summary(&target, here.len(), &outcome))?;
            }
        }
        out.flush()?;
        Ok(exit_code)
    }
}

fn summary(target: &Target, here: usize, outcome: &Outcome) -> String {
    let counted = |number: usize| if number == 1 { "1 candidate".to_owned() } else { format!("{number} candidates") };
    let all = counted(outcome.explained.len());
    let file = if outcome.complete { "the file" } else { "what could be scanned of it" };
    match (here, target.line) {
        (0, None) if outcome.complete => "nothing in this file has the form of a secret".to_owned(),
        (0, None) => "nothing in what could be scanned has the form of a secret".to_owned(),
        (0, Some(_)) => format!("nothing at this place has the form of a secret ({all} in {file})"),
        (_, None) => counted(here),
        (_, Some(_)) => format!("{} here, {all} in {file}", counted(here)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_its_end() {
        let target = |file: &str, line, column| Target { file: PathBuf::from(file), member: None, line, column };
        let parse = |text: &str| Target::parse(OsStr::new(text)).expect("a place");
        assert_eq!(parse("no/such.yml"), target("no/such.yml", None, None));
        assert_eq!(parse("no/such.yml:12"), target("no/such.yml", Some(12), None));
        assert_eq!(parse("no/such.yml:12:8"), target("no/such.yml", Some(12), Some(8)));
        assert_eq!(parse("no/such:x"), target("no/such:x", None, None));
        assert_eq!(parse("no/such:0"), target("no/such:0", None, None));
    }
}
