//! The two scales that rules, checks and findings share.
//!
//! Compiled twice: into the library, and into `build.rs` with the rule schema.

use std::fmt;

/// How bad it is if the finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; public by design, or an inventory entry.
    Info,
    /// Little reach.
    Low,
    /// Some reach, or a practice that makes the next leak worse.
    Medium,
    /// Access to data or to a service in one's name.
    High,
    /// Control of an account, a production system or money.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The next milder one; the mildest stays as it is.
    #[must_use]
    pub fn milder(self) -> Severity {
        Severity::ALL.into_iter().rev().find(|it| *it < self).unwrap_or(self)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// How sure it is that the finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The rest.
    Low,
    /// A format with context, or a convincing assignment.
    Medium,
    /// A distinctive format.
    High,
    /// An offline check holds, or the policy reads a plain fact.
    Certain,
}

impl Confidence {
    /// Every confidence, least sure first.
    pub const ALL: [Confidence; 4] = [Confidence::Low, Confidence::Medium, Confidence::High, Confidence::Certain];

    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
            Confidence::Certain => "certain",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}
