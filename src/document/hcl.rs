//! HCL: Terraform, OpenTofu, Packer, Vault.
//!
//! A block becomes nested maps, type over label over label over body, which is the shape that Terraform's own JSON syntax
//! has; so a check reads both alike. Repeated blocks are repeated entries. What has to be evaluated is an expression or a
//! call, never a value.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};

use super::relaxed::relaxed;
use super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length, nesting};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    if let Some(at) = nesting::deeper_than(text, MAX_DEPTH, &nesting::HCL) {
        return Err(ReadError::too_deep(text, at));
    }
    // Every value stands behind an `=`, every item behind one of the others.
    if memchr::memchr3_iter(b'=', b',', b'{', text.as_bytes()).count() > MAX_NODES {
        return Err(ReadError::TooManyNodes);
    }
    let offset = mark_length(text);
    let source = &text[offset..];
    let body = hcl_edit::parser::parse_body(source).or_else(|error| {
        let again = relaxed(source).and_then(|relaxed| hcl_edit::parser::parse_body(&relaxed).ok());
        let offset = error.location().offset() + offset;
        again.ok_or_else(|| ReadError::syntax(text.as_bytes(), offset, first_line(error.message())))
    })?;
    let reader = Reader { source, offset };
    Ok(vec![Node::new(0..text.len(), reader.body(&body))])
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

struct Reader<'t> {
    source: &'t str,
    offset: usize,
}

impl Reader<'_> {
    fn moved(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    /// The bytes of something parsed; an empty span at the end of the parent's where the library keeps none.
    fn span(&self, span: Option<Range<usize>>, parent: &Range<usize>) -> Range<usize> {
        span.unwrap_or(parent.end..parent.end)
    }

    fn slice(&self, span: &Range<usize>) -> &str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    fn body(&self, body: &Body) -> Value {
        let mut entries = Vec::with_capacity(body.len());
        for structure in body.iter() {
            let whole = self.span(structure.span(), &(0..0));
            match structure {
                Structure::Attribute(attribute) => {
                    let key = attribute.key.as_str().to_owned();
                    let key_span = self.span(attribute.key.span(), &whole);
                    let value = self.expression(&attribute.value, &whole);
                    entries.push(Entry { key, key_span: self.moved(&key_span), value });
                }
                Structure::Block(block) => entries.push(self.block(block, &whole)),
            }
        }
        Value::Map(entries)
    }

    fn block(&self, block: &Block, whole: &Range<usize>) -> Entry {
        let mut node = Node::new(self.moved(whole), self.body(&block.body));
        for label in block.labels.iter().rev() {
            let (text, span) = match label {
                BlockLabel::Ident(ident) => (ident.as_str().to_owned(), ident.span()),
                BlockLabel::String(text) => (text.as_str().to_owned(), text.span()),
            };
            let span = self.unquoted(&self.span(span, whole));
            let entry = Entry { key: text, key_span: self.moved(&span), value: node };
            node = Node::new(self.moved(whole), Value::Map(vec![entry]));
        }
        let key_span = self.span(block.ident.span(), whole);
        Entry { key: block.ident.as_str().to_owned(), key_span: self.moved(&key_span), value: node }
    }

    fn unquoted(&self, span: &Range<usize>) -> Range<usize> {
        let raw = self.slice(span);
        if raw.len() >= 2 && raw.starts_with('"') && raw.ends_with('"') {
            span.start + 1..span.end - 1
        } else {
            span.clone()
        }
    }

    fn expression(&self, expression: &Expression, parent: &Range<usize>) -> Arc<Node> {
        let span = self.span(expression.span(), parent);
        let here = |value| Node::new(self.moved(&span), value);
        match expression {
            Expression::Null(_) => here(Value::Null),
            Expression::Bool(value) => here(Value::Bool(*value.value())),
            Expression::Number(_) => here(Value::Number(self.slice(&span).trim().to_owned())),
            Expression::String(text) => {
                Node::new(self.moved(&self.unquoted(&span)), Value::String(text.value().clone()))
            }
            Expression::StringTemplate(_) => {
                let span = self.unquoted(&span);
                Node::new(self.moved(&span), Value::Expression(self.slice(&span).to_owned()))
            }
            Expression::HeredocTemplate(heredoc) => {
                let span = self.heredoc(&span);
                let raw = self.slice(&span).to_owned();
                let literal = heredoc.template.iter().all(hcl_edit::template::Element::is_literal);
                let value = if literal { Value::String(raw) } else { Value::Expression(raw) };
                Node::new(self.moved(&span), value)
            }
            Expression::Array(array) => {
                here(Value::Sequence(array.iter().map(|item| self.expression(item, &span)).collect()))
            }
            Expression::Object(object) => {
                here(Value::Map(object.iter().map(|(key, value)| self.property(key, value.expr(), &span)).collect()))
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner(), &span),
            Expression::FuncCall(call) => here(Value::Call {
                name: call.name.name.as_str().to_owned(),
                arguments: call.args.iter().map(|argument| self.expression(argument, &span)).collect(),
            }),
            Expression::UnaryOp(operation)
                if *operation.operator.value() == UnaryOperator::Neg && operation.expr.is_number() =>
            {
                here(Value::Number(self.slice(&span).split_whitespace().collect()))
            }
            _ => here(Value::Expression(self.slice(&span).to_owned())),
        }
    }

    fn property(&self, key: &ObjectKey, value: &Expression, object: &Range<usize>) -> Entry {
        let (text, span) = match key {
            ObjectKey::Ident(ident) => (ident.as_str().to_owned(), self.span(ident.span(), object)),
            ObjectKey::Expression(expression) => {
                let span = self.unquoted(&self.span(expression.span(), object));
                let text = expression.as_str().map_or_else(|| self.slice(&span).to_owned(), str::to_owned);
                (text, span)
            }
        };
        Entry { key: text, key_span: self.moved(&span), value: self.expression(value, object) }
    }

    /// The lines between `<<MARK` and `MARK`.
    fn heredoc(&self, span: &Range<usize>) -> Range<usize> {
        let raw = self.slice(span);
        let start = raw.find('\n').map_or(raw.len(), |at| at + 1);
        let end = raw.trim_end().rfind('\n').map_or(start, |at| at + 1).max(start);
        span.start + start..span.start + end
    }
}
