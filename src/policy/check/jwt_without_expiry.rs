//! Tokens in configuration whose payload has no `exp`.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `jwt_without_expiry.md`.
pub(super) struct JwtWithoutExpiry;

static META: Meta = Meta {
    id: "jwt-without-expiry",
    title: "JSON Web Token that never expires",
    family: Family::Lifetime,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[613],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("jwt_without_expiry.md"),
};

impl Check for JwtWithoutExpiry {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        view.tokens(&mut |visited, token, span| {
            if token.time("exp").is_none() {
                out.push(
                    view.breach(&META, span, visited.route(), "the token that stands here has no expiry").secret(),
                );
            }
        });
    }
}
