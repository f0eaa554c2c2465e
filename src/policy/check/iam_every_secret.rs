//! Actions that read secrets, on every resource.

use crate::document::Node;
use crate::finding::Severity;
use crate::policy::dialect::iam;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_every_secret.md`.
pub(super) struct IamEverySecret;

static META: Meta = Meta {
    id: "iam-every-secret",
    title: "IAM policy that reads every secret",
    family: Family::Scope,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[732],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_108", "CKV_AWS_288"],
    page: include_str!("iam_every_secret.md"),
};

/// Actions that read a secret, or what protects one. `BatchGetSecretValue` works on `*` alone, and gives only what
/// `GetSecretValue` does.
const ACTIONS: [&str; 6] = [
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

impl Check for IamEverySecret {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        // All that there is of the service are secrets.
        let whole = iam::unconditional(view.statements()).filter_map(|statement| {
            let is_all = |node: &&Node| node.as_str().is_some_and(|it| it.eq_ignore_ascii_case("secretsmanager:*"));
            let action = statement.actions().into_iter().find(is_all)?;
            Some((statement, action, statement.everything("secretsmanager:*")?))
        });
        for (statement, action, resource) in iam::granted_everywhere(view.statements(), &ACTIONS).chain(whole) {
            let message =
                format!("{} on every resource reads every secret of the account", action.as_str().unwrap_or_default());
            let breach = view.breach(&META, action.span.clone(), statement.route.clone(), message);
            out.push(breach.related("on every resource", resource.span.clone()));
        }
    }
}
