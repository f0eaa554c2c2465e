//! Docker Compose files.

use std::sync::Arc;

use crate::document::{Document, Entry, Node, Value};

use super::{Face, Resource, file_name, whole};

/// Fields of a service, and what they lie in, that may be lists of `NAME=value`.
const LISTS: [&[&str]; 3] = [&["environment"], &["labels"], &["build", "args"]];

/// Reads `- NAME=value` as `NAME: value`, which Compose takes for the same, so that a check points at the value. `- NAME` is a
/// name without one.
pub(crate) fn settle(document: &mut Document) {
    for root in &mut document.roots {
        let Some(services) = root.get("services") else { continue };
        let mut settled = services.clone();
        for path in LISTS {
            for service in 0..settled.entries().len() {
                if let Some(changed) = at(&settled.entries()[service].value, path) {
                    settled = with(&settled, service, changed);
                }
            }
        }
        if settled != *services
            && let Some(number) = root.entries().iter().position(|entry| entry.key == "services")
        {
            *root = Arc::new(with(root, number, Arc::new(settled)));
        }
    }
}

/// The node with the list at `path` as a map; none if there is no such list.
fn at(node: &Node, path: &[&str]) -> Option<Arc<Node>> {
    let Some((key, rest)) = path.split_first() else { return as_map(node) };
    let number = node.entries().iter().position(|entry| entry.key == *key)?;
    let changed = at(&node.entries()[number].value, rest)?;
    Some(Arc::new(with(node, number, changed)))
}

fn with(node: &Node, number: usize, value: Arc<Node>) -> Node {
    let mut entries = node.entries().to_vec();
    entries[number].value = value;
    Node { span: node.span.clone(), value: Value::Map(entries) }
}

fn as_map(list: &Node) -> Option<Arc<Node>> {
    let entry = |item: &Arc<Node>| {
        let text = item.as_str()?;
        let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
        let is_name = !key.is_empty() && key.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.-/".contains(&it));
        // What is escaped in the file has no bytes of its own for its parts.
        let stands = item.span.len() == text.len();
        let start = item.span.start;
        let (key_span, span) = match stands {
            true => (start..start + key.len(), start + (key.len() + 1).min(text.len())..item.span.end),
            false => (item.span.clone(), item.span.clone()),
        };
        let value = value.map_or(Value::Null, |value| Value::String(value.to_owned()));
        is_name.then(|| Entry { key: key.to_owned(), key_span, value: Arc::new(Node { span, value }) })
    };
    let entries: Vec<Entry> = list.items().iter().map(entry).collect::<Option<_>>()?;
    (!entries.is_empty()).then(|| Arc::new(Node { span: list.span.clone(), value: Value::Map(entries) }))
}

/// The project as a whole (`project`), and each `service`.
pub(crate) fn resources<'d>(face: &Face<'d>) -> Vec<Resource<'d>> {
    let name = String::from_utf8_lossy(file_name(face.path)).to_ascii_lowercase();
    let is_named = name.starts_with("docker-compose") || name.starts_with("compose");
    let mut found = Vec::new();
    for root in face.document.roots.iter() {
        let Some(services) = root.get("services").filter(|services| services.is_map()) else { continue };
        let has_image = |service: &Node| service.entry("image").is_some() || service.entry("build").is_some();
        if !is_named && !services.entries().iter().all(|service| has_image(&service.value)) {
            continue;
        }
        found.push(whole(root, "project"));
        for service in services.entries() {
            found.push(Resource {
                kind: "service".into(),
                name_span: service.key_span.clone(),
                body: service.value.is_map().then_some(&*service.value),
                address: format!("services.{}", service.key),
            });
        }
    }
    found
}
