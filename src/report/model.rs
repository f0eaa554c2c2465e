//! The shape of the machine-readable reports, shared by `json` and `jsonl`.
//!
//! The field docs here are the reference; `docs/json-report.md` says the same for readers of the report. Within one
//! [`SCHEMA_VERSION`] fields are only added, so a reader must ignore those that it does not know. All texts are sanitised
//! (see [`crate::place::sanitize`]) and hold no byte of a secret, unless the user asked for `--show-secrets`.

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::finding::{Explained, Finding};
pub use self::life::Life;
pub use self::suppressed::{Suppressed, Suppression};
use super::mask::{self, Mask};
use super::verdict;
use crate::finding::{Confidence, Severity};
use crate::place;

mod finding;
mod life;
mod suppressed;

/// Version of the shape: raised when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// The object of the JSON report: a [`Summary`], and the findings.
#[derive(Serialize)]
pub struct Report<'a> {
    /// What the run says as a whole.
    #[serde(flatten)]
    summary: Summary<'a>,
    /// The findings: severity (worst first), rule, first place, fingerprint.
    findings: Findings<'a>,
    /// What was found and is not reported, in the same order.
    suppressed: Hidden<'a>,
    /// The candidates that are not reported, by place; only where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<Explained<'a>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(report: &'a super::Report<'a>, mask: &'a Mask<'a>) -> Self {
        let rejected = report.rejected().map(|it| Explained::new(it, report.min_confidence, mask)).collect();
        Self {
            summary: Summary::new(report, mask),
            findings: Findings { report, mask },
            suppressed: Hidden { report, mask },
            rejected,
        }
    }
}

/// Findings are made while they are written, so that a report of many thousands costs the memory of one.
struct Findings<'a> {
    report: &'a super::Report<'a>,
    mask: &'a Mask<'a>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Findings { report, mask } = self;
        serializer.collect_seq(report.findings.iter().map(|finding| Finding::new(finding, report, mask)))
    }
}

/// The same for what is hidden.
struct Hidden<'a> {
    report: &'a super::Report<'a>,
    mask: &'a Mask<'a>,
}

impl Serialize for Hidden<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Hidden { report, mask } = self;
        let suppressed = report.suppressed.iter();
        serializer.collect_seq(suppressed.map(|it| Suppressed::new(it, report, mask)))
    }
}

/// One line of the JSON Lines report.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Line<'a> {
    /// A finding.
    Finding(Finding<'a>),
    /// What was found and is not reported.
    Suppressed(Suppressed<'a>),
    /// A candidate that is not reported.
    Rejected(Explained<'a>),
    /// A candidate, reported or not.
    Candidate(Explained<'a>),
    /// The last line.
    Summary(Summary<'a>),
}

/// What the run says as a whole.
#[derive(Serialize)]
pub struct Summary<'a> {
    /// [`SCHEMA_VERSION`].
    schema_version: u32,
    /// What wrote the report.
    tool: Tool<'a>,
    /// How it ended.
    verdict: Verdict,
    /// Number of reported findings, by severity; all five severities are always there.
    by_severity: BTreeMap<&'static str, u64>,
    /// What was covered.
    coverage: Coverage,
    /// What the files that hide findings say about themselves.
    notes: Vec<String>,
    /// What was not scanned, and why.
    notices: Vec<Notice>,
    /// The rules and checks that the findings name, sorted by id.
    rules: Vec<Rule<'a>>,
}

impl<'a> Summary<'a> {
    pub(super) fn new(report: &'a super::Report<'a>, mask: &Mask) -> Self {
        let mut by_severity: BTreeMap<&'static str, u64> =
            Severity::ALL.into_iter().map(|severity| (severity.id(), 0)).collect();
        for finding in report.findings {
            *by_severity.entry(finding.severity.id()).or_default() += 1;
        }
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: "keysieve",
                version: report.version,
                rule_pack: report.pack,
                fingerprint_key: report.fingerprint_key,
            },
            verdict: Verdict {
                exit_code: report.exit_code,
                complete: report.complete,
                fail_on: report.fail_on,
                failing: report.failing,
                min_confidence: report.min_confidence,
                below_confidence: report.below_confidence,
                hidden: report.hidden().map(|(means, number)| (means.id(), number)).collect(),
                words: verdict::words(report),
            },
            by_severity,
            coverage: Coverage::new(report.coverage),
            notes: report.notes.iter().map(|note| mask.text(note)).collect(),
            notices: report.notices.iter().map(|notice| Notice::new(notice, report, mask)).collect(),
            rules: report.descriptors.iter().map(Rule::new).collect(),
        }
    }
}

/// What wrote the report.
#[derive(Serialize)]
pub struct Tool<'a> {
    /// `keysieve`.
    name: &'static str,
    /// Its version.
    version: &'a str,
    /// Digest of the rule pack.
    rule_pack: &'a str,
    /// Id of the key that the fingerprints were made with, or `unkeyed`.
    fingerprint_key: &'a str,
}

/// How the run ended.
#[derive(Serialize)]
pub struct Verdict {
    /// The exit code of the process.
    exit_code: u8,
    /// Whether everything was scanned that should have been.
    complete: bool,
    /// The severity from which on findings fail the run.
    fail_on: Severity,
    /// Number of findings at or above it.
    failing: u64,
    /// The least confidence that is reported.
    min_confidence: Confidence,
    /// Number of findings below it: counted, not listed.
    below_confidence: u64,
    /// Number of findings that each means hides: `comment`, `foreign-comment`, `exception`, `baseline`, `foreign-file`,
    /// `disabled`.
    hidden: BTreeMap<&'static str, u64>,
    /// The verdict in words.
    words: String,
}

/// What was covered.
#[derive(Serialize)]
pub struct Coverage {
    /// Files read from the working tree or the index, or standard input.
    files: u64,
    /// Bytes of those files.
    file_bytes: u64,
    /// Commits whose headers and messages were scanned.
    commits: u64,
    /// Annotated tags whose headers and messages were scanned.
    tags: u64,
    /// Distinct blobs of the history.
    blobs: u64,
    /// Distinct trees of the history.
    trees: u64,
    /// Distinct names of files and directories in those trees.
    names: u64,
    /// Refs: branches, tags, remote-tracking branches and all others.
    refs: u64,
    /// Packs that were read.
    packs: u64,
    /// Bytes of those blobs, headers, messages and names.
    history_bytes: u64,
    /// Bytes of blobs that were searched; the others were known from what the blobs are made from. 0 where nothing could be.
    searched_bytes: u64,
    /// Blobs that were searched only where they differ from what they are made from.
    inherited_blobs: u64,
    /// Blobs that were searched whole all the same, by reason.
    whole_blobs: BTreeMap<&'static str, Whole>,
    /// Members of containers: of archives, compressed files and documents.
    members: u64,
    /// Bytes that the containers unpacked to.
    member_bytes: u64,
    /// Documents that the policy linter parsed.
    documents: u64,
    /// Number of things not scanned, by cause.
    skipped: BTreeMap<&'static str, u64>,
}

/// Blobs that were searched whole for one reason.
#[derive(Serialize)]
struct Whole {
    /// How many.
    blobs: u64,
    /// Their bytes.
    bytes: u64,
}

impl Coverage {
    pub(super) fn new(coverage: &crate::notice::Coverage) -> Self {
        Self {
            files: coverage.files,
            file_bytes: coverage.file_bytes,
            commits: coverage.commits,
            tags: coverage.tags,
            blobs: coverage.blobs,
            trees: coverage.trees,
            names: coverage.names,
            refs: coverage.refs,
            packs: coverage.packs,
            history_bytes: coverage.history_bytes,
            searched_bytes: coverage.searched_bytes,
            inherited_blobs: coverage.inherited_blobs,
            whole_blobs: coverage
                .whole_blobs
                .iter()
                .map(|(&why, &(blobs, bytes))| (why, Whole { blobs, bytes }))
                .collect(),
            members: coverage.members,
            member_bytes: coverage.member_bytes,
            documents: coverage.documents,
            skipped: coverage.skipped.iter().map(|(cause, count)| (cause.id(), *count)).collect(),
        }
    }
}

/// One thing that was not scanned.
#[derive(Serialize)]
pub struct Notice {
    /// Why, as one of the words that `--accept` takes.
    cause: &'static str,
    /// Whether it makes the run incomplete.
    incomplete: bool,
    /// What: a path, an object, a repository.
    subject: String,
    /// What happened and what to do about it; may be empty.
    detail: String,
}

impl Notice {
    fn new(notice: &crate::notice::Notice, report: &super::Report<'_>, mask: &Mask) -> Self {
        Self {
            cause: notice.cause.id(),
            incomplete: report.incomplete_causes.contains(&notice.cause),
            subject: mask.text(&notice.subject),
            detail: mask.text(&notice.detail),
        }
    }
}

/// A rule or check that a finding names.
#[derive(Serialize)]
pub struct Rule<'a> {
    /// Its id.
    id: String,
    /// `secret` or `policy`.
    kind: &'static str,
    /// Short name.
    title: String,
    /// What it is and why it matters.
    description: String,
    /// The whole help, in Markdown.
    help: String,
    /// What to do next, step by step.
    steps: Vec<String>,
    /// Severity of the rule; a finding may have another.
    severity: Severity,
    /// How sure a finding of this rule usually is.
    precision: Confidence,
    /// Provider or policy family.
    group: String,
    /// The provider's documentation, or null.
    docs: Option<String>,
    /// CWE numbers.
    cwe: &'a [u32],
    /// `short-lived`, `long-lived`, `configurable`; empty for checks.
    lifetime: String,
}

impl<'a> Rule<'a> {
    fn new(descriptor: &'a super::Descriptor) -> Self {
        Self {
            id: place::sanitize(&descriptor.id),
            kind: descriptor.kind.id(),
            title: place::sanitize(&descriptor.title),
            description: place::sanitize(&descriptor.description),
            help: mask::lines(&descriptor.help),
            steps: descriptor.steps.iter().map(|step| place::sanitize(step)).collect(),
            severity: descriptor.severity,
            precision: descriptor.precision,
            group: place::sanitize(&descriptor.group),
            docs: descriptor.docs.as_deref().map(place::sanitize),
            cwe: &descriptor.cwe,
            lifetime: place::sanitize(&descriptor.lifetime),
        }
    }
}
