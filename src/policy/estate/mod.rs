//! What the policy says of the secrets of a whole scan: their age, their end, the environments they stand in.
//!
//! A document tells what is configured; only the scan as a whole, with the history where it was looked at, tells how old a
//! value is, whether it came back, and where else it stands. Each check here sees all secrets that were found. What it
//! says of one is a remark on that secret's finding, not a second finding: it is the same value. Where the history is cut
//! off, an age is a least age, and is called one.
//!
//! A new check is a file here, a page of the same name, and a line in each of the two lists below.

mod broken_cadence;
mod credential_to_other_host;
mod live_key_outside_production;
mod reappeared_secret;
mod removed_never_rotated;
mod rotation_overdue;
mod same_value_in_environments;
mod secret_in_release;
mod secret_removed_in_branch;
mod sham_rotation;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::policy::{PolicySettings, Rotated};
use crate::finding::{FactName, Finding, Introduction, Severity, Threshold};
use crate::place::Origin;

use super::date::days;
use super::{Meta, runs};

/// A secret of the scan.
pub struct Held<'f> {
    /// Its finding.
    pub finding: &'f Finding,
    /// Whose it is, where its rule tells.
    pub provider: Option<&'f str>,
    /// `live` or `test`, where its rule tells.
    pub environment: Option<&'f str>,
}

/// Everything that was found.
pub struct Estate<'e> {
    /// The secrets.
    pub held: &'e [Held<'e>],
    /// The policy.
    pub settings: &'e PolicySettings,
    /// What "now" is.
    pub now: Timestamp,
    /// Whether it is what a range of commits brings, not all that there is.
    pub is_range: bool,
}

/// What a check says of a secret.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The check.
    pub check: &'static Meta,
    /// Which of the secrets.
    pub held: usize,
    /// What is wrong, one sentence, without any byte of a secret.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// The limit that was compared with.
    pub threshold: Option<Threshold>,
}

/// A check of all secrets.
pub trait EstateCheck: Sync {
    /// What is known of it.
    fn meta(&self) -> &'static Meta;

    /// Adds what it says to `out`.
    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>);
}

/// Every one of them, sorted by id.
pub static ALL: &[&dyn EstateCheck] = &[
    &broken_cadence::BrokenCadence,
    &credential_to_other_host::CredentialToOtherHost,
    &live_key_outside_production::LiveKeyOutsideProduction,
    &reappeared_secret::ReappearedSecret,
    &removed_never_rotated::RemovedNeverRotated,
    &rotation_overdue::RotationOverdue,
    &same_value_in_environments::SameValueInEnvironments,
    &secret_in_release::SecretInRelease,
    &secret_removed_in_branch::SecretRemovedInBranch,
    &sham_rotation::ShamRotation,
];

/// What the checks of the preset say, by secret, in the order of the checks.
#[must_use]
pub fn remarks(estate: &Estate<'_>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for check in ALL {
        let Some(severity) = runs(check.meta(), estate.settings) else { continue };
        let first = remarks.len();
        check.check(estate, &mut remarks);
        remarks[first..]
            .iter_mut()
            .for_each(|remark: &mut Remark| remark.severity = severity.unwrap_or(remark.severity));
    }
    remarks
}

/// A time, and whether it may have been earlier.
#[derive(Clone, Copy, Debug)]
struct Since {
    at: Timestamp,
    at_least: bool,
}

impl<'f> Held<'f> {
    /// What the policy may call it, the most specific first: rule id, provider.
    fn kinds(&self) -> Vec<&'f str> {
        std::iter::once(self.finding.rule.as_ref()).chain(self.provider).collect()
    }

    /// The paths it stands at now, each once, sorted.
    fn live_paths(&self) -> Vec<&[u8]> {
        self.paths(|origin, is_current| matches!(origin, Origin::File(_) | Origin::Staged(_)) || is_current)
    }

    /// The paths it stands or stood at, each once, sorted.
    fn all_paths(&self) -> Vec<&[u8]> {
        self.paths(|_, _| true)
    }

    fn paths(&self, wanted: impl Fn(&Origin, bool) -> bool) -> Vec<&[u8]> {
        let mut paths: Vec<&[u8]> = self
            .finding
            .places
            .iter()
            .filter(|place| {
                let is_current = place.introduced.as_deref().is_some_and(Introduction::is_current);
                wanted(place.origin.outermost(), is_current)
            })
            .filter_map(|place| Some(place.origin.outermost().path()?.as_bytes()))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// A time that the secret says of itself.
    fn fact(&self, name: FactName) -> Option<Timestamp> {
        let fact = self.finding.facts.iter().find(|fact| fact.name == name)?;
        fact.value.parse().ok()
    }

    /// Since when the value exists: its own word, else the first commit that holds it.
    fn since(&self) -> Option<Since> {
        if let Some(at) = self.fact(FactName::Created) {
            return Some(Since { at, at_least: false });
        }
        let life = self.finding.life.as_ref()?;
        Some(Since { at: life.first.date.parse().ok()?, at_least: life.at_least })
    }

    /// When it left the files for good, as far as the history tells. None for what only messages say: no file ever had it.
    fn left(&self) -> Option<Timestamp> {
        let life = self.finding.life.as_ref()?;
        life.removed.as_ref().or(life.last.as_ref())?.date.parse().ok()
    }

    /// Whether its own words say that it has ended.
    fn has_ended(&self, now: Timestamp) -> bool {
        self.fact(FactName::Expires).is_some_and(|end| end <= now)
    }
}

impl<'e> Estate<'e> {
    /// The recorded rotation of a secret.
    fn rotated(&self, held: &Held<'_>) -> Option<&'e Rotated> {
        self.settings.rotated(&held.finding.fingerprint.to_string())
    }

    /// The policy where a secret stands: that of the first place it still has.
    fn settings_of(&self, held: &Held<'_>) -> &'e PolicySettings {
        let paths = held.live_paths();
        let paths = if paths.is_empty() { held.all_paths() } else { paths };
        paths.first().map_or(self.settings, |path| self.settings.for_path(path))
    }

    /// The secrets of one rule that stood in one file, one after the other: the values of a slot, oldest first. Only where
    /// the history tells when each began.
    fn slots(&self) -> Vec<Vec<usize>> {
        type Values = Vec<(Timestamp, usize)>;
        let mut slots: BTreeMap<(&[u8], &str), Values> = BTreeMap::new();
        for (number, held) in self.held.iter().enumerate() {
            let Some(first) = held.finding.life.as_ref().and_then(|life| life.first.date.parse().ok()) else {
                continue;
            };
            for path in held.all_paths() {
                slots.entry((path, &held.finding.rule)).or_default().push((first, number));
            }
        }
        let mut slots: Vec<Vec<usize>> = slots
            .into_values()
            .filter(|values| values.len() > 1)
            .map(|mut values| {
                values.sort_unstable();
                values.into_iter().map(|(_, number)| number).collect()
            })
            .collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

/// The day of a time, in UTC.
fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests;
