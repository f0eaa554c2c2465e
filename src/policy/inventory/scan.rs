//! How references begin and end in a text.

use std::ops::Range;

use super::MOST;
use crate::policy::literal::is_secret_name;

/// The longest name that is taken.
const LONGEST: usize = 256;

/// The longest token that is read, in bytes, and the longest look for an end: hostile texts are all beginnings.
pub(super) const FARTHEST: usize = 1024;

/// The text from `from` on, as far as it is looked at.
pub(in crate::policy) fn ahead(text: &str, from: usize) -> &str {
    let mut end = text.len().min(from + FARTHEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[from..end]
}

/// Whether a text is a name that somebody could look up: not empty, not endless, one line, and no pattern for many.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && !text.contains(|c: char| c.is_control() || matches!(c, '*' | '?'))
        && text.contains(|c: char| c.is_alphanumeric())
}

/// Whether a byte can stand in the name of a variable.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where each `part` of `text` begins that no byte of a word stands before.
pub(super) fn beginnings<'t>(text: &'t str, part: &'t str) -> impl Iterator<Item = usize> + 't {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, part.as_bytes()).filter(move |&at| at == 0 || !is_word(bytes[at - 1]))
}

/// The word that begins at `from`; empty if none does.
pub(super) fn word(text: &str, from: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let end = (from..bytes.len()).find(|&at| !is_word(bytes[at])).unwrap_or(bytes.len());
    let begins = bytes.get(from).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    from..if begins { end } else { from }
}

/// Where a token that begins at `from` ends: at white space, a quote, or what lists and markup have between tokens; but a
/// variable, `${…}` or `{{…}}`, is a part of it whatever it holds.
pub(super) fn token(text: &str, from: usize) -> Range<usize> {
    let text = ahead(text, from);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(length) = variable(&text[at..]) {
            at += length;
            continue;
        }
        if c.is_whitespace()
            || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '(' | ')' | ']' | '}' | '|' | '\\')
        {
            break;
        }
        at += c.len_utf8();
    }
    from..from + at
}

/// The length of the variable that the text begins with.
fn variable(text: &str) -> Option<usize> {
    [("${", "}"), ("{{", "}}")].into_iter().find_map(|(open, close)| {
        let behind = text.strip_prefix(open)?;
        Some(open.len() + behind.find(close)? + close.len())
    })
}

/// The parts of a token between `separator`s that stand in no variable, each with where it begins in the token.
pub(super) fn parts(token: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = token[at..].chars().next() {
        if let Some(length) = variable(&token[at..]) {
            at += length;
            continue;
        }
        if c == separator {
            parts.push(&token[start..at]);
            start = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    parts.push(&token[start..]);
    parts
}

/// Those of the first variables of a text that have the name of a secret. Every shell has one that does and is none.
pub(super) fn secret_variables(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    const WORKING_DIRECTORY: &str = "PWD";
    let first = variables(text).into_iter().take(MOST);
    first.filter(|(name, _)| is_secret_name(name) && *name != WORKING_DIRECTORY)
}

/// The variables of a shell's or Compose's text: `$NAME`, `${NAME}`, `${NAME:-…}`; not `$$NAME`, which stands for itself.
/// The span is that of the name.
pub(super) fn variables(text: &str) -> Vec<(&str, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'$', &bytes[from..]).map(|at| from + at) {
        from = at + 1;
        match bytes.get(at + 1) {
            Some(b'$') => from = at + 2,
            Some(b'{') => {
                let name = word(text, at + 2);
                if !name.is_empty()
                    && matches!(bytes.get(name.end), Some(b'}' | b':' | b'-' | b'?' | b'+' | b'#' | b'%'))
                {
                    found.push((&text[name.clone()], name));
                }
            }
            _ => {
                let name = word(text, at + 1);
                if !name.is_empty() {
                    found.push((&text[name.clone()], name));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_end_where_lists_do_and_go_over_variables() {
        for (text, expected) in [
            ("a/b c", "a/b"),
            ("a:${AWS::Region}:b\"", "a:${AWS::Region}:b"),
            ("a{{ .x }}b, c", "a{{ .x }}b"),
            ("a]", "a"),
            ("a{b", "a{b"),
        ] {
            assert_eq!(&text[token(text, 0)], expected);
        }
        assert_eq!(parts("a:${x::y}:b", ':'), ["a", "${x::y}", "b"]);
    }

    #[test]
    fn variables_are_told_from_dollars() {
        let names = |text| variables(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names("a $B ${C} ${D:-x} $$E ${f.g} $(h) $1 $"), ["B", "C", "D"]);
        assert_eq!(variables("x=${ÄB}"), []);
        assert_eq!(variables("x=$AB"), [("AB", 3..5)]);
    }
}
