//! Statements of AWS IAM policies, wherever they stand: policy JSON, CloudFormation, Terraform's `jsonencode`, heredocs and
//! `aws_iam_policy_document`.

use std::sync::Arc;

use crate::document::{Node, Value, read_embedded_json};
use crate::policy::View;

/// One statement.
pub(crate) struct Statement {
    node: Arc<Node>,
    names: &'static Names,
    /// Address or key path of the statement.
    pub route: String,
}

/// What the parts of a statement are called.
struct Names {
    effect: &'static str,
    action: &'static str,
    resource: &'static str,
    principal: &'static str,
    condition: &'static str,
}

const JSON: Names =
    Names { effect: "Effect", action: "Action", resource: "Resource", principal: "Principal", condition: "Condition" };

const HCL: Names = Names {
    effect: "effect",
    action: "actions",
    resource: "resources",
    principal: "principals",
    condition: "condition",
};

impl Statement {
    /// Whether it allows. In Terraform's document the effect may be left out and is `Allow` then.
    pub(crate) fn allows(&self) -> bool {
        match self.node.get(self.names.effect) {
            Some(effect) => effect.as_str() == Some("Allow"),
            None => std::ptr::eq(self.names, &HCL),
        }
    }

    /// What it is about.
    pub(crate) fn actions(&self) -> Vec<&Node> {
        one_or_more(self.node.get(self.names.action))
    }

    /// On what.
    pub(crate) fn resources(&self) -> Vec<&Node> {
        one_or_more(self.node.get(self.names.resource))
    }

    /// Whether it belongs to a resource and says who may, not to an identity.
    pub(crate) fn has_principal(&self) -> bool {
        self.node.entry(self.names.principal).is_some()
    }

    /// Whether it holds under conditions only.
    pub(crate) fn has_condition(&self) -> bool {
        self.node.entries().iter().any(|entry| entry.key == self.names.condition || entry.key == "dynamic")
            || self.node.is_open()
    }
}

fn one_or_more(node: Option<&Node>) -> Vec<&Node> {
    match node {
        Some(Node { value: Value::Sequence(items), .. }) => items.iter().map(|item| &**item).collect(),
        Some(node) => vec![node],
        None => Vec::new(),
    }
}

/// Every statement of the file.
pub(crate) fn statements(view: &View<'_>) -> Vec<Statement> {
    let mut found = Vec::new();
    let text = view.text.as_bytes();
    if memchr::memmem::find(text, b"tatement").is_none() {
        return found;
    }
    for root in &view.document.roots {
        let version = root.get("Version").and_then(Node::as_str);
        if version.is_some_and(|version| matches!(version, "2012-10-17" | "2008-10-17")) {
            policy(root, "", &mut found);
        }
    }
    for resource in view.cloudformation() {
        let Some(body) = resource.body else { continue };
        crate::document::walk(body, &mut |trail, node| {
            if trail.key() == Some("PolicyDocument") {
                policy(node, &format!("{}.{}", resource.address, trail.route()), &mut found);
            }
        });
    }
    for resource in view.terraform() {
        let Some(body) = resource.body else { continue };
        if resource.kind == "aws_iam_policy_document" {
            for (number, entry) in body.all("statement").enumerate() {
                let route = format!("{}.statement{}", resource.address, name(&entry.value, number));
                found.push(Statement { node: entry.value.clone(), names: &HCL, route });
            }
        } else if resource.kind.starts_with("aws_") {
            crate::document::walk(body, &mut |trail, node| {
                let is_policy = matches!(trail.key(), Some("policy" | "inline_policy" | "policy_document"));
                if is_policy {
                    embedded(view, node, &format!("{}.{}", resource.address, trail.route()), &mut found);
                }
            });
        }
    }
    found
}

/// The statements of a policy document.
fn policy(document: &Node, route: &str, found: &mut Vec<Statement>) {
    let Some(entry) = document.entry("Statement") else { return };
    let alone = [entry.value.clone()];
    let statements = if entry.value.is_map() { &alone[..] } else { entry.value.items() };
    for (number, statement) in statements.iter().enumerate().filter(|(_, statement)| statement.is_map()) {
        let dot = if route.is_empty() { "" } else { "." };
        let route = format!("{route}{dot}Statement{}", name(statement, number));
        found.push(Statement { node: statement.clone(), names: &JSON, route });
    }
}

fn name(statement: &Node, number: usize) -> String {
    match statement.get("Sid").or_else(|| statement.get("sid")).and_then(Node::as_str) {
        Some(sid) => format!("[Sid={sid}]"),
        None => format!("[{number}]"),
    }
}

/// A policy that stands in a field of Terraform: `jsonencode({…})`, a heredoc, a string.
fn embedded(view: &View<'_>, node: &Node, route: &str, found: &mut Vec<Statement>) {
    match &node.value {
        Value::Call { name, arguments } if name == "jsonencode" => {
            arguments.iter().for_each(|argument| policy(argument, route, found));
        }
        Value::String(text) | Value::Expression(text) if text.contains("Statement") => {
            let stands = view.text.get(node.span.clone()) == Some(text.as_str());
            let offset = if stands { node.span.start } else { 0 };
            if let Ok(Some(document)) = read_embedded_json(text, offset) {
                let document = if stands { document } else { all_at(&document, node) };
                policy(&document, route, found);
            }
        }
        _ => {}
    }
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
