//! Properties of Spring in YAML, where a dotted key is the way through nested maps: `spring.datasource: {password: …}`.

use std::sync::Arc;

use crate::document::{Document, Entry, Node, Syntax, Value};

use super::plain;

/// How many parts of a key are taken apart; what is behind them stays one.
const MOST_PARTS: usize = 16;

/// Makes maps of dotted keys, and one of those that have the same key, as Spring does, so that a path means a property however it is written.
pub(crate) fn settle(document: &mut Document, path: &[u8]) {
    if document.syntax != Syntax::Yaml || !plain::is_of(path, "spring") {
        return;
    }
    for root in &mut document.roots {
        if let Some(settled) = settled(root) {
            *root = settled;
        }
    }
}

/// The map without dotted keys; none if there are none.
fn settled(node: &Arc<Node>) -> Option<Arc<Node>> {
    let mut is_changed = false;
    let mut entries: Vec<Entry> = Vec::new();
    for entry in node.entries() {
        let value = settled(&entry.value);
        let parts: Vec<&str> = entry.key.splitn(MOST_PARTS, '.').collect();
        let is_dotted = parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && !part.contains('['));
        is_changed |= value.is_some() || is_dotted;
        let mut value = value.unwrap_or_else(|| entry.value.clone());
        let mut key = entry.key.as_str();
        if is_dotted {
            for part in parts[1..].iter().rev() {
                let inner = Entry { key: (*part).to_owned(), key_span: entry.key_span.clone(), value };
                value = map(entry.key_span.start..inner.value.span.end.max(entry.key_span.end), vec![inner]);
            }
            key = parts[0];
        }
        add(&mut entries, Entry { key: key.to_owned(), value, ..entry.clone() });
    }
    is_changed.then(|| map(node.span.clone(), entries))
}

fn map(span: std::ops::Range<usize>, entries: Vec<Entry>) -> Arc<Node> {
    Arc::new(Node { span, value: Value::Map(entries) })
}

/// Adds an entry; two maps under one key become one.
fn add(entries: &mut Vec<Entry>, entry: Entry) {
    let same = entries.iter_mut().find(|it| it.key == entry.key && it.value.is_map() && entry.value.is_map());
    match same {
        Some(same) => {
            let mut inner = same.value.entries().to_vec();
            entry.value.entries().iter().for_each(|more| add(&mut inner, more.clone()));
            same.value = map(same.value.span.clone(), inner);
        }
        None => entries.push(entry),
    }
}
