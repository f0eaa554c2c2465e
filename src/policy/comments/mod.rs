//! Comments that are meant to hide a finding and hide nothing.
//!
//! Whether one does is known when all findings of a run are: so these checks see neither a document nor a secret, and are told.

use crate::config::policy::PolicySettings;
use crate::finding::Severity;

use super::{Family, Meta, Preset, runs};

const fn meta(id: &'static str, title: &'static str, severity: Severity, page: &'static str) -> Meta {
    Meta {
        id,
        title,
        family: Family::Revocation,
        severity,
        preset: Preset::Minimal,
        threshold: None,
        cwe: &[],
        kinds: &["any"],
        nearest: &[],
        page,
    }
}

static ENDED: Meta = meta(
    "allow-comment-ended",
    "Comment that hid a finding until a day that is over",
    Severity::Medium,
    include_str!("allow_comment_ended.md"),
);

static INCOMPLETE: Meta = meta(
    "allow-comment-incomplete",
    "Comment that is to hide a finding and does not say why",
    Severity::Medium,
    include_str!("allow_comment_incomplete.md"),
);

static UNUSED: Meta = meta(
    "allow-comment-unused",
    "Comment that is to hide a finding and hides none",
    Severity::Low,
    include_str!("allow_comment_unused.md"),
);

/// What is known of the checks here, sorted by id.
pub static METAS: [&Meta; 3] = [&ENDED, &INCOMPLETE, &UNUSED];

/// What is wrong with a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Its day is over.
    Ended,
    /// It lacks something, in words behind "it".
    Incomplete(&'static str),
    /// No rule or check has one of the ids that it names.
    Unknown,
    /// Nothing that it names stands there.
    Unused,
}

/// A comment that hides nothing.
#[derive(Clone, Debug)]
pub struct Idle {
    /// The check.
    pub check: &'static Meta,
    /// How bad.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
}

/// What the policy says of a comment that names `rules`; nothing where the check does not run.
#[must_use]
pub fn judge(said: Said, rules: &[String], settings: &PolicySettings) -> Option<Idle> {
    let names = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    let (check, message) = match said {
        Said::Ended => (&ENDED, format!("its last day is over: it hides {names} no more")),
        Said::Incomplete(what) => (&INCOMPLETE, format!("it hides nothing: it {what}")),
        Said::Unknown => (&UNUSED, format!("there is no rule or check {names}")),
        Said::Unused => (&UNUSED, format!("nothing beside it is a finding of {names}")),
    };
    let severity = runs(check, settings)?.unwrap_or(check.severity);
    Some(Idle { check, severity, message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::page;

    #[test]
    fn every_page_has_its_parts() {
        assert!(METAS.is_sorted_by_key(|meta| meta.id));
        for meta in METAS {
            assert_eq!(meta.page.lines().next(), Some(format!("# {}", meta.title).as_str()), "{}", meta.id);
            for title in ["What", "Why", "Bad", "Good", "How to fix", "References"] {
                assert!(!page::section(meta.page, title).is_empty(), "{}: {title}", meta.id);
            }
        }
    }

    #[test]
    fn each_comment_is_told_by_one_check() {
        let told = |said| judge(said, &["a-b".to_owned()], &PolicySettings::default()).map(|idle| idle.check.id);
        assert_eq!(told(Said::Ended), Some("allow-comment-ended"));
        assert_eq!(told(Said::Incomplete("does not say why")), Some("allow-comment-incomplete"));
        assert_eq!(told(Said::Unknown), Some("allow-comment-unused"));
        assert_eq!(told(Said::Unused), Some("allow-comment-unused"));
    }
}
