//! Configuration of servers in directives: nginx with `;` and `{ … }`, Apache and HAProxy line by line.
//!
//! Both become the same tree. A directive is an entry: its name in lower case, over its one argument, the list of its
//! arguments, or nothing. A block is a map whose first entry, [`ARGUMENTS`], lists what stands behind its name. Which of
//! the two a file is shows in how its lines end. Nothing is an error but a limit: these languages have no grammar that
//! every module keeps to.

mod braces;
mod lines;

use std::ops::Range;
use std::sync::Arc;

use super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length};

/// The key under which a block keeps its arguments. No directive has a name that begins so.
const ARGUMENTS: &str = "#arguments";

/// Reads a whole file into one map.
pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut tree = Tree { text, nodes: 0, open: Vec::new(), entries: Vec::new() };
    let start = mark_length(text);
    if has_braces(&text[start..]) {
        braces::read(&mut tree, start)?
    } else {
        lines::read(&mut tree, start)?
    }
    while let Some(block) = tree.open.len().checked_sub(1) {
        tree.close_down_to(block, text.len())?;
    }
    Ok(vec![Node::new(0..text.len(), Value::Map(tree.entries))])
}

/// Whether the lines end as those of nginx do: a third of them suffices, as arguments go over many lines.
fn has_braces(text: &str) -> bool {
    let (mut ended, mut others) = (0usize, 0usize);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let code = line.rfind(" #").map_or(line, |at| line[..at].trim_end());
        if code.ends_with([';', '{', '}']) && !line.starts_with('<') {
            ended += 1;
        } else {
            others += 1;
        }
    }
    ended > 0 && ended * 3 >= others
}

/// A word of a directive: what it says, and where, without and with its quotes.
struct Word {
    text: String,
    span: Range<usize>,
    outer: Range<usize>,
}

/// A block that is not closed yet.
struct Open {
    key: String,
    key_span: Range<usize>,
    /// Where it begins: at its bracket.
    start: usize,
    /// The entries around it.
    around: Vec<Entry>,
}

/// The tree as it grows.
struct Tree<'t> {
    text: &'t str,
    nodes: usize,
    open: Vec<Open>,
    /// The entries of the innermost block.
    entries: Vec<Entry>,
}

impl Tree<'_> {
    fn node(&mut self, span: Range<usize>, value: Value) -> Result<Arc<Node>, ReadError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(ReadError::TooManyNodes) } else { Ok(Node::new(span, value)) }
    }

    /// Adds a directive; its words begin with its name.
    fn directive(&mut self, words: Vec<Word>) -> Result<(), ReadError> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else { return Ok(()) };
        let value = match (words.next(), words.len()) {
            (None, _) => self.node(name.outer.end..name.outer.end, Value::Null)?,
            (Some(only), 0) => self.node(only.span, Value::String(only.text))?,
            (Some(first), _) => self.list([first].into_iter().chain(words))?,
        };
        self.entries.push(Entry { key: name.text.to_lowercase(), key_span: name.span, value });
        Ok(())
    }

    fn list(&mut self, words: impl Iterator<Item = Word>) -> Result<Arc<Node>, ReadError> {
        let mut span: Option<Range<usize>> = None;
        let mut items = Vec::new();
        for word in words {
            span = Some(span.map_or(word.outer.start, |span| span.start)..word.outer.end);
            items.push(self.node(word.span, Value::String(word.text))?);
        }
        self.node(span.unwrap_or(0..0), Value::Sequence(items))
    }

    /// Opens a block whose bracket stands at `start`; its words begin with its name.
    fn open(&mut self, words: Vec<Word>, start: usize) -> Result<(), ReadError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadError::too_deep(self.text, start));
        }
        let mut words = words.into_iter();
        let (key, key_span) =
            words.next().map_or_else(|| (String::new(), start..start), |name| (name.text.to_lowercase(), name.span));
        let around = std::mem::take(&mut self.entries);
        self.open.push(Open { key, key_span, start, around });
        if words.len() > 0 {
            let value = self.list(words)?;
            let start = value.span.start;
            self.entries.push(Entry { key: ARGUMENTS.to_owned(), key_span: start..start, value });
        }
        Ok(())
    }

    /// Closes the blocks from the one with this number inwards, which end at `end`.
    fn close_down_to(&mut self, block: usize, end: usize) -> Result<(), ReadError> {
        while self.open.len() > block {
            let Some(Open { key, key_span, start, around }) = self.open.pop() else { break };
            let entries = std::mem::replace(&mut self.entries, around);
            let value = self.node(start..end.max(start), Value::Map(entries))?;
            self.entries.push(Entry { key, key_span, value });
        }
        Ok(())
    }

    /// Adds something that another language says, as it is written.
    fn foreign(&mut self, words: Vec<Word>, body: Range<usize>) -> Result<(), ReadError> {
        let Some(name) = words.into_iter().next() else { return Ok(()) };
        let text = self.text.get(body.clone()).unwrap_or_default().to_owned();
        let value = self.node(body, Value::Expression(text))?;
        self.entries.push(Entry { key: name.text.to_lowercase(), key_span: name.span, value });
        Ok(())
    }
}

/// The word in quotes that begins at `start`, up to its closing quote; `None` if there is none before `end`.
fn quoted(text: &str, start: usize, end: usize) -> Option<Word> {
    let bytes = text.as_bytes().get(..end)?;
    let quote = *bytes.get(start).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => break,
            _ => at += 1,
        }
    }
    let span = start + 1..at;
    Some(Word { text: unescaped(text.get(span.clone())?, quote), span, outer: start..at + 1 })
}

/// Without the backslashes before quotes and backslashes; any other is part of the text, as in patterns.
fn unescaped(raw: &str, quote: u8) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next_if(|next| *next == '\\' || *next == char::from(quote)) } else { None };
        out.push(next.unwrap_or(c));
    }
    out
}

#[cfg(test)]
mod tests;
