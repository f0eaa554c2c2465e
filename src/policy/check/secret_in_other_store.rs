//! Credentials that are kept elsewhere than the policy says.

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::inventory::{Tree, TreeBreach};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `secret_in_other_store.md`.
pub(super) struct SecretInOtherStore;

static META: Meta = Meta {
    id: "secret-in-other-store",
    title: "Secret in a store that the policy does not allow",
    family: Family::Storage,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.storage.<kind>"),
    cwe: &[522],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("secret_in_other_store.md"),
};

impl Check for SecretInOtherStore {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, _: &View<'_>, _: &mut Vec<Breach>) {}

    fn reads_tree(&self, settings: &PolicySettings) -> bool {
        settings.states_storage()
    }

    fn check_tree(&self, tree: &Tree<'_>, out: &mut Vec<TreeBreach>) {
        if !tree.settings.states_storage() {
            return;
        }
        for holding in tree.holdings.iter().filter(|it| it.is_credential()) {
            let Some(store) = holding.store else { continue };
            let entries = holding.entries.iter().filter_map(|entry| tree.settings.inventory()[*entry].kind.as_deref());
            let kinds: Vec<&str> = entries.chain([holding.kind(tree.settings)]).collect();
            let Some(threshold) = tree.settings.storage(&kinds).and_then(|stores| stores.objection(store)) else {
                continue;
            };
            let message = format!("{} is kept in {}", holding.words(tree.settings), store.id());
            let breach = tree.breach(&META, holding, message);
            out.extend(breach.map(|breach| TreeBreach { threshold: Some(threshold), ..breach }));
        }
    }
}
