//! The report for people, in a terminal of 80 columns.
//!
//! One block a finding, then one block for the whole run. A line is never longer than [`WIDTH`] columns, but for two kinds
//! that must stay in one piece to be of use: a place (`path:line:column`, which terminals and editors open) and a secret that
//! the user asked to see. The order is that of the findings, which is documented: most severe first.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use self::layout::{Paint, Style, WIDTH, wrap};
use self::life::{fate, ten};
use super::mask::Mask;
use super::{Descriptor, Format, Report};
use crate::finding::{Finding, Introduction, Place};
use crate::place::{Origin, sanitize};

pub mod brief;
mod excerpt;
pub mod explained;
pub(super) mod layout;
pub(super) mod life;
pub(super) mod summary;
pub(super) mod suppressed;

/// How many further places of a finding are listed.
const PLACES: usize = 5;
/// How many reasons are given.
const REASONS: usize = 4;
/// Width of the column of labels (`why`, `next`), the two columns before it included.
const LABEL: usize = 9;

/// The report for people.
pub struct Text {
    /// Whether to use terminal colours. They are the sixteen of every terminal, the same on every machine.
    pub colour: bool,
}

impl Format for Text {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let mask = Mask::near(report);
        let paint = Paint { colour: self.colour };
        let mut explained = HashSet::new();
        let mut block = String::new();
        for finding in report.findings {
            block.clear();
            let first_of_rule = explained.insert(finding.rule.as_ref());
            Block { text: &mut block, report, mask: &mask, paint }.finding(finding, first_of_rule);
            block.push('\n');
            out.write_all(block.as_bytes())?;
        }
        out.flush()?;
        explained::write(report.rejected(), report, self.colour, &mut out)?;
        block.clear();
        if report.show.suppressed {
            suppressed::write(&mut block, report, &mask, paint);
        }
        summary::write(&mut block, report, &mask, paint);
        out.write_all(block.as_bytes())?;
        out.flush()
    }
}

/// Writes one finding as the report does.
///
/// # Errors
/// Those of `out`.
pub fn write_finding(report: &Report<'_>, finding: &Finding, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let mask = Mask::near(report);
    let mut block = String::new();
    Block { text: &mut block, report, mask: &mask, paint: Paint { colour } }.finding(finding, true);
    out.write_all(block.as_bytes())
}

/// The lines of one finding.
struct Block<'b> {
    text: &'b mut String,
    report: &'b Report<'b>,
    mask: &'b Mask<'b>,
    paint: Paint,
}

impl Block<'_> {
    fn finding(&mut self, finding: &Finding, first_of_rule: bool) {
        self.header(finding);
        if let Some(place) = finding.places.first() {
            // Who opens the file does not find what is only in a commit.
            let with_commit = place.origin.outermost().is_history();
            self.line(&format!("  {}", self.paint.in_style(Style::Place, &self.place(place, with_commit))));
            if let (Some(excerpt), false) = (&place.excerpt, place.origin.is_name()) {
                let excerpt = self.mask.excerpt(excerpt);
                excerpt::write(self.text, &excerpt, place.start.line, Style::of(finding.severity), self.paint);
            }
        }
        let message = self.mask.text(&finding.message);
        if !message.is_empty() && message != finding.title {
            self.wrapped(2, &message);
        }
        if self.report.show.secrets {
            self.secret(finding);
        }
        self.why(finding);
        self.says(finding);
        if let Some(since) = life::since(finding, self.mask) {
            self.labelled("since", &since);
        }
        if let Some(life) = &finding.life {
            let words = [("life", life::course(life, self.mask)), ("refs", life::refs(life, self.mask))];
            words
                .into_iter()
                .filter_map(|(label, words)| Some((label, words?)))
                .for_each(|(label, words)| self.labelled(label, &words));
        }
        if let Some(owner) = self.report.owner(finding) {
            self.labelled("owner", &self.mask.text(owner));
        }
        let (places, related) = self.report.places(finding);
        self.also(&places);
        for related in related {
            let text = format!("{}: {}", self.mask.text(&related.label), self.place(&related.place, true));
            self.labelled_whole("near", &text);
        }
        if let Some(threshold) = &finding.threshold {
            let text = format!("{} ({})", self.mask.text(&threshold.limit), self.mask.text(&threshold.source));
            self.labelled("limit", &text);
        }
        self.next(self.report.descriptor(&finding.rule), first_of_rule);
        self.line(&format!("  {}", self.paint.in_style(Style::Dim, finding.fingerprint.as_str())));
    }

    /// `critical[rule-id]: title`.
    fn header(&mut self, finding: &Finding) {
        let head = format!("{}[{}]", finding.severity, sanitize(&finding.rule));
        let lines = wrap(&format!("{head}: {}", self.mask.text(&finding.title)), WIDTH, WIDTH - 2);
        for (index, line) in lines.iter().enumerate() {
            match (index, line.strip_prefix(&head)) {
                (0, Some(rest)) => {
                    let head = self.paint.in_style(Style::of(finding.severity), &head);
                    self.line(&format!("{head}{}", self.paint.in_style(Style::Strong, rest)));
                }
                (0, None) => self.line(line),
                _ => self.line(&format!("  {}", self.paint.in_style(Style::Strong, line))),
            }
        }
    }

    fn secret(&mut self, finding: &Finding) {
        let Some(secret) = &finding.secret else { return };
        let value = String::from_utf8_lossy(secret.expose());
        for (index, line) in value.lines().enumerate() {
            self.labelled_whole(if index == 0 { "secret" } else { "" }, &sanitize(line));
        }
    }

    fn why(&mut self, finding: &Finding) {
        let mut text = format!("{} confidence", finding.confidence);
        let (believed, open) = finding.told();
        let reasons: Vec<String> = believed.iter().take(REASONS).map(|reason| self.mask.text(&reason.text)).collect();
        if !reasons.is_empty() {
            let _ = write!(text, ": {}", reasons.join("; "));
        }
        match believed.len().saturating_sub(REASONS) {
            0 => {}
            more => text.push_str(&format!("; and {more} more")),
        }
        self.labelled("why", &text);
        for reason in open {
            self.labelled("shown", &self.mask.text(&reason.text));
        }
    }

    /// What the secret says of itself.
    fn says(&mut self, finding: &Finding) {
        let facts = finding.facts.iter().map(|fact| format!("{} {}", fact.name.id(), self.mask.text(&fact.value)));
        let text = facts.collect::<Vec<_>>().join("; ");
        if !text.is_empty() {
            self.labelled("says", &format!("of itself: {text}"));
        }
    }

    fn also(&mut self, places: &[&Place]) {
        let further: Vec<&Place> = places.iter().copied().skip(1).collect();
        let more = further.len().saturating_sub(PLACES);
        for (index, place) in further.into_iter().take(PLACES).enumerate() {
            let text = self.place(place, true);
            self.labelled_whole(if index == 0 { "also" } else { "" }, &text);
        }
        if more > 0 {
            self.labelled("", &format!("and {more} more place{}", if more == 1 { "" } else { "s" }));
        }
    }

    /// What to do next: the first step, for the first finding of a rule.
    fn next(&mut self, descriptor: Option<&Descriptor>, first_of_rule: bool) {
        let Some(descriptor) = descriptor.filter(|descriptor| !descriptor.steps.is_empty()) else { return };
        if !first_of_rule {
            self.labelled("next", &format!("as above for the first {}", sanitize(&descriptor.id)));
            return;
        }
        self.labelled("next", &self.mask.text(&descriptor.steps[0]));
        let what = match descriptor.steps.len() - 1 {
            0 => return,
            1 => "the other step".to_owned(),
            more => format!("the other {more} steps"),
        };
        self.labelled_whole("", &format!("{what}: keysieve explain {}", sanitize(&descriptor.id)));
    }

    fn place(&self, place: &Place, with_commit: bool) -> String {
        origin(self.mask, place, with_commit)
    }

    fn label(&self, label: &str) -> String {
        let padded = format!("{label:<width$}", width = LABEL - 2);
        format!("  {}", self.paint.in_style(Style::Dim, &padded))
    }

    fn labelled(&mut self, label: &str, text: &str) {
        let label = self.label(label);
        self.hanging(&label, LABEL, text);
    }

    /// A line that is not wrapped: see the module.
    fn labelled_whole(&mut self, label: &str, text: &str) {
        let label = self.label(label);
        self.line(&format!("{label}{text}"));
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        self.hanging(&" ".repeat(indent), indent, text);
    }

    /// `text` behind `first`, its further lines indented by `indent` columns, the width of `first`.
    fn hanging(&mut self, first: &str, indent: usize, text: &str) {
        for (index, line) in wrap(text, WIDTH - indent, WIDTH - indent).iter().enumerate() {
            match index {
                0 => self.line(&format!("{first}{line}")),
                _ => self.line(&format!("{:indent$}{line}", "")),
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

/// `path:line:column`, if asked for with the commit that brought it.
pub(super) fn origin(mask: &Mask, place: &Place, with_commit: bool) -> String {
    let mut text = match &place.origin {
        Origin::Staged(path) => mask.path(path).display(),
        origin => mask.origin(origin),
    };
    if !place.origin.is_name() {
        let _ = write!(text, ":{}:{}", place.start.line, place.start.column);
    }
    if matches!(place.origin.outermost(), Origin::Staged(_)) {
        text.push_str(" (staged)");
    }
    if !place.decoding.is_empty() {
        let _ = write!(text, " (in {})", place.decoding.join(", then "));
    }
    if let (true, Some(Introduction { commit, .. })) = (with_commit, place.introduced.as_deref()) {
        let commit = ten(commit);
        let _ = match fate(std::slice::from_ref(place)) {
            Some(fate) => write!(text, " ({commit}, {fate})"),
            // The place says its commit by itself.
            None if text.contains(commit) => Ok(()),
            None => write!(text, " ({commit})"),
        };
    }
    text
}
