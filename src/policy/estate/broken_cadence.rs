//! Slots whose value used to change and no longer does.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark, days};

/// See `broken_cadence.md`.
pub(super) struct BrokenCadence;

static META: Meta = Meta {
    id: "broken-cadence",
    title: "Rotation that has stopped",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Strict,
    threshold: Some("policy.rotation.<rule or provider>: 90d"),
    cwe: &[324],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("broken_cadence.md"),
};

impl EstateCheck for BrokenCadence {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for slot in estate.slots().into_iter().filter(|slot| slot.len() >= 3) {
            let Some(&last) = slot.last() else { continue };
            let held = &estate.held[last];
            let firsts: Vec<_> =
                slot.iter().filter_map(|number| estate.held[*number].since().map(|since| since.at)).collect();
            let Some(newest) = firsts.last().copied().filter(|_| held.finding.is_live()) else { continue };
            let mut gaps: Vec<i64> = firsts.windows(2).map(|pair| days(pair[0], pair[1])).collect();
            gaps.sort_unstable();
            let Some(median) = gaps.get(gaps.len() / 2).copied() else { continue };
            let limit = estate.settings_of(held).rotation(&held.kinds());
            let window = limit.days();
            let age = days(newest, estate.now);
            if age > window.max(median.saturating_mul(2)) {
                let message = format!("used to change every {median} days, the last time {age} days ago");
                let threshold = Some(limit.threshold());
                out.push(Remark { check: &META, held: last, message, severity: Severity::Medium, threshold });
            }
        }
    }
}
