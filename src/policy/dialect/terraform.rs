//! Terraform and OpenTofu, in HCL or JSON syntax: `resource` and `data` blocks.

use crate::document::{Document, Node};

use super::Resource;

/// Every `resource` and `data` block; the address of the latter begins with `data.`.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
        for (block, prefix) in [("resource", ""), ("data", "data.")] {
            for kinds in root.all(block) {
                collect(&kinds.value, prefix, &mut found);
            }
        }
    }
    found
}

fn collect<'d>(kinds: &'d Node, prefix: &str, found: &mut Vec<Resource<'d>>) {
    for kind in kinds.entries() {
        for name in kind.value.entries() {
            // In JSON syntax a body may be a list of one.
            let body = name.value.items().first().unwrap_or(&name.value);
            found.push(Resource {
                kind: &kind.key,
                name_span: name.key_span.clone(),
                body: body.is_map().then_some(&**body),
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
