//! Exposure windows and token ages as one picture, in SVG.
//!
//! A bar is the time in which a secret stood in the repository, from its first commit to its removal, or to the end of the scan
//! where a ref still holds it. A line is the life that a token states of itself, from its making to its end. There is no clock
//! here: every time comes from the repository, the tokens, and the days of exposure that the run counted.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{FactName, Finding};
use crate::report::Report;
use crate::report::escape::html as escaped;
use crate::report::mask::Mask;

/// How many findings are drawn, the worst first: more is no picture any more.
const ROWS: usize = 60;
/// Measures of the picture, in its own units.
const WIDTH: f64 = 960.0;
const LABELS: f64 = 300.0;
const ROW: f64 = 20.0;
const HEAD: f64 = 26.0;
/// The most characters of a label.
const LABEL: usize = 46;
/// The most years that are drawn: a token may say that it ends in the year 9999.
const YEARS: i16 = 30;
const DAY: f64 = 86_400.0;

/// What is drawn of a finding; days since 1970.
struct Row<'f> {
    finding: &'f Finding,
    number: usize,
    exposed: Option<(f64, f64)>,
    stated: (Option<f64>, Option<f64>),
}

/// The section of the page; nothing where nothing has a time.
pub(super) fn timeline(report: &Report<'_>, mask: &Mask) -> String {
    let rows = report.findings.iter().enumerate().filter_map(|(number, finding)| row(finding, number + 1));
    let mut rows: Vec<Row<'_>> = rows.collect();
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    let Some(scale) = Scale::of(&rows) else { return String::new() };
    let height = HEAD + ROW * rows.len() as f64 + 8.0;
    let mut svg = format!(
        "<h2>Time</h2>\n<p class=\"soft\">Bars: how long a secret stood in the repository. Lines: what a token says of its own \
         life.</p>\n<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"group\" aria-label=\"Exposure and age by finding\">\n"
    );
    scale.years(height, &mut svg);
    for (index, row) in rows.iter().enumerate() {
        row.draw(HEAD + ROW * index as f64, &scale, mask, &mut svg);
    }
    svg.push_str("</svg>\n");
    if more > 0 {
        let _ = writeln!(svg, "<p class=\"soft\">and {more} more findings with a time</p>");
    }
    svg
}

fn row(finding: &Finding, number: usize) -> Option<Row<'_>> {
    let exposed = finding.life.as_ref().and_then(|life| {
        let start = days(&life.first.date)?;
        Some((start, start + life.exposed_days? as f64))
    });
    let fact = |name| days(&finding.facts.iter().find(|fact| fact.name == name)?.value);
    let stated = (fact(FactName::Created), fact(FactName::Expires));
    (exposed.is_some() || stated != (None, None)).then_some(Row { finding, number, exposed, stated })
}

/// The days since 1970 of a time, a day or a month.
fn days(text: &str) -> Option<f64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second() as f64 / DAY);
    }
    let date: Date = text.parse().or_else(|_| format!("{text}-01").parse()).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() as f64 / DAY)
}

/// From days to places in the picture.
struct Scale {
    first: i16,
    last: i16,
    start: f64,
    end: f64,
}

impl Scale {
    /// The whole years that hold every time, as far as they are no more than [`YEARS`] from the first.
    fn of(rows: &[Row<'_>]) -> Option<Self> {
        let times = rows.iter().flat_map(|row| {
            let exposed = row.exposed.into_iter().flat_map(|(from, to)| [from, to]);
            exposed.chain(row.stated.0).chain(row.stated.1)
        });
        let year = |days: f64| {
            let time = Timestamp::from_second((days * DAY) as i64).ok()?;
            Some(time.to_zoned(TimeZone::UTC).year())
        };
        let years: Vec<i16> = times.filter_map(year).collect();
        let first = *years.iter().min()?;
        let last = (*years.iter().max()?).min(first.saturating_add(YEARS));
        Some(Self { first, last, start: new_year(first)?, end: new_year(last + 1)? })
    }

    fn x(&self, days: f64) -> f64 {
        let share = (days.clamp(self.start, self.end) - self.start) / (self.end - self.start);
        (LABELS + share * (WIDTH - LABELS - 12.0)).round()
    }

    /// A line for each year, and the number of as many as there is room for.
    fn years(&self, height: f64, svg: &mut String) {
        let every = (self.last - self.first) / 15 + 1;
        for year in self.first..=self.last + 1 {
            let Some(x) = new_year(year).map(|days| self.x(days)) else { continue };
            let _ = writeln!(svg, "<path class=\"year\" d=\"M{x} {} V{height}\"/>", HEAD - 8.0);
            if (year - self.first) % every == 0 && year <= self.last {
                let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{year}</text>", x + 3.0, HEAD - 10.0);
            }
        }
    }
}

fn new_year(year: i16) -> Option<f64> {
    let date = Date::new(year, 1, 1).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() as f64 / DAY)
}

impl Row<'_> {
    fn draw(&self, top: f64, scale: &Scale, mask: &Mask, svg: &mut String) {
        let Row { finding, number, .. } = self;
        let place = finding.path().map_or_else(|| mask.text(&finding.rule), |path| mask.path(path).display());
        let label = escaped(&end_of(&place, LABEL));
        let _ = write!(
            svg,
            "<a href=\"#f{number}\"><title>{}</title><text x=\"8\" y=\"{}\">{label}</text>",
            escaped(&self.words(mask)),
            top + 14.0
        );
        if let Some((from, to)) = self.exposed {
            let (from, to) = (scale.x(from), scale.x(to));
            let width = (to - from).max(3.0);
            let _ = write!(
                svg,
                "<rect class=\"exposed {}\" x=\"{from}\" y=\"{}\" width=\"{width}\" height=\"8\" rx=\"2\"/>",
                finding.severity,
                top + 3.0
            );
        }
        let y = top + 15.0;
        let ends = [self.stated.0, self.stated.1].map(|days| days.map(|days| scale.x(days)));
        if let [Some(from), Some(to)] = ends {
            let _ = write!(svg, "<path class=\"token\" d=\"M{from} {y} H{to}\"/>");
        }
        for x in ends.into_iter().flatten() {
            let _ = write!(svg, "<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>");
        }
        svg.push_str("</a>\n");
    }

    fn words(&self, mask: &Mask) -> String {
        let mut words = vec![format!("{}: {}", self.finding.severity, mask.text(&self.finding.title))];
        if let Some(life) = self.finding.life.as_ref().filter(|_| self.exposed.is_some()) {
            let days = life.exposed_days.unwrap_or_default();
            words.push(format!(
                "in the repository for {days} days from {}",
                mask.text(life.first.date.get(..10).unwrap_or_default())
            ));
        }
        let dated = |name| matches!(name, FactName::Created | FactName::Expires);
        let facts = self.finding.facts.iter().filter(|fact| dated(fact.name));
        words.extend(facts.map(|fact| format!("{} {}", fact.name.id(), mask.text(&fact.value))));
        words.join("; ")
    }
}

/// The last characters, which tell files apart.
fn end_of(text: &str, most: usize) -> String {
    let length = text.chars().count();
    match length > most {
        true => format!("…{}", text.chars().skip(length - most + 1).collect::<String>()),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_days_and_months_are_read() {
        assert_eq!(days("1970-01-02T12:00:00Z"), Some(1.5));
        assert_eq!(days("1970-01-03"), Some(2.0));
        assert_eq!(days("1970-02"), Some(31.0));
        assert_eq!(days("soon"), None);
    }

    #[test]
    fn a_label_keeps_its_end() {
        assert_eq!(end_of("src/größe.rs", 6), "…ße.rs");
        assert_eq!(end_of("a", 6), "a");
    }
}
