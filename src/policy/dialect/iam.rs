//! Statements of AWS IAM policies, wherever they stand: policy JSON, CloudFormation, Terraform's `jsonencode`, heredocs and
//! `aws_iam_policy_document`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::policy::matches_wildcard;
use crate::document::{Entry, Node, Value};
use crate::policy::{View, texts};

use super::terraform;

/// One statement.
pub(crate) struct Statement {
    node: Arc<Node>,
    names: &'static Names,
    /// The type of the resource whose policy it belongs to; empty for a policy that stands by itself.
    pub owner: String,
    /// Address or key path of the statement.
    pub route: String,
}

/// What the parts of a statement are called.
struct Names {
    effect: &'static str,
    action: &'static str,
    not_action: &'static str,
    resource: &'static str,
    not_resource: &'static str,
    principal: &'static str,
    condition: &'static str,
}

const JSON: Names = Names {
    effect: "Effect",
    action: "Action",
    not_action: "NotAction",
    resource: "Resource",
    not_resource: "NotResource",
    principal: "Principal",
    condition: "Condition",
};

const HCL: Names = Names {
    effect: "effect",
    action: "actions",
    not_action: "not_actions",
    resource: "resources",
    not_resource: "not_resources",
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

    /// What it allows everything but: the first of the list, where there is one.
    pub(crate) fn excepted_action(&self) -> Option<&Node> {
        one_or_more(self.node.get(self.names.not_action)).into_iter().next()
    }

    /// The resource that means all that an action can be about: `*`, or `…:secret:*` for an action of Secrets Manager.
    pub(crate) fn everything(&self, action: &str) -> Option<&Node> {
        let service = action.split_once(':').map_or("*", |(service, _)| service);
        self.resources().into_iter().find(|node| pattern(node).is_some_and(|it| is_everything(it, service)))
    }

    /// On what.
    pub(crate) fn resources(&self) -> Vec<&Node> {
        one_or_more(self.node.get(self.names.resource))
    }

    /// Whether it says on what. A trust policy never does: what it is about is its role.
    pub(crate) fn names_resources(&self) -> bool {
        [self.names.resource, self.names.not_resource].iter().any(|key| self.node.entry(key).is_some())
    }

    /// Whether it belongs to a role, or may: a policy that stands by itself does not tell.
    pub(crate) fn is_of_role(&self) -> bool {
        matches!(self.owner.as_str(), "" | "aws_iam_role" | "AWS::IAM::Role")
    }

    /// Whether it belongs to a resource and says who may, not to an identity.
    pub(crate) fn has_principal(&self) -> bool {
        self.node.entry(self.names.principal).is_some()
    }

    /// Who may: the kind of principal (`AWS`, `Federated`, `*` for anyone) and each of them.
    pub(crate) fn principals(&self) -> Vec<(&str, &Node)> {
        let mut found = Vec::new();
        for entry in self.node.all(self.names.principal) {
            let node = &entry.value;
            if std::ptr::eq(self.names, &HCL) {
                let kind = node.get("type").and_then(Node::as_str).unwrap_or_default();
                found.extend(one_or_more(node.get("identifiers")).into_iter().map(|it| (kind, it)));
            } else if node.as_str().is_some() {
                found.push(("*", node));
            } else {
                let kinds = node.entries().iter();
                found.extend(
                    kinds.flat_map(|kind| one_or_more(Some(&kind.value)).into_iter().map(|it| (kind.key.as_str(), it))),
                );
            }
        }
        found
    }

    /// What its conditions compare: the variable and the values. None if they cannot be told.
    pub(crate) fn conditions(&self) -> Option<Vec<(String, Vec<&Node>)>> {
        let mut found = Vec::new();
        if self.node.is_open() || self.node.entry("dynamic").is_some() {
            return None;
        }
        for entry in self.node.all(self.names.condition) {
            let node = &entry.value;
            if std::ptr::eq(self.names, &HCL) {
                let variable = node.get("variable").and_then(Node::as_str)?;
                found.push((variable.to_owned(), one_or_more(node.get("values"))));
                continue;
            }
            if !node.is_map() {
                return None;
            }
            for test in node.entries() {
                if !test.value.is_map() {
                    return None;
                }
                let variables = test.value.entries().iter();
                found.extend(variables.map(|it| (it.key.clone(), one_or_more(Some(&it.value)))));
            }
        }
        Some(found)
    }

    /// Whether it holds under conditions only, or may.
    pub(crate) fn has_condition(&self) -> bool {
        let may_have = |entry: &Entry| entry.key == self.names.condition || entry.key == "dynamic";
        self.node.is_open() || self.node.entries().iter().any(may_have)
    }
}

/// Whether `pattern`, as a statement writes it, covers `action`: `iam:Create*` covers `iam:CreateUser`.
pub(crate) fn covers(pattern: &str, action: &str) -> bool {
    matches_wildcard(pattern, action)
}

/// Statements that let an identity do something without a condition.
pub(crate) fn unconditional(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    statements.iter().filter(|it| it.allows() && !it.has_principal() && !it.has_condition())
}

/// A statement that lets an identity do one of `actions`, on all that there is for it and without a condition: the statement, the action
/// as it is written, the resource. What covers a whole service or everything is left out: other checks are about that.
pub(crate) fn granted_everywhere<'s>(
    statements: &'s [Statement],
    actions: &'s [&str],
) -> impl Iterator<Item = (&'s Statement, &'s Node, &'s Node)> {
    unconditional(statements).filter_map(|statement| {
        statement.actions().into_iter().find_map(|action| {
            let pattern = action.as_str().unwrap_or("*");
            let is_one = pattern != "*" && !pattern.ends_with(":*") && actions.iter().any(|it| covers(pattern, it));
            Some((statement, action, statement.everything(pattern).filter(|_| is_one)?))
        })
    })
}

/// What of a resource stands here, references included: the text, also that of `Fn::Sub`.
fn pattern(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) | Value::Expression(text) => Some(text),
        Value::Call { name, arguments } if name == "Sub" => pattern(arguments.first()?),
        Value::Sequence(items) => items.first()?.as_str(),
        Value::Map(_) => pattern(node.get("Fn::Sub")?),
        _ => None,
    }
}

/// Kinds of resources, as they stand in an ARN before the name.
const KINDS: [&str; 17] = [
    "*/",
    "alias/",
    "cluster:",
    "db:",
    "function:",
    "group/",
    "instance-profile/",
    "key/",
    "log-group:",
    "parameter/",
    "policy/",
    "repository/",
    "role/",
    "secret:",
    "stream/",
    "table/",
    "user/",
];

/// Whether a pattern covers whatever an account has of a service; partition, region and account may be filled in later.
fn is_everything(pattern: &str, service: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let settled = without_parts(pattern);
    let parts: Vec<&str> = settled.splitn(6, ':').collect();
    let ["arn", _, of, _, _, resource] = parts[..] else { return false };
    // Tokens are given out for the roles of IAM.
    let is_of = of == "*" || of.eq_ignore_ascii_case(service) || of == "iam" && service.eq_ignore_ascii_case("sts");
    // A secret stands under no kind, so that a slash is one of its own name.
    let may_be = |kind: &&&str| **kind != "*/" || !service.eq_ignore_ascii_case("secretsmanager");
    is_of && (resource == "*" || KINDS.iter().filter(may_be).any(|kind| resource.strip_prefix(kind) == Some("*")))
}

/// The text with a letter for each `${…}`, which may hold colons.
fn without_parts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, part)) = rest.split_once("${") {
        out.push_str(before);
        out.push('x');
        rest = part.split_once('}').map_or("", |(_, behind)| behind);
    }
    out + rest
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
        if version.is_some_and(|version| matches!(version, "2012-10-17" | "2008-10-17"))
            || is_policy_by_its_statements(root)
        {
            policy(root, "", "", &mut found);
        }
    }
    if view.speaks("serverless") {
        view.document.roots.iter().for_each(|root| serverless(root, &mut found));
    }
    for resource in view.cloudformation() {
        let Some(body) = resource.body else { continue };
        // SAM writes documents beside names and templates of policies.
        if resource.kind.starts_with("AWS::Serverless::") {
            for (number, document) in body.maps("Policies").enumerate() {
                policy(document, &resource.kind, &format!("{}.Policies[{number}]", resource.address), &mut found);
            }
        }
        crate::document::walk(body, &mut |trail, node| {
            if matches!(trail.key(), Some("PolicyDocument" | "AssumeRolePolicyDocument" | "KeyPolicy")) {
                policy(node, &resource.kind, &format!("{}.{}", resource.address, trail.route()), &mut found);
            }
        });
    }
    let owners = owners(view);
    for resource in view.terraform() {
        let Some(body) = resource.body else { continue };
        if resource.kind == "data.aws_iam_policy_document" {
            let owner = owners.get(resource.base()).copied().unwrap_or_default();
            for (number, statement) in blocks(body, "statement").into_iter().enumerate() {
                let route = format!("{}.statement{}", resource.address, name(&statement, number));
                found.push(Statement { node: statement, names: &HCL, owner: owner.to_owned(), route });
            }
        } else if resource.kind.starts_with("aws_") {
            crate::document::walk(body, &mut |trail, node| {
                if is_policy(trail.key()) {
                    embedded(
                        view,
                        node,
                        &resource.kind,
                        &format!("{}.{}", resource.address, trail.route()),
                        &mut found,
                    );
                }
            });
        }
    }
    found
}

/// The blocks of Terraform under a key, one by one or as JSON's syntax lists them, and what a `dynamic` block makes them of.
fn blocks(body: &Node, key: &str) -> Vec<Arc<Node>> {
    let each = |entry: &Entry| match &entry.value.value {
        Value::Sequence(items) => items.clone(),
        _ => vec![entry.value.clone()],
    };
    let made = body.all("dynamic").flat_map(|dynamic| dynamic.value.all(key).collect::<Vec<_>>());
    let contents = made.filter_map(|made| made.value.entry("content"));
    let mut blocks: Vec<Arc<Node>> = body.all(key).flat_map(each).collect();
    blocks.extend(contents.map(|content| content.value.clone()));
    blocks
}

/// Whether a document is a policy that leaves out its version: all that it states are statements.
fn is_policy_by_its_statements(root: &Node) -> bool {
    let statements: Vec<&Node> = root.maps("Statement").collect();
    let is_statement = |it: &&Node| {
        let effect = it.get("Effect").and_then(Node::as_str);
        matches!(effect, Some("Allow" | "Deny")) && (it.entry("Action").is_some() || it.entry("NotAction").is_some())
    };
    !statements.is_empty() && statements.iter().all(is_statement)
}

/// The statements that the Serverless framework puts into the roles of its functions.
fn serverless(root: &Node, found: &mut Vec<Statement>) {
    let common: [&[&str]; 2] = [&["provider", "iam", "role", "statements"], &["provider", "iamRoleStatements"]];
    for keys in common {
        if let Some(node) = root.path(keys) {
            statements_of(node, "AWS::IAM::Role", &keys.join("."), found);
        }
    }
    for function in root.get("functions").map_or(&[][..], Node::entries) {
        if let Some(node) = function.value.get("iamRoleStatements") {
            let route = format!("functions.{}.iamRoleStatements", function.key);
            statements_of(node, "AWS::IAM::Role", &route, found);
        }
    }
}

/// Whether a field of Terraform is a policy.
fn is_policy(key: Option<&str>) -> bool {
    matches!(key, Some("policy" | "inline_policy" | "policy_document" | "assume_role_policy"))
}

/// The types of the resources whose policies the documents of the module are, by the address of each; empty for one that several types
/// have.
fn owners<'v>(view: &'v View<'_>) -> HashMap<String, &'v str> {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for resource in view.terraform().iter().filter(|it| it.kind.starts_with("aws_")) {
        let Some(body) = resource.body else { continue };
        crate::document::walk(body, &mut |trail, node| {
            let Value::Expression(text) = &node.value else { return };
            let document = is_policy(trail.key()).then(|| terraform::referred(text)).flatten();
            if let Some(address) = document.filter(|it| it.starts_with("data.aws_iam_policy_document.")) {
                let owner = owners.entry(address).or_insert(&resource.kind);
                if **owner != *resource.kind {
                    *owner = "";
                }
            }
        });
    }
    owners
}

/// The statements of a policy document.
fn policy(document: &Node, owner: &str, route: &str, found: &mut Vec<Statement>) {
    let Some(entry) = document.entry("Statement") else { return };
    let dot = if route.is_empty() { "" } else { "." };
    let route = format!("{route}{dot}Statement");
    if entry.value.is_map() {
        let route = format!("{route}{}", name(&entry.value, 0));
        found.push(Statement { node: entry.value.clone(), names: &JSON, owner: owner.to_owned(), route });
    }
    statements_of(&entry.value, owner, &route, found);
}

/// The statements of a list.
fn statements_of(list: &Node, owner: &str, route: &str, found: &mut Vec<Statement>) {
    for (number, statement) in list.items().iter().enumerate().filter(|(_, statement)| statement.is_map()) {
        let route = format!("{route}{}", name(statement, number));
        found.push(Statement { node: statement.clone(), names: &JSON, owner: owner.to_owned(), route });
    }
}

fn name(statement: &Node, number: usize) -> String {
    match statement.get("Sid").or_else(|| statement.get("sid")).and_then(Node::as_str) {
        Some(sid) => format!("[Sid={sid}]"),
        None => format!("[{number}]"),
    }
}

/// A policy that stands in a field of Terraform: `jsonencode({…})`, a heredoc, a string.
fn embedded(view: &View<'_>, node: &Node, owner: &str, route: &str, found: &mut Vec<Statement>) {
    match &node.value {
        Value::Call { name, arguments } if name == "jsonencode" => {
            arguments.iter().for_each(|argument| policy(argument, owner, route, found));
        }
        Value::String(text) | Value::Expression(text) if text.contains("Statement") => {
            if let Some(document) = texts::read(view.text, node, text) {
                policy(&document, owner, route, found);
            }
        }
        _ => {}
    }
}
