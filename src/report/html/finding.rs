//! One finding on the page: a line that can be unfolded.

use std::fmt::Write as _;

use super::prose;
use crate::finding::{Finding, Place, Suppression};
use crate::report::Report;
use crate::report::checkout::is_past;
use crate::report::escape::html as escaped;
use crate::report::mask::Mask;
use crate::report::spot;
use crate::report::text::{life, origin, suppressed};

/// How many places are listed.
const PLACES: usize = 100;

pub(super) struct Card<'c> {
    pub(super) report: &'c Report<'c>,
    pub(super) mask: &'c Mask<'c>,
    pub(super) finding: &'c Finding,
    /// What hides it.
    pub(super) by: Option<&'c Suppression>,
    /// Its id on the page.
    pub(super) id: String,
}

impl Card<'_> {
    fn text(&self, text: &str) -> String {
        escaped(&self.mask.text(text))
    }

    fn prose(&self, text: &str) -> String {
        prose(&self.mask.text(text))
    }

    /// The word that the filter goes by.
    fn state(&self) -> &'static str {
        match self.by {
            Some(_) => "hidden",
            None if is_past(self.finding) => "history",
            None => "present",
        }
    }

    pub(super) fn html(&self) -> String {
        let Card { finding, mask, .. } = self;
        let (rule, severity, state) = (self.text(&finding.rule), finding.severity, self.state());
        let path = finding.path().map(|path| escaped(&mask.path(path).display())).unwrap_or_default();
        let place = finding.places.first();
        let mut out = format!(
            "<details class=\"finding\" id=\"{}\" data-severity=\"{severity}\" data-rule=\"{rule}\" data-state=\"{state}\" \
             data-path=\"{path}\"><summary><span class=\"path\">{}</span>",
            self.id,
            place.map(|place| escaped(&origin(mask, place, false))).unwrap_or_default(),
        );
        let redacted = finding.secret.as_ref().map(|secret| secret.redacted()).unwrap_or_default();
        let beside = match (state, redacted.is_empty()) {
            ("history", _) => format!("{redacted} only in the history"),
            _ => redacted,
        };
        let _ = writeln!(out, "<span class=\"soft\">{}</span></summary>", escaped(&beside));
        if let Some(place) = place {
            self.excerpt(place, &mut out);
        }
        out.push_str("<dl>");
        let mut row = |label: &str, html: &str| {
            let _ = write!(out, "<dt>{label}</dt><dd>{html}</dd>");
        };
        if let Some(by) = self.by {
            row("hidden", &escaped(&suppressed::by(by, mask)));
        }
        if !finding.message.is_empty() {
            row("what", &self.prose(&finding.message));
        }
        if let Some(secret) = spot::secret(self.report, finding) {
            row("secret", &format!("<code>{}</code>", escaped(&secret)));
        }
        let reasons: Vec<String> = finding.reasons.iter().map(|reason| self.prose(&reason.text)).collect();
        let joint = if reasons.is_empty() { "" } else { ": " };
        row("why", &format!("{} confidence{joint}{}", finding.confidence, reasons.join("; ")));
        for fact in &finding.facts {
            row(fact.name.id(), &self.text(&fact.value));
        }
        if let Some(since) = life::since(finding, mask) {
            row("since", &escaped(&since));
        }
        if let Some(life) = &finding.life {
            let words = [("life", life::course(life, mask)), ("refs", life::refs(life, mask))];
            words.into_iter().for_each(|(label, words)| {
                if let Some(words) = words {
                    row(label, &escaped(&words));
                }
            });
        }
        if let Some(owner) = self.report.owner(finding) {
            row("owner", &self.text(owner));
        }
        if let Some(threshold) = &finding.threshold {
            row("limit", &format!("{} ({})", self.text(&threshold.limit), self.text(&threshold.source)));
        }
        if finding.places.len() > 1 {
            row("places", &self.places());
        }
        for related in &finding.related {
            let at = escaped(&origin(mask, &related.place, true));
            row("near", &format!("{}: <span class=\"path\">{at}</span>", self.text(&related.label)));
        }
        row("fingerprint", &format!("<span class=\"id\">{}</span>", escaped(finding.fingerprint.as_str())));
        out.push_str("</dl></details>\n");
        out
    }

    fn excerpt(&self, place: &Place, out: &mut String) {
        if let (Some(excerpt), false) = (&place.excerpt, place.origin.is_name()) {
            let excerpt = self.mask.excerpt(excerpt);
            let (before, rest) = excerpt.text.split_at(excerpt.start);
            let (meant, behind) = rest.split_at(excerpt.end - excerpt.start);
            let parts = [before, meant, behind].map(escaped);
            let _ = write!(out, "<pre>{}<mark>{}</mark>{}</pre>", parts[0], parts[1], parts[2]);
        }
    }

    fn places(&self) -> String {
        let mut list = "<ul>".to_owned();
        for place in self.finding.places.iter().take(PLACES) {
            let _ = write!(list, "<li class=\"path\">{}</li>", escaped(&origin(self.mask, place, true)));
        }
        let more = self.finding.places.len().saturating_sub(PLACES);
        if more > 0 {
            let _ = write!(list, "<li>and {more} more</li>");
        }
        list + "</ul>"
    }
}
