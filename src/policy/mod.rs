//! The policy linter: what configuration says about rotation, lifetime, scope and storage of credentials, compared with
//! what the user's policy allows.
//!
//! [`lint`] reads one file. It decides by name and content whether the file is a document, reads it into a spanned tree,
//! finds out which dialect it speaks (a workflow, Kubernetes objects, Terraform, CloudFormation) and shows it to every
//! check. A check compares values, not their presence, and points at the very value; what is a reference or unknown is
//! never a finding, and what a single file cannot tell is not claimed.

pub mod check;
mod date;
mod dialect;
mod jwt;
mod literal;
mod meta;
mod own;
pub mod page;
mod schedule;
mod view;

use std::ops::Range;

use crate::config::policy::{PolicySettings, Switch};
use crate::document::kind::{FileKind, PlaceFacts};
use crate::document::{self, ReadError};
use crate::finding::{Severity, Threshold};
use crate::notice::{Cause, Notice};
use crate::place::FilePath;

pub use meta::{Check, Family, Meta, Preset};
pub use view::View;

/// One file to lint.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its path, relative to the root of the scan, `/` between the parts.
    pub path: &'a [u8],
    /// Its whole content.
    pub bytes: &'a [u8],
    /// Whether git tracks it, where that is known.
    pub tracked: Option<bool>,
}

/// What linting a file gave.
#[derive(Debug, Default)]
pub struct Lint {
    /// Whether it was a document and was read.
    pub parsed: bool,
    /// What breaches the policy, in the order of the file.
    pub breaches: Vec<Breach>,
    /// Why it could not be read, if so.
    pub notices: Vec<Notice>,
}

/// One breach of policy.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The check.
    pub check: &'static Meta,
    /// Which bytes of the file.
    pub span: Range<usize>,
    /// The resource address or key path: the identity of the finding within the file, stable when lines move.
    pub route: String,
    /// What is wrong, one sentence, without any byte of a secret.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// The limit it was compared with, if there is one.
    pub threshold: Option<Threshold>,
    /// Places that belong to it: what they are, and which bytes.
    pub related: Vec<(String, Range<usize>)>,
    /// Whether the span is a secret, which no report may show.
    pub is_secret: bool,
}

impl Breach {
    /// The same breach with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same breach with the limit it was compared with.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// The same breach, whose span is a secret.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The same breach with one more place.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, span: Range<usize>) -> Self {
        self.related.push((label.into(), span));
        self
    }
}

/// Lints one file against `settings`; `now` is what expiry dates are compared with.
///
/// The checks of the preset run, and those that `[[check]]` gives a severity. A file that is no document, or is a lock file or
/// minified, costs a look at its name and its first bytes.
#[must_use]
pub fn lint(subject: &Subject<'_>, settings: &PolicySettings, now: jiff::Timestamp) -> Lint {
    let head = &subject.bytes[..subject.bytes.len().min(512)];
    let kind = FileKind::of(subject.path, head);
    if !document::is_readable(kind) || PlaceFacts::of(subject.path).is_minified {
        return Lint::default();
    }
    let document = match document::read(kind, subject.bytes) {
        None => return Lint::default(),
        Some(Ok(document)) => document,
        Some(Err(error)) => return Lint { notices: vec![notice(subject, &error)], ..Lint::default() },
    };
    let Ok(text) = std::str::from_utf8(subject.bytes) else {
        // The reader refuses what is not UTF-8 before this.
        return Lint::default();
    };
    let settings = settings.for_path(subject.path);
    let view = View::new(subject, text, &document, settings, now);
    let mut breaches = Vec::new();
    for check in check::ALL {
        let first = breaches.len();
        match settings.switch(check.meta().id) {
            Some(Switch::Off) => {}
            None if check.meta().preset > settings.preset() => {}
            None => check.check(&view, &mut breaches),
            Some(Switch::Severity(severity)) => {
                check.check(&view, &mut breaches);
                breaches[first..].iter_mut().for_each(|breach| breach.severity = severity);
            }
        }
    }
    breaches.sort_by(|a, b| (a.span.start, a.check.id, &a.route).cmp(&(b.span.start, b.check.id, &b.route)));
    // An alias is one value that is used in many places.
    breaches.dedup_by(|a, b| a.span == b.span && a.check.id == b.check.id);
    Lint { parsed: true, breaches, notices: Vec::new() }
}

fn notice(subject: &Subject<'_>, error: &ReadError) -> Notice {
    let cause = if error.is_limit() { Cause::Budget } else { Cause::Unparsed };
    Notice::new(cause, FilePath::new(subject.path).display(), error.to_string())
}

#[cfg(test)]
mod tests;
