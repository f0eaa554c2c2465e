//! ExternalSecrets that copy once.

use crate::config::policy::duration;
use crate::document::Node;
use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `external_secret_without_refresh.md`.
pub(super) struct ExternalSecretWithoutRefresh;

static META: Meta = Meta {
    id: "external-secret-without-refresh",
    title: "Copied secret that is never refreshed",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["kubernetes"],
    nearest: &[],
    page: include_str!("external_secret_without_refresh.md"),
};

impl Check for ExternalSecretWithoutRefresh {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for object in view.kubernetes.iter().filter(|object| object.group == "external-secrets.io") {
            let key: &[&str] = match object.kind {
                "ExternalSecret" | "PushSecret" => &["spec"],
                "ClusterExternalSecret" => &["spec", "externalSecretSpec"],
                _ => continue,
            };
            let Some(spec) = object.node.path(key) else { continue };
            let policy = spec.get("refreshPolicy").filter(|node| is_known(node));
            let never = match policy.and_then(Node::as_str) {
                Some("CreatedOnce" | "OnChange") => policy.map(|node| ("refreshPolicy", node)),
                Some(_) | None => spec
                    .get("refreshInterval")
                    .filter(|node| is_known(node) && is_zero(node))
                    .map(|node| ("refreshInterval", node)),
            };
            if let Some((field, node)) = never {
                let message = format!("a value that is rotated in its store never reaches {}", object.address);
                let route = object.route(&format!("{}.{field}", key.join(".")));
                out.push(view.breach(&META, node.span.clone(), route, message));
            }
        }
    }
}

fn is_zero(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text == "0" || duration::parse(text).is_some_and(|length| length.is_zero()))
}
