//! A workflow without any `permissions`.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `workflow_without_permissions.md`.
pub(super) struct WorkflowWithoutPermissions;

static META: Meta = Meta {
    id: "workflow-without-permissions",
    title: "Workflow that leaves its token at the default",
    family: Family::Scope,
    severity: Severity::Low,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["github-actions"],
    nearest: &["zizmor:excessive-permissions", "CKV2_GHA_1"],
    page: include_str!("workflow_without_permissions.md"),
};

impl Check for WorkflowWithoutPermissions {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let Some(workflow) = &view.workflow else { return };
        // A workflow that is only called gets what its caller has.
        let is_only_called = workflow.events() == ["workflow_call"];
        let may_permit = workflow.root.is_open() || workflow.root.entry("permissions").is_some();
        if is_only_called || may_permit {
            return;
        }
        let open: Vec<_> = workflow.jobs.iter().filter(|job| job.value.entry("permissions").is_none()).collect();
        if open.is_empty() {
            return;
        }
        let message = format!("{} of {} jobs run with the default token permissions", open.len(), workflow.jobs.len());
        let mut breach = view.breach(&META, workflow.jobs_span.clone(), "jobs", message);
        for job in open.iter().take(10) {
            breach = breach.related(format!("job {} without permissions", job.key), job.key_span.clone());
        }
        out.push(breach);
    }
}
