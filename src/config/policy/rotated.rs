//! Rotations that were recorded: `[[rotated]]`, as `keysieve rotated` writes it.
//!
//! An entry holds the fingerprint of the old value, which says nothing about it to whoever has no key, and is the evidence
//! that a secret which the history still shows is no longer in use.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::day;
use super::text::{PolicyError, Text};

/// `[[rotated]]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RotatedEntry {
    /// Fingerprint of the value that was replaced.
    pub fingerprint: Spanned<String>,
    /// The day.
    pub at: Spanned<toml::Value>,
    /// Who did it.
    pub by: Option<String>,
}

/// A recorded rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Fingerprint of the value that was replaced.
    pub fingerprint: String,
    /// The day.
    pub at: Date,
    /// Who did it.
    pub by: Option<String>,
    /// `keysieve.toml:7`.
    pub source: String,
}

/// Whether the text has the form of a fingerprint: `ks1:` and 32 hexadecimal digits.
#[must_use]
pub fn is_fingerprint(text: &str) -> bool {
    let digits = text.strip_prefix("ks1:").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn read(entry: &RotatedEntry, text: Text<'_>, errors: &mut Vec<PolicyError>) -> Option<Rotated> {
    let at = day::read(&entry.at, errors)?;
    let fingerprint = entry.fingerprint.get_ref();
    if !is_fingerprint(fingerprint) {
        let message =
            format!("{fingerprint:?} is no fingerprint: `ks1:` and 32 hexadecimal digits, as reports write it");
        errors.push(PolicyError { span: entry.fingerprint.span(), message });
        return None;
    }
    let source = text.place(entry.fingerprint.span().start);
    Some(Rotated { fingerprint: fingerprint.clone(), at, by: entry.by.clone(), source })
}
