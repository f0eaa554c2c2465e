//! Keys whose provider marks them as live or test, in files of the other side.

use crate::finding::Severity;
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `live_key_outside_production.md`.
pub(super) struct LiveKeyOutsideProduction;

static META: Meta = Meta {
    id: "live-key-outside-production",
    title: "Live key in a file of another environment, or a test key in production",
    family: Family::Isolation,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[653],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("live_key_outside_production.md"),
};

impl EstateCheck for LiveKeyOutsideProduction {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            let Some(kind) = held.environment else { continue };
            let misplaced = held.live_paths().into_iter().find_map(|path| {
                let environment = estate.settings.environment_of(path)?;
                let wants_live = environment.live_keys.or(match environment.name.as_str() {
                    "prod" | "production" => Some(true),
                    "dev" | "development" | "test" => Some(false),
                    _ => None,
                })?;
                (wants_live != (kind == "live")).then_some((environment, wants_live))
            });
            let Some((environment, wants_live)) = misplaced else { continue };
            let message = format!("a {kind} key in a file of {}", environment.name);
            let severity = if wants_live { Severity::Medium } else { Severity::High };
            out.push(Remark { check: &META, held: number, message, severity, threshold: None });
        }
    }
}
