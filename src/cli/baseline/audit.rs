//! `keysieve baseline audit`.
//!
//! Every answer is written before the next question: whoever stops, by Ctrl-C or otherwise, goes on where the answers end. It
//! is written into the file as that is then, for somebody else may have answered meanwhile.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Common, settings};
use crate::cli::output;
use crate::cli::settings::JudgeArgs;
use crate::config::policy::parse_day;
use crate::finding::Finding;
use crate::place::sanitize;
use crate::report::{Report, text};
use crate::run::{self, Progress, address};
use crate::secret::Secret;
use crate::source::Stop;
use crate::suppress::baseline::{Entry, State};

/// Say of each entry what it is, one after the other
///
/// Asks for each entry that nobody has judged yet. Every answer is saved at once; stop whenever you like.
#[derive(Args, Debug)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    common: Common,
    /// Ask for those that were judged before, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    judge: JudgeArgs,
}

const HELP: &str = "  r  real: a secret, still to be replaced
  o  rotated: it was replaced, and opens nothing any more
  a  accepted: it stays, for a reason
  f  false positive: no secret, for a reason
  s  skip: ask again next time
  q  quit
";

impl AuditArgs {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        let (plan, paths) = self.common.plan()?;
        let loaded = self.judge.configuration.load(&self.common.path)?;
        let file = self.common.named(&loaded);
        let path = Common::path_of(&file)?;
        let mut baseline = Common::read(&file, &loaded)?;
        // No handler for Ctrl-C: there is nothing to finish.
        let settings = settings(&self.judge, loaded, None)?;
        let outcome = run::run(&plan, &settings, &Stop::default(), &Progress::default())?;
        let report = outcome.report(self.judge.show());
        let mut found: HashMap<(String, String), &Finding> = HashMap::new();
        for finding in &outcome.findings {
            for place in &finding.places {
                found.insert((finding.fingerprint.to_string(), address(&paths, &place.origin)), finding);
            }
        }
        let open: Vec<Entry> =
            baseline.entries().filter(|entry| self.all || entry.state == State::Unaudited).cloned().collect();
        let mut input = io::stdin().lock();
        let mut out = io::stdout().lock();
        let mut judged = 0;
        for (number, entry) in open.iter().enumerate() {
            writeln!(out, "\n{} of {}", number + 1, open.len())?;
            let key = (entry.fingerprint.clone(), entry.path.clone());
            let is_proved = found.get(&key).is_some_and(|finding| finding.is_proved());
            match found.get(&key) {
                Some(finding) => shown(&report, finding, &mut out)?,
                None => writeln!(
                    out,
                    "{} at {} is not found any more: `keysieve baseline update` takes it out",
                    sanitize(&entry.rule),
                    sanitize(&entry.path)
                )?,
            }
            let about = About {
                entry,
                is_proved,
                secret: found.get(&key).and_then(|finding| finding.secret.as_ref()),
                today: settings.now.to_zoned(TimeZone::UTC).date(),
            };
            match ask(&about, &mut input, &mut out)? {
                Answer::Quit => break,
                Answer::Skip => {}
                Answer::Is(answer) => {
                    baseline = Common::read_again(&file, &baseline.key)?;
                    match baseline.entry(&entry.fingerprint, &entry.path) {
                        Some(now) if now == entry => {
                            baseline.put(*answer);
                            output::write_bytes(Some(&path), baseline.write().as_bytes())?;
                            judged += 1;
                        }
                        Some(now) => writeln!(out, "  left as it is: meanwhile it was judged {}", now.state.id())?,
                        None => writeln!(out, "  left out: meanwhile it was taken out of {}", file.name())?,
                    }
                }
            }
        }
        let left = baseline.entries().filter(|entry| entry.state == State::Unaudited).count();
        writeln!(out, "\n{}: {judged} judged, {left} unaudited", file.name())?;
        Ok(0)
    }
}

fn shown(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    text::write_finding(report, finding, colour, out)
}

enum Answer {
    Is(Box<Entry>),
    Skip,
    Quit,
}

/// What is asked about.
struct About<'a> {
    entry: &'a Entry,
    is_proved: bool,
    secret: Option<&'a Secret>,
    today: Date,
}

impl About<'_> {
    /// Whether a text holds the secret itself, which the file that is committed must not.
    fn tells(&self, text: &str) -> bool {
        let own = self.secret.map(Secret::own_part).filter(|own| own.len() >= 8);
        own.is_some_and(|own| memchr::memmem::find(text.as_bytes(), own).is_some())
    }
}

/// Asks what an entry is; the end of the input is an end of the audit. Of what an offline check proves no word makes a false
/// positive.
fn ask(about: &About<'_>, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Answer> {
    let About { entry, is_proved, today, .. } = *about;
    loop {
        let Some(answer) = line("[r]eal r[o]tated [a]ccepted [f]alse positive [s]kip [q]uit ? ", input, out)? else {
            return Ok(Answer::Quit);
        };
        let state = match answer.to_ascii_lowercase().as_str() {
            "r" | "real" => State::Real,
            "o" | "rotated" => State::Rotated,
            "a" | "accepted" => State::Accepted,
            "f" | "false" | "false positive" => State::FalsePositive,
            "s" | "skip" | "" => return Ok(Answer::Skip),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {
                out.write_all(HELP.as_bytes())?;
                continue;
            }
        };
        if state == State::FalsePositive && is_proved {
            writeln!(out, "  an offline check of the rule holds, so it is reported all the same; [a]ccepted hides it")?;
        }
        let mut judged = Entry { state, ..entry.clone() };
        let wanted = if state.needs_reason() { "why: " } else { "why (may be empty): " };
        loop {
            let Some(reason) = line(wanted, input, out)? else { return Ok(Answer::Quit) };
            if about.tells(&reason) {
                writeln!(out, "  that holds the secret itself, and this file is committed: say it otherwise")?;
                continue;
            }
            judged.reason = sanitize(&reason);
            if !judged.reason.is_empty() || !state.needs_reason() {
                break;
            }
            writeln!(out, "  an entry that is {} says why", state.id())?;
        }
        let Some(owner) = line("who answers for it (may be empty): ", input, out)? else { return Ok(Answer::Quit) };
        judged.owner = sanitize(&owner);
        loop {
            let Some(until) = line("until (2026-12-31, may be empty): ", input, out)? else { return Ok(Answer::Quit) };
            match parse_day(&until) {
                Some(day) if day < today => writeln!(out, "  {day} is over: what has ended hides nothing")?,
                None if !until.is_empty() => writeln!(out, "  write a day as 2026-12-31")?,
                _ => {
                    judged.until = until;
                    break;
                }
            }
        }
        return Ok(Answer::Is(Box::new(judged)));
    }
}

/// A line of the answer, without white space around it; none at the end of the input.
fn line(question: &str, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Option<String>> {
    write!(out, "{question}")?;
    out.flush()?;
    let mut text = String::new();
    if input.read_line(&mut text)? == 0 {
        writeln!(out)?;
        return Ok(None);
    }
    Ok(Some(text.trim().to_owned()))
}
