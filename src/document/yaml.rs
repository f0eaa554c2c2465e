//! YAML: streams of documents, anchors, merge keys, tags.
//!
//! The parser is pulled event by event and the tree is built on a stack of our own, so nothing recurses. Two things can
//! make a small file large: aliases of aliases, and merge keys. An alias shares the node of its anchor, but whoever walks
//! the tree walks it again, so each node has a weight (its nodes, aliases counted every time) and a height, and the
//! document is refused where the sum or the depth goes beyond the limits: before anything is walked. The parser expands
//! nothing by itself.
//!
//! What does not parse is tried again with its [lines joined](joined), and may be a template: then it is read with its
//! [actions](super::template) covered, and what they touch is an expression. Of a stream what does not parse all the same is left
//! out [document by document](stream).
//!
//! Rejected: the `saphyr` crate's annotated tree (it copies the node of an alias, and resolves tags its own way).

mod joined;
mod stream;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::Syntax;
use super::offsets::Offsets;
use super::template::{Extent, Mask};
use super::{Document, Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length};

/// Reads every document of a stream.
pub(super) fn read(text: &str) -> Result<Document, ReadError> {
    let mark = mark_length(text);
    let body = &text[mark..];
    let mut document = match parse(body, None) {
        Ok(roots) => Document::plain(Syntax::Yaml, roots),
        Err(refusal) => stream::read(body, refusal)?,
    };
    if mark > 0 {
        document.roots = document.roots.iter().map(|root| moved(root, mark)).collect();
    }
    Ok(document)
}

/// Parses a text, if need be with its lines joined; of a template what `mask` leaves of it.
fn parse(original: &str, mask: Option<&Mask>) -> Result<Vec<Arc<Node>>, Refusal> {
    let text = mask.map_or(original, |mask| &mask.text);
    match parse_as(original, text, mask, false) {
        Err(refusal) if refusal.is_syntax() => {
            let joined = joined::joined(text).and_then(|text| parse_as(original, &text, mask, true).ok());
            joined.ok_or(refusal)
        }
        result => result,
    }
}

/// Parses `text`, which stands for the original byte by byte.
fn parse_as(original: &str, text: &str, mask: Option<&Mask>, is_joined: bool) -> Result<Vec<Arc<Node>>, Refusal> {
    let mut builder = Builder {
        text,
        original,
        mask,
        is_joined,
        offsets: Offsets::new(text),
        stack: Vec::new(),
        anchors: HashMap::new(),
        roots: Vec::new(),
        begins: 0,
        nodes: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                return Err(Refusal::Syntax(at, error.info().to_owned()));
            }
        }
    }
    Ok(builder.roots)
}

/// The tree with every span moved; only for files with a byte order mark.
fn moved(node: &Node, by: usize) -> Arc<Node> {
    let span = |range: &Range<usize>| range.start + by..range.end + by;
    let value = match &node.value {
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| moved(item, by)).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|e| Entry { key: e.key.clone(), key_span: span(&e.key_span), value: moved(&e.value, by) })
                .collect(),
        ),
        Value::Call { name, arguments } => Value::Call {
            name: name.clone(),
            arguments: arguments.iter().map(|argument| moved(argument, by)).collect(),
        },
        other => other.clone(),
    };
    Node::new(span(&node.span), value)
}

#[derive(PartialEq)]
enum Refusal {
    Syntax(usize, String),
    TooDeep(usize),
    TooManyNodes,
}

impl Refusal {
    fn is_syntax(&self) -> bool {
        matches!(self, Refusal::Syntax(..))
    }

    fn explain(self, text: &str) -> ReadError {
        match self {
            Refusal::Syntax(at, message) => ReadError::syntax(text.as_bytes(), at, message),
            Refusal::TooDeep(at) => ReadError::too_deep(text, at),
            Refusal::TooManyNodes => ReadError::TooManyNodes,
        }
    }
}

/// A finished node, with what it costs to walk it.
#[derive(Clone)]
struct Built {
    node: Arc<Node>,
    weight: usize,
    height: usize,
}

/// A list or map that is being read.
struct Frame {
    /// Behind the key or the item before it.
    from: usize,
    start: usize,
    anchor: usize,
    tag: Option<String>,
    weight: usize,
    height: usize,
    content: Content,
}

enum Content {
    Items(Vec<Arc<Node>>),
    Entries {
        entries: Vec<Entry>,
        key: Option<(String, Range<usize>)>,
        merged: Vec<Arc<Node>>,
        /// Whether an action makes one of the keys.
        is_open: bool,
    },
}

struct Builder<'t> {
    /// What is parsed.
    text: &'t str,
    /// What stands in the file: the same, if it is no template.
    original: &'t str,
    mask: Option<&'t Mask>,
    /// Whether its lines were joined.
    is_joined: bool,
    offsets: Offsets<'t>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Built>,
    roots: Vec<Arc<Node>>,
    /// Where the document begins.
    begins: usize,
    /// Nodes and merged entries made so far.
    nodes: usize,
}

impl Builder<'_> {
    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.offsets.byte(span.start.index());
        start..self.offsets.byte(span.end.index()).max(start)
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let has_properties = anchor > 0 || tag.is_some();
                let mut span = self.scalar_span(self.bytes(span), style, has_properties);
                let text = match style {
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if self.is_joined => {
                        joined::folded(&text).into()
                    }
                    _ => text,
                };
                if text.is_empty() {
                    // An empty block scalar has no bytes but its header.
                    span.end = span.start;
                }
                let node = match self.unknown(&text, style, &span) {
                    Some(unknown) => match tag.as_deref().and_then(own_tag) {
                        Some(name) => Node::new(unknown.span.clone(), Value::Call { name, arguments: vec![unknown] }),
                        None => unknown,
                    },
                    None => {
                        let value = scalar(&text, style, tag.as_deref(), &span);
                        Node::new(span, value)
                    }
                };
                self.count()?;
                self.finish(Built { node, weight: 1, height: 1 }, anchor)
            }
            Event::Alias(anchor) => {
                let span = self.bytes(span);
                let Some(built) = self.anchors.get(&anchor).cloned() else {
                    return Err(Refusal::Syntax(span.start, "an alias inside its own anchor".to_owned()));
                };
                if self.stack.len() + built.height > MAX_DEPTH {
                    return Err(Refusal::TooDeep(span.start));
                }
                self.finish(built, 0)
            }
            Event::SequenceStart(anchor, tag) => self.open(span, anchor, tag.as_deref(), Content::Items(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let content = Content::Entries { entries: Vec::new(), key: None, merged: Vec::new(), is_open: false };
                self.open(span, anchor, tag.as_deref(), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::DocumentStart(is_told) => {
                self.anchors.clear();
                self.begins = match is_told {
                    true => self.bytes(span).start,
                    false => self.roots.last().map_or(0, |root| root.span.end),
                };
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// The scalar as an expression, if it is one of a template that an action touches or stands in place of.
    fn unknown(&self, text: &str, style: ScalarStyle, span: &Range<usize>) -> Option<Arc<Node>> {
        let mask = self.mask?;
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let span = if text.trim().is_empty() && (is_block || style == ScalarStyle::Plain) {
            mask.in_place_of(self.original, self.value_start()?)?
        } else {
            let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..span.start]).map_or(0, |at| at + 1);
            let end = if is_block { mask.block_end(self.original, span.end, span.start - line) } else { span.end };
            if !mask.covers(&(span.start..end)) {
                return None;
            }
            span.start..end
        };
        let text = self.original.get(span.clone())?.to_owned();
        Some(Node::new(span, Value::Expression(text)))
    }

    /// Behind the key or the item before the value that comes next; `None` where that is a key or the document.
    fn value_start(&self) -> Option<usize> {
        let frame = self.stack.last()?;
        match &frame.content {
            Content::Items(items) => Some(items.last().map_or(frame.start, |item| item.span.end)),
            Content::Entries { key, .. } => key.as_ref().map(|(_, span)| span.end),
        }
    }

    fn count(&mut self) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(Refusal::TooManyNodes) } else { Ok(()) }
    }

    fn open(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, content: Content) -> Result<(), Refusal> {
        let span = self.bytes(span);
        self.count()?;
        if self.stack.len() >= MAX_DEPTH {
            return Err(Refusal::TooDeep(span.start));
        }
        let start = self.behind_properties(span.start);
        let from = self.value_start().unwrap_or(self.begins).min(start);
        // What stands above an item belongs to the one before it.
        let is_item = self.stack.last().is_some_and(|frame| matches!(frame.content, Content::Items(_)));
        let dash = if is_item { self.text[from..start].rfind('-') } else { None };
        let from = dash.map_or(from, |dash| from + dash);
        self.stack.push(Frame { from, start, anchor, tag: tag.and_then(own_tag), weight: 1, height: 0, content });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Refusal> {
        let span = self.bytes(span);
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let last = match &frame.content {
            Content::Items(items) => items.last().map(|item| item.span.end),
            Content::Entries { entries, .. } => {
                entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end))
            }
        };
        // A flow collection ends at its bracket; a block collection's end event stands at whatever comes next.
        let bracketed = matches!(self.text.as_bytes().get(frame.start), Some(b'[' | b'{')) && !span.is_empty();
        let end = if bracketed { span.end } else { last.unwrap_or(frame.start) }.max(frame.start);
        let value = match frame.content {
            Content::Items(items) => Value::Sequence(items),
            Content::Entries { mut entries, merged, is_open, .. } => {
                let is_open = is_open
                    || merged.iter().any(|source| source.is_open())
                    || self.grows(&entries, frame.from, frame.start..end, span.start, bracketed);
                self.merge(&mut entries, &merged)?;
                if is_open {
                    self.count()?;
                    entries.push(Entry::rest(end));
                }
                Value::Map(entries)
            }
        };
        let mut node = Node::new(frame.start..end, value);
        if let Some(name) = frame.tag {
            node = Node::new(frame.start..end, Value::Call { name, arguments: vec![node] });
        }
        self.finish(Built { node, weight: frame.weight, height: frame.height + 1 }, frame.anchor)
    }

    /// Whether an action may add entries to a map that stands at `own` and is followed by `until`.
    fn grows(&self, entries: &[Entry], from: usize, own: Range<usize>, until: usize, bracketed: bool) -> bool {
        let Some(mask) = self.mask else { return false };
        if bracketed {
            return mask.covers(&own);
        }
        let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..own.start]).map_or(0, |at| at + 1);
        let is_value = |at: usize| {
            let behind = entries.partition_point(|entry| entry.key_span.start <= at);
            let value = behind.checked_sub(1).map(|last| &entries[last].value);
            value.is_some_and(|value| value.span.contains(&at) && !value.is_map() && value.items().is_empty())
        };
        let column = own.start - line;
        mask.adds_to(&Extent { from, own, until: until.max(from), column }, is_value)
    }

    /// Adds the entries of `<<: *anchor` that the map does not have itself; earlier sources win over later ones.
    fn merge(&mut self, entries: &mut Vec<Entry>, merged: &[Arc<Node>]) -> Result<(), Refusal> {
        if merged.is_empty() {
            return Ok(());
        }
        let mut known: std::collections::HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        for source in merged {
            for entry in source.entries() {
                self.count()?;
                if entry.key != Node::REST && known.insert(entry.key.clone()) {
                    entries.push(entry.clone());
                }
            }
        }
        Ok(())
    }

    /// Hands a finished node to the list or map it belongs to.
    fn finish(&mut self, built: Built, anchor: usize) -> Result<(), Refusal> {
        if anchor > 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Built { node, weight, height } = built;
        let text = self.original;
        let mask = self.mask;
        let Some(frame) = self.stack.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        frame.weight = frame.weight.saturating_add(weight);
        frame.height = frame.height.max(height);
        if frame.weight > MAX_NODES {
            return Err(Refusal::TooManyNodes);
        }
        match &mut frame.content {
            Content::Items(items) => items.push(node),
            Content::Entries { entries, key, merged, is_open } => match key.take() {
                None => {
                    *is_open |= mask.is_some_and(|mask| mask.covers(&node.span));
                    *key = Some(key_of(&node, text)?);
                }
                Some((key, _)) if key == "<<" && is_merge_source(&node) => match &node.value {
                    Value::Sequence(items) => merged.extend(items.iter().cloned()),
                    _ => merged.push(node),
                },
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
            },
        }
        Ok(())
    }

    /// The offset behind tags and anchors (`!Ref &a `), with which an event's span begins.
    fn behind_properties(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(at), Some(b'!' | b'&')) {
            at += bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            loop {
                at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                if bytes.get(at) != Some(&b'#') {
                    break;
                }
                at += bytes[at..].iter().take_while(|byte| **byte != b'\n').count();
            }
        }
        at
    }

    /// The very value of a scalar: without quotes, without white space around, a block scalar from its first word on.
    fn scalar_span(&self, span: Range<usize>, style: ScalarStyle, has_properties: bool) -> Range<usize> {
        let start = if has_properties { self.behind_properties(span.start).min(span.end) } else { span.start };
        let raw = &self.text[start..span.end];
        match style {
            ScalarStyle::Plain => start..start + raw.trim_end().len(),
            // The event ends behind a comment on the same line.
            ScalarStyle::SingleQuoted => start + 1..closing_quote(self.text, start, b'\'').min(span.end),
            ScalarStyle::DoubleQuoted => start + 1..closing_quote(self.text, start, b'"').min(span.end),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The event begins with the content, or with the properties where there are any: then the header
                // (`|-`) stands between.
                let header = if has_properties { raw.find('\n').map_or(raw.len(), |at| at + 1) } else { 0 };
                let body = raw[header..].trim_end();
                let indent = body.len() - body.trim_start().len();
                start + header + indent..start + header + body.len()
            }
        }
    }
}

/// The offset of the quote that closes the one at `start`; the end of the text if there is none.
fn closing_quote(text: &str, start: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ if byte == quote => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_merge_source(node: &Node) -> bool {
    node.is_map() || (!node.items().is_empty() && node.items().iter().all(|item| item.is_map()))
}

/// A key as text. A map is none: it is what `{{ value }}` of a template looks like to YAML.
fn key_of(node: &Node, text: &str) -> Result<(String, Range<usize>), Refusal> {
    let key = match &node.value {
        Value::String(key) | Value::Number(key) => key.clone(),
        Value::Map(_) => return Err(Refusal::Syntax(node.span.start, "a map as a key".to_owned())),
        _ => text.get(node.span.clone()).unwrap_or_default().to_owned(),
    };
    Ok((key, node.span.clone()))
}

/// A tag that means more than a type of YAML's own.
fn own_tag(tag: &Tag) -> Option<String> {
    if tag.is_yaml_core_schema() || tag.suffix.is_empty() {
        return None;
    }
    Some(if tag.handle == "!" { tag.suffix.clone() } else { format!("{}{}", tag.handle.trim_matches('!'), tag.suffix) })
}

/// A scalar by YAML 1.2's core schema; a core tag overrules the look, a tag of another kind makes it a call.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: &Range<usize>) -> Value {
    let plain = if style == ScalarStyle::Plain { resolved(text) } else { Value::String(text.to_owned()) };
    let Some(tag) = tag else { return plain };
    if let Some(name) = own_tag(tag) {
        let argument = Node::new(span.clone(), plain);
        return Value::Call { name, arguments: vec![argument] };
    }
    if tag.is_yaml_core_schema() && tag.suffix != "str" { resolved(text) } else { Value::String(text.to_owned()) }
}

/// A plain scalar by its look.
pub(super) fn resolved(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => Value::String(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let prefixed = |prefix: &str, radix: u32| {
        digits.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let starts_numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    prefixed("0x", 16) || prefixed("0o", 8) || (starts_numeric && digits.parse::<f64>().is_ok())
}
