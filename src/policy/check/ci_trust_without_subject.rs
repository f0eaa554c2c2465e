//! Roles that trust a CI provider's tokens without saying whose.

use crate::document::{Node, Value};
use crate::finding::Severity;
use crate::policy::dialect::iam::covers;
use crate::policy::dialect::is_known;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `ci_trust_without_subject.md`.
pub(super) struct CiTrustWithoutSubject;

static META: Meta = Meta {
    id: "ci-trust-without-subject",
    title: "Role that trusts every pipeline of a CI provider",
    family: Family::Scope,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[284],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_358", "CKV_AWS_393"],
    page: include_str!("ci_trust_without_subject.md"),
};

/// Issuers whose tokens anybody's pipeline gets.
const ISSUERS: [&str; 5] = [
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "agent.buildkite.com",
    "oidc.circleci.com",
];

impl Check for CiTrustWithoutSubject {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            let assumes =
                |node: &&Node| node.as_str().is_some_and(|pattern| covers(pattern, "sts:AssumeRoleWithWebIdentity"));
            if !statement.allows() || !statement.actions().iter().any(assumes) {
                continue;
            }
            let Some(conditions) = statement.conditions() else { continue };
            let is_of_issuer = |text: &str| ISSUERS.iter().any(|issuer| text.contains(issuer));
            let principals = statement.principals();
            let named = principals.iter().find(|(kind, node)| {
                *kind == "Federated"
                    && (is_of(view, node, &is_of_issuer)
                        || conditions.iter().any(|(variable, _)| is_of_issuer(variable)))
            });
            let Some((_, principal)) = named else { continue };
            let pins: Vec<&(String, Vec<&Node>)> = conditions.iter().filter(|(variable, _)| is_pin(variable)).collect();
            if pins.is_empty() {
                let message = "no condition says whose pipelines may assume the role";
                out.push(view.breach(&META, principal.span.clone(), statement.route.clone(), message));
                continue;
            }
            let open = |node: &&Node| is_known(node) && node.as_str().is_some_and(is_open);
            // Every pin has to hold: one that is narrow is enough.
            let widest: Option<Vec<&Node>> =
                pins.iter().map(|(_, values)| values.iter().copied().find(|node| open(node))).collect();
            if let Some(node) = widest.and_then(|nodes| nodes.first().copied()) {
                let message = "the condition on the subject lets the pipelines of others in";
                out.push(view.breach(&META, node.span.clone(), statement.route.clone(), message));
            }
        }
    }
}

/// Whether a principal is one of these issuers: what of it stands here says so, or the address of the provider it refers to.
fn is_of(view: &View<'_>, principal: &Node, is_issuer: &dyn Fn(&str) -> bool) -> bool {
    if says(principal, is_issuer) {
        return true;
    }
    let Some(address) = view.referred(principal) else { return false };
    let providers = view.terraform().iter().chain(view.cloudformation()).filter(|it| it.base() == address);
    let urls = providers.filter_map(|it| it.body).flat_map(|body| [body.get("url"), body.get("Url")]);
    urls.flatten().any(|url| says(url, is_issuer))
}

/// Whether one of the texts of a node does, those around references included.
fn says(node: &Node, is_issuer: &dyn Fn(&str) -> bool) -> bool {
    match &node.value {
        Value::String(text) | Value::Expression(text) => is_issuer(text),
        Value::Call { arguments: items, .. } | Value::Sequence(items) => items.iter().any(|it| says(it, is_issuer)),
        Value::Map(entries) => entries.iter().any(|entry| says(&entry.value, is_issuer)),
        _ => false,
    }
}

/// Whether a variable tells whose pipeline it is.
fn is_pin(variable: &str) -> bool {
    let claim = variable.rsplit(':').next().unwrap_or(variable);
    matches!(
        claim,
        "sub"
            | "repository"
            | "repository_id"
            | "repository_owner"
            | "repository_owner_id"
            | "job_workflow_ref"
            | "project_path"
            | "namespace_path"
            | "organization_slug"
    )
}

/// Whether a pattern for a subject leaves open whose it is.
fn is_open(pattern: &str) -> bool {
    let owner = pattern.strip_prefix("repo:").or_else(|| pattern.strip_prefix("project_path:")).unwrap_or(pattern);
    owner.split(['/', ':']).next().unwrap_or_default().contains('*')
}
