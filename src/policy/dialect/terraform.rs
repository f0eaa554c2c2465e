//! Terraform and OpenTofu, in HCL or JSON syntax, and the plans that they write in JSON.
//!
//! The files of a directory are one module and are read together. [`settle`] puts the values of variables, locals and
//! `*.tfvars` where they are used, so that a check sees the value and points at where it stands.

mod plan;
mod settle;

use crate::document::{Document, Node};

use super::Resource;
pub(crate) use settle::settle;

/// Blocks with a type and a name, and what their addresses begin with.
const TYPED: [(&str, &str); 3] = [("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")];

/// Blocks with a name, the kind they are and what their addresses begin with.
const NAMED: [(&str, &str); 3] = [("variable", "var."), ("output", "output."), ("module", "module.")];

/// Every resource by its type, every data source as `data.TYPE`, `provider.NAME`, `variable`, `output` and `module`. The address of
/// a data source begins with `data.`; what is never made (`count = 0`) is left out. In JSON's syntax blocks may be lists of what
/// they are in HCL, at every level.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
        for (block, prefix) in TYPED {
            for kinds in root.maps(block) {
                collect(kinds, prefix, &mut found);
            }
        }
        for (block, prefix) in NAMED {
            for named in root.maps(block).flat_map(Node::entries) {
                found.push(Resource {
                    kind: block.into(),
                    name_span: named.key_span.clone(),
                    body: Some(body(&named.value)),
                    address: format!("{prefix}{}", named.key),
                });
            }
        }
        for provider in root.maps("provider").flat_map(Node::entries) {
            for body in std::iter::once(&provider.value).chain(provider.value.items()).filter(|body| body.is_map()) {
                let name = format!("provider.{}", provider.key);
                let alias = body.get("alias").and_then(Node::as_str).map(|alias| format!("[alias={alias}]"));
                found.push(Resource {
                    kind: name.clone().into(),
                    name_span: provider.key_span.clone(),
                    body: Some(body),
                    address: name + &alias.unwrap_or_default(),
                });
            }
        }
        plan::collect(root, &mut found);
    }
    found
}

/// In JSON syntax a body may be a list of one.
fn body(node: &Node) -> &Node {
    node.items().first().map_or(node, |item| item)
}

fn collect<'d>(kinds: &'d Node, prefix: &str, found: &mut Vec<Resource<'d>>) {
    for kind in kinds.entries() {
        let listed = kind.value.items().iter().flat_map(|item| item.entries());
        for name in kind.value.entries().iter().chain(listed) {
            let body = body(&name.value);
            if body.get("count").and_then(Node::as_number) == Some(0.0) {
                continue;
            }
            found.push(Resource {
                kind: if prefix.is_empty() { (&*kind.key).into() } else { format!("{prefix}{}", kind.key).into() },
                name_span: name.key_span.clone(),
                body: body.is_map().then_some(body),
                address: format!("{prefix}{}.{}", kind.key, name.key),
            });
        }
    }
}

/// Whether a nested block could be there without being seen: a `dynamic` block makes it, or the key holds an expression.
pub(crate) fn may_have_block(body: &Node, key: &str) -> bool {
    let made = body.all("dynamic").any(|dynamic| dynamic.value.entry(key).is_some());
    made || (body.entry(key).is_some() && body.maps(key).next().is_none())
}

/// The address of the resource that an expression names: `aws_x.y` of `aws_x.y.id`, `aws_x.y[0].arn`, `"${aws_x.y.id}"`;
/// none if the expression is anything more than that.
pub(crate) fn referred(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim();
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        parts.push(&rest[..end]);
        rest = &rest[end..];
        while let Some(index) = rest.strip_prefix('[') {
            rest = &index[index.find(']')? + 1..];
        }
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None if rest.is_empty() => break,
            None => return None,
        }
    }
    let is_data = matches!(parts.first(), Some(&("data" | "ephemeral")));
    let count = if is_data { 3 } else { 2 };
    let is_other = matches!(parts.first(), Some(&("var" | "local" | "module" | "each" | "count" | "path" | "self")));
    (parts.len() >= count && !is_other).then(|| parts[..count].join("."))
}

#[cfg(test)]
mod tests {
    use super::referred;

    #[test]
    fn references() {
        for (text, address) in [
            ("aws_x.y.id", Some("aws_x.y")),
            ("${aws_x.y.arn}", Some("aws_x.y")),
            ("aws_x.y[0].id", Some("aws_x.y")),
            ("aws_x.y[each.key].id", Some("aws_x.y")),
            ("data.aws_x.y.id", Some("data.aws_x.y")),
            ("var.x", None),
            ("module.a.id", None),
            ("aws_x.y.id == 1", None),
            ("try(aws_x.y.id, 1)", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(referred(text).as_deref(), address, "{text}");
        }
    }
}
