//! `secrets: inherit` at the call of a reusable workflow.

use crate::document::Node;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `secrets_inherit.md`.
pub(super) struct SecretsInherit;

static META: Meta = Meta {
    id: "secrets-inherit",
    title: "Every secret handed to a called workflow",
    family: Family::Scope,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["github-actions"],
    nearest: &["zizmor:secrets-inherit"],
    page: include_str!("secrets_inherit.md"),
};

impl Check for SecretsInherit {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let Some(workflow) = &view.workflow else { return };
        for job in workflow.jobs {
            let Some(secrets) = job.value.get("secrets").filter(|secrets| secrets.as_str() == Some("inherit")) else {
                continue;
            };
            let callee = job.value.get("uses").and_then(Node::as_str).unwrap_or_default();
            let is_own = callee.starts_with("./");
            let whose = if is_own { "another workflow of this repository" } else { "a workflow of another repository" };
            let message = format!("job {} hands every secret to {whose}", job.key);
            let breach = view.breach(&META, secrets.span.clone(), format!("jobs.{}.secrets", job.key), message);
            out.push(if is_own { breach.severity(Severity::Low) } else { breach });
        }
    }
}
