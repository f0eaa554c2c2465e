//! Vault servers whose listener has TLS switched off.

use crate::document::Node;
use crate::document::kind::FileKind;
use crate::finding::Severity;
use crate::policy::literal::is_reference;
use crate::policy::loopback::is_plain_http;
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
    kinds: &["vault-hcl", "vault-json"],
    nearest: &[],
    page: include_str!("vault_listener_without_tls.md"),
};

impl Check for VaultListenerWithoutTls {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !matches!(view.document.kind, FileKind::Hcl | FileKind::Json) || !view.mentions(&["listener"]) {
            return;
        }
        for root in &view.document.roots {
            // Vault and OpenBao keep their data in one of these; other servers have listeners of the same form.
            if !["storage", "ha_storage", "seal", "backend"].iter().any(|block| root.entry(block).is_some()) {
                continue;
            }
            let first = out.len();
            for listener in root.maps("listener").flat_map(|listener| listener.maps("tcp")) {
                let address = listener.get("address").and_then(Node::as_str).unwrap_or("127.0.0.1:8200");
                let is_off = |node: &&Node| node.as_bool() == Some(true) || node.as_number() == Some(1.0);
                if let Some(off) = listener.get("tls_disable").filter(is_off).filter(|_| !is_local(address)) {
                    let message = "secrets and tokens travel in the clear on this listener";
                    let route = format!("listener.tcp[{address}].tls_disable");
                    out.push(view.breach(&META, off.span.clone(), route, message));
                }
            }
            if out.len() > first {
                continue;
            }
            if let Some(node) = root.get("api_addr").filter(|_| root.maps("listener").next().is_some())
                && node.as_str().is_some_and(|address| is_plain_http(address) && !is_reference(address))
            {
                let message = "clients and other servers are told to send their tokens in the clear";
                out.push(view.breach(&META, node.span.clone(), "api_addr", message));
            }
        }
    }
}

/// Whether only the machine itself reaches the address.
fn is_local(address: &str) -> bool {
    ["127.", "localhost", "[::1]"].iter().any(|start| address.starts_with(start))
}
