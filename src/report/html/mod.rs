//! The report as one page that needs nothing else: no server, no font, nothing that is fetched.
//!
//! Problem: every text of the page was written by whoever wrote the repository, and the page is opened by those who may do most. So
//! nothing of it is markup: every text is escaped here, and a content security policy lets exactly our own style and script count,
//! by their hashes; what slipped through would still not run.
//!
//! Way: the findings are plain HTML, there without any script; the script only hides those that the reader does not ask for. The
//! browser itself leaves out of the layout what is out of sight (`content-visibility`) and what is folded. Rejected: data in
//! JSON that a script renders, which is nothing without script and needs a second renderer.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write as _};

use sha2::{Digest as _, Sha256};

use self::finding::Card;
use super::escape::html as escaped;
use super::mask::Mask;
use super::text::summary;
use super::{Descriptor, Format, Report, verdict};
use crate::finding::{Finding, Severity, Suppressed};

mod finding;
mod timeline;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many notices are listed; the JSON report has them all.
const NOTICES: usize = 1_000;

/// One page of HTML.
pub struct Html;

impl Format for Html {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page { report, mask: &Mask::of(report), out: io::BufWriter::with_capacity(1 << 16, out) };
        page.head()?;
        page.summary()?;
        page.out.write_all(timeline::timeline(report, page.mask).as_bytes())?;
        page.filter()?;
        page.findings()?;
        page.hidden()?;
        page.rest()?;
        write!(page.out, "<script>{SCRIPT}</script>\n</body>\n</html>\n")?;
        page.out.flush()
    }
}

struct Page<'p, W: io::Write> {
    report: &'p Report<'p>,
    mask: &'p Mask<'p>,
    out: io::BufWriter<W>,
}

impl<W: io::Write> Page<'_, W> {
    fn text(&self, text: &str) -> String {
        escaped(&self.mask.text(text))
    }

    fn prose(&self, text: &str) -> String {
        prose(&self.mask.text(text))
    }

    fn head(&mut self) -> io::Result<()> {
        let (style, script) = (hash(STYLE), hash(SCRIPT));
        write!(
            self.out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{style}'; script-src \
             '{script}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>keysieve report</title>\n<link rel=\"icon\" \
             href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n"
        )
    }

    /// What the run says as a whole.
    fn summary(&mut self) -> io::Result<()> {
        let report = self.report;
        let words = escaped(&verdict::words(report));
        writeln!(self.out, "<h1>keysieve report</h1>\n<p class=\"verdict\">{words}</p>")?;
        let coverage = escaped(&summary::coverage(report.coverage));
        writeln!(self.out, "<p class=\"soft\">{coverage}</p>")?;
        if !report.complete {
            let causes: Vec<&str> = verdict::missed(report).into_iter().map(|(cause, _)| cause.id()).collect();
            let causes = escaped(&causes.join(", "));
            writeln!(
                self.out,
                "<p class=\"incomplete\">The scan is incomplete ({causes}): what was not scanned stands \
                 <a href=\"#notices\">below</a>.</p>"
            )?;
        }
        writeln!(self.out, "<ul class=\"tiles\">")?;
        for severity in Severity::ALL.into_iter().rev() {
            let number = report.findings.iter().filter(|finding| finding.severity == severity).count();
            writeln!(self.out, "<li class=\"{severity}\"><b>{number}</b>{severity}</li>")?;
        }
        let hidden: u64 = report.hidden().map(|(_, number)| number).sum();
        writeln!(self.out, "<li class=\"soft\"><b>{hidden}</b>hidden</li>\n</ul>")
    }

    /// The fields of the filter, which the script shows.
    fn filter(&mut self) -> io::Result<()> {
        let report = self.report;
        let hidden = report.suppressed.iter().map(|it| &it.finding);
        let rules: BTreeSet<&str> = report.findings.iter().chain(hidden).map(|it| it.rule.as_ref()).collect();
        let nothing = if report.findings.is_empty() { "\n<p>No findings.</p>" } else { "" };
        writeln!(self.out, "<h2>Findings</h2>{nothing}")?;
        writeln!(self.out, "<form id=\"filter\" hidden>\n<fieldset><legend>Severity</legend>")?;
        for severity in Severity::ALL.into_iter().rev() {
            writeln!(
                self.out,
                "<label class=\"{severity}\"><input type=\"checkbox\" value=\"{severity}\" checked>{severity}</label>"
            )?;
        }
        writeln!(self.out, "</fieldset>\n<label>Rule <select name=\"rule\"><option value=\"\">all</option>")?;
        for rule in rules {
            let rule = self.text(rule);
            writeln!(self.out, "<option value=\"{rule}\">{rule}</option>")?;
        }
        self.out.write_all(
            b"</select></label>\n<label>State <select name=\"state\"><option value=\"\">all</option>\n\
              <option value=\"present\">present</option><option value=\"history\">only in the history</option>\n\
              <option value=\"hidden\">hidden</option></select></label>\n\
              <label>Path <input name=\"path\" size=\"12\"></label>\n\
              <label>Search <input name=\"search\" type=\"search\" size=\"16\"></label>\n\
              <button type=\"reset\">Reset</button>\n<output id=\"shown\"></output>\n</form>\n",
        )
    }

    /// The findings, in a group for each severity and rule.
    fn findings(&mut self) -> io::Result<()> {
        let mut number = 0;
        let mut explained = HashSet::new();
        let is_of_group = |a: &Finding, b: &Finding| a.severity == b.severity && a.rule == b.rule;
        for group in self.report.findings.chunk_by(is_of_group) {
            self.group(&group[0], group.len(), true, explained.insert(group[0].rule.as_ref()))?;
            for finding in group {
                number += 1;
                let card = Card { report: self.report, mask: self.mask, finding, by: None, id: format!("f{number}") };
                self.out.write_all(card.html().as_bytes())?;
            }
            writeln!(self.out, "</details>")?;
        }
        Ok(())
    }

    /// What is hidden, in a section of its own.
    fn hidden(&mut self) -> io::Result<()> {
        if self.report.suppressed.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "<h2>Hidden</h2>\n<p class=\"soft\">Found, and not reported for the reason given.</p>")?;
        let mut number = 0;
        let is_of_group = |a: &Suppressed, b: &Suppressed| {
            a.finding.severity == b.finding.severity && a.finding.rule == b.finding.rule
        };
        for group in self.report.suppressed.chunk_by(is_of_group) {
            self.group(&group[0].finding, group.len(), false, false)?;
            for Suppressed { finding, by } in group {
                number += 1;
                let id = format!("h{number}");
                let card = Card { report: self.report, mask: self.mask, finding, by: Some(by), id };
                self.out.write_all(card.html().as_bytes())?;
            }
            writeln!(self.out, "</details>")?;
        }
        Ok(())
    }

    /// The beginning of a group. The first of a rule says what the rule is about, and the way out.
    fn group(&mut self, first: &Finding, number: usize, is_open: bool, explains: bool) -> io::Result<()> {
        let (rule, title, severity) = (self.text(&first.rule), self.text(&first.title), first.severity);
        let open = if is_open { " open" } else { "" };
        writeln!(
            self.out,
            "<details class=\"group\"{open}><summary><span class=\"{severity}\">{severity}</span> <b>{title}</b> \
             <span class=\"soft\">{rule}, {}</span></summary>",
            verdict::count(number as u64, "finding")
        )?;
        let Some(descriptor) = self.report.descriptor(&first.rule).filter(|_| explains) else { return Ok(()) };
        let Descriptor { description, steps, docs, .. } = descriptor;
        writeln!(self.out, "<div class=\"about\"><p>{}</p>", self.prose(description))?;
        if !steps.is_empty() {
            writeln!(self.out, "<ol>")?;
            for step in steps {
                writeln!(self.out, "<li>{}</li>", self.prose(step))?;
            }
            writeln!(self.out, "</ol>")?;
        }
        if let Some(docs) = docs.as_deref().filter(|docs| super::sarif::is_web_address(docs)) {
            let docs = escaped(docs);
            writeln!(self.out, "<p><a href=\"{docs}\" rel=\"noreferrer\">{docs}</a></p>")?;
        }
        writeln!(self.out, "</div>")
    }

    /// What was not scanned, what the files that hide say of themselves, and what made the report.
    fn rest(&mut self) -> io::Result<()> {
        let report = self.report;
        if !report.notices.is_empty() {
            writeln!(self.out, "<h2 id=\"notices\">Not scanned</h2>\n<ul class=\"notices\">")?;
            for notice in report.notices.iter().take(NOTICES) {
                let class = if report.incomplete_causes.contains(&notice.cause) { "high" } else { "soft" };
                let (cause, subject) = (notice.cause.id(), self.text(&notice.subject));
                let detail = self.prose(&notice.detail);
                let joint = if detail.is_empty() { "" } else { ": " };
                writeln!(
                    self.out,
                    "<li><span class=\"{class}\">{cause}</span> <span class=\"path\">{subject}</span>{joint}{detail}</li>"
                )?;
            }
            let more = report.notices.len().saturating_sub(NOTICES);
            if more > 0 {
                writeln!(self.out, "<li>and {more} more; the JSON report has them all</li>")?;
            }
            writeln!(self.out, "</ul>")?;
        }
        if !report.notes.is_empty() {
            writeln!(self.out, "<h2>Notes</h2>\n<ul class=\"notices\">")?;
            for note in report.notes {
                writeln!(self.out, "<li>{}</li>", self.prose(note))?;
            }
            writeln!(self.out, "</ul>")?;
        }
        let (version, pack, key) = (escaped(report.version), escaped(report.pack), escaped(report.fingerprint_key));
        writeln!(self.out, "<p class=\"soft\">keysieve {version}, rule pack {pack}, fingerprint key {key}</p>")
    }
}

/// A sentence, in which what stands between backticks is code.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    // A backtick without another is only that.
    if pieces.len().is_multiple_of(2) {
        return escaped(text);
    }
    let written = pieces.into_iter().enumerate().map(|(index, piece)| match index % 2 {
        0 => escaped(piece),
        _ => format!("<code>{}</code>", escaped(piece)),
    });
    written.collect()
}

/// The source of a content security policy for an inline text (CSP level 3, 2.3.1).
fn hash(text: &str) -> String {
    format!("sha256-{}", data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn code_is_what_stands_between_backticks() {
        assert_eq!(prose("set `a<b` & go"), "set <code>a&lt;b</code> &amp; go");
        assert_eq!(prose("a ` b"), "a ` b");
        assert_eq!(prose("``"), "<code></code>");
    }
}
