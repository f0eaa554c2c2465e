//! From where and how much: `[policy.restriction]`.

use serde::Deserialize;
use toml::Spanned;

use super::text::{Stated, Text, matches_wildcard};
use crate::finding::Threshold;

/// `[policy.restriction]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RestrictionTable {
    /// Kinds of credentials that must be bound to addresses.
    pub require_ip: Option<Vec<Spanned<String>>>,
    /// Kinds of credentials that must have a quota.
    pub require_quota: Option<Vec<Spanned<String>>>,
    /// The only hosts that credentials may be sent to; `*` stands for anything.
    pub allowed_hosts: Option<Vec<Spanned<String>>>,
}

/// What is asked of where and how much credentials work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restrictions {
    pub(crate) require_ip: Option<Vec<Stated>>,
    pub(crate) require_quota: Option<Vec<Stated>>,
    pub(crate) allowed_hosts: Option<Vec<Stated>>,
}

impl Restrictions {
    pub(super) fn lay(&mut self, table: &RestrictionTable, text: Text<'_>) {
        for (entries, stated) in [
            (&table.require_ip, &mut self.require_ip),
            (&table.require_quota, &mut self.require_quota),
            (&table.allowed_hosts, &mut self.allowed_hosts),
        ] {
            if let Some(entries) = entries {
                *stated = Some(text.all_stated(entries));
            }
        }
    }

    /// What asks for addresses of one of these kinds.
    pub(super) fn asks_for_ip(&self, kinds: &[&str]) -> Option<Threshold> {
        asked(self.require_ip.as_deref(), kinds, "require-ip")
    }

    /// What asks for a quota of one of these kinds.
    pub(super) fn asks_for_quota(&self, kinds: &[&str]) -> Option<Threshold> {
        asked(self.require_quota.as_deref(), kinds, "require-quota")
    }

    /// What speaks against sending a credential to `host`.
    pub(super) fn objection_to_host(&self, host: &str) -> Option<Threshold> {
        let hosts = self.allowed_hosts.as_ref()?;
        if hosts.iter().any(|allowed| matches_wildcard(&allowed.text, host)) {
            return None;
        }
        let listed: Vec<&str> = hosts.iter().map(|host| host.text.as_str()).collect();
        let source = hosts.first().map_or_else(String::new, |host| host.source.to_string());
        Some(Threshold { limit: format!("allowed-hosts {}", listed.join(", ")), source })
    }
}

fn asked(stated: Option<&[Stated]>, kinds: &[&str], key: &str) -> Option<Threshold> {
    let found = stated?.iter().find(|stated| kinds.iter().any(|kind| matches_wildcard(&stated.text, kind)))?;
    Some(found.threshold(format!("{key} {}", found.text)))
}
