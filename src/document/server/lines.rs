//! Apache and HAProxy: a directive a line, a backslash before a line end joining two; Apache's blocks are
//! `<Section argument …>` to `</Section>`.

use super::{ReadError, Tree, Word, quoted};

pub(super) fn read(tree: &mut Tree<'_>, start: usize) -> Result<(), ReadError> {
    let text = tree.text;
    let mut at = start;
    while at < text.len() {
        let end = logical_end(text.as_bytes(), at);
        let line = &text[at..end];
        let first = end - line.trim_start().len();
        let content_end = at + line.trim_end().len();
        if let Some(name) = text[first..content_end.max(first)].strip_prefix("</") {
            close(tree, name.trim_end_matches('>').trim(), content_end)?;
        } else if text[first..].starts_with('<') {
            let end = if text[..content_end].ends_with('>') { content_end - 1 } else { content_end };
            let words = words(text, first + 1, end);
            tree.open(words, first)?;
        } else {
            let words = words(text, first, content_end);
            tree.directive(words)?;
        }
        at = end + 1;
    }
    Ok(())
}

/// Closes the innermost section with this name; a name that none has closes nothing.
fn close(tree: &mut Tree<'_>, name: &str, end: usize) -> Result<(), ReadError> {
    match tree.open.iter().rposition(|open| open.key.eq_ignore_ascii_case(name)) {
        Some(block) => tree.close_down_to(block, end),
        None => Ok(()),
    }
}

/// The end of the line that begins at `at`, with those that a backslash joins to it.
fn logical_end(bytes: &[u8], at: usize) -> usize {
    let is_comment = bytes[at..].iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'#');
    for found in memchr::memchr_iter(b'\n', &bytes[at..]) {
        let line = &bytes[at..at + found];
        if is_comment || !line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"\\") {
            return at + found;
        }
    }
    bytes.len()
}

/// The words from `at` to `end`, up to a comment.
fn words(text: &str, mut at: usize, end: usize) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    while at < end {
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'\\' if joins(&bytes[at..]) => at += 1,
            b'#' => break,
            _ => {
                let word = quoted(text, at, end).unwrap_or_else(|| bare(text, at, end));
                at = word.outer.end;
                words.push(word);
            }
        }
    }
    words
}

fn bare(text: &str, start: usize, end: usize) -> Word {
    let bytes = text.as_bytes();
    let is_inside = |at: &usize| !bytes[*at].is_ascii_whitespace() && !joins(&bytes[*at..]);
    let stop = start + (start..end).take_while(is_inside).count();
    Word { text: text.get(start..stop).unwrap_or_default().to_owned(), span: start..stop, outer: start..stop }
}

/// Whether a backslash stands here that joins this line with the next.
fn joins(rest: &[u8]) -> bool {
    matches!(rest, [b'\\', b'\n', ..] | [b'\\', b'\r', b'\n', ..])
}
