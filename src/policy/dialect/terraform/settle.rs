//! Puts the values of variables and locals where they are used.
//!
//! What `terraform.tfvars` and `*.auto.tfvars` of the module state beats a variable's default, as it does for Terraform. The
//! node of the value is shared, not copied, so a check that finds it wanting points at where it stands. What depends on
//! anything else stays an expression. Locals may name each other: a chain is followed [`DEEPEST`] steps, a cycle ends
//! there, and where all of it would grow beyond [`MOST`] nodes the rest stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Document, Entry, Node, Value};

/// How many references are followed one behind the other.
const DEEPEST: usize = 16;

/// How many nodes may be put in, all values taken together.
const MOST: usize = 200_000;

/// Settles the files of one module: their variables, locals and plans. `values` tells of a root whether its file is one of
/// those that Terraform takes values from.
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
    }
    let mut settler = Settler { known, left: MOST };
    let roots = document
        .roots
        .iter()
        .map(|root| {
            super::plan::with_unknown(root).unwrap_or_else(|| settler.node(root, 0).unwrap_or_else(|| root.clone()))
        })
        .collect();
    document.roots = roots;
}

#[derive(Default)]
struct Known<'d> {
    variables: BTreeMap<&'d str, &'d Arc<Node>>,
    locals: BTreeMap<&'d str, &'d Arc<Node>>,
}

struct Settler<'d> {
    known: Known<'d>,
    left: usize,
}

impl Settler<'_> {
    /// The node with everything in it settled; none if there was nothing to settle.
    fn node(&mut self, node: &Arc<Node>, depth: usize) -> Option<Arc<Node>> {
        match &node.value {
            Value::Expression(text) => self.value(text, depth),
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
            Value::Call { name, arguments } => {
                let arguments = self.list(arguments, depth)?;
                Some(Arc::new(Node { span: node.span.clone(), value: Value::Call { name: name.clone(), arguments } }))
            }
            _ => None,
        }
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
        let mut parts = text.split('.');
        let table = match parts.next()? {
            "var" => &self.known.variables,
            "local" => &self.known.locals,
            _ => return None,
        };
        let mut value = *table.get(parts.next()?)?;
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
