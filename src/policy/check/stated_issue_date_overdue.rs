//! Credentials whose stated day of issue is too long ago.

use crate::config::policy::parse_day;
use crate::document::Node;
use crate::finding::Severity;
use crate::policy::{Breach, Check, Family, Meta, Preset, View, date, own};

/// See `stated_issue_date_overdue.md`.
pub(super) struct StatedIssueDateOverdue;

static META: Meta = Meta {
    id: "stated-issue-date-overdue",
    title: "Credential whose stated day of issue is too long ago",
    family: Family::Rotation,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: Some("policy.rotation.<kind>: 90d"),
    cwe: &[324],
    kinds: &["keysieve.toml"],
    nearest: &[],
    page: include_str!("stated_issue_date_overdue.md"),
};

impl Check for StatedIssueDateOverdue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !own::is_own(view) {
            return;
        }
        for entry in view.document.roots.iter().flat_map(|root| root.maps("inventory")) {
            let Some(issued) = entry.get("issued") else { continue };
            let written = view.text.get(issued.span.clone()).unwrap_or_default().trim_matches(['"', '\'']);
            let Some(at) = parse_day(written).and_then(|day| date::parse(&day.to_string())) else { continue };
            let kind = entry.get("kind").and_then(Node::as_str);
            let limit = view.settings.rotation(kind.as_slice());
            let days = date::days(at, view.now);
            if days > limit.days() {
                let name = entry.get("name").and_then(Node::as_str).unwrap_or("the credential");
                let message = format!("{name} was issued {days} days ago");
                let breach = view.breach(&META, issued.span.clone(), format!("inventory[name={name}].issued"), message);
                out.push(breach.threshold(limit.threshold()));
            }
        }
    }
}
