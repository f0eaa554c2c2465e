//! Azure Key Vault secrets and keys without an expiry, or with one that is none.

use crate::finding::Severity;
use crate::policy::date;
use crate::policy::dialect::is_known;
use crate::policy::dialect::terraform::may_have_block;
use crate::policy::dialect::{Field, field};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `key_vault_secret_without_expiry.md`.
pub(super) struct KeyVaultSecretWithoutExpiry;

static META: Meta = Meta {
    id: "key-vault-secret-without-expiry",
    title: "Key Vault secret or key that does not expire in time",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.key-vault-secret: 365d"),
    cwe: &[324],
    kinds: &["terraform"],
    nearest: &["CKV_AZURE_40", "CKV_AZURE_41", "AZU-0014", "AZU-0017"],
    page: include_str!("key_vault_secret_without_expiry.md"),
};

impl Check for KeyVaultSecretWithoutExpiry {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let Some(limit) = view.settings.lifetime("key-vault-secret") else { return };
        for resource in view.terraform() {
            let Some(body) = resource.body else { continue };
            let has_own_policy = match &*resource.kind {
                "azurerm_key_vault_secret" => false,
                // A key's own rotation policy gives each version its end.
                "azurerm_key_vault_key" => {
                    body.entry("rotation_policy").is_some() || may_have_block(body, "rotation_policy")
                }
                _ => continue,
            };
            let address = &resource.address;
            let counted = body.get("expiration_date").filter(|node| !is_known(node));
            let counted = counted.and_then(|node| Some((node, date::of(node, view.now)?)));
            let (span, message) = match field(body, "expiration_date") {
                _ if counted.is_some_and(|(_, end)| end.duration_since(view.now).unsigned_abs() > limit.length) => {
                    let span = counted.map_or(0..0, |(node, _)| node.span.clone());
                    (span, format!("{address} expires later than {} from now", limit.text))
                }
                Field::Absent if !has_own_policy => (resource.name_span.clone(), format!("{address} never expires")),
                Field::Literal(node) => match node.as_str().and_then(date::parse) {
                    Some(end) if end <= view.now => (node.span.clone(), format!("{address} has expired")),
                    Some(end) if end.duration_since(view.now).unsigned_abs() > limit.length => {
                        (node.span.clone(), format!("{address} expires later than {} from now", limit.text))
                    }
                    _ => continue,
                },
                _ => continue,
            };
            let breach = view.breach(&META, span, resource.route("expiration_date"), message);
            out.push(breach.threshold(limit.threshold()));
        }
    }
}
