//! What was found and is not reported, and why not.

use jiff::civil::Date;

use super::Finding;

/// What hides a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// A comment `keysieve:allow` beside it.
    Comment,
    /// A comment of another tool beside it.
    ForeignComment,
    /// An `[[exception]]` of `keysieve.toml`.
    Exception,
    /// An entry of the baseline.
    Baseline,
    /// A file of another tool: `.gitleaksignore`, `.gitleaks.toml`, `.secrets.baseline`.
    ForeignFile,
    /// `disable` in `keysieve.toml`: the rule's findings do not count.
    Disabled,
}

impl Means {
    /// Every means, in the order of the reports.
    pub const ALL: [Means; 6] =
        [Means::Comment, Means::ForeignComment, Means::Exception, Means::Baseline, Means::ForeignFile, Means::Disabled];

    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Means::Comment => "comment",
            Means::ForeignComment => "foreign-comment",
            Means::Exception => "exception",
            Means::Baseline => "baseline",
            Means::ForeignFile => "foreign-file",
            Means::Disabled => "disabled",
        }
    }

    /// How a sentence names it: `3 by comments`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Means::Comment => "comments",
            Means::ForeignComment => "comments of other tools",
            Means::Exception => "exceptions",
            Means::Baseline => "the baseline",
            Means::ForeignFile => "files of other tools",
            Means::Disabled => "`disable`",
        }
    }
}

/// Why a finding is not reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suppression {
    /// What hides it.
    pub means: Means,
    /// Where that is written: `src/a.rs:3`, `keysieve.toml:7`, the name of a baseline. Sanitised where it is shown.
    pub source: String,
    /// The word for it where it is written: `keysieve:allow`, `gitleaks:allow`, the state of an entry of the baseline.
    pub stated: String,
    /// Why, as whoever wrote it says; empty if it does not say.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it hides.
    pub until: Option<Date>,
}

/// A finding that is not reported, with those of its places that are hidden by the same means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding. The same one may be reported for other places.
    pub finding: Finding,
    /// Why it is not.
    pub by: Suppression,
}
