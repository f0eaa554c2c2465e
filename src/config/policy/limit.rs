//! Limits on lengths of time: `[policy.rotation]` and `[policy.lifetime]`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use super::duration;
use super::text::{DEFAULT, PolicyError, Text};
use crate::finding::Threshold;

/// Built-in rotation windows. More specific kinds come with their own where the provider's practice differs.
pub(crate) const ROTATION: [(&str, &str); 3] = [("default", "90d"), ("aws-kms-key", "365d"), ("gcp-kms-key", "90d")];

/// How long before the end of a window it is announced, and the key that says so among the windows.
pub(crate) const WARN_BEFORE: (&str, &str) = ("warn-before", "14d");

/// Built-in lifetimes: what an issuer may hand out. Where providers have a default or a ceiling that is no longer than what is
/// sensible, it is theirs: 398 days of a certificate, Vault's 768 hours of a lease. One is of no issuer: how long a comment or
/// an entry of the baseline may hide something without being renewed.
pub(crate) const LIFETIME: [(&str, &str); 18] = [
    ("access-token", "1h"),
    ("bootstrap-token", "24h"),
    ("cached-decision", "5m"),
    ("certificate", "398d"),
    ("client-secret", "180d"),
    ("deploy-token", "365d"),
    ("gateway-key", "90d"),
    ("jwt", "1h"),
    ("key-vault-secret", "365d"),
    ("lease", "768h"),
    ("personal-access-token", "90d"),
    ("refresh-token", "30d"),
    ("role-session", "4h"),
    ("sas-url", "24h"),
    ("secret-refresh", "24h"),
    ("service-account-token", "1h"),
    ("session", "30d"),
    ("suppression", "180d"),
];

/// A table of lengths of time as it is written.
pub type LimitTable = BTreeMap<String, Spanned<String>>;

/// A limit on a length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// As it is stated: `90d`.
    pub text: Cow<'static, str>,
    /// How long that is.
    pub length: Duration,
    /// `default`, or `keysieve.toml:7`.
    pub source: Cow<'static, str>,
}

impl Limit {
    fn built_in(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            length: duration::parse(text).expect("built-in limits are written with their unit"),
            source: Cow::Borrowed(DEFAULT),
        }
    }

    /// How many whole days that is.
    #[must_use]
    pub fn days(&self) -> i64 {
        i64::try_from(self.length.as_secs() / 86_400).unwrap_or(i64::MAX)
    }

    /// What a finding says of it.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        Threshold { limit: self.text.to_string(), source: self.source.to_string() }
    }
}

/// The limits of a table by kind; what is wrong is left out and reported. `known` are the only kinds there are, if they are
/// bounded.
pub(super) fn read(
    table: &LimitTable,
    known: Option<&[(&str, &str)]>,
    text: Text<'_>,
    errors: &mut Vec<PolicyError>,
) -> BTreeMap<String, Limit> {
    let mut limits = BTreeMap::new();
    for (kind, value) in table {
        if let Some(known) = known.filter(|known| known.iter().all(|(name, _)| name != kind)) {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let message = format!("there is no lifetime of {kind:?}: {}", names.join(", "));
            errors.push(PolicyError { span: value.span(), message });
            continue;
        }
        let stated = value.get_ref();
        let Some(length) = duration::parse(stated).filter(|length| !length.is_zero()) else {
            let message = format!("{stated:?} is no length of time: write `90d`, `12h`, `P90D` or `PT12H`");
            errors.push(PolicyError { span: value.span(), message });
            continue;
        };
        let source = Cow::Owned(text.place(value.span().start));
        limits.insert(kind.clone(), Limit { text: Cow::Owned(stated.clone()), length, source });
    }
    limits
}

fn built_in(entries: &[(&'static str, &'static str)]) -> BTreeMap<String, Limit> {
    entries.iter().map(|&(kind, text)| (kind.to_owned(), Limit::built_in(text))).collect()
}

/// How long one value may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rotation {
    pub(crate) windows: BTreeMap<String, Limit>,
    pub(crate) warn_before: Limit,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { windows: built_in(&ROTATION), warn_before: Limit::built_in(WARN_BEFORE.1) }
    }
}

impl Rotation {
    pub(super) fn lay(&mut self, limits: &BTreeMap<String, Limit>) {
        for (kind, limit) in limits {
            if kind == WARN_BEFORE.0 {
                self.warn_before = limit.clone();
            } else {
                self.windows.insert(kind.clone(), limit.clone());
            }
        }
        if limits.contains_key("default") {
            // Who states a default means it for everything that has no entry of its own.
            self.windows.retain(|_, limit| limit.source != DEFAULT);
        }
    }

    /// A kind may be the name of a provider as people write it: `Google Cloud` has the window of `google-cloud`.
    pub(super) fn of(&self, kinds: &[&str]) -> &Limit {
        let of_name = |name: &str| self.windows.get(&name.to_lowercase().replace(' ', "-"));
        kinds
            .iter()
            .find_map(|kind| self.windows.get(*kind).or_else(|| of_name(kind)))
            .or_else(|| self.windows.get("default"))
            .expect("the default window is built in and can only be replaced")
    }
}

/// What an issuer may hand out, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lifetimes(pub(crate) BTreeMap<String, Limit>);

impl Default for Lifetimes {
    fn default() -> Self {
        Self(built_in(&LIFETIME))
    }
}

impl Lifetimes {
    pub(super) fn lay(&mut self, limits: &BTreeMap<String, Limit>) {
        self.0.extend(limits.iter().map(|(kind, limit)| (kind.clone(), limit.clone())));
    }
}
