//! The rules of a run: the built-in ones, and those of the user's packs.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::builtin;
use super::model::Rule;
pub use super::model::RuleIndex;
use super::validate;

/// A rule where it lies: a set of thousands is a list of addresses, quick to make and to copy.
#[derive(Clone, Debug)]
enum Held {
    BuiltIn(&'static Rule),
    Pack(Arc<Rule>),
}

impl AsRef<Rule> for Held {
    fn as_ref(&self) -> &Rule {
        match self {
            Held::BuiltIn(rule) => rule,
            Held::Pack(rule) => rule,
        }
    }
}

/// The rules of a run, in a fixed order.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Held>,
    digest: String,
}

impl RuleSet {
    /// The built-in rules.
    #[must_use]
    pub fn builtin() -> Self {
        Self { rules: builtin::RULES.iter().copied().map(Held::BuiltIn).collect(), digest: builtin::DIGEST.to_owned() }
    }

    /// Whether these are the built-in rules, all of them and no others.
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        self.rules.len() == builtin::RULES.len() && self.digest == builtin::DIGEST
    }

    /// Adds the rules of a pack. `source` is the pack's text, which goes into the digest.
    ///
    /// # Errors
    /// Pairs of a rule's id and what is wrong with it beside the rules that are there already.
    pub fn add(&mut self, rules: Vec<Rule>, source: &str) -> Result<(), Vec<(String, String)>> {
        let added = rules.into_iter().map(|rule| Held::Pack(Arc::new(rule)));
        let all: Vec<Held> = self.rules.iter().cloned().chain(added).collect();
        validate::check_set(all.iter().map(Held::as_ref))?;
        self.rules = all;
        let digest = Sha256::new().chain_update(&self.digest).chain_update(source).finalize();
        self.digest = data_encoding::HEXLOWER.encode(&digest[..6]);
        Ok(())
    }

    /// Leaves out the rules that `keep` refuses.
    pub fn retain(&mut self, keep: impl Fn(&Rule) -> bool) {
        self.rules.retain(|rule| keep(rule.as_ref()));
    }

    /// The rule at `index`.
    #[must_use]
    pub fn get(&self, index: RuleIndex) -> &Rule {
        self.rules[index.0 as usize].as_ref()
    }

    /// The rule with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<(RuleIndex, &Rule)> {
        self.iter().find(|(_, rule)| rule.id == id)
    }

    /// Every rule with its index.
    pub fn iter(&self) -> impl Iterator<Item = (RuleIndex, &Rule)> {
        self.rules.iter().enumerate().map(|(index, rule)| (RuleIndex(index as u32), rule.as_ref()))
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// 12 hexadecimal digits that change when any rule or word list does.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
