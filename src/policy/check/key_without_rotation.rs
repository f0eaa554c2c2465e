//! KMS keys of AWS and Google Cloud whose rotation is off.

use crate::finding::Severity;
use crate::policy::dialect::{Field, Resource, field};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `key_without_rotation.md`.
pub(super) struct KeyWithoutRotation;

static META: Meta = Meta {
    id: "key-without-rotation",
    title: "Encryption key that is never rotated",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[324],
    kinds: &["terraform", "cloudformation"],
    nearest: &["CKV_AWS_7", "CKV_GCP_43", "AWS-0065", "GCP-0065"],
    page: include_str!("key_without_rotation.md"),
};

impl Check for KeyWithoutRotation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for resource in view.terraform().iter().chain(view.cloudformation()) {
            match &*resource.kind {
                "aws_kms_key" => aws(view, resource, &TERRAFORM, out),
                "AWS::KMS::Key" => aws(view, resource, &CLOUDFORMATION, out),
                "google_kms_crypto_key" => google(view, resource, out),
                _ => {}
            }
        }
    }
}

/// What the properties of an AWS key are called.
struct Names {
    rotation: &'static str,
    enabled: &'static str,
    specs: &'static [&'static str],
    usage: &'static str,
    /// Properties whose presence says that AWS does not hold the key material.
    foreign: &'static [&'static str],
}

static TERRAFORM: Names = Names {
    rotation: "enable_key_rotation",
    enabled: "is_enabled",
    specs: &["customer_master_key_spec", "key_spec"],
    usage: "key_usage",
    foreign: &["custom_key_store_id", "xks_key_id"],
};

static CLOUDFORMATION: Names = Names {
    rotation: "EnableKeyRotation",
    enabled: "Enabled",
    specs: &["KeySpec"],
    usage: "KeyUsage",
    foreign: &["Origin"],
};

fn aws(view: &View<'_>, resource: &Resource<'_>, names: &Names, out: &mut Vec<Breach>) {
    let Some(body) = resource.body else { return };
    let is = |key: &str, value: &str| match field(body, key) {
        Field::Absent => true,
        Field::Literal(node) => node.as_text() == Some(value),
        Field::Unknown => false,
    };
    let is_symmetric =
        names.specs.iter().all(|spec| is(spec, "SYMMETRIC_DEFAULT")) && is(names.usage, "ENCRYPT_DECRYPT");
    let is_foreign =
        names.foreign.iter().any(|key| body.entry(key).is_some_and(|e| e.value.as_str() != Some("AWS_KMS")));
    let is_disabled = matches!(field(body, names.enabled), Field::Literal(node) if node.as_bool() == Some(false));
    if !is_symmetric || is_foreign || is_disabled {
        return;
    }
    let span = match field(body, names.rotation) {
        Field::Absent => resource.name_span.clone(),
        Field::Literal(node) if node.as_bool() == Some(false) => node.span.clone(),
        _ => return,
    };
    let message = format!("the key {} is never rotated", resource.address);
    out.push(view.breach(&META, span, resource.route(names.rotation), message));
}

fn google(view: &View<'_>, resource: &Resource<'_>, out: &mut Vec<Breach>) {
    let Some(body) = resource.body else { return };
    let encrypts = match field(body, "purpose") {
        Field::Absent => true,
        Field::Literal(node) => node.as_str() == Some("ENCRYPT_DECRYPT"),
        Field::Unknown => false,
    };
    // Keys whose material comes from outside cannot be rotated by the service.
    let is_foreign = ["import_only", "skip_initial_version_creation", "crypto_key_backend"]
        .iter()
        .any(|key| body.entry(key).is_some_and(|entry| entry.value.as_bool() != Some(false)));
    if encrypts && !is_foreign && matches!(field(body, "rotation_period"), Field::Absent) {
        let message = format!("the key {} is never rotated", resource.address);
        out.push(view.breach(&META, resource.name_span.clone(), resource.route("rotation_period"), message));
    }
}
