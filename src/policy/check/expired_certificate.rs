//! Certificates in files that no longer count.

use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, certificate, date};

/// See `expired_certificate.md`.
pub(super) struct ExpiredCertificate;

static META: Meta = Meta {
    id: "expired-certificate",
    title: "Certificate that has expired",
    family: Family::Lifetime,
    severity: Severity::Medium,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[298],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("expired_certificate.md"),
};

impl Check for ExpiredCertificate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        certificate::each(view, &mut |route, certificate, span| {
            if certificate.until < view.now {
                let days = date::days(certificate.until, view.now);
                let message =
                    format!("the certificate expired on {}, {days} days ago", certificate::day(certificate.until));
                out.push(view.breach(&META, span, route, message));
            }
        });
    }
}
