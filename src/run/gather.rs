//! From hits to findings: one finding for each secret and family, with all its places.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::finding::{Confidence, Excerpt, Finding, Introduction, Kind, Place, Reason, Related, Severity, Weight};
use crate::judge::{self, Verdict};
use crate::place::{FilePath, Origin, Position, Span};
use crate::rule::set::RuleSet;
use crate::secret::{Fingerprint, FingerprintKey, Secret};

use super::inspect::{Hit, companion_label};

/// Where the objects that hold hits stand in the history.
#[derive(Default)]
pub struct Lives {
    /// By blob: every path, with the commit that brought it.
    pub blobs: HashMap<String, Vec<(FilePath, Introduction)>>,
    /// By commit or tag object: who made it.
    pub messages: HashMap<String, Introduction>,
}

/// Judges the places of `hits` and joins them to findings, in no particular order.
#[must_use]
pub fn gather(rules: &RuleSet, key: &FingerprintKey, hits: Vec<Hit>, lives: &Lives) -> Vec<Finding> {
    let hits = adopt(rules, hits);
    let in_head = held_by_head(rules, key, &hits, lives);
    let mut findings: BTreeMap<Fingerprint, Finding> = BTreeMap::new();
    for hit in hits {
        let rule = rules.get(hit.rule);
        let fingerprint = hit.secret.fingerprint(&rule.family, key);
        for (origin, introduced) in origins(&hit, lives) {
            let mut verdict = hit.verdict.clone();
            let path = origin.path().map(FilePath::as_bytes);
            judge::judge_place(hit.ground, path, hit.secret.expose(), &mut verdict);
            let Some(confidence) = verdict.confidence else { continue };
            let introduced =
                introduced.map(|it| Introduction { in_head: it.in_head || in_head.contains(&fingerprint), ..it });
            let place = |span: Span, start: Position, end: Position, excerpt: &Excerpt| Place {
                origin: origin.clone(),
                span,
                start,
                end,
                excerpt: Some(excerpt.clone()),
                introduced: introduced.clone(),
            };
            let related = hit.companion.as_ref().map(|(span, start, end, excerpt)| Related {
                label: companion_label(rule),
                place: place(*span, *start, *end, excerpt),
            });
            let place = place(hit.span, hit.start, hit.end, &hit.excerpt);
            match findings.get_mut(&fingerprint) {
                Some(finding) => merge(finding, confidence, &verdict, place, related),
                None => {
                    let finding = Finding {
                        kind: Kind::Secret,
                        rule: rule.id.to_string(),
                        title: rule.title.to_string(),
                        message: message(rule.title.as_ref(), &hit.secret),
                        severity: verdict.severity,
                        confidence,
                        fingerprint: fingerprint.clone(),
                        secret: Some(hit.secret.clone()),
                        reasons: verdict.reasons.clone(),
                        places: vec![place],
                        related: related.into_iter().collect(),
                        threshold: None,
                    };
                    findings.insert(fingerprint.clone(), finding);
                }
            }
        }
    }
    let mut findings: Vec<Finding> = findings.into_values().collect();
    findings.iter_mut().for_each(settle_places);
    hide_secret_names(&mut findings);
    findings
}

fn message(title: &str, secret: &Secret) -> String {
    format!("{title} in plain text: {}", secret.redacted())
}

/// Gives hits of the key=value reader to the specific rule that found the same bytes elsewhere.
fn adopt(rules: &RuleSet, mut hits: Vec<Hit>) -> Vec<Hit> {
    let mut specific: HashMap<Vec<u8>, (crate::rule::set::RuleIndex, Verdict)> = HashMap::new();
    for hit in hits.iter().filter(|hit| !rules.get(hit.rule).is_generic()) {
        let entry = specific.entry(hit.secret.expose().to_vec()).or_insert_with(|| (hit.rule, hit.verdict.clone()));
        if hit.rule < entry.0 {
            *entry = (hit.rule, hit.verdict.clone());
        }
    }
    for hit in hits.iter_mut().filter(|hit| rules.get(hit.rule).is_generic()) {
        if let Some((rule, verdict)) = specific.get(hit.secret.expose()) {
            hit.rule = *rule;
            hit.verdict = verdict.clone();
            hit.ground.generic = false;
        }
    }
    hits
}

/// The fingerprints that a blob of HEAD's tree holds.
fn held_by_head(rules: &RuleSet, key: &FingerprintKey, hits: &[Hit], lives: &Lives) -> HashSet<Fingerprint> {
    hits.iter()
        .filter(|hit| match &hit.origin {
            Origin::Blob { id, .. } => lives.blobs.get(id).is_some_and(|life| life.iter().any(|(_, it)| it.in_head)),
            _ => false,
        })
        .map(|hit| hit.secret.fingerprint(&rules.get(hit.rule).family, key))
        .collect()
}

/// Every origin that a hit has: a blob stands at each path that a commit gave it.
fn origins(hit: &Hit, lives: &Lives) -> Vec<(Origin, Option<Introduction>)> {
    match &hit.origin {
        Origin::Blob { id, .. } => match lives.blobs.get(id) {
            Some(life) if !life.is_empty() => life
                .iter()
                .map(|(path, introduction)| {
                    (Origin::Blob { id: id.clone(), path: Some(path.clone()) }, Some(introduction.clone()))
                })
                .collect(),
            _ => vec![(hit.origin.clone(), None)],
        },
        Origin::CommitMessage { id } | Origin::TagMessage { id } => {
            vec![(hit.origin.clone(), lives.messages.get(id).cloned())]
        }
        Origin::File(_) | Origin::FileName(_) | Origin::Staged(_) | Origin::Stdin => vec![(hit.origin.clone(), None)],
    }
}

/// Adds a place; the finding is as sure and as bad as its worst place.
fn merge(finding: &mut Finding, confidence: Confidence, verdict: &Verdict, place: Place, related: Option<Related>) {
    let severity: Severity = verdict.severity;
    if (confidence, severity) > (finding.confidence, finding.severity)
        || ((confidence, severity) == (finding.confidence, finding.severity) && verdict.reasons < finding.reasons)
    {
        finding.reasons = verdict.reasons.clone();
    }
    finding.confidence = finding.confidence.max(confidence);
    finding.severity = finding.severity.max(severity);
    finding.places.push(place);
    finding.related.extend(related);
}

/// Sorts the places, and leaves one for each version line of a file: in the history, the place that came first; and
/// nothing that only says again what a place of the working tree says.
fn settle_places(finding: &mut Finding) {
    finding.places.sort_by(order);
    let mut seen: HashSet<(&'static str, FilePath)> = HashSet::new();
    let mut files: HashSet<FilePath> = HashSet::new();
    for place in &finding.places {
        if let Origin::File(path) = &place.origin {
            files.insert(path.clone());
        }
    }
    let has_path = finding.places.iter().any(|place| place.origin.path().is_some());
    finding.places.retain(|place| match &place.origin {
        Origin::Staged(path) => !files.contains(path),
        Origin::Blob { path: Some(path), .. } => seen.insert(("blob", path.clone())),
        // Adding to the index writes a blob that no commit holds yet.
        Origin::Blob { path: None, .. } => !has_path,
        _ => true,
    });
    finding.related.sort();
    finding.related.dedup();
    let kept: HashSet<Origin> = finding.places.iter().map(|place| place.origin.clone()).collect();
    finding.related.retain(|related| kept.contains(&related.place.origin));
}

/// Working tree first, then the index, then the history from its beginning.
fn order(a: &Place, b: &Place) -> std::cmp::Ordering {
    fn key(place: &Place) -> (u8, Option<(&str, &str)>, Option<&FilePath>, Span) {
        let stage = match place.origin {
            Origin::File(_) => 0,
            Origin::FileName(_) => 1,
            Origin::Staged(_) => 2,
            Origin::Stdin => 3,
            Origin::Blob { .. } => 4,
            Origin::CommitMessage { .. } => 5,
            Origin::TagMessage { .. } => 6,
        };
        let introduced = place.introduced.as_ref().map(|it| (it.date.as_str(), it.commit.as_str()));
        (stage, introduced, place.origin.path(), place.span)
    }
    key(a).cmp(&key(b)).then_with(|| a.origin.cmp(&b.origin))
}

/// Where the name of a file holds a secret, every report that names the file would show it.
fn hide_secret_names(findings: &mut [Finding]) {
    let secrets: Vec<Vec<u8>> = findings
        .iter()
        .filter(|finding| finding.places.iter().any(|place| matches!(place.origin, Origin::FileName(_))))
        .filter_map(|finding| finding.secret.as_ref().map(|secret| secret.expose().to_vec()))
        .collect();
    if secrets.is_empty() {
        return;
    }
    for finding in findings.iter_mut() {
        let related = finding.related.iter_mut().map(|related| &mut related.place);
        for place in finding.places.iter_mut().chain(related) {
            match &mut place.origin {
                Origin::File(path)
                | Origin::FileName(path)
                | Origin::Staged(path)
                | Origin::Blob { path: Some(path), .. } => *path = masked(path, &secrets),
                Origin::Blob { path: None, .. }
                | Origin::CommitMessage { .. }
                | Origin::TagMessage { .. }
                | Origin::Stdin => {}
            }
        }
    }
}

fn masked(path: &FilePath, secrets: &[Vec<u8>]) -> FilePath {
    let mut bytes = path.as_bytes().to_vec();
    for secret in secrets {
        while let Some(at) = memchr::memmem::find(&bytes, secret) {
            bytes.splice(at..at + secret.len(), *b"********");
        }
    }
    FilePath::new(bytes)
}

/// Attaches what a check says of the same value to the secret's finding. Returns whether there was one.
pub fn attach(findings: &mut [Finding], path: &FilePath, span: Span, breach: &Finding) -> bool {
    let found = findings.iter_mut().find(|finding| {
        finding.places.iter().any(|place| {
            matches!(&place.origin, Origin::File(it) | Origin::Staged(it) if it == path) && place.span.overlaps(&span)
        })
    });
    let Some(finding) = found else { return false };
    finding.reasons.push(Reason::new(
        "policy",
        Weight::Supports,
        format!("also `{}`: {}", breach.rule, breach.message),
    ));
    finding.threshold = finding.threshold.take().or_else(|| breach.threshold.clone());
    true
}
