//! The words of an instruction: quotes, escapes, and the JSON form.

use std::ops::Range;

/// Words between white space; quotes hold white space together. A quote that is not closed goes to the end.
pub(super) fn words(text: &str, within: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in text[within.clone()].char_indices() {
        let at = within.start + at;
        if quote.is_none() && !is_escaped && c.is_ascii_whitespace() {
            words.extend(start.take().map(|start| start..at));
            continue;
        }
        start.get_or_insert(at);
        if is_escaped {
            is_escaped = false;
        } else if c == escape && quote != Some('\'') {
            is_escaped = true;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    words.extend(start.map(|start| start..within.end));
    words
}

/// Words between white space alone, as `COPY` takes its paths.
pub(super) fn plain_words(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let raw = &text[within.clone()];
    raw.split_ascii_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - raw.as_ptr() as usize + within.start;
            start..start + word.len()
        })
        .collect()
}

/// What a word says without its quotes, and where that stands: inside the quotes where they are around the whole.
///
/// `\$` is kept as it is written: without its backslash it would look like a variable.
pub(super) fn unquoted(text: &str, word: Range<usize>, escape: char) -> (String, Range<usize>) {
    let raw = &text[word.clone()];
    let mut out = String::with_capacity(raw.len());
    let mut quote = None;
    // How often a quote opens, and where the first one closes.
    let (mut opened, mut closed) = (0, None);
    let mut chars = raw.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == escape && quote != Some('\'') {
            match chars.next() {
                Some((_, next)) if next == '$' || (quote.is_some() && !matches!(next, '"') && next != escape) => {
                    out.extend([c, next]);
                }
                Some((_, next)) => out.push(next),
                None => out.push(c),
            }
        } else if quote == Some(c) {
            quote = None;
            closed.get_or_insert(at);
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
            opened += 1;
        } else {
            out.push(c);
        }
    }
    let is_around = opened == 1 && raw.starts_with(['"', '\'']) && closed.is_some_and(|at| at + 1 == raw.len());
    (out, if is_around { word.start + 1..word.end - 1 } else { word })
}

/// The strings of the JSON form, `["a", "b"]`; `None` where it is none, which the builder then takes as a command.
pub(super) fn json_form(text: &str, within: Range<usize>) -> Option<Vec<(String, Range<usize>)>> {
    let bytes = &text.as_bytes()[..within.end];
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    if bytes.get(within.start) != Some(&b'[') {
        return None;
    }
    let mut strings = Vec::new();
    let mut at = skip(within.start + 1);
    if bytes.get(at) == Some(&b']') {
        return (skip(at + 1) == within.end).then_some(strings);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let start = at;
        at += 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        strings.push((serde_json::from_str(&text[start..=at]).ok()?, start + 1..at));
        at = skip(at + 1);
        match bytes.get(at)? {
            b',' => at = skip(at + 1),
            b']' => return (skip(at + 1) == within.end).then_some(strings),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let text = "a=\"b c\" 'd \\' e\\ f \"g";
        let found: Vec<&str> = words(text, 0..text.len(), '\\').into_iter().map(|word| &text[word]).collect();
        assert_eq!(found, ["a=\"b c\"", "'d \\'", "e\\ f", "\"g"]);
        let found: Vec<&str> = plain_words(text, 2..7).into_iter().map(|word| &text[word]).collect();
        assert_eq!(found, ["\"b", "c\""]);
    }

    #[test]
    fn quotes_are_taken_off() {
        let of = |text: &str| unquoted(text, 0..text.len(), '\\');
        assert_eq!(of("\"a b\""), ("a b".to_owned(), 1..4));
        assert_eq!(of("a\"b\"'c'"), ("abc".to_owned(), 0..7));
        assert_eq!(of("\"a\"\"b\""), ("ab".to_owned(), 0..6));
        assert_eq!(of("a\\ b\\$c"), ("a b\\$c".to_owned(), 0..7));
        assert_eq!(of("\"\\\"\\n\""), ("\"\\n".to_owned(), 1..5));
        assert_eq!(of("\""), (String::new(), 0..1));
    }

    #[test]
    fn the_json_form_is_strings_alone() {
        let text = "[ \"a\", \"é\\\"\" ] ";
        let strings = json_form(text.trim_end(), 0..text.len() - 1);
        assert_eq!(strings, Some(vec![("a".to_owned(), 3..4), ("é\"".to_owned(), 8..12)]));
        for text in ["[", "[\"", "[\"a\"", "[\"a\" \"b\"]", "[a]", "[\"a\"] b", "['a']", "", "[\"\\"] {
            assert_eq!(json_form(text, 0..text.len()), None, "{text:?}");
        }
        assert_eq!(json_form("[ ]", 0..3), Some(Vec::new()));
    }
}
