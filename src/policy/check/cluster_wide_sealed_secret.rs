//! SealedSecrets with cluster-wide scope.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `cluster_wide_sealed_secret.md`.
pub(super) struct ClusterWideSealedSecret;

static META: Meta = Meta {
    id: "cluster-wide-sealed-secret",
    title: "Sealed secret that opens in every namespace",
    family: Family::Isolation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["kubernetes"],
    nearest: &[],
    page: include_str!("cluster_wide_sealed_secret.md"),
};

impl Check for ClusterWideSealedSecret {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        const ANNOTATION: &str = "sealedsecrets.bitnami.com/cluster-wide";
        for object in view.kubernetes.iter().filter(|object| object.kind == "SealedSecret") {
            let value = object.node.path(&["metadata", "annotations", ANNOTATION]);
            if let Some(value) = value.filter(|value| value.as_bool() == Some(true)) {
                let message = format!("{} can be opened under any name in any namespace", object.address);
                let route = object.route(&format!("metadata.annotations.{ANNOTATION:?}"));
                out.push(view.breach(&META, value.span.clone(), route, message));
            }
        }
    }
}
