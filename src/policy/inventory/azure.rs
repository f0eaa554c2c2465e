//! Azure Key Vault: identifiers of secrets, and the references of App Service.

use super::scan::{ahead, token};
use super::{Mention, ReferenceKind};

/// What hosts of vaults end with, in the clouds that there are.
const HOSTS: [&str; 3] = [".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net"];

const SCHEME: &str = "https://";

/// `https://VAULT.vault.azure.net/secrets/NAME`, `@Microsoft.KeyVault(VaultName=VAULT;SecretName=NAME)`.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    for host in HOSTS {
        for at in memchr::memmem::find_iter(text.as_bytes(), host.as_bytes()) {
            // A vault's name has 24 characters at most; an expression in its place may be longer.
            let near = &text.as_bytes()[at.saturating_sub(128)..at];
            let Some(back) = memchr::memmem::rfind(near, SCHEME.as_bytes()) else { continue };
            let start = at - near.len() + back;
            let range = token(text, start);
            let (vault, rest) = (&text[start + SCHEME.len()..at], &text[(at + host.len()).min(range.end)..range.end]);
            let Some(secret) = rest.strip_prefix("/secrets/").or_else(|| rest.strip_prefix(":443/secrets/")) else {
                continue;
            };
            let secret = secret.split(['/', '?', '#']).next().unwrap_or(secret);
            if !secret.is_empty() && !vault.contains('/') {
                let name = format!("{}/{secret}", vault.to_ascii_lowercase());
                out.push(Mention::new(ReferenceKind::KeyVaultSecret, name, range));
            }
        }
    }
    const CALL: &str = "@Microsoft.KeyVault(";
    for at in memchr::memmem::find_iter(text.as_bytes(), CALL.as_bytes()) {
        let inner = at + CALL.len();
        let Some(length) = ahead(text, inner).find(')') else { continue };
        let fields = text[inner..inner + length].split(';').filter_map(|field| field.split_once('='));
        let field = |name: &str| {
            let mut fields = fields.clone();
            fields.find_map(|(key, value)| key.trim().eq_ignore_ascii_case(name).then(|| value.trim()))
        };
        // One with an identifier was found as that.
        if let (Some(vault), Some(secret)) = (field("VaultName"), field("SecretName")) {
            let name = format!("{}/{secret}", vault.to_ascii_lowercase());
            out.push(Mention::new(ReferenceKind::KeyVaultSecret, name, at..inner + length + 1));
        }
    }
}
