//! `.netrc`: words in pairs, `machine NAME login X password Y`, over as many lines as one likes.
//!
//! A map from the machine's name to a map of its words; the entry for any other machine is called `default`. A repeated
//! machine is a repeated entry. Macros (`macdef`, up to a blank line) hold commands and are passed over.

use std::ops::Range;
use std::sync::Arc;

use super::budget::Budget;
use super::lines::{Lines, trimmed};
use super::{Entry, Node, ReadError, Value, mark_length};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let mut words = Words { text, at: mark_length(text) };
    let mut budget = Budget::new();
    let mut machines: Vec<Machine> = Vec::new();
    while let Some(word) = words.keyword() {
        match &text[word.clone()] {
            "machine" => match words.value() {
                Some(name) => machines.push(Machine::new(&word, name)),
                None => return Err(ReadError::syntax(text.as_bytes(), word.start, "`machine` without a name")),
            },
            "default" => machines.push(Machine::new(&word, ("default".to_owned(), word.clone()))),
            "macdef" => words.skip_macro(),
            "login" | "user" | "password" | "account" => {
                let Some(machine) = machines.last_mut() else {
                    let message = "a word of an entry before the first `machine`";
                    return Err(ReadError::syntax(text.as_bytes(), word.start, message));
                };
                let (value, span) = words.value().unwrap_or_else(|| (String::new(), word.end..word.end));
                machine.span.end = span.end;
                let value = budget.node(span, Value::String(value))?;
                machine.entries.push(Entry { key: text[word.clone()].to_owned(), key_span: word, value });
            }
            _ => {
                let message = "none of the words `machine`, `default`, `login`, `password`, `account`, `macdef`";
                return Err(ReadError::syntax(text.as_bytes(), word.start, message));
            }
        }
    }
    let mut entries = Vec::with_capacity(machines.len());
    for machine in machines {
        let (key, key_span) = machine.name;
        entries.push(Entry { key, key_span, value: budget.node(machine.span, Value::Map(machine.entries))? });
    }
    Ok(vec![budget.node(0..text.len(), Value::Map(entries))?])
}

struct Machine {
    name: (String, Range<usize>),
    span: Range<usize>,
    entries: Vec<Entry>,
}

impl Machine {
    fn new(word: &Range<usize>, name: (String, Range<usize>)) -> Self {
        Self { span: word.start..name.1.end, name, entries: Vec::new() }
    }
}

struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl Words<'_> {
    fn skip_space(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += bytes[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// The next word that is no comment. Only here: a password may begin with `#`.
    fn keyword(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        self.skip_space();
        while bytes.get(self.at) == Some(&b'#') {
            self.at = memchr::memchr(b'\n', &bytes[self.at..]).map_or(bytes.len(), |found| self.at + found);
            self.skip_space();
        }
        self.bare()
    }

    fn bare(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += bytes[start..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        (start < self.at).then_some(start..self.at)
    }

    /// The next word as a value, with where it stands without quotes. Quotes that do not close in their line are part of
    /// the word.
    fn value(&mut self) -> Option<(String, Range<usize>)> {
        self.skip_space();
        let start = self.at;
        if self.text.as_bytes().get(start) == Some(&b'"')
            && let Some(close) = closing(self.text, start)
        {
            self.at = close + 1;
            return Some((unescaped(&self.text[start + 1..close]), start + 1..close));
        }
        let word = self.bare()?;
        Some((unescaped(&self.text[word.clone()]), word))
    }

    /// To the blank line that ends a macro, or the end.
    fn skip_macro(&mut self) {
        let mut lines = Lines::new(self.text, self.at);
        // The rest of the line that names it.
        lines.next();
        for line in lines.by_ref() {
            if trimmed(self.text, line).is_empty() {
                break;
            }
        }
        self.at = lines.offset().min(self.text.len());
    }
}

fn closing(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Some(at),
            b'\n' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::assert_spans;
    use super::super::{ReadError, Syntax, read};

    #[test]
    fn machines_over_lines_quotes_and_macros() {
        assert_spans(
            Syntax::Netrc,
            "machine host.example login née password #hunter2pass # note\nmachine other.example\n\tlogin a\n\
             \tpassword \"two \\\"words\"\n\taccount x\nmacdef init\n  cd /machine\n  machine y\n\nmacdef last\n\n\
             default login anonymous password\n",
            &[
                ("\"host.example\".login", "née"),
                ("\"host.example\".password", "#hunter2pass"),
                ("\"other.example\".login", "a"),
                ("\"other.example\".password", "two \\\"words"),
                ("\"other.example\".account", "x"),
                ("default.login", "anonymous"),
                ("default.password", ""),
            ],
        );
    }

    #[test]
    fn other_words_are_refused_with_their_place() {
        for (text, expected) in [
            ("machine a\nloggin b\n", (2, 1)),
            ("login a\n", (1, 1)),
            ("# x\n  machine", (2, 3)),
            ("macdef x\n", (0, 0)),
        ] {
            match read(Syntax::Netrc, text.as_bytes()) {
                Err(ReadError::Syntax { line, column, .. }) => assert_eq!((line, column), expected, "{text:?}"),
                other => assert!(expected == (0, 0) && other.unwrap().roots.len() == 1, "{text:?}"),
            }
        }
    }
}
