//! Slots: places of a document whose value only the history can date.
//!
//! An encrypted value says nothing of what it holds, but git says when the ciphertext changed last; a pinned version of a secret
//! in a vault says nothing of its age, but git says since when it is pinned; and an expiry date that is moved again and
//! again, while the value stays, is no expiry. [`slots`] finds them in one version of a file; [`judge`] compares the versions.

mod encrypted_secret_not_renewed;
mod expiry_moved;
mod pinned_secret_version;

use std::ops::Range;

use jiff::Timestamp;

use crate::config::policy::PolicySettings;
use crate::document::kind::PlaceFacts;
use crate::document::{self, Document, Node, Syntax, walk};
use crate::finding::{Severity, Threshold};

use super::dialect::{is_known, kubernetes, terraform};
use super::{Meta, date, runs};

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKind {
    /// A value that a tool has encrypted.
    Encrypted,
    /// The version of a secret that is kept elsewhere.
    Pinned,
    /// The end of a secret.
    Expiry,
}

/// A slot of one version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it holds.
    pub kind: SlotKind,
    /// The way to it, stable when lines move.
    pub route: String,
    /// Which bytes of the file.
    pub span: Range<usize>,
    /// Its value as it is written.
    pub text: String,
    /// What stands beside it and would change with a new secret, as it is written; empty where nothing does.
    pub beside: String,
}

/// One version of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The committer's date.
    pub at: Timestamp,
    /// The value.
    pub text: String,
    /// What stood beside it.
    pub beside: String,
}

/// What is wrong with a slot.
#[derive(Clone, Debug)]
pub struct Overdue {
    /// The check.
    pub check: &'static Meta,
    /// One sentence.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// The limit that was compared with.
    pub threshold: Option<Threshold>,
}

/// What is known of the checks here, sorted by id.
pub static METAS: [&Meta; 3] = [&encrypted_secret_not_renewed::META, &expiry_moved::META, &pinned_secret_version::META];

/// Words of which a file with slots has one.
const WORDS: [&[u8]; 7] =
    [b"ENC[", b"SealedSecret", b"ANSIBLE_VAULT", b"remoteRef", b"expir", b"end_date", b"/secrets/"];

/// The slots of a file, in its order; none for what is no document.
#[must_use]
pub fn slots(path: &[u8], bytes: &[u8]) -> Vec<Slot> {
    if WORDS.iter().all(|word| memchr::memmem::find(bytes, word).is_none()) || PlaceFacts::of(path).is_minified {
        return Vec::new();
    }
    let Some(syntax) = Syntax::of(path, &bytes[..bytes.len().min(512)]) else { return Vec::new() };
    let (Ok(document), Ok(text)) = (document::read(syntax, bytes), std::str::from_utf8(bytes)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    encrypted(&document, &mut found);
    objects(&document, &mut found);
    expiries(&document, text, &mut found);
    found.sort_by_key(|slot: &Slot| (slot.span.start, slot.kind));
    found
}

fn slot(kind: SlotKind, route: String, node: &Node, beside: &str) -> Option<Slot> {
    let text = node.as_text()?.to_owned();
    Some(Slot { kind, route, span: node.span.clone(), text, beside: beside.to_owned() })
}

/// Values of SOPS (`ENC[AES256_GCM,…]`) and of ansible-vault (`!vault`), wherever they stand.
fn encrypted(document: &Document, found: &mut Vec<Slot>) {
    for (number, root) in document.roots.iter().enumerate() {
        let prefix = if number == 0 { String::new() } else { format!("#{number}:") };
        walk(root, &mut |trail, node| {
            let is_own = trail.keys().next() == Some("sops");
            let is_encrypted = node.as_str().is_some_and(|text| {
                text.starts_with("ENC[") && text.ends_with(']') || text.trim_start().starts_with("$ANSIBLE_VAULT;")
            });
            if is_encrypted && !is_own {
                found.extend(slot(SlotKind::Encrypted, format!("{prefix}{}", trail.route()), node, ""));
            }
        });
    }
}

/// Values of sealed secrets, and versions that external secrets pin.
fn objects(document: &Document, found: &mut Vec<Slot>) {
    for object in kubernetes::objects(document) {
        match object.kind {
            "SealedSecret" => {
                for entry in object.node.path(&["spec", "encryptedData"]).map_or(&[][..], Node::entries) {
                    let route = object.route(&format!("spec.encryptedData.{}", entry.key));
                    found.extend(slot(SlotKind::Encrypted, route, &entry.value, ""));
                }
            }
            "ExternalSecret" | "ClusterExternalSecret" => walk(object.node, &mut |trail, node| {
                let Some(version) = node.get("version").filter(|_| trail.key() == Some("remoteRef")) else { return };
                let is_pinned = is_known(version) && !matches!(version.as_text(), Some("" | "latest" | "AWSCURRENT"));
                let key = node.get("key").and_then(Node::as_text).unwrap_or_default();
                if is_pinned {
                    let route = object.route(&format!("{}.version", trail.route()));
                    found.extend(slot(SlotKind::Pinned, route, version, key));
                }
            }),
            _ => {}
        }
    }
}

/// Ends of secrets in Terraform: the field, and what else the resource says of its secret.
fn expiries(document: &Document, text: &str, found: &mut Vec<Slot>) {
    const FIELDS: [&str; 5] = ["expiration_date", "expires_at", "expired_at", "end_date", "expires_on"];
    for resource in terraform::resources(document) {
        let entries = resource.body.map_or(&[][..], Node::entries);
        let Some(end) = entries.iter().find(|entry| FIELDS.contains(&entry.key.as_str())) else { continue };
        if !is_known(&end.value) || end.value.as_text().and_then(date::parse).is_none() {
            continue;
        }
        let others = entries.iter().filter(|entry| !FIELDS.contains(&entry.key.as_str()));
        let beside: Vec<&str> = others.filter_map(|entry| text.get(entry.value.span.clone())).collect();
        found.extend(slot(SlotKind::Expiry, resource.route(&end.key), &end.value, &beside.join("\n")));
    }
}

/// What is wrong with a slot whose versions were these, the oldest first and the last one as it is now. `at_least` says that
/// there may have been others before. None, too, where the policy does not ask for the check.
#[must_use]
pub fn judge(
    kind: SlotKind,
    versions: &[Version],
    at_least: bool,
    settings: &PolicySettings,
    now: Timestamp,
) -> Option<Overdue> {
    let overdue = match kind {
        SlotKind::Encrypted => encrypted_secret_not_renewed::judge(versions, at_least, settings, now),
        SlotKind::Pinned => pinned_secret_version::judge(versions, at_least, settings, now),
        SlotKind::Expiry => expiry_moved::judge(versions),
    }?;
    let severity = runs(overdue.check, settings)?.unwrap_or(overdue.severity);
    Some(Overdue { severity, ..overdue })
}

/// How many days the value has stood, if that is longer than the default rotation window: the days, and the window.
fn overdue(versions: &[Version], settings: &PolicySettings, now: Timestamp) -> Option<(i64, Threshold)> {
    let last = versions.last()?;
    let since = versions.iter().rev().take_while(|version| version.text == last.text).last()?.at;
    let days = date::days(since, now);
    let limit = settings.rotation(&[]);
    (days > limit.days()).then(|| (days, limit.threshold()))
}

#[cfg(test)]
mod tests;
