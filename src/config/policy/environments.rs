//! Environments by path and branch: `[environments]`.
//!
//! What environment a file belongs to is asked of every file, so the globs of all environments are compiled into one set. The
//! policy of an environment that changes limits is worked out once, when the layers are laid, and not for each file.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use toml::Spanned;

use super::limit::{self, LIFETIME, Limit, LimitTable};
use super::text::{DEFAULT, PolicyError, Stated, Text, glob};

/// The environments that common names tell, where the user states none.
pub(crate) const BUILT_IN: [(&str, &str); 4] =
    [("prod", "{prod,production}"), ("staging", "{staging,stage}"), ("dev", "{dev,development}"), ("test", "test")];

/// `[environments]` as it is written.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentsTable {
    /// Kinds of secrets that may be the same everywhere.
    pub shared_ok: Option<Vec<Spanned<String>>>,
    /// The environments by name.
    pub named: BTreeMap<String, Spanned<EnvironmentTable>>,
}

/// `[environments.<name>]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvironmentTable {
    /// Globs of its files.
    #[serde(default)]
    pub paths: Vec<Spanned<String>>,
    /// Globs of its branches.
    #[serde(default)]
    pub branches: Vec<Spanned<String>>,
    /// Whether live credentials belong here.
    pub live_keys: Option<bool>,
    /// What it has of the policy for itself.
    #[serde(default)]
    pub policy: EnvironmentPolicy,
}

/// `[environments.<name>.policy]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvironmentPolicy {
    /// As `[policy.rotation]`.
    #[serde(default)]
    pub rotation: LimitTable,
    /// As `[policy.lifetime]`.
    #[serde(default)]
    pub lifetime: LimitTable,
}

impl<'de> Deserialize<'de> for EnvironmentsTable {
    /// By hand, because `shared-ok` stands among the names, and serde's flattening loses places.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = EnvironmentsTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of environments")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EnvironmentsTable, A::Error> {
                let mut table = EnvironmentsTable::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "shared-ok" {
                        table.shared_ok = Some(map.next_value()?);
                    } else {
                        table.named.insert(key, map.next_value()?);
                    }
                }
                Ok(table)
            }
        }
        deserializer.deserialize_map(Table)
    }
}

/// One environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Globs of its files, as they are written.
    pub paths: Vec<Stated>,
    /// Globs of its branches, as they are written.
    pub branches: Vec<Stated>,
    /// Whether live credentials belong here, where that is said.
    pub live_keys: Option<bool>,
    /// `default`, or `keysieve.toml:7`.
    pub source: String,
    pub(crate) rotation: BTreeMap<String, Limit>,
    pub(crate) lifetime: BTreeMap<String, Limit>,
}

/// All environments, in the order in which they are asked.
#[derive(Clone, Debug)]
pub(crate) struct Environments {
    pub(crate) all: Vec<Environment>,
    pub(crate) shared_ok: Vec<Stated>,
    /// Compiled when somebody asks: a scan for secrets does not.
    paths: OnceLock<Matcher>,
    branches: OnceLock<Matcher>,
}

/// Globs, and which environment each is of.
#[derive(Clone, Debug, Default)]
struct Matcher {
    set: GlobSet,
    owners: Vec<usize>,
}

impl Matcher {
    fn new(globs: Vec<(usize, Glob)>) -> Self {
        let mut builder = GlobSetBuilder::new();
        let owners = globs.iter().map(|(owner, _)| *owner).collect();
        globs.into_iter().for_each(|(_, glob)| _ = builder.add(glob));
        // A set too large to compile: each of its globs was compiled alone before.
        builder.build().map_or_else(|_| Self::default(), |set| Self { set, owners })
    }

    /// The first environment that one of the globs is of.
    fn first(&self, text: &[u8]) -> Option<usize> {
        let found = self.set.matches(bstr::ByteSlice::to_path_lossy(text));
        found.into_iter().filter_map(|index| self.owners.get(index)).min().copied()
    }
}

impl Default for Environments {
    fn default() -> Self {
        let all = BUILT_IN.iter().map(|&(name, word)| Environment {
            name: name.to_owned(),
            paths: [
                format!("**/{word}/**"),
                format!("**/{word}.*"),
                format!("**/*[._-]{word}"),
                format!("**/*[._-]{word}.*"),
            ]
            .map(|text| Stated { text, source: DEFAULT.into() })
            .to_vec(),
            branches: Vec::new(),
            live_keys: None,
            source: DEFAULT.to_owned(),
            rotation: BTreeMap::new(),
            lifetime: BTreeMap::new(),
        });
        Self::of(all.collect(), Vec::new())
    }
}

impl Environments {
    fn of(all: Vec<Environment>, shared_ok: Vec<Stated>) -> Self {
        Self { all, shared_ok, paths: OnceLock::new(), branches: OnceLock::new() }
    }

    fn matcher(&self, of: fn(&Environment) -> &[Stated]) -> Matcher {
        let each = self.all.iter().enumerate().flat_map(|(owner, it)| of(it).iter().map(move |glob| (owner, glob)));
        let built = each.filter_map(|(owner, stated)| {
            let glob = globset::GlobBuilder::new(&stated.text).literal_separator(true).build();
            Some((owner, glob.ok()?))
        });
        Matcher::new(built.collect())
    }

    /// Lays a table over what there is: what an upper layer states goes first, and replaces what has its name.
    pub(super) fn lay(&mut self, table: &EnvironmentsTable, text: Text<'_>, errors: &mut Vec<PolicyError>) {
        let mut stated: Vec<(&String, &Spanned<EnvironmentTable>)> = table.named.iter().collect();
        // The parser sorts by name; the user's order decides who is asked first.
        stated.sort_by_key(|(_, environment)| first_offset(environment));
        let mut all: Vec<Environment> = stated
            .into_iter()
            .map(|(name, entry)| {
                let environment = entry.get_ref();
                for entry in environment.paths.iter().chain(&environment.branches) {
                    glob(entry, errors);
                }
                Environment {
                    name: name.clone(),
                    paths: text.all_stated(&environment.paths),
                    branches: text.all_stated(&environment.branches),
                    live_keys: environment.live_keys,
                    source: text.place(entry.span().start),
                    rotation: limit::read(&environment.policy.rotation, None, text, errors),
                    lifetime: limit::read(&environment.policy.lifetime, Some(&LIFETIME), text, errors),
                }
            })
            .collect();
        if table.named.is_empty() {
            all = std::mem::take(&mut self.all);
        } else {
            let kept = std::mem::take(&mut self.all).into_iter().filter(|it| it.source != DEFAULT);
            let kept: Vec<Environment> = kept.filter(|it| !table.named.contains_key(&it.name)).collect();
            all.extend(kept);
        }
        let shared_ok = match &table.shared_ok {
            Some(entries) => text.all_stated(entries),
            None => std::mem::take(&mut self.shared_ok),
        };
        *self = Self::of(all, shared_ok);
    }

    pub(super) fn of_path(&self, path: &[u8]) -> Option<usize> {
        self.paths.get_or_init(|| self.matcher(|it| &it.paths)).first(path)
    }

    pub(super) fn of_branch(&self, branch: &str) -> Option<usize> {
        self.branches.get_or_init(|| self.matcher(|it| &it.branches)).first(branch.as_bytes())
    }
}

/// Where an environment begins: its header, or the first thing that is said of it.
fn first_offset(environment: &Spanned<EnvironmentTable>) -> usize {
    environment.span().start
}
