//! Templates of the Azure Resource Manager, in JSON.

use crate::document::{Document, Node};

use super::Resource;

/// How deeply resources nest in each other at most.
const DEEPEST: usize = 16;

/// Every resource, by its type; those inside another have the whole type, `Microsoft.KeyVault/vaults/secrets`.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
        let schema = root.get("$schema").and_then(Node::as_str).unwrap_or_default();
        if schema.contains("deploymentTemplate.json") || schema.contains("DeploymentTemplate.json") {
            collect(root, "", 0, &mut found);
        }
    }
    found
}

fn collect<'d>(holder: &'d Node, above: &str, depth: usize, found: &mut Vec<Resource<'d>>) {
    let Some(resources) = holder.get("resources").filter(|_| depth < DEEPEST) else { return };
    // Newer templates name their resources: a map in place of a list.
    let named = resources.entries().iter().map(|entry| &entry.value);
    for resource in resources.items().iter().chain(named) {
        let Some(kind) = resource.entry("type").filter(|kind| kind.value.as_str().is_some()) else { continue };
        let name = resource.get("name").and_then(Node::as_text).unwrap_or("?");
        let own = kind.value.as_str().unwrap_or_default();
        let address = if above.is_empty() { format!("{own}/{name}") } else { format!("{above}/{own}/{name}") };
        found.push(Resource {
            kind: own,
            name_span: kind.value.span.clone(),
            body: Some(resource),
            address: address.clone(),
        });
        collect(resource, &address, depth + 1, found);
    }
}
