//! The way from the top of a document to a node, and the walk over all of them.

use std::fmt::Write as _;

use super::{Node, Value};

/// One step of a [`Trail`].
#[derive(Clone, Copy, Debug)]
pub enum Segment<'d> {
    /// Into a map, by key.
    Key(&'d str),
    /// Into a list: the place, and the item.
    Item(usize, &'d Node),
}

/// The steps from the top of a document to a node.
#[derive(Clone, Debug, Default)]
pub struct Trail<'d> {
    segments: Vec<Segment<'d>>,
}

impl<'d> Trail<'d> {
    /// The steps, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[Segment<'d>] {
        &self.segments
    }

    /// The innermost key.
    #[must_use]
    pub fn key(&self) -> Option<&'d str> {
        self.keys().next_back()
    }

    /// The keys, outermost first; list items are left out.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &'d str> + '_ {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Key(key) => Some(*key),
            Segment::Item(..) => None,
        })
    }

    /// The trail in words, stable when neighbours are added or moved: `spec.containers[name=app].image`. An item is named
    /// by its `name`, `id` or `key` where it has one, and by its number otherwise.
    #[must_use]
    pub fn route(&self) -> String {
        let mut route = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Key(key) => {
                    if !route.is_empty() {
                        route.push('.');
                    }
                    push_key(&mut route, key);
                }
                Segment::Item(number, item) => match item_name(item) {
                    Some((field, name)) => {
                        let _ = write!(route, "[{field}={name}]");
                    }
                    None => {
                        let _ = write!(route, "[{number}]");
                    }
                },
            }
        }
        route
    }
}

fn push_key(route: &mut String, key: &str) {
    let plain =
        !key.is_empty() && key.bytes().all(|b| !matches!(b, b'.' | b'[' | b']' | b'"') && !b.is_ascii_whitespace());
    if plain {
        route.push_str(key);
    } else {
        let _ = write!(route, "{key:?}");
    }
}

fn item_name(item: &Node) -> Option<(&'static str, &str)> {
    ["name", "id", "key", "Sid", "sid"].into_iter().find_map(|field| Some((field, item.get(field)?.as_text()?)))
}

/// Visits `root` and every node under it, outer before inner, in the order of the file. Arguments of calls are visited
/// under their call's trail.
pub fn walk<'d>(root: &'d Node, visit: &mut dyn FnMut(&Trail<'d>, &'d Node)) {
    step(root, &mut Trail::default(), visit);
}

fn step<'d>(node: &'d Node, trail: &mut Trail<'d>, visit: &mut dyn FnMut(&Trail<'d>, &'d Node)) {
    visit(trail, node);
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                trail.segments.push(Segment::Key(&entry.key));
                step(&entry.value, trail, visit);
                trail.segments.pop();
            }
        }
        Value::Sequence(items) => {
            for (number, item) in items.iter().enumerate() {
                trail.segments.push(Segment::Item(number, item));
                step(item, trail, visit);
                trail.segments.pop();
            }
        }
        Value::Call { arguments, .. } => {
            for argument in arguments {
                step(argument, trail, visit);
            }
        }
        _ => {}
    }
}
