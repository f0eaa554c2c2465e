//! One JSON value a line.

use std::sync::Arc;

use super::lines::{Lines, trimmed};
use super::{MAX_NODES, Node, ReadError, json, mark_length};

/// One root a line; blank lines have none.
pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    // As in a single document, every value but the first of its line stands behind one of these.
    let inner = memchr::memchr3_iter(b',', b'[', b'{', text.as_bytes()).count();
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    if inner.saturating_add(lines) > MAX_NODES {
        return Err(ReadError::TooManyNodes);
    }
    let mut roots = Vec::new();
    for (number, line) in Lines::new(text, mark_length(text)).enumerate() {
        let content = trimmed(text, line.clone());
        if content.is_empty() {
            continue;
        }
        // Read from the start of the line, so that columns count from there.
        let root = json::read_at(&text[line.clone()], line.start).map_err(|error| error.lines_below(number as u64))?;
        roots.extend(root);
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::assert_spans;
    use super::super::{ReadError, Syntax, read};

    #[test]
    fn every_line_is_a_root() {
        assert_spans(
            Syntax::JsonLines,
            "{\"é\": \"x\"}\n\n  [1, true]\n\"z\"\n",
            &[("é", "x"), ("[0]", "1"), ("[1]", "true"), ("", "z")],
        );
    }

    #[test]
    fn lines_under_another_name() {
        let document = read(Syntax::Json, b"{\"a\": 1}\n{\"a\": 2}\n").unwrap();
        assert_eq!((document.syntax, document.roots.len()), (Syntax::JsonLines, 2));
        match read(Syntax::Json, b"{\"a\": 1}\n{\"a\" 2}\n").unwrap_err() {
            ReadError::Syntax { line, .. } => assert_eq!(line, 2),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        match read(Syntax::JsonLines, b"{\"a\": 1}\n\n{\"a\" 1}\n").unwrap_err() {
            ReadError::Syntax { line, column, .. } => assert_eq!((line, column), (3, 6)),
            other => panic!("{other}"),
        }
    }
}
