//! Puts the values of variables and locals where they are used.
//!
//! What `terraform.tfvars` and `*.auto.tfvars` of the module state beats a variable's default, as it does for Terraform. The
//! node of the value is shared, not copied, so a check that finds it wanting points at where it stands. What depends on
//! anything else stays an expression. A resource that is made `for_each` of some values that are known is several, one an instance, if it
//! uses them: `aws_x.y["key"]`, with `each.key` and `each.value` put in. Locals may name each other: a chain is followed [`DEEPEST`] steps, a cycle ends
//! there, and where all of it would grow beyond [`MOST`] nodes the rest stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Document, Entry, Node, Value, walk};

/// How many references are followed one behind the other.
const DEEPEST: usize = 16;

/// The longest text whose parts are filled in.
const LONGEST_TEXT: usize = 200;

/// How many instances of one resource are told apart.
const MOST_INSTANCES: usize = 200;

/// How many nodes may be put in, all values taken together.
const MOST: usize = 200_000;

/// Settles the files of one module: their variables, locals and plans, texts whose every part is known, and the maps that
/// `merge` makes. `values` tells of a root whether its file is one of those that Terraform takes values from.
pub(crate) fn settle(document: &mut Document, values: &[bool]) {
    let mut known = Known::default();
    for (root, is_values) in document.roots.iter().zip(values) {
        if *is_values {
            for entry in root.entries() {
                known.variables.insert(&entry.key, &entry.value);
            }
        }
    }
    for root in &document.roots {
        for variable in root.all("variable").flat_map(|entry| entry.value.entries()) {
            let body = variable.value.items().first().unwrap_or(&variable.value);
            if let Some(default) = body.entry("default").filter(|it| it.value.value != Value::Null) {
                known.variables.entry(&variable.key).or_insert(&default.value);
            }
        }
        for local in root.all("locals").flat_map(|entry| entry.value.entries()) {
            known.locals.insert(&local.key, &local.value);
        }
        for offset in root.maps("resource").flat_map(|kinds| kinds.maps("time_offset")).flat_map(Node::entries) {
            known.offsets.extend(offset_of(offset).map(|date| (offset.key.as_str(), date)));
        }
    }
    let mut settler = Settler { known, each: None, left: MOST };
    let roots = document
        .roots
        .iter()
        .map(|root| {
            super::plan::with_unknown(root).unwrap_or_else(|| {
                let root = settler.instances(root).unwrap_or_else(|| root.clone());
                settler.node(&root, 0).unwrap_or(root)
            })
        })
        .collect();
    document.roots = roots;
}

#[derive(Default)]
struct Known<'d> {
    variables: BTreeMap<&'d str, &'d Arc<Node>>,
    locals: BTreeMap<&'d str, &'d Arc<Node>>,
    /// Dates that are counted from the time at which they are made.
    offsets: BTreeMap<&'d str, Arc<Node>>,
}

struct Settler<'d> {
    known: Known<'d>,
    /// The key and the value of the instance at hand.
    each: Option<(Arc<Node>, Arc<Node>)>,
    left: usize,
}

impl Settler<'_> {
    /// The node with everything in it settled; none if there was nothing to settle.
    fn node(&mut self, node: &Arc<Node>, depth: usize) -> Option<Arc<Node>> {
        match &node.value {
            Value::Expression(text) => self.value(text, depth).or_else(|| self.interpolated(node, text, depth)),
            Value::String(text) if text.starts_with("${") => self.value(text, depth),
            Value::Map(entries) => {
                let mut changed: Option<Vec<Entry>> = None;
                for (number, entry) in entries.iter().enumerate() {
                    if let Some(value) = self.node(&entry.value, depth) {
                        changed.get_or_insert_with(|| entries.clone())[number].value = value;
                    }
                }
                changed.map(|entries| Arc::new(Node { span: node.span.clone(), value: Value::Map(entries) }))
            }
            Value::Sequence(items) => {
                let items = self.list(items, depth)?;
                Some(Arc::new(Node { span: node.span.clone(), value: Value::Sequence(items) }))
            }
            Value::Call { name, arguments } if name == "merge" => {
                let arguments = self.list(arguments, depth).unwrap_or_else(|| arguments.clone());
                merged(&node.span, &arguments)
            }
            Value::Call { name, arguments } => {
                let arguments = self.list(arguments, depth)?;
                Some(Arc::new(Node { span: node.span.clone(), value: Value::Call { name: name.clone(), arguments } }))
            }
            _ => None,
        }
    }

    /// The root with the instances of its resources in their place; none if there are none to tell apart.
    fn instances(&mut self, root: &Arc<Node>) -> Option<Arc<Node>> {
        let blocks = root.entries().iter().enumerate().filter(|(_, block)| block.key == "resource");
        let mut changed: Option<Vec<Entry>> = None;
        for (number, block) in blocks {
            let kinds =
                in_place(&block.value, |kind| in_place(kind, |_| None, |entry| self.instances_of(entry)), |_| None);
            if let Some(kinds) = kinds {
                changed.get_or_insert_with(|| root.entries().to_vec())[number].value = kinds;
            }
        }
        changed.map(|entries| Arc::new(Node { span: root.span.clone(), value: Value::Map(entries) }))
    }

    /// The instances of a resource that is made for each of several values, and uses them.
    fn instances_of(&mut self, resource: &Entry) -> Option<Vec<Entry>> {
        let body = resource.value.items().first().unwrap_or(&resource.value);
        let of = body.entry("for_each").map(|entry| entry.value.clone())?;
        if !uses_each(body) {
            return None;
        }
        let each = pairs(&self.node(&of, 0).unwrap_or(of))?;
        let mut instances = Vec::with_capacity(each.len());
        for (key, value) in each {
            let name = format!("{}[{:?}]", resource.key, key.as_text().unwrap_or_default());
            self.each = Some((key, value));
            let settled = self.node(body, 0);
            self.each = None;
            let value = settled.unwrap_or_else(|| body.clone());
            instances.push(Entry { key: name, key_span: resource.key_span.clone(), value });
        }
        Some(instances)
    }

    fn list(&mut self, items: &[Arc<Node>], depth: usize) -> Option<Vec<Arc<Node>>> {
        let mut changed: Option<Vec<Arc<Node>>> = None;
        for (number, item) in items.iter().enumerate() {
            if let Some(value) = self.node(item, depth) {
                changed.get_or_insert_with(|| items.to_vec())[number] = value;
            }
        }
        changed
    }

    /// What `var.x`, `local.x` or a field of it stands for.
    fn value(&mut self, text: &str, depth: usize) -> Option<Arc<Node>> {
        let text = text.trim();
        let text = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim();
        let dotted = text.replace("[\"", ".").replace("\"]", "");
        if let Some(name) = dotted.strip_prefix("time_offset.").and_then(|rest| rest.strip_suffix(".rfc3339")) {
            return self.known.offsets.get(name).cloned();
        }
        let mut parts = dotted.split('.');
        let mut value = match (parts.next()?, parts.next()?) {
            ("var", name) => *self.known.variables.get(name)?,
            ("local", name) => *self.known.locals.get(name)?,
            ("each", "key") => &self.each.as_ref()?.0,
            ("each", "value") => &self.each.as_ref()?.1,
            _ => return None,
        };
        for part in parts {
            value = &value.entry(part)?.value;
        }
        if depth >= DEEPEST {
            return None;
        }
        self.left = self.left.checked_sub(size(value, self.left + 1))?;
        let value = value.clone();
        match self.node(&value, depth + 1) {
            Some(settled) => Some(settled),
            None => Some(value),
        }
    }

    /// A text of which every part that is filled in is known: `"roles/${var.role}"`.
    fn interpolated(&mut self, node: &Node, text: &str, depth: usize) -> Option<Arc<Node>> {
        if text.len() > LONGEST_TEXT || !text.contains("${") || text.contains(['\n', '\\', '%']) || text.contains("$${")
        {
            return None;
        }
        let mut told = String::new();
        let mut rest = text;
        while let Some((before, part)) = rest.split_once("${") {
            let (inner, behind) = part.split_once('}')?;
            let value = self.value(inner, depth)?;
            told.push_str(before);
            told.push_str(value.as_text().filter(|text| !text.contains("${") && !text.contains('"'))?);
            rest = behind;
        }
        told.push_str(rest);
        // Quotes outside of what is filled in belong to an expression that holds a text.
        (!told.contains('"')).then(|| Arc::new(Node { span: node.span.clone(), value: Value::String(told) }))
    }
}

/// The date that a `time_offset` counts from now, as the call that says the same.
fn offset_of(offset: &Entry) -> Option<Arc<Node>> {
    const HOURS: [(&str, f64); 5] = [
        ("offset_hours", 1.0),
        ("offset_days", 24.0),
        ("offset_months", 730.0),
        ("offset_years", 8760.0),
        ("offset_minutes", 1.0 / 60.0),
    ];
    let body = offset.value.items().first().unwrap_or(&offset.value);
    let mut hours = 0.0;
    let mut span = None;
    for (key, factor) in HOURS {
        if let Some(node) = body.get(key) {
            hours += node.as_number()? * factor;
            span = Some(node.span.clone());
        }
    }
    let span = span.filter(|_| body.entry("base_rfc3339").is_none() && hours >= 0.0)?;
    let node = |value| Arc::new(Node { span: span.clone(), value });
    let call = |name: &str, arguments| Value::Call { name: name.to_owned(), arguments };
    let now = node(call("timestamp", Vec::new()));
    let length = node(Value::String(format!("{}m", (hours * 60.0).round())));
    Some(node(call("timeadd", vec![now, length])))
}

/// The map that `merge` makes: of several entries with one key the last counts, as in any map. What is no map that stands here may bring any.
fn merged(span: &std::ops::Range<usize>, maps: &[Arc<Node>]) -> Option<Arc<Node>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_open = false;
    for map in maps {
        is_open |= !map.is_map() || map.is_open();
        entries.extend(map.entries().iter().filter(|entry| entry.key != Node::REST).cloned());
    }
    if entries.is_empty() {
        return None;
    }
    if is_open {
        let nothing = Arc::new(Node { span: span.end..span.end, value: Value::Null });
        entries.push(Entry { key: Node::REST.to_owned(), key_span: span.end..span.end, value: nothing });
    }
    Some(Arc::new(Node { span: span.clone(), value: Value::Map(entries) }))
}

/// The map with the values of its entries made anew, and with several entries in the place of one; none if nothing changes.
fn in_place(
    map: &Arc<Node>,
    mut value: impl FnMut(&Arc<Node>) -> Option<Arc<Node>>,
    mut several: impl FnMut(&Entry) -> Option<Vec<Entry>>,
) -> Option<Arc<Node>> {
    let mut is_changed = false;
    let mut entries = Vec::with_capacity(map.entries().len());
    for entry in map.entries() {
        if let Some(several) = several(entry) {
            is_changed = true;
            entries.extend(several);
        } else if let Some(value) = value(&entry.value) {
            is_changed = true;
            entries.push(Entry { value, ..entry.clone() });
        } else {
            entries.push(entry.clone());
        }
    }
    is_changed.then(|| Arc::new(Node { span: map.span.clone(), value: Value::Map(entries) }))
}

/// Whether the key or the value of the instance is used somewhere in it as it is.
fn uses_each(body: &Node) -> bool {
    let mut is_used = false;
    walk(body, &mut |_, node| {
        if let Value::Expression(text) | Value::String(text) = &node.value {
            let text = text.trim().trim_start_matches("${").trim_start();
            is_used |= text.starts_with("each.value") || text.starts_with("each.key");
        }
    });
    is_used
}

/// What `for_each` goes over, where that is known: keys and values of a map, items of a set. Nothing at all is not known: who
/// calls the module says what there is.
fn pairs(of: &Arc<Node>) -> Option<Vec<(Arc<Node>, Arc<Node>)>> {
    let key = |entry: &Entry| Arc::new(Node { span: entry.key_span.clone(), value: Value::String(entry.key.clone()) });
    let pairs: Vec<_> = match &of.value {
        Value::Map(entries) if !of.is_open() => entries.iter().map(|entry| (key(entry), entry.value.clone())).collect(),
        Value::Sequence(items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
        Value::Call { name, arguments } if matches!(name.as_str(), "toset" | "tomap" | "nonsensitive") => {
            return match &arguments[..] {
                [argument] => pairs(argument),
                _ => None,
            };
        }
        _ => return None,
    };
    let is_known = pairs.iter().all(|(key, _)| key.as_text().is_some_and(|text| !text.contains("${")));
    (!pairs.is_empty() && pairs.len() <= MOST_INSTANCES && is_known).then_some(pairs)
}

/// How many nodes there are, counted up to `most`.
fn size(node: &Node, most: usize) -> usize {
    let mut count = 1;
    let mut add = |inner: &Node| {
        if count < most {
            count += size(inner, most - count);
        }
    };
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|entry| add(&entry.value)),
        Value::Sequence(items) => items.iter().for_each(|item| add(item)),
        Value::Call { arguments, .. } => arguments.iter().for_each(|item| add(item)),
        _ => {}
    }
    count
}
