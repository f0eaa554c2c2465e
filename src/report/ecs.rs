//! Documents of the Elastic Common Schema, one a line, for a search cluster or a SIEM.
//!
//! A finding is an alert: `event`, `rule`, `vulnerability`, `file` and `related` are field sets of the schema, and what it has no
//! field for stands below `keysieve`, a name of our own, as the schema asks. The last line is the event of the run: whether it
//! was complete, and what it covered. `@timestamp` is the time of `--now` or `SOURCE_DATE_EPOCH`; without one it is left out, and
//! whoever ships the lines sets it, as shippers do for lines without a time.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use serde::Serialize;

use super::gaps::gaps;
use super::mask::Mask;
use super::model::Coverage;
use super::spot::{self, Spot};
use super::{Format, Report, verdict};
use crate::finding::{Finding, Kind, Severity};
use crate::place::sanitize;

/// The version of the schema whose field sets these are.
const VERSION: &str = "8.17.0";

/// How many things that were not scanned are listed.
const GAPS: usize = 1_000;

/// Documents of the Elastic Common Schema.
pub struct Ecs;

impl Format for Ecs {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        for (finding, ordinal) in report.findings.iter().zip(spot::ordinals(report)) {
            serde_json::to_writer(&mut out, &alert(report, finding, ordinal, &mask))?;
            out.write_all(b"\n")?;
        }
        serde_json::to_writer(&mut out, &end(report, &mask))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    ecs: Schema,
    message: String,
    tags: Vec<&'static str>,
    event: Event,
    observer: Observer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerability: Option<Vulnerability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Related>,
    keysieve: Own,
}

#[derive(Serialize)]
struct Schema {
    version: &'static str,
}

#[derive(Serialize)]
struct Event {
    kind: &'static str,
    category: Vec<&'static str>,
    #[serde(rename = "type")]
    of: [&'static str; 1],
    module: &'static str,
    dataset: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

#[derive(Serialize)]
struct Observer<'a> {
    vendor: &'static str,
    product: &'static str,
    #[serde(rename = "type")]
    of: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    category: String,
    ruleset: &'static str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability {
    category: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    enumeration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    severity: &'static str,
    scanner: Scanner,
}

#[derive(Serialize)]
struct Scanner {
    vendor: &'static str,
}

#[derive(Serialize)]
struct File {
    path: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
}

#[derive(Serialize)]
struct Related {
    hash: BTreeSet<String>,
}

/// What the schema has no field for.
#[derive(Serialize, Default)]
struct Own {
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<OwnFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<OwnRun>,
}

#[derive(Serialize)]
struct OwnFinding {
    kind: &'static str,
    confidence: &'static str,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    origin: &'static str,
    place: String,
    line: u64,
    column: u64,
    places: usize,
    also: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct Commit {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
}

#[derive(Serialize)]
struct OwnRun {
    exit_code: u8,
    complete: bool,
    findings: usize,
    failing: u64,
    fingerprint_key: String,
    coverage: Coverage,
    /// What was not scanned, what makes the scan incomplete first.
    not_scanned: Vec<String>,
    /// How many more.
    not_listed: usize,
}

fn document<'a>(report: &Report<'a>, event: Event, message: String, keysieve: Own) -> Document<'a> {
    Document {
        timestamp: report.time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ecs: Schema { version: VERSION },
        message,
        tags: vec!["keysieve"],
        event,
        observer: Observer { vendor: "keysieve", product: "keysieve", of: "scanner", version: report.version },
        rule: None,
        vulnerability: None,
        file: None,
        related: None,
        keysieve,
    }
}

fn alert<'a>(report: &Report<'a>, finding: &Finding, ordinal: u64, mask: &Mask) -> Document<'a> {
    let descriptor = report.descriptor(&finding.rule);
    let category = match finding.kind {
        Kind::Secret => vec!["vulnerability"],
        Kind::Policy => vec!["vulnerability", "configuration"],
    };
    let id = spot::id(&["ecs", finding.fingerprint.as_str(), &ordinal.to_string()]);
    let event = Event {
        kind: "alert",
        category,
        of: ["info"],
        module: "keysieve",
        dataset: "keysieve.findings",
        id: Some(data_encoding::HEXLOWER.encode(&id)),
        severity: Some(number(finding.severity)),
        reason: Some(finding.reasons.iter().map(|it| mask.text(&it.text)).collect::<Vec<_>>().join("; ")),
        outcome: None,
    };
    let own = Own { finding: Some(own(report, finding, mask)), run: None };
    let mut document = document(report, event, spot::sentence(report, finding, mask), own);
    document.tags.push(finding.kind.id());
    document.rule = Some(Rule {
        id: sanitize(&finding.rule),
        name: mask.text(&finding.title),
        description: descriptor.map(|descriptor| sanitize(&descriptor.description)).unwrap_or_default(),
        category: descriptor.map(|descriptor| sanitize(&descriptor.group)).unwrap_or_default(),
        ruleset: "keysieve",
        version: report.pack,
        reference: descriptor.and_then(|descriptor| descriptor.docs.as_deref()).map(sanitize),
    });
    let cwe = descriptor.and_then(|descriptor| descriptor.cwe.first());
    document.vulnerability = Some(Vulnerability {
        category: [if finding.kind == Kind::Secret { "Hard-coded secret" } else { "Policy" }],
        enumeration: cwe.map(|_| "CWE"),
        id: cwe.map(|number| format!("CWE-{number}")),
        severity: match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "None",
        },
        scanner: Scanner { vendor: "keysieve" },
    });
    document.file = finding.places.first().and_then(|place| file(&Spot::of(report, place, mask)));
    document.related = Some(Related { hash: hashes(finding) });
    document
}

fn file(spot: &Spot) -> Option<File> {
    let path = spot.path();
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let extension =
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension.to_owned());
    (!path.is_empty()).then_some(File { path, name, extension })
}

/// The fingerprint, and the objects and commits of git that hold the secret.
fn hashes(finding: &Finding) -> BTreeSet<String> {
    let places = finding.places.iter().take(spot::PLACES);
    let git = places.flat_map(|place| place.origin.outermost().object().into_iter().chain(spot::commit(place)));
    git.map(str::to_owned).chain([finding.fingerprint.as_str().to_owned()]).collect()
}

fn own(report: &Report<'_>, finding: &Finding, mask: &Mask) -> OwnFinding {
    let first = finding.places.first();
    let steps = report.descriptor(&finding.rule).map(|descriptor| descriptor.steps.as_slice()).unwrap_or_default();
    OwnFinding {
        kind: finding.kind.id(),
        confidence: finding.confidence.id(),
        fingerprint: finding.fingerprint.as_str().to_owned(),
        redacted: finding.secret.as_ref().map(crate::secret::Secret::redacted),
        secret: spot::secret(report, finding),
        origin: first.map(|place| place.origin.kind()).unwrap_or_default(),
        place: first.map(|place| spot::in_words(place, mask)).unwrap_or_default(),
        line: first.map_or(1, |place| place.start.line),
        column: first.map_or(1, |place| place.start.column),
        places: finding.places.len(),
        also: spot::also(finding, mask, spot::PLACES),
        commit: first.and_then(|place| {
            let introduced = place.introduced.as_ref();
            Some(Commit {
                id: spot::commit(place)?.to_owned(),
                author: introduced.map(|introduced| mask.text(&introduced.author)),
                date: introduced.map(|introduced| sanitize(&introduced.date)),
                in_head: introduced.map(|introduced| introduced.in_head),
            })
        }),
        next: steps.iter().map(|step| sanitize(step)).collect(),
    }
}

/// The event of the run itself.
fn end<'a>(report: &Report<'a>, mask: &Mask) -> Document<'a> {
    let gaps = gaps(report);
    let event = Event {
        kind: "event",
        category: vec!["vulnerability"],
        of: ["info"],
        module: "keysieve",
        dataset: "keysieve.runs",
        id: None,
        severity: None,
        reason: None,
        outcome: Some(if report.complete { "success" } else { "failure" }),
    };
    let run = OwnRun {
        exit_code: report.exit_code,
        complete: report.complete,
        findings: report.findings.len(),
        failing: report.failing,
        fingerprint_key: report.fingerprint_key.to_owned(),
        coverage: Coverage::new(report.coverage),
        not_scanned: gaps.iter().take(GAPS).map(|gap| gap.words(mask)).collect(),
        not_listed: gaps.len().saturating_sub(GAPS),
    };
    document(report, event, verdict::words(report), Own { finding: None, run: Some(run) })
}

/// The severity as a number from 0 to 100, on the scale on which Elastic's own detection rules put theirs.
fn number(severity: Severity) -> u64 {
    match severity {
        Severity::Critical => 99,
        Severity::High => 73,
        Severity::Medium => 47,
        Severity::Low => 21,
        Severity::Info => 1,
    }
}
