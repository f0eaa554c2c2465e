//! Streams that do not parse as a whole: each document by itself.
//!
//! A line that begins with `---` begins a document wherever it stands, so a stream can be taken apart without parsing it. What does not parse then is
//! left out, with the reason; of a template, whose actions may stand in the way of any of its lines, the single lines are kept that say
//! something by themselves.

use std::ops::Range;
use std::sync::Arc;

use super::super::template::{self, Mask};
use super::super::{Document, Node, ReadError, Syntax, Value, moved};
use super::{Refusal, parse};

/// Reads a text that does not parse as a whole; `refusal` is why.
pub(super) fn read(text: &str, refusal: Refusal) -> Result<Document, ReadError> {
    if !refusal.is_syntax() {
        return Err(refusal.explain(text));
    }
    let Some(mask) = template::mask(text) else { return by_documents(text, None, refusal) };
    match parse(text, Some(&mask)) {
        Ok(roots) => Ok(Document { is_template: true, ..Document::plain(Syntax::Yaml, roots) }),
        Err(again) if !again.is_syntax() => Err(again.explain(text)),
        // What fails at the same place with the actions covered fails for another reason.
        Err(again) if again == refusal => by_documents(text, None, refusal),
        Err(again) => by_documents(text, Some(&mask), again),
    }
}

/// Reads what can be read of the documents of a stream.
fn by_documents(text: &str, mask: Option<&Mask>, refusal: Refusal) -> Result<Document, ReadError> {
    let ranges = documents(text);
    let mut roots: Vec<Arc<Node>> = Vec::new();
    let mut is_any = false;
    for range in &ranges {
        let (start, part) = (range.start, &text[range.clone()]);
        // A document that is all of the text was tried before.
        let mask = mask.map(|mask| mask.part(range.clone()));
        let read = match ranges.len() {
            1 => Err(None),
            _ => document(part, mask.as_ref()),
        };
        let read = match (read, mask) {
            (Ok(read), _) => read,
            (Err(Some(limit)), _) => return Err(limit.explain(part).lines_below(lines(&text[..start]))),
            (Err(None), Some(mask)) => vec![template::lines::read(&mask)?],
            // Those behind it keep their numbers.
            (Err(None), None) => {
                roots.push(Node::new(start..start, Value::Null));
                continue;
            }
        };
        is_any = true;
        roots.extend(read.into_iter().map(|root| moved(root, start)));
    }
    let partial = refusal.explain(text);
    if !is_any {
        return Err(partial);
    }
    let plain = Document::plain(Syntax::Yaml, roots);
    Ok(Document { is_template: mask.is_some(), partial: Some(partial), ..plain })
}

/// Reads one document; the error is a limit, if one was met.
fn document(text: &str, mask: Option<&Mask>) -> Result<Vec<Arc<Node>>, Option<Refusal>> {
    let is_limit = |refusal: Refusal| (!refusal.is_syntax()).then_some(refusal);
    match (parse(text, None), mask) {
        (Err(refusal), Some(mask)) if refusal.is_syntax() => parse(text, Some(mask)).map_err(is_limit),
        (result, _) => result.map_err(is_limit),
    }
}

/// Where each document stands; the first begins with the text.
fn documents(text: &str) -> Vec<Range<usize>> {
    let begins = |at: usize| {
        text[at..].strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    };
    let line_starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    let mut starts: Vec<usize> = line_starts.filter(|at| begins(*at)).collect();
    // What stands before the first line of dashes is a document if anything stands there.
    let is_blank = |line: &str| line.trim().is_empty() || line.starts_with(['#', '%']);
    if starts.first().is_none_or(|first| begins(0) || !text[..*first].lines().all(is_blank)) {
        starts.insert(0, 0);
    } else {
        starts[0] = 0;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
}

fn lines(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::{Syntax, read};
    use super::*;

    #[test]
    fn a_stream_is_read_but_for_what_does_not_parse() {
        let text = "a: 'b\n---\nc: d\n--- # é\ne: f: g\n---\nh: [\ni\n]\n";
        for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{FEFF}{text}")] {
            let document = read(Syntax::Yaml, text.as_bytes()).unwrap();
            assert!(document.partial.is_some() && !document.is_template);
            assert_eq!(document.roots.len(), 4);
            assert_eq!((&document.roots[0].value, &document.roots[2].value), (&Value::Null, &Value::Null));
            for (root, key, value) in [(1, "c", "d"), (3, "h", "i")] {
                let node = document.roots[root].get(key).unwrap();
                let node = node.items().first().map_or(node, |item| item);
                assert_eq!((node.as_str(), &text[node.span.clone()]), (Some(value), value));
            }
        }
    }

    #[test]
    fn a_template_of_several_documents() {
        let text = "a: {{ .b }}\n---\nc: d\n---\n{{- if .e }}\nf: g\n- h: i\n{{- end }}\n";
        let document = read(Syntax::Yaml, text.as_bytes()).unwrap();
        assert!(document.partial.is_some() && document.is_template);
        let values: Vec<_> = document.roots.iter().map(|root| &text[root.entries()[0].value.span.clone()]).collect();
        assert_eq!(values, ["{{ .b }}", "d", "g"]);
    }

    #[test]
    fn one_document_that_does_not_parse_is_an_error() {
        for text in ["a: 'b\n", "---\na: 'b\n", "# c\n---\na: 'b\n", "a: 'b\n---\nc: 'd\n"] {
            assert!(read(Syntax::Yaml, text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn documents_begin_with_dashes_alone() {
        assert_eq!(documents("a\n---\nb\n--- c\n----\n"), [0..2, 2..8, 8..19]);
        assert_eq!(documents("---\na\n").as_slice(), std::slice::from_ref(&(0..6)));
        assert_eq!(documents("# a\n\n---\nb\n---"), [0..11, 11..14]);
        assert_eq!(documents("").as_slice(), std::slice::from_ref(&(0..0)));
    }
}
