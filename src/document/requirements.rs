//! Lists of requirements, as pip reads them: options of its command line, and packages with the address they come from.
//!
//! An option is an entry under its long name, `extra-index-url`, a package with an address one under its own. What only names a package
//! says nothing of where it comes from, and is left out.

use std::ops::Range;
use std::sync::Arc;

use super::budget::Budget;
use super::lines::{Lines, trimmed};
use super::{Entry, Node, ReadError, Value, mark_length};

/// Options of one letter, and their long names.
const SHORT: [(&str, &str); 5] =
    [("c", "constraint"), ("e", "editable"), ("f", "find-links"), ("i", "index-url"), ("r", "requirement")];

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut budget = Budget::new();
    let mut entries = Vec::new();
    for line in Lines::new(text, mark_length(text)) {
        let Some((key, value)) = setting(text, line) else { continue };
        let written = text[key.clone()].trim_start_matches('-');
        let long =
            SHORT.iter().find(|(short, _)| *short == written && key.len() == 2).map_or(written, |(_, long)| long);
        let (key_text, said) = (long.to_owned(), text[value.clone()].to_owned());
        let value = budget.node(value, Value::String(said))?;
        entries.push(Entry { key: key_text, key_span: key, value });
    }
    Ok(vec![budget.node(0..text.len(), Value::Map(entries))?])
}

/// The name and the value of an option, or the name and the address of a package.
fn setting(text: &str, line: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let line = trimmed(text, line);
    let raw = &text[line.clone()];
    let comment = if raw.starts_with('#') { Some(0) } else { raw.find(" #") };
    let line = trimmed(text, line.start..comment.map_or(line.end, |at| line.start + at));
    let raw = text[line.clone()].strip_suffix('\\').unwrap_or(&text[line.clone()]);
    let split = if raw.starts_with('-') { raw.find(['=', ' ', '\t'])? } else { raw.find(" @ ")? };
    let behind = raw[split..].trim_start_matches(['=', ' ', '\t', '@']);
    let word = behind.split([' ', '\t']).next().unwrap_or_default();
    let start = line.start + raw.len() - behind.len();
    (!word.is_empty()).then(|| (line.start..line.start + split, start..start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn options_and_addresses() {
        let text = "\u{FEFF}# é\r\n-i https://a/simple # why\r\n--extra-index-url=https://b \\\r\nrequests == 2 ; python_version < \"3\"\r\nlib[x] @ https://c/d.whl ; z\r\n-e\r\n";
        let roots = read(text).unwrap_or_default();
        let said: Vec<(&str, &str)> = roots[0]
            .entries()
            .iter()
            .map(|entry| {
                assert!(text.get(entry.key_span.clone()).is_some());
                (entry.key.as_str(), &text[entry.value.span.clone()])
            })
            .collect();
        assert_eq!(
            said,
            [("index-url", "https://a/simple"), ("extra-index-url", "https://b"), ("lib[x]", "https://c/d.whl")]
        );
    }
}
