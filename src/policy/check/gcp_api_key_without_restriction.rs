//! Google API keys without a restriction to services.

use crate::finding::Severity;
use crate::policy::dialect::terraform::may_have_block;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `gcp_api_key_without_restriction.md`.
pub(super) struct GcpApiKeyWithoutRestriction;

static META: Meta = Meta {
    id: "gcp-api-key-without-restriction",
    title: "Google API key that calls every service",
    family: Family::Restriction,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[],
    kinds: &["terraform"],
    nearest: &[],
    page: include_str!("gcp_api_key_without_restriction.md"),
};

impl Check for GcpApiKeyWithoutRestriction {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for resource in view.terraform().iter().filter(|resource| resource.kind == "google_apikeys_key") {
            let Some(body) = resource.body else { continue };
            if may_have_block(body, "restrictions") {
                continue;
            }
            let mut restrictions = body.maps("restrictions").peekable();
            let is_open = restrictions.peek().is_none()
                || restrictions
                    .any(|block| block.entry("api_targets").is_none() && !may_have_block(block, "api_targets"));
            if is_open {
                let message = format!("{} works for every service that the project has switched on", resource.address);
                let route = resource.route("restrictions.api_targets");
                out.push(view.breach(&META, resource.name_span.clone(), route, message));
            }
        }
    }
}
