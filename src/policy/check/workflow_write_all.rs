//! `permissions: write-all` in a workflow.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `workflow_write_all.md`.
pub(super) struct WorkflowWriteAll;

static META: Meta = Meta {
    id: "workflow-write-all",
    title: "Workflow token with every permission",
    family: Family::Scope,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[],
    kinds: &["github-actions"],
    nearest: &["CKV2_GHA_1", "zizmor:excessive-permissions"],
    page: include_str!("workflow_write_all.md"),
};

impl Check for WorkflowWriteAll {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let Some(workflow) = &view.workflow else { return };
        for (route, permissions) in workflow.permissions() {
            if permissions.as_str() == Some("write-all") {
                let message = "the workflow's token may write to everything in the repository";
                out.push(view.breach(&META, permissions.span.clone(), route, message));
            }
        }
    }
}
