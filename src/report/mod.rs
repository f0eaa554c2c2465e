//! Reports: one format a file. A report is a pure function from [`Report`] to bytes; it opens nothing and decides nothing.
//!
//! Three things that every format needs stand in files of their own, so that no format can get them wrong alone: what may
//! be shown of a text that comes from the repository (`mask`), the verdict in words (`verdict`), and the machine-readable
//! shape of a finding ([`model`]).

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::io;
use std::str::FromStr;

use crate::finding::{Confidence, Explained, Finding, Kind, Means, Place, Related, Severity, Suppressed};
use crate::notice::{Cause, Coverage, Notice};
use crate::place::{FilePath, Origin};

pub mod catalogue;
mod checkout;
pub mod cleanup;
pub mod codequality;
pub mod csv;
pub mod ecs;
mod escape;
mod gaps;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod inventory;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
mod mask;
pub mod model;
pub mod sarif;
mod spot;
pub mod text;
mod verdict;

pub use self::checkout::Checkout;

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
    /// Every candidate, where the user asked for those that are not reported, in the order of the places.
    pub explained: &'a [Explained],
    /// The least confidence that is reported, that of `--min-confidence`.
    pub min_confidence: Confidence,
    /// Findings below it: counted, not shown.
    pub below_confidence: u64,
    /// What no text may show beside the secrets of the findings: of those below, and how names spell them.
    pub masked: &'a [Vec<u8>],
    /// What was found and is not reported, in the documented order, each with what hides it.
    pub suppressed: &'a [Suppressed],
    /// Remarks on secrets that exceptions hide: they have no finding of their own.
    pub hidden_remarks: u64,
    /// What the files that hide findings say about themselves, in words.
    pub notes: &'a [String],
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
    /// The causes that make this run incomplete: those of [`Cause::is_incomplete`], as `--strict` and `--accept` changed
    /// them.
    pub incomplete_causes: &'a [Cause],
    /// Whether nothing was left out that should have been scanned.
    pub complete: bool,
    /// The exit code that the run ends with.
    pub exit_code: u8,
    /// Whether what was known before is hidden by a baseline.
    pub has_baseline: bool,
    /// The repository that was looked at.
    pub checkout: &'a Checkout,
    /// Who answers for the files of what was found, by the path of a place.
    pub owners: &'a BTreeMap<FilePath, String>,
    /// What the user asked to see beside what is reported.
    pub show: Show,
    /// What the user said the time is, for formats that demand one; none where only the clock says it.
    pub time: Option<jiff::Timestamp>,
}

/// What a user may ask to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// The secrets themselves.
    pub secrets: bool,
    /// What is hidden, one by one, also in the formats that only count it otherwise.
    pub suppressed: bool,
}

impl<'a> Report<'a> {
    /// The candidates that are not reported.
    pub fn rejected(&self) -> impl Iterator<Item = &'a Explained> {
        let min = self.min_confidence;
        self.explained.iter().filter(move |it| it.confidence.is_none_or(|confidence| confidence < min))
    }

    /// How many findings each means hides, those that hide none left out.
    pub fn hidden(&self) -> impl Iterator<Item = (Means, u64)> {
        Means::ALL.into_iter().filter_map(|means| {
            let found = self.suppressed.iter().filter(|it| it.by.means == means).count() as u64;
            let remarks = if means == Means::Exception { self.hidden_remarks } else { 0 };
            (found + remarks > 0).then_some((means, found + remarks))
        })
    }

    /// Who answers for a finding: the owner of the first of its files that has one.
    #[must_use]
    pub fn owner(&self, finding: &Finding) -> Option<&str> {
        let paths = finding.places.iter().filter_map(|place| place.origin.outermost().path());
        paths.filter_map(|path| self.owners.get(path)).map(String::as_str).next()
    }

    /// The places of a finding, and those that belong to it, without those of the history that only say what a file says, too:
    /// that the secret stands there, and still does.
    #[must_use]
    pub fn places<'f>(&self, finding: &'f Finding) -> (Vec<&'f Place>, Vec<&'f Related>) {
        let at = |place: &'f Place| (place.origin.members(), place.start);
        let of_file = |place: &'f Place| match place.origin.outermost() {
            origin @ Origin::File(_) => Some((self.checkout.path(origin)?, at(place))),
            _ => None,
        };
        let all = finding.places.iter().chain(finding.related.iter().map(|related| &related.place));
        let files: HashSet<_> = all.filter_map(of_file).collect();
        let is_own = |place: &'f Place| match (place.origin.outermost(), &place.introduced) {
            (Origin::Blob { path: Some(path), .. }, Some(introduced)) if introduced.in_head && !files.is_empty() => {
                !files.contains(&(path, at(place)))
            }
            _ => true,
        };
        let places = finding.places.iter().filter(|place| is_own(place)).collect();
        (places, finding.related.iter().filter(|related| is_own(&related.place)).collect())
    }

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

/// The formats by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Formats {
    /// For people, in a terminal of 80 columns.
    Text,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// JUnit XML, for the test pages of CI systems.
    Junit,
    /// GitLab's report of secret detection.
    Gitlab,
    /// GitLab's report of code quality.
    CodeQuality,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Documents of the Elastic Common Schema, one a line.
    Ecs,
    /// Markdown for a comment or a job summary.
    Markdown,
    /// One page to open in a browser.
    Html,
}

impl Formats {
    /// Every format, in the order of the help.
    pub const ALL: [Formats; 12] = [
        Formats::Text,
        Formats::Json,
        Formats::Jsonl,
        Formats::Sarif,
        Formats::Csv,
        Formats::Junit,
        Formats::Gitlab,
        Formats::CodeQuality,
        Formats::Github,
        Formats::Ecs,
        Formats::Markdown,
        Formats::Html,
    ];

    /// The name that `--format` takes.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Formats::Text => "text",
            Formats::Json => "json",
            Formats::Jsonl => "jsonl",
            Formats::Sarif => "sarif",
            Formats::Csv => "csv",
            Formats::Junit => "junit",
            Formats::Gitlab => "gitlab",
            Formats::CodeQuality => "gitlab-codequality",
            Formats::Github => "github",
            Formats::Ecs => "ecs",
            Formats::Markdown => "markdown",
            Formats::Html => "html",
        }
    }

    /// The writer of the format. `colour` says whether the output may carry terminal colours; only `text` has any.
    #[must_use]
    pub fn writer(self, colour: bool) -> Box<dyn Format> {
        match self {
            Formats::Text => Box::new(text::Text { colour }),
            Formats::Json => Box::new(json::Json),
            Formats::Jsonl => Box::new(jsonl::Jsonl),
            Formats::Sarif => Box::new(sarif::Sarif),
            Formats::Csv => Box::new(csv::Csv),
            Formats::Junit => Box::new(junit::Junit),
            Formats::Gitlab => Box::new(gitlab::Gitlab),
            Formats::CodeQuality => Box::new(codequality::CodeQuality),
            Formats::Github => Box::new(github::Github),
            Formats::Ecs => Box::new(ecs::Ecs),
            Formats::Markdown => Box::new(markdown::Markdown),
            Formats::Html => Box::new(html::Html),
        }
    }
}

impl fmt::Display for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Formats {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Formats::ALL
            .into_iter()
            .find(|format| format.id() == name)
            .ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// There is no format of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {name:?}; the formats are {}", Formats::ALL.map(Formats::id).join(", "))]
pub struct UnknownFormat {
    /// What the user wrote.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_the_error_lists_them_all() {
        let error = "yaml".parse::<Formats>().expect_err("there is no such format").to_string();
        for format in Formats::ALL {
            assert_eq!(format.id().parse(), Ok(format));
            assert!(error.contains(format.id()), "{error}");
        }
    }
}
