//! GitLab's report of secret detection, `gl-secret-detection-report.json`, version 15.2.1 of its schema
//! (`secret-detection-report-format.json` of GitLab's security-report-schemas).
//!
//! Two things that the schema demands and a report of ours does not have: a time, and a commit. Times are those of `--now` or
//! `SOURCE_DATE_EPOCH`; where neither is given, [`NO_TIME`], because a report holds no clock. What the working tree has gets the
//! commit [`NO_COMMIT`], which is what GitLab's own analyzer writes there. The description is Markdown to GitLab, all other texts
//! are plain.

use std::io::{self, Write as _};

use serde::Serialize;

use super::gaps::gaps;
use super::mask::Mask;
use super::spot::{self, Spot};
use super::text::summary::coverage;
use super::{Descriptor, Format, Report, escape, verdict};
use crate::finding::{Finding, Kind, Place, Severity};
use crate::place::sanitize;

/// The version of the schema.
const VERSION: &str = "15.2.1";
/// The time of a run of which nobody said the time.
const NO_TIME: &str = "1970-01-01T00:00:00";
/// The commit of what no commit has.
const NO_COMMIT: &str = "0000000";
/// Characters that the schema allows.
const NAME: usize = 255;
const SOLUTION: usize = 7_000;
/// Messages of a scan.
const MESSAGES: usize = 1_000;

/// GitLab's report of secret detection.
pub struct Gitlab;

impl Format for Gitlab {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let document = Document {
            version: VERSION,
            scan: Scan::new(report, &mask),
            vulnerabilities: Vulnerabilities { report, mask: &mask },
        };
        serde_json::to_writer_pretty(&mut out, &document)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vulnerabilities<'a>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    #[serde(rename = "type")]
    of: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

impl<'a> Scan<'a> {
    fn new(report: &Report<'a>, mask: &Mask) -> Self {
        let tool =
            || Tool { id: "keysieve", name: "keysieve", version: report.version, vendor: Vendor { name: "keysieve" } };
        let time =
            report.time.map_or_else(|| NO_TIME.to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        let mut messages =
            vec![Message { level: if report.complete { "info" } else { "warn" }, value: verdict::words(report) }];
        messages.push(Message { level: "info", value: coverage(report.coverage) });
        let gaps = gaps(report);
        messages.extend(gaps.iter().take(MESSAGES).map(|gap| {
            let level = if gap.is_incomplete { "warn" } else { "info" };
            Message { level, value: format!("not scanned: {}", gap.words(mask)) }
        }));
        match gaps.len().saturating_sub(MESSAGES) {
            0 => {}
            more => messages.push(Message { level: "warn", value: format!("and {more} more were not scanned") }),
        }
        Self {
            analyzer: tool(),
            scanner: tool(),
            of: "secret_detection",
            start_time: time.clone(),
            end_time: time,
            status: if report.complete { "success" } else { "failure" },
            messages,
        }
    }
}

/// Made while they are written.
struct Vulnerabilities<'a> {
    report: &'a Report<'a>,
    mask: &'a Mask<'a>,
}

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ordinals = spot::ordinals(self.report);
        let findings = self.report.findings.iter().zip(ordinals);
        serializer
            .collect_seq(findings.map(|(finding, ordinal)| vulnerability(self.report, finding, ordinal, self.mask)))
    }
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    solution: String,
    scanner: Scanner,
    location: Location,
    identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_source_code_extract: Option<String>,
    details: Details,
}

#[derive(Serialize)]
struct Scanner {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Location {
    #[serde(skip_serializing_if = "String::is_empty")]
    file: String,
    commit: Commit,
    start_line: u64,
    end_line: u64,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    of: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Details {
    fingerprint: Detail<&'static str, String>,
    confidence: Detail<&'static str, String>,
    places: List,
}

#[derive(Serialize)]
struct Detail<T, V> {
    name: &'static str,
    #[serde(rename = "type")]
    of: T,
    value: V,
}

#[derive(Serialize)]
struct List {
    name: &'static str,
    #[serde(rename = "type")]
    of: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    #[serde(rename = "type")]
    of: &'static str,
    value: String,
}

fn vulnerability(report: &Report<'_>, finding: &Finding, ordinal: u64, mask: &Mask) -> Vulnerability {
    let descriptor = report.descriptor(&finding.rule);
    let title = mask.text(if finding.title.is_empty() { &finding.rule } else { &finding.title });
    let text = |name, value| Detail { name, of: "text", value };
    let mut places: Vec<String> =
        finding.places.iter().take(spot::PLACES).map(|place| spot::in_words(place, mask)).collect();
    match finding.places.len().saturating_sub(spot::PLACES) {
        0 => {}
        more => places.push(format!("and {more} more")),
    }
    Vulnerability {
        id: uuid(spot::id(&["gitlab", finding.fingerprint.as_str(), &ordinal.to_string()])),
        category: "secret_detection",
        name: title.chars().take(NAME).collect(),
        description: escape::markdown(&spot::sentence(report, finding, mask)),
        severity: match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        solution: solution(descriptor),
        scanner: Scanner { id: "keysieve", name: "keysieve" },
        location: location(report, finding.places.first(), mask),
        identifiers: identifiers(finding, descriptor),
        raw_source_code_extract: spot::secret(report, finding),
        details: Details {
            fingerprint: text("Fingerprint", finding.fingerprint.as_str().to_owned()),
            confidence: text("Confidence", finding.confidence.id().to_owned()),
            places: List {
                name: "Places",
                of: "list",
                items: places.into_iter().map(|value| Item { of: "text", value }).collect(),
            },
        },
    }
}

fn solution(descriptor: Option<&Descriptor>) -> String {
    let steps = descriptor.map(|descriptor| descriptor.steps.as_slice()).unwrap_or_default();
    let steps = steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, sanitize(step)));
    steps.collect::<Vec<_>>().join("\n").chars().take(SOLUTION).collect()
}

fn location(report: &Report<'_>, place: Option<&Place>, mask: &Mask) -> Location {
    let spot = place.map(|place| Spot::of(report, place, mask));
    let introduced = place.and_then(|place| place.introduced.as_ref());
    // A line of a version that a commit brought is a line of the file in that commit.
    let lines = match (&spot, place) {
        (Some(Spot { range: None, .. }), Some(place)) if introduced.is_some() && place.origin.container().is_none() => {
            (place.start.line.max(1), place.end.line.max(place.start.line).max(1))
        }
        (Some(spot), _) => (spot.line(), spot.end_line()),
        (None, _) => (1, 1),
    };
    Location {
        file: spot.map(|spot| spot.path()).unwrap_or_default(),
        commit: Commit {
            sha: place.and_then(spot::commit).unwrap_or(NO_COMMIT).to_owned(),
            author: introduced.map(|introduced| mask.text(&introduced.author)),
            date: introduced.map(|introduced| sanitize(&introduced.date)),
        },
        start_line: lines.0,
        end_line: lines.1,
    }
}

/// The rule first: GitLab tells vulnerabilities apart by it.
fn identifiers(finding: &Finding, descriptor: Option<&Descriptor>) -> Vec<Identifier> {
    let rule = sanitize(&finding.rule);
    let (of, noun) = match finding.kind {
        Kind::Secret => ("keysieve_rule", "rule"),
        Kind::Policy => ("keysieve_check", "check"),
    };
    let mut list = vec![Identifier { of, name: format!("keysieve {noun} {rule}"), value: rule, url: None }];
    list.extend(descriptor.into_iter().flat_map(|descriptor| &descriptor.cwe).map(|number| Identifier {
        of: "cwe",
        name: format!("CWE-{number}"),
        value: number.to_string(),
        url: Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
    }));
    list
}

/// A UUID of the form that is free for one's own (RFC 9562, version 8).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn an_id_is_a_uuid_of_ones_own() {
        assert_eq!(uuid([0xFF; 16]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-8000-8000-000000000000");
    }
}
