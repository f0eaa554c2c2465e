//! One credential with all that is known of it from a tree: its places, its entry in the inventory, who answers for it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::config::policy::{PolicySettings, Store};
use crate::place::{Origin, Position, Span};

use super::ReferenceKind;

/// A place of a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// What it stands in.
    pub origin: Origin,
    /// Which bytes of it.
    pub span: Span,
    /// Where the span begins.
    pub start: Position,
    /// Where the span ends (the position of the byte behind it).
    pub end: Position,
}

impl Spot {
    /// The path of the file, if it is one: of a member that of the outermost container.
    fn path(&self) -> Option<&[u8]> {
        self.origin.outermost().path().map(|path| path.as_bytes())
    }
}

/// What makes a credential the same as another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// The fingerprint of its value, and the id of the rule that found it.
    Value {
        /// The fingerprint.
        fingerprint: String,
        /// The rule.
        rule: String,
    },
    /// The kind of the reference; its name is the rest of it.
    Reference(ReferenceKind),
    /// The number of the entry of the inventory that nothing else is known of.
    Entry(usize),
}

/// One sight of a credential: the places of a value that was found, or a reference.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What makes it the same as another.
    pub identity: Identity,
    /// The name; empty for a value that stands under none.
    pub name: String,
    /// Where it is kept, if that can be told.
    pub store: Option<Store>,
    /// The namespace or service that it belongs to, if there is one.
    pub service: Option<String>,
    /// Where.
    pub spots: Vec<Spot>,
}

/// A credential, or something that refers to one, with all its places.
#[derive(Clone, Debug)]
pub struct Holding {
    /// What makes it the same as another.
    pub identity: Identity,
    /// The name; empty for a value that stands under none.
    pub name: String,
    /// Where it is kept: what the inventory says, or else what the references tell.
    pub store: Option<Store>,
    /// Its places, sorted; none for an entry of the inventory that nothing uses.
    pub spots: Vec<Spot>,
    /// The numbers of its entries in the inventory.
    pub entries: Vec<usize>,
    /// Who answers for it, sorted: whom its entry names, or else the owners of its files.
    pub owners: Vec<String>,
    /// Its environments, sorted: those of its entry and of its files.
    pub environments: Vec<String>,
    /// What it belongs to, sorted: what its entry says, or else namespaces and services, or else the uppermost directories.
    pub projects: Vec<String>,
}

impl Holding {
    /// The rule of a value, the kind of a reference; what the entry says of one that nothing uses.
    #[must_use]
    pub fn kind<'h>(&'h self, settings: &'h PolicySettings) -> &'h str {
        match &self.identity {
            Identity::Value { rule, .. } => rule,
            Identity::Reference(kind) => kind.id(),
            Identity::Entry(number) => settings.inventory()[*number].kind.as_deref().unwrap_or("credential"),
        }
    }

    /// Whether it is a credential itself; see [`ReferenceKind::is_credential`].
    #[must_use]
    pub fn is_credential(&self) -> bool {
        !matches!(self.identity, Identity::Reference(kind) if !kind.is_credential())
    }

    /// Kind and name for a sentence.
    #[must_use]
    pub fn words(&self, settings: &PolicySettings) -> String {
        let kind = self.kind(settings).replace('-', " ");
        if self.name.is_empty() { format!("this {kind}") } else { format!("the {kind} {}", self.name) }
    }

    /// The name that its findings have in place of a route: the kind and the name.
    #[must_use]
    pub fn route(&self, settings: &PolicySettings) -> String {
        format!("{}:{}", self.kind(settings), self.name)
    }
}

/// A name as names are compared with those of the inventory: `stripe-secret-key` and `STRIPE_SECRET_KEY` are the same, since
/// stores differ in what letters they allow.
#[must_use]
pub fn normalised(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('-', "_")
}

/// Joins what is the same credential, and adds the entries of the inventory to those of their name. Sorted by identity and
/// name; the entries that nothing uses come last.
#[must_use]
pub fn join(sightings: Vec<Sighting>, settings: &PolicySettings) -> Vec<Holding> {
    let mut by_key: BTreeMap<(Identity, String), (Holding, BTreeSet<String>)> = BTreeMap::new();
    for sighting in sightings {
        // A value is one whatever names it stands under; the first of them is shown.
        let of_name = if matches!(sighting.identity, Identity::Value { .. }) { "" } else { sighting.name.as_str() };
        let key = (sighting.identity.clone(), of_name.to_owned());
        let (holding, services) =
            by_key.entry(key).or_insert_with(|| (empty(sighting.identity, String::new()), BTreeSet::new()));
        if holding.name.is_empty() || (!sighting.name.is_empty() && sighting.name < holding.name) {
            holding.name = sighting.name;
        }
        holding.store = match (holding.store, sighting.store) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        holding.spots.extend(sighting.spots);
        services.extend(sighting.service);
    }
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, entry) in settings.inventory().iter().enumerate() {
        by_name.entry(normalised(&entry.name)).or_default().push(number);
    }
    let mut used = HashSet::new();
    let mut holdings = Vec::new();
    for (mut holding, services) in by_key.into_values() {
        holding.spots.sort();
        holding.spots.dedup();
        if !holding.name.is_empty() {
            holding.entries = by_name.get(&normalised(&holding.name)).cloned().unwrap_or_default();
        }
        used.extend(holding.entries.iter().copied());
        describe(&mut holding, services, settings);
        holdings.push(holding);
    }
    for (number, entry) in settings.inventory().iter().enumerate().filter(|(number, _)| !used.contains(number)) {
        let mut holding = empty(Identity::Entry(number), entry.name.clone());
        holding.entries = vec![number];
        describe(&mut holding, BTreeSet::new(), settings);
        holdings.push(holding);
    }
    holdings
}

fn empty(identity: Identity, name: String) -> Holding {
    Holding {
        identity,
        name,
        store: None,
        spots: Vec::new(),
        entries: Vec::new(),
        owners: Vec::new(),
        environments: Vec::new(),
        projects: Vec::new(),
    }
}

/// Says who answers for a holding, where it is used and what it belongs to.
fn describe(holding: &mut Holding, services: BTreeSet<String>, settings: &PolicySettings) {
    let entries = || holding.entries.iter().map(|number| &settings.inventory()[*number]);
    let paths: BTreeSet<&[u8]> = holding.spots.iter().filter_map(Spot::path).collect();
    let mut owners: BTreeSet<String> = entries().filter_map(|entry| entry.owner.clone()).collect();
    if owners.is_empty() {
        owners = paths.iter().filter_map(|path| settings.owner(path)).flat_map(|owner| owner.names.clone()).collect();
    }
    let of_paths = paths.iter().filter_map(|path| settings.environment(path).map(str::to_owned));
    let environments: BTreeSet<String> =
        entries().flat_map(|entry| entry.environments.iter().cloned()).chain(of_paths).collect();
    let mut projects: BTreeSet<String> = entries().filter_map(|entry| entry.project.clone()).collect();
    if projects.is_empty() {
        projects = services;
    }
    if projects.is_empty() {
        projects = paths.iter().filter_map(|path| uppermost(path)).collect();
    }
    let store = entries().find_map(|entry| entry.store);
    holding.store = store.or(holding.store);
    holding.owners = owners.into_iter().collect();
    holding.environments = environments.into_iter().collect();
    holding.projects = projects.into_iter().collect();
}

/// The uppermost directory of a path; none for a file at the top, nor for what begins with a dot, which is a tool's.
fn uppermost(path: &[u8]) -> Option<String> {
    let slash = memchr::memchr(b'/', path)?;
    let name = &path[..slash];
    (!name.is_empty() && name[0] != b'.').then(|| String::from_utf8_lossy(name).into_owned())
}
