//! Java properties.
//!
//! A dotted key is the way through nested maps, and `[0]` in it an item of a list, as Spring and its relatives take it:
//! `server.servlet.session.timeout=1h` reads like the YAML that says the same. A key that is a value at one place and a
//! way to more at another (`a=1`, `a.b=2`) gives two entries. The span of a map or list goes from its first key to its last
//! value, whatever stands between them. Items of a list stand in the order of their numbers, without gaps.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::budget::Budget;
use super::scalar::plain;
use super::{Entry, MAX_DEPTH, Node, ReadError, Value, mark_length};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let bytes = text.as_bytes();
    let mut tree = Tree { text, budget: Budget::new(), branches: vec![Branch::new(0..text.len(), false)] };
    let mut at = mark_length(text);
    loop {
        at += bytes[at..].iter().take_while(|byte| is_blank(**byte) || matches!(byte, b'\n' | b'\r')).count();
        match bytes.get(at) {
            None => break,
            Some(b'#' | b'!') => at = line_end(bytes, at),
            Some(_) => {
                let (key, value) = assignment(bytes, at);
                at = value.end;
                tree.insert(key, without_trailing_space(bytes, value))?;
            }
        }
    }
    let root = tree.node(0);
    Ok(vec![root])
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0C')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |found| from + found)
}

/// The offset behind a backslash and what it escapes.
fn behind_escape(bytes: &[u8], at: usize) -> usize {
    let width = if bytes[at + 1..].starts_with(b"\r\n") { 3 } else { 2 };
    (at + width).min(bytes.len())
}

/// The key and the value of the logical line that begins at `start`.
fn assignment(bytes: &[u8], start: usize) -> (Range<usize>, Range<usize>) {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at = behind_escape(bytes, at),
            b'=' | b':' => break,
            _ if is_blank(byte) || is_line_end(byte) => break,
            _ => at += 1,
        }
    }
    let key = start..at;
    at = behind_blanks(bytes, at);
    if matches!(bytes.get(at), Some(b'=' | b':')) {
        at = behind_blanks(bytes, at + 1);
    }
    let value = at;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at = behind_escape(bytes, at),
            _ if is_line_end(byte) => break,
            _ => at += 1,
        }
    }
    (key, value..at)
}

/// The offset behind blanks and line ends that are escaped.
fn behind_blanks(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(&byte) if is_blank(byte) => at += 1,
            Some(b'\\') if bytes.get(at + 1).copied().is_some_and(is_line_end) => at = behind_escape(bytes, at),
            _ => return at,
        }
    }
}

/// Java keeps blanks at the end of a value; nobody means them, unless they are escaped.
fn without_trailing_space(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let raw = &bytes[value.clone()];
    let kept = raw.len() - raw.iter().rev().take_while(|byte| is_blank(**byte)).count();
    let slashes = raw[..kept].iter().rev().take_while(|byte| **byte == b'\\').count();
    let is_escaped = slashes % 2 == 1 && kept < raw.len();
    value.start..value.start + kept + usize::from(is_escaped)
}

fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((c, width)) = unicode(rest) {
            out.push(c);
            rest = &rest[width..];
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        match c {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'f' => out.push('\x0C'),
            '\n' | '\r' => {
                let line = if c == '\r' { rest.strip_prefix('\n').unwrap_or(rest) } else { rest };
                rest = line.trim_start_matches([' ', '\t', '\x0C']);
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

/// The character that `uXXXX` at the start of `rest` stands for, in two of them where it takes a surrogate pair.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let unit = |text: &str| -> Option<u16> {
        let digits = text.strip_prefix('u')?.get(..4)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = unit(rest)?;
    if let Some(c) = char::from_u32(u32::from(first)) {
        return Some((c, 5));
    }
    let second = rest.get(5..).and_then(|more| more.strip_prefix('\\')).and_then(unit);
    match second.and_then(|second| char::decode_utf16([first, second]).next()?.ok()) {
        Some(c) => Some((c, 11)),
        None => Some((char::REPLACEMENT_CHARACTER, 5)),
    }
}

/// One step of the way that a key is.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Key(String),
    Item(usize),
}

/// The steps of a key, each with its place. A key with an empty part (`loading...`) is no way but a word.
fn steps(text: &str, key: &Range<usize>) -> Vec<(Step, Range<usize>)> {
    split(text, key).unwrap_or_else(|| vec![(Step::Key(unescaped(&text[key.clone()])), key.clone())])
}

fn split(text: &str, key: &Range<usize>) -> Option<Vec<(Step, Range<usize>)>> {
    let bytes = &text.as_bytes()[..key.end];
    let named = |range: Range<usize>| (Step::Key(unescaped(&text[range.clone()])), range);
    let mut steps = Vec::new();
    let (mut at, mut start) = (key.start, key.start);
    // Behind a bracket the next step needs no name of its own.
    let mut is_closed = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at = behind_escape(bytes, at),
            b'.' | b'[' => {
                match (start < at, is_closed) {
                    (true, false) => steps.push(named(start..at)),
                    (false, true) => {}
                    _ => return None,
                }
                is_closed = byte == b'[';
                if is_closed {
                    let close = at + memchr::memchr(b']', &bytes[at..])?;
                    let inner = at + 1..close;
                    let is_number = bytes[inner.clone()].iter().all(u8::is_ascii_digit) && inner.len() <= 9;
                    steps.push(match text[inner.clone()].parse() {
                        Ok(number) if is_number => (Step::Item(number), inner),
                        _ if inner.is_empty() => return None,
                        _ => named(unquoted(bytes, inner)),
                    });
                    at = close;
                }
                at += 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    match (start < key.end, is_closed) {
        (true, false) => steps.push(named(start..key.end)),
        (false, true) => {}
        _ => return None,
    }
    Some(steps)
}

fn unquoted(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    match &bytes[range.clone()] {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => range.start + 1..range.end - 1,
        _ => range,
    }
}

/// A map or list that is being built.
struct Branch {
    span: Range<usize>,
    is_list: bool,
    fields: Vec<Field>,
    /// The branches below, by step and by whether they are lists.
    known: HashMap<(Step, bool), usize>,
}

struct Field {
    step: Step,
    place: Range<usize>,
    content: Content,
}

enum Content {
    Value(Arc<Node>),
    Branch(usize),
}

impl Branch {
    fn new(span: Range<usize>, is_list: bool) -> Self {
        Self { span, is_list, fields: Vec::new(), known: HashMap::new() }
    }
}

/// The branches, the root first; each knows those below by number, so that nothing recurses while the file is read.
struct Tree<'t> {
    text: &'t str,
    budget: Budget,
    branches: Vec<Branch>,
}

impl Tree<'_> {
    fn insert(&mut self, key: Range<usize>, value: Range<usize>) -> Result<(), ReadError> {
        let end = value.end.max(key.end);
        let content = unescaped(&self.text[value.clone()]);
        let node = self.budget.node(value, plain(&content))?;
        let mut steps = steps(self.text, &key);
        if steps.len() >= MAX_DEPTH {
            return Err(ReadError::too_deep(self.text, key.start));
        }
        let Some((last, place)) = steps.pop() else { return Ok(()) };
        let mut branch = 0;
        for number in 0..steps.len() {
            let next = steps.get(number + 1).map_or(&last, |(step, _)| step);
            let is_list = matches!(next, Step::Item(_));
            let (step, place) = &steps[number];
            branch = self.below(branch, step, place, is_list, key.start)?;
            self.branches[branch].span.end = end;
        }
        self.branches[branch].fields.push(Field { step: last, place, content: Content::Value(node) });
        Ok(())
    }

    /// The branch below another, made where it is new.
    fn below(
        &mut self,
        branch: usize,
        step: &Step,
        place: &Range<usize>,
        is_list: bool,
        start: usize,
    ) -> Result<usize, ReadError> {
        let known = (step.clone(), is_list);
        if let Some(&number) = self.branches[branch].known.get(&known) {
            return Ok(number);
        }
        self.budget.take()?;
        let number = self.branches.len();
        self.branches.push(Branch::new(start..start, is_list));
        let parent = &mut self.branches[branch];
        parent.known.insert(known, number);
        parent.fields.push(Field { step: step.clone(), place: place.clone(), content: Content::Branch(number) });
        Ok(number)
    }

    /// The node of a branch; below it are fewer than [`MAX_DEPTH`] more.
    fn node(&mut self, number: usize) -> Arc<Node> {
        let branch = &mut self.branches[number];
        let (span, is_list) = (branch.span.clone(), branch.is_list);
        let mut fields = std::mem::take(&mut branch.fields);
        if is_list {
            fields.sort_by_key(|field| match field.step {
                Step::Item(number) => number,
                Step::Key(_) => usize::MAX,
            });
        }
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            let value = match field.content {
                Content::Value(node) => node,
                Content::Branch(number) => self.node(number),
            };
            let key = match field.step {
                Step::Key(key) => key,
                Step::Item(number) => number.to_string(),
            };
            entries.push(Entry { key, key_span: field.place, value });
        }
        let value = if is_list {
            Value::Sequence(entries.into_iter().map(|entry| entry.value).collect())
        } else {
            Value::Map(entries)
        };
        Node::new(span, value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_spans, spans};
    use super::super::{ReadError, Syntax, Value, read};

    #[test]
    fn dotted_keys_are_maps_and_numbers_items() {
        assert_spans(
            Syntax::Properties,
            "! note\nserver.servlet.session.timeout=1h\nserver.port : 8080\nserver.servlet.path=/é\n\
             a[1].b=two\na[0].b=one\na[0].c=three\nm[\"k.d\"]=v\nn[0][1]=x\na=both\nplain word\nempty=\nlone\n\
             flag=true \nloading...=x\ntrail\\ ing\\:=y\n",
            &[
                ("server.servlet.session.timeout", "1h"),
                ("server.servlet.path", "/é"),
                ("server.port", "8080"),
                ("a[0].b", "one"),
                ("a[0].c", "three"),
                ("a[1].b", "two"),
                ("m.\"k.d\"", "v"),
                ("n[0][0]", "x"),
                ("a", "both"),
                ("plain", "word"),
                ("empty", ""),
                ("lone", ""),
                ("flag", "true"),
                ("\"loading...\"", "x"),
                ("\"trail ing:\"", "y"),
            ],
        );
    }

    #[test]
    fn lines_go_on_and_escapes_are_resolved() {
        let text =
            "list=one,\\\n    two\nword=caf\\u00e9\\ud83d\\ude00\\t\\!\nstart=\\\n  behind\nlone=\\ud83dx\nend=a\\ \n";
        assert_spans(
            Syntax::Properties,
            text,
            &[
                ("list", "one,\\\n    two"),
                ("word", "caf\\u00e9\\ud83d\\ude00\\t\\!"),
                ("start", "behind"),
                ("lone", "\\ud83dx"),
                ("end", "a\\ "),
            ],
        );
        let values: Vec<Value> = spans(Syntax::Properties, text).into_iter().map(|(_, _, value)| value).collect();
        let expected = ["one,two", "café\u{1F600}\t!", "behind", "\u{FFFD}x", "a "];
        assert_eq!(values, expected.map(|text| Value::String(text.to_owned())));
    }

    #[test]
    fn a_key_of_countless_parts_is_refused() {
        let text = format!("{}a=1\n", "a.".repeat(200));
        assert!(matches!(read(Syntax::Properties, text.as_bytes()), Err(ReadError::TooDeep { .. })));
    }
}
