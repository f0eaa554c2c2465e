//! ClusterSecretStores without conditions.

use crate::document::Value;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `open_cluster_secret_store.md`.
pub(super) struct OpenClusterSecretStore;

static META: Meta = Meta {
    id: "open-cluster-secret-store",
    title: "Secret store that every namespace may read",
    family: Family::Isolation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["kubernetes"],
    nearest: &[],
    page: include_str!("open_cluster_secret_store.md"),
};

impl Check for OpenClusterSecretStore {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for object in &view.kubernetes {
            if object.group != "external-secrets.io" || object.kind != "ClusterSecretStore" {
                continue;
            }
            let Some(spec) = object.node.entry("spec").filter(|spec| spec.value.is_map()) else { continue };
            let span = match spec.value.get("conditions") {
                None if spec.value.is_open() => continue,
                None => spec.key_span.clone(),
                Some(conditions) if matches!(&conditions.value, Value::Null) => conditions.span.clone(),
                Some(conditions) if matches!(&conditions.value, Value::Sequence(items) if items.is_empty()) => {
                    conditions.span.clone()
                }
                Some(_) => continue,
            };
            let message = format!("every namespace may take secrets from {}", object.address);
            out.push(view.breach(&META, span, object.route("spec.conditions"), message));
        }
    }
}
