//! CloudFormation and SAM templates, in YAML or JSON.

use std::sync::Arc;

use crate::document::{Document, Entry, Node, Value};

use super::Resource;

/// A map without entries.
static NOTHING: Node = Node { span: 0..0, value: Value::Map(Vec::new()) };

/// Puts the defaults of parameters where they are referred to, as [`terraform::settle`](super::terraform::settle) does: the node is shared, so that a
/// finding points at where the value stands.
pub(crate) fn settle(document: &mut Document) {
    for root in &mut document.roots {
        let Some(number) = root.entries().iter().position(|entry| entry.key == "Resources") else { continue };
        let defaults = defaults(root);
        if !defaults.is_empty()
            && let Some(settled) = settled(&root.entries()[number].value, &defaults)
        {
            let mut entries = root.entries().to_vec();
            entries[number].value = settled;
            *root = Arc::new(Node { span: root.span.clone(), value: Value::Map(entries) });
        }
    }
}

/// The parameters with a default that is the value itself, not the name of one that is kept elsewhere.
fn defaults(root: &Node) -> Vec<(String, Arc<Node>)> {
    let parameters = root.get("Parameters").map_or(&[][..], Node::entries).iter();
    let default = |parameter: &Entry| {
        let kind = parameter.value.get("Type").and_then(Node::as_str)?;
        let default = &parameter.value.entry("Default")?.value;
        let is_value = matches!(kind, "String" | "Number") && default.is_literal() && !default.is_blank();
        is_value.then(|| (parameter.key.clone(), default.clone()))
    };
    parameters.filter_map(default).collect()
}

/// The node with everything in it settled; none if there is nothing to settle.
fn settled(node: &Arc<Node>, defaults: &[(String, Arc<Node>)]) -> Option<Arc<Node>> {
    let reference = match &node.value {
        Value::Call { name, arguments } if name == "Ref" => arguments.first().and_then(|argument| argument.as_str()),
        Value::Map(entries) if entries.len() == 1 && entries[0].key == "Ref" => entries[0].value.as_str(),
        _ => None,
    };
    if let Some(name) = reference {
        return defaults.iter().find(|(parameter, _)| parameter == name).map(|(_, default)| default.clone());
    }
    let list = |items: &[Arc<Node>]| -> Option<Vec<Arc<Node>>> {
        let changed: Vec<Option<Arc<Node>>> = items.iter().map(|item| settled(item, defaults)).collect();
        changed.iter().any(Option::is_some).then(|| {
            changed.into_iter().zip(items).map(|(changed, item)| changed.unwrap_or_else(|| item.clone())).collect()
        })
    };
    let value = match &node.value {
        Value::Map(entries) => {
            let values: Vec<Arc<Node>> = entries.iter().map(|entry| entry.value.clone()).collect();
            let changed = list(&values)?;
            Value::Map(entries.iter().zip(changed).map(|(entry, value)| Entry { value, ..entry.clone() }).collect())
        }
        Value::Sequence(items) => Value::Sequence(list(items)?),
        Value::Call { name, arguments } => Value::Call { name: name.clone(), arguments: list(arguments)? },
        _ => return None,
    };
    Some(Arc::new(Node { span: node.span.clone(), value }))
}

/// Every resource of the template: a root with `Resources`, each of which has a `Type` with `::` in it; and its `Parameter`s. The Serverless
/// framework keeps templates under `resources`.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    let within =
        document.roots.iter().filter(|root| root.entry("provider").is_some() && root.entry("service").is_some());
    let within = within.flat_map(|root| root.maps("resources"));
    for root in document.roots.iter().map(|root| &**root).chain(within) {
        for entry in root.get("Resources").map_or(&[][..], Node::entries) {
            let Some(kind) = entry.value.get("Type").and_then(Node::as_str).filter(|kind| kind.contains("::")) else {
                continue;
            };
            found.push(Resource {
                kind: kind.into(),
                name_span: entry.key_span.clone(),
                // Without properties it has them all by default.
                body: match entry.value.get("Properties") {
                    Some(properties) => Some(properties).filter(|properties| properties.is_map()),
                    None => Some(&NOTHING),
                },
                address: entry.key.clone(),
            });
        }
        let is_template = root.entry("Resources").is_some();
        for entry in root.get("Parameters").filter(|_| is_template).map_or(&[][..], Node::entries) {
            found.push(Resource {
                kind: "Parameter".into(),
                name_span: entry.key_span.clone(),
                body: entry.value.is_map().then_some(&*entry.value),
                address: format!("Parameters.{}", entry.key),
            });
        }
    }
    found
}

/// The logical id that a node refers to: `!Ref X`, `{Ref: X}`, `!GetAtt X.Arn`, `{Fn::GetAtt: [X, Arn]}`.
pub(crate) fn referred(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Call { name, arguments } if name == "Ref" => arguments.first()?.as_str(),
        Value::Call { name, arguments } if name == "GetAtt" => {
            let argument = arguments.first()?;
            attribute_owner(argument)
        }
        Value::Map(entries) if entries.len() == 1 + usize::from(node.is_open()) => match entries[0].key.as_str() {
            "Ref" => entries[0].value.as_str(),
            "Fn::GetAtt" => attribute_owner(&entries[0].value),
            _ => None,
        },
        _ => None,
    }
}

fn attribute_owner(node: &Node) -> Option<&str> {
    let first = node.items().first().map_or(node, |item| item);
    first.as_str().map(|text| text.split('.').next().unwrap_or(text))
}
