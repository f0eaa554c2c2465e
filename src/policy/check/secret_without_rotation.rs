//! Secrets of a CloudFormation template that no schedule rotates.

use crate::finding::Severity;
use crate::policy::dialect::cloudformation::referred;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `secret_without_rotation.md`.
pub(super) struct SecretWithoutRotation;

static META: Meta = Meta {
    id: "secret-without-rotation",
    title: "Stored secret without a rotation schedule",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[324],
    kinds: &["cloudformation"],
    nearest: &["CKV2_AWS_57 (Terraform only)"],
    page: include_str!("secret_without_rotation.md"),
};

impl Check for SecretWithoutRotation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if view.document.is_template {
            return;
        }
        let of_kind = |kind: &'static str| view.cloudformation().iter().filter(move |resource| resource.kind == kind);
        // An attachment stands for the secret it attaches: schedules often name it, to be made after it.
        let attached = |id: &str| {
            of_kind("AWS::SecretsManager::SecretTargetAttachment")
                .find(|attachment| attachment.address == id)
                .and_then(|attachment| referred(attachment.body?.get("SecretId")?))
        };
        let mut rotated = Vec::new();
        for schedule in of_kind("AWS::SecretsManager::RotationSchedule") {
            // A schedule for a secret that this template does not tell: then none of them is known to lack one.
            let Some(id) = schedule.body.and_then(|body| referred(body.get("SecretId")?)) else { return };
            rotated.push(attached(id).unwrap_or(id));
        }
        for secret in of_kind("AWS::SecretsManager::Secret") {
            if !rotated.contains(&secret.address.as_str()) {
                let message = format!("no rotation schedule of this template names the secret {}", secret.address);
                out.push(view.breach(&META, secret.name_span.clone(), secret.address.clone(), message));
            }
        }
    }
}
