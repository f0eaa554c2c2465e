//! HashiCorp Vault and OpenBao: paths in values, in templates and annotations of the agent, and in Terraform's data sources.

use super::scan::{beginnings, token};
use super::{Finder, Mention, ReferenceKind};
use crate::document::Node;
use crate::policy::dialect::is_known;

/// `vault:PATH#KEY`, and `{{ with secret "PATH" }}` in a template.
pub(super) fn mentions(text: &str, out: &mut Vec<Mention>) {
    for at in beginnings(text, "vault:") {
        let range = token(text, at);
        let path = &text[at + "vault:".len()..range.end];
        // `vault:v1:…` is a ciphertext, `vault:8200/…` a host, `vault://…` a scheme.
        let engine = path.split('/').next().unwrap_or(path);
        let is_port = engine.bytes().all(|byte| byte.is_ascii_digit());
        let is_path = path.contains('/') && !path.contains(':') && !is_port;
        if is_path {
            out.push(Mention::new(ReferenceKind::VaultPath, normalised(path), range));
        }
    }
    let mut from = 0;
    while let Some(open) = text[from..].find("{{").map(|at| from + at) {
        let Some(length) = text[open..].find("}}") else { break };
        from = open + length;
        let action = &text[open..open + length];
        for call in ["secret \"", "secret `"] {
            let Some(found) = beginnings(action, call).next() else { continue };
            let start = found + call.len();
            let Some(end) = action[start..].find(['"', '`']).map(|end| start + end) else { continue };
            let range = open + start..open + end;
            out.push(Mention::new(ReferenceKind::VaultPath, normalised(&action[start..end]), range));
        }
    }
}

/// The agent's annotations, and what Terraform reads and makes in Vault.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    const ANNOTATION: &str = "vault.hashicorp.com/agent-inject-secret-";
    let view = finder.view;
    let mut found = Vec::new();
    if view.mentions(&[ANNOTATION]) {
        view.strings(&mut |visited, path| {
            if visited.trail.key().is_some_and(|key| key.starts_with(ANNOTATION)) && path.contains('/') {
                found.push((normalised(path), visited.node.span.clone()));
            }
        });
    }
    for resource in view.terraform() {
        let kind = super::terraform::kind(resource).strip_prefix("vault_").unwrap_or_default();
        let holds = (kind.contains("secret") || kind.contains("credentials"))
            && (!kind.contains("backend") || kind.ends_with("secret_id"));
        let Some(body) = resource.body.filter(|_| holds) else { continue };
        let known = |key: &str| body.get(key).filter(|node| is_known(node)).and_then(Node::as_str);
        match (known("path").or_else(|| known("name")), known("mount")) {
            (Some(name), Some(mount)) => {
                found.push((normalised(&format!("{mount}/{name}")), span(body, resource.name_span.clone())))
            }
            (Some(path), None) if body.entry("mount").is_none() => {
                found.push((normalised(path), span(body, resource.name_span.clone())));
            }
            _ => found.push((super::terraform::addressed(view, &resource.address), resource.name_span.clone())),
        }
    }
    for (name, span) in found {
        finder.add(ReferenceKind::VaultPath, &name, &span);
    }
}

fn span(body: &Node, otherwise: std::ops::Range<usize>) -> std::ops::Range<usize> {
    ["path", "name"].into_iter().find_map(|key| body.get(key)).map_or(otherwise, |node| node.span.clone())
}

/// A path as people write it: what the interface of the second version of the key-value engine puts in (`secret/data/app`) is
/// left out, so that both forms are one.
fn normalised(path: &str) -> String {
    let path = path.trim().trim_matches('/');
    match path.split_once('/') {
        Some((engine, rest)) => format!("{engine}/{}", rest.strip_prefix("data/").unwrap_or(rest)),
        None => path.to_owned(),
    }
}
