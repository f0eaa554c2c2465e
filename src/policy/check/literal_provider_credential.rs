//! Literals in the credential fields of `provider` blocks.

use crate::document::kind::FileKind;
use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::literal::is_placeholder;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `literal_provider_credential.md`.
pub(super) struct LiteralProviderCredential;

static META: Meta = Meta {
    id: "literal-provider-credential",
    title: "Credential written into a Terraform provider",
    family: Family::Storage,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[798],
    kinds: &["terraform"],
    nearest: &["CKV_AWS_41", "CKV_LIN_1", "CKV_OCI_1", "CKV_PAN_1", "CKV_OPENSTACK_1"],
    page: include_str!("literal_provider_credential.md"),
};

const FIELDS: [&str; 11] = [
    "access_key",
    "secret_key",
    "token",
    "password",
    "api_key",
    "api_token",
    "app_key",
    "client_secret",
    "secret",
    "private_key",
    "auth_token",
];

impl Check for LiteralProviderCredential {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let is_terraform = view.document.kind == FileKind::Hcl || view.subject.path.ends_with(b".tf.json");
        if !is_terraform {
            return;
        }
        let providers = view.document.roots.iter().flat_map(|root| root.all("provider"));
        for provider in providers.flat_map(|provider| provider.value.entries()) {
            let bodies = std::iter::once(&provider.value).chain(provider.value.items());
            for body in bodies {
                // Aliased providers of one kind are told apart by their alias.
                let alias = body
                    .get("alias")
                    .and_then(|alias| alias.as_str())
                    .map_or(String::new(), |a| format!("[alias={a}]"));
                for entry in body.entries().iter().filter(|entry| FIELDS.contains(&entry.key.as_str())) {
                    let Some(text) = entry.value.as_text().filter(|_| is_known(&entry.value)) else { continue };
                    if text.len() >= 6 && !is_placeholder(text) {
                        let message =
                            format!("{} of the provider {} is written into the file", entry.key, provider.key);
                        let route = format!("provider.{}{alias}.{}", provider.key, entry.key);
                        out.push(view.breach(&META, entry.value.span.clone(), route, message).secret());
                    }
                }
            }
        }
    }
}
