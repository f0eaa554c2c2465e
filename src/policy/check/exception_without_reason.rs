//! Exceptions that do not say why, or not until when.

use crate::config::policy::{FARTHEST, Flaw};
use crate::finding::{Severity, Threshold};
use crate::policy::own::{self, Exception};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `exception_without_reason.md`.
pub(super) struct ExceptionWithoutReason;

static META: Meta = Meta {
    id: "exception-without-reason",
    title: "Exception that does not say why, or until when",
    family: Family::Revocation,
    severity: Severity::Medium,
    preset: Preset::Minimal,
    threshold: Some("180d ahead"),
    cwe: &[],
    kinds: &["keysieve.toml"],
    nearest: &[],
    page: include_str!("exception_without_reason.md"),
};

impl Check for ExceptionWithoutReason {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for exception in own::exceptions(view) {
            let Exception { subject, reason, until, .. } = &exception;
            let breach = match exception.flaw(view.now) {
                Some(Flaw::NoReason) => {
                    let (node, key) = reason.map_or((*subject, ""), |reason| (reason, "reason"));
                    view.breach(&META, node.span.clone(), exception.route(key), "this exception does not say why")
                }
                Some(Flaw::NoEnd) => view.breach(
                    &META,
                    subject.span.clone(),
                    exception.route(""),
                    "this exception does not say until when",
                ),
                Some(Flaw::FarEnd) => {
                    let node = until.unwrap_or(subject);
                    let message = format!("this exception ends more than {FARTHEST} days ahead");
                    let threshold = Threshold { limit: format!("{FARTHEST}d"), source: "default".to_owned() };
                    view.breach(&META, node.span.clone(), exception.route("until"), message).threshold(threshold)
                }
                Some(Flaw::Ended) | None => continue,
            };
            out.push(breach);
        }
    }
}
