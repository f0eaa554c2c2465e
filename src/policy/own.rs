//! Our own control file, as a document: what its exceptions say is held to rules like that of any other file, and its
//! inventory has places that findings can point at.

use jiff::Timestamp;

use crate::config::FILE_NAMES;
use crate::config::policy::{Flaw, flaw, parse_day};
use crate::document::Node;

use super::dialect::file_name;
use super::{Declared, View};

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
    if !is_own(view) {
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

/// The entries of the inventory that the document states, if it is a control file.
pub(super) fn inventory(view: &View<'_>) -> Vec<Declared> {
    if !is_own(view) {
        return Vec::new();
    }
    let names =
        view.document.roots.iter().flat_map(|root| root.maps("inventory")).filter_map(|entry| entry.get("name"));
    names
        .filter_map(|name| Some(Declared { name: name.as_str()?.to_owned(), file: 0, span: name.span.clone() }))
        .collect()
}

/// Whether the document is a control file of ours.
pub(super) fn is_own(view: &View<'_>) -> bool {
    let name = file_name(view.subject.path);
    FILE_NAMES.iter().any(|own| own.as_bytes() == name)
}
