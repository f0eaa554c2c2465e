//! The report as JUnit XML, for the test pages of CI systems.
//!
//! There is no standard, only readers; what is written here is what GitLab, Jenkins, Azure and CircleCI all read: suites with
//! their counts, cases with `classname`, `name` and `file`, and `failure`, `error` or `skipped` in them. A case is told from others
//! by its names, so these hold the fingerprint and no line: an edit above a secret makes no new failure. A finding at or
//! above `--fail-on` is a failure, one below it is skipped, so that the page says what the exit code says. The suite `scan` is always
//! there, because a file without a case is an error to some readers: it passes if everything was scanned, and has an error for
//! whatever was not.

use std::collections::HashMap;
use std::io::{self, Write};

use super::escape::xml;
use super::mask::Mask;
use super::text::summary::coverage;
use super::verdict::{self, number_of};
use super::{Format, Report, spot};
use crate::finding::{Finding, Kind};
use crate::notice::Cause;
use crate::place::sanitize;

/// How many notices of one cause are listed.
const NOTICES: usize = 100;

/// JUnit XML.
pub struct Junit;

/// The numbers of a suite.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn attributes(self) -> String {
        let Counts { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

impl Format for Junit {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let suites = [Kind::Secret, Kind::Policy].map(|kind| {
            let of_kind = || report.findings.iter().filter(move |finding| finding.kind == kind);
            let tests = of_kind().count();
            let failures = of_kind().filter(|finding| finding.severity >= report.fail_on).count();
            (kind, Counts { tests, failures, errors: 0, skipped: tests - failures })
        });
        let gaps: Vec<Cause> = verdict::missed(report).into_iter().map(|(cause, _)| cause).collect();
        let scan = Counts { tests: gaps.len().max(1), errors: gaps.len(), ..Counts::default() };
        let sum = |number: fn(&Counts) -> usize| number(&scan) + suites.iter().map(|(_, it)| number(it)).sum::<usize>();
        let all = Counts {
            tests: sum(|it| it.tests),
            failures: sum(|it| it.failures),
            errors: sum(|it| it.errors),
            skipped: sum(|it| it.skipped),
        };
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites name=\"keysieve\" {}>", all.attributes())?;
        let mut names = HashMap::new();
        for (kind, counts) in suites.into_iter().filter(|(_, counts)| counts.tests > 0) {
            writeln!(out, "  <testsuite name=\"keysieve {}\" {}>", kind.id(), counts.attributes())?;
            for finding in report.findings.iter().filter(|finding| finding.kind == kind) {
                case(report, finding, &mask, &mut names, &mut out)?;
            }
            writeln!(out, "  </testsuite>")?;
        }
        writeln!(out, "  <testsuite name=\"keysieve scan\" {}>", scan.attributes())?;
        if gaps.is_empty() {
            writeln!(out, "    <testcase classname=\"keysieve.scan\" name=\"everything was scanned\"/>")?;
        }
        for cause in gaps {
            gap(report, cause, &mask, &mut out)?;
        }
        writeln!(out, "    <system-out>{}", xml(&verdict::words(report)))?;
        writeln!(out, "{}</system-out>", xml(&coverage(report.coverage)))?;
        writeln!(out, "  </testsuite>\n</testsuites>")?;
        out.flush()
    }
}

fn case(
    report: &Report<'_>,
    finding: &Finding,
    mask: &Mask,
    names: &mut HashMap<String, u64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let spot = finding.places.first().map(|place| spot::Spot::of(report, place, mask));
    let path = spot.as_ref().map(spot::Spot::path).unwrap_or_default();
    let rule = sanitize(&finding.rule);
    let parts = [mask.text(&finding.title), path.clone(), finding.fingerprint.as_str().to_owned()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let mut name = parts.join(" ");
    let ordinal = names.entry(name.clone()).or_default();
    *ordinal += 1;
    if *ordinal > 1 {
        name.push_str(&format!(" ({ordinal})"));
    }
    let class = format!("keysieve.{}.{rule}", finding.kind.id());
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", xml(&class), xml(&name))?;
    if !path.is_empty() {
        write!(out, " file=\"{}\"", xml(&path))?;
    }
    if let Some(range) = spot.and_then(|spot| spot.range) {
        write!(out, " line=\"{}\"", range.line)?;
    }
    let message = xml(&spot::sentence(report, finding, mask));
    if finding.severity < report.fail_on {
        let below = format!("{}, below --fail-on {}", finding.severity, report.fail_on);
        writeln!(out, ">\n      <skipped message=\"{message}\"/>")?;
        writeln!(out, "      <system-out>{}</system-out>", body(report, finding, mask, Some(below)))?;
    } else {
        writeln!(out, ">\n      <failure type=\"{}\" message=\"{message}\">", finding.severity)?;
        writeln!(out, "{}</failure>", body(report, finding, mask, None))?;
    }
    writeln!(out, "    </testcase>")
}

/// Everything else of a finding, a line each; escaped.
fn body(report: &Report<'_>, finding: &Finding, mask: &Mask, below: Option<String>) -> String {
    let mut lines = Vec::new();
    lines.extend(below);
    lines.extend(finding.places.first().map(|place| spot::in_words(place, mask)));
    lines.extend(spot::also(finding, mask, spot::PLACES).into_iter().map(|place| format!("also: {place}")));
    let reasons: Vec<String> = finding.reasons.iter().map(|reason| mask.text(&reason.text)).collect();
    lines.push(format!("why: {} confidence: {}", finding.confidence, reasons.join("; ")));
    lines.extend(finding.secret.as_ref().map(|secret| format!("redacted: {}", secret.redacted())));
    lines.extend(spot::secret(report, finding).map(|secret| format!("secret: {secret}")));
    let steps = report.descriptor(&finding.rule).map(|descriptor| descriptor.steps.as_slice()).unwrap_or_default();
    lines.extend(steps.iter().enumerate().map(|(index, step)| format!("next: {}. {}", index + 1, sanitize(step))));
    let lines: Vec<String> = lines.iter().flat_map(|line| line.lines()).map(xml).collect();
    lines.join("\n")
}

/// What was not scanned for one cause.
fn gap(report: &Report<'_>, cause: Cause, mask: &Mask, out: &mut dyn Write) -> io::Result<()> {
    let number = number_of(report, cause);
    writeln!(out, "    <testcase classname=\"keysieve.scan\" name=\"not scanned: {}\">", cause.id())?;
    writeln!(out, "      <error type=\"{}\" message=\"not scanned: {number} {}\">", cause.id(), cause.id())?;
    let listed = report.notices.iter().filter(|notice| notice.cause == cause);
    for notice in listed.clone().take(NOTICES) {
        writeln!(out, "{}: {}", xml(&mask.text(&notice.subject)), xml(&mask.text(&notice.detail)))?;
    }
    match number.saturating_sub(NOTICES.min(listed.count()) as u64) {
        0 => {}
        more => writeln!(out, "and {more} more")?,
    }
    writeln!(out, "</error>\n    </testcase>")
}
