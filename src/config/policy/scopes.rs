//! What may be granted: `[policy.scopes.<provider>]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::text::{DEFAULT, Stated, Text, matches_wildcard};
use crate::finding::Threshold;

/// What is denied where the user says nothing of the provider: scopes that hold the whole account or tenant.
pub(crate) const DENIED: [(&str, &[&str]); 4] = [
    ("github", &["admin:*", "delete_repo", "write-all"]),
    ("google", &["https://www.googleapis.com/auth/cloud-platform", "https://mail.google.com/"]),
    ("microsoft", &["*.ReadWrite.All", "Directory.AccessAsUser.All"]),
    ("slack", &["admin*"]),
];

/// `[policy.scopes.<provider>]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScopeTable {
    /// The only scopes that may be granted; `*` stands for anything. Without it, all that `deny` does not name.
    pub allow: Option<Vec<Spanned<String>>>,
    /// Scopes that may not be granted, also where `allow` names them.
    #[serde(default)]
    pub deny: Vec<Spanned<String>>,
}

/// Scopes that are allowed or denied for one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    pub(crate) allow: Option<Vec<Stated>>,
    pub(crate) deny: Vec<Stated>,
}

impl Scopes {
    pub(super) fn new(table: &ScopeTable, text: Text<'_>) -> Self {
        Self {
            allow: table.allow.as_deref().map(|entries| text.all_stated(entries)),
            deny: text.all_stated(&table.deny),
        }
    }

    /// What speaks against granting `scope`: the pattern that denies it, or the list that does not name it.
    #[must_use]
    pub fn objection(&self, scope: &str) -> Option<Threshold> {
        if let Some(pattern) = self.deny.iter().find(|pattern| matches_wildcard(&pattern.text, scope)) {
            return Some(pattern.threshold(format!("deny {}", pattern.text)));
        }
        let allow = self.allow.as_ref()?;
        if allow.iter().any(|pattern| matches_wildcard(&pattern.text, scope)) {
            return None;
        }
        let listed: Vec<&str> = allow.iter().map(|pattern| pattern.text.as_str()).collect();
        let source = allow.first().map_or_else(String::new, |pattern| pattern.source.to_string());
        Some(Threshold { limit: format!("allow {}", listed.join(", ")), source })
    }
}

pub(super) fn built_in() -> BTreeMap<String, Scopes> {
    let stated = |text: &&str| Stated { text: (*text).to_owned(), source: Cow::Borrowed(DEFAULT) };
    DENIED
        .iter()
        .map(|(provider, deny)| {
            ((*provider).to_owned(), Scopes { allow: None, deny: deny.iter().map(stated).collect() })
        })
        .collect()
}
