//! Secrets that hold a legacy service-account token.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `permanent_service_account_token.md`.
pub(super) struct PermanentServiceAccountToken;

static META: Meta = Meta {
    id: "permanent-service-account-token",
    title: "Kubernetes service-account token that never expires",
    family: Family::Lifetime,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[613],
    kinds: &["kubernetes", "terraform"],
    nearest: &[],
    page: include_str!("permanent_service_account_token.md"),
};

const TYPE: &str = "kubernetes.io/service-account-token";

impl Check for PermanentServiceAccountToken {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for object in view.kubernetes.iter().filter(|object| object.kind == "Secret" && object.group.is_empty()) {
            let Some(kind) = object.node.get("type").filter(|kind| kind.as_str() == Some(TYPE)) else { continue };
            let message = format!("{} makes a service-account token without an end", object.address);
            out.push(view.breach(&META, kind.span.clone(), object.route("type"), message));
        }
        for resource in view.terraform() {
            if !matches!(&*resource.kind, "kubernetes_secret" | "kubernetes_secret_v1") {
                continue;
            }
            let kind = resource.body.and_then(|body| body.get("type")).filter(|kind| kind.as_str() == Some(TYPE));
            if let Some(kind) = kind {
                let message = format!("{} makes a service-account token without an end", resource.address);
                out.push(view.breach(&META, kind.span.clone(), resource.route("type"), message));
            }
        }
    }
}
