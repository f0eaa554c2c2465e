//! What a reference takes where nothing is set: `changeme` of `${DB_PASSWORD:-changeme}` in Compose, of `${DB_PASSWORD:changeme}` in Spring.
//!
//! The reference is one, and what stands behind the colon is a literal in the file all the same.

use std::ops::Range;

/// Where in the text the literal stands, if the text is one reference with one.
#[must_use]
pub(crate) fn literal(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))?;
    let (name, rest) = inner.split_at(end);
    let value = match rest.strip_prefix(':') {
        // `:?` is a message, `:+` what is put in where something is set.
        Some(rest) if rest.starts_with(['?', '+']) => return None,
        Some(rest) => rest.strip_prefix('-').unwrap_or(rest),
        None => rest.strip_prefix('-')?,
    };
    let is_literal = !name.is_empty() && !value.trim().is_empty() && !value.contains(['{', '}', '$']);
    is_literal.then(|| text.len() - 1 - value.len()..text.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn defaults_of_references() {
        let of = |text: &'static str| literal(text).map(|range| &text[range]);
        assert_eq!(of("${A:-b c}"), Some("b c"));
        assert_eq!(of("${A-b}"), Some("b"));
        assert_eq!(of("${app.a:b}"), Some("b"));
        for text in
            ["${A}", "${A:-}", "${A:?b}", "${A:+b}", "${A:-${B}}", "x${A:-b}", "${A:-b}${C:-d}", "$A", "${:-b}", ""]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
