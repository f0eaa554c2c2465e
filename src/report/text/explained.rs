//! Why a candidate is reported, or is not: every judgement with its weight, for people.

use std::fmt::Write as _;
use std::io;

use super::layout::{Paint, Style, WIDTH, wrap};
use super::{excerpt, origin, summary, suppressed};
use crate::finding::{Confidence, Explained, Weight};
use crate::report::Report;
use crate::report::mask::Mask;

/// Writes each of `list`, which are candidates of `report`, with an empty line behind it.
///
/// # Errors
/// Those of `out`.
pub fn write<'e>(
    list: impl Iterator<Item = &'e Explained>,
    report: &Report<'_>,
    colour: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mask = Mask::near(report);
    for explained in list {
        let mut text = String::new();
        block(&mut text, explained, report.min_confidence, &mask, Paint { colour });
        text.push('\n');
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Writes what was not scanned, as the report does.
///
/// # Errors
/// Those of `out`.
pub fn write_notices(report: &Report<'_>, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    summary::notices(&mut text, report, &Mask::near(report), Paint { colour });
    out.write_all(text.as_bytes())
}

fn block(out: &mut String, it: &Explained, min: Confidence, mask: &Mask, paint: Paint) {
    let rejected = it.hidden.is_some() || it.confidence.is_none_or(|confidence| confidence < min);
    let style = if rejected { Style::Dim } else { Style::of(it.severity) };
    let head = if rejected { "not reported".to_owned() } else { it.severity.to_string() };
    let _ = writeln!(out, "{}: {}", paint.in_style(style, &format!("{head}[{}]", it.rule)), mask.text(&it.title));
    let _ = writeln!(out, "  {}", paint.in_style(Style::Place, &origin(mask, &it.place, false)));
    if let (Some(shown), false) = (&it.place.excerpt, it.place.origin.is_name()) {
        excerpt::write(out, &mask.excerpt(shown), it.place.start.line, style, paint);
    }
    line(out, "value", &it.redacted);
    for reason in &it.reasons {
        let mark = match reason.weight {
            Weight::Rejects => "rejects",
            Weight::Weakens => "weakens",
            Weight::Supports => "supports",
            Weight::Proves => "proves",
        };
        // The model's shares follow with their numbers.
        if reason.code != "model" || reason.weight == Weight::Rejects {
            line(out, mark, &format!("{} ({})", mask.text(&reason.text), reason.code));
        }
    }
    if let Some(score) = &it.score {
        line(out, "model", &format!("{:.2} likely; logarithm of the odds:", score.probability));
        let before: f32 = score.shares.iter().map(|share| share.weight).sum();
        let odds = (score.probability / (1.0 - score.probability)).ln();
        for (text, weight) in
            score.shares.iter().map(|share| (share.text, share.weight)).chain([("to begin with", odds - before)])
        {
            if weight.abs() >= 0.005 {
                line(out, "", &format!("{weight:+.2} {text}"));
            }
        }
    }
    let verdict = match (it.confidence, &it.hidden) {
        (None, _) => "not reported: rejected".to_owned(),
        (Some(confidence), _) if confidence < min => {
            format!("not reported: {confidence} confidence is below --min-confidence {min}")
        }
        (Some(_), Some(by)) => format!("not reported: hidden {}", suppressed::by(by, mask)),
        (Some(confidence), None) => format!("reported: {} severity, {confidence} confidence", it.severity),
    };
    line(out, "verdict", &verdict);
}

/// A label and its text, wrapped.
fn line(out: &mut String, label: &str, text: &str) {
    const LABEL: usize = 12;
    for (index, line) in wrap(text, WIDTH - LABEL, WIDTH - LABEL).iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "{}", format!("  {label:<width$}{line}", width = LABEL - 2).trim_end());
    }
}
