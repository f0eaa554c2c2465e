//! KMS keys that anyone may use.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `key_policy_open.md`.
pub(super) struct KeyPolicyOpen;

static META: Meta = Meta {
    id: "key-policy-open",
    title: "Encryption key that anyone may use",
    family: Family::Scope,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[732],
    kinds: &["terraform", "cloudformation"],
    nearest: &["CKV_AWS_33"],
    page: include_str!("key_policy_open.md"),
};

/// Resources whose policy says who may use a key or read a secret.
const OWNERS: [&str; 8] = [
    "aws_kms_key",
    "aws_kms_key_policy",
    "aws_kms_replica_key",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_policy",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::SecretsManager::ResourcePolicy",
];

impl Check for KeyPolicyOpen {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for statement in view.statements() {
            let is_own = OWNERS.contains(&statement.owner.as_str());
            if !is_own || !statement.allows() || statement.has_condition() {
                continue;
            }
            let anyone = statement
                .principals()
                .into_iter()
                .find(|(kind, node)| matches!(*kind, "*" | "AWS") && node.as_str() == Some("*"));
            if let Some((_, node)) = anyone {
                let message = format!("the policy of the {} lets any account of AWS in", statement.owner);
                out.push(view.breach(&META, node.span.clone(), statement.route.clone(), message));
            }
        }
    }
}
