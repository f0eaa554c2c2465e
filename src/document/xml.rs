//! XML: application and web configuration, Maven and NuGet settings, logging, Spring.
//!
//! An element is an entry under its local name, in order, repeated where it is repeated; an attribute is the entry
//! `@name`. An element with text alone is that text. Text beside attributes or elements is the entry `#text`, whose key has
//! no bytes of its own. An element with nothing in it is null.
//!
//! A document type that only names an external one is passed over, since nobody fetches it; one that declares anything
//! itself is refused, because entities are the one thing that makes a small document large. The parser does not recurse,
//! but it compares the attributes of an element with each other, and the names of namespaces likewise: how much work that
//! would be is counted beforehand, with the depth.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use roxmltree::{Document, Error, ParsingOptions};

use super::budget::Budget;
use super::lines::trimmed;
use super::{Entry, MAX_DEPTH, MAX_NODES, Node, ReadError, Value, mark_length};

/// The most comparisons of names that the parser is let make: a second's worth. Ordinary documents need a thousandth.
const MAX_COMPARISONS: usize = 1 << 28;

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let offset = mark_length(text);
    let body = &text[offset..];
    if body.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let doctype = survey(body).map_err(|refusal| match refusal {
        Refusal::TooDeep(at) => ReadError::too_deep(text, at + offset),
        Refusal::TooMuch => ReadError::TooManyNodes,
        Refusal::Declarations(at) => {
            let message = "a document type with declarations of its own, which are not expanded";
            ReadError::syntax(text.as_bytes(), at + offset, message)
        }
    })?;
    let source = match doctype {
        // As many bytes as before, so that every place stays where it is.
        Some(range) => {
            let mut blanked = body.to_owned();
            blanked.replace_range(range.clone(), &" ".repeat(range.len()));
            Cow::Owned(blanked)
        }
        None => Cow::Borrowed(body),
    };
    let options = ParsingOptions { nodes_limit: MAX_NODES as u32, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&source, options).map_err(|error| explain(text, offset, &error))?;
    let mut reader = Reader { body, offset, budget: Budget::new() };
    let element = document.root_element();
    let value = reader.element(element, 1)?;
    let entry = reader.entry(element, value);
    Ok(vec![reader.budget.node(0..text.len(), Value::Map(vec![entry]))?])
}

fn explain(text: &str, offset: usize, error: &Error) -> ReadError {
    if matches!(error, Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached) {
        return ReadError::TooManyNodes;
    }
    let body = &text[offset..];
    let place = error.pos();
    let is_open_end = matches!(error, Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode);
    let at = if is_open_end {
        body.trim_end().len()
    } else {
        let mut line_starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', body.as_bytes()).map(|at| at + 1));
        let start = line_starts.nth(place.row.saturating_sub(1) as usize).unwrap_or(body.len());
        let column = place.col.saturating_sub(1) as usize;
        body[start..].char_indices().nth(column).map_or(body.len(), |(at, _)| start + at)
    };
    // The place stands before the message already.
    let message = error.to_string().replace(&format!(" at {place}"), "");
    ReadError::syntax(text.as_bytes(), at + offset, message)
}

enum Refusal {
    TooDeep(usize),
    TooMuch,
    Declarations(usize),
}

/// Looks over the tags without building anything; gives the document type declaration, if there is one.
fn survey(body: &str) -> Result<Option<Range<usize>>, Refusal> {
    let bytes = body.as_bytes();
    let behind = |from: usize, end: &str| {
        memchr::memmem::find(&bytes[from..], end.as_bytes()).map_or(bytes.len(), |found| from + found + end.len())
    };
    let mut doctype = None;
    // How many namespaces each open element declares.
    let mut open: Vec<usize> = Vec::new();
    let mut namespaces = 0usize;
    let mut comparisons = 0usize;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let start = at + found;
        let rest = &bytes[start..];
        if rest.starts_with(b"<!--") {
            at = behind(start + 4, "-->");
        } else if rest.starts_with(b"<![CDATA[") {
            at = behind(start + 9, "]]>");
        } else if rest.starts_with(b"<?") {
            at = behind(start + 2, "?>");
        } else if rest.starts_with(b"<!DOCTYPE") {
            let tag = tag(bytes, start);
            if tag.has_bracket {
                return Err(Refusal::Declarations(start));
            }
            at = tag.end;
            doctype.get_or_insert(start..at);
        } else if rest.starts_with(b"</") {
            at = behind(start + 2, ">");
            namespaces -= open.pop().unwrap_or_default();
        } else {
            let tag = tag(bytes, start);
            at = tag.end;
            let declared = memchr::memmem::find_iter(&bytes[start..at], b"xmlns").count();
            let names = tag.quoted + namespaces + declared;
            comparisons = comparisons.saturating_add(names.saturating_mul(names));
            if comparisons > MAX_COMPARISONS {
                return Err(Refusal::TooMuch);
            }
            if !bytes[start..at].ends_with(b"/>") {
                if open.len() + 1 >= MAX_DEPTH {
                    return Err(Refusal::TooDeep(start));
                }
                open.push(declared);
                namespaces += declared;
            }
        }
    }
    Ok(doctype)
}

struct Tag {
    end: usize,
    quoted: usize,
    has_bracket: bool,
}

/// The tag that begins at `start`: to the `>` outside quotes, or to the end of the text.
fn tag(bytes: &[u8], start: usize) -> Tag {
    let mut tag = Tag { end: bytes.len(), quoted: 0, has_bracket: false };
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                tag.quoted += 1;
            }
            (None, b'[') => tag.has_bracket = true,
            (None, b'>') => {
                tag.end = at + 1;
                break;
            }
            _ => {}
        }
    }
    tag
}

struct Reader<'t> {
    body: &'t str,
    offset: usize,
    budget: Budget,
}

/// A run of text in an element, without white space around.
struct Run {
    span: Range<usize>,
    content: String,
}

impl Reader<'_> {
    fn moved(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    fn element(&mut self, element: roxmltree::Node<'_, '_>, depth: usize) -> Result<Arc<Node>, ReadError> {
        let span = element.range();
        if depth >= MAX_DEPTH {
            // The survey does not let this come about.
            return Err(ReadError::too_deep(self.body, span.start));
        }
        let mut entries = Vec::new();
        for attribute in element.attributes() {
            entries.push(self.attribute(&attribute)?);
        }
        let is_text = entries.is_empty() && !element.children().any(|child| child.is_element());
        if is_text {
            let runs: Vec<Run> = element.children().filter_map(|child| self.run(child)).collect();
            return match (runs.first(), runs.last()) {
                (Some(first), Some(last)) => {
                    let span = self.moved(first.span.start..last.span.end);
                    let content = runs.iter().map(|run| run.content.as_str()).collect();
                    self.budget.node(span, Value::String(content))
                }
                _ => self.budget.node(self.moved(span), Value::Null),
            };
        }
        for child in element.children() {
            if child.is_element() {
                let value = self.element(child, depth + 1)?;
                entries.push(self.entry(child, value));
            } else if let Some(run) = self.run(child) {
                let span = self.moved(run.span);
                let key_span = span.start..span.start;
                let value = self.budget.node(span, Value::String(run.content))?;
                entries.push(Entry { key: "#text".to_owned(), key_span, value });
            }
        }
        self.budget.node(self.moved(span), Value::Map(entries))
    }

    /// An element under its local name.
    fn entry(&self, element: roxmltree::Node<'_, '_>, value: Arc<Node>) -> Entry {
        let start = element.range().start + 1;
        let qualified = self.body[start..]
            .split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .next()
            .unwrap_or_default();
        let key = element.tag_name().name().to_owned();
        let end = start + qualified.len();
        let key_span = self.moved(end.saturating_sub(key.len()).max(start)..end);
        Entry { key, key_span, value }
    }

    fn attribute(&mut self, attribute: &roxmltree::Attribute<'_, '_>) -> Result<Entry, ReadError> {
        let whole = attribute.range();
        let raw = &self.body[whole.clone()];
        // Lengths that the library keeps in few bits are not relied on.
        let quote = raw.find(['"', '\'']).unwrap_or_default();
        let qualified = raw[..raw.find('=').unwrap_or_default()].trim_end();
        let name_end = whole.start + qualified.len();
        let value_span = self.moved(whole.start + quote + 1..(whole.end - 1).max(whole.start + quote + 1));
        let value = self.budget.node(value_span, Value::String(attribute.value().to_owned()))?;
        let key_span = self.moved(name_end.saturating_sub(attribute.name().len()).max(whole.start)..name_end);
        Ok(Entry { key: format!("@{}", attribute.name()), key_span, value })
    }

    /// The text of a node that is text, unless it is white space alone.
    fn run(&self, node: roxmltree::Node<'_, '_>) -> Option<Run> {
        if !node.is_text() {
            return None;
        }
        let content = node.text()?.trim();
        if content.is_empty() {
            return None;
        }
        // The library keeps the place of the first part only where text and CDATA stand together.
        let start = node.range().start;
        let end = match node.next_sibling() {
            Some(next) => next.range().start,
            None => {
                let parent = node.parent()?.range();
                parent.start + self.body[parent].rfind("</")?
            }
        };
        let mut span = trimmed(self.body, start..end.max(start));
        let raw = &self.body[span.clone()];
        if let Some(inner) = raw.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"))
            && !inner.contains("]]>")
        {
            let inner = span.start + "<![CDATA[".len()..span.end - "]]>".len();
            span = trimmed(self.body, inner);
        }
        Some(Run { span, content: content.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::{assert_spans, spans};
    use super::super::{ReadError, Syntax, Value, read};

    #[test]
    fn elements_attributes_and_text() {
        assert_spans(
            Syntax::Xml,
            "<c:configuration xmlns:c=\"urn:x\">\n  <!-- é -->\n  <add key=\"née\" c:value = 'a&amp;b'/>\n\
             \x20 <add key=''>\n\ttext é\n  </add>\n  <name>\n    some words\n  </name>\n\
             \x20 <data> <![CDATA[ a < b ]]> </data>\n  <mixed>x<![CDATA[y]]></mixed>\n  <none/>\n  <empty></empty>\n\
             \x20 <split>a<!-- b -->c</split>\n  <p>one <b>two</b> three</p>\n</c:configuration>\n",
            &[
                ("configuration.add.@key", "née"),
                ("configuration.add.@value", "a&amp;b"),
                ("configuration.add.@key", ""),
                ("configuration.add.#text", "text é"),
                ("configuration.name", "some words"),
                ("configuration.data", "a < b"),
                ("configuration.mixed", "x<![CDATA[y]]>"),
                ("configuration.none", "<none/>"),
                ("configuration.empty", "<empty></empty>"),
                ("configuration.split", "a<!-- b -->c"),
                ("configuration.p.#text", "one"),
                ("configuration.p.b", "two"),
                ("configuration.p.#text", "three"),
            ],
        );
        let found = spans(Syntax::Xml, "<a><b c='&lt;'>x</b><d>x<![CDATA[y]]></d></a>");
        let values: Vec<Value> = found.into_iter().map(|(_, _, value)| value).collect();
        assert_eq!(values, ["<", "x", "xy"].map(|text| Value::String(text.to_owned())));
    }

    #[test]
    fn a_document_type_is_passed_over_unless_it_declares() {
        assert_spans(
            Syntax::Xml,
            "<!DOCTYPE é PUBLIC \"-//x>\" 'http://host.example/x.dtd'>\n<a>b</a>\n",
            &[("a", "b")],
        );
        let bomb = "<!DOCTYPE a [\n<!ENTITY b \"c\">\n]>\n<a>&b;</a>\n";
        assert!(matches!(read(Syntax::Xml, bomb.as_bytes()), Err(ReadError::Syntax { line: 1, column: 1, .. })));
    }

    #[test]
    fn errors_are_placed_once() {
        let error = read(Syntax::Xml, "\u{FEFF}<a>\n é <b></c>\n</a>".as_bytes()).unwrap_err();
        let ReadError::Syntax { line, ref message, .. } = error else { panic!("{error}") };
        assert_eq!(line, 2);
        assert!(!message.contains("2:"), "{message}");
        assert!(matches!(read(Syntax::Xml, b"<a>\n<b>\n"), Err(ReadError::Syntax { line: 2, .. })));
    }

    #[test]
    fn work_is_counted_before_it_is_done() {
        let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
        assert_eq!(read(Syntax::Xml, format!("<a{attributes}/>").as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        let names: String = (0..5000).map(|number| format!(" xmlns:a{number}='b{number}'")).collect();
        let text = format!("<a{names}>{}</a>", "<b xmlns='c'/>".repeat(100_000));
        assert_eq!(read(Syntax::Xml, text.as_bytes()).unwrap_err(), ReadError::TooManyNodes);
        let text = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
        assert!(matches!(read(Syntax::Xml, text.as_bytes()), Err(ReadError::TooDeep { .. })));
    }
}
