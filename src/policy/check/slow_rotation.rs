//! Rotation intervals above the policy's window.

use std::time::Duration;

use crate::config::policy::duration;
use crate::document::Entry;
use crate::finding::Severity;
use crate::policy::dialect::{Resource, is_known};
use crate::policy::schedule;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `slow_rotation.md`.
pub(super) struct SlowRotation;

static META: Meta = Meta {
    id: "slow-rotation",
    title: "Rotation less often than the policy asks",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.rotation.<kind>: 90d; aws-kms-key 365d"),
    cwe: &[324],
    kinds: &["terraform", "cloudformation"],
    nearest: &["CKV_AWS_304", "CKV_GCP_43"],
    page: include_str!("slow_rotation.md"),
};

impl Check for SlowRotation {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for resource in view.terraform().iter().chain(view.cloudformation()) {
            let Some(body) = resource.body else { continue };
            match &*resource.kind {
                "aws_kms_key" => interval(view, resource, body.entry("rotation_period_in_days"), AWS_KEY, out),
                "AWS::KMS::Key" => interval(view, resource, body.entry("RotationPeriodInDays"), AWS_KEY, out),
                "google_kms_crypto_key" => interval(view, resource, body.entry("rotation_period"), GCP_KEY, out),
                "aws_secretsmanager_secret_rotation" => {
                    for rules in body.maps("rotation_rules") {
                        interval(view, resource, rules.entry("automatically_after_days"), AWS_SECRET, out);
                        interval(view, resource, rules.entry("schedule_expression"), AWS_SECRET, out);
                    }
                }
                "AWS::SecretsManager::RotationSchedule" => {
                    for rules in body.maps("RotationRules") {
                        interval(view, resource, rules.entry("AutomaticallyAfterDays"), AWS_SECRET, out);
                        interval(view, resource, rules.entry("ScheduleExpression"), AWS_SECRET, out);
                    }
                }
                "google_secret_manager_secret" => {
                    for rotation in body.maps("rotation") {
                        interval(view, resource, rotation.entry("rotation_period"), GCP_SECRET, out);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Kinds of limits, most specific first.
const AWS_KEY: &[&str] = &["aws-kms-key", "kms-key"];
const GCP_KEY: &[&str] = &["gcp-kms-key", "kms-key"];
const AWS_SECRET: &[&str] = &["aws-secretsmanager", "aws"];
const GCP_SECRET: &[&str] = &["gcp-secret-manager", "gcp"];

fn interval(view: &View<'_>, resource: &Resource<'_>, entry: Option<&Entry>, kinds: &[&str], out: &mut Vec<Breach>) {
    let Some(entry) = entry.filter(|entry| is_known(&entry.value)) else { return };
    let node = &entry.value;
    let is_days = matches!(entry.key.as_str(), "rotation_period_in_days" | "automatically_after_days")
        || entry.key.ends_with("Days");
    let length = if is_days {
        node.as_number().and_then(|days| Duration::try_from_secs_f64(days * 86_400.0).ok())
    } else {
        node.as_str().and_then(|text| schedule::longest_gap(text).or_else(|| duration::parse(text)))
    };
    let limit = view.settings.rotation(kinds);
    if let Some(length) = length.filter(|length| *length > limit.length) {
        let message = format!(
            "{} rotates every {}, the policy asks for {}",
            resource.address,
            duration::display(length),
            limit.text
        );
        let breach = view.breach(&META, node.span.clone(), resource.route(&entry.key), message);
        out.push(breach.threshold(limit.threshold()));
    }
}
