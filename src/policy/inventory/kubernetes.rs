//! Kubernetes: secrets that objects are, and that pods and others take.

use super::{Finder, ReferenceKind};
use crate::document::{Entry, Node, walk};
use crate::policy::dialect::is_known;
use crate::policy::dialect::kubernetes::Object;

/// `Secret` objects; `secretKeyRef`, `secretRef` (also at the end of a longer key), `secretName`, `imagePullSecrets` and projected secrets wherever they stand,
/// which are the same in pods, ingresses and objects of other groups.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    for object in &view.kubernetes {
        let is_secret = object.kind == "Secret" && object.group.is_empty();
        if let Some(name) = object.node.path(&["metadata", "name"]).filter(|_| is_secret) {
            add(finder, object, name, None);
        }
        if object.kind.ends_with("List") && object.node.entry("items").is_some() {
            // Its objects are there for themselves, with their namespaces.
            continue;
        }
        let mut found: Vec<(&Node, Option<&Node>)> = Vec::new();
        walk(object.node, &mut |trail, node| {
            let is_projected = trail.key() == Some("sources");
            node.entries().iter().for_each(|entry| takes(entry, is_projected, &mut found));
        });
        found.into_iter().for_each(|(name, key)| add(finder, object, name, key));
    }
}

/// What an entry takes: the node with the secret's name, and the one with the key.
fn takes<'d>(entry: &'d Entry, is_projected: bool, found: &mut Vec<(&'d Node, Option<&'d Node>)>) {
    let value = &*entry.value;
    match entry.key.as_str() {
        "secretKeyRef" => found.extend(value.get("name").map(|name| (name, value.get("key")))),
        "secretRef" => found.extend(value.get("name").map(|name| (name, None))),
        "secret" if is_projected => found.extend(value.get("name").map(|name| (name, None))),
        "secretName" => found.push((value, None)),
        // `apiTokenSecretRef` and the like of objects of other groups.
        key if key.ends_with("SecretRef") => found.extend(value.get("name").map(|name| (name, value.get("key")))),
        "imagePullSecrets" => found.extend(value.items().iter().filter_map(|item| Some((item.get("name")?, None)))),
        _ => {}
    }
}

fn add(finder: &mut Finder<'_, '_>, object: &Object<'_>, name: &Node, key: Option<&Node>) {
    let Some(text) = name.as_text().filter(|_| is_known(name)) else { return };
    let key = key.filter(|key| is_known(key)).and_then(Node::as_text);
    let kind = ReferenceKind::KubernetesSecret;
    finder.add_in(kind, &named(object, text, key), &name.span, kind.store(), namespace(object));
}

/// The namespace of an object.
pub(super) fn namespace(object: &Object<'_>) -> Option<String> {
    let node = object.node.path(&["metadata", "namespace"]).filter(|node| is_known(node))?;
    node.as_text().map(str::to_owned)
}

/// `namespace/name#key`, as far as that is said.
pub(super) fn named(object: &Object<'_>, name: &str, key: Option<&str>) -> String {
    let mut out = namespace(object).map(|namespace| namespace + "/").unwrap_or_default();
    out.push_str(name);
    if let Some(key) = key {
        out.push('#');
        out.push_str(key);
    }
    out
}
