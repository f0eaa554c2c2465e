//! Exceptions of the policy.
//!
//! A breach is hidden as a whole; of a secret, which may stand in many files, the places are hidden that the exception covers,
//! and the finding with the last of them. An exception that has a flaw (no reason, no end, one too far ahead, one in the past)
//! hides nothing.

use crate::config::policy::{Exception, PolicySettings, flaw};
use crate::finding::{Finding, Kind, Place};
use crate::place::FilePath;

/// The exceptions that hold, and how much they hid.
#[derive(Debug)]
pub struct Exceptions<'p> {
    holding: Vec<&'p Exception>,
    /// How many findings were hidden.
    pub hidden: u64,
}

impl<'p> Exceptions<'p> {
    /// Those of the policy that hold at `now`.
    #[must_use]
    pub fn new(policy: &'p PolicySettings, now: jiff::Timestamp) -> Self {
        let holds = |it: &&Exception| flaw(it.reason.as_deref(), it.until, now).is_none();
        Self { holding: policy.exceptions().iter().filter(holds).collect(), hidden: 0 }
    }

    /// Whether a breach of this check, at this route of this file, is hidden; it is counted if so.
    pub fn hides_breach(&mut self, check: &str, path: &FilePath, route: &str) -> bool {
        let hides = self.holding.iter().any(|it| it.is_check && it.covers(check, path.as_bytes(), Some(route)));
        self.hidden += u64::from(hides);
        hides
    }

    /// Takes away the places of secrets that are hidden, and the findings that have no other.
    pub fn hide_secrets(&mut self, findings: &mut Vec<Finding>) {
        if self.holding.iter().all(|it| it.is_check) {
            return;
        }
        findings.retain_mut(|finding| {
            if finding.kind != Kind::Secret {
                return true;
            }
            let Finding { rule, places, .. } = finding;
            places.retain(|place| !self.hides_place(rule, place));
            self.hidden += u64::from(places.is_empty());
            !places.is_empty()
        });
    }

    fn hides_place(&self, rule: &str, place: &Place) -> bool {
        // A message, a header or a ref has no path, and no exception either.
        let Some(path) = place.origin.outermost().path() else { return false };
        self.holding.iter().any(|it| !it.is_check && it.covers(rule, path.as_bytes(), None))
    }
}
