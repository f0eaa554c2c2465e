//! Shared access signatures of Azure that are valid for long.

use std::time::Duration;

use crate::config::policy::duration;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, date};

/// See `sas_url_too_long.md`.
pub(super) struct SasUrlTooLong;

static META: Meta = Meta {
    id: "sas-url-too-long",
    title: "Shared access signature that is valid for long",
    family: Family::Lifetime,
    severity: Severity::High,
    preset: Preset::Recommended,
    threshold: Some("policy.lifetime.sas-url: 24h"),
    cwe: &[613],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("sas_url_too_long.md"),
};

impl Check for SasUrlTooLong {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.mentions(&["sig="]) {
            return;
        }
        let Some(limit) = view.settings.lifetime("sas-url") else { return };
        view.strings(&mut |visited, text| {
            let Some(signature) = Signature::of(text) else { return };
            let Some(end) = date::parse(&unescaped(signature.end)).filter(|end| *end > view.now) else { return };
            let start = signature.start.and_then(|start| date::parse(&unescaped(start))).unwrap_or(view.now);
            let length = Duration::from_secs(u64::try_from(end.as_second() - start.as_second()).unwrap_or(0));
            if length > limit.length {
                let message = format!(
                    "the signature is valid for {}, the policy allows {}",
                    duration::display(Duration::from_secs(length.as_secs() / 3_600 * 3_600)),
                    limit.text
                );
                let span = view.locate(visited.node, signature.end);
                out.push(view.breach(&META, span, visited.route(), message).threshold(limit.threshold()));
            }
        });
    }
}

/// The parts of a query that is a shared access signature.
struct Signature<'t> {
    start: Option<&'t str>,
    end: &'t str,
}

impl<'t> Signature<'t> {
    /// `sv` and `sig` beside `se` are what every such signature has.
    fn of(text: &'t str) -> Option<Self> {
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let get = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        get("sig").filter(|signature| signature.len() > 20)?;
        get("sv")?;
        Some(Signature { start: get("st"), end: get("se")? })
    }
}

/// A date as a URL writes it.
fn unescaped(text: &str) -> String {
    text.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+")
}
