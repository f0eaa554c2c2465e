//! Exceptions that have ended.

use crate::config::policy::Flaw;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, own};

/// See `exception_expired.md`.
pub(super) struct ExceptionExpired;

static META: Meta = Meta {
    id: "exception-expired",
    title: "Exception that has ended",
    family: Family::Revocation,
    severity: Severity::Medium,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[],
    kinds: &["keysieve.toml"],
    nearest: &[],
    page: include_str!("exception_expired.md"),
};

impl Check for ExceptionExpired {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for exception in own::exceptions(view) {
            let (Some(Flaw::Ended), Some(until)) = (exception.flaw(view.now), exception.until) else { continue };
            let day = until.as_text().unwrap_or_default();
            let message = format!("this exception ended on {day} and hides nothing any more");
            out.push(view.breach(&META, until.span.clone(), exception.route("until"), message));
        }
    }
}
