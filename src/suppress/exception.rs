//! Exceptions of the policy.
//!
//! An exception that has a flaw (no reason, no end, one too far ahead, one in the past) hides nothing.

use crate::config::policy::{Exception, PolicySettings, flaw};
use crate::finding::{Finding, Kind, Means, Place, Suppression};
use crate::place::FilePath;

/// The exceptions that hold.
#[derive(Debug)]
pub struct Exceptions<'p> {
    holding: Vec<&'p Exception>,
}

impl<'p> Exceptions<'p> {
    /// Those of the policy that hold at `now`.
    #[must_use]
    pub fn new(policy: &'p PolicySettings, now: jiff::Timestamp) -> Self {
        let holds = |it: &&Exception| flaw(it.reason.as_deref(), it.until, now).is_none();
        Self { holding: policy.exceptions().iter().filter(holds).collect() }
    }

    /// Those that do not hold at `now`, in words.
    pub fn idle(policy: &'p PolicySettings, now: jiff::Timestamp) -> impl Iterator<Item = String> {
        policy.exceptions().iter().filter_map(move |it| {
            let flaw = flaw(it.reason.as_deref(), it.until, now)?;
            Some(format!("{}: the exception for `{}` hides nothing: it {}", it.source, it.id, flaw.words()))
        })
    }

    /// What hides a breach of this check at this route of this file.
    #[must_use]
    pub fn of_breach(&self, check: &str, path: &FilePath, route: &str) -> Option<Suppression> {
        let hides = |it: &&&Exception| it.is_check && it.covers(check, path.as_bytes(), Some(route));
        self.holding.iter().find(hides).map(|it| suppression(it))
    }

    /// What hides a place of a secret. A message, a header or a ref has no path, and no exception either.
    #[must_use]
    pub fn of_place(&self, finding: &Finding, place: &Place) -> Option<Suppression> {
        let path = place.origin.outermost().path().filter(|_| finding.kind == Kind::Secret)?;
        let hides = |it: &&&Exception| !it.is_check && it.covers(&finding.rule, path.as_bytes(), None);
        self.holding.iter().find(hides).map(|it| suppression(it))
    }
}

fn suppression(exception: &Exception) -> Suppression {
    Suppression {
        means: Means::Exception,
        source: exception.source.clone(),
        stated: "exception".to_owned(),
        reason: exception.reason.clone().unwrap_or_default(),
        owner: exception.owner.clone(),
        until: exception.until,
    }
}
