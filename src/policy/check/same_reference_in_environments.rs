//! References to one stored secret from files of several environments.

use crate::config::policy::PolicySettings;
use crate::finding::Severity;
use crate::policy::inventory::{Identity, ReferenceKind, Tree, TreeBreach};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `same_reference_in_environments.md`.
pub(super) struct SameReferenceInEnvironments;

static META: Meta = Meta {
    id: "same-reference-in-environments",
    title: "One secret of a vault in two environments",
    family: Family::Isolation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[653],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("same_reference_in_environments.md"),
};

impl Check for SameReferenceInEnvironments {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, _: &View<'_>, _: &mut Vec<Breach>) {}

    fn reads_tree(&self, settings: &PolicySettings) -> bool {
        settings.states_environments()
    }

    fn check_tree(&self, tree: &Tree<'_>, out: &mut Vec<TreeBreach>) {
        if !tree.settings.states_environments() {
            return;
        }
        // Names of variables are the same in every environment, and should be; what they lead to is not.
        let leads_to_one = |kind: ReferenceKind| {
            matches!(
                kind,
                ReferenceKind::AwsSecret
                    | ReferenceKind::AwsParameter
                    | ReferenceKind::ExternalSecret
                    | ReferenceKind::GcpSecret
                    | ReferenceKind::KeyVaultSecret
                    | ReferenceKind::OnePasswordItem
                    | ReferenceKind::VaultPath
            )
        };
        for holding in tree.holdings.iter().filter(|it| it.environments.len() > 1) {
            if matches!(holding.identity, Identity::Reference(kind) if leads_to_one(kind)) {
                let words = holding.words(tree.settings);
                let message = format!("{words} is used in {}", holding.environments.join(" and "));
                out.extend(tree.breach(&META, holding, message));
            }
        }
    }
}
