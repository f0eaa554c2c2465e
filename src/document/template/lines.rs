//! A template that is no YAML even with its actions covered: the lines that say something all by themselves.

use std::sync::Arc;

use super::super::{Entry, MAX_NODES, Node, ReadError, Value, yaml};
use super::Mask;

/// Reads every `key: value` and `- key: value` without an action into one map, however the lines are nested.
pub(crate) fn read(mask: &Mask) -> Result<Arc<Node>, ReadError> {
    let text = &mask.text;
    let mut entries = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        entries.extend(entry(mask, start, line));
        start += line.len();
        if entries.len() >= MAX_NODES {
            return Err(ReadError::TooManyNodes);
        }
    }
    entries.push(Entry::rest(text.len()));
    Ok(Node::new(0..text.len(), Value::Map(entries)))
}

fn entry(mask: &Mask, line_start: usize, line: &str) -> Option<Entry> {
    let mut content = line.trim();
    while let Some(item) = content.strip_prefix("- ") {
        content = item.trim_start();
    }
    let start = line_start + line.trim_end().len() - content.len();
    let (key, key_start, behind) = match content.as_bytes().first()? {
        quote @ (b'"' | b'\'') => {
            let length = content[1..].find(char::from(*quote))?;
            (&content[1..=length], start + 1, content[length + 2..].strip_prefix(':')?)
        }
        _ => {
            let (key, behind) = content.split_once(':')?;
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
            if key.is_empty() || !key.bytes().all(is_plain) {
                return None;
            }
            (key, start, behind)
        }
    };
    let raw = behind.trim_start();
    if raw.len() == behind.len() {
        return None;
    }
    let value_start = start + content.len() - raw.len();
    let (span, value) = scalar(raw, value_start)?;
    if mask.covers(&(start..span.end)) {
        return None;
    }
    let key_span = key_start..key_start + key.len();
    Some(Entry { key: key.to_owned(), key_span, value: Node::new(span, value) })
}

fn scalar(raw: &str, start: usize) -> Option<(std::ops::Range<usize>, Value)> {
    let first = *raw.as_bytes().first()?;
    if matches!(first, b'"' | b'\'') {
        let inner = &raw[1..];
        let length = inner.find(char::from(first))?;
        let behind = inner[length + 1..].trim_start();
        let is_whole = behind.is_empty() || behind.starts_with('#');
        let text = &inner[..length];
        // What has escapes is left to a parser.
        let is_simple = is_whole && !(first == b'"' && text.contains('\\'));
        return is_simple.then(|| (start + 1..start + 1 + length, Value::String(text.to_owned())));
    }
    if b"{[|>&*!#%@`,?".contains(&first) {
        return None;
    }
    let text = raw.find(" #").map_or(raw, |comment| &raw[..comment]).trim_end();
    let is_scalar = !text.contains(": ") && !text.ends_with(':');
    is_scalar.then(|| (start..start + text.len(), yaml::resolved(text)))
}
