//! Checks over a whole tree: what they see, and what they say.
//!
//! Most checks see one document. These see all credentials of the tree at once, after everything was read: a [`Tree`] of
//! holdings. They are checks like the others, with a page and a place in the registry; `run/` calls [`check_tree`] when the
//! last file is done, and only if [`is_asked`] said so before the first.

use crate::config::policy::PolicySettings;
use crate::finding::{Severity, Threshold};
use crate::place::Origin;
use crate::policy::{Check, Meta, runs};

use super::{Holding, Spot, normalised};

/// An entry of `[[inventory]]`, where it stands in a control file of the tree.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// The value of `name`.
    pub spot: Spot,
}

/// Every credential of a tree, and the policy.
pub struct Tree<'t> {
    /// The credentials, as [`join`](super::join) gives them.
    pub holdings: &'t [Holding],
    /// The entries of the inventory that stand in the tree.
    pub declarations: &'t [Declaration],
    /// The policy.
    pub settings: &'t PolicySettings,
    /// Whether everything that could use a credential was read: what is missing is only known then.
    pub is_whole: bool,
}

impl Tree<'_> {
    /// Where the entry of this name stands, if it does so in the tree.
    #[must_use]
    pub fn declared(&self, name: &str) -> Option<&Spot> {
        let name = normalised(name);
        self.declarations.iter().find(|it| normalised(&it.name) == name).map(|it| &it.spot)
    }

    /// A breach of `check` by a holding, at its first place in a file, or where its entry stands; none for what has neither.
    #[must_use]
    pub fn breach(&self, check: &'static Meta, holding: &Holding, message: impl Into<String>) -> Option<TreeBreach> {
        let of_file = holding.spots.iter().find(|spot| matches!(spot.origin, Origin::File(_)));
        let of_entry = || self.declared(&holding.name).filter(|_| holding.spots.is_empty());
        Some(TreeBreach {
            check,
            spot: of_file.or_else(of_entry)?.clone(),
            route: holding.route(self.settings),
            message: message.into(),
            severity: check.severity,
            threshold: None,
        })
    }
}

/// A breach of policy that only the whole tree shows.
#[derive(Clone, Debug)]
pub struct TreeBreach {
    /// The check.
    pub check: &'static Meta,
    /// Where.
    pub spot: Spot,
    /// Kind and name of the credential: the identity of the finding within the file.
    pub route: String,
    /// What is wrong, one sentence, without any byte of a secret.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// What asks for it, if there is something.
    pub threshold: Option<Threshold>,
}

/// Whether the policy at hand asks anything of all the credentials of a tree, so that they must be known.
#[must_use]
pub fn is_asked(settings: &PolicySettings, checks: &[&dyn Check]) -> bool {
    checks.iter().any(|check| check.reads_tree(settings) && runs(check.meta(), settings).is_some())
}

/// What the tree breaches, in the order of the places.
#[must_use]
pub fn check_tree(tree: &Tree<'_>, checks: &[&dyn Check]) -> Vec<TreeBreach> {
    let mut breaches = Vec::new();
    for check in checks {
        let Some(severity) = runs(check.meta(), tree.settings) else { continue };
        let first = breaches.len();
        check.check_tree(tree, &mut breaches);
        breaches[first..]
            .iter_mut()
            .for_each(|breach: &mut TreeBreach| breach.severity = severity.unwrap_or(breach.severity));
    }
    breaches.sort_by(|a, b| (&a.spot, a.check.id, &a.route).cmp(&(&b.spot, b.check.id, &b.route)));
    breaches
}
