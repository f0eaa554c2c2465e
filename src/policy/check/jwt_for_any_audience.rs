//! Tokens for everyone.

use serde_json::Value;

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `jwt_for_any_audience.md`.
pub(super) struct JwtForAnyAudience;

static META: Meta = Meta {
    id: "jwt-for-any-audience",
    title: "JSON Web Token for any audience",
    family: Family::Scope,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[284],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("jwt_for_any_audience.md"),
};

impl Check for JwtForAnyAudience {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        view.tokens(&mut |visited, token, span| {
            let is_any = |value: &Value| value.as_str() == Some("*");
            let anyone = token.payload.get("aud").is_some_and(|audience| match audience {
                Value::Array(all) => all.iter().any(is_any),
                one => is_any(one),
            });
            if anyone {
                let message = "the token that stands here is for any audience (`aud: *`)";
                out.push(view.breach(&META, span, visited.route(), message).secret());
            }
        });
    }
}
