//! Every action of a service, on every resource.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_service_wildcard.md`.
pub(super) struct IamServiceWildcard;

static META: Meta = Meta {
    id: "iam-service-wildcard",
    title: "IAM policy that allows everything of a service",
    family: Family::Scope,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[732],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_111", "CKV_AWS_290", "CKV_AWS_355", "CKV_AWS_356", "AWS-0057"],
    page: include_str!("iam_service_wildcard.md"),
};

/// Services whose every action gives out credentials, changes rights, or runs code with a role.
const WORSE: [&str; 8] = ["iam", "kms", "lambda", "organizations", "secretsmanager", "ssm", "sso", "sts"];

impl Check for IamServiceWildcard {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            if !statement.allows() || statement.has_principal() || statement.has_condition() {
                continue;
            }
            let Some(resource) = statement.resources().into_iter().find(|node| node.as_str() == Some("*")) else {
                continue;
            };
            for action in statement.actions() {
                let service = action.as_str().and_then(|text| text.strip_suffix(":*")).filter(|it| *it != "*");
                let Some(service) = service else { continue };
                let message = format!("the statement allows every action of {service} on every resource");
                let route = format!("{}.{service}", statement.route);
                let mut breach = view.breach(&META, action.span.clone(), route, message);
                if WORSE.contains(&service.to_ascii_lowercase().as_str()) {
                    breach = breach.severity(Severity::High);
                }
                out.push(breach.related("on every resource", resource.span.clone()));
            }
        }
    }
}
