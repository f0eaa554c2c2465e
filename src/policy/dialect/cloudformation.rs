//! CloudFormation and SAM templates, in YAML or JSON.

use crate::document::{Document, Node, Value};

use super::Resource;

/// A map without entries.
static NOTHING: Node = Node { span: 0..0, value: Value::Map(Vec::new()) };

/// Every resource of the template: a root with `Resources`, each of which has a `Type` with `::` in it; and its `Parameter`s.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
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
