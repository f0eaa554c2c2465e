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
const WORSE: [&str; 7] = ["iam", "kms", "lambda", "organizations", "ssm", "sso", "sts"];

/// Services none of whose actions can be limited to a resource: the agents of Systems Manager speak to them. And the one of which
/// `iam-every-secret` tells.
const LEFT_OUT: [&str; 3] = ["ec2messages", "secretsmanager", "ssmmessages"];

fn is_left_out(service: &str) -> bool {
    LEFT_OUT.iter().any(|it| it.eq_ignore_ascii_case(service))
}

impl Check for IamServiceWildcard {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            if !statement.allows() || statement.has_principal() || statement.has_condition() {
                continue;
            }
            for action in statement.actions() {
                let Some(pattern) = action.as_str() else { continue };
                let service = pattern.strip_suffix(":*").filter(|it| *it != "*" && !is_left_out(it));
                let Some((service, resource)) = service.zip(statement.everything(pattern)) else { continue };
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
