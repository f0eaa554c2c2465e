//! `[[check]]`: switches of checks, and checks of the user's own.
//!
//! An entry with `case` is a check by itself. What it says is for the linter to read, which this room does not know; see
//! [`checks`](crate::config::checks).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::text::{PolicyError, Text};
use crate::finding::Severity;

/// A `[[check]]` entry: another severity for a check, or `off`; or a whole check.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckEntry {
    /// Id of the check.
    pub id: Spanned<String>,
    /// `critical`, `high`, `medium`, `low`, `info` or `off`.
    pub severity: Spanned<String>,
    case: Option<IgnoredAny>,
    title: Option<IgnoredAny>,
    family: Option<IgnoredAny>,
    preset: Option<IgnoredAny>,
    message: Option<IgnoredAny>,
    what: Option<IgnoredAny>,
    why: Option<IgnoredAny>,
    fix: Option<IgnoredAny>,
    references: Option<IgnoredAny>,
    cwe: Option<IgnoredAny>,
    nearest: Option<IgnoredAny>,
    bad: Option<IgnoredAny>,
    good: Option<IgnoredAny>,
}

impl CheckEntry {
    /// Whether it is a check, and not only switches one.
    #[must_use]
    pub fn is_check(&self) -> bool {
        self.case.is_some()
    }

    /// A key that only a check has.
    fn of_a_check(&self) -> Option<&'static str> {
        [
            ("title", &self.title),
            ("family", &self.family),
            ("preset", &self.preset),
            ("message", &self.message),
            ("what", &self.what),
            ("why", &self.why),
            ("fix", &self.fix),
            ("references", &self.references),
            ("cwe", &self.cwe),
            ("nearest", &self.nearest),
            ("bad", &self.bad),
            ("good", &self.good),
        ]
        .into_iter()
        .find_map(|(key, value)| value.as_ref().map(|_| key))
    }
}

/// What a user has decided about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It does not run.
    Off,
    /// It runs, whatever the preset, and its findings have this severity.
    Severity(Severity),
}

impl Switch {
    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Switch::Off => "off",
            Switch::Severity(severity) => severity.id(),
        }
    }
}

/// The switches by check, each with its source.
pub(crate) type Switches = BTreeMap<String, (Switch, String)>;

pub(super) fn lay(
    switches: &mut Switches,
    entries: &[CheckEntry],
    text: Text<'_>,
    known: &[&str],
    errors: &mut Vec<PolicyError>,
) {
    for entry in entries.iter().filter(|entry| !entry.is_check()) {
        let id = entry.id.get_ref();
        if let Some(key) = entry.of_a_check() {
            let message = format!(
                "`{key}` is for checks of your own, and those have `[[check.case]]`; a switch has `id` and `severity`"
            );
            errors.push(PolicyError { span: entry.id.span(), message });
            continue;
        }
        if !known.contains(&id.as_str()) {
            let message = format!("there is no check {id:?}; `keysieve rules list` names them all");
            errors.push(PolicyError { span: entry.id.span(), message });
            continue;
        }
        let word = entry.severity.get_ref();
        let switch = match Severity::ALL.into_iter().find(|severity| severity.id() == word) {
            Some(severity) => Switch::Severity(severity),
            None if word == "off" => Switch::Off,
            None => {
                let message = format!("{word:?} is no severity: critical, high, medium, low, info or off");
                errors.push(PolicyError { span: entry.severity.span(), message });
                continue;
            }
        };
        switches.insert(id.clone(), (switch, text.place(entry.severity.span().start)));
    }
}
