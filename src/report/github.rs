//! Workflow commands of GitHub Actions: the runner reads them from the log and makes annotations of them.
//!
//! GitHub shows ten annotations of each level a step, the first ones, and drops the rest in silence. So the worst come first,
//! ten errors, ten warnings and nine notices; the others stand in a folded group of the log as plain lines, and the tenth notice
//! says how many they are. A line of the log is a command if it begins with `::`, or if `##[` stands anywhere in it (the older
//! form, which the runner still takes), so neither may come from a text of the repository. The escapes are those of the actions
//! toolkit: `%`, CR and LF in messages, `:` and `,` as well in properties.

use std::io::{self, Write};

use super::mask::Mask;
use super::spot::{self, Spot};
use super::text::summary::coverage;
use super::verdict::{self, count};
use super::{Format, Report, gaps};
use crate::finding::{Finding, Severity};
use crate::place::sanitize;

/// Annotations of a level that GitHub shows.
const SHOWN: usize = 10;

/// Workflow commands.
pub struct Github;

const LEVELS: [&str; 3] = ["error", "warning", "notice"];

impl Format for Github {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let mut written = [0; LEVELS.len()];
        let mut folded = Vec::new();
        // Three at most, so that findings keep their annotations; the last notice names all causes.
        for (_, gap) in gaps::sentences(report, &mask).into_iter().take(3) {
            writeln!(out, "::error title=keysieve%3A the scan is incomplete::{}", data(&gap))?;
            written[0] += 1;
        }
        for finding in spot::worst_first(report) {
            let level = match finding.severity {
                Severity::Critical | Severity::High => 0,
                Severity::Medium => 1,
                Severity::Low | Severity::Info => 2,
            };
            // The last notice is the one that sums up.
            let most = if level == 2 { SHOWN - 1 } else { SHOWN };
            if written[level] < most {
                written[level] += 1;
                annotation(LEVELS[level], report, finding, &mask, &mut out)?;
            } else {
                folded.push(finding);
            }
        }
        let mut closing = verdict::words(report);
        if !folded.is_empty() {
            let rest = count(folded.len() as u64, "more finding");
            writeln!(out, "::group::keysieve: {rest} without an annotation")?;
            for finding in &folded {
                plain(report, finding, &mask, &mut out)?;
            }
            writeln!(out, "::endgroup::")?;
            closing.push_str(&format!("; {rest} in the log of this step, for GitHub shows {SHOWN} of a level"));
        }
        closing.push_str(&format!("\n{}", coverage(report.coverage)));
        writeln!(out, "::notice title=keysieve::{}", data(&closing))?;
        out.flush()
    }
}

fn annotation(level: &str, report: &Report<'_>, finding: &Finding, mask: &Mask, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{level} ")?;
    let spot = finding.places.first().map(|place| Spot::of(report, place, mask));
    if let Some((spot, range)) = spot.as_ref().and_then(|spot| Some((spot, spot.range?))) {
        write!(out, "file={},line={},endLine={}", property(&spot.path()), range.line, range.end_line)?;
        // Columns count only within one line.
        if range.line == range.end_line {
            write!(out, ",col={},endColumn={}", range.column, range.end_column.max(range.column))?;
        }
        write!(out, ",")?;
    }
    let title = format!("{} {}: {}", finding.severity, sanitize(&finding.rule), mask.text(&finding.title));
    writeln!(out, "title={}::{}", property(&title), data(&message(report, finding, mask)))
}

fn message(report: &Report<'_>, finding: &Finding, mask: &Mask) -> String {
    let mut text = spot::sentence(report, finding, mask);
    if let Some(step) = report.descriptor(&finding.rule).and_then(|descriptor| descriptor.steps.first()) {
        text.push_str(&format!("\nNext: {}", sanitize(step)));
    }
    if let Some(secret) = spot::secret(report, finding) {
        text.push_str(&format!("\nThe secret: {secret}"));
    }
    text.push_str(&format!("\n{}", finding.fingerprint));
    text
}

/// A finding as a line of the log that is no command.
fn plain(report: &Report<'_>, finding: &Finding, mask: &Mask, out: &mut dyn Write) -> io::Result<()> {
    let place = finding.places.first().map(|place| spot::in_words(place, mask)).unwrap_or_default();
    let rule = sanitize(&finding.rule);
    let text = format!("{} {rule}: {place}: {}", finding.severity, message(report, finding, mask).replace('\n', " "));
    writeln!(out, "{}", text.replace("##[", "## ["))
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace("##[", "## [")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_properties_are_escaped_as_the_toolkit_does() {
        assert_eq!(data("100%: a,b\r\n::error::x"), "100%25: a,b%0D%0A::error::x");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(data("x ##[add-mask]y"), "x ## [add-mask]y");
    }
}
