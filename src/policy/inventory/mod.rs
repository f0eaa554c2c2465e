//! What the files of a tree say of credentials: the references to those that are kept elsewhere.
//!
//! A family of references is a file here. Most are pure functions of the text of one value, wherever in a document it stands:
//! an ARN is an ARN in Terraform, in a manifest and in the settings of a program. The others read what a dialect has found.
//! [`code`] alone reads files that are no documents, and takes from them only the names of variables that are read by a call.
//!
//! [`join`] makes one holding of all that means the same credential: the same value by its fingerprint, the same reference
//! by its kind and normalised name. What cannot be told from the text (a name that is worked out, a pattern for many) is no
//! reference: a list of credentials with things in it that nobody can look up is not read twice.
//!
//! The checks that need all credentials of a tree ask [`Tree`] for them; see [`Check::check_tree`](super::Check::check_tree).

mod aws;
mod azure;
mod azure_pipelines;
mod code;
mod compose;
mod environment;
mod external;
mod gcp;
mod github;
mod gitlab;
mod holding;
mod jenkins;
mod kind;
mod kubernetes;
mod one_password;
mod pipeline;
pub(in crate::policy) mod scan;
mod sops;
mod terraform;
mod tree;
mod vault;

use std::ops::Range;

use crate::config::policy::Store;
use crate::document::{Node, Value};

use super::View;
pub use code::{is_code, references as of_code};
pub use holding::{Holding, Identity, Sighting, Spot, join, normalised};
pub use kind::ReferenceKind;
pub use tree::{Declaration, Tree, TreeBreach, check_tree, is_asked};

/// A place that refers to a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Which of the files that were read together, from 0.
    pub file: usize,
    /// Which bytes of the file.
    pub span: (usize, usize),
    /// What it is.
    pub kind: ReferenceKind,
    /// The name, normalised: two references of one kind and name mean the same credential.
    pub name: String,
    /// Where it is kept, if that can be told.
    pub store: Option<Store>,
    /// The namespace or service that it belongs to, if there is one.
    pub service: Option<String>,
}

/// A reference within one text: what it is, its name, and which bytes of the text say it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mention {
    kind: ReferenceKind,
    name: String,
    range: Range<usize>,
}

impl Mention {
    fn new(kind: ReferenceKind, name: impl Into<String>, range: Range<usize>) -> Self {
        Self { kind, name: name.into(), range }
    }
}

/// The most references that are taken of one text. Each has to be found again where the text stands in the file.
const MOST: usize = 1000;

/// The families that read any text.
const OF_TEXTS: [fn(&str, &mut Vec<Mention>); 6] =
    [vault::mentions, aws::mentions, gcp::mentions, azure::mentions, one_password::mentions, environment::mentions];

/// The families that read what dialects have found.
const OF_DIALECTS: [fn(&mut Finder<'_, '_>); 12] = [
    vault::read,
    github::read,
    gitlab::read,
    azure_pipelines::read,
    pipeline::read,
    jenkins::read,
    kubernetes::read,
    external::read,
    terraform::read,
    compose::read,
    environment::read,
    sops::read,
];

/// Every reference of a document, in the order of the file.
pub(super) fn references(view: &View<'_>) -> Vec<Reference> {
    let mut finder = Finder { view, found: Vec::new() };
    finder.mentions_of(&OF_TEXTS);
    OF_DIALECTS.iter().for_each(|read| read(&mut finder));
    finder.found.sort();
    finder.found.dedup_by(|a, b| (a.span, a.kind, &a.name) == (b.span, b.kind, &b.name));
    finder.found
}

/// The document at hand, and what was found in it.
struct Finder<'v, 'a> {
    view: &'v View<'a>,
    found: Vec<Reference>,
}

impl<'a> Finder<'_, 'a> {
    /// Adds a reference; what has no name that could be looked up is left out.
    fn add(&mut self, kind: ReferenceKind, name: &str, span: &Range<usize>) {
        self.add_in(kind, name, span, kind.store(), None);
    }

    /// The same, with where it is kept and what it belongs to.
    fn add_in(
        &mut self,
        kind: ReferenceKind,
        name: &str,
        span: &Range<usize>,
        store: Option<Store>,
        service: Option<String>,
    ) {
        if scan::is_name(name) {
            let name = name.to_owned();
            self.found.push(Reference { file: 0, span: (span.start, span.end), kind, name, store, service });
        }
    }

    /// Adds what families of texts find in the texts of the document.
    fn mentions_of(&mut self, families: &[fn(&str, &mut Vec<Mention>)]) {
        let view = self.view;
        let mut found = Vec::new();
        view.walk(&mut |visited| {
            let Some(text) = text(visited.node) else { return };
            let first = found.len();
            families.iter().for_each(|family| family(text, &mut found));
            found.truncate(first + MOST);
            for mention in &mut found[first..] {
                mention.range = located(view, visited.node, text, &mention.range);
            }
        });
        found.iter().for_each(|mention| self.add(mention.kind, &mention.name, &mention.range));
    }
}

/// The text of a node that may hold references: a string, or something that is worked out, as it is written.
fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) | Value::Expression(text) => Some(text),
        _ => None,
    }
}

/// Where a part of a node's text stands in the file.
fn located(view: &View<'_>, node: &Node, text: &str, part: &Range<usize>) -> Range<usize> {
    if view.text.get(node.span.clone()) == Some(text) {
        return node.span.start + part.start..node.span.start + part.end;
    }
    view.locate(node, &text[part.clone()])
}

#[cfg(test)]
mod tests;
