//! TOML.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length, nesting};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    if let Some(at) = nesting::deeper_than(text, MAX_DEPTH, &nesting::TOML) {
        return Err(ReadError::too_deep(text, at));
    }
    // Every value stands behind one of these.
    if memchr::memchr3_iter(b'=', b',', b'[', text.as_bytes()).count() > MAX_NODES {
        return Err(ReadError::TooManyNodes);
    }
    let offset = mark_length(text);
    let body = &text[offset..];
    let table = DeTable::parse(body).map_err(|error| {
        ReadError::syntax(text.as_bytes(), error.span().map_or(0, |span| span.start + offset), error.message())
    })?;
    let reader = Reader { body, offset };
    let span = table.span();
    Ok(vec![Node::new(reader.moved(span), reader.table(table.get_ref()))])
}

struct Reader<'t> {
    body: &'t str,
    offset: usize,
}

impl Reader<'_> {
    fn moved(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    /// The span without the quotes of any of TOML's four kinds of string; of a multi-line string also without the line
    /// end that TOML drops behind the opening quotes.
    fn unquoted(&self, span: Range<usize>) -> Range<usize> {
        let raw = self.body.get(span.clone()).unwrap_or_default();
        for quotes in ["\"\"\"", "'''", "\"", "'"] {
            let width = quotes.len();
            if raw.len() >= 2 * width && raw.starts_with(quotes) && raw.ends_with(quotes) {
                let inner = &raw[width..raw.len() - width];
                let dropped = if width == 1 { 0 } else { inner.len() - strip_line_end(inner).len() };
                return self.moved(span.start + width + dropped..span.end - width);
            }
        }
        self.moved(span)
    }

    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: self.unquoted(key.span()),
                value: self.value(value),
            })
            .collect();
        // The parser's map sorts by key.
        entries.sort_by_key(|entry| entry.key_span.start);
        Value::Map(entries)
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Arc<Node> {
        let span = value.span();
        match value.get_ref() {
            DeValue::String(text) => Node::new(self.unquoted(span), Value::String(text.to_string())),
            DeValue::Integer(number) => Node::new(self.moved(span), Value::Number(number.to_string())),
            DeValue::Float(number) => Node::new(self.moved(span), Value::Number(number.to_string())),
            DeValue::Boolean(value) => Node::new(self.moved(span), Value::Bool(*value)),
            DeValue::Datetime(datetime) => Node::new(self.moved(span), Value::String(datetime.to_string())),
            DeValue::Array(items) => {
                let items = items.iter().map(|item| self.value(item)).collect();
                Node::new(self.moved(span), Value::Sequence(items))
            }
            DeValue::Table(table) => Node::new(self.moved(span), self.table(table)),
        }
    }
}

fn strip_line_end(text: &str) -> &str {
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
}
