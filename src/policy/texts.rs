//! Texts that hold a document of their own: JSON in a string, as templates of clouds and modules of Terraform are full of.
//!
//! They are read once, before the checks, so that a path can go on into them (`{}`) and lend what it finds as long as the rest. So is what a
//! reference takes where nothing is set (`?`).
//! The strings stay what they are for whoever does not ask.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::fallback;
use crate::document::{Document, Node, Value, read_embedded_json, walk};

/// How long a text may be to be read, in bytes.
const LONGEST: usize = 256 * 1024;

/// How many bytes of texts are read, all taken together.
const MOST: usize = 4 * 1024 * 1024;

/// What stands in the texts of a document, each by the place of its node in memory.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    documents: HashMap<usize, Arc<Node>>,
    /// What references take where nothing is set.
    fallbacks: HashMap<usize, Arc<Node>>,
}

impl Texts {
    /// Those of a document, whose bytes are `text`.
    pub(crate) fn of(document: &Document, text: &str) -> Self {
        let mut found = Self::default();
        let mut left = MOST;
        for root in &document.roots {
            walk(root, &mut |_, node| {
                let Some(said) = node.as_str() else { return };
                if let Some(range) = fallback::literal(said) {
                    found.fallbacks.insert(place(node), part(text, node, said, range));
                    return;
                }
                if !is_like_json(said) {
                    return;
                }
                if said.len() > left.min(LONGEST) {
                    return;
                }
                left -= said.len();
                found.documents.extend(read(text, node, said).map(|document| (place(node), document)));
            });
        }
        found
    }

    /// What the reference that a node is takes where nothing is set.
    pub(crate) fn fallback<'n>(&'n self, node: &Node) -> Option<&'n Node> {
        self.fallbacks.get(&place(node)).map(|node| &**node)
    }

    /// What a node says as a document: that of its text, also where `Fn::Sub` fills something in; a map or a list is one already.
    pub(crate) fn read<'n>(&'n self, node: &'n Node) -> Option<&'n Node> {
        match &node.value {
            Value::String(_) => self.documents.get(&place(node)).map(|root| &**root),
            Value::Call { name, arguments } if matches!(name.as_str(), "Sub" | "jsonencode") => {
                let argument = arguments.first()?;
                self.read(argument.items().first().filter(|_| name == "Sub").unwrap_or(argument))
            }
            Value::Map(entries) => match &entries[..] {
                [only] if only.key == "Fn::Sub" => self.read(only.value.items().first().unwrap_or(&only.value)),
                _ => Some(node),
            },
            Value::Sequence(_) => Some(node),
            _ => None,
        }
    }
}

/// Reads the JSON that a node's text holds. What has no bytes of its own in the file, behind escapes, has those of the node.
pub(crate) fn read(text: &str, node: &Node, said: &str) -> Option<Arc<Node>> {
    let stands = text.get(node.span.clone()) == Some(said);
    let document = read_embedded_json(said, if stands { node.span.start } else { 0 }).ok()??;
    Some(if stands { document } else { all_at(&document, node) })
}

/// A part of a node's text as a node of its own.
fn part(text: &str, node: &Node, said: &str, range: Range<usize>) -> Arc<Node> {
    let stands = text.get(node.span.clone()) == Some(said);
    let span = match stands {
        true => node.span.start + range.start..node.span.start + range.end,
        false => node.span.clone(),
    };
    Arc::new(Node { span, value: Value::String(said[range].to_owned()) })
}

fn is_like_json(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('{') && text.ends_with('}') && text.contains('"'))
        || (text.starts_with("[") && text.ends_with(']'))
}

fn place(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}

/// The tree with every span set to `place`'s: what stands in an escaped string has no bytes of its own in the file.
fn all_at(node: &Node, place: &Node) -> Arc<Node> {
    let value = match &node.value {
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| all_at(item, place)).collect()),
        Value::Map(entries) => {
            let mut entries = entries.clone();
            for entry in &mut entries {
                entry.key_span = place.span.clone();
                entry.value = all_at(&entry.value, place);
            }
            Value::Map(entries)
        }
        other => other.clone(),
    };
    Arc::new(Node { span: place.span.clone(), value })
}
