//! The policy in force: what the layers make of the built-in one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::check::{self, CheckEntry, Switch, Switches};
use super::environments::{Environment, Environments, EnvironmentsTable};
use super::exception::{self, Exception, ExceptionEntry, Known};
use super::inventory::{self, InventoryEntry, InventoryMode, InventoryRule, InventoryTable, KnownCredential};
use super::length::{Minima, Minimum};
use super::limit::{self, LIFETIME, Lifetimes, Limit, LimitTable, Rotation};
use super::preset::Preset;
use super::restriction::{RestrictionTable, Restrictions};
use super::rotated::{self, Rotated, RotatedEntry};
use super::scopes::{self, ScopeTable, Scopes};
use super::storage::{self, StorageTable, Stores};
use super::text::{DEFAULT, PolicyError, Stated, Text};
use crate::config::owners::{Owner, Owners, OwnersTable};
use crate::finding::Threshold;

/// The `[policy]` table as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyTable {
    /// The longest time one value may be used, by rule id, provider or kind of secret; `default` for the rest;
    /// `warn-before` says how long before its end a window is announced.
    #[serde(default)]
    pub rotation: LimitTable,
    /// The longest life an issuer may give, by kind of token.
    #[serde(default)]
    pub lifetime: LimitTable,
    /// Least sizes, by kind of secret.
    #[serde(default)]
    pub length: BTreeMap<String, Spanned<u32>>,
    /// What may be granted, by provider.
    #[serde(default)]
    pub scopes: BTreeMap<String, ScopeTable>,
    /// Where secrets may be kept, by kind; `default` for the rest.
    #[serde(default)]
    pub storage: StorageTable,
    /// From where and how much credentials work.
    #[serde(default)]
    pub restriction: RestrictionTable,
    /// What is asked of the inventory.
    #[serde(default)]
    pub inventory: InventoryTable,
}

/// Everything that one text states of policy.
#[derive(Clone, Copy, Debug)]
pub struct PolicyLayer<'l> {
    /// The text.
    pub text: Text<'l>,
    /// `preset`.
    pub preset: Option<&'l Spanned<Preset>>,
    /// `[policy]`.
    pub policy: &'l PolicyTable,
    /// `[[check]]`.
    pub checks: &'l [CheckEntry],
    /// `[environments]`.
    pub environments: &'l EnvironmentsTable,
    /// `[owners]`.
    pub owners: &'l OwnersTable,
    /// `[[inventory]]`.
    pub inventory: &'l [InventoryEntry],
    /// `[[rotated]]`.
    pub rotated: &'l [RotatedEntry],
    /// `[[exception]]`.
    pub exceptions: &'l [ExceptionEntry],
}

/// The policy in force.
///
/// What is the same in every environment is shared, so that the policy of an environment costs its limits alone.
#[derive(Clone, Debug)]
pub struct PolicySettings {
    pub(crate) preset: Preset,
    pub(crate) preset_source: Cow<'static, str>,
    pub(crate) rotation: Rotation,
    pub(crate) lifetime: Lifetimes,
    pub(crate) length: Minima,
    pub(crate) scopes: BTreeMap<String, Scopes>,
    pub(crate) storage: BTreeMap<String, Stores>,
    pub(crate) restriction: Restrictions,
    pub(crate) inventory_rule: InventoryRule,
    pub(crate) switches: Switches,
    pub(crate) environments: Arc<Environments>,
    pub(crate) owners: Arc<Owners>,
    inventory: Arc<Vec<KnownCredential>>,
    rotated: Arc<Vec<Rotated>>,
    exceptions: Arc<Vec<Exception>>,
    /// The policies of environments that have limits of their own, by their place among the environments.
    own: BTreeMap<usize, PolicySettings>,
}

impl Default for PolicySettings {
    /// The built-in policy.
    fn default() -> Self {
        Self {
            preset: Preset::default(),
            preset_source: Cow::Borrowed(DEFAULT),
            rotation: Rotation::default(),
            lifetime: Lifetimes::default(),
            length: Minima::default(),
            scopes: scopes::built_in(),
            storage: BTreeMap::new(),
            restriction: Restrictions::default(),
            inventory_rule: InventoryRule::default(),
            switches: Switches::new(),
            environments: Arc::default(),
            owners: Arc::default(),
            inventory: Arc::default(),
            rotated: Arc::default(),
            exceptions: Arc::default(),
            own: BTreeMap::new(),
        }
    }
}

impl PolicySettings {
    /// Lays what one text states over the settings. What is wrong is left out and reported.
    pub fn lay(&mut self, layer: &PolicyLayer<'_>, known: Known<'_>) -> Vec<PolicyError> {
        let mut errors = Vec::new();
        let text = layer.text;
        if let Some(preset) = layer.preset {
            self.set_preset(*preset.get_ref(), text.place(preset.span().start));
        }
        self.rotation.lay(&limit::read(&layer.policy.rotation, None, text, &mut errors));
        self.lifetime.lay(&limit::read(&layer.policy.lifetime, Some(&LIFETIME), text, &mut errors));
        self.length.lay(&layer.policy.length, text, &mut errors);
        let scopes = layer.policy.scopes.iter();
        self.scopes.extend(scopes.map(|(provider, table)| (provider.clone(), Scopes::new(table, text))));
        self.storage.extend(storage::read(&layer.policy.storage, text));
        self.restriction.lay(&layer.policy.restriction, text);
        self.inventory_rule.lay(&layer.policy.inventory, text);
        check::lay(&mut self.switches, layer.checks, text, known.checks, &mut errors);
        Arc::make_mut(&mut self.environments).lay(layer.environments, text, &mut errors);
        Arc::make_mut(&mut self.owners).lay(layer.owners, text, &mut errors);
        let inventory = layer.inventory.iter().map(|entry| inventory::read(entry, text, &mut errors));
        Arc::make_mut(&mut self.inventory).extend(inventory);
        let rotated = layer.rotated.iter().filter_map(|entry| rotated::read(entry, text, &mut errors));
        Arc::make_mut(&mut self.rotated).extend(rotated);
        let exceptions = layer.exceptions.iter().filter_map(|entry| exception::read(entry, text, known, &mut errors));
        Arc::make_mut(&mut self.exceptions).extend(exceptions);
        self.work_out();
        errors
    }

    /// Works out the policies of environments anew.
    fn work_out(&mut self) {
        self.own.clear();
        let environments = Arc::clone(&self.environments);
        for (index, environment) in environments.all.iter().enumerate() {
            if !environment.rotation.is_empty() || !environment.lifetime.is_empty() {
                let mut own = self.clone();
                own.own.clear();
                own.rotation.lay(&environment.rotation);
                own.lifetime.lay(&environment.lifetime);
                self.own.insert(index, own);
            }
        }
    }

    /// Another preset, and where it was stated.
    pub fn set_preset(&mut self, preset: Preset, source: impl Into<Cow<'static, str>>) {
        self.preset = preset;
        self.preset_source = source.into();
        self.work_out();
    }

    /// The same with every check as it is by itself: all run, and none has another severity.
    #[must_use]
    pub fn with_every_check(mut self) -> Self {
        self.switches.clear();
        self.set_preset(Preset::Strict, DEFAULT);
        self
    }

    /// The same with this `CODEOWNERS` file.
    pub(in crate::config) fn read_codeowners(&mut self, name: &str, text: &str) {
        Arc::make_mut(&mut self.owners).read_codeowners(name, text);
        self.work_out();
    }

    /// The policy for one file: that of its environment.
    #[must_use]
    pub fn for_path(&self, path: &[u8]) -> &PolicySettings {
        if self.own.is_empty() {
            return self;
        }
        self.environments.of_path(path).and_then(|index| self.own.get(&index)).unwrap_or(self)
    }

    /// The environment that a file belongs to.
    #[must_use]
    pub fn environment_of(&self, path: &[u8]) -> Option<&Environment> {
        self.environments.of_path(path).map(|index| &self.environments.all[index])
    }

    /// The name of the environment that a file belongs to.
    #[must_use]
    pub fn environment(&self, path: &[u8]) -> Option<&str> {
        self.environment_of(path).map(|environment| environment.name.as_str())
    }

    /// The environment that a branch belongs to.
    #[must_use]
    pub fn environment_of_branch(&self, branch: &str) -> Option<&Environment> {
        self.environments.of_branch(branch).map(|index| &self.environments.all[index])
    }

    /// Whether secrets of one of these kinds may be the same in every environment.
    #[must_use]
    pub fn may_be_shared(&self, kinds: &[&str]) -> bool {
        self.environments.shared_ok.iter().any(|stated| kinds.contains(&stated.text.as_str()))
    }

    /// Which checks run.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// The rotation window of the first of `kinds` (most specific first) that has one, else the default.
    #[must_use]
    pub fn rotation(&self, kinds: &[&str]) -> &Limit {
        self.rotation.of(kinds)
    }

    /// How long before the end of a rotation window it is announced.
    #[must_use]
    pub fn warn_before(&self) -> &Limit {
        &self.rotation.warn_before
    }

    /// The lifetime that this kind of token may have; `None` for a kind that is not one of the table's.
    #[must_use]
    pub fn lifetime(&self, kind: &str) -> Option<&Limit> {
        self.lifetime.0.get(kind)
    }

    /// The least size of this kind of secret; `None` for a kind that is not one of the table's.
    #[must_use]
    pub fn length(&self, kind: &str) -> Option<&Minimum> {
        self.length.0.get(kind)
    }

    /// The scopes of a provider that are allowed or denied: the user's, or else the built-in ones.
    #[must_use]
    pub fn scopes(&self, provider: &str) -> Option<&Scopes> {
        self.scopes.get(provider)
    }

    /// The stores that the first of `kinds` (most specific first) may be in, else those of the default; `None` where the user
    /// states nothing.
    #[must_use]
    pub fn storage(&self, kinds: &[&str]) -> Option<&Stores> {
        kinds.iter().find_map(|kind| self.storage.get(*kind)).or_else(|| self.storage.get("default"))
    }

    /// Whether the user says anywhere where secrets may be kept.
    #[must_use]
    pub fn states_storage(&self) -> bool {
        !self.storage.is_empty()
    }

    /// Whether the user says which environments there are.
    #[must_use]
    pub fn states_environments(&self) -> bool {
        self.environments.all.iter().any(|environment| environment.source != DEFAULT)
    }

    /// What asks that credentials of one of these kinds are bound to addresses.
    #[must_use]
    pub fn requires_ip(&self, kinds: &[&str]) -> Option<Threshold> {
        self.restriction.asks_for_ip(kinds)
    }

    /// What asks that credentials of one of these kinds have a quota.
    #[must_use]
    pub fn requires_quota(&self, kinds: &[&str]) -> Option<Threshold> {
        self.restriction.asks_for_quota(kinds)
    }

    /// What speaks against sending a credential to `host`.
    #[must_use]
    pub fn host_objection(&self, host: &str) -> Option<Threshold> {
        self.restriction.objection_to_host(host)
    }

    /// Whether every credential must be in the inventory.
    #[must_use]
    pub fn inventory_mode(&self) -> InventoryMode {
        self.inventory_rule.mode
    }

    /// What a finding says of the inventory's mode.
    #[must_use]
    pub fn inventory_threshold(&self) -> Threshold {
        let source = self.inventory_rule.mode_source.clone().unwrap_or_else(|| DEFAULT.to_owned());
        Threshold { limit: format!("inventory {}", self.inventory_rule.mode.id()), source }
    }

    /// Tags that every resource which holds a credential must have.
    #[must_use]
    pub fn required_tags(&self) -> &[Stated] {
        &self.inventory_rule.required_tags
    }

    /// The credentials that the team knows of.
    #[must_use]
    pub fn inventory(&self) -> &[KnownCredential] {
        &self.inventory
    }

    /// The last recorded rotation of the secret with this fingerprint.
    #[must_use]
    pub fn rotated(&self, fingerprint: &str) -> Option<&Rotated> {
        self.rotated.iter().filter(|rotated| rotated.fingerprint == fingerprint).max_by_key(|rotated| rotated.at)
    }

    /// Every recorded rotation.
    #[must_use]
    pub fn rotations(&self) -> &[Rotated] {
        &self.rotated
    }

    /// Every exception, also those that hide nothing: see [`exception::flaw`].
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Who answers for a file.
    #[must_use]
    pub fn owner(&self, path: &[u8]) -> Option<&Owner> {
        self.owners.of(path)
    }

    /// Whether anything says who answers for what: a list of owners, or an entry of the inventory.
    #[must_use]
    pub fn states_owners(&self) -> bool {
        !self.owners.is_empty() || self.inventory.iter().any(|entry| entry.owner.is_some())
    }

    /// What the user has decided about a check.
    #[must_use]
    pub fn switch(&self, check: &str) -> Option<Switch> {
        self.switches.get(check).map(|(switch, _)| *switch)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::{ConfigError, policy_of};

    fn settings(text: &str) -> PolicySettings {
        policy_of(text, "keysieve.toml", &["known-check"]).unwrap()
    }

    fn errors(text: &str) -> Vec<ConfigError> {
        policy_of(text, "keysieve.toml", &["known-check"]).unwrap_err()
    }

    fn shown(limit: &Limit) -> String {
        format!("{} {}", limit.text, limit.source)
    }

    #[test]
    fn limits_remember_where_they_were_stated() {
        let text = "# é\n[policy.rotation]\ndefault = \"60d\"\nstripe = \"P7D\"\nwarn-before = \"7d\"\n\n[policy.lifetime]\njwt = \"12h\"\n";
        let settings = settings(text);
        assert_eq!(shown(settings.rotation(&["aws-kms-key"])), "60d keysieve.toml:3");
        assert_eq!(shown(settings.rotation(&["stripe-live-key", "stripe"])), "P7D keysieve.toml:4");
        assert_eq!(shown(settings.warn_before()), "7d keysieve.toml:5");
        assert_eq!(shown(settings.lifetime("jwt").unwrap()), "12h keysieve.toml:8");
        assert_eq!(shown(settings.lifetime("access-token").unwrap()), "1h default");
        let built_in = PolicySettings::default();
        assert_eq!(shown(built_in.rotation(&["aws-kms-key"])), "365d default");
        assert_eq!(shown(built_in.warn_before()), "14d default");
        assert_eq!(built_in.length("signing-secret").unwrap().threshold().limit, "32 bytes");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, line, part) in [
            ("[policy.rotation]\ndefault = \"90\"\n", 2, "`90d`"),
            ("[policy.lifetime]\nacess-token = \"1h\"\n", 2, "access-token"),
            ("[policy.length]\npassword = 3\n", 2, "signing-secret"),
            ("[policy.length]\nsigning-secret = -3\n", 2, ""),
            ("[policy.storage]\ndefault = [\n\"drawer\"]\n", 3, "aws-secretsmanager"),
            ("[policy.inventory]\nmode = \"loose\"\n", 2, "strict"),
            ("\npreset = \"all\"\n", 2, "recommended"),
            ("[[check]]\nid = \"unknown\"\nseverity = \"off\"\n", 2, "unknown"),
            ("[[check]]\nid = \"known-check\"\nseverity = \"loud\"\n", 3, "loud"),
            ("[environments.prod]\npaths = [\"a[\"]\n", 2, "a["),
            ("[environments.prod]\nlive-key = true\n", 2, "live-keys"),
            ("[environments.prod.policy.rotation]\ndefault = \"x\"\n", 2, "`90d`"),
            ("[owners]\nsource = [\"OWNERS\"]\n", 2, "CODEOWNERS"),
            ("[[rotated]]\nfingerprint = \"abc\"\nat = 2026-01-01\n", 2, "ks1:"),
            ("[[rotated]]\nfingerprint = \"abc\"\nat = \"soon\"\n", 3, "2026-12-31"),
            ("[[inventory]]\nname = \"A\"\nissued = 7\n", 3, "2026-12-31"),
            ("[[exception]]\ncheck = \"nothing\"\npath = \"**\"\n", 2, "no check"),
            ("[[exception]]\nrule = \"nothing\"\npath = \"**\"\n", 2, "no rule"),
            ("[[exception]]\npath = \"**\"\n", 2, "either"),
            ("[[exception]]\ncheck = \"known-check\"\n", 1, "path"),
            ("[[exception]]\nrule = \"private-key\"\npath = \"**\"\nresource = \"a\"\n", 4, "resource"),
        ] {
            let errors = errors(text);
            assert_eq!(errors[0].line, Some(line), "{text}: {errors:?}");
            assert!(errors[0].reason.contains(part), "{text}: {errors:?}");
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        for text in ["[policy]\nrotations = {}", "[policy.scopes.a]\nallowed = []", "[policy.restriction]\nip = []"] {
            assert!(errors(text)[0].reason.contains("unknown field"), "{text}");
        }
    }

    #[test]
    fn a_window_may_be_asked_for_by_the_provider_s_name() {
        let settings = settings("[policy.rotation]\ngoogle-cloud = \"30d\"\n");
        assert_eq!(settings.rotation(&["some-rule", "Google Cloud"]).text, "30d");
        assert_eq!(settings.rotation(&["some-rule", "Google"]).text, "90d");
    }

    #[test]
    fn switches() {
        let settings = settings("[[check]]\nid = \"known-check\"\nseverity = \"off\"\n");
        assert_eq!(settings.switch("known-check"), Some(Switch::Off));
        assert_eq!(settings.switch("other"), None);
    }

    #[test]
    fn scopes_are_denied_before_they_are_allowed() {
        let settings = settings("[policy.scopes.github]\nallow = [\"contents:*\"]\ndeny = [\"contents:write\"]\n");
        let scopes = settings.scopes("github").unwrap();
        assert_eq!(scopes.objection("contents:read"), None);
        assert_eq!(scopes.objection("contents:write").unwrap().source, "keysieve.toml:3");
        assert_eq!(scopes.objection("packages:read").unwrap().limit, "allow contents:*");
        // The user's table of a provider replaces the built-in one; the others stay.
        assert_eq!(settings.scopes("slack").unwrap().objection("admin.users:read").unwrap().source, "default");
        assert!(PolicySettings::default().scopes("github").unwrap().objection("admin:org").is_some());
    }

    #[test]
    fn storage_and_restrictions_speak_where_they_are_stated() {
        assert!(PolicySettings::default().storage(&["a"]).is_none());
        let settings = settings(
            "[policy.storage]\ndefault = [\"vault\", \"sops\"]\nstripe-live-key = [\"aws-secretsmanager\"]\n[policy.restriction]\nrequire-ip = [\"gcp-api-key\"]\nallowed-hosts = [\"api.example.com\", \"*.internal\"]\n",
        );
        let objection = settings.storage(&["stripe-live-key"]).unwrap().objection(super::super::Store::Vault).unwrap();
        assert_eq!((objection.limit.as_str(), objection.source.as_str()), ("aws-secretsmanager", "keysieve.toml:3"));
        assert!(settings.storage(&["other"]).unwrap().objection(super::super::Store::Sops).is_none());
        assert_eq!(settings.requires_ip(&["gcp-api-key"]).unwrap().source, "keysieve.toml:5");
        assert!(settings.requires_quota(&["gcp-api-key"]).is_none());
        assert!(settings.host_objection("a.internal").is_none());
        assert_eq!(settings.host_objection("evil.example").unwrap().source, "keysieve.toml:6");
    }

    #[test]
    fn environments_have_limits_of_their_own() {
        let settings = settings(
            "[policy.rotation]\nstripe = \"20d\"\n[environments]\nshared-ok = [\"sentry-dsn\"]\n[environments.prod]\npaths = [\"live/**\"]\nbranches = [\"release/*\"]\nlive-keys = true\n[environments.prod.policy.rotation]\ndefault = \"30d\"\n[environments.any]\npaths = [\"**\"]\n",
        );
        assert_eq!(settings.environment(b"live/a.tf"), Some("prod"));
        assert_eq!(settings.environment(b"a.tf"), Some("any"));
        assert_eq!(settings.environment_of_branch("release/1").unwrap().live_keys, Some(true));
        assert!(settings.may_be_shared(&["sentry-dsn"]) && !settings.may_be_shared(&["other"]));
        let own = settings.for_path(b"live/a.tf");
        assert_eq!(shown(own.rotation(&["aws-kms-key"])), "30d keysieve.toml:10");
        assert_eq!(shown(own.rotation(&["stripe"])), "20d keysieve.toml:2");
        assert_eq!(own.environment(b"live/a.tf"), Some("prod"));
        assert_eq!(shown(settings.for_path(b"a.tf").rotation(&["aws-kms-key"])), "365d default");
    }

    #[test]
    fn environments_are_known_by_common_names() {
        let settings = PolicySettings::default();
        for (path, name) in [
            ("deploy/production/app.yml", Some("prod")),
            ("prod/a", Some("prod")),
            ("env/prod.tfvars", Some("prod")),
            (".env.production", Some("prod")),
            ("values-staging.yaml", Some("staging")),
            ("docker-compose.dev.yml", Some("dev")),
            ("test/a.yml", Some("test")),
            ("products/a.yml", None),
            ("latest.yml", None),
        ] {
            assert_eq!(settings.environment(path.as_bytes()), name, "{path}");
        }
    }

    #[test]
    fn entries_are_kept_with_their_place() {
        let settings = settings(
            "[[inventory]]\nname = \"STRIPE_SECRET_KEY\"\nissued = 2026-09-01\nstore = \"vault\"\n[[rotated]]\nfingerprint = \"ks1:00000000000000000000000000000000\"\nat = 2026-01-01\n[[rotated]]\nfingerprint = \"ks1:00000000000000000000000000000000\"\nat = \"2026-02-01\"\nby = \"@alice\"\n",
        );
        assert_eq!(settings.inventory()[0].issued.unwrap().to_string(), "2026-09-01");
        assert_eq!(settings.inventory()[0].source, "keysieve.toml:2");
        assert_eq!(settings.rotations().len(), 2);
        let last = settings.rotated("ks1:00000000000000000000000000000000").unwrap();
        assert_eq!((last.at.to_string().as_str(), last.by.as_deref()), ("2026-02-01", Some("@alice")));
    }

    #[test]
    fn an_exception_covers_a_resource_and_all_under_it() {
        let settings =
            settings("[[exception]]\ncheck = \"known-check\"\npath = \"infra/*.tf\"\nresource = \"aws_iam_role.a\"\n");
        let exception = &settings.exceptions()[0];
        let covers = |path: &str, route| exception.covers("known-check", path.as_bytes(), route);
        assert!(covers("infra/a.tf", Some("aws_iam_role.a")) && covers("infra/a.tf", Some("aws_iam_role.a.policy")));
        assert!(!covers("infra/a.tf", Some("aws_iam_role.ab")) && !covers("infra/a.tf", None));
        assert!(!covers("infra/deep/a.tf", Some("aws_iam_role.a")));
        assert!(!exception.covers("other", b"infra/a.tf", Some("aws_iam_role.a")));
    }
}
