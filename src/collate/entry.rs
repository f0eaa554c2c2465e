//! What a report says of one finding, as far as two reports are compared.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::scale::Severity;

/// What tells a finding from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum How {
    /// keysieve's own fingerprint, or SARIF's `fingerprints`.
    #[serde(rename = "fingerprint")]
    Fingerprint,
    /// Rule, file and SARIF's `partialFingerprints`.
    #[serde(rename = "partialFingerprints")]
    Partial,
    /// Rule, file, line, and a hash of the snippet or, without one, of the message.
    #[serde(rename = "place")]
    Place,
}

impl How {
    /// The word that outputs write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            How::Fingerprint => "fingerprint",
            How::Partial => "partialFingerprints",
            How::Place => "place",
        }
    }
}

/// A finding of a report. All texts are sanitised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The tool that found it.
    pub tool: String,
    /// The rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// The title of the rule, as far as the report has one.
    pub title: String,
    /// Where it stands: `path:line:column`, or what there is of that.
    pub place: String,
    /// keysieve's fingerprint, or null for a result of another tool.
    pub fingerprint: Option<String>,
    /// What it was told by.
    pub identified_by: How,
    /// What tells it from others.
    #[serde(skip)]
    pub(super) id: String,
}

/// All findings of a file, and what the file says of its runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// The tools that ran.
    pub(super) tools: BTreeSet<String>,
    /// The keys that fingerprints of keysieve were made with.
    pub(super) keys: BTreeSet<String>,
    /// Results that are none: passed, suppressed, or gone already.
    pub(super) passed_over: u64,
    /// Whether a run says that it did not see everything.
    pub(super) is_incomplete: bool,
}

/// The parts of an identity, so that no part runs into the next.
pub(super) fn identity(parts: &[&str]) -> String {
    parts.join("\u{0}")
}

/// `path:line:column`, without what is not known.
pub(super) fn place(path: &str, line: Option<u64>, column: Option<u64>) -> String {
    let mut text = crate::place::sanitize(path);
    for number in [line, column.filter(|_| line.is_some())].into_iter().flatten() {
        text.push_str(&format!(":{number}"));
    }
    text
}
