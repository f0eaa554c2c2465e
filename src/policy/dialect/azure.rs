//! Templates of the Azure Resource Manager, in JSON.

use std::sync::Arc;

use crate::document::{Document, Entry, Node, Value};

use super::Resource;

/// How deeply resources and templates nest in each other at most.
const DEEPEST: usize = 16;

/// Makes expressions of the texts that the resource manager works out: `[parameters('name')]`, but not `[[literal]`.
pub(crate) fn settle(document: &mut Document) {
    for root in &mut document.roots {
        if is_template(root) {
            *root = settled(root);
        }
    }
}

fn is_template(root: &Node) -> bool {
    let schema = root.get("$schema").and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    schema.contains("deploymenttemplate.json")
}

fn settled(node: &Arc<Node>) -> Arc<Node> {
    let value = match &node.value {
        Value::String(text) if text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[") => {
            Value::Expression(text.clone())
        }
        Value::Map(entries) => {
            let settled = |entry: &Entry| Entry { value: settled(&entry.value), ..entry.clone() };
            Value::Map(entries.iter().map(settled).collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(settled).collect()),
        _ => return node.clone(),
    };
    Arc::new(Node { span: node.span.clone(), value })
}

/// Every resource, by its type; those inside another have the whole type, `Microsoft.KeyVault/vaults/secrets`. What a template only
/// refers to (`"existing": true`) is left out, and what stands within it is not.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for root in document.roots.iter().filter(|root| is_template(root)) {
        collect(root, "", "", 0, &mut found);
    }
    found
}

fn collect<'d>(holder: &'d Node, kinds: &str, names: &str, depth: usize, found: &mut Vec<Resource<'d>>) {
    let Some(resources) = holder.get("resources").filter(|_| depth < DEEPEST) else { return };
    // Newer templates name their resources: a map in place of a list.
    let named = resources.entries().iter().map(|entry| &entry.value);
    for resource in resources.items().iter().chain(named) {
        let Some(own) = resource.get("type").filter(|kind| kind.as_str().is_some()) else { continue };
        let slash = |above: &str, own: &str| if above.is_empty() { own.to_owned() } else { format!("{above}/{own}") };
        let kind = slash(kinds, own.as_str().unwrap_or_default());
        let name = match resource.get("name").map(|name| &name.value) {
            Some(Value::String(name) | Value::Expression(name)) => slash(names, name),
            _ => slash(names, "?"),
        };
        // `existing` is what Bicep makes of a reference to something that is there: nothing is deployed.
        if resource.get("existing").and_then(Node::as_bool) != Some(true) {
            found.push(Resource {
                kind: kind.clone().into(),
                name_span: own.span.clone(),
                body: Some(resource),
                address: format!("{kind}:{name}"),
            });
        }
        collect(resource, &kind, &name, depth + 1, found);
        if let Some(template) = resource.path(&["properties", "template"]) {
            collect(template, "", "", depth + 1, found);
        }
    }
}
