//! Tokens for everyone.

use serde_json::Value;

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, jwt};

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
        if !view.mentions(&["eyJ"]) {
            return;
        }
        view.strings(&mut |visited, text| {
            for token in jwt::find(text) {
                let is_any = |value: &Value| value.as_str() == Some("*");
                let audience = token.payload.get("aud");
                let anyone = audience.is_some_and(|aud| match aud {
                    Value::Array(all) => all.iter().any(is_any),
                    one => is_any(one),
                });
                if anyone {
                    let span = view.locate(visited.node, &text[token.range.clone()]);
                    let message = "the token that stands here is for any audience (`aud: *`)";
                    out.push(view.breach(&META, span, visited.route(), message).secret());
                }
            }
        });
    }
}
