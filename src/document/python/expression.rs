//! The value on the right of an assignment.

use std::mem;
use std::ops::Range;
use std::sync::Arc;

use super::super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value};
use super::arithmetic;
use super::lexer::Lexer;

/// Asks a length of time for its seconds.
const SECONDS: &[u8] = b".total_seconds()";

/// Reads the expressions of one logical line.
///
/// An expression is an operand and nothing behind it, or it has to be evaluated: then it is passed over to where it ends.
pub(super) struct Parser<'p, 't> {
    lexer: &'p mut Lexer<'t>,
    nodes: &'p mut usize,
    at: usize,
    end: usize,
    /// Whether a `for` was passed in the innermost bracket: what is in it is a comprehension, not a list.
    has_for: bool,
}

impl<'p, 't> Parser<'p, 't> {
    pub(super) fn new(lexer: &'p mut Lexer<'t>, nodes: &'p mut usize, at: usize, end: usize) -> Self {
        Self { lexer, nodes, at, end, has_for: false }
    }

    /// The value, or a list without brackets: `"a", "b"`. `None` if there is nothing.
    pub(super) fn right_side(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        let start = self.lexer.blank(self.at, self.end);
        let Some(first) = self.expression(0)? else { return Ok(None) };
        if self.peek() != Some(b',') {
            return Ok(Some(first));
        }
        let mut behind = self.at;
        let mut items = vec![first];
        while self.peek() == Some(b',') {
            self.at += 1;
            behind = self.at;
            if let Some(item) = self.expression(0)? {
                behind = self.at;
                items.push(item);
            }
        }
        self.node(start..behind, Value::Sequence(items)).map(Some)
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let at = self.lexer.blank(self.at, self.end);
        self.lexer.bytes[..self.end].get(at).copied().inspect(|_| self.at = at)
    }

    fn node(&mut self, span: Range<usize>, value: Value) -> Result<Arc<Node>, ReadError> {
        *self.nodes += 1;
        if *self.nodes > MAX_NODES { Err(ReadError::TooManyNodes) } else { Ok(Node::new(span, value)) }
    }

    fn unknown(&mut self, span: Range<usize>) -> Result<Arc<Node>, ReadError> {
        let text = self.lexer.slice(&span).to_owned();
        self.node(span, Value::Expression(text))
    }

    /// One expression, up to a comma, a colon or the end of a bracket; `None` if there is none. `self.at` is behind it.
    fn expression(&mut self, depth: usize) -> Result<Option<Arc<Node>>, ReadError> {
        let Some(first) = self.peek() else { return Ok(None) };
        if is_end(first) {
            return Ok(None);
        }
        let start = self.at;
        let operand = self.operand(depth)?;
        let behind = self.at;
        if operand.is_some() && self.peek().is_none_or(is_end) && !self.is_walrus() {
            self.at = behind;
            return Ok(operand);
        }
        self.at = behind;
        let span = start..self.pass().max(behind);
        let text = self.lexer.slice(&span);
        match arithmetic::fold(text) {
            Some(number) => self.node(span, Value::Number(number.to_string())).map(Some),
            None => self.unknown(span).map(Some),
        }
    }

    fn is_walrus(&self) -> bool {
        self.lexer.bytes[self.at..self.end].starts_with(b":=")
    }

    /// Passes over the rest of an expression; the offset behind its last token.
    fn pass(&mut self) -> usize {
        let mut depth = 0usize;
        let mut lambdas = 0usize;
        let mut last = self.at;
        while let Some(byte) = self.peek() {
            if depth == 0 {
                match byte {
                    b':' if self.is_walrus() => self.at += 1,
                    b':' if lambdas > 0 => lambdas -= 1,
                    b',' if lambdas > 0 => {}
                    _ if is_end(byte) => break,
                    _ => match self.lexer.word(self.at) {
                        "for" => self.has_for = true,
                        "lambda" => lambdas += 1,
                        _ => {}
                    },
                }
            }
            self.at = self.lexer.token(self.at, self.end, &mut depth).max(self.at + 1).min(self.end);
            last = self.at;
        }
        self.at = last;
        last
    }

    /// What an expression begins with, if that is something to read; else nothing is passed.
    fn operand(&mut self, depth: usize) -> Result<Option<Arc<Node>>, ReadError> {
        let start = self.at;
        let byte = self.lexer.bytes[start];
        if let Some(node) = self.strings()? {
            return Ok(Some(node));
        }
        match byte {
            b'(' | b'[' | b'{' if depth >= MAX_DEPTH => Err(ReadError::too_deep(self.lexer.text, start)),
            b'(' | b'[' => self.list(byte, depth + 1).map(Some),
            b'{' => self.braces(depth + 1).map(Some),
            b'-' | b'+' => {
                let digits = self.lexer.blank(start + 1, self.end);
                let Some(end) = self.number_end(digits) else { return Ok(None) };
                let sign = if byte == b'-' { "-" } else { "" };
                let text = format!("{sign}{}", self.lexer.slice(&(digits..end)));
                self.at = end;
                self.node(start..end, Value::Number(text)).map(Some)
            }
            _ => match self.number_end(start) {
                Some(end) => {
                    self.at = end;
                    let text = self.lexer.slice(&(start..end)).to_owned();
                    self.node(start..end, Value::Number(text)).map(Some)
                }
                None => self.name(depth),
            },
        }
    }

    /// The end of a number that begins at `start`.
    fn number_end(&self, start: usize) -> Option<usize> {
        let bytes = &self.lexer.bytes[..self.end];
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let first = if bytes.get(start) == Some(&b'.') { start + 1 } else { start };
        if !is_digit(first) {
            return None;
        }
        let is_hex = bytes.get(start + 1).is_some_and(|byte| matches!(byte, b'x' | b'X'));
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            let is_exponent = !is_hex && at > start && matches!(bytes[at - 1], b'e' | b'E') && is_digit(at + 1);
            match byte {
                b'+' | b'-' if is_exponent => at += 1,
                b'.' | b'_' => at += 1,
                _ if byte.is_ascii_alphanumeric() => at += 1,
                _ => break,
            }
        }
        Some(at)
    }

    /// A constant, a call, or a name, which is unknown.
    fn name(&mut self, depth: usize) -> Result<Option<Arc<Node>>, ReadError> {
        let start = self.at;
        let word = self.lexer.word(start);
        if word.is_empty() || word == "lambda" {
            return Ok(None);
        }
        let mut end = start + word.len();
        while end < self.end && self.lexer.bytes.get(end) == Some(&b'.') {
            match self.lexer.word(end + 1) {
                "" => break,
                next => end += 1 + next.len(),
            }
        }
        let span = start..end.min(self.end);
        self.at = span.end;
        let constant = match self.lexer.slice(&span) {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::Null,
            name if self.lexer.bytes[..self.end].get(self.at) == Some(&b'(') => {
                if depth >= MAX_DEPTH {
                    return Err(ReadError::too_deep(self.lexer.text, start));
                }
                let name = name.to_owned();
                return self.call(start, name, depth + 1).map(Some);
            }
            _ => return self.unknown(span).map(Some),
        };
        self.node(span, constant).map(Some)
    }

    /// String literals, one behind the other: they are one string.
    fn strings(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        let Some(first) = self.lexer.literal(self.at, self.end) else { return Ok(None) };
        let mut text = self.lexer.decoded(&first);
        let mut is_formatted = first.is_formatted;
        let mut span = first.content;
        self.at = first.end;
        loop {
            let next = self.lexer.blank(self.at, self.end);
            let Some(literal) = self.lexer.literal(next, self.end).filter(|_| next < self.end) else { break };
            text.push_str(&self.lexer.decoded(&literal));
            is_formatted |= literal.is_formatted;
            span.end = literal.content.end;
            self.at = literal.end;
        }
        if is_formatted { self.unknown(span).map(Some) } else { self.node(span, Value::String(text)).map(Some) }
    }

    /// Passes the closing bracket, a comma, or whatever does not belong here; whether the bracket is closed.
    fn closes(&mut self, close: u8) -> bool {
        match self.peek() {
            None => {
                self.at = self.end;
                true
            }
            Some(byte) => {
                self.at += 1;
                byte == close
            }
        }
    }

    /// A list or tuple; what stands alone in parentheses is that itself.
    fn list(&mut self, open: u8, depth: usize) -> Result<Arc<Node>, ReadError> {
        let start = self.at;
        let close = if open == b'(' { b')' } else { b']' };
        let outer = mem::take(&mut self.has_for);
        let mut items = Vec::new();
        let mut has_comma = open == b'[';
        self.at += 1;
        loop {
            if let Some(item) = self.expression(depth)? {
                items.push(item);
            }
            has_comma |= self.peek() == Some(b',');
            if self.closes(close) {
                break;
            }
        }
        if mem::replace(&mut self.has_for, outer) {
            return self.unknown(start..self.at);
        }
        if !has_comma && items.len() == 1 {
            return Ok(items.swap_remove(0));
        }
        self.node(start..self.at, Value::Sequence(items))
    }

    /// A dictionary, or a set.
    fn braces(&mut self, depth: usize) -> Result<Arc<Node>, ReadError> {
        let start = self.at;
        let outer = mem::take(&mut self.has_for);
        let (mut items, mut entries, mut is_open) = (Vec::new(), Vec::new(), false);
        self.at += 1;
        loop {
            match self.expression(depth)? {
                Some(rest) if is_unpacked(&rest) => is_open = true,
                Some(key) if self.peek() == Some(b':') => {
                    self.at += 1;
                    let here = self.at;
                    let value = match self.expression(depth)? {
                        Some(value) => value,
                        None => self.node(here..here, Value::Null)?,
                    };
                    let key_span = key.span.clone();
                    let text = key.as_text().unwrap_or_else(|| self.lexer.slice(&key_span)).to_owned();
                    entries.push(Entry { key: text, key_span, value });
                }
                Some(item) => items.push(item),
                None => {}
            }
            if self.closes(b'}') {
                break;
            }
        }
        if mem::replace(&mut self.has_for, outer) {
            return self.unknown(start..self.at);
        }
        if !items.is_empty() && entries.is_empty() {
            return self.node(start..self.at, Value::Sequence(items));
        }
        if is_open {
            entries.push(Entry::rest(self.at));
        }
        self.node(start..self.at, Value::Map(entries))
    }

    /// A call: positional arguments as they are, keyword arguments as one map behind them.
    fn call(&mut self, start: usize, name: String, depth: usize) -> Result<Arc<Node>, ReadError> {
        let outer = mem::take(&mut self.has_for);
        let (mut arguments, mut entries, mut is_open) = (Vec::new(), Vec::<Entry>::new(), false);
        self.at += 1;
        loop {
            if let Some((key, key_span)) = self.keyword() {
                let here = self.at;
                let value = match self.expression(depth)? {
                    Some(value) => value,
                    None => self.node(here..here, Value::Null)?,
                };
                entries.push(Entry { key, key_span, value });
            } else if let Some(argument) = self.expression(depth)? {
                if is_unpacked(&argument) {
                    is_open = true;
                } else {
                    arguments.push(argument);
                }
            }
            if self.closes(b')') {
                break;
            }
        }
        self.has_for = outer;
        if is_open {
            entries.push(Entry::rest(self.at));
        }
        if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
            let span = first.key_span.start..last.value.span.end;
            arguments.push(self.node(span, Value::Map(entries))?);
        }
        if name == "dict" && arguments.iter().all(|argument| argument.is_map()) && arguments.len() <= 1 {
            let entries = arguments.first().map_or(&[][..], |argument| argument.entries()).to_vec();
            return self.node(start..self.at, Value::Map(entries));
        }
        // A length of time is one whatever it is counted in.
        let is_length = name == "timedelta" || name.ends_with(".timedelta");
        if is_length && self.lexer.bytes[self.at..self.end].starts_with(SECONDS) {
            self.at += SECONDS.len();
        }
        self.node(start..self.at, Value::Call { name, arguments })
    }

    /// `name=` before an argument.
    fn keyword(&mut self) -> Option<(String, Range<usize>)> {
        self.peek()?;
        let word = self.lexer.word(self.at);
        let span = self.at..self.at + word.len();
        let equals = self.lexer.blank(span.end, self.end);
        let rest = self.lexer.bytes.get(equals..self.end)?;
        if word.is_empty() || rest.first() != Some(&b'=') || rest.get(1) == Some(&b'=') {
            return None;
        }
        self.at = equals + 1;
        Some((word.to_owned(), span))
    }
}

/// Whether the byte ends an expression.
fn is_end(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b';' | b')' | b']' | b'}')
}

/// `**other`: entries that are somewhere else.
fn is_unpacked(node: &Node) -> bool {
    matches!(&node.value, Value::Expression(text) if text.starts_with("**"))
}
