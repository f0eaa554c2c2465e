//! Requests without a token that a mesh lets through.

use crate::document::Node;
use crate::finding::Severity;
use crate::policy::dialect::kubernetes::Object;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `mesh_without_required_token.md`.
pub(super) struct MeshWithoutRequiredToken;

static META: Meta = Meta {
    id: "mesh-without-required-token",
    title: "Service of a mesh that also answers without a token",
    family: Family::Validation,
    severity: Severity::High,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[306],
    kinds: &["kubernetes"],
    nearest: &[],
    page: include_str!("mesh_without_required_token.md"),
};

/// Where policies of the whole mesh live, unless it was installed otherwise.
const ROOT: &str = "istio-system";

impl Check for MeshWithoutRequiredToken {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.is_whole {
            return;
        }
        let of = |kind: &'static str| {
            view.kubernetes.iter().filter(move |it| it.kind == kind && it.group == "security.istio.io")
        };
        for object in of("RequestAuthentication") {
            let has_rules = object.node.path(&["spec", "jwtRules"]).is_some_and(|rules| !rules.items().is_empty());
            // What counts for the whole mesh may be asked for in any namespace.
            let is_claimed = has_rules && namespace(object) != Some(ROOT);
            let name = object.node.path(&["metadata", "name"]).filter(|_| is_claimed);
            let Some(name) = name else { continue };
            if !of("AuthorizationPolicy").any(|policy| reaches(policy, object) && may_ask_for_token(policy.node)) {
                let message = format!("{} checks tokens, and nothing beside it demands one", object.address);
                out.push(view.breach(&META, name.span.clone(), object.route("spec.jwtRules"), message));
            }
        }
    }
}

/// The namespace of an object, if it is known.
fn namespace<'d>(object: &Object<'d>) -> Option<&'d str> {
    object.node.path(&["metadata", "namespace"]).and_then(Node::as_str)
}

/// Whether the policy may be about the services that the other object is about.
fn reaches(policy: &Object<'_>, other: &Object<'_>) -> bool {
    match (namespace(policy), namespace(other)) {
        (Some(own), Some(others)) => own == others || own == ROOT,
        _ => true,
    }
}

/// Whether one of its rules asks who a token is for; what a template puts there may.
fn may_ask_for_token(policy: &Node) -> bool {
    let mut asks = policy.is_open();
    crate::document::walk(policy, &mut |trail, node| {
        asks |= matches!(trail.key(), Some("requestPrincipals" | "notRequestPrincipals"));
        asks |= node.as_str().is_some_and(|text| text.starts_with("request.auth."));
    });
    asks
}
