//! What the readers of pipelines have in common: the parts that checks ask for, as they are collected.
//!
//! Whatever the system, a `variable` is a value under a name, and a `script` a text that a shell runs: one condition then says
//! the same of all of them.

use std::ops::Range;

use crate::document::Node;

use super::Resource;

/// The parts of a pipeline that were found so far.
#[derive(Default)]
pub(super) struct Parts<'d>(pub(super) Vec<Resource<'d>>);

impl<'d> Parts<'d> {
    pub(super) fn add(&mut self, kind: &'static str, name_span: Range<usize>, body: &'d Node, address: String) {
        self.0.push(Resource { kind: kind.into(), name_span, body: Some(body), address });
    }

    /// The keys of a map that stand for a value.
    pub(super) fn literals(&mut self, kind: &'static str, map: &'d Node, holder: &str) {
        for entry in map.entries().iter().filter(|entry| entry.value.is_literal()) {
            self.add(kind, entry.key_span.clone(), &entry.value, below(holder, &entry.key));
        }
    }

    /// What a map gives a name: its `name`, and the value under `key`.
    pub(super) fn named(&mut self, kind: &'static str, map: &'d Node, key: &str, holder: &str) {
        if let (Some(name), Some(value)) = (map.get("name"), map.get(key)) {
            self.add(kind, name.span.clone(), value, below(holder, name.as_str().unwrap_or_default()));
        }
    }
}

/// The address of what stands under a key.
pub(super) fn below(holder: &str, key: &str) -> String {
    if holder.is_empty() { key.to_owned() } else { format!("{holder}.{key}") }
}
