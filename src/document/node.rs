//! The nodes that every format is read into.

use std::ops::Range;
use std::sync::Arc;

/// A value, and the bytes of the file it stands in.
///
/// The span covers the very value: a string without its quotes, the body of a heredoc or block scalar, a container with
/// its brackets where it has any. A YAML alias shares the node of its anchor, and so its span.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Byte offsets into the file.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string, its escapes resolved (a heredoc of HCL is kept as it is written).
    String(String),
    /// A list.
    Sequence(Vec<Arc<Node>>),
    /// A map, a table, an object, a block: entries in the order of the file, duplicate keys kept.
    Map(Vec<Entry>),
    /// A function or tag applied to nodes: `jsonencode({…})`, `!Sub "…"`. What it gives is unknown.
    Call {
        /// The function's name, or the tag's without `!`.
        name: String,
        /// Its arguments.
        arguments: Vec<Arc<Node>>,
    },
    /// Something that has to be evaluated, as it is written: what it gives is unknown.
    Expression(String),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands, without quotes.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Arc<Node>,
}

impl Entry {
    /// The last entry of a map that may have more than it shows: see [`Node::REST`].
    pub(super) fn rest(end: usize) -> Self {
        Self { key: Node::REST.to_owned(), key_span: end..end, value: Node::new(end..end, Value::Null) }
    }
}

impl Node {
    /// The key of the last entry, over nothing and without a byte of the file, of a map that may have more entries than it
    /// shows: in a template one to which an action may add, and one into which entries are unpacked. What such a map lacks may be there all the same.
    pub const REST: &'static str = "…";

    pub(super) fn new(span: Range<usize>, value: Value) -> Arc<Self> {
        Arc::new(Self { span, value })
    }

    /// The entries of a map; of anything else none.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; of anything else none.
    #[must_use]
    pub fn items(&self) -> &[Arc<Node>] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entry with this key; the last one if there are several, which is the one that parsers keep.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rfind(|entry| entry.key == key)
    }

    /// The value with this key; see [`Node::entry`].
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &*entry.value)
    }

    /// Every entry with this key, in order: repeated blocks, duplicate keys.
    pub fn all<'n>(&'n self, key: &'n str) -> impl Iterator<Item = &'n Entry> + 'n {
        self.entries().iter().filter(move |entry| entry.key == key)
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The maps under `key`, whether they are repeated blocks, one map, or a list of maps.
    pub fn maps<'n>(&'n self, key: &'n str) -> impl Iterator<Item = &'n Node> + 'n {
        self.all(key).flat_map(|entry| {
            let alone = matches!(entry.value.value, Value::Map(_)).then_some(&*entry.value);
            let listed = entry.value.items().iter().map(|item| &**item).filter(|item| item.is_map());
            alone.into_iter().chain(listed)
        })
    }

    /// Whether it is a map that may have more entries than it shows, so that nothing is known to be absent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.entries().last().is_some_and(|entry| entry.key == Self::REST && entry.key_span.is_empty())
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or a number.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean, also one that is written as a string (`"true"`), as templates and older schemas do.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::String(text) => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// A number, also one that is written as a string. Digits may be grouped with `_`, as in TOML.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        let text = self.as_text()?;
        let number: f64 = if text.contains('_') { text.replace('_', "").parse().ok()? } else { text.parse().ok()? };
        number.is_finite().then_some(number)
    }

    /// Whether the value stands here as it is: a boolean, a number or a string, not a call, an expression or nothing.
    /// A string may still be a reference by the conventions of whoever reads the file.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        matches!(self.value, Value::Bool(_) | Value::Number(_) | Value::String(_))
    }

    /// Whether there is nothing: `null`, or an empty string.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}
