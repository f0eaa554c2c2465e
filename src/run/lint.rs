//! One file against the policy: from breaches to findings.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::detect::Detector;
use crate::document;
use crate::document::kind::FileKind;
use crate::finding::{Confidence, Finding, Kind, Place, Reason, Related, Weight};
use crate::notice::{Cause, Notice};
use crate::place::{FilePath, Origin, Positions, Span};
use crate::policy::{self, Breach, Subject};
use crate::secret::Fingerprint;
use crate::source::Item;
use crate::source::index::Staged;
use crate::source::repository::Repository;
use crate::suppress::Exceptions;

use super::excerpt::{self, Mask};
use super::gather::attach;
use super::{Plan, Settings, inspect};

/// The findings of the linter, by fingerprint.
#[derive(Default)]
pub struct Linted {
    /// Documents that were parsed.
    pub documents: u64,
    findings: Vec<Lint>,
}

/// A breach as a finding, and where it stands.
struct Lint {
    path: FilePath,
    span: Span,
    route: String,
    finding: Finding,
}

impl Linted {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.documents == 0 && self.findings.is_empty()
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Linted) {
        self.documents += other.documents;
        self.findings.extend(other.findings);
    }

    /// Takes away what the user's exceptions hide.
    pub fn hide(&mut self, exceptions: &mut Exceptions<'_>) {
        self.findings.retain(|lint| !exceptions.hides_breach(&lint.finding.rule, &lint.path, &lint.route));
    }

    /// Adds the findings to those of the scanner: where both mean the same value it is one alert, the secret's.
    pub fn join(mut self, findings: &mut Vec<Finding>) {
        self.findings.sort_by(|a, b| (&a.path, a.span, &a.finding.rule).cmp(&(&b.path, b.span, &b.finding.rule)));
        let secrets = findings.len();
        // A route names a node within its file: the same route in another file is another finding.
        let mut known: BTreeMap<(Fingerprint, FilePath), usize> = BTreeMap::new();
        for Lint { path, span, finding, .. } in self.findings {
            if attach(&mut findings[..secrets], &path, span, &finding) {
                continue;
            }
            let identity = (finding.fingerprint.clone(), path);
            match known.get(&identity) {
                Some(&index) => {
                    findings[index].places.extend(finding.places);
                    findings[index].related.extend(finding.related);
                }
                None => {
                    known.insert(identity, findings.len());
                    findings.push(finding);
                }
            }
        }
    }
}

/// The files that git tracks, with paths as the scan names them.
pub struct Tracked {
    paths: Option<HashSet<FilePath>>,
}

impl Tracked {
    /// What is known of the repository that the plan scans as a whole; nothing for other plans.
    pub fn new(plan: &Plan, repository: Option<&Repository>) -> Self {
        let is_top = |repository: &&Repository| {
            let top = repository.work_dir().and_then(|top| top.canonicalize().ok());
            let [path] = plan.paths.as_slice() else { return false };
            top.is_some() && top == path.canonicalize().ok()
        };
        let repository = repository.filter(|_| plan.policy).filter(is_top);
        Self { paths: repository.and_then(|repository| Staged::new(repository, 1).tracked().ok()) }
    }

    fn knows(&self, path: &FilePath) -> Option<bool> {
        self.paths.as_ref().map(|paths| paths.contains(path))
    }
}

/// Checks one item, which is a file at `path`.
pub fn lint(
    item: &Item<'_>,
    path: &FilePath,
    tracked: &Tracked,
    detector: &Detector,
    settings: &Settings,
) -> (Linted, Vec<Notice>) {
    if !item.whole {
        let notices = if item.offset == 0 && document::is_readable(FileKind::of(path.as_bytes(), b"")) {
            let detail = "the document is too large to be linted; it was scanned for secrets";
            vec![Notice::new(Cause::Budget, path.display(), detail)]
        } else {
            Vec::new()
        };
        return (Linted::default(), notices);
    }
    let subject = Subject { path: path.as_bytes(), bytes: item.bytes, tracked: tracked.knows(path) };
    let lint = policy::lint(&subject, &settings.config.policy, settings.now);
    let mut offsets: Vec<usize> = lint
        .breaches
        .iter()
        .flat_map(|breach| {
            let related = breach.related.iter().flat_map(|(_, span)| [span.start, span.end]);
            [breach.span.start, breach.span.end].into_iter().chain(related)
        })
        .collect();
    offsets.sort_unstable();
    let mut positions = Positions::new(item.bytes, item.lines);
    let known: BTreeMap<usize, _> = offsets.into_iter().map(|offset| (offset, positions.at(offset))).collect();
    let masks = masks(item, &lint.breaches, detector);
    let place = |range: &Range<usize>| Place {
        origin: Origin::File(path.clone()),
        span: Span::new(range.start as u64, range.end as u64),
        start: known[&range.start],
        end: known[&range.end],
        excerpt: Some(excerpt::excerpt(item.bytes, range, &masks)),
        decoding: Vec::new(),
        introduced: None,
    };
    let findings = lint
        .breaches
        .iter()
        .map(|breach| {
            let finding = Finding {
                kind: Kind::Policy,
                rule: breach.check.id.to_owned(),
                title: breach.check.title.to_owned(),
                message: breach.message.clone(),
                severity: breach.severity,
                confidence: Confidence::High,
                fingerprint: settings.config.fingerprint_key.fingerprint(breach.check.id, breach.route.as_bytes()),
                secret: None,
                reasons: reasons(breach),
                facts: Vec::new(),
                places: vec![place(&breach.span)],
                related: breach
                    .related
                    .iter()
                    .map(|(label, range)| Related { label: label.clone(), place: place(range) })
                    .collect(),
                threshold: breach.threshold.clone(),
                life: None,
            };
            let span = Span::new(breach.span.start as u64, breach.span.end as u64);
            Lint { path: path.clone(), span, route: breach.route.clone(), finding }
        })
        .collect();
    (Linted { documents: u64::from(lint.parsed), findings }, lint.notices)
}

/// What the excerpts of the file must not show: the secrets that the checks mean, and those that the scanner finds.
fn masks(item: &Item<'_>, breaches: &[Breach], detector: &Detector) -> Vec<Mask> {
    if breaches.is_empty() {
        return Vec::new();
    }
    let mut masks = inspect::inspect(detector, item).masks;
    let secret = breaches.iter().filter(|breach| breach.is_secret);
    masks.extend(secret.map(|breach| Mask { range: breach.span.clone(), shown: 0 }));
    masks.sort_by_key(|mask| (mask.range.start, mask.range.end));
    masks
}

fn reasons(breach: &Breach) -> Vec<Reason> {
    vec![Reason::new("route", Weight::Supports, format!("at `{}`", crate::place::sanitize(&breach.route)))]
}
