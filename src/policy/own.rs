//! The exceptions of our own control file, as a document: what they say is held to rules like that of any other file.

use jiff::Timestamp;

use crate::config::FILE_NAMES;
use crate::config::policy::{Flaw, flaw, parse_day};
use crate::document::Node;

use super::View;

/// An `[[exception]]` of the document.
pub(super) struct Exception<'a> {
    /// What it hides: the value of `check` or `rule`; what points at the entry where it says nothing else.
    pub(super) subject: &'a Node,
    pub(super) reason: Option<&'a Node>,
    pub(super) until: Option<&'a Node>,
    route: String,
}

impl Exception<'_> {
    /// Why it hides nothing, if so.
    pub(super) fn flaw(&self, now: Timestamp) -> Option<Flaw> {
        let until = self.until.and_then(Node::as_text).and_then(parse_day);
        flaw(self.reason.and_then(Node::as_str), until, now)
    }

    /// The way to one of its keys; to itself for none. It is named by what it hides, so that it stays the same when entries
    /// before it go.
    pub(super) fn route(&self, key: &str) -> String {
        let dot = if key.is_empty() { "" } else { "." };
        format!("{}{dot}{key}", self.route)
    }
}

/// The exceptions that the document states, if it is a control file.
pub(super) fn exceptions<'a>(view: &View<'a>) -> Vec<Exception<'a>> {
    let name = view.subject.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    if !FILE_NAMES.iter().any(|own| own.as_bytes() == name) {
        return Vec::new();
    }
    let entries = view.document.roots.iter().flat_map(|root| root.maps("exception"));
    entries
        .filter_map(|entry| {
            let subject = entry.get("check").or_else(|| entry.get("rule"))?;
            let text = |key: &str| Some(format!("{key}={}", entry.get(key)?.as_str()?));
            let said: Vec<String> = ["check", "rule", "path", "resource"].into_iter().filter_map(text).collect();
            Some(Exception {
                subject,
                reason: entry.get("reason"),
                until: entry.get("until"),
                route: format!("exception[{}]", said.join(",")),
            })
        })
        .collect()
}
