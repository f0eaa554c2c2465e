//! Paths through the tree: how a declared check names the nodes it means.
//!
//! `a.b.c` goes from key to key. A list is gone through by itself: `rules.verbs` means the verbs of every rule. A step is
//! - a key as it is, in double quotes where it holds dots or other signs (`"pkce.code.challenge.method"`),
//! - `~key`: the same words whatever the style, so that `~access-token-ttl` is also `accessTokenTTL` and `ACCESS_TOKEN_TTL`,
//! - `/regex/`: every key that matches,
//! - `(a|b)`: one of several keys,
//! - `*`: every key of a map, every item of a list,
//! - `**`: the node itself and everything under it, lists by their items,
//! - `^`: the node that holds this one,
//! - `<`: the item before this one in its list,
//! - `{}`: what a text says, read as JSON,
//! - `?`: what a reference takes where nothing is set: `b` of `${A:-b}`.
//!
//! Behind a step `[key=value]` keeps the maps whose key has that value, `[key]` those that have the key.

use std::fmt;

use crate::document::{Entry, Node, Value};
use crate::policy::dialect::is_known;
use crate::policy::literal::words;
use crate::policy::texts::Texts;

use super::lazy::Pattern;

/// The most nodes that one path gives, and the most steps taken for it: `**` on a large document ends here.
const MOST: usize = 100_000;

/// What is noted on the way.
#[derive(Default)]
struct Walk {
    work: usize,
    /// Whether a filter met a value that is not known.
    undecided: bool,
}

/// A path, parsed.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    steps: Vec<Step>,
    text: String,
}

#[derive(Clone, Debug)]
struct Step {
    key: Key,
    filters: Vec<Filter>,
}

#[derive(Clone, Debug)]
enum Key {
    Named(Vec<String>),
    Words(Vec<String>),
    Matching(Pattern),
    Any,
    Deep,
    Parent,
    Before,
    Said,
    Fallback,
}

#[derive(Clone, Debug)]
struct Filter {
    key: String,
    value: Option<String>,
}

/// A node that a path leads to, with the way from where the path began.
#[derive(Clone, Debug)]
pub(crate) struct Found<'n> {
    /// The node.
    pub node: &'n Node,
    /// The entry it is the value of; none for the beginning and for items of a list.
    pub entry: Option<&'n Entry>,
    /// The keys from the beginning to the node, dotted; items by their name or number.
    pub route: String,
    /// The nodes above, outermost first, each with the entry it is the value of.
    above: Vec<(&'n Node, Option<&'n Entry>)>,
    /// The documents in texts, where they were read.
    texts: Option<&'n Texts>,
}

impl<'n> Found<'n> {
    /// The node at which paths begin.
    pub(crate) fn start(node: &'n Node) -> Self {
        Found { node, entry: None, route: String::new(), above: Vec::new(), texts: None }
    }

    /// The same, where texts can be read as well.
    pub(crate) fn reading(self, texts: Option<&'n Texts>) -> Self {
        Found { texts, ..self }
    }

    fn under(&self, node: &'n Node, entry: Option<&'n Entry>, step: &str) -> Self {
        let mut above = self.above.clone();
        above.push((self.node, self.entry));
        let dot = if self.route.is_empty() || step.starts_with('[') { "" } else { "." };
        Found { node, entry, route: format!("{}{dot}{step}", self.route), above, texts: self.texts }
    }

    /// The keys above it, outermost first.
    pub(crate) fn keys_above(&self) -> impl Iterator<Item = &'n str> + '_ {
        self.above.iter().filter_map(|(_, entry)| entry.map(|entry| entry.key.as_str()))
    }

    fn parent(&self) -> Option<Self> {
        let mut above = self.above.clone();
        let (node, entry) = above.pop()?;
        Some(Found { node, entry, route: format!("{}^", self.route), above, texts: self.texts })
    }

    /// The items of a list, each by itself; of anything else the node.
    pub(crate) fn each(self) -> Vec<Self> {
        match through(self.node) {
            [] => vec![self],
            items => items
                .iter()
                .enumerate()
                .map(|(number, item)| self.under(item, None, &item_step(item, number)))
                .collect(),
        }
    }

    /// What the text says as a document.
    fn said(&self) -> Option<Self> {
        let document = self.texts?.read(self.node)?;
        Some(Found { node: document, entry: self.entry, ..self.clone() })
    }

    /// What the reference takes where nothing is set.
    fn fallback(&self) -> Option<Self> {
        let node = self.texts?.fallback(self.node)?;
        Some(Found { node, ..self.clone() })
    }

    /// The item before this one in the list that holds it.
    fn before(&self) -> Option<Self> {
        let (list, _) = self.above.last()?;
        let items = through(list);
        let number = items.iter().position(|item| std::ptr::eq(&**item, self.node))?;
        let node = &**items.get(number.checked_sub(1)?)?;
        Some(Found { node, entry: None, route: format!("{}<", self.route), ..self.clone() })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Path {
    /// The path that stays where it begins.
    pub(crate) fn here() -> Self {
        Path { steps: Vec::new(), text: String::new() }
    }

    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (key, behind) = key(rest).map_err(|reason| format!("the path `{text}`: {reason}"))?;
            let (filters, behind) = filters(behind).map_err(|reason| format!("the path `{text}`: {reason}"))?;
            steps.push(Step { key, filters });
            rest = match behind.strip_prefix('.') {
                Some("") => return Err(format!("the path `{text}` ends with a dot")),
                Some(more) => more,
                None if behind.is_empty() => behind,
                None => return Err(format!("the path `{text}`: a dot is wanted before `{behind}`")),
            };
        }
        Ok(Path { steps, text: text.to_owned() })
    }

    /// Whether it stays where it begins.
    pub(crate) fn is_here(&self) -> bool {
        self.steps.is_empty()
    }

    /// The nodes it leads to from `start`, in the order of the file.
    pub(crate) fn follow<'n>(&self, start: &Found<'n>) -> Vec<Found<'n>> {
        self.follow_all(start).0
    }

    /// As [`Path::follow`]; and whether every filter on the way could be decided.
    pub(crate) fn follow_all<'n>(&self, start: &Found<'n>) -> (Vec<Found<'n>>, bool) {
        let mut nodes = vec![start.clone()];
        let mut walk = Walk::default();
        for step in &self.steps {
            let mut next = Vec::new();
            for found in &nodes {
                step.from(found, &mut next, &mut walk);
            }
            nodes = next;
        }
        (nodes, !walk.undecided)
    }

    /// Where a value that the path does not find would be: the longest beginning of the path that leads somewhere.
    pub(crate) fn nearest<'n>(&self, start: &Found<'n>) -> Found<'n> {
        let mut nearest = start.clone();
        let mut walk = Walk::default();
        for step in &self.steps {
            let mut next = Vec::new();
            step.from(&nearest, &mut next, &mut walk);
            match next.into_iter().next() {
                Some(found) => nearest = found,
                None => break,
            }
        }
        nearest
    }
}

impl Step {
    fn from<'n>(&self, found: &Found<'n>, out: &mut Vec<Found<'n>>, walk: &mut Walk) {
        walk.work += 1;
        if walk.work > MOST || out.len() > MOST {
            return;
        }
        let mut reached = Vec::new();
        match &self.key {
            Key::Parent => reached.extend(found.parent()),
            Key::Before => reached.extend(found.before()),
            Key::Said => reached.extend(found.said()),
            Key::Fallback => reached.extend(found.fallback()),
            Key::Deep => deep(found, &mut reached, walk),
            key => {
                // Only `*` stops at the items of a list; every other step goes through them.
                for (number, item) in through(found.node).iter().enumerate() {
                    let item = found.under(item, None, &item_step(item, number));
                    if matches!(key, Key::Any) { reached.push(item) } else { self.from(&item, out, walk) }
                }
                // What may be there without being seen is no value.
                let entries = map(found.node).iter().filter(|entry| entry.key != Node::REST);
                for entry in entries.filter(|entry| key.fits(&entry.key)) {
                    reached.push(found.under(&entry.value, Some(entry), &entry.key));
                }
                // What a `dynamic` block of Terraform makes blocks of is one of them.
                let made = found.node.all("dynamic").flat_map(|dynamic| dynamic.value.entries());
                for block in made.filter(|block| !matches!(key, Key::Any) && key.fits(&block.key)) {
                    if let Some(content) = block.value.get("content").filter(|content| content.is_map()) {
                        reached.push(found.under(content, Some(block), &block.key));
                    }
                }
            }
        }
        if self.filters.is_empty() {
            out.append(&mut reached);
        } else {
            for found in reached {
                out.extend(self.kept(found, walk));
            }
        }
    }

    /// The node if it fits the filters; of a list the items that do.
    fn kept<'n>(&self, found: Found<'n>, walk: &mut Walk) -> Vec<Found<'n>> {
        let mut fits = |node: &Node| self.filters.iter().all(|filter| filter.fits(node, walk));
        let items = through(found.node);
        if items.is_empty() {
            return if fits(found.node) { vec![found] } else { Vec::new() };
        }
        let items = items.iter().enumerate().filter(|(_, item)| fits(item));
        items.map(|(number, item)| found.under(item, None, &item_step(item, number))).collect()
    }
}

fn deep<'n>(found: &Found<'n>, out: &mut Vec<Found<'n>>, walk: &mut Walk) {
    walk.work += 1;
    if walk.work > MOST {
        return;
    }
    // A step goes through a list by itself, so the list beside its items would be twice.
    if through(found.node).is_empty() {
        out.push(found.clone());
    }
    for (number, item) in through(found.node).iter().enumerate() {
        deep(&found.under(item, None, &item_step(item, number)), out, walk);
    }
    for entry in map(found.node).iter().filter(|entry| entry.key != Node::REST) {
        deep(&found.under(&entry.value, Some(entry), &entry.key), out, walk);
    }
}

/// The items of a list; those of a list that a function hands on as it is.
fn through(node: &Node) -> &[std::sync::Arc<Node>] {
    match &node.value {
        Value::Call { name, arguments } if hands_on(name) && arguments.len() == 1 => arguments[0].items(),
        _ => node.items(),
    }
}

/// The entries of a map; those of a map that a function hands on as it is.
fn map(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Call { name, arguments } if hands_on(name) && arguments.len() == 1 => arguments[0].entries(),
        _ => node.entries(),
    }
}

/// Whether the function gives what it is given, in another notation at most.
fn hands_on(name: &str) -> bool {
    matches!(name, "jsonencode" | "yamlencode" | "tomap" | "tolist" | "toset" | "sensitive" | "nonsensitive")
}

fn item_step(item: &Node, number: usize) -> String {
    let name = ["name", "id", "key", "Sid", "sid"].into_iter().find_map(|key| Some((key, item.get(key)?.as_text()?)));
    match name {
        Some((key, name)) => format!("[{key}={name}]"),
        None => format!("[{number}]"),
    }
}

impl Key {
    fn fits(&self, key: &str) -> bool {
        match self {
            Key::Named(names) => names.iter().any(|name| name == key),
            Key::Words(wanted) => {
                let mut rest = wanted.iter().flat_map(|word| word.bytes());
                let given = key.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b'.' | b' '));
                given.map(|byte| byte.to_ascii_lowercase()).eq(rest.by_ref())
            }
            Key::Matching(pattern) => pattern.is_match(key.as_bytes()),
            Key::Any => true,
            Key::Deep | Key::Parent | Key::Before | Key::Said | Key::Fallback => false,
        }
    }
}

impl Filter {
    fn fits(&self, node: &Node, walk: &mut Walk) -> bool {
        let mut values = map(node).iter().filter(|entry| entry.key == self.key).map(|entry| &*entry.value);
        match &self.value {
            None => values.next().is_some(),
            Some(wanted) => values.any(|value| match &value.value {
                Value::Bool(value) => wanted == if *value { "true" } else { "false" },
                _ => {
                    walk.undecided |= !is_known(value);
                    value.as_text() == Some(wanted)
                }
            }),
        }
    }
}

/// The first step of `text`, and what stands behind it.
fn key(text: &str) -> Result<(Key, &str), String> {
    if let Some(rest) = text.strip_prefix('"') {
        let end = rest.find('"').ok_or("a double quote is missing")?;
        return Ok((Key::Named(vec![rest[..end].to_owned()]), &rest[end + 1..]));
    }
    if let Some(rest) = text.strip_prefix('/') {
        let end = rest.find('/').ok_or("the `/` behind the pattern is missing")?;
        let pattern = Pattern::new(&rest[..end])?;
        return Ok((Key::Matching(pattern), &rest[end + 1..]));
    }
    if let Some(rest) = text.strip_prefix('(') {
        let end = rest.find(')').ok_or("`)` is missing")?;
        let names: Vec<String> = rest[..end].split('|').map(|name| name.trim().trim_matches('"').to_owned()).collect();
        if names.iter().any(|name| name.contains(['*', '[', '~'])) {
            return Err("of several keys each is a plain one".to_owned());
        }
        return Ok((Key::Named(names), &rest[end + 1..]));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, behind) = text.split_at(end);
    let key = match name {
        "" => return Err("a key is missing".to_owned()),
        "*" => Key::Any,
        "**" => Key::Deep,
        "^" => Key::Parent,
        "<" => Key::Before,
        "{}" => Key::Said,
        "?" => Key::Fallback,
        name => match name.strip_prefix('~') {
            Some(name) => Key::Words(words(name)),
            None => Key::Named(vec![name.to_owned()]),
        },
    };
    Ok((key, behind))
}

fn filters(mut text: &str) -> Result<(Vec<Filter>, &str), String> {
    let mut filters = Vec::new();
    while let Some(rest) = text.strip_prefix('[') {
        let end = rest.find(']').ok_or("`]` is missing")?;
        let (key, value) = match rest[..end].split_once('=') {
            Some((key, value)) => (key, Some(value.trim_matches('"').to_owned())),
            None => (&rest[..end], None),
        };
        filters.push(Filter { key: key.trim_matches('"').to_owned(), value });
        text = &rest[end + 1..];
    }
    Ok((filters, text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::document::read_embedded_json;

    const TEXT: &str = r#"{"a": {"b": [{"name": "x", "c": 1}, {"name": "y", "c": 2, "d": true}], "aB-c": 3},
        "p.q": {"r": "s"}, "list": ["u", "v"]}"#;

    fn found(path: &str) -> Vec<(String, String)> {
        let root = read_embedded_json(TEXT, 0).unwrap().unwrap();
        let path = Path::parse(path).unwrap();
        let all = path.follow(&Found::start(&root));
        all.into_iter().map(|found| (found.route, TEXT[found.node.span.clone()].to_owned())).collect()
    }

    fn values(path: &str) -> Vec<String> {
        found(path).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn steps() {
        assert_eq!(values("a.b.c"), ["1", "2"]);
        assert_eq!(values("a.b[name=y].c"), ["2"]);
        assert_eq!(values("a.b[d].c"), ["2"]);
        assert_eq!(values("a.b[d=true].name"), ["y"]);
        assert_eq!(values("a.~ab-c"), ["3"]);
        assert_eq!(values("a.~AB_C"), ["3"]);
        assert_eq!(values("\"p.q\".r"), ["s"]);
        assert_eq!(values("list.*"), ["u", "v"]);
        assert_eq!(values("/^p/.r"), ["s"]);
        assert_eq!(values("(list|none).*"), ["u", "v"]);
        assert_eq!(values("**.c"), ["1", "2"]);
        assert_eq!(values("a.b[name=x].c.^.name"), ["x"]);
        assert_eq!(values("a.none.c"), Vec::<String>::new());
        assert_eq!(values("list.*.<"), ["u"]);
        assert_eq!(values("a.<"), Vec::<String>::new());
    }

    #[test]
    fn routes_name_items() {
        assert_eq!(found("a.b.c")[1].0, "a.b[name=y].c");
        assert_eq!(found("list.*")[0].0, "list[0]");
    }

    #[test]
    fn the_nearest_place_of_what_is_missing() {
        let root = read_embedded_json(TEXT, 0).unwrap().unwrap();
        let nearest = Path::parse("a.missing.deeper").unwrap().nearest(&Found::start(&root)).route;
        assert_eq!(nearest, "a");
    }

    #[test]
    fn what_is_no_path_is_said() {
        for text in ["a.", "a..b", "a[b", "\"a", "/a", "(a", "a]b", "/(/"] {
            let fault = Path::parse(text);
            assert!(text == "a]b" || fault.is_err(), "{text}");
        }
    }
}
