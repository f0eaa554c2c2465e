//! Files against the policy: from breaches to findings.
//!
//! Most files are linted as they come by. Those that are one with others of their directory are kept until all have come.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::detect::Detector;
use crate::document::Syntax;
use crate::finding::{Confidence, Finding, Kind, Place, Reason, Related, Shared, Weight};
use crate::notice::{Cause, Notice};
use crate::place::{FilePath, Origin, Position, Positions, Span};
use crate::policy::inventory::Reference;
use crate::policy::slots::{Overdue, Slot};
use crate::policy::{self, Breach, Meta, Subject, Togetherness};
use crate::secret::{Fingerprint, FingerprintKey};
use crate::source::{Item, Paths, TrackedFiles};
use crate::suppress::comment::{self, Comment};
use crate::suppress::{Ground as Hiding, Standing, Standings, Suppressions};

use super::excerpt::{self, Mask};
use super::gather::attach;
use super::inventory::Gathered;
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
    /// Whether what it points at is a secret.
    is_secret: bool,
    /// The comments that speak of it.
    comments: Vec<Comment>,
}

impl Linted {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.documents == 0 && self.findings.is_empty()
    }

    /// Adds what only the whole tree shows.
    pub fn add_of_tree(&mut self, breaches: Vec<(FilePath, Span, String, Finding)>) {
        let lint = |(path, span, route, finding)| {
            let (is_secret, comments) = (false, Vec::new());
            Lint { path, span, route, finding, is_secret, comments }
        };
        self.findings.extend(breaches.into_iter().map(lint));
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Linted) {
        self.documents += other.documents;
        self.findings.extend(other.findings);
    }

    /// Adds where the findings stand; `address` says under which path a place is known.
    pub fn stand(&self, standings: &mut Standings, address: &dyn Fn(&Origin) -> String) {
        for Lint { span, finding, comments, .. } in &self.findings {
            for place in &finding.places {
                let key = (finding.fingerprint, address(&place.origin));
                let standing = Standing { origin: place.origin.clone(), span: *span, comments: comments.clone() };
                standings.entry(key).or_default().push(standing);
            }
        }
    }

    /// Which breach stands in which file, as the file is named.
    pub fn breaches(&self) -> impl Iterator<Item = (&Fingerprint, &FilePath)> {
        self.findings.iter().map(|lint| (&lint.finding.fingerprint, &lint.path))
    }

    /// Takes away those of which `is_known` says so, in the order in which they stand. Returns how many they were.
    pub fn take_away(&mut self, is_known: &mut dyn FnMut(&Fingerprint, &FilePath) -> bool) -> usize {
        let before = self.findings.len();
        self.sort();
        self.findings.retain(|lint| !is_known(&lint.finding.fingerprint, &lint.path));
        before - self.findings.len()
    }

    fn sort(&mut self) {
        self.findings.sort_by(|a, b| (&a.path, a.span, &a.finding.rule).cmp(&(&b.path, b.span, &b.finding.rule)));
    }

    /// Takes away what comments and exceptions hide.
    pub fn hide(&mut self, suppressions: &mut Suppressions<'_>, ground: &Hiding<'_>) {
        self.findings.retain(|lint| !suppressions.hides_breach(&lint.finding, &lint.path, &lint.route, ground));
    }

    /// Adds the findings to those of the scanner: where both mean the same value it is one alert, the secret's. `is_in` says
    /// whether a place of a secret is in a file that was linted.
    pub fn join(
        mut self,
        findings: &mut Vec<Finding>,
        suppressions: &Suppressions<'_>,
        is_in: &dyn Fn(&Place, &FilePath) -> bool,
    ) {
        self.sort();
        let secrets = findings.len();
        // A route names a node within its file: the same route in another file is another finding.
        let mut known: BTreeMap<(Fingerprint, FilePath), usize> = BTreeMap::new();
        let is_hidden = |finding: &Finding, place: &Place| suppressions.excepts(finding, place);
        for Lint { path, finding, is_secret, .. } in self.findings {
            let is_here = |place: &Place| is_in(place, &path);
            if attach(&mut findings[..secrets], &is_here, (&finding, is_secret), &is_hidden) {
                continue;
            }
            let identity = (finding.fingerprint, path);
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

/// The files that git tracks.
#[derive(Default)]
pub struct Tracked {
    /// How the paths of the scan lead to those of the index, and what that holds.
    known: Option<(Paths, Arc<TrackedFiles>)>,
}

impl Tracked {
    /// Those files, as paths of a scan lead to them.
    pub fn new(known: Option<(Paths, Arc<TrackedFiles>)>) -> Self {
        Self { known }
    }

    fn knows(&self, path: &FilePath) -> Option<bool> {
        self.known.as_ref().map(|(paths, files)| files.holds(&paths.file_from_top(path)))
    }

    /// Whether the path of a file is that in the repository, too.
    fn is_from_top(&self, path: &FilePath) -> bool {
        self.known.as_ref().is_some_and(|(paths, _)| paths.file_from_top(path) == *path)
    }
}

/// A file to lint.
pub struct File<'b> {
    path: FilePath,
    bytes: Cow<'b, [u8]>,
    tracked: Option<bool>,
    is_from_top: bool,
}

impl<'b> File<'b> {
    /// Its path.
    pub fn path(&self) -> &FilePath {
        &self.path
    }

    /// Its slots, where its path is also that in the repository: what the history may date.
    pub fn slots(&self) -> Vec<Slot> {
        match self.tracked {
            Some(true) if self.is_from_top => policy::slots::slots(self.path.as_bytes(), &self.bytes),
            _ => Vec::new(),
        }
    }

    /// The file with its bytes for itself.
    pub fn owned(&self) -> File<'static> {
        File { path: self.path.clone(), bytes: Cow::Owned(self.bytes.to_vec()), ..*self }
    }

    /// What the item is, for the linter. None if it is none for it: too large, or a part of something; `skipped` is told
    /// where that is a pity.
    pub fn of(
        item: &Item<'b>,
        path: &FilePath,
        tracked: &Tracked,
        skipped: &mut dyn FnMut(Notice),
    ) -> Option<File<'b>> {
        if !item.whole {
            // Lines of JSON that long are data, not configuration.
            let is_data = |syntax: &Syntax| *syntax == Syntax::JsonLines;
            if item.offset == 0 && Syntax::of(path.as_bytes(), b"").is_some_and(|syntax| !is_data(&syntax)) {
                let detail = "the document is too large to be linted; it was scanned for secrets";
                skipped(Notice::new(Cause::Budget, path.display(), detail));
            }
            return None;
        }
        let is_from_top = tracked.is_from_top(path);
        let (path, tracked) = (path.clone(), tracked.knows(path));
        Some(File { path, bytes: Cow::Borrowed(item.bytes), tracked, is_from_top })
    }
}

/// Files that are kept until their directory is whole.
#[derive(Default)]
pub struct Modules {
    by_directory: BTreeMap<(Vec<u8>, Option<Togetherness>), Vec<File<'static>>>,
}

impl Modules {
    /// Whether the file is to be kept.
    pub fn want(file: &File<'_>) -> bool {
        Togetherness::of(file.path.as_bytes(), &file.bytes).is_some()
    }

    /// Keeps a file.
    pub fn keep(&mut self, file: File<'_>) {
        let key = (directory(&file.path).to_vec(), Togetherness::of(file.path.as_bytes(), &file.bytes));
        let file = File { bytes: Cow::Owned(file.bytes.into_owned()), ..file };
        self.by_directory.entry(key).or_default().push(file);
    }

    /// The modules, each with its files in the order of their names.
    pub fn modules(self) -> Vec<Vec<File<'static>>> {
        let mut modules: Vec<_> = self.by_directory.into_values().collect();
        modules.iter_mut().for_each(|files| files.sort_by(|a, b| a.path.cmp(&b.path)));
        modules
    }
}

/// The directory of a file, as which those count that are linted together.
pub fn directory(path: &FilePath) -> &[u8] {
    let path = path.as_bytes();
    &path[..memchr::memrchr(b'/', path).unwrap_or(0)]
}

/// Whether the plan names one of the files by itself: then the others of its directory may not have been looked at.
pub fn is_named(plan: &Plan, files: &[File<'_>]) -> bool {
    let named =
        |file: &File<'_>| plan.paths.iter().any(|path| path.to_string_lossy().as_bytes() == file.path.as_bytes());
    files.iter().any(named)
}

/// What came of files that were checked together.
#[derive(Default)]
pub struct Yield {
    /// What they breach.
    pub linted: Linted,
    /// What they refer to, if that was asked for.
    pub gathered: Gathered,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// Checks files that belong together; most often it is one.
pub fn lint(
    files: &[File<'_>],
    is_whole: bool,
    detector: &Detector,
    settings: &Settings,
    task: policy::Task<'_>,
) -> Yield {
    let subjects: Vec<Subject<'_>> = files
        .iter()
        .map(|file| Subject { path: file.path.as_bytes(), bytes: &file.bytes, tracked: file.tracked })
        .collect();
    let mut lint = policy::study(&subjects, is_whole, &settings.config.policy, settings.now, task);
    if !task.checks.is_empty() {
        drop_values(&mut lint.references, files, detector, settings.config.min_confidence);
    }
    let mut gathered = Gathered::default();
    gathered.take(&mut lint, &|file| Item::whole(Origin::File(files[file].path.clone()), &files[file].bytes));
    let findings = findings(files, &lint.breaches, detector, settings);
    Yield { linted: Linted { documents: lint.documents, findings }, gathered, notices: lint.notices }
}

/// What is overdue in the slots of a file, as findings.
pub fn overdue(file: &File<'_>, overdue: Vec<(Slot, Overdue)>, detector: &Detector, settings: &Settings) -> Linted {
    let breaches: Vec<Breach> = overdue
        .into_iter()
        .map(|(slot, overdue)| Breach {
            check: overdue.check,
            file: 0,
            span: slot.span,
            route: slot.route,
            message: overdue.message,
            severity: overdue.severity,
            threshold: overdue.threshold,
            related: Vec::new(),
            is_secret: false,
        })
        .collect();
    let files = std::slice::from_ref(file);
    Linted { documents: 0, findings: findings(files, &breaches, detector, settings) }
}

/// The finding of a breach at a route, as bad as its check is.
pub fn breached(check: &Meta, route: &str, message: String, place: Place, key: &FingerprintKey) -> Finding {
    Finding {
        kind: Kind::Policy,
        rule: check.id.into(),
        title: check.title.into(),
        message,
        severity: check.severity,
        confidence: Confidence::High,
        fingerprint: key.fingerprint(check.id, route.as_bytes()),
        secret: None,
        reasons: Shared::default(),
        facts: Shared::default(),
        places: vec![place],
        related: Vec::new(),
        threshold: None,
        life: None,
    }
}

/// The findings of breaches in files that were linted together.
fn findings(files: &[File<'_>], breaches: &[Breach], detector: &Detector, settings: &Settings) -> Vec<Lint> {
    let mut findings = Vec::new();
    if breaches.is_empty() {
        return findings;
    }
    let grounds: Vec<Option<Ground<'_>>> =
        files.iter().enumerate().map(|(number, file)| Ground::of(number, file, breaches, detector)).collect();
    let place = |file: usize, span: &Range<usize>| grounds[file].as_ref().map(|ground| ground.place(span));
    for breach in breaches {
        let Some(first) = place(breach.file, &breach.span) else { continue };
        let related = breach
            .related
            .iter()
            .filter_map(|mark| Some(Related { label: mark.label.clone(), place: place(mark.file, &mark.span)? }));
        let key = &settings.config.fingerprint_key;
        // The author of a pack may have put any value of the document into its message.
        let masks = grounds[breach.file].as_ref().filter(|_| breach.check.is_of_pack()).map(|ground| &ground.masks);
        let masked = masks.map(|masks| Breach {
            message: excerpt::without_secrets(&breach.message, &files[breach.file].bytes, masks),
            route: excerpt::without_secrets(&breach.route, &files[breach.file].bytes, masks),
            ..breach.clone()
        });
        let breach = masked.as_ref().unwrap_or(breach);
        let finding = Finding {
            severity: breach.severity,
            reasons: reasons(breach).into(),
            related: related.collect(),
            threshold: breach.threshold.clone().map(Box::new),
            ..breached(breach.check, &breach.route, breach.message.clone(), first, key)
        };
        let span = Span::new(breach.span.start as u64, breach.span.end as u64);
        let path = files[breach.file].path.clone();
        let comments = grounds[breach.file].as_ref().map(|ground| ground.comments(&breach.span, &finding.places[0]));
        let comments = comments.unwrap_or_default();
        let (route, is_secret) = (breach.route.clone(), breach.is_secret);
        findings.push(Lint { path, span, route, finding, is_secret, comments });
    }
    findings
}

/// Takes away references in which a value stands: their names would show it in the message of a check. The inventory knows all
/// values when it is written, and masks them.
fn drop_values(references: &mut Vec<Reference>, files: &[File<'_>], detector: &Detector, least: Confidence) {
    let numbers: BTreeSet<usize> = references.iter().map(|reference| reference.file).collect();
    for number in numbers {
        let file = &files[number];
        let hits = inspect::inspect(detector, &Item::whole(Origin::File(file.path.clone()), &file.bytes)).hits;
        let values = hits.iter().filter(|hit| hit.verdict.confidence.is_some_and(|confidence| confidence >= least));
        let mut values: Vec<(u64, u64)> = values.map(|hit| (hit.span.start, hit.span.end)).collect();
        values.sort_unstable();
        // Values within one another become one, so that both ends ascend.
        values.dedup_by(|next, kept| {
            let overlaps = next.0 < kept.1;
            kept.1 = if overlaps { kept.1.max(next.1) } else { kept.1 };
            overlaps
        });
        references.retain(|it| {
            let (start, end) = (it.span.0 as u64, it.span.1 as u64);
            let next = values.partition_point(|value| value.1 <= start);
            it.file != number || values.get(next).is_none_or(|value| value.0 >= end)
        });
    }
}

/// A file in which a breach has a place: where its lines are, and what its excerpts must not show.
struct Ground<'f> {
    file: &'f File<'f>,
    positions: BTreeMap<usize, Position>,
    masks: Vec<Mask>,
}

impl<'f> Ground<'f> {
    fn of(number: usize, file: &'f File<'f>, breaches: &[Breach], detector: &Detector) -> Option<Self> {
        let own = breaches.iter().filter(|breach| breach.file == number).map(|breach| &breach.span);
        let marks = breaches.iter().flat_map(|breach| &breach.related).filter(|mark| mark.file == number);
        let spans = own.chain(marks.map(|mark| &mark.span));
        let mut offsets: Vec<usize> = spans.flat_map(|span| [span.start, span.end]).collect();
        if offsets.is_empty() {
            return None;
        }
        offsets.sort_unstable();
        let item = Item::whole(Origin::File(file.path.clone()), &file.bytes);
        let mut positions = Positions::new(item.bytes, item.lines);
        let positions = offsets.into_iter().map(|offset| (offset, positions.at(offset))).collect();
        let mut masks = inspect::inspect(detector, &item).masks;
        let secret = breaches.iter().filter(|breach| breach.is_secret && breach.file == number);
        masks.extend(secret.map(|breach| Mask { range: breach.span.clone(), shown: 0 }));
        masks.sort_by_key(|mask| (mask.range.start, mask.range.end));
        Some(Self { file, positions, masks })
    }

    /// The comments that speak of what stands at `range`, which is `place`.
    fn comments(&self, range: &Range<usize>, place: &Place) -> Vec<Comment> {
        let secrets: Vec<Range<usize>> = self.masks.iter().map(|mask| mask.range.clone()).collect();
        comment::beside(&self.file.bytes, range, (place.start.line, place.end.line), &secrets)
    }

    fn place(&self, range: &Range<usize>) -> Place {
        Place {
            origin: Origin::File(self.file.path.clone()),
            span: Span::new(range.start as u64, range.end as u64),
            start: self.positions[&range.start],
            end: self.positions[&range.end],
            excerpt: Some(excerpt::excerpt(&self.file.bytes, range, &self.masks)),
            decoding: Vec::new(),
            introduced: None,
        }
    }
}

fn reasons(breach: &Breach) -> Vec<Reason> {
    vec![Reason::new("route", Weight::Supports, format!("at `{}`", crate::place::sanitize(&breach.route)))]
}
