//! The message of a hook: what was stopped, where, why, what to do now, and how to allow it.
//!
//! It stands between a person and a commit, so it is short: the first findings with the first step each, the others counted
//! with the command that shows them. What the whole report says beside that (other places, facts, fingerprints) is left to it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;

use super::layout::{Paint, Style, WIDTH, wrap};
use super::{excerpt, origin, summary};
use crate::finding::{Finding, Introduction, Kind};
use crate::notice::{Cause, Notice};
use crate::place::{Origin, sanitize};
use crate::report::mask::Mask;
use crate::report::verdict::{self, count, number_of};
use crate::report::{Format, Report};

/// How many findings are shown.
const FINDINGS: usize = 5;
/// How many reasons of a finding are given.
const REASONS: usize = 2;
/// How many notices of a cause are listed.
const NOTICES: usize = 3;
/// Width of the column of labels.
const LABEL: usize = 9;

/// What the message says of the hook itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// What was looked at, if that has to be said.
    pub looked_at: Option<String>,
    /// What is stopped: `the commit`.
    pub stopped: &'static str,
    /// The way to take a secret out of it.
    pub fix: &'static str,
    /// How a comment allows what stands on a line.
    pub allow: &'static str,
    /// Whether a comment does.
    pub comment: bool,
    /// The command that shows the whole report.
    pub all: String,
}

/// The message of a hook.
pub struct Brief {
    /// Whether to use terminal colours.
    pub colour: bool,
    /// What it says of the hook.
    pub scene: Scene,
}

impl Format for Brief {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::near(report);
        let mut lines = Lines { text: String::new(), paint: Paint { colour: self.colour }, mask: &mask };
        if report.exit_code != 0 && report.failing > 0 {
            let words = format!("keysieve stops {}: {}", self.scene.stopped, verdict::words(report));
            lines.in_style(Style::Strong, &words);
        }
        // Those that stop it come first in the order of findings.
        let mut explained = HashSet::new();
        for finding in report.findings.iter().take(FINDINGS) {
            lines.finding(report, finding, explained.insert(finding.rule.as_ref()));
        }
        if !report.findings.is_empty() {
            lines.text.push('\n');
            self.ways_out(report, &mut lines);
        }
        lines.notices(report);
        for (means, number) in report.hidden() {
            lines.wrapped(&format!("keysieve: {number} hidden by {}", means.words()));
        }
        if let Some(looked_at) = &self.scene.looked_at {
            lines.wrapped(looked_at);
        }
        if report.failing == 0 || report.exit_code == 0 {
            let words = format!("keysieve: {}; {}", summary::coverage(report.coverage), verdict::words(report));
            lines.wrapped(&words);
        }
        out.write_all(lines.text.as_bytes())?;
        out.flush()
    }
}

impl Brief {
    /// What holds for all findings.
    fn ways_out(&self, report: &Report<'_>, lines: &mut Lines<'_>) {
        let stand = |whether: fn(&Stands) -> bool| report.findings.iter().any(|it| whether(&Stands::of(it)));
        let is_secret = |finding: &&Finding| finding.kind == Kind::Secret;
        let mut fixes = Vec::new();
        let secrets: Vec<Stands> = report.findings.iter().filter(is_secret).map(Stands::of).collect();
        if secrets.iter().any(|it| !matches!(it, Stands::InTag | Stands::InRef)) {
            fixes.push(self.scene.fix);
        }
        let is_name = |it: &Finding| {
            Stands::of(it) == Stands::AtPath && it.places.first().is_some_and(|place| place.origin.is_name())
        };
        if report.findings.iter().filter(is_secret).any(is_name) {
            fixes.push("the name of a file holds it: give the file another name (`git mv`)");
        }
        if secrets.contains(&Stands::InTag) {
            fixes.push("a tag keeps what it says: `git tag -d` takes it away, make it anew without the secret");
        }
        if secrets.contains(&Stands::InRef) {
            fixes.push("the name of a branch or tag is sent, too: give it another one (`git branch -m`)");
        }
        for (index, fix) in fixes.iter().enumerate() {
            lines.labelled(if index == 0 { "fix" } else { "" }, fix);
        }
        if stand(|it| *it == Stands::OnLine) {
            lines.labelled("allow", self.scene.allow);
            let mut seen = HashSet::new();
            let most = if self.scene.comment { FINDINGS } else { 0 };
            let shown = report.findings.iter().take(most).filter(|it| Stands::of(it) == Stands::OnLine);
            for finding in shown.filter(|it| seen.insert(it.rule.as_ref())) {
                // To be copied, so in one piece.
                let rule = sanitize(&finding.rule);
                let _ = writeln!(lines.text, "{:LABEL$}keysieve:allow {rule} until=YYYY-MM-DD <reason>", "");
            }
        }
        if stand(|it| *it == Stands::AtPath) {
            let words = "no comment counts for the name of a file, nor for what was removed again: an `[[exception]]` in \
                         keysieve.toml allows a rule at a path";
            lines.labelled("allow", words);
        }
        if stand(|it| matches!(it, Stands::InCommit | Stands::InTag | Stands::InRef)) {
            lines.labelled(
                "allow",
                "what a message or the name of a ref says is allowed by the baseline alone: `keysieve baseline update --add`",
            );
        }
        match report.findings.len().saturating_sub(FINDINGS) {
            0 => lines.labelled("all", &format!("`{}` says more", self.scene.all)),
            more => lines.labelled("all", &format!("{more} more: `{}` shows them", self.scene.all)),
        }
    }
}

/// Where a finding stands, as far as that decides what can be done about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// On a line that a comment can be put on.
    OnLine,
    /// At a path, but on no line that is there.
    AtPath,
    /// In the message or the header of a commit, or in a note.
    InCommit,
    /// In the message or the header of a tag.
    InTag,
    /// In the name of a ref.
    InRef,
}

impl Stands {
    fn of(finding: &Finding) -> Self {
        let Some(place) = finding.places.first() else { return Self::OnLine };
        match place.origin.outermost() {
            Origin::FileName(_) | Origin::EntryName(_) => Self::AtPath,
            Origin::Blob { .. } | Origin::LfsObject { .. } => {
                match place.introduced.as_deref().is_some_and(Introduction::is_current) {
                    true => Self::OnLine,
                    false => Self::AtPath,
                }
            }
            Origin::CommitHeader { .. } | Origin::CommitMessage { .. } | Origin::Note { .. } => Self::InCommit,
            Origin::TagHeader { .. } | Origin::TagMessage { .. } => Self::InTag,
            Origin::RefName(_) => Self::InRef,
            _ => Self::OnLine,
        }
    }
}

struct Lines<'l> {
    text: String,
    paint: Paint,
    mask: &'l Mask<'l>,
}

impl Lines<'_> {
    fn finding(&mut self, report: &Report<'_>, finding: &Finding, first_of_rule: bool) {
        self.text.push('\n');
        let head = format!("{}[{}]", finding.severity, sanitize(&finding.rule));
        let title = self.mask.text(&finding.title);
        for (index, line) in wrap(&format!("{head}: {title}"), WIDTH, WIDTH - 2).iter().enumerate() {
            match (index, line.strip_prefix(&head)) {
                (0, Some(rest)) => {
                    let head = self.paint.in_style(Style::of(finding.severity), &head);
                    let _ = writeln!(self.text, "{head}{}", self.paint.in_style(Style::Strong, rest));
                }
                _ => _ = writeln!(self.text, "{:indent$}{line}", "", indent = if index == 0 { 0 } else { 2 }),
            }
        }
        if let Some(place) = finding.places.first() {
            let more = match finding.places.len() - 1 {
                0 => String::new(),
                more => format!(" and {}", count(more as u64, "other place")),
            };
            let at = self.paint.in_style(Style::Place, &origin(self.mask, place, true));
            let _ = writeln!(self.text, "  {at}{more}");
            if let (Some(line), false) = (&place.excerpt, place.origin.is_name()) {
                let style = Style::of(finding.severity);
                excerpt::write(&mut self.text, &self.mask.excerpt(line), place.start.line, style, self.paint);
            }
        }
        if report.show.secrets
            && let Some(secret) = &finding.secret
        {
            let value = String::from_utf8_lossy(secret.expose()).into_owned();
            let _ = writeln!(self.text, "  secret {}", sanitize(&value));
        }
        let (believed, open) = finding.told();
        let reasons = believed.iter().take(REASONS).map(|reason| self.mask.text(&reason.text));
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let joint = if reasons.is_empty() { "" } else { ": " };
        self.labelled("why", &format!("{} confidence{joint}{reasons}", finding.confidence));
        for reason in open {
            let text = self.mask.text(&reason.text);
            self.labelled("shown", &text);
        }
        let step = report.descriptor(&finding.rule).and_then(|descriptor| descriptor.steps.first());
        if let (Some(step), true) = (step, first_of_rule) {
            let step = self.mask.text(step);
            self.labelled("next", &step);
        }
    }

    /// What makes the scan incomplete, and that there was nothing to scan.
    fn notices(&mut self, report: &Report<'_>) {
        let mut causes: Vec<_> = report.notices.iter().map(|notice| notice.cause).collect();
        causes.dedup();
        for cause in causes {
            let incomplete = report.incomplete_causes.contains(&cause);
            if !incomplete && !matches!(cause, Cause::NothingStaged | Cause::NothingNew) {
                continue;
            }
            let of_cause: Vec<&Notice> = report.notices.iter().filter(|notice| notice.cause == cause).collect();
            for notice in of_cause.iter().take(NOTICES) {
                let detail = self.mask.text(&notice.detail);
                match incomplete {
                    true => {
                        self.wrapped(&format!("keysieve: not scanned: {}: {detail}", self.mask.text(&notice.subject)));
                    }
                    false => self.wrapped(&format!("keysieve: {detail}")),
                }
            }
            match number_of(report, cause).saturating_sub(NOTICES.min(of_cause.len()) as u64) {
                0 => {}
                more => self.wrapped(&format!("keysieve: and {more} more {}", cause.id())),
            }
        }
    }

    fn in_style(&mut self, style: Style, text: &str) {
        for line in wrap(text, WIDTH, WIDTH) {
            let _ = writeln!(self.text, "{}", self.paint.in_style(style, &line));
        }
    }

    fn wrapped(&mut self, text: &str) {
        for (index, line) in wrap(text, WIDTH, WIDTH - 2).iter().enumerate() {
            let _ = writeln!(self.text, "{:indent$}{line}", "", indent = if index == 0 { 0 } else { 2 });
        }
    }

    fn labelled(&mut self, label: &str, text: &str) {
        for (index, line) in wrap(text, WIDTH - LABEL, WIDTH - LABEL).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = self.paint.in_style(Style::Dim, &format!("{label:<width$}", width = LABEL - 2));
            let _ = writeln!(self.text, "{}", format!("  {label}{line}").trim_end());
        }
    }
}
