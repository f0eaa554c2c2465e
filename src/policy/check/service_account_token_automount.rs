//! `automountServiceAccountToken: true`.

use crate::document::Node;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `service_account_token_automount.md`.
pub(super) struct ServiceAccountTokenAutomount;

static META: Meta = Meta {
    id: "service-account-token-automount",
    title: "Service-account token mounted on purpose",
    family: Family::Scope,
    severity: Severity::Low,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["kubernetes"],
    nearest: &["CKV_K8S_38", "KSV-0036"],
    page: include_str!("service_account_token_automount.md"),
};

impl Check for ServiceAccountTokenAutomount {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        const FIELD: &str = "automountServiceAccountToken";
        for object in &view.kubernetes {
            let (holder, route) = match object.pod_spec() {
                // A pod with an account of its own that asks for the token knows that it needs it.
                Some((spec, _)) if has_own_account(spec) => continue,
                Some((spec, keys)) => (spec, format!("{}.{FIELD}", keys.join("."))),
                None if object.kind == "ServiceAccount" => (object.node, FIELD.to_owned()),
                None => continue,
            };
            let Some(value) = holder.get(FIELD).filter(|value| value.as_bool() == Some(true)) else { continue };
            let message = if object.kind == "ServiceAccount" {
                format!("every pod of {} gets a token for the cluster's interface", object.address)
            } else {
                format!("every container of {} gets a token of the shared default account", object.address)
            };
            out.push(view.breach(&META, value.span.clone(), object.route(&route), message));
        }
    }
}

fn has_own_account(spec: &Node) -> bool {
    let named = ["serviceAccountName", "serviceAccount"].into_iter().find_map(|key| spec.get(key));
    named.is_some_and(|name| name.as_str() != Some("default"))
}
