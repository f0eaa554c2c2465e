//! Certificates in files that count for longer than the policy allows.

use std::time::Duration;

use crate::config::policy::duration;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, certificate};

/// See `long_lived_certificate.md`.
pub(super) struct LongLivedCertificate;

static META: Meta = Meta {
    id: "long-lived-certificate",
    title: "Certificate that is valid for longer than the policy allows",
    family: Family::Lifetime,
    severity: Severity::Low,
    preset: Preset::Strict,
    threshold: Some("policy.lifetime.certificate: 398d"),
    cwe: &[324],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("long_lived_certificate.md"),
};

impl Check for LongLivedCertificate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let Some(limit) = view.settings.lifetime("certificate") else { return };
        certificate::each(view, &mut |route, certificate, span| {
            let seconds = certificate.until.as_second() - certificate.from.as_second();
            let length = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            // What has expired is told by another check.
            if length > limit.length && certificate.until >= view.now {
                let message = format!(
                    "the certificate is valid for {}, the policy allows {}",
                    duration::display(length),
                    limit.text
                );
                out.push(view.breach(&META, span, route, message).threshold(limit.threshold()));
            }
        });
    }
}
