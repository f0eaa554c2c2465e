//! The checks of a run: the built-in ones, and those of the user beside them.

use std::fmt;
use std::sync::OnceLock;

use super::declared::Declared;
use super::{Check, Meta, check};

/// The checks of a run. The built-in ones are read when they are first asked for: a run that lints nothing reads none.
#[derive(Clone, Default)]
pub struct Checks {
    own: Vec<&'static Declared>,
    rego: Vec<&'static dyn Check>,
    all: OnceLock<Vec<&'static dyn Check>>,
}

impl Checks {
    /// The built-in checks, and these. They live as long as the program: findings know their check by reference.
    #[must_use]
    pub fn with(own: Vec<Declared>) -> Self {
        let own: Vec<&'static Declared> = own.into_iter().map(|check| &*Box::leak(Box::new(check))).collect();
        Self { own, ..Self::default() }
    }

    /// The same, and those of packs of Rego.
    #[must_use]
    pub fn and_rego(self, rego: Vec<&'static dyn Check>) -> Self {
        Self { rego, all: OnceLock::new(), ..self }
    }

    /// Every check that files are shown to, sorted by id.
    #[must_use]
    pub fn all(&self) -> &[&'static dyn Check] {
        if self.own.is_empty() && self.rego.is_empty() {
            return check::all();
        }
        self.all.get_or_init(|| {
            let own = self.own.iter().map(|check| *check as &dyn Check);
            let mut all: Vec<&dyn Check> =
                check::all().iter().copied().chain(own).chain(self.rego.iter().copied()).collect();
            all.sort_by_key(|check| check.meta().id);
            all
        })
    }

    /// The user's checks, in the order of their texts.
    #[must_use]
    pub fn own(&self) -> &[&'static Declared] {
        &self.own
    }

    /// What is known of every check, also of those that see all secrets, sorted by id.
    #[must_use]
    pub fn metas(&self) -> Vec<&'static Meta> {
        let mut metas = check::metas();
        metas.extend(self.own.iter().map(|check| check.meta()));
        metas.extend(self.rego.iter().map(|check| check.meta()));
        metas.sort_by_key(|meta| meta.id);
        metas
    }

    /// What is known of the check with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&'static Meta> {
        let own = self.own.iter().map(|check| check.meta());
        let mut all = own.chain(self.rego.iter().map(|check| check.meta()));
        all.find(|meta| meta.id == id).or_else(|| check::find(id))
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.own.iter().map(|check| check.meta().id);
        f.debug_list().entries(ids.chain(self.rego.iter().map(|check| check.meta().id))).finish()
    }
}
