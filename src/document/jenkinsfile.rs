//! Jenkinsfiles: pipelines written in Groovy.
//!
//! What a pipeline does is only known when it runs, so nothing is worked out. A call is an entry under its name, and what it
//! is given is the value: `sh 'make'` has a string, `sh(script: 'make')` a map, `steps { … }` the map of its statements.
//! `stage('Build') { … }` is a map over a map, as a block with a label is in HCL. Whatever has more is a call with its
//! arguments, the block last. The statements under `if` or `try` may run: they are read as if they stood where it stands.
//!
//! A string with `$` in double quotes is Groovy's to fill in, and an expression; in single quotes it is a string, and the `$`
//! belongs to whoever is given it.
//!
//! There is no error of syntax: what fits nowhere is passed over byte by byte. Chains of calls and of operators are flat, so
//! that only brackets nest.
//!
//! Rejected: a parser of the whole language. Statements, calls and strings are all that a pipeline's configuration is made of.

mod lexer;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use lexer::Lexer;

use super::budget::Budget;
use super::{Entry, MAX_DEPTH, Node, ReadError, Value, mark_length, scalar};

/// Words whose block stands for its statements.
const TRANSPARENT: [&str; 9] = ["if", "else", "for", "while", "do", "switch", "try", "catch", "finally"];

/// Words before a statement that change nothing in it here.
const BEFORE: [&str; 10] =
    ["def", "final", "static", "private", "public", "protected", "return", "throw", "assert", "new"];

/// Reads a pipeline into one map.
pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut reader = Reader { lexer: Lexer { text, at: mark_length(text) }, depth: 0, budget: Budget::new() };
    if text[reader.lexer.at..].starts_with("#!") {
        reader.lexer.line();
    }
    let mut entries = Vec::new();
    while reader.lexer.at < text.len() {
        reader.statements(&mut entries)?;
        // A brace that closes nothing.
        reader.lexer.skip();
    }
    Ok(vec![Node::new(0..text.len(), Value::Map(entries))])
}

/// What stands in brackets, or behind the name of a command.
#[derive(Default)]
struct Arguments {
    plain: Vec<Arc<Node>>,
    named: Vec<Entry>,
}

struct Reader<'t> {
    lexer: Lexer<'t>,
    depth: usize,
    budget: Budget,
}

impl Reader<'_> {
    /// Statements up to a brace that closes, or the end.
    fn statements(&mut self, entries: &mut Vec<Entry>) -> Result<(), ReadError> {
        loop {
            self.lexer.blanks();
            let before = self.lexer.at;
            match self.lexer.peek() {
                None | Some(b'}') => return Ok(()),
                Some(_) => self.statement(entries)?,
            }
            if self.lexer.at == before {
                self.lexer.skip();
            }
        }
    }

    fn statement(&mut self, entries: &mut Vec<Entry>) -> Result<(), ReadError> {
        let (start, name) = loop {
            self.lexer.spaces();
            let start = self.lexer.at;
            match self.lexer.path() {
                Some(word) if BEFORE.contains(&word) => {}
                Some(word) => break (start, word),
                None if self.lexer.take(b'@') => {}
                None => return self.anonymous(start, entries),
            }
        };
        match name {
            "import" | "package" => {
                self.lexer.line();
                return Ok(());
            }
            "case" | "default" => {
                self.lexer.past_colon();
                return Ok(());
            }
            word if TRANSPARENT.contains(&word) => return self.transparent(entries),
            _ => {}
        }
        let mut key = start..self.lexer.at;
        let has_space = self.lexer.spaces();
        // `String name = …`
        let behind = self.lexer.at;
        if has_space && self.lexer.path().is_some() {
            let second = behind..self.lexer.at;
            self.lexer.spaces();
            if self.lexer.is_assignment() {
                key = second;
            } else {
                self.lexer.at = behind;
            }
        }
        if self.lexer.is_assignment() {
            self.lexer.skip();
            self.lexer.blanks();
            let value = self.expression()?;
            self.push(key, value, entries);
            return Ok(());
        }
        let is_called = self.lexer.peek() == Some(b'(');
        let arguments = match self.lexer.peek() {
            Some(b'(') => self.bracketed(b')')?,
            Some(b'[') if !has_space => return self.again(start, entries),
            // `sh"""…"""` needs no space.
            Some(b'"' | b'\'') => self.command()?,
            Some(byte) if has_space && lexer::begins_value(byte) && !self.lexer.is_operator() => self.command()?,
            Some(b'{' | b'}' | b';' | b'\n' | b'\r') | None => Arguments::default(),
            Some(_) => return self.again(start, entries),
        };
        let is_given = is_called || !arguments.plain.is_empty() || !arguments.named.is_empty();
        let block = self.block_behind()?;
        if !is_given && block.is_none() {
            // A word by itself.
            return Ok(());
        }
        let value = self.called(name, key.start, arguments, block)?;
        let value = self.chain(value)?;
        self.push(key, value, entries);
        Ok(())
    }

    /// A statement that begins with no name, or goes on in a way that no call does: its blocks and calls count all the same.
    fn anonymous(&mut self, start: usize, entries: &mut Vec<Entry>) -> Result<(), ReadError> {
        let value = self.expression()?;
        if !value.is_literal() && value.value != Value::Null {
            self.push(start..start, value, entries);
        }
        Ok(())
    }

    fn again(&mut self, start: usize, entries: &mut Vec<Entry>) -> Result<(), ReadError> {
        self.lexer.at = start;
        self.anonymous(start, entries)
    }

    fn transparent(&mut self, entries: &mut Vec<Entry>) -> Result<(), ReadError> {
        self.lexer.spaces();
        if self.lexer.peek() == Some(b'(') {
            self.lexer.past_brackets();
        }
        let before = self.lexer.at;
        self.lexer.blanks();
        if !self.lexer.take(b'{') {
            self.lexer.at = before;
            return Ok(());
        }
        self.enter()?;
        self.statements(entries)?;
        self.lexer.take(b'}');
        self.depth -= 1;
        Ok(())
    }

    fn push(&mut self, key: Range<usize>, value: Arc<Node>, entries: &mut Vec<Entry>) {
        entries.push(Entry { key: self.lexer.text[key.clone()].to_owned(), key_span: key, value });
    }

    /// What a call is, by what it is given.
    fn called(
        &mut self,
        name: &str,
        start: usize,
        arguments: Arguments,
        block: Option<Arc<Node>>,
    ) -> Result<Arc<Node>, ReadError> {
        let span = start..self.lexer.at;
        let mut given = self.given(arguments)?;
        match (given.len(), block) {
            (1, None) => Ok(given.remove(0)),
            (0, Some(block)) => Ok(block),
            (1, Some(block)) if given[0].as_str().is_some() => {
                let label = given.remove(0);
                let key = label.as_str().unwrap_or_default().to_owned();
                let entry = Entry { key, key_span: label.span.clone(), value: block };
                self.budget.node(span, Value::Map(vec![entry]))
            }
            (_, block) => {
                given.extend(block);
                self.budget.node(span, Value::Call { name: name.to_owned(), arguments: given })
            }
        }
    }

    /// Arguments as nodes: those with names are one map.
    fn given(&mut self, arguments: Arguments) -> Result<Vec<Arc<Node>>, ReadError> {
        let Arguments { plain: mut given, named } = arguments;
        if let (Some(first), Some(last)) = (named.first(), named.last()) {
            let span = first.key_span.start..last.value.span.end.max(first.key_span.start);
            given.push(self.budget.node(span, Value::Map(named))?);
        }
        Ok(given)
    }

    /// Arguments without brackets: to the end of the line, and over it behind a comma.
    fn command(&mut self) -> Result<Arguments, ReadError> {
        let mut arguments = Arguments::default();
        loop {
            self.argument(&mut arguments)?;
            self.lexer.spaces();
            if !self.lexer.take(b',') {
                return Ok(arguments);
            }
            self.lexer.blanks();
        }
    }

    /// What stands between the bracket here and `close`.
    fn bracketed(&mut self, close: u8) -> Result<Arguments, ReadError> {
        self.enter()?;
        self.lexer.skip();
        let mut arguments = Arguments::default();
        loop {
            self.lexer.blanks();
            match self.lexer.peek() {
                None => break,
                Some(byte) if byte == close => {
                    self.lexer.skip();
                    break;
                }
                // Another bracket closes: this one was left open.
                Some(b'}') => break,
                Some(_) => {}
            }
            let before = self.lexer.at;
            self.argument(&mut arguments)?;
            self.lexer.blanks();
            if !self.lexer.take(b',') && self.lexer.at == before {
                self.lexer.skip();
            }
        }
        self.depth -= 1;
        Ok(arguments)
    }

    fn argument(&mut self, arguments: &mut Arguments) -> Result<(), ReadError> {
        let start = self.lexer.at;
        let key = match self.lexer.peek() {
            Some(b'"' | b'\'') => Some(self.lexer.string().content),
            _ => self.lexer.path().map(|_| start..self.lexer.at),
        };
        self.lexer.spaces();
        match key {
            Some(key) if self.lexer.take(b':') => {
                self.lexer.blanks();
                let value = self.expression()?;
                self.push(key, value, &mut arguments.named);
            }
            _ => {
                self.lexer.at = start;
                let value = self.expression()?;
                if value.value != Value::Null || value.span.start < value.span.end {
                    arguments.plain.push(value);
                }
            }
        }
        Ok(())
    }

    /// Operands with operators between them: one is what it is, several are a call of the first operator.
    fn expression(&mut self) -> Result<Arc<Node>, ReadError> {
        let start = self.lexer.at;
        let mut operands = Vec::new();
        let mut first = None;
        let mut is_choice = false;
        loop {
            self.lexer.spaces();
            operands.extend(self.operand()?);
            self.lexer.spaces();
            let Some(operator) = self.lexer.operator(is_choice) else { break };
            is_choice |= operator.starts_with('?');
            first.get_or_insert(operator);
            if matches!(operator, "++" | "--") {
                break;
            }
            self.lexer.blanks();
        }
        match (operands.len(), first) {
            (0, _) => self.budget.node(start..start, Value::Null),
            (1, None) => Ok(operands.remove(0)),
            (_, operator) => {
                let end = operands.last().map_or(start, |last| last.span.end);
                let name = operator.unwrap_or_default().to_owned();
                self.budget.node(start..end, Value::Call { name, arguments: operands })
            }
        }
    }

    fn operand(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        while self.lexer.take_sign() {
            self.lexer.spaces();
        }
        let start = self.lexer.at;
        let node = match self.lexer.peek() {
            Some(b'"' | b'\'') => {
                let string = self.lexer.string();
                let raw = &self.lexer.text[string.content.clone()];
                let value = if string.is_filled_in {
                    Value::Expression(raw.to_owned())
                } else {
                    Value::String(lexer::unescaped(raw))
                };
                self.budget.node(string.content, value)?
            }
            Some(b'[') => {
                let Arguments { plain, named } = self.bracketed(b']')?;
                let span = start..self.lexer.at;
                if plain.is_empty() && !named.is_empty() {
                    self.budget.node(span, Value::Map(named))?
                } else {
                    let items = self.given(Arguments { plain, named })?;
                    self.budget.node(span, Value::Sequence(items))?
                }
            }
            Some(b'(') => {
                let arguments = self.bracketed(b')')?;
                let mut given = self.given(arguments)?;
                match given.len() {
                    1 => given.remove(0),
                    _ => {
                        self.budget.node(start..self.lexer.at, Value::Call { name: String::new(), arguments: given })?
                    }
                }
            }
            Some(b'{') => self.block()?,
            Some(b'/') if self.lexer.pattern() => {
                let raw = self.lexer.text[start..self.lexer.at].to_owned();
                self.budget.node(start..self.lexer.at, Value::Expression(raw))?
            }
            Some(b'$') if self.lexer.dollar_slashy() => {
                let raw = self.lexer.text[start..self.lexer.at].to_owned();
                self.budget.node(start..self.lexer.at, Value::Expression(raw))?
            }
            Some(byte) if byte.is_ascii_digit() => {
                let number = self.lexer.number();
                self.budget.node(start..self.lexer.at, scalar::plain(number))?
            }
            _ => match self.lexer.path() {
                Some("new") => {
                    self.lexer.spaces();
                    return self.operand_behind_new();
                }
                Some(name) => self.named(name, start)?,
                None => return Ok(None),
            },
        };
        self.chain(node).map(Some)
    }

    /// `new Name(…)` is a call like others.
    fn operand_behind_new(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        let start = self.lexer.at;
        match self.lexer.path() {
            Some(name) => {
                let node = self.named(name, start)?;
                self.chain(node).map(Some)
            }
            None => Ok(None),
        }
    }

    /// A name in an expression: a word, a variable, a call.
    fn named(&mut self, name: &str, start: usize) -> Result<Arc<Node>, ReadError> {
        let end = self.lexer.at;
        let value = match name {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => return self.budget.node(start..end, Value::Null),
            _ if self.lexer.peek() == Some(b'(') => {
                let arguments = self.bracketed(b')')?;
                let mut given = self.given(arguments)?;
                given.extend(self.block_on_line()?);
                return self.budget.node(start..self.lexer.at, Value::Call { name: name.to_owned(), arguments: given });
            }
            _ => {
                let block = self.block_on_line()?;
                match block {
                    Some(block) => Value::Call { name: name.to_owned(), arguments: vec![block] },
                    None => Value::Expression(name.to_owned()),
                }
            }
        };
        self.budget.node(start..self.lexer.at.max(end), value)
    }

    /// Calls, fields and indexes behind a value: `sh(…).trim()`. They are one call with all that they are given.
    fn chain(&mut self, node: Arc<Node>) -> Result<Arc<Node>, ReadError> {
        let start = node.span.start;
        let mut name = None;
        let mut arguments = vec![node];
        loop {
            if self.lexer.peek() == Some(b'[') {
                let index = self.bracketed(b']')?;
                arguments.extend(self.given(index)?);
                name.get_or_insert("[]");
            } else if let Some(field) = self.lexer.field() {
                name.get_or_insert(field);
                if self.lexer.peek() == Some(b'(') {
                    let inside = self.bracketed(b')')?;
                    arguments.extend(self.given(inside)?);
                }
                arguments.extend(self.block_on_line()?);
            } else {
                break;
            }
        }
        match name {
            None => Ok(arguments.remove(0)),
            Some(name) => self.budget.node(start..self.lexer.at, Value::Call { name: name.to_owned(), arguments }),
        }
    }

    /// The block of a statement, which may begin on a line of its own.
    fn block_behind(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        let before = self.lexer.at;
        self.lexer.blanks();
        if self.lexer.peek() == Some(b'{') {
            return self.block().map(Some);
        }
        self.lexer.at = before;
        Ok(None)
    }

    fn block_on_line(&mut self) -> Result<Option<Arc<Node>>, ReadError> {
        let before = self.lexer.at;
        self.lexer.spaces();
        if self.lexer.peek() == Some(b'{') {
            return self.block().map(Some);
        }
        self.lexer.at = before;
        Ok(None)
    }

    /// `{ … }`, `{ name -> … }`.
    fn block(&mut self) -> Result<Arc<Node>, ReadError> {
        self.enter()?;
        let start = self.lexer.at;
        self.lexer.skip();
        self.lexer.past_parameters();
        let mut entries = Vec::new();
        self.statements(&mut entries)?;
        self.lexer.take(b'}');
        self.depth -= 1;
        self.budget.node(start..self.lexer.at, Value::Map(entries))
    }

    fn enter(&mut self) -> Result<(), ReadError> {
        self.depth += 1;
        if self.depth >= MAX_DEPTH {
            return Err(ReadError::too_deep(self.lexer.text, self.lexer.at));
        }
        Ok(())
    }
}
