//! Credentials that the inventory does not list, and entries of it that nothing uses.

use crate::config::policy::{InventoryMode, PolicySettings};
use crate::finding::Severity;
use crate::policy::inventory::{Identity, Tree, TreeBreach};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `credential_outside_inventory.md`.
pub(super) struct CredentialOutsideInventory;

static META: Meta = Meta {
    id: "credential-outside-inventory",
    title: "Credential that the inventory does not list",
    family: Family::Inventory,
    severity: Severity::Low,
    preset: Preset::Minimal,
    threshold: Some("policy.inventory.mode = off"),
    cwe: &[],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("credential_outside_inventory.md"),
};

impl Check for CredentialOutsideInventory {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, _: &View<'_>, _: &mut Vec<Breach>) {}

    fn reads_tree(&self, settings: &PolicySettings) -> bool {
        settings.inventory_mode() == InventoryMode::Strict
    }

    fn check_tree(&self, tree: &Tree<'_>, out: &mut Vec<TreeBreach>) {
        if !self.reads_tree(tree.settings) {
            return;
        }
        for holding in tree.holdings.iter().filter(|it| it.is_credential()) {
            let message = match holding.identity {
                Identity::Entry(_) if tree.is_whole => format!("nothing here uses {}", holding.name),
                Identity::Entry(_) => continue,
                // What has no name cannot be listed.
                _ if !holding.entries.is_empty() || holding.name.is_empty() => continue,
                _ => format!("the inventory does not list {}", holding.words(tree.settings)),
            };
            out.extend(
                tree.breach(&META, holding, message)
                    .map(|breach| TreeBreach { threshold: Some(tree.settings.inventory_threshold()), ..breach }),
            );
        }
    }
}
