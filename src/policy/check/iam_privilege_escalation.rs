//! Actions by which an identity can give itself any right.

use crate::finding::Severity;
use crate::policy::dialect::iam;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_privilege_escalation.md`.
pub(super) struct IamPrivilegeEscalation;

static META: Meta = Meta {
    id: "iam-privilege-escalation",
    title: "IAM policy that lets its holder give itself more",
    family: Family::Scope,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[269],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_110", "CKV_AWS_286", "CKV_AWS_289", "AWS-0342"],
    page: include_str!("iam_privilege_escalation.md"),
};

/// Actions that change what an identity may do. `iam:PassRole` hands a role on to a service that then acts for the caller.
const ACTIONS: [&str; 12] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
];

impl Check for IamPrivilegeEscalation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for (statement, action, resource) in iam::granted_everywhere(view.statements(), &ACTIONS) {
            let message = format!(
                "{} on every resource lets the holder give itself any right",
                action.as_str().unwrap_or_default()
            );
            let breach = view.breach(&META, action.span.clone(), statement.route.clone(), message);
            out.push(breach.related("on every resource", resource.span.clone()));
        }
    }
}
