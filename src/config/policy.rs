//! The policy a user states in `keysieve.toml`: `[policy.rotation]`, `[policy.lifetime]`, `[policy.scopes.<provider>]` and
//! the `[[check]]` switches.
//!
//! The tables are deserialised with their offsets and then [applied](PolicySettings::apply) to the built-in settings, layer
//! after layer; each limit remembers where it was stated, because every finding prints it.

pub mod duration;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::finding::{Severity, Threshold};

/// Built-in rotation windows. More specific kinds come with their own where the provider's practice differs.
const ROTATION: [(&str, &str); 3] = [("default", "90d"), ("aws-kms-key", "365d"), ("gcp-kms-key", "90d")];

/// Built-in lifetimes: what an issuer may hand out.
const LIFETIME: [(&str, &str); 16] = [
    ("access-token", "1h"),
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
];

/// The `[policy]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyTable {
    /// The longest time one value may be used, by rule id, provider or kind of secret; `default` for the rest.
    #[serde(default)]
    pub rotation: BTreeMap<String, Spanned<String>>,
    /// The longest life an issuer may give, by kind of token.
    #[serde(default)]
    pub lifetime: BTreeMap<String, Spanned<String>>,
    /// What may be granted, by provider.
    #[serde(default)]
    pub scopes: BTreeMap<String, ScopeTable>,
}

/// `[policy.scopes.<provider>]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScopeTable {
    /// The only scopes that may be granted; `*` stands for anything. Without it, all that `deny` does not name.
    pub allow: Option<Vec<Spanned<String>>>,
    /// Scopes that may not be granted, also where `allow` names them.
    #[serde(default)]
    pub deny: Vec<Spanned<String>>,
}

/// A `[[check]]` entry: another severity for a check, or `off`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckEntry {
    /// Id of the check.
    pub id: Spanned<String>,
    /// `critical`, `high`, `medium`, `low`, `info` or `off`.
    pub severity: Spanned<String>,
}

/// Something wrong with the policy that a user states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// Which bytes of the file.
    pub span: Range<usize>,
    /// What is wrong, and what is allowed.
    pub message: String,
}

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
    /// What a finding says of it.
    #[must_use]
    pub fn threshold(&self) -> Threshold {
        Threshold { limit: self.text.to_string(), source: self.source.to_string() }
    }
}

/// Scopes that a user allows or denies for one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    allow: Option<Vec<Pattern>>,
    deny: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    text: String,
    source: String,
}

impl Scopes {
    /// What speaks against granting `scope`: the pattern that denies it, or the list that does not name it.
    #[must_use]
    pub fn objection(&self, scope: &str) -> Option<Threshold> {
        if let Some(pattern) = self.deny.iter().find(|pattern| matches_wildcard(&pattern.text, scope)) {
            return Some(Threshold { limit: format!("deny {}", pattern.text), source: pattern.source.clone() });
        }
        let allow = self.allow.as_ref()?;
        if allow.iter().any(|pattern| matches_wildcard(&pattern.text, scope)) {
            return None;
        }
        let listed: Vec<&str> = allow.iter().map(|pattern| pattern.text.as_str()).collect();
        let source = allow.first().map_or_else(String::new, |pattern| pattern.source.clone());
        Some(Threshold { limit: format!("allow {}", listed.join(", ")), source })
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any characters. Letters are compared without case.
#[must_use]
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// What a user has decided about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It does not run.
    Off,
    /// Its findings have this severity.
    Severity(Severity),
}

/// The policy in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySettings {
    rotation: BTreeMap<String, Limit>,
    lifetime: BTreeMap<String, Limit>,
    scopes: BTreeMap<String, Scopes>,
    checks: BTreeMap<String, Switch>,
}

impl Default for PolicySettings {
    /// The built-in policy.
    fn default() -> Self {
        let table = |entries: &[(&'static str, &'static str)]| {
            let limit = |text: &'static str| Limit {
                text: Cow::Borrowed(text),
                length: duration::parse(text).expect("built-in limits are written with their unit"),
                source: Cow::Borrowed("default"),
            };
            entries.iter().map(|&(kind, text)| (kind.to_owned(), limit(text))).collect()
        };
        Self {
            rotation: table(&ROTATION),
            lifetime: table(&LIFETIME),
            scopes: BTreeMap::new(),
            checks: BTreeMap::new(),
        }
    }
}

impl PolicySettings {
    /// Lays the tables of one file over the settings. `source` is the file's name as findings print it, `text` its
    /// content, `known_checks` the ids that a `[[check]]` may name. What is wrong is left out and reported.
    pub fn apply(
        &mut self,
        policy: &PolicyTable,
        checks: &[CheckEntry],
        source: &str,
        text: &str,
        known_checks: &[&str],
    ) -> Vec<PolicyError> {
        let mut errors = Vec::new();
        let file = File { name: source, text };
        file.limits(&policy.rotation, None, &mut self.rotation, &mut errors);
        if self.rotation.get("default").is_some_and(|limit| limit.source != "default") {
            // Who states a default means it for everything that has no entry of its own.
            self.rotation.retain(|_, limit| limit.source != "default");
        }
        file.limits(&policy.lifetime, Some(&LIFETIME), &mut self.lifetime, &mut errors);
        for (provider, table) in &policy.scopes {
            let patterns = |list: &[Spanned<String>]| list.iter().map(|entry| file.pattern(entry)).collect();
            let scopes = Scopes { allow: table.allow.as_deref().map(patterns), deny: patterns(&table.deny) };
            self.scopes.insert(provider.clone(), scopes);
        }
        for entry in checks {
            let id = entry.id.get_ref();
            if !known_checks.contains(&id.as_str()) {
                let message = format!("there is no check {id:?}; `keysieve rules list` names them all");
                errors.push(PolicyError { span: entry.id.span(), message });
                continue;
            }
            let word = entry.severity.get_ref();
            let switch = match Severity::ALL.into_iter().find(|severity| severity.id() == word) {
                Some(severity) => Switch::Severity(severity),
                None if word == "off" => Switch::Off,
                None => {
                    let message = format!("{word:?} is no severity: critical, high, medium, low, info or off");
                    errors.push(PolicyError { span: entry.severity.span(), message });
                    continue;
                }
            };
            self.checks.insert(id.clone(), switch);
        }
        errors
    }

    /// The rotation window of the first of `kinds` (most specific first) that has one, else the default.
    #[must_use]
    pub fn rotation(&self, kinds: &[&str]) -> &Limit {
        kinds
            .iter()
            .find_map(|kind| self.rotation.get(*kind))
            .or_else(|| self.rotation.get("default"))
            .expect("the default window is built in and can only be replaced")
    }

    /// The lifetime that this kind of token may have; `None` for a kind that is not one of the table's.
    #[must_use]
    pub fn lifetime(&self, kind: &str) -> Option<&Limit> {
        self.lifetime.get(kind)
    }

    /// The scopes that the user states for a provider.
    #[must_use]
    pub fn scopes(&self, provider: &str) -> Option<&Scopes> {
        self.scopes.get(provider)
    }

    /// What the user has decided about a check.
    #[must_use]
    pub fn switch(&self, check: &str) -> Option<Switch> {
        self.checks.get(check).copied()
    }
}

struct File<'f> {
    name: &'f str,
    text: &'f str,
}

impl File<'_> {
    fn place(&self, offset: usize) -> String {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        format!("{}:{}", self.name, memchr::memchr_iter(b'\n', before).count() + 1)
    }

    fn pattern(&self, entry: &Spanned<String>) -> Pattern {
        Pattern { text: entry.get_ref().clone(), source: self.place(entry.span().start) }
    }

    fn limits(
        &self,
        table: &BTreeMap<String, Spanned<String>>,
        known: Option<&[(&str, &str)]>,
        limits: &mut BTreeMap<String, Limit>,
        errors: &mut Vec<PolicyError>,
    ) {
        for (kind, value) in table {
            if let Some(known) = known.filter(|known| known.iter().all(|(name, _)| name != kind)) {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                let message = format!("there is no lifetime of {kind:?}: {}", names.join(", "));
                errors.push(PolicyError { span: value.span(), message });
                continue;
            }
            let text = value.get_ref();
            let Some(length) = duration::parse(text).filter(|length| !length.is_zero()) else {
                let message = format!("{text:?} is no length of time: write `90d`, `12h`, `P90D` or `PT12H`");
                errors.push(PolicyError { span: value.span(), message });
                continue;
            };
            let source = Cow::Owned(self.place(value.span().start));
            limits.insert(kind.clone(), Limit { text: Cow::Owned(text.clone()), length, source });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Deserialize)]
    struct Whole {
        #[serde(default)]
        policy: PolicyTable,
        #[serde(default)]
        check: Vec<CheckEntry>,
    }

    fn settings(text: &str) -> (PolicySettings, Vec<PolicyError>) {
        let whole: Whole = toml::from_str(text).unwrap();
        let mut settings = PolicySettings::default();
        let errors = settings.apply(&whole.policy, &whole.check, "keysieve.toml", text, &["known-check"]);
        (settings, errors)
    }

    #[test]
    fn limits_remember_where_they_were_stated() {
        let (settings, errors) = settings(
            "# é\n[policy.rotation]\ndefault = \"60d\"\nstripe = \"P7D\"\n\n[policy.lifetime]\njwt = \"12h\"\n",
        );
        assert_eq!(errors, []);
        let shown = |limit: &Limit| format!("{} {}", limit.text, limit.source);
        assert_eq!(shown(settings.rotation(&["aws-kms-key"])), "60d keysieve.toml:3");
        assert_eq!(shown(settings.rotation(&["stripe-live-key", "stripe"])), "P7D keysieve.toml:4");
        assert_eq!(shown(settings.lifetime("jwt").unwrap()), "12h keysieve.toml:7");
        assert_eq!(shown(settings.lifetime("access-token").unwrap()), "1h default");
        assert_eq!(shown(PolicySettings::default().rotation(&["aws-kms-key"])), "365d default");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let text = "[policy.rotation]\ndefault = \"90\"\n[policy.lifetime]\nacess-token = \"1h\"\n[[check]]\nid = \"unknown\"\nseverity = \"off\"\n[[check]]\nid = \"known-check\"\nseverity = \"loud\"\n";
        let (settings, errors) = settings(text);
        let shown: Vec<&str> = errors.iter().map(|error| &text[error.span.clone()]).collect();
        assert_eq!(shown, ["\"90\"", "\"1h\"", "\"unknown\"", "\"loud\""]);
        assert_eq!(settings.rotation(&[]).text, "90d", "a wrong default leaves the built-in one");
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<PolicyTable>("rotations = {}").is_err());
        assert!(toml::from_str::<ScopeTable>("allowed = []").is_err());
    }

    #[test]
    fn switches() {
        let (settings, errors) = settings("[[check]]\nid = \"known-check\"\nseverity = \"off\"\n");
        assert_eq!(errors, []);
        assert_eq!(settings.switch("known-check"), Some(Switch::Off));
        assert_eq!(settings.switch("other"), None);
    }

    #[test]
    fn scopes_are_denied_before_they_are_allowed() {
        let (settings, _) = settings("[policy.scopes.github]\nallow = [\"contents:*\"]\ndeny = [\"contents:write\"]\n");
        let scopes = settings.scopes("github").unwrap();
        assert_eq!(scopes.objection("contents:read"), None);
        assert_eq!(scopes.objection("contents:write").unwrap().source, "keysieve.toml:3");
        assert_eq!(scopes.objection("packages:read").unwrap().limit, "allow contents:*");
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("a*c", "abc", true),
            ("a*c", "abd", false),
            ("*:write", "contents:write", true),
            ("a*b*c", "aXbYc", true),
            ("aba", "ab", false),
            ("ab*ba", "aba", false),
            ("IAM:*", "iam:PassRole", true),
        ] {
            assert_eq!(matches_wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }
}
