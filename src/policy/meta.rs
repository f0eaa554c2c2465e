//! What is known of a check before it runs.

use crate::config::policy::PolicySettings;
pub use crate::config::policy::Preset;
use crate::finding::Severity;

use super::code::Source;
use super::inventory::{Tree, TreeBreach};
use super::{Breach, View};
use crate::document::code::Grammar;

/// The part of the craft that a check serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Values are replaced in time.
    Rotation,
    /// What is issued ends by itself.
    Lifetime,
    /// No more is granted than is needed.
    Scope,
    /// One environment's credential is no other's.
    Isolation,
    /// Where, from whom and how much a credential works.
    Restriction,
    /// Where credentials are kept.
    Storage,
    /// How credentials travel.
    Transport,
    /// How credentials end before their time.
    Revocation,
    /// How tokens are made and verified.
    Validation,
    /// What exists, and who owns it.
    Inventory,
    /// What is written down of the use of credentials.
    Logging,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 11] = [
        Family::Rotation,
        Family::Lifetime,
        Family::Scope,
        Family::Isolation,
        Family::Restriction,
        Family::Storage,
        Family::Transport,
        Family::Revocation,
        Family::Validation,
        Family::Inventory,
        Family::Logging,
    ];

    /// The word that reports write.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Family::Rotation => "rotation",
            Family::Lifetime => "lifetime",
            Family::Scope => "scope",
            Family::Isolation => "isolation",
            Family::Restriction => "restriction",
            Family::Storage => "storage",
            Family::Transport => "transport",
            Family::Revocation => "revocation",
            Family::Validation => "validation",
            Family::Inventory => "inventory",
            Family::Logging => "logging",
        }
    }
}

/// What is known of a check before it runs.
#[derive(Debug)]
pub struct Meta {
    /// Kebab-case, reads well after "allow"; stable.
    pub id: &'static str,
    /// Short name.
    pub title: &'static str,
    /// What it serves.
    pub family: Family,
    /// How bad a finding is, unless the case at hand is milder or worse.
    pub severity: Severity,
    /// The smallest preset in which it runs.
    pub preset: Preset,
    /// The setting it compares with and the built-in value, if any: `policy.rotation.aws-kms-key = 365d`.
    pub threshold: Option<&'static str>,
    /// CWE numbers.
    pub cwe: &'static [u32],
    /// What it reads: names of dialects, `any`, `code`.
    pub kinds: &'static [&'static str],
    /// The nearest checks of other tools.
    pub nearest: &'static [&'static str],
    /// The page: Markdown, see [`page`](super::page).
    pub page: &'static str,
}

impl Meta {
    /// Whether it is a rule of a pack of Rego.
    #[must_use]
    pub fn is_of_pack(&self) -> bool {
        self.kinds == ["rego"]
    }
}

/// One check.
pub trait Check: Sync {
    /// What is known of it.
    fn meta(&self) -> &'static Meta;

    /// Adds what the document breaches to `out`. Called for every document that parsed; a value that is a reference or
    /// unknown is never a breach.
    fn check(&self, _view: &View<'_>, _out: &mut Vec<Breach>) {}

    /// Whether the check has a look at code of this grammar that is this text. It is asked of every file of code, before any is
    /// read: a look for a word that it needs, no more.
    fn reads_code(&self, _grammar: &Grammar, _text: &[u8]) -> bool {
        false
    }

    /// Adds what a file of code breaches to `out`.
    fn check_code(&self, _source: &Source<'_>, _out: &mut Vec<Breach>) {}

    /// Whether the check needs all credentials of the tree under this policy: then they are gathered, and
    /// [`check_tree`](Check::check_tree) is called.
    fn reads_tree(&self, _settings: &PolicySettings) -> bool {
        false
    }

    /// Adds what the tree as a whole breaches to `out`. Called once, after the last document.
    fn check_tree(&self, _tree: &Tree<'_>, _out: &mut Vec<TreeBreach>) {}
}
