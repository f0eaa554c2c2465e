//! References to one credential from services of several owners.

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::inventory::{Tree, TreeBreach};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `credential_of_many_owners.md`.
pub(super) struct CredentialOfManyOwners;

static META: Meta = Meta {
    id: "credential-of-many-owners",
    title: "One credential for services of several owners",
    family: Family::Isolation,
    severity: Severity::Medium,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[653],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("credential_of_many_owners.md"),
};

impl Check for CredentialOfManyOwners {
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
        for holding in tree.holdings.iter().filter(|it| it.is_credential() && it.entries.is_empty()) {
            if holding.owners.len() > 1 && holding.projects.len() > 1 {
                let words = holding.words(tree.settings);
                let message =
                    format!("{words} is used by {}, of {}", holding.projects.join(", "), holding.owners.join(", "));
                out.extend(tree.breach(&META, holding, message));
            }
        }
    }
}
