//! `.env` files that git tracks.

use crate::document::Entry;
use crate::document::kind::FileKind;
use crate::finding::Severity;
use crate::policy::dialect::is_known;
use crate::policy::literal::{is_placeholder, is_secret_name};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `tracked_env_file.md`.
pub(super) struct TrackedEnvFile;

static META: Meta = Meta {
    id: "tracked-env-file",
    title: "Environment file with secrets in the repository",
    family: Family::Storage,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[538, 798],
    kinds: &["dotenv"],
    nearest: &[],
    page: include_str!("tracked_env_file.md"),
};

impl Check for TrackedEnvFile {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        let is_tracked = view.subject.tracked == Some(true);
        if !is_tracked || view.document.kind != FileKind::Dotenv || view.facts.is_test_or_example {
            return;
        }
        let entries = view.document.roots.iter().flat_map(|root| root.entries());
        let secrets: Vec<&Entry> = entries
            .filter(|entry| is_secret_name(&entry.key))
            .filter(|entry| is_known(&entry.value) && entry.value.as_text().is_some_and(is_real))
            .collect();
        let Some(first) = secrets.first() else { return };
        let message = match secrets.len() {
            1 => format!("git tracks this file, and {} stands in it as a value", first.key),
            count => format!("git tracks this file, and {} and {} more stand in it as values", first.key, count - 1),
        };
        let mut breach = view.breach(&META, first.value.span.clone(), first.key.clone(), message).secret();
        for other in secrets.iter().skip(1).take(10) {
            breach = breach.related(other.key.clone(), other.value.span.clone());
        }
        out.push(breach);
    }
}

/// Long enough to protect something, and not a placeholder.
fn is_real(text: &str) -> bool {
    text.len() >= 6 && !is_placeholder(text)
}
