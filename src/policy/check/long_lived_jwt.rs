//! Tokens in configuration that were issued for too long.

use std::time::Duration;

use crate::config::policy::duration;
use crate::finding::Severity;
use crate::policy::jwt;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `long_lived_jwt.md`.
pub(super) struct LongLivedJwt;

static META: Meta = Meta {
    id: "long-lived-jwt",
    title: "JSON Web Token that lives longer than the policy allows",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.jwt: 1h"),
    cwe: &[613],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("long_lived_jwt.md"),
};

impl Check for LongLivedJwt {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.mentions(&["eyJ"]) {
            return;
        }
        let Some(limit) = view.settings.lifetime("jwt") else { return };
        view.strings(&mut |visited, text| {
            for token in jwt::find(text) {
                let start = token.time("iat").or_else(|| token.time("nbf"));
                let (Some(start), Some(end)) = (start, token.time("exp")) else { continue };
                let Ok(length) = Duration::try_from_secs_f64(end - start) else { continue };
                if length > limit.length {
                    let span = view.locate(visited.node, &text[token.range.clone()]);
                    let message = format!(
                        "the token that stands here lives for {}, the policy allows {}",
                        duration::display(length),
                        limit.text
                    );
                    out.push(view.breach(&META, span, visited.route(), message).secret().threshold(limit.threshold()));
                }
            }
        });
    }
}
