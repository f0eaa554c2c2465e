//! Operators that bring secrets into a cluster: External Secrets and Sealed Secrets. Where a store keeps what it has is known
//! of stores in the same file.

use std::collections::HashMap;

use super::kubernetes::{named, namespace};
use super::{Finder, ReferenceKind};
use crate::config::policy::Store;
use crate::document::Node;
use crate::policy::dialect::is_known;
use crate::policy::dialect::kubernetes::Object;

/// Keys that external secrets fetch, the stores they fetch from, and sealed secrets.
pub(super) fn read(finder: &mut Finder<'_, '_>) {
    let view = finder.view;
    let is_store = |it: &&Object<'_>| matches!(it.kind, "SecretStore" | "ClusterSecretStore");
    let name = |it: &Object<'_>| it.node.path(&["metadata", "name"]).and_then(Node::as_text).map(str::to_owned);
    let stores = view.kubernetes.iter().filter(is_store).filter_map(|it| Some((name(it)?, keeps(it)?)));
    let stores: HashMap<String, Store> = stores.collect();
    for object in &view.kubernetes {
        match (object.group, object.kind) {
            ("external-secrets.io", "ExternalSecret") => fetched(finder, object, object.node.get("spec"), &stores),
            ("external-secrets.io", "ClusterExternalSecret") => {
                fetched(finder, object, object.node.path(&["spec", "externalSecretSpec"]), &stores);
            }
            ("external-secrets.io", "SecretStore" | "ClusterSecretStore") => {
                by_name(finder, object, ReferenceKind::SecretStore, keeps(object));
            }
            ("bitnami.com", "SealedSecret") => {
                by_name(finder, object, ReferenceKind::SealedSecret, Some(Store::SealedSecret));
            }
            _ => {}
        }
    }
}

fn by_name(finder: &mut Finder<'_, '_>, object: &Object<'_>, kind: ReferenceKind, store: Option<Store>) {
    let Some(name) = object.node.path(&["metadata", "name"]).filter(|name| is_known(name)) else { return };
    let text = named(object, name.as_text().unwrap_or_default(), None);
    finder.add_in(kind, &text, &name.span, store, namespace(object));
}

/// The remote keys of an external secret.
fn fetched(finder: &mut Finder<'_, '_>, object: &Object<'_>, spec: Option<&Node>, stores: &HashMap<String, Store>) {
    let Some(spec) = spec else { return };
    let store =
        spec.path(&["secretStoreRef", "name"]).and_then(Node::as_text).and_then(|name| stores.get(name)).copied();
    let data = spec.maps("data").filter_map(|item| item.get("remoteRef"));
    let whole = spec.maps("dataFrom").filter_map(|item| item.get("extract"));
    for remote in data.chain(whole) {
        let Some(key) = remote.get("key").filter(|key| is_known(key)) else { continue };
        let mut name = key.as_text().unwrap_or_default().to_owned();
        if let Some(property) = remote.get("property").filter(|it| is_known(it)).and_then(Node::as_text) {
            name.push('#');
            name.push_str(property);
        }
        finder.add_in(ReferenceKind::ExternalSecret, &name, &key.span, store, namespace(object));
    }
}

/// Where a secret store of the operator keeps what it has.
fn keeps(object: &Object<'_>) -> Option<Store> {
    let provider = object.node.path(&["spec", "provider"])?.entries().first()?;
    match provider.key.as_str() {
        "vault" => Some(Store::Vault),
        "aws" => match provider.value.get("service").and_then(Node::as_str) {
            Some("ParameterStore") => Some(Store::AwsParameterStore),
            _ => Some(Store::AwsSecretsmanager),
        },
        "gcpsm" => Some(Store::GcpSecretManager),
        "azurekv" => Some(Store::AzureKeyVault),
        "kubernetes" => Some(Store::KubernetesSecret),
        "gitlab" => Some(Store::GitlabVariable),
        _ => None,
    }
}
