//! Vault servers whose listener has TLS switched off.

use crate::document::Node;
use crate::document::kind::FileKind;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `vault_listener_without_tls.md`.
pub(super) struct VaultListenerWithoutTls;

static META: Meta = Meta {
    id: "vault-listener-without-tls",
    title: "Secret store that listens without TLS",
    family: Family::Transport,
    severity: Severity::Critical,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[319],
    kinds: &["vault-hcl"],
    nearest: &[],
    page: include_str!("vault_listener_without_tls.md"),
};

impl Check for VaultListenerWithoutTls {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if view.document.kind != FileKind::Hcl {
            return;
        }
        for root in &view.document.roots {
            // Vault and OpenBao keep their data in one of these; other servers have listeners of the same form.
            if !["storage", "ha_storage", "seal", "backend"].iter().any(|block| root.entry(block).is_some()) {
                continue;
            }
            for listener in root.all("listener").flat_map(|listener| listener.value.all("tcp")) {
                let address = listener.value.get("address").and_then(Node::as_str).unwrap_or("127.0.0.1:8200");
                let is_local = ["127.", "localhost", "[::1]"].iter().any(|start| address.starts_with(start));
                let off = listener
                    .value
                    .get("tls_disable")
                    .filter(|node| node.as_bool() == Some(true) || node.as_number() == Some(1.0));
                if let Some(off) = off.filter(|_| !is_local) {
                    let message = "secrets and tokens travel in the clear on this listener";
                    out.push(view.breach(
                        &META,
                        off.span.clone(),
                        format!("listener.tcp[{address}].tls_disable"),
                        message,
                    ));
                }
            }
        }
    }
}
