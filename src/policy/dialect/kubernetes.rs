//! Kubernetes objects, in YAML streams, JSON, and lists of them.

use crate::document::{Document, Node, Value};

use super::Resource;

/// One object.
pub(crate) struct Object<'d> {
    /// `apiVersion` without the version: `external-secrets.io`; empty for the core group.
    pub group: &'d str,
    /// `kind`.
    pub kind: &'d str,
    /// The whole object.
    pub node: &'d Node,
    /// `Kind/namespace/name`.
    pub address: String,
}

impl<'d> Object<'d> {
    /// The specification of the pods that the object is or makes, and the keys that lead to it.
    pub(crate) fn pod_spec(&self) -> Option<(&'d Node, &'static [&'static str])> {
        let keys: &[&str] = match self.kind {
            "Pod" => &["spec"],
            "PodTemplate" => &["template", "spec"],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
                &["spec", "template", "spec"]
            }
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            "Rollout" if self.group == "argoproj.io" => &["spec", "template", "spec"],
            "Service" | "Configuration" if self.group == "serving.knative.dev" => &["spec", "template", "spec"],
            "Revision" if self.group == "serving.knative.dev" => &["spec"],
            "ScaledJob" if self.group == "keda.sh" => &["spec", "jobTargetRef", "template", "spec"],
            _ => return None,
        };
        Some((self.node.path(keys)?, keys))
    }

    /// The route of a field.
    pub(crate) fn route(&self, field: &str) -> String {
        format!("{}:{field}", self.address)
    }
}

/// Every object of the file.
pub(crate) fn objects(document: &Document) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
        if root.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List")) {
            root.get("items")
                .map_or(&[][..], Node::items)
                .iter()
                .filter_map(|item| object(item))
                .for_each(|o| found.push(o));
        }
        found.extend(object(root));
        found.extend(manifests(root));
    }
    found
}

/// The objects that Terraform hands to a cluster.
fn manifests(root: &Node) -> impl Iterator<Item = Object<'_>> {
    let blocks = root.maps("resource").flat_map(|kinds| kinds.maps("kubernetes_manifest"));
    let bodies = blocks.flat_map(Node::entries).map(|named| named.value.items().first().unwrap_or(&named.value));
    bodies.filter_map(|body| object(body.get("manifest")?))
}

/// Every object by its kind, and a `PodSpec` for each specification of pods.
pub(crate) fn resources(document: &Document) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    for object in objects(document) {
        let name = object.node.path(&["metadata", "name"]).or_else(|| object.node.get("kind"));
        let name_span = name.map_or(0..0, |name| name.span.clone());
        if let Some((spec, keys)) = object.pod_spec() {
            let address = object.route(&keys.join("."));
            found.push(Resource { kind: "PodSpec".into(), name_span: name_span.clone(), body: Some(spec), address });
        }
        found.push(Resource { kind: object.kind.into(), name_span, body: Some(object.node), address: object.address });
    }
    found
}

fn object(node: &Node) -> Option<Object<'_>> {
    let version = node.get("apiVersion")?.as_str()?;
    let kind = node.get("kind")?.as_str()?;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    Some(Object { group, kind, node, address: address(node)? })
}

/// `Kind/namespace/name` of an object; without the namespace where it has none.
pub(crate) fn address(node: &Node) -> Option<String> {
    let kind = node.get("kind")?.as_str()?;
    node.get("apiVersion")?.as_str()?;
    let metadata = |key: &str| node.path(&["metadata", key]).and_then(told);
    let name = metadata("name").or_else(|| metadata("generateName")).unwrap_or_else(|| "?".to_owned());
    Some(match metadata("namespace").filter(|namespace| namespace != "…") {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    })
}

/// A name as a report tells it: what a template puts into it is left out.
fn told(name: &Node) -> Option<String> {
    let Value::Expression(text) = &name.value else { return name.as_text().map(str::to_owned) };
    let mut told = String::new();
    let mut rest = text.as_str();
    while let Some((before, action)) = rest.split_once("{{") {
        told.push_str(before);
        told.push('…');
        rest = action.split_once("}}").map_or("", |(_, behind)| behind);
    }
    told.push_str(rest);
    (!told.trim().is_empty() && !told.contains(['\n', '{', '}'])).then_some(told)
}
