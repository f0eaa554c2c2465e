//! Roles that anyone may assume.

use crate::finding::Severity;
use crate::policy::dialect::iam::covers;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `role_trust_open.md`.
pub(super) struct RoleTrustOpen;

static META: Meta = Meta {
    id: "role-trust-open",
    title: "Role that anyone may assume",
    family: Family::Scope,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[284],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_60", "CKV_AWS_61", "CKV_AWS_283"],
    page: include_str!("role_trust_open.md"),
};

impl Check for RoleTrustOpen {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            let assumes = |node: &&crate::document::Node| {
                node.as_str().is_some_and(|pattern| {
                    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
                        .iter()
                        .any(|action| covers(pattern, action))
                })
            };
            let is_trust = statement.is_of_role() && !statement.names_resources();
            if !is_trust || !statement.allows() || statement.has_condition() || !statement.actions().iter().any(assumes)
            {
                continue;
            }
            let anyone = statement
                .principals()
                .into_iter()
                .find(|(kind, node)| matches!(*kind, "*" | "AWS" | "Federated") && node.as_str() == Some("*"));
            if let Some((_, node)) = anyone {
                let message = "anyone with an account of AWS may assume the role";
                out.push(view.breach(&META, node.span.clone(), statement.route.clone(), message));
            }
        }
    }
}
