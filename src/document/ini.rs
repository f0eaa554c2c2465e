//! INI files: sections of `key = value` lines, as git, pip, npm, systemd, PHP and many others write them.
//!
//! There is no grammar that all of them share, so nothing is refused; where they differ, what can be told from the line
//! itself decides:
//!
//! - `=` and `:` both separate. A key that begins with `//` or `@` is npm's and holds colons of its own; `://` never
//!   separates.
//! - A line that is indented more than its key goes on with the value (pip, setuptools), but not where the key has a
//!   value already and the line reads like an assignment: files with ragged indentation are more common than such
//!   values, and a key that is swallowed is a credential that nobody looks at.
//! - `#` and `;` begin a comment at the start of a line and behind white space, never inside a word: connection strings
//!   are full of `;`.
//!
//! A section is a map, `[section "name"]` of git a map in a map. Repeated sections and keys are repeated entries.

use std::ops::Range;
use std::sync::Arc;

use super::budget::Budget;
use super::lines::{Lines, trimmed};
use super::scalar::plain;
use super::{Entry, Node, ReadError, Value, mark_length};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut reader = Reader { text, budget: Budget::new(), top: Vec::new(), section: None, pending: None };
    for line in Lines::new(text, mark_length(text)) {
        reader.line(&line)?;
    }
    reader.close_section()?;
    let root = reader.budget.node(0..text.len(), Value::Map(reader.top))?;
    Ok(vec![root])
}

/// A section that is being read.
struct Section {
    name: (String, Range<usize>),
    /// The quoted name behind the section's, as git has it.
    below: Option<(String, Range<usize>)>,
    span: Range<usize>,
    entries: Vec<Entry>,
}

/// A key whose value may go on in the next line.
struct Pending {
    indent: usize,
    key: Range<usize>,
    /// What stands behind the separator, if there is one.
    value: Option<Range<usize>>,
    /// The lines that go on with it.
    more: Vec<Range<usize>>,
}

struct Reader<'t> {
    text: &'t str,
    budget: Budget,
    top: Vec<Entry>,
    section: Option<Section>,
    pending: Option<Pending>,
}

impl Reader<'_> {
    fn line(&mut self, line: &Range<usize>) -> Result<(), ReadError> {
        let content = trimmed(self.text, line.clone());
        let raw = &self.text[content.clone()];
        if raw.is_empty() || raw.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = content.start - line.start;
        if let Some(pending) = &mut self.pending
            && indent > pending.indent
            && goes_on(self.text, pending, raw)
        {
            pending.more.push(content);
            return Ok(());
        }
        self.close_key()?;
        match header(raw) {
            Some(header) => self.open_section(&content, &header),
            None => {
                self.key(content, indent);
                Ok(())
            }
        }
    }

    fn key(&mut self, content: Range<usize>, indent: usize) {
        let raw = &self.text[content.clone()];
        self.pending = Some(match separator(raw) {
            Some(at) => Pending {
                indent,
                key: trimmed(self.text, content.start..content.start + at),
                value: Some(trimmed(self.text, content.start + at + 1..content.end)),
                more: Vec::new(),
            },
            None => {
                let key = content.start..content.start + uncommented(raw).len();
                Pending { indent, key, value: None, more: Vec::new() }
            }
        });
    }

    fn open_section(&mut self, content: &Range<usize>, header: &Header) -> Result<(), ReadError> {
        self.close_section()?;
        let moved = |range: &Range<usize>| content.start + range.start..content.start + range.end;
        let name = trimmed(self.text, moved(&header.name));
        let below = header.below.as_ref().map(|range| (unescaped(&self.text[moved(range)]), moved(range)));
        let end = content.start + header.end;
        self.section = Some(Section {
            name: (self.text[name.clone()].to_owned(), name),
            below,
            span: content.start..end,
            entries: Vec::new(),
        });
        // git takes a key on the line of the header.
        let behind = trimmed(self.text, end..content.end);
        if !behind.is_empty() && !self.text[behind.clone()].starts_with(['#', ';']) {
            self.key(behind, 0);
        }
        Ok(())
    }

    fn close_section(&mut self) -> Result<(), ReadError> {
        self.close_key()?;
        let Some(section) = self.section.take() else { return Ok(()) };
        let mut value = self.budget.node(section.span.clone(), Value::Map(section.entries))?;
        if let Some((key, key_span)) = section.below {
            value = self.budget.node(section.span, Value::Map(vec![Entry { key, key_span, value }]))?;
        }
        let (key, key_span) = section.name;
        self.top.push(Entry { key, key_span, value });
        Ok(())
    }

    fn close_key(&mut self) -> Result<(), ReadError> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let value = match &pending.value {
            None => self.budget.node(pending.key.clone(), Value::Bool(true))?,
            Some(value) => self.value(value, &pending.more)?,
        };
        let end = value.span.end.max(pending.key.end);
        let entry = Entry { key: self.text[pending.key.clone()].to_owned(), key_span: pending.key, value };
        match &mut self.section {
            Some(section) => {
                section.span.end = section.span.end.max(end);
                section.entries.push(entry);
            }
            None => self.top.push(entry),
        }
        Ok(())
    }

    /// The value in one line; below an empty one the list of the lines, below any other one string over all lines.
    fn value(&mut self, first: &Range<usize>, more: &[Range<usize>]) -> Result<Arc<Node>, ReadError> {
        let Some(last) = more.last() else { return self.scalar(first) };
        if self.text[first.clone()].is_empty() {
            let items = more.iter().map(|line| self.scalar(line)).collect::<Result<Vec<_>, _>>()?;
            let start = items.first().map_or(first.start, |item| item.span.start);
            return self.budget.node(start..last.end, Value::Sequence(items));
        }
        let lines = std::iter::once(first).chain(more).map(|line| {
            let raw = uncommented(&self.text[line.clone()]);
            raw.strip_suffix('\\').map_or(raw, str::trim_end)
        });
        let joined = lines.collect::<Vec<_>>().join("\n");
        let end = last.start + uncommented(&self.text[last.clone()]).len();
        self.budget.node(first.start..end, Value::String(joined))
    }

    fn scalar(&mut self, range: &Range<usize>) -> Result<Arc<Node>, ReadError> {
        let raw = &self.text[range.clone()];
        if let Some(close) = closing(raw) {
            let behind = raw[close + 1..].trim_start();
            if behind.is_empty() || behind.starts_with(['#', ';']) {
                let inner = &raw[1..close];
                let value = if raw.starts_with('"') { unescaped(inner) } else { inner.to_owned() };
                return self.budget.node(range.start + 1..range.start + close, Value::String(value));
            }
        }
        let raw = uncommented(raw);
        self.budget.node(range.start..range.start + raw.len(), plain(raw))
    }
}

/// Whether a line that is indented more than a key goes on with its value.
fn goes_on(text: &str, pending: &Pending, raw: &str) -> bool {
    let Some(value) = &pending.value else { return false };
    let last = pending.more.last().unwrap_or(value);
    let is_empty = value.is_empty();
    is_empty || text[last.clone()].ends_with('\\') || !(header(raw).is_some() || is_assignment(raw))
}

fn is_assignment(raw: &str) -> bool {
    separator(raw).is_some_and(|at| {
        let key = raw[..at].trim_end();
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    })
}

fn separator(raw: &str) -> Option<usize> {
    let only_equals = raw.starts_with("//") || raw.starts_with('@');
    raw.bytes().enumerate().find_map(|(at, byte)| {
        let separates = at > 0
            && match byte {
                b'=' => true,
                b':' => !only_equals && !raw[at + 1..].starts_with("//"),
                _ => false,
            };
        separates.then_some(at)
    })
}

/// The line up to a comment: `#` or `;` behind white space, or alone at the start.
fn uncommented(raw: &str) -> &str {
    let bytes = raw.as_bytes();
    let comment = memchr::memchr2_iter(b'#', b';', bytes).find(|&at| match at {
        0 => bytes.get(1).is_none_or(u8::is_ascii_whitespace),
        _ => bytes[at - 1].is_ascii_whitespace(),
    });
    raw[..comment.unwrap_or(raw.len())].trim_end()
}

/// The quote that closes the one at the start.
fn closing(raw: &str) -> Option<usize> {
    let bytes = raw.as_bytes();
    let quote = *bytes.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            _ if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Quotes and backslashes behind a backslash. No other escape is resolved: paths of Windows stand in quotes as well.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => chars.next_if(|next| matches!(next, '"' | '\\')).unwrap_or(c),
            _ => c,
        });
    }
    out
}

/// The parts of a section's line, as offsets into it.
struct Header {
    name: Range<usize>,
    below: Option<Range<usize>>,
    /// Behind the closing bracket.
    end: usize,
}

fn header(raw: &str) -> Option<Header> {
    let inner = raw.strip_prefix('[')?;
    if let Some(quote) = inner.find('"')
        && inner[..quote].ends_with([' ', '\t'])
        && !inner[..quote].contains(']')
    {
        let close = quote + closing(&inner[quote..])?;
        let behind = inner[close + 1..].trim_start();
        behind.starts_with(']').then_some(())?;
        return Some(Header {
            name: 1..1 + quote,
            below: Some(quote + 2..close + 1),
            end: raw.len() - behind.len() + 1,
        });
    }
    // Globs of editors have brackets of their own: the last one closes, unless a comment follows an earlier one.
    let is_last = |at: usize| {
        let behind = inner[at + 1..].trim_start();
        behind.is_empty() || behind.starts_with(['#', ';'])
    };
    let mut brackets = memchr::memchr_iter(b']', inner.as_bytes());
    let close = brackets.clone().take(64).find(|&at| is_last(at)).or_else(|| brackets.next())?;
    Some(Header { name: 1..1 + close, below: None, end: close + 2 })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_spans, spans};
    use super::super::{Syntax, Value};

    #[test]
    fn sections_keys_and_comments() {
        assert_spans(
            Syntax::Ini,
            "top = 1\n; note\n[é section] # é\nuser=née  ; note\ncolour = #fff\nurl: https://host.example/a;b#c\n\
             flag\nempty =\non = true\n\tport\t=\t8080\nquoted = \"a \\\"b\\\" # c\" # d\nsingle = 'x'\ntwo = \"a\" \"b\"\n\
             [other]\n[other]\nx = y\n",
            &[
                ("top", "1"),
                ("\"é section\".user", "née"),
                ("\"é section\".colour", "#fff"),
                ("\"é section\".url", "https://host.example/a;b#c"),
                ("\"é section\".flag", "flag"),
                ("\"é section\".empty", ""),
                ("\"é section\".on", "true"),
                ("\"é section\".port", "8080"),
                ("\"é section\".quoted", "a \\\"b\\\" # c"),
                ("\"é section\".single", "x"),
                ("\"é section\".two", "\"a\" \"b\""),
                ("other.x", "y"),
            ],
        );
    }

    #[test]
    fn git_has_names_below_sections_and_indents_every_key() {
        assert_spans(
            Syntax::Ini,
            "[core]\n\tbare = false\n\tautocrlf\n[remote \"origin/é\"]\n\turl = https://host.example/r\n\
             [url \"https://[x]\"] insteadOf = git: ; c\n[a.b]\nc = d\n",
            &[
                ("core.bare", "false"),
                ("core.autocrlf", "autocrlf"),
                ("remote.origin/é.url", "https://host.example/r"),
                ("url.\"https://[x]\".insteadOf", "git:"),
                ("\"a.b\".c", "d"),
            ],
        );
    }

    #[test]
    fn values_go_on_in_indented_lines() {
        assert_spans(
            Syntax::Ini,
            "[global]\nextra-index-url =\n    https://a.example/simple\n    # note\n    https://b.example/é\n\
             note = one\n  two # c\nuser = a\n  password = b\nrun = x \\\n  --y=z\nlast=1\n",
            &[
                ("global.extra-index-url[0]", "https://a.example/simple"),
                ("global.extra-index-url[1]", "https://b.example/é"),
                ("global.note", "one\n  two"),
                ("global.user", "a"),
                ("global.password", "b"),
                ("global.run", "x \\\n  --y=z"),
                ("global.last", "1"),
            ],
        );
        let found = spans(Syntax::Ini, "a = one\n  two\n");
        assert_eq!(found[0].2, Value::String("one\ntwo".to_owned()));
    }

    #[test]
    fn keys_of_npm_stay_whole() {
        assert_spans(
            Syntax::Ini,
            "//host.example/:_authToken=${TOKEN}\n//host.example:8080/path/:_password = x\n\
             @scope:registry=https://host.example\nalways-auth=true\nca[]=\"x\"\n",
            &[
                ("\"//host.example/:_authToken\"", "${TOKEN}"),
                ("\"//host.example:8080/path/:_password\"", "x"),
                ("@scope:registry", "https://host.example"),
                ("always-auth", "true"),
                ("\"ca[]\"", "x"),
            ],
        );
    }

    #[test]
    fn globs_of_editors_are_sections() {
        assert_spans(
            Syntax::Ini,
            "[[ab].{c,d}]\ne = 2\n[x] ; [y]\nz\n[unclosed\n",
            &[("\"[ab].{c,d}\".e", "2"), ("x.z", "z"), ("x.\"[unclosed\"", "[unclosed")],
        );
    }
}
