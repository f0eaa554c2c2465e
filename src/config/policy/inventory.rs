//! The credentials that a team knows of: `[policy.inventory]` and `[[inventory]]`.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::day;
use super::storage::Store;
use super::text::{PolicyError, Stated, Text};

/// Whether a credential must be in the inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InventoryMode {
    /// Nobody asks for it.
    #[default]
    Off,
    /// What is not in it is a finding.
    Strict,
}

impl InventoryMode {
    /// The word that users read and write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            InventoryMode::Off => "off",
            InventoryMode::Strict => "strict",
        }
    }
}

/// `[policy.inventory]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InventoryTable {
    /// `off` or `strict`.
    pub mode: Option<Spanned<InventoryMode>>,
    /// Tags that every resource which holds a credential must have.
    pub required_tags: Option<Vec<Spanned<String>>>,
}

/// `[[inventory]]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InventoryEntry {
    /// The name under which programs know it: `STRIPE_SECRET_KEY`.
    pub name: Spanned<String>,
    /// Rule id of the secret, or kind.
    pub kind: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The environments that it is used in.
    #[serde(default)]
    pub environments: Vec<String>,
    /// The day on which it was issued.
    pub issued: Option<Spanned<toml::Value>>,
    /// Where it is kept.
    pub store: Option<Store>,
    /// The account, project or repository that it belongs to.
    pub project: Option<String>,
}

/// A credential that the team knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCredential {
    /// The name under which programs know it: `STRIPE_SECRET_KEY`.
    pub name: String,
    /// Rule id of the secret, or kind.
    pub kind: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The environments that it is used in.
    pub environments: Vec<String>,
    /// The day on which it was issued: where its rotation window begins, if git cannot know.
    pub issued: Option<Date>,
    /// Where it is kept.
    pub store: Option<Store>,
    /// The account, project or repository that it belongs to.
    pub project: Option<String>,
    /// `keysieve.toml:7`.
    pub source: String,
}

/// What is asked of the inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InventoryRule {
    pub(crate) mode: InventoryMode,
    pub(crate) mode_source: Option<String>,
    pub(crate) required_tags: Vec<Stated>,
}

impl InventoryRule {
    pub(super) fn lay(&mut self, table: &InventoryTable, text: Text<'_>) {
        if let Some(mode) = &table.mode {
            self.mode = *mode.get_ref();
            self.mode_source = Some(text.place(mode.span().start));
        }
        if let Some(tags) = &table.required_tags {
            self.required_tags = text.all_stated(tags);
        }
    }
}

pub(super) fn read(entry: &InventoryEntry, text: Text<'_>, errors: &mut Vec<PolicyError>) -> KnownCredential {
    KnownCredential {
        name: entry.name.get_ref().clone(),
        kind: entry.kind.clone(),
        owner: entry.owner.clone(),
        environments: entry.environments.clone(),
        issued: entry.issued.as_ref().and_then(|value| day::read(value, errors)),
        store: entry.store,
        project: entry.project.clone(),
        source: text.place(entry.name.span().start),
    }
}
