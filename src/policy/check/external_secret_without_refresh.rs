//! ExternalSecrets that copy once.

use std::time::Duration;

use crate::config::policy::duration;
use crate::document::Node;
use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::dialect::kubernetes::Object;
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `external_secret_without_refresh.md`.
pub(super) struct ExternalSecretWithoutRefresh;

static META: Meta = Meta {
    id: "external-secret-without-refresh",
    title: "Copied secret that is never refreshed, or too seldom",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.secret-refresh: 24h"),
    cwe: &[],
    kinds: &["kubernetes"],
    nearest: &[],
    page: include_str!("external_secret_without_refresh.md"),
};

impl Check for ExternalSecretWithoutRefresh {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        for object in view.kubernetes.iter().filter(|object| object.group == "external-secrets.io") {
            let key: &[&str] = match object.kind {
                "ExternalSecret" | "PushSecret" => &["spec"],
                "ClusterExternalSecret" => &["spec", "externalSecretSpec"],
                _ => continue,
            };
            let Some(spec) = object.node.path(key).filter(|spec| !is_generated(spec)) else { continue };
            let policy = spec.get("refreshPolicy").filter(|node| is_known(node));
            if let Some(node) = policy.filter(|node| matches!(node.as_str(), Some("CreatedOnce" | "OnChange"))) {
                out.push(breach(view, object, &key.join("."), "refreshPolicy", node));
                continue;
            }
            let Some(node) = spec.get("refreshInterval").filter(|node| is_known(node)) else { continue };
            let Some(length) = node.as_text().and_then(length) else { continue };
            let limit = view.settings.lifetime("secret-refresh").filter(|limit| length > limit.length);
            match limit {
                _ if length.is_zero() => out.push(breach(view, object, &key.join("."), "refreshInterval", node)),
                Some(limit) => {
                    let message = format!(
                        "{} looks for a new value every {}, the policy allows {}",
                        object.address,
                        duration::display(length),
                        limit.text
                    );
                    let found = breach(view, object, &key.join("."), "refreshInterval", node);
                    out.push(Breach { message, ..found.threshold(limit.threshold()) });
                }
                None => {}
            }
        }
    }
}

/// Whether every source is a generator: what it makes anew nobody else knows yet, so that once may be what is meant.
fn is_generated(spec: &Node) -> bool {
    let sources: Vec<&Node> = spec.maps("data").chain(spec.maps("dataFrom")).collect();
    let is_generator = |source: &&Node| source.path(&["sourceRef", "generatorRef"]).is_some();
    !sources.is_empty() && sources.iter().all(is_generator)
}

/// One whose value never comes anew.
fn breach(view: &View<'_>, object: &Object<'_>, spec: &str, field: &str, node: &Node) -> Breach {
    let message = format!("a value that is rotated in its store never reaches {}", object.address);
    view.breach(&META, node.span.clone(), object.route(&format!("{spec}.{field}")), message)
}

fn length(text: &str) -> Option<Duration> {
    if text == "0" { Some(Duration::ZERO) } else { duration::parse(text) }
}
