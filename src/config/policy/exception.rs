//! What is left as it is for a time: `[[exception]]`.
//!
//! An exception must say why and until when, and no longer than half a year ahead: one that does not hides nothing. That is no
//! error of the file, which would stop every run on the day on which an exception ends; the linter says it of the entry
//! (`exception-without-reason`, `exception-expired`), and what it hid is back.

use globset::GlobMatcher;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml::Spanned;

use super::day;
use super::text::{PolicyError, Text, glob};

/// The farthest that the end of an exception may lie ahead, in days.
pub const FARTHEST: i64 = 180;

/// `[[exception]]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExceptionEntry {
    /// Id of the check whose findings it hides.
    pub check: Option<Spanned<String>>,
    /// Id of the rule whose findings it hides.
    pub rule: Option<Spanned<String>>,
    /// Glob of the paths it holds for.
    pub path: Spanned<String>,
    /// The resource or key path it holds for, with all that is under it.
    pub resource: Option<Spanned<String>>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its last day.
    pub until: Option<Spanned<toml::Value>>,
}

/// Why an exception hides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It does not say why.
    NoReason,
    /// It does not say until when.
    NoEnd,
    /// Its end lies more than [`FARTHEST`] days ahead.
    FarEnd,
    /// It has ended.
    Ended,
}

impl Flaw {
    /// What is wrong, behind "the exception …".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Flaw::NoReason => "does not say why",
            Flaw::NoEnd => "does not say until when: write `until = 2026-12-31`",
            Flaw::FarEnd => "ends too far ahead",
            Flaw::Ended => "has ended",
        }
    }
}

/// What is wrong with an exception of this reason and last day, if anything.
#[must_use]
pub fn flaw(reason: Option<&str>, until: Option<Date>, now: Timestamp) -> Option<Flaw> {
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Some(Flaw::NoReason);
    }
    let Some(end) = until.and_then(day::end) else { return Some(Flaw::NoEnd) };
    let ahead = end.duration_since(now);
    if ahead <= SignedDuration::ZERO {
        Some(Flaw::Ended)
    } else if ahead > SignedDuration::from_hours(24 * (FARTHEST + 1)) {
        Some(Flaw::FarEnd)
    } else {
        None
    }
}

/// Something that is left as it is for a time.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Id of the check or rule.
    pub id: String,
    /// Whether that is a check.
    pub is_check: bool,
    /// The paths, as they are written.
    pub path: String,
    /// The resource or key path.
    pub resource: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its last day.
    pub until: Option<Date>,
    /// `keysieve.toml:7`.
    pub source: String,
    paths: GlobMatcher,
}

impl Exception {
    /// Whether it holds for findings of this check or rule at this path and route. It does not ask whether it holds at all:
    /// see [`flaw`].
    #[must_use]
    pub fn covers(&self, id: &str, path: &[u8], route: Option<&str>) -> bool {
        let is_under = |resource: &str| {
            let rest = route.and_then(|route| route.strip_prefix(resource));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
        };
        self.id == id
            && self.resource.as_deref().is_none_or(is_under)
            && self.paths.is_match(bstr::ByteSlice::to_path_lossy(path))
    }
}

/// Which ids an exception may name.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// Those of checks.
    pub checks: &'k [&'k str],
    /// Those of rules.
    pub rules: &'k dyn Fn(&str) -> bool,
}

pub(super) fn read(
    entry: &ExceptionEntry,
    text: Text<'_>,
    known: Known<'_>,
    errors: &mut Vec<PolicyError>,
) -> Option<Exception> {
    let before = errors.len();
    let mut wrong = |at: &Spanned<String>, message: String| errors.push(PolicyError { span: at.span(), message });
    let (id, is_check) = match (&entry.check, &entry.rule) {
        (Some(id), None) => (id, true),
        (None, Some(id)) => (id, false),
        _ => {
            wrong(&entry.path, "an exception names either a `check` or a `rule`".to_owned());
            return None;
        }
    };
    let name = id.get_ref();
    match is_check {
        true if !known.checks.contains(&name.as_str()) => {
            wrong(id, format!("there is no check {name:?}; `keysieve rules list` names them all"));
        }
        false if !(known.rules)(name) => {
            wrong(id, format!("there is no rule {name:?}; `keysieve rules list` names them all"));
        }
        _ => {}
    }
    if let (Some(resource), false) = (&entry.resource, is_check) {
        wrong(resource, "a secret has no resource: only exceptions of a check name one".to_owned());
    }
    let until = entry.until.as_ref().and_then(|value| day::read(value, errors));
    let glob = glob(&entry.path, errors);
    if errors.len() > before {
        return None;
    }
    Some(Exception {
        id: name.clone(),
        is_check,
        path: entry.path.get_ref().clone(),
        resource: entry.resource.as_ref().map(|resource| resource.get_ref().clone()),
        reason: entry.reason.clone(),
        owner: entry.owner.clone(),
        until,
        source: text.place(id.span().start),
        paths: glob?.compile_matcher(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_holds_through_its_last_day_and_not_too_far_ahead() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let flaw = |until: &str| flaw(Some("moves in spring"), Some(day::parse(until).unwrap()), now);
        assert_eq!(flaw("2026-11-22"), Some(Flaw::Ended));
        assert_eq!(flaw("2026-11-23"), None);
        assert_eq!(flaw("2027-05-22"), None);
        assert_eq!(flaw("2027-05-23"), Some(Flaw::FarEnd));
        assert_eq!(super::flaw(Some(" "), None, now), Some(Flaw::NoReason));
        assert_eq!(super::flaw(Some("a"), None, now), Some(Flaw::NoEnd));
    }
}
