//! Credentials that nobody answers for.

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::inventory::{Tree, TreeBreach};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `secret_without_owner.md`.
pub(super) struct SecretWithoutOwner;

static META: Meta = Meta {
    id: "secret-without-owner",
    title: "Credential without an owner",
    family: Family::Inventory,
    severity: Severity::Low,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("secret_without_owner.md"),
};

impl Check for SecretWithoutOwner {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, _: &View<'_>, _: &mut Vec<Breach>) {}

    fn reads_tree(&self, settings: &PolicySettings) -> bool {
        settings.states_owners()
    }

    fn check_tree(&self, tree: &Tree<'_>, out: &mut Vec<TreeBreach>) {
        if !tree.settings.states_owners() {
            return;
        }
        for holding in tree.holdings.iter().filter(|it| it.is_credential() && it.owners.is_empty()) {
            let words = holding.words(tree.settings);
            out.extend(tree.breach(&META, holding, format!("nobody is said to answer for {words}")));
        }
    }
}
