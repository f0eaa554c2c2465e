//! Switches of checks: `[[check]]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::text::{PolicyError, Text};
use crate::finding::Severity;

/// A `[[check]]` entry: another severity for a check, or `off`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckEntry {
    /// Id of the check.
    pub id: Spanned<String>,
    /// `critical`, `high`, `medium`, `low`, `info` or `off`.
    pub severity: Spanned<String>,
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
    for entry in entries {
        let id = entry.id.get_ref();
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
