//! Plans in JSON, as `terraform show -json` writes them: what each resource will be.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use std::sync::Arc;

use crate::document::{Entry, Node, Value};
use crate::policy::dialect::Resource;

/// The resources of a plan, by their whole address.
pub(super) fn collect<'d>(root: &'d Node, found: &mut Vec<Resource<'d>>) {
    if root.entry("terraform_version").is_none() {
        return;
    }
    for change in root.get("resource_changes").map_or(&[][..], Node::items) {
        let (Some(kind), Some(address)) = (change.get("type"), change.entry("address")) else { continue };
        let (Some(kind), Some(name)) = (kind.as_str(), address.value.as_str()) else { continue };
        let after = change.path(&["change", "after"]).filter(|after| after.is_map());
        let Some(after) = after else { continue };
        found.push(Resource {
            kind: match change.get("mode").and_then(Node::as_str) {
                Some("data") => format!("data.{kind}").into(),
                _ => kind.into(),
            },
            name_span: address.value.span.clone(),
            body: Some(after),
            address: name.to_owned(),
        });
    }
}

/// The plan with everything that is known only after it was applied put in as unknown; none for what is no plan.
pub(super) fn with_unknown(root: &Arc<Node>) -> Option<Arc<Node>> {
    root.entry("terraform_version")?;
    root.get("resource_changes")?;
    Some(replace(root, "resource_changes", &|changes| {
        let items = changes.items().iter().map(|change| replace(change, "change", &merged)).collect();
        Arc::new(Node { span: changes.span.clone(), value: Value::Sequence(items) })
    }))
}

fn merged(change: &Node) -> Arc<Node> {
    let unknown = change.get("after_unknown");
    replace(change, "after", &|after| match unknown {
        Some(unknown) => overlay(after, unknown),
        None => Arc::new(after.clone()),
    })
}

/// `node` with the value of `key` made anew.
fn replace(node: &Node, key: &str, make: &dyn Fn(&Node) -> Arc<Node>) -> Arc<Node> {
    let entries = node.entries().iter().map(|entry| {
        let value = if entry.key == key { make(&entry.value) } else { entry.value.clone() };
        Entry { value, ..entry.clone() }
    });
    Arc::new(Node { span: node.span.clone(), value: Value::Map(entries.collect()) })
}

/// What is `true` in `unknown` becomes an expression in `after`.
fn overlay(after: &Node, unknown: &Node) -> Arc<Node> {
    let value = match (&after.value, &unknown.value) {
        (_, Value::Bool(true)) => Value::Expression("known after apply".to_owned()),
        (Value::Map(entries), Value::Map(marks)) => {
            let mut entries: Vec<Entry> = entries
                .iter()
                .map(|entry| match unknown.get(&entry.key) {
                    Some(mark) => Entry { value: overlay(&entry.value, mark), ..entry.clone() },
                    None => entry.clone(),
                })
                .collect();
            for mark in marks.iter().filter(|mark| after.entry(&mark.key).is_none()) {
                if mark.value.value == Value::Bool(true) {
                    let value = Value::Expression("known after apply".to_owned());
                    entries
                        .push(Entry { value: Arc::new(Node { span: mark.value.span.clone(), value }), ..mark.clone() });
                }
            }
            Value::Map(entries)
        }
        (Value::Sequence(items), Value::Sequence(marks)) => Value::Sequence(
            items
                .iter()
                .enumerate()
                .map(|(number, item)| marks.get(number).map_or_else(|| item.clone(), |mark| overlay(item, mark)))
                .collect(),
        ),
        (value, _) => value.clone(),
    };
    Arc::new(Node { span: after.span.clone(), value })
}
