//! The table of tables, and the names of columns from the statement that made them.

use super::record::Value;

/// A table or an index.
pub(super) struct Table {
    pub(super) name: Vec<u8>,
    /// The first page of its tree; 0 for what has none, as a view.
    pub(super) root: u32,
    /// In the order of the records; none for an index.
    pub(super) columns: Vec<Vec<u8>>,
    pub(super) sql: Vec<u8>,
}

impl Table {
    /// Reads a row `type, name, tbl_name, rootpage, sql`.
    pub(super) fn of(row: &[Value<'_>]) -> Option<Self> {
        let [kind, name, _, root, rest @ ..] = row else { return None };
        let text = |value: &Value<'_>| match value {
            Value::Text(text) => Some(text.to_vec()),
            _ => None,
        };
        let sql = rest.first().and_then(text).unwrap_or_default();
        let root = match root {
            Value::Number(root) => u32::try_from(*root).unwrap_or(0),
            _ => 0,
        };
        let columns = if text(kind)?.as_slice() == b"table" { columns(&sql) } else { Vec::new() };
        Some(Self { name: text(name)?, root, columns, sql })
    }
}

/// The most columns that a table can have.
const COLUMNS: usize = 2000;

/// The columns of a `CREATE TABLE`, those of the key first where the table is kept by its key.
fn columns(sql: &[u8]) -> Vec<Vec<u8>> {
    let Some(open) = memchr::memchr(b'(', sql) else { return Vec::new() };
    let (definitions, behind) = split(&sql[open + 1..]);
    let by_key = behind.to_ascii_uppercase().windows(7).any(|word| word == b"WITHOUT");
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for definition in definitions.into_iter().take(COLUMNS) {
        let (name, quoted) = identifier(definition);
        let upper = definition.to_ascii_uppercase();
        let at = upper.windows(11).position(|words| words == b"PRIMARY KEY");
        let word = name.to_ascii_uppercase();
        if !quoted && matches!(word.as_slice(), b"CONSTRAINT" | b"PRIMARY" | b"UNIQUE" | b"CHECK" | b"FOREIGN") {
            if let Some(list) = at.and_then(|at| memchr::memchr(b'(', &definition[at..]).map(|open| at + open + 1)) {
                key.extend(split(&definition[list..]).0.into_iter().map(|part| identifier(part).0));
            }
        } else {
            if at.is_some() {
                key.push(name.clone());
            }
            columns.push(name);
        }
    }
    if by_key {
        columns.retain(|column| !key.contains(column));
        key.append(&mut columns);
        return key;
    }
    columns
}

/// The parts between commas up to the bracket that closes, and what is behind it.
fn split(text: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut quote = None;
    for (at, &byte) in text.iter().enumerate() {
        match (quote, byte) {
            (Some(end), byte) if byte == end => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'[') => quote = Some(b']'),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => {
                parts.push(&text[start..at]);
                return (parts, &text[at + 1..]);
            }
            (None, b')') => depth -= 1,
            (None, b',') if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (parts, &[])
}

/// The name that a definition begins with, and whether it is in quotes.
fn identifier(definition: &[u8]) -> (Vec<u8>, bool) {
    let text = definition.trim_ascii();
    let close = match text.first() {
        Some(quote @ (b'"' | b'`' | b'\'')) => *quote,
        Some(b'[') => b']',
        _ => {
            let end = text.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'(').unwrap_or(text.len());
            return (text[..end].to_vec(), false);
        }
    };
    let end = memchr::memchr(close, &text[1..]).map_or(text.len(), |at| at + 1);
    (text[1..end].to_vec(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_from_the_statement() {
        let of = |sql: &str| {
            columns(sql.as_bytes()).into_iter().map(|it| String::from_utf8_lossy(&it).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            of("CREATE TABLE t(id INTEGER PRIMARY KEY, \"pass word\" TEXT, c DEFAULT(f(1,2)))"),
            ["id", "pass word", "c"]
        );
        assert_eq!(of("CREATE TABLE t([a],`b`, CONSTRAINT x UNIQUE(a,b), CHECK (a > 1))"), ["a", "b"]);
        assert_eq!(of("CREATE TABLE t(a, b, c, PRIMARY KEY(c, a)) WITHOUT ROWID"), ["c", "a", "b"]);
        assert_eq!(of("CREATE VIRTUAL TABLE t USING x"), [""; 0]);
        assert_eq!(of("CREATE TABLE t(a, b"), ["a", "b"]);
    }
}
