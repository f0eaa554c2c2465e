//! Permissions and actions against the user's own scopes.

use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `scope_outside_policy.md`.
pub(super) struct ScopeOutsidePolicy;

static META: Meta = Meta {
    id: "scope-outside-policy",
    title: "Scope that the policy does not allow",
    family: Family::Scope,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: Some("policy.scopes.<provider>: none"),
    cwe: &[],
    kinds: &["github-actions", "aws-iam"],
    nearest: &[],
    page: include_str!("scope_outside_policy.md"),
};

impl Check for ScopeOutsidePolicy {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        workflow(view, out);
        iam(view, out);
    }
}

fn workflow(view: &View<'_>, out: &mut Vec<Breach>) {
    let (Some(workflow), Some(scopes)) = (&view.workflow, view.settings.scopes("github")) else { return };
    for (route, permissions) in workflow.permissions() {
        if let Some(all) = permissions.as_str() {
            // What nobody states is a check of its own, `workflow-write-all`.
            let stated = scopes.objection(all).filter(|threshold| threshold.source != "default");
            if let Some(threshold) = stated {
                let message = format!("the policy does not allow {all}");
                out.push(view.breach(&META, permissions.span.clone(), route, message).threshold(threshold));
            }
            continue;
        }
        for entry in permissions.entries() {
            let Some(access) = entry.value.as_str().filter(|access| *access != "none") else { continue };
            let scope = format!("{}:{access}", entry.key);
            if let Some(threshold) = scopes.objection(&scope) {
                let route = format!("{route}.{}", entry.key);
                let message = format!("the policy does not allow {scope}");
                out.push(view.breach(&META, entry.value.span.clone(), route, message).threshold(threshold));
            }
        }
    }
}

fn iam(view: &View<'_>, out: &mut Vec<Breach>) {
    let Some(scopes) = view.settings.scopes("aws") else { return };
    for statement in view.statements().iter().filter(|statement| statement.allows()) {
        for action in statement.actions() {
            let Some(name) = action.as_str().filter(|_| is_known(action)) else { continue };
            if let Some(threshold) = scopes.objection(name) {
                let message = format!("the policy does not allow the action {name}");
                let route = format!("{}.{name}", statement.route);
                out.push(view.breach(&META, action.span.clone(), route, message).threshold(threshold));
            }
        }
    }
}
