//! Python settings: the `settings.py` of Django, the `config.py` of Flask, modules that are nothing but names and values.
//!
//! Only assignments are read, each into an entry; a class is a map under its name. Whatever is not an assignment is
//! passed over to the end of its logical line, and a function with its whole body, so a module that does things still
//! tells the names that it sets. A line under `if` or `try` is one that may run: it is a further entry of the same key.
//!
//! There is no error of syntax: what does not close ends at the next line that begins an assignment, a class or an import.
//!
//! Rejected: a parser of the whole language. Nothing here needs more than its strings, brackets and indentation.

mod arithmetic;
mod expression;
mod lexer;

use std::ops::Range;
use std::sync::Arc;

use expression::Parser;
use lexer::Lexer;

use super::{Entry, MAX_DEPTH, Node, ReadError, Value, mark_length};

/// Words that begin a block whose lines are read as if they stood where the block stands.
const TRANSPARENT: [&str; 9] = ["if", "elif", "else", "for", "while", "try", "except", "finally", "with"];

/// Reads a module into one map.
pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let module = Frame::new(None, 0, 0);
    let mut reader = Reader { lexer: Lexer::new(text), nodes: 0, frames: vec![module] };
    let mut at = mark_length(text);
    while at < text.len() {
        at = reader.line(at)? + 1;
    }
    while reader.frames.len() > 1 {
        reader.close();
    }
    let frame = reader.frames.pop().unwrap_or_else(|| Frame::new(None, 0, 0));
    Ok(vec![Node::new(0..text.len(), frame.value(text.len()))])
}

/// What the lines of a block are for.
enum Block {
    /// The module, or a class with this name.
    Names(Option<(String, Range<usize>)>),
    /// A function: its names are its own.
    Skipped,
}

struct Frame {
    block: Block,
    /// How far its header is indented.
    indent: usize,
    /// Where its body begins.
    start: usize,
    entries: Vec<Entry>,
    /// Whether names come in from elsewhere: `from .base import *`.
    is_open: bool,
}

impl Frame {
    fn new(class: Option<(String, Range<usize>)>, indent: usize, start: usize) -> Self {
        Self { block: Block::Names(class), indent, start, entries: Vec::new(), is_open: false }
    }

    fn value(mut self, end: usize) -> Value {
        if self.is_open {
            self.entries.push(Entry::rest(end));
        }
        Value::Map(self.entries)
    }
}

struct Reader<'t> {
    lexer: Lexer<'t>,
    nodes: usize,
    frames: Vec<Frame>,
}

impl Reader<'_> {
    /// Reads the logical line that begins at `at`; the offset of the line end behind it.
    fn line(&mut self, at: usize) -> Result<usize, ReadError> {
        let bytes = self.lexer.bytes;
        let start = at + bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0C)).count();
        if matches!(bytes.get(start), None | Some(b'\r' | b'\n' | b'#')) {
            return Ok(self.lexer.line_end(start));
        }
        let indent = width(&bytes[at..start]);
        while self.frames.len() > 1 && self.frames.last().is_some_and(|frame| frame.indent >= indent) {
            self.close();
        }
        let end = self.lexer.logical_end(start, start - at);
        if !self.frames.last().is_some_and(|frame| matches!(frame.block, Block::Skipped)) {
            self.statements(start, end, indent)?;
        }
        Ok(end)
    }

    /// Ends the innermost block.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let Block::Names(Some((key, key_span))) = &frame.block else { return };
        let (key, key_span, start) = (key.clone(), key_span.clone(), frame.start);
        let end = frame.entries.iter().map(|entry| entry.value.span.end).fold(start, usize::max);
        let value = Node::new(start..end, frame.value(end));
        if let Some(outer) = self.frames.last_mut() {
            outer.entries.push(Entry { key, key_span, value });
        }
    }

    fn statements(&mut self, start: usize, end: usize, indent: usize) -> Result<(), ReadError> {
        let mut at = start;
        let word = self.lexer.word(start);
        let rest = self.lexer.blank(start + word.len(), end);
        match word {
            "class" if self.lexer.word(rest).is_empty() => {}
            "class" | "def" | "async" => {
                if self.frames.len() >= MAX_DEPTH {
                    return Err(ReadError::too_deep(self.lexer.text, start));
                }
                let body = (self.lexer.until(rest, end, b':') + 1).min(end);
                let name = self.lexer.word(rest).to_owned();
                let class = Some((name.clone(), rest..rest + name.len())).filter(|_| word == "class");
                let mut frame = Frame::new(class, indent, body);
                if word != "class" {
                    frame.block = Block::Skipped;
                }
                self.frames.push(frame);
                if word != "class" {
                    return Ok(());
                }
                at = body;
            }
            _ if TRANSPARENT.contains(&word) => at = (self.lexer.until(rest, end, b':') + 1).min(end),
            "from" if self.lexer.text[start..end].trim_end().ends_with('*') => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_open = true;
                }
                return Ok(());
            }
            _ => {}
        }
        while at < end {
            self.statement(at, end)?;
            at = self.lexer.until(at, end, b';') + 1;
        }
        Ok(())
    }

    fn statement(&mut self, at: usize, end: usize) -> Result<(), ReadError> {
        let Some(first) = self.target(at, end, true) else { return Ok(()) };
        let is_augmented = first.is_augmented;
        let mut value_at = first.behind;
        let mut keys = vec![first.key];
        while let Some(next) = self.target(value_at, end, false).filter(|next| !next.is_augmented) {
            value_at = next.behind;
            keys.push(next.key);
        }
        let mut parser = Parser::new(&mut self.lexer, &mut self.nodes, value_at, end);
        let Some(mut value) = parser.right_side()? else { return Ok(()) };
        if is_augmented {
            // What it is added to may have come from anywhere.
            let span = value.span.clone();
            value = Node::new(span.clone(), Value::Expression(self.lexer.slice(&span).to_owned()));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.entries.extend(keys.into_iter().map(|(key, key_span)| Entry { key, key_span, value: value.clone() }));
        }
        Ok(())
    }

    /// `NAME =`, `NAME: type =`, `app.secret_key =`, `app.config["NAME"] =`: the last name is the key.
    fn target(&mut self, at: usize, end: usize, is_first: bool) -> Option<Target> {
        let start = self.lexer.blank(at, end);
        let name = self.lexer.word(start);
        if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
            return None;
        }
        let mut key = Some((name.to_owned(), start..start + name.len()));
        let mut at = start + name.len();
        loop {
            let next = self.lexer.blank(at, end);
            match self.lexer.bytes[..end].get(next) {
                Some(b'.') => {
                    let start = self.lexer.blank(next + 1, end);
                    let name = self.lexer.word(start);
                    key = (!name.is_empty()).then(|| (name.to_owned(), start..start + name.len()));
                    at = start + name.len();
                }
                Some(b'[') => {
                    let inner = self.lexer.blank(next + 1, end);
                    key = self.lexer.literal(inner, end).and_then(|literal| {
                        let closed = self.lexer.bytes.get(self.lexer.blank(literal.end, end)) == Some(&b']');
                        closed.then(|| (self.lexer.decoded(&literal), literal.content))
                    });
                    at = (self.lexer.until(next + 1, end, b']') + 1).min(end);
                }
                _ => {
                    at = next;
                    break;
                }
            }
        }
        let rest = &self.lexer.bytes[at..end.max(at)];
        let assigned = |at: usize, is_augmented| Some(Target { key: key.clone()?, behind: at, is_augmented });
        match rest {
            [b'=', b'=', ..] => None,
            [b'=', ..] => assigned(at + 1, false),
            [b':', ..] if is_first => {
                let equals = self.lexer.until(at + 1, end, b'=');
                let stop = self.lexer.until(at + 1, end, b';');
                if equals < stop { assigned(equals + 1, false) } else { None }
            }
            [b'*' | b'/' | b'<' | b'>', b'*' | b'/' | b'<' | b'>', b'=', ..] => assigned(at + 3, true),
            [b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'@', b'=', ..] => assigned(at + 2, true),
            _ => None,
        }
    }
}

struct Target {
    key: (String, Range<usize>),
    /// The offset behind the `=`.
    behind: usize,
    is_augmented: bool,
}

/// How far a line is indented, a tab to the next eighth column.
fn width(blanks: &[u8]) -> usize {
    blanks.iter().fold(0, |column, byte| if *byte == b'\t' { (column / 8 + 1) * 8 } else { column + 1 })
}

#[cfg(test)]
mod tests;
