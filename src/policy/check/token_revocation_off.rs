//! Cognito app clients with token revocation off.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `token_revocation_off.md`.
pub(super) struct TokenRevocationOff;

static META: Meta = Meta {
    id: "token-revocation-off",
    title: "Tokens that cannot be revoked",
    family: Family::Revocation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[613],
    kinds: &["terraform", "cloudformation"],
    nearest: &[],
    page: include_str!("token_revocation_off.md"),
};

impl Check for TokenRevocationOff {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for resource in view.terraform().iter().chain(view.cloudformation()) {
            let key = match &*resource.kind {
                "aws_cognito_user_pool_client" => "enable_token_revocation",
                "AWS::Cognito::UserPoolClient" => "EnableTokenRevocation",
                _ => continue,
            };
            let value = resource.body.and_then(|body| body.get(key));
            if let Some(value) = value.filter(|value| value.as_bool() == Some(false)) {
                let message = format!("tokens of {} stay valid after a logout or a leak", resource.address);
                out.push(view.breach(&META, value.span.clone(), resource.route(key), message));
            }
        }
    }
}
