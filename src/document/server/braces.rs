//! nginx: `name argument …;` and `name argument … { … }`, whatever the lines.

use super::{ReadError, Tree, Word, quoted};

pub(super) fn read(tree: &mut Tree<'_>, start: usize) -> Result<(), ReadError> {
    let text = tree.text;
    let bytes = text.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    let mut at = start;
    // From here on no such quote closes.
    let mut unclosed = [usize::MAX; 2];
    while let Some(&byte) = bytes.get(at) {
        match byte {
            _ if byte.is_ascii_whitespace() => at += 1,
            b'#' => at = line_end(bytes, at),
            b';' => {
                tree.directive(std::mem::take(&mut words))?;
                at += 1;
            }
            b'{' => {
                let is_foreign = words.first().is_some_and(|name| name.text.ends_with("_by_lua_block"));
                let words = std::mem::take(&mut words);
                if is_foreign {
                    let end = balanced_end(bytes, at + 1);
                    tree.foreign(words, at + 1..end)?;
                    at = (end + 1).min(bytes.len());
                } else {
                    tree.open(words, at)?;
                    at += 1;
                }
            }
            b'}' => {
                tree.directive(std::mem::take(&mut words))?;
                at += 1;
                if let Some(block) = tree.open.len().checked_sub(1) {
                    tree.close_down_to(block, at)?;
                }
            }
            b'"' | b'\'' => {
                let unclosed = &mut unclosed[usize::from(byte == b'"')];
                let word = if at < *unclosed { quoted(text, at, bytes.len()) } else { None };
                if word.is_none() {
                    *unclosed = at.min(*unclosed);
                }
                let word = word.unwrap_or_else(|| bare(text, at));
                at = word.outer.end;
                words.push(word);
            }
            _ => {
                let word = bare(text, at);
                at = word.outer.end;
                words.push(word);
            }
        }
    }
    tree.directive(words)
}

/// A word without quotes: up to white space, `;` or a `{` that begins no variable.
fn bare(text: &str, start: usize) -> Word {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes.get(at + 1).is_some_and(|next| next.is_ascii() && *next != b'\n') => at += 2,
            b'{' if at > start && bytes[at - 1] == b'$' => at += 1,
            b';' | b'{' => break,
            _ if byte.is_ascii_whitespace() => break,
            _ => at += 1,
        }
    }
    let end = at.max(start + 1);
    Word { text: text.get(start..end).unwrap_or_default().to_owned(), span: start..end, outer: start..end }
}

/// The offset of the bracket that closes the one before `at`; the end of the text if there is none.
fn balanced_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 1usize;
    for found in memchr::memchr2_iter(b'{', b'}', &bytes[at..]) {
        depth = if bytes[at + found] == b'{' { depth + 1 } else { depth - 1 };
        if depth == 0 {
            return at + found;
        }
    }
    bytes.len()
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}
