//! Tokens in configuration that were issued for too long.

use std::time::Duration;

use crate::config::policy::duration;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `long_lived_jwt.md`.
pub(super) struct LongLivedJwt;

static META: Meta = Meta {
    id: "long-lived-jwt",
    title: "JSON Web Token that lives longer than the policy allows",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.jwt: 1h; refresh-token: 30d"),
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
        view.tokens(&mut |visited, token, span| {
            let kind = if token.is_refresh_token() { "refresh-token" } else { "jwt" };
            let Some(limit) = view.settings.lifetime(kind) else { return };
            let start = token.time("iat").or_else(|| token.time("nbf"));
            let (Some(start), Some(end)) = (start, token.time("exp")) else { return };
            let Ok(length) = Duration::try_from_secs_f64(end - start) else { return };
            if length > limit.length {
                let message = format!(
                    "the token that stands here lives for {}, the policy allows {}",
                    duration::display(length),
                    limit.text
                );
                out.push(view.breach(&META, span, visited.route(), message).secret().threshold(limit.threshold()));
            }
        });
    }
}
