//! Credentials in the URLs of hosts that they may not be sent to.

use crate::finding::{FactName, Severity};
use crate::policy::{Family, Meta, Preset};

use super::{Estate, EstateCheck, Remark};

/// See `credential_to_other_host.md`.
pub(super) struct CredentialToOtherHost;

static META: Meta = Meta {
    id: "credential-to-other-host",
    title: "Credential in the URL of a host that is not allowed",
    family: Family::Restriction,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[201],
    kinds: &["secrets"],
    nearest: &[],
    page: include_str!("credential_to_other_host.md"),
};

impl EstateCheck for CredentialToOtherHost {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, estate: &Estate<'_>, out: &mut Vec<Remark>) {
        for (number, held) in estate.held.iter().enumerate() {
            // Of a token that names its issuer nobody knows where it is sent.
            if !held.finding.reasons.iter().any(|reason| reason.code == "userinfo") {
                continue;
            }
            let Some(host) = held.finding.facts.iter().find(|fact| fact.name == FactName::Issuer) else { continue };
            let name = host.value.rsplit_once(':').map_or(host.value.as_str(), |(name, _)| name);
            let Some(threshold) = estate.settings.host_objection(name) else { continue };
            let message = format!("is sent to {}, which is none of the allowed hosts", host.value);
            let severity = held.finding.severity.max(META.severity);
            out.push(Remark { check: &META, held: number, message, severity, threshold: Some(threshold) });
        }
    }
}
