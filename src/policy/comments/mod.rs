//! Comments that are meant to hide a finding and hide nothing, and those that have hidden one for too long.
//!
//! Whether one does is known when all findings of a run are: so these checks see neither a document nor a secret, and are told.

use jiff::Timestamp;

use crate::config::policy::PolicySettings;
use crate::finding::{Severity, Threshold};

use super::{Family, Meta, Preset, date, runs};

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

static OLD: Meta = Meta {
    preset: Preset::Strict,
    threshold: Some("policy.lifetime.suppression: 180d"),
    ..meta(
        "old-suppression",
        "Comment or entry that has hidden a finding for long",
        Severity::Low,
        include_str!("old_suppression.md"),
    )
};

/// What is known of the checks here, sorted by id.
pub static METAS: [&Meta; 4] = [&ENDED, &INCOMPLETE, &UNUSED, &OLD];

/// Whether a check of this id tells of what hides findings.
#[must_use]
pub fn is_of_hiding(check: &str) -> bool {
    METAS.iter().any(|meta| meta.id == check)
}

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

/// What the history says of a comment, or an entry of the baseline, that hides something and names no last day.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is, in words: `the comment keysieve:allow on line 3 of src/a.rs`.
    pub what: String,
    /// Since when it has been as it is.
    pub since: Timestamp,
    /// Whether the history is cut off before that.
    pub at_least: bool,
    /// The commit that brought it together with the secret that it hides, if one did, in short.
    pub came_with: Option<String>,
}

/// Whether the policy asks for how long something hides.
#[must_use]
pub fn asks_for_age(settings: &PolicySettings) -> bool {
    runs(&OLD, settings).is_some()
}

/// What the policy says of it; nothing if it is young enough, or where the check does not run.
#[must_use]
pub fn judge_old(kept: &Kept, settings: &PolicySettings, now: Timestamp) -> Option<(Idle, Option<Threshold>)> {
    let severity = runs(&OLD, settings)?.unwrap_or(OLD.severity);
    let limit = settings.lifetime("suppression")?;
    let Kept { what, since, at_least, came_with } = kept;
    let days = date::days(*since, now);
    let (message, threshold) = if days > limit.days() {
        let least = if *at_least { "at least " } else { "" };
        let message = format!("{what} has hidden a finding for {least}{days} days: is its reason still true?");
        (message, Some(limit.threshold()))
    } else {
        let commit = came_with.as_ref()?;
        let message = format!(
            "{what} came in commit {commit} together with the secret that it hides: nobody saw the one without the other"
        );
        (message, None)
    };
    Some((Idle { check: &OLD, severity, message }, threshold))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
    fn what_hides_for_long_is_told_where_the_policy_is_strict() {
        let mut strict = PolicySettings::default();
        strict.set_preset(Preset::Strict, "default");
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let told = |days: i64, came_with: Option<&str>, settings: &PolicySettings| {
            let since = Timestamp::from_second(now.as_second() - days * 86_400).unwrap();
            let kept = Kept { what: "it".to_owned(), since, at_least: false, came_with: came_with.map(str::to_owned) };
            judge_old(&kept, settings, now).map(|(idle, threshold)| (idle.message, threshold.map(|it| it.limit)))
        };
        let (message, limit) = told(181, Some("abc"), &strict).unwrap();
        assert!(message.contains("181 days"), "{message}");
        assert_eq!(limit.as_deref(), Some("180d"));
        assert_eq!(told(180, None, &strict), None);
        let (message, limit) = told(3, Some("abc"), &strict).unwrap();
        assert!(message.contains("commit abc") && limit.is_none(), "{message}");
        assert_eq!(told(400, None, &PolicySettings::default()), None, "not asked by default");
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
