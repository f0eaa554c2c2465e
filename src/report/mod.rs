//! Reports: one format a file. A report is a pure function from [`Report`] to bytes; it opens nothing and decides nothing.

use std::io;

use crate::finding::{Confidence, Finding, Kind, Severity};
use crate::notice::{Coverage, Notice};

/// What a report needs to know of a rule or check beside what stands in the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Id of the rule or check.
    pub id: String,
    /// Secret or policy.
    pub kind: Kind,
    /// Short name.
    pub title: String,
    /// What it is and why it matters, one or two sentences of plain text.
    pub description: String,
    /// The whole help in Markdown, the way out included.
    pub help: String,
    /// What to do next: the steps of the way out, one a line, plain text.
    pub steps: Vec<String>,
    /// Severity of the rule.
    pub severity: Severity,
    /// How sure a finding of this rule usually is.
    pub precision: Confidence,
    /// Provider or policy family.
    pub group: String,
    /// The provider's documentation.
    pub docs: Option<String>,
    /// CWE numbers: 798 for secrets.
    pub cwe: Vec<u32>,
    /// `short-lived`, `long-lived`, `configurable`; empty for checks.
    pub lifetime: String,
}

/// Everything that a report is made of.
pub struct Report<'a> {
    /// Version of keysieve.
    pub version: &'a str,
    /// Digest of the rule pack.
    pub pack: &'a str,
    /// Id of the fingerprint key, or `unkeyed`.
    pub fingerprint_key: &'a str,
    /// The findings to report, in their documented order.
    pub findings: &'a [Finding],
    /// Findings below `--min-confidence`: counted, not shown.
    pub below_confidence: u64,
    /// The threshold of `--fail-on`.
    pub fail_on: Severity,
    /// Findings at or above it.
    pub failing: u64,
    /// The rules and checks that the findings name, sorted by id.
    pub descriptors: &'a [Descriptor],
    /// What was covered.
    pub coverage: &'a Coverage,
    /// What was not, sorted.
    pub notices: &'a [Notice],
    /// Whether nothing was left out that should have been scanned.
    pub complete: bool,
    /// The exit code that the run ends with.
    pub exit_code: u8,
    /// Whether the user asked for the secrets themselves.
    pub show_secrets: bool,
}

impl Report<'_> {
    /// The descriptor of a rule or check.
    #[must_use]
    pub fn descriptor(&self, id: &str) -> Option<&Descriptor> {
        self.descriptors
            .binary_search_by(|descriptor| descriptor.id.as_str().cmp(id))
            .ok()
            .map(|i| &self.descriptors[i])
    }
}

/// A way to write a report.
pub trait Format {
    /// Writes the report.
    ///
    /// # Errors
    /// Only those of `out`.
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;
}
