//! Actions that give out credentials, on every resource.

use crate::finding::Severity;
use crate::policy::dialect::iam;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_credentials_exposed.md`.
pub(super) struct IamCredentialsExposed;

static META: Meta = Meta {
    id: "iam-credentials-exposed",
    title: "IAM policy that can make credentials of anyone",
    family: Family::Scope,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[269],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_107", "CKV_AWS_287"],
    page: include_str!("iam_credentials_exposed.md"),
};

/// Actions whose answer is a credential, or that set one. Those that only work on `*` are not among them.
const ACTIONS: [&str; 12] = [
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetFederationToken",
    "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword",
    "redshift:GetClusterCredentials",
];

impl Check for IamCredentialsExposed {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for (statement, action, resource) in iam::granted_everywhere(view.statements(), &ACTIONS) {
            let message =
                format!("{} on every resource gives out credentials of others", action.as_str().unwrap_or_default());
            let breach = view.breach(&META, action.span.clone(), statement.route.clone(), message);
            out.push(breach.related("on every resource", resource.span.clone()));
        }
    }
}
