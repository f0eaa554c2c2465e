//! What stands beside a resource in its module, looked up in tables: going through all resources for each of them would take
//! time by the square of their number.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::document::{Node, Value};
use crate::policy::View;
use crate::policy::dialect::{Resource, is_known};

use super::condition::Truth;
use super::path::{Found, Path};

/// The resources of a dialect in a document.
pub(crate) struct Neighbours<'v, 'n> {
    resources: &'v [Resource<'n>],
    kinds: OnceCell<HashSet<&'v str>>,
    by_address: OnceCell<HashMap<&'v str, &'v Resource<'n>>>,
    referrers: RefCell<HashMap<Asked, Rc<Referrers>>>,
}

/// The kinds that refer, and the field in which they do.
type Asked = (Vec<String>, String);

/// What the resources of some kinds refer to in a field.
#[derive(Default)]
struct Referrers {
    addresses: HashSet<String>,
    /// What they name as it is: names, and the names in ARNs.
    names: HashSet<String>,
    /// Whether one refers to something that cannot be told.
    is_unknown: bool,
}

impl<'v, 'n> Neighbours<'v, 'n> {
    /// Those of `resources`; the tables are made when they are asked for.
    pub(crate) fn new(resources: &'v [Resource<'n>]) -> Self {
        Self { resources, kinds: OnceCell::new(), by_address: OnceCell::new(), referrers: RefCell::default() }
    }

    /// Whether there is a resource of one of these kinds.
    pub(crate) fn has_one_of(&self, kinds: &[String]) -> bool {
        let known = self.kinds.get_or_init(|| self.resources.iter().map(|it| &*it.kind).collect());
        kinds.iter().any(|kind| known.contains(kind.as_str()))
    }

    /// The resource at an address. A parameter of CloudFormation is referred to by its name alone.
    pub(crate) fn at(&self, address: &str) -> Option<&'v Resource<'n>> {
        let known = self.by_address.get_or_init(|| {
            let own = self.resources.iter().rev().flat_map(|it| [(it.base(), it), (it.address.as_str(), it)]);
            let short = self.resources.iter().filter_map(|it| Some((it.address.strip_prefix("Parameters.")?, it)));
            short.chain(own).collect()
        });
        known.get(address).copied()
    }

    /// Whether a resource of one of these kinds refers to `resource` in the field.
    pub(crate) fn refer(&self, view: &View<'_>, resource: &Resource<'_>, kinds: &[String], field: &Path) -> Truth {
        let key = (kinds.to_vec(), field.to_string());
        let referrers = self.referrers.borrow().get(&key).cloned();
        let referrers = referrers.unwrap_or_else(|| {
            let made = Rc::new(self.referrers(view, kinds, field));
            self.referrers.borrow_mut().insert(key, Rc::clone(&made));
            made
        });
        match referrers.addresses.contains(resource.base()) {
            true => Truth::Yes,
            false if referrers.is_unknown || !view.is_whole || referrers.may_name(resource) => Truth::Unknown,
            false => Truth::No,
        }
    }

    fn referrers(&self, view: &View<'_>, kinds: &[String], field: &Path) -> Referrers {
        let mut referrers = Referrers::default();
        for body in self.resources.iter().filter(|it| it.is_one_of(kinds)).filter_map(|it| it.body) {
            for found in field.follow(&Found::start(body)) {
                let address = view.referred(found.node).or_else(|| of_each(view, body, found.node));
                match (address, found.node.as_str().filter(|text| !text.contains("${"))) {
                    (Some(address), _) => drop(referrers.addresses.insert(address)),
                    (None, Some(text)) => referrers.names.extend(names(text)),
                    (None, None) => referrers.is_unknown = true,
                }
            }
        }
        referrers
    }
}

impl Referrers {
    /// Whether what they name as it is may be the resource.
    fn may_name(&self, resource: &Resource<'_>) -> bool {
        let name = resource.body.and_then(|body| body.get("name").or_else(|| body.get("Name")));
        !self.names.is_empty()
            && name.is_some_and(|name| match name.as_str().filter(|_| is_known(name)) {
                Some(name) => self.names.contains(name),
                None => true,
            })
    }
}

/// The resource that `each.value` stands for, where a block is made for each of its instances.
fn of_each(view: &View<'_>, body: &Node, node: &Node) -> Option<String> {
    let Value::Expression(text) = &node.value else { return None };
    text.trim().starts_with("each.value").then(|| view.referred(body.get("for_each")?))?
}

/// The names that a text may mean: itself; of an ARN its last part, also without the six characters that are drawn for it.
fn names(text: &str) -> Vec<String> {
    let last = text.rsplit(':').next().unwrap_or(text);
    let drawn = last.rsplit_once('-').filter(|(_, drawn)| drawn.len() == 6).map(|(name, _)| name);
    [Some(text), Some(last), drawn].into_iter().flatten().map(str::to_owned).collect()
}
