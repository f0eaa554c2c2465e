//! GitLab's report of code quality: one list of remarks on lines, which GitLab shows in the changes of a merge request.
//!
//! Every place in a file is a remark of its own, because each is shown at its own line. A finding without such a place has one
//! remark at line 1 of its path. A remark is told from others by its fingerprint, which is made of ours, the path, and the ordinal
//! within that path: edits elsewhere change nothing of it. What makes the run incomplete is a remark, too, for the list has no
//! other place to say it.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write as _};

use serde::Serialize;

use super::mask::Mask;
use super::spot::{self, NO_PATH, Spot};
use super::{Format, Report, gaps};
use crate::finding::{Finding, Place, Severity};
use crate::place::sanitize;

/// GitLab's report of code quality.
pub struct CodeQuality;

#[derive(Serialize)]
struct Remark {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
    end: u64,
}

impl Format for CodeQuality {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let mut ordinals = HashMap::new();
        let mut remarks = Vec::new();
        for finding in report.findings {
            of_finding(report, finding, &mask, &mut ordinals, &mut remarks);
        }
        incomplete(report, &mask, &mut remarks);
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer_pretty(&mut out, &remarks)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

fn of_finding(
    report: &Report<'_>,
    finding: &Finding,
    mask: &Mask,
    ordinals: &mut HashMap<(String, String), u64>,
    remarks: &mut Vec<Remark>,
) {
    let mut description = spot::sentence(report, finding, mask);
    if let Some(secret) = spot::secret(report, finding) {
        description.push_str(&format!(" The secret: {secret}"));
    }
    let spots: Vec<Spot> = finding.places.iter().map(|place| Spot::of(report, place, mask)).collect();
    let places = || spots.iter().zip(&finding.places);
    // What HEAD has of a file that was read says nothing more.
    let files: HashSet<String> =
        places().filter(|(_, place)| !place.origin.is_history()).map(|(spot, _)| spot.path()).collect();
    let is_said = |spot: &Spot, place: &Place| place.origin.is_history() && files.contains(&spot.path());
    let in_files = places().filter(|(spot, place)| spot.range.is_some() && !is_said(spot, place));
    let mut pointed: Vec<&Spot> = in_files.map(|(spot, _)| spot).take(spot::PLACES).collect();
    if pointed.is_empty() {
        pointed.extend(spots.first());
    }
    for spot in pointed {
        let path = match spot.path() {
            path if path.is_empty() => NO_PATH.to_owned(),
            path => path,
        };
        let ordinal = ordinals.entry((finding.fingerprint.as_str().to_owned(), path.clone())).or_default();
        *ordinal += 1;
        let id = spot::id(&["code quality", finding.fingerprint.as_str(), &path, &ordinal.to_string()]);
        remarks.push(Remark {
            description: description.clone(),
            check_name: sanitize(&finding.rule),
            fingerprint: data_encoding::HEXLOWER.encode(&id),
            severity: match finding.severity {
                Severity::Critical => "blocker",
                Severity::High => "critical",
                Severity::Medium => "major",
                Severity::Low => "minor",
                Severity::Info => "info",
            },
            location: Location { path, lines: Lines { begin: spot.line(), end: spot.end_line() } },
        });
    }
}

/// One remark for each cause that makes the run incomplete.
fn incomplete(report: &Report<'_>, mask: &Mask, remarks: &mut Vec<Remark>) {
    remarks.extend(gaps::sentences(report, mask).into_iter().map(|(cause, gap)| Remark {
        description: format!("The scan is incomplete. {gap}"),
        check_name: "scan-incomplete".to_owned(),
        fingerprint: data_encoding::HEXLOWER.encode(&spot::id(&["code quality", "incomplete", cause.id()])),
        severity: "major",
        location: Location { path: NO_PATH.to_owned(), lines: Lines { begin: 1, end: 1 } },
    }));
}
