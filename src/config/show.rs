//! The effective configuration, with the source of every value: what `keysieve config show` prints.
//!
//! The text form is a `keysieve.toml` with the sources as comments: whoever copies it states what was in force.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};
use toml::Value;

use super::Config;
use super::policy::{InventoryMode, Limit, PolicySettings, Scopes, Stated};
use crate::place::{FilePath, sanitize};

/// One value.
#[derive(Clone, Debug)]
struct Line {
    key: String,
    value: Value,
    source: String,
}

/// A table of the file.
#[derive(Clone, Debug)]
struct Section {
    /// The keys that lead to it.
    path: Vec<String>,
    /// Whether it is one of several of its name.
    is_entry: bool,
    lines: Vec<Line>,
}

impl Section {
    fn new(path: &[&str]) -> Self {
        Self { path: path.iter().map(|key| (*key).to_owned()).collect(), is_entry: false, lines: Vec::new() }
    }

    fn entry(name: &str) -> Self {
        Self { is_entry: true, ..Self::new(&[name]) }
    }

    fn line(&mut self, key: &str, value: Value, source: &str) {
        self.lines.push(Line { key: key.to_owned(), value, source: source.to_owned() });
    }

    fn text(&mut self, key: &str, text: &str, source: &str) {
        self.line(key, Value::String(text.to_owned()), source);
    }

    fn limits<'l>(&mut self, limits: impl IntoIterator<Item = (&'l String, &'l Limit)>) {
        for (kind, limit) in limits {
            self.text(kind, &limit.text, &limit.source);
        }
    }

    /// A list, and the places of its items.
    fn list(&mut self, key: &str, stated: &[Stated]) {
        let mut sources: Vec<&str> = stated.iter().map(|stated| &*stated.source).collect();
        sources.dedup();
        let source = if sources.is_empty() { "default".to_owned() } else { sources.join(", ") };
        self.line(key, texts(stated.iter().map(|stated| stated.text.as_str())), &source);
    }
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    Value::Array(texts.into_iter().map(|text| Value::String(text.to_owned())).collect())
}

fn day(day: jiff::civil::Date) -> Value {
    let text = day.to_string();
    text.parse().map_or(Value::String(text), Value::Datetime)
}

/// The policy in force: for every file, or for one.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What is said of the file: its path, environment and owners, each with its source.
    about: Vec<(&'static str, String, String)>,
    sections: Vec<Section>,
}

impl Shown {
    /// What the configuration says; for one file, if `path` is given.
    #[must_use]
    pub fn new(config: &Config, path: Option<&[u8]>) -> Self {
        let all = &config.policy;
        let policy = path.map_or(all, |path| all.for_path(path));
        let mut sections = vec![top(policy, config, path.is_none())];
        sections.extend(path.is_none().then(|| suppression(config)));
        sections.extend(tables(policy));
        let mut about = Vec::new();
        match path {
            None => sections.extend(environments(all)),
            Some(path) => about = about_file(all, path),
        }
        sections.extend(owners(all).filter(|_| path.is_none()));
        sections.extend(policy.switches.iter().map(|(id, (switch, source))| {
            let mut section = Section::entry("check");
            section.text("id", id, source);
            section.text("severity", switch.id(), source);
            section
        }));
        sections.extend(exceptions(all, path));
        if path.is_none() {
            sections.extend(inventory(all));
            sections.extend(rotated(all));
        }
        Self { about, sections }
    }

    /// As a `keysieve.toml`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for (what, value, source) in &self.about {
            let source = if source.is_empty() { String::new() } else { format!(" ({})", sanitize(source)) };
            let _ = writeln!(out, "# {what}: {}{source}", sanitize(value));
        }
        for section in &self.sections {
            if section.lines.is_empty() && !section.is_entry {
                continue;
            }
            if !section.path.is_empty() {
                let path: Vec<String> = section.path.iter().map(|key| quoted(key)).collect();
                let (open, close) = if section.is_entry { ("[[", "]]") } else { ("[", "]") };
                let _ = write!(out, "\n{open}{}{close}\n", path.join("."));
            }
            for line in &section.lines {
                let _ = writeln!(out, "{} = {} # {}", quoted(&line.key), line.value, sanitize(&line.source));
            }
        }
        out
    }

    /// As JSON: tables as objects, and each value with its source.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut root = Map::new();
        for (what, value, source) in &self.about {
            root.insert((*what).to_owned(), with_source(Json::from(value.as_str()), source));
        }
        for section in &self.sections {
            let lines = section.lines.iter().map(|line| {
                let value = serde_json::to_value(Plain(&line.value)).unwrap_or(Json::Null);
                (line.key.clone(), with_source(value, &line.source))
            });
            insert(&mut root, &section.path, section.is_entry, lines.collect());
        }
        Json::Object(root)
    }
}

fn with_source(value: Json, source: &str) -> Json {
    let mut leaf = Map::new();
    if !source.is_empty() {
        leaf.insert("source".to_owned(), source.into());
    }
    leaf.insert("value".to_owned(), value);
    Json::Object(leaf)
}

fn insert(object: &mut Map<String, Json>, path: &[String], is_entry: bool, lines: Map<String, Json>) {
    let Some((key, rest)) = path.split_first() else {
        object.extend(lines);
        return;
    };
    if is_entry && rest.is_empty() {
        if let Json::Array(entries) = object.entry(key.clone()).or_insert_with(|| Json::Array(Vec::new())) {
            entries.push(Json::Object(lines));
        }
    } else if let Json::Object(inner) = object.entry(key.clone()).or_insert_with(|| Json::Object(Map::new())) {
        insert(inner, rest, is_entry, lines);
    }
}

/// A value without TOML's own type of dates.
pub(super) struct Plain<'v>(pub(super) &'v Value);

impl serde::Serialize for Plain<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Datetime(moment) => serializer.collect_str(moment),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Plain)),
            Value::Table(table) => serializer.collect_map(table.iter().map(|(key, value)| (key, Plain(value)))),
            other => serde::Serialize::serialize(other, serializer),
        }
    }
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_bare { key.to_owned() } else { Value::String(key.to_owned()).to_string() }
}

/// The keys of the top; for one file only what is of the policy. The key of the fingerprints is not shown.
fn top(policy: &PolicySettings, config: &Config, is_whole: bool) -> Section {
    let mut section = Section::new(&[]);
    section.text("preset", policy.preset.id(), &policy.preset_source);
    if is_whole {
        let source = |key: &str| config.sources.get(key).map_or("default", String::as_str);
        section.text("min-confidence", config.min_confidence.id(), source("min-confidence"));
        section.text("fail-on", config.fail_on.id(), source("fail-on"));
        section.list("exclude", &config.excluded);
        let sources: Vec<&str> = config.disabled.values().map(String::as_str).collect();
        let stated = if sources.is_empty() { "default".to_owned() } else { sources.join(", ") };
        section.line("disable", texts(config.disabled.keys().map(String::as_str)), &stated);
    }
    section
}

/// What may hide findings.
fn suppression(config: &Config) -> Section {
    let stated = &config.suppression;
    let mut section = Section::new(&["suppression"]);
    if let Some(baseline) = &stated.baseline {
        section.text("baseline", &baseline.name(), baseline.source());
    }
    for (key, value) in [
        ("comments", stated.comments),
        ("comments-of-changes", stated.comments_of_changes),
        ("foreign-comments", stated.foreign_comments),
        ("foreign-files", stated.foreign_files),
    ] {
        section.line(key, Value::Boolean(value), stated.sources.get(key).map_or("default", String::as_str));
    }
    section
}

fn tables(policy: &PolicySettings) -> Vec<Section> {
    let mut rotation = Section::new(&["policy", "rotation"]);
    rotation.limits(&policy.rotation.windows);
    rotation.text("warn-before", &policy.rotation.warn_before.text, &policy.rotation.warn_before.source);
    let mut lifetime = Section::new(&["policy", "lifetime"]);
    lifetime.limits(&policy.lifetime.0);
    let mut length = Section::new(&["policy", "length"]);
    for (kind, minimum) in &policy.length.0 {
        length.line(kind, Value::Integer(minimum.number.into()), &minimum.source);
    }
    let mut sections = vec![rotation, lifetime, length];
    sections.extend(policy.scopes.iter().map(|(provider, Scopes { allow, deny })| {
        let mut section = Section::new(&["policy", "scopes", provider]);
        if let Some(allow) = allow {
            section.list("allow", allow);
        }
        if !deny.is_empty() {
            section.list("deny", deny);
        }
        section
    }));
    let mut storage = Section::new(&["policy", "storage"]);
    for (kind, stores) in &policy.storage {
        storage.line(kind, texts(stores.allowed.iter().map(|store| store.id())), &stores.source);
    }
    let mut restriction = Section::new(&["policy", "restriction"]);
    for (key, stated) in [
        ("require-ip", &policy.restriction.require_ip),
        ("require-quota", &policy.restriction.require_quota),
        ("allowed-hosts", &policy.restriction.allowed_hosts),
    ] {
        if let Some(stated) = stated {
            restriction.list(key, stated);
        }
    }
    let mut inventory = Section::new(&["policy", "inventory"]);
    let rule = &policy.inventory_rule;
    let mode: InventoryMode = rule.mode;
    inventory.text("mode", mode.id(), rule.mode_source.as_deref().unwrap_or("default"));
    inventory.list("required-tags", &rule.required_tags);
    sections.extend([storage, restriction, inventory]);
    sections
}

fn environments(policy: &PolicySettings) -> Vec<Section> {
    let mut common = Section::new(&["environments"]);
    common.list("shared-ok", &policy.environments.shared_ok);
    let mut sections = vec![common];
    for environment in &policy.environments.all {
        let name = environment.name.as_str();
        let mut section = Section::new(&["environments", name]);
        section.list("paths", &environment.paths);
        section.list("branches", &environment.branches);
        if let Some(live) = environment.live_keys {
            section.line("live-keys", Value::Boolean(live), &environment.source);
        }
        let mut rotation = Section::new(&["environments", name, "policy", "rotation"]);
        rotation.limits(&environment.rotation);
        let mut lifetime = Section::new(&["environments", name, "policy", "lifetime"]);
        lifetime.limits(&environment.lifetime);
        sections.extend([section, rotation, lifetime]);
    }
    sections
}

fn owners(policy: &PolicySettings) -> impl Iterator<Item = Section> {
    let mut section = Section::new(&["owners"]);
    let owners = &policy.owners;
    section.line("source", texts(owners.order.iter().map(|source| source.id())), &owners.order_source);
    // The last one counts, and a key can stand only once.
    let stated: Vec<_> = owners.stated().collect();
    for (index, owner) in stated.iter().enumerate() {
        if stated[index + 1..].iter().all(|later| later.pattern != owner.pattern) {
            section.text(&owner.pattern, &owner.names.join(" "), &owner.source);
        }
    }
    std::iter::once(section)
}

fn exceptions<'p>(policy: &'p PolicySettings, path: Option<&'p [u8]>) -> impl Iterator<Item = Section> + 'p {
    let holds = move |exception: &&super::policy::Exception| {
        path.is_none_or(|path| exception.covers(&exception.id, path, exception.resource.as_deref()))
    };
    policy.exceptions().iter().filter(holds).map(|exception| {
        let mut section = Section::entry("exception");
        let source = &exception.source;
        section.text(if exception.is_check { "check" } else { "rule" }, &exception.id, source);
        section.text("path", &exception.path, source);
        for (key, text) in
            [("resource", &exception.resource), ("reason", &exception.reason), ("owner", &exception.owner)]
        {
            if let Some(text) = text {
                section.text(key, text, source);
            }
        }
        if let Some(until) = exception.until {
            section.line("until", day(until), source);
        }
        section
    })
}

fn inventory(policy: &PolicySettings) -> impl Iterator<Item = Section> {
    policy.inventory().iter().map(|known| {
        let mut section = Section::entry("inventory");
        let source = &known.source;
        section.text("name", &known.name, source);
        for (key, text) in [("kind", &known.kind), ("owner", &known.owner), ("project", &known.project)] {
            if let Some(text) = text {
                section.text(key, text, source);
            }
        }
        if !known.environments.is_empty() {
            section.line("environments", texts(known.environments.iter().map(String::as_str)), source);
        }
        if let Some(issued) = known.issued {
            section.line("issued", day(issued), source);
        }
        if let Some(store) = known.store {
            section.text("store", store.id(), source);
        }
        section
    })
}

fn rotated(policy: &PolicySettings) -> impl Iterator<Item = Section> {
    policy.rotations().iter().map(|rotated| {
        let mut section = Section::entry("rotated");
        section.text("fingerprint", &rotated.fingerprint, &rotated.source);
        section.line("at", day(rotated.at), &rotated.source);
        if let Some(by) = &rotated.by {
            section.text("by", by, &rotated.source);
        }
        section
    })
}

/// What is said of one file.
fn about_file(policy: &PolicySettings, path: &[u8]) -> Vec<(&'static str, String, String)> {
    let mut about = vec![("path", FilePath::new(path).display(), String::new())];
    if let Some(environment) = policy.environment_of(path) {
        about.push(("environment", environment.name.clone(), environment.source.clone()));
    }
    if let Some(owner) = policy.owner(path) {
        about.push(("owner", owner.names.join(" "), owner.source.clone()));
    }
    about
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Inputs, load};
    use super::*;

    #[test]
    fn what_is_shown_can_be_stated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keysieve.toml");
        let inputs = Inputs { file: Some(&path), known_checks: &["known-check"], ..Inputs::default() };
        let text = "[policy.storage]\ndefault = [\"vault\"]\n[policy.scopes.\"a b\"]\nallow = []\n[environments.prod]\npaths = [\"live/**\"]\nlive-keys = true\n[environments.prod.policy.rotation]\ndefault = \"30d\"\n[owners]\n\"src/**\" = \"@a @b\"\n[[check]]\nid = \"known-check\"\nseverity = \"low\"\n[[inventory]]\nname = \"A\"\nissued = 2026-01-01\n[[rotated]]\nfingerprint = \"ks1:00000000000000000000000000000000\"\nat = 2026-01-01\n[[exception]]\ncheck = \"known-check\"\npath = \"**\"\nreason = \"é \\\"x\\\"\"\nuntil = 2026-12-31\n";
        std::fs::write(&path, text).unwrap();
        let values = |shown: &Shown| {
            let without = |mut value: Json| {
                fn strip(value: &mut Json) {
                    match value {
                        Json::Object(object) => {
                            object.remove("source").filter(|source| source.is_object()).into_iter().for_each(drop);
                            object.values_mut().for_each(strip);
                        }
                        Json::Array(items) => items.iter_mut().for_each(strip),
                        _ => {}
                    }
                }
                strip(&mut value);
                value
            };
            without(shown.to_json())
        };
        let first = Shown::new(&load(&inputs).unwrap(), None);
        assert!(first.to_toml().contains("default = [\"vault\"] # "), "{}", first.to_toml());
        std::fs::write(&path, first.to_toml()).unwrap();
        let second =
            Shown::new(&load(&inputs).unwrap_or_else(|errors| panic!("{errors:?}\n{}", first.to_toml())), None);
        assert_eq!(values(&first), values(&second), "{}", first.to_toml());
        assert_eq!(first.to_json()["exception"][0]["until"]["value"], "2026-12-31");
        let one = Shown::new(&load(&inputs).unwrap(), Some(b"live/a.tf"));
        assert_eq!(one.to_json()["policy"]["rotation"]["default"]["value"], "30d");
        assert_eq!(one.to_json()["environment"]["value"], "prod");
    }
}
