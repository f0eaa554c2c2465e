//! Action `*` on resource `*`.

use crate::document::Node;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `iam_wildcard.md`.
pub(super) struct IamWildcard;

static META: Meta = Meta {
    id: "iam-wildcard",
    title: "IAM policy that allows everything",
    family: Family::Scope,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[732],
    kinds: &["aws-iam", "terraform", "cloudformation"],
    nearest: &["CKV_AWS_1", "CKV_AWS_62", "CKV_AWS_63", "AWS-0057"],
    page: include_str!("iam_wildcard.md"),
};

impl Check for IamWildcard {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            // With a principal it is the policy of a resource, where the resource can only be that one.
            if !statement.allows() || statement.has_principal() || statement.has_condition() {
                continue;
            }
            let is_all = |node: &&Node| matches!(node.as_str(), Some("*" | "*:*"));
            let action = statement.actions().into_iter().find(is_all);
            let Some(resource) = statement.everything("*") else { continue };
            let (action, message, severity) = match (action, statement.excepted_action()) {
                (Some(action), _) => (action, "the statement allows every action on every resource", META.severity),
                // An action that is made later has a name that the list does not know.
                (None, Some(excepted)) => {
                    let message = "the statement allows every action but those listed, on every resource";
                    (excepted, message, Severity::High)
                }
                (None, None) => continue,
            };
            let breach = view.breach(&META, action.span.clone(), statement.route.clone(), message).severity(severity);
            out.push(breach.related("on every resource", resource.span.clone()));
        }
    }
}
