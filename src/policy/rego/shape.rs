//! A document in the shape in which conftest gives it to policies.
//!
//! Maps, lists and values are themselves; of keys that repeat the last one counts, as parsers have it. A block of HCL is a list of
//! bodies under its type and labels (`resource.aws_s3_bucket.logs[0]`), as hcl2json makes it. What has to be looked up or worked out
//! is unknown, and of the two documents that are made of a shape one lacks it and the other has a mark there.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value as Json;

use crate::document::{Node, Value};
use crate::policy::literal::is_reference;

/// What stands for an unknown value where one has to stand: an object, so that it is neither undefined nor equal to anything that
/// a pack compares it with.
pub(super) const MARK: &str = "keysieve-unknown";

/// The most values of a document that a pack is asked about.
pub(super) const MOST_NODES: usize = 200_000;

/// Why a document has no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shapeless {
    /// Some map of it may have more than it shows.
    Open,
    /// It has more than [`MOST_NODES`].
    Large,
}

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    span: Range<usize>,
    what: What,
    /// Whether it is the body of a block.
    is_body: bool,
}

#[derive(Clone, Debug)]
enum What {
    Known(Json),
    Unknown,
    List(Vec<Shape>),
    Map(BTreeMap<String, Entry>),
}

#[derive(Clone, Debug)]
struct Entry {
    key_span: Range<usize>,
    shape: Shape,
}

/// The place in a file that a result points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) span: Range<usize>,
    /// The way to it; empty for the document as a whole.
    pub(super) route: String,
}

impl Shape {
    /// The shape of a document; `has_blocks` says whether it is one of HCL.
    pub(super) fn of(root: &Node, has_blocks: bool) -> Result<Self, Shapeless> {
        Maker { has_blocks, nodes: 0 }.shape(root)
    }

    /// Whether something in it is unknown.
    pub(super) fn has_unknown(&self) -> bool {
        match &self.what {
            What::Known(_) => false,
            What::Unknown => true,
            What::List(items) => items.iter().any(Self::has_unknown),
            What::Map(entries) => entries.values().any(|entry| entry.shape.has_unknown()),
        }
    }

    /// The document; what is unknown is left out of it, or there as a mark.
    pub(super) fn document(&self, with_mark: bool) -> Json {
        self.value(with_mark).unwrap_or(Json::Null)
    }

    fn value(&self, with_mark: bool) -> Option<Json> {
        Some(match &self.what {
            What::Known(value) => value.clone(),
            What::Unknown if with_mark => serde_json::json!({ MARK: true }),
            What::Unknown => return None,
            What::List(items) => Json::Array(items.iter().filter_map(|item| item.value(with_mark)).collect()),
            What::Map(entries) => Json::Object(
                entries.iter().filter_map(|(key, entry)| Some((key.clone(), entry.shape.value(with_mark)?))).collect(),
            ),
        })
    }

    /// The place that these keys and numbers lead to; of a way that ends early, where it ends.
    pub(super) fn spot(&self, path: &[String]) -> Spot {
        let (mut here, mut route) = (self, String::new());
        let mut key_span = None;
        for step in path {
            match &here.what {
                What::Map(entries) => {
                    let Some(entry) = entries.get(step) else { break };
                    if !route.is_empty() {
                        route.push('.');
                    }
                    route.push_str(step);
                    (here, key_span) = (&entry.shape, Some(&entry.key_span));
                }
                What::List(items) => {
                    let number: Option<usize> = step.parse().ok();
                    let Some((number, item)) = number.and_then(|number| Some((number, items.get(number)?))) else {
                        break;
                    };
                    // Most blocks stand once, and are named by their labels.
                    if !item.is_body || items.len() > 1 {
                        route.push_str(&item.name().unwrap_or_else(|| format!("[{number}]")));
                    }
                    (here, key_span) = (item, key_span.filter(|_| item.is_body));
                }
                What::Known(_) | What::Unknown => break,
            }
        }
        let route = route.strip_prefix("resource.").map(str::to_owned).unwrap_or(route);
        Spot { span: here.shown(key_span), route }
    }

    /// What of it a report shows: a value itself, a container by its key, or by its first.
    fn shown(&self, key_span: Option<&Range<usize>>) -> Range<usize> {
        let is_scalar = matches!(self.what, What::Known(_) | What::Unknown) && !self.span.is_empty();
        match (key_span, &self.what) {
            _ if is_scalar => self.span.clone(),
            (Some(key), _) => key.clone(),
            (None, What::Map(entries)) => {
                let first = entries.values().map(|entry| &entry.key_span).min_by_key(|span| span.start);
                first.cloned().unwrap_or_else(|| self.span.clone())
            }
            (None, What::List(items)) => items.first().map_or_else(|| self.span.clone(), |item| item.shown(None)),
            (None, _) => self.span.clone(),
        }
    }

    /// `[name=web]`, for an item of a list that has a name.
    fn name(&self) -> Option<String> {
        let What::Map(entries) = &self.what else { return None };
        ["name", "id", "key"].into_iter().find_map(|field| match &entries.get(field)?.shape.what {
            What::Known(Json::String(name)) => Some(format!("[{field}={name}]")),
            _ => None,
        })
    }
}

struct Maker {
    has_blocks: bool,
    nodes: usize,
}

impl Maker {
    fn shape(&mut self, node: &Node) -> Result<Shape, Shapeless> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Shapeless::Large);
        }
        if node.is_open() {
            return Err(Shapeless::Open);
        }
        let what = match &node.value {
            Value::Null => What::Known(Json::Null),
            Value::Bool(value) => What::Known(Json::Bool(*value)),
            Value::Number(text) => number(text).map_or(What::Unknown, What::Known),
            Value::String(text) if is_reference(text) => What::Unknown,
            Value::String(text) => What::Known(Json::String(text.clone())),
            Value::Call { .. } | Value::Expression(_) => What::Unknown,
            Value::Sequence(items) => What::List(items.iter().map(|item| self.shape(item)).collect::<Result<_, _>>()?),
            Value::Map(_) => What::Map(self.entries(node)?),
        };
        Ok(Shape { span: node.span.clone(), what, is_body: false })
    }

    fn entries(&mut self, node: &Node) -> Result<BTreeMap<String, Entry>, Shapeless> {
        let mut entries = BTreeMap::new();
        for entry in node.entries() {
            // The node of a block begins with the block's type, that of an attribute behind its name.
            if self.has_blocks && entry.value.is_map() && entry.value.span.start == entry.key_span.start {
                self.block(&mut entries, &entry.key, &entry.key_span, &entry.value)?;
                continue;
            }
            let shape = self.shape(&entry.value)?;
            entries.insert(entry.key.clone(), Entry { key_span: entry.key_span.clone(), shape });
        }
        Ok(entries)
    }

    /// Adds a block: its labels are keys, its body is one more of a list.
    fn block(
        &mut self,
        entries: &mut BTreeMap<String, Entry>,
        key: &str,
        key_span: &Range<usize>,
        node: &Node,
    ) -> Result<(), Shapeless> {
        let label = match node.entries() {
            [label] if label.value.is_map() && label.value.span == node.span => Some(label),
            _ => None,
        };
        let empty = if label.is_some() { What::Map(BTreeMap::new()) } else { What::List(Vec::new()) };
        let entry = entries.entry(key.to_owned()).or_insert_with(|| Entry {
            key_span: key_span.clone(),
            shape: Shape { span: node.span.clone(), what: empty, is_body: false },
        });
        match (label, &mut entry.shape.what) {
            (Some(label), What::Map(inner)) => self.block(inner, &label.key, &label.key_span, &label.value),
            (None, What::List(bodies)) => {
                let body = self.shape(node)?;
                bodies.push(Shape { is_body: true, ..body });
                Ok(())
            }
            // A name that is an attribute as well, or has labels in one place alone, is none that a tool takes.
            _ => Ok(()),
        }
    }
}

/// A number as JSON has it.
fn number(text: &str) -> Option<Json> {
    let text = text.replace('_', "");
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    serde_json::Number::from_f64(text.parse().ok()?).map(Json::Number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::{self, Syntax};

    fn shape(syntax: Syntax, text: &str) -> Shape {
        let document = document::read(syntax, text.as_bytes()).unwrap();
        Shape::of(&document.roots[0], syntax == Syntax::Hcl).unwrap()
    }

    fn path(steps: &[&str]) -> Vec<String> {
        steps.iter().map(|step| (*step).to_owned()).collect()
    }

    #[test]
    fn blocks_are_lists_under_their_labels() {
        let text = "resource \"a\" \"x\" {\n  n = 1\n  s {\n    p = [22]\n  }\n  s {\n    p = []\n  }\n  m = { k = true }\n}\nresource \"a\" \"y\" {}\nlocals {\n  z = null\n}\n";
        let shape = shape(Syntax::Hcl, text);
        let x = json!({ "n": 1, "s": [{ "p": [22] }, { "p": [] }], "m": { "k": true } });
        let expected = json!({ "resource": { "a": { "x": [x], "y": [{}] } }, "locals": [{ "z": null }] });
        assert_eq!(shape.document(true), expected);
        let spot = shape.spot(&path(&["resource", "a", "x", "0", "s", "1", "p"]));
        assert_eq!((&text[spot.span], spot.route.as_str()), ("p", "a.x.s[1].p"));
        let spot = shape.spot(&path(&["resource", "a", "x", "0", "missing"]));
        assert_eq!((&text[spot.span], spot.route.as_str()), ("x", "a.x"));
    }

    #[test]
    fn the_unknown_is_left_out_or_marked() {
        let text = "a: ${X}\nb: [1, \"${Y}\", text]\nc: {d: !Ref e, f: 0.5}\n";
        let shape = shape(Syntax::Yaml, text);
        let mark = json!({ MARK: true });
        assert!(shape.has_unknown());
        assert_eq!(shape.document(false), json!({ "b": [1, "text"], "c": { "f": 0.5 } }));
        let marked = json!({ "a": mark, "b": [1, mark, "text"], "c": { "d": mark, "f": 0.5 } });
        assert_eq!(shape.document(true), marked);
    }

    #[test]
    fn a_path_leads_to_a_place() {
        let text = "spec:\n  containers:\n  - name: web\n    image: nginx\n";
        let shape = shape(Syntax::Yaml, text);
        for (steps, shown, route) in [
            (&["spec", "containers", "0", "image"][..], "nginx", "spec.containers[name=web].image"),
            (&["spec", "containers", "0"], "name", "spec.containers[name=web]"),
            (&["spec", "containers", "7"], "containers", "spec.containers"),
            (&["spec"], "spec", "spec"),
            (&[], "spec", ""),
        ] {
            let spot = shape.spot(&path(steps));
            assert_eq!((&text[spot.span], spot.route.as_str()), (shown, route), "{steps:?}");
        }
    }
}
