//! Dockerfiles and Containerfiles.
//!
//! A map with one entry an instruction, in order, under the instruction's name in lower case:
//!
//! - `env`, `label`, `arg`: a map from names to values, variables left in place; an argument without a default is null.
//! - `run`, `cmd`, `entrypoint`, `shell`: the command as a string, its flags and here documents with it, or a list of
//!   strings where it is written in the JSON form.
//! - `copy`, `add`: a map of the flags (`from`, `chown`, …), `sources` and `destination`. A here document is a source.
//! - `from`: a map of its flags, `image` and `as`.
//! - `expose`, `volume`: a list. `onbuild`: a map of one instruction. Any other: a string.
//!
//! The keys `sources`, `destination` and `image` have no bytes of their own. An instruction that no builder knows is read
//! like any other; a line that begins with no word is an error.
//!
//! Rejected: `parse-dockerfile`. It leaves the pairs of `ENV`, `LABEL` and `ARG` as one string whose escapes are resolved
//! (so their places are gone), and refuses files without `FROM` and instructions that it does not know.

mod logical;
mod words;

use std::ops::Range;
use std::sync::Arc;

use super::budget::Budget;
use super::lines::{Lines, trimmed};
use super::{Entry, Node, ReadError, Value, mark_length};
use logical::Logical;
use words::{json_form, plain_words, unquoted, words};

pub(super) fn read(text: &str) -> Result<Vec<Arc<Node>>, ReadError> {
    let from = mark_length(text);
    let mut reader =
        Reader { text, lines: Lines::new(text, from), escape: escape_character(text, from), budget: Budget::new() };
    let mut entries = Vec::new();
    while let Some(line) = reader.lines.next() {
        let content = trimmed(text, line.clone());
        if content.is_empty() || text[content.clone()].starts_with('#') {
            continue;
        }
        let logical = Logical::gather(text, content.start..line.end, &mut reader.lines, reader.escape);
        entries.push(reader.instruction(&logical, 0..logical.text.len(), false)?);
    }
    let root = reader.budget.node(0..text.len(), Value::Map(entries))?;
    Ok(vec![root])
}

/// The escape character: a directive in a comment can change it, above everything but other directives.
fn escape_character(text: &str, from: usize) -> char {
    for line in Lines::new(text, from) {
        let directive = text[line].trim().strip_prefix('#').and_then(|rest| rest.split_once('='));
        let Some((name, value)) = directive else { break };
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            break;
        }
        if name.eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
    escape: char,
    budget: Budget,
}

/// The bodies of an instruction's here documents: each with the word that announces it.
struct Bodies {
    found: Vec<(Range<usize>, Range<usize>)>,
    /// All lines of them, those that close included.
    span: Range<usize>,
}

impl Reader<'_> {
    fn instruction(&mut self, line: &Logical, within: Range<usize>, is_inner: bool) -> Result<Entry, ReadError> {
        let raw = &line.text[within.clone()];
        let width = raw.bytes().take_while(u8::is_ascii_alphabetic).count();
        let behind = raw[width..].chars().next();
        if width == 0 || behind.is_some_and(|c| !c.is_ascii_whitespace()) {
            let at = line.span(&within).start;
            return Err(if ["{{", "{%", "<%"].iter().any(|marker| raw.starts_with(marker)) {
                ReadError::template(self.text, at)
            } else {
                ReadError::syntax(self.text.as_bytes(), at, "a line that begins with no instruction")
            });
        }
        let word = within.start..within.start + width;
        let rest = trimmed(&line.text, word.end..within.end);
        let key = line.text[word.clone()].to_ascii_lowercase();
        let value = match key.as_str() {
            _ if rest.is_empty() => self.budget.node(line.span(&rest), Value::Null)?,
            "env" | "label" => self.pairs(line, rest, true)?,
            "arg" => self.pairs(line, rest, false)?,
            "run" | "cmd" | "entrypoint" | "shell" | "healthcheck" => self.command(line, rest, key == "run")?,
            "copy" | "add" => self.copy(line, rest)?,
            "from" => self.stage(line, rest)?,
            "expose" | "volume" => self.list(line, rest)?,
            "onbuild" if !is_inner => {
                let entry = self.instruction(line, rest.clone(), true)?;
                self.budget.node(line.span(&rest), Value::Map(vec![entry]))?
            }
            _ => self.string(line, rest)?,
        };
        Ok(Entry { key, key_span: line.span(&word), value })
    }

    fn string(&mut self, line: &Logical, range: Range<usize>) -> Result<Arc<Node>, ReadError> {
        self.budget.node(line.span(&range), Value::String(line.text[range].to_owned()))
    }

    fn unquoted(&mut self, line: &Logical, range: Range<usize>) -> Result<Arc<Node>, ReadError> {
        let (value, range) = unquoted(&line.text, range, self.escape);
        self.budget.node(line.span(&range), Value::String(value))
    }

    /// `NAME=value …`, or `NAME value` where the instruction has that older form.
    fn pairs(&mut self, line: &Logical, rest: Range<usize>, has_older_form: bool) -> Result<Arc<Node>, ReadError> {
        let escape = self.escape;
        let words = words(&line.text, rest.clone(), escape);
        let mut entries = Vec::with_capacity(words.len());
        let first = words.first().cloned().unwrap_or(rest.clone());
        if has_older_form && !line.text[first.clone()].contains('=') {
            let value = trimmed(&line.text, first.end..rest.end);
            let value = self.unquoted(line, value)?;
            entries.push(named(line, first, escape, value));
        } else {
            for word in words {
                let equals = line.text[word.clone()].find('=').map(|at| word.start + at);
                let key = word.start..equals.unwrap_or(word.end);
                let value = match equals {
                    Some(at) => self.unquoted(line, at + 1..word.end)?,
                    None => self.budget.node(line.span(&(word.end..word.end)), Value::Null)?,
                };
                entries.push(named(line, key, escape, value));
            }
        }
        self.budget.node(line.span(&rest), Value::Map(entries))
    }

    fn command(&mut self, line: &Logical, rest: Range<usize>, has_bodies: bool) -> Result<Arc<Node>, ReadError> {
        let start = flags(&line.text, rest.clone()).last().map_or(rest.start, |flag| flag.end);
        if let Some(list) = self.json_list(line, trimmed(&line.text, start..rest.end))? {
            return Ok(list);
        }
        let bodies = if has_bodies { self.bodies(line, &rest)? } else { None };
        let Some(bodies) = bodies else { return self.string(line, rest) };
        let span = line.span(&rest).start..bodies.span.end;
        let body = self.text[bodies.span].replace("\r\n", "\n");
        self.budget.node(span, Value::String(format!("{}\n{body}", &line.text[rest])))
    }

    fn json_list(&mut self, line: &Logical, range: Range<usize>) -> Result<Option<Arc<Node>>, ReadError> {
        let Some(strings) = json_form(&line.text, range.clone()) else { return Ok(None) };
        let mut items = Vec::with_capacity(strings.len());
        for (value, span) in strings {
            items.push(self.budget.node(line.span(&span), Value::String(value))?);
        }
        self.budget.node(line.span(&range), Value::Sequence(items)).map(Some)
    }

    fn list(&mut self, line: &Logical, rest: Range<usize>) -> Result<Arc<Node>, ReadError> {
        if let Some(list) = self.json_list(line, rest.clone())? {
            return Ok(list);
        }
        let items = plain_words(&line.text, rest.clone())
            .into_iter()
            .map(|word| self.unquoted(line, word))
            .collect::<Result<Vec<_>, _>>()?;
        self.budget.node(line.span(&rest), Value::Sequence(items))
    }

    fn copy(&mut self, line: &Logical, rest: Range<usize>) -> Result<Arc<Node>, ReadError> {
        let mut entries = self.flag_entries(line, &rest)?;
        let start = flags(&line.text, rest.clone()).last().map_or(rest.start, |flag| flag.end);
        let paths = trimmed(&line.text, start..rest.end);
        let mut span = line.span(&rest);
        let mut items = match json_form(&line.text, paths.clone()) {
            Some(strings) => strings
                .into_iter()
                .map(|(value, place)| self.budget.node(line.span(&place), Value::String(value)))
                .collect::<Result<Vec<_>, _>>()?,
            None => {
                let bodies = self.bodies(line, &paths)?;
                // Both the words and the bodies are in the order of the file.
                let mut found = bodies.iter().flat_map(|bodies| &bodies.found).peekable();
                let mut items = Vec::new();
                for word in plain_words(&line.text, paths) {
                    while found.next_if(|(at, _)| at.start < word.start).is_some() {}
                    items.push(match found.next_if(|(at, _)| *at == word) {
                        Some((_, place)) => {
                            let content = self.text[place.clone()].replace("\r\n", "\n");
                            self.budget.node(place.clone(), Value::String(content))?
                        }
                        None => self.unquoted(line, word)?,
                    });
                }
                span.end = bodies.map_or(span.end, |bodies| bodies.span.end);
                items
            }
        };
        let destination = if items.len() > 1 { items.pop() } else { None };
        let place = |first: Option<&Arc<Node>>| first.map_or(span.end, |node| node.span.start);
        let sources_start = place(items.first());
        let sources_end = items.last().map_or(sources_start, |node| node.span.end.max(sources_start));
        let sources = self.budget.node(sources_start..sources_end, Value::Sequence(items))?;
        entries.push(Entry { key: "sources".to_owned(), key_span: sources_start..sources_start, value: sources });
        if let Some(value) = destination {
            let at = value.span.start;
            entries.push(Entry { key: "destination".to_owned(), key_span: at..at, value });
        }
        self.budget.node(span, Value::Map(entries))
    }

    fn stage(&mut self, line: &Logical, rest: Range<usize>) -> Result<Arc<Node>, ReadError> {
        let mut entries = self.flag_entries(line, &rest)?;
        let start = flags(&line.text, rest.clone()).last().map_or(rest.start, |flag| flag.end);
        let words = plain_words(&line.text, start..rest.end);
        if let Some(image) = words.first() {
            let value = self.unquoted(line, image.clone())?;
            let at = value.span.start;
            entries.push(Entry { key: "image".to_owned(), key_span: at..at, value });
        }
        if let [_, word, name, ..] = words.as_slice()
            && line.text[word.clone()].eq_ignore_ascii_case("as")
        {
            let value = self.string(line, name.clone())?;
            entries.push(Entry { key: "as".to_owned(), key_span: line.span(word), value });
        }
        self.budget.node(line.span(&rest), Value::Map(entries))
    }

    /// `--name=value` and `--name` before the arguments.
    fn flag_entries(&mut self, line: &Logical, rest: &Range<usize>) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        for flag in flags(&line.text, rest.clone()) {
            let equals = line.text[flag.clone()].find('=').map(|at| flag.start + at);
            let key = flag.start + 2..equals.unwrap_or(flag.end);
            let value = match equals {
                Some(at) => self.unquoted(line, at + 1..flag.end)?,
                None => self.budget.node(line.span(&key), Value::Bool(true))?,
            };
            entries.push(Entry { key: line.text[key.clone()].to_owned(), key_span: line.span(&key), value });
        }
        Ok(entries)
    }

    /// Reads the here documents that the words of an instruction announce.
    fn bodies(&mut self, line: &Logical, within: &Range<usize>) -> Result<Option<Bodies>, ReadError> {
        if !line.text[within.clone()].contains("<<") {
            return Ok(None);
        }
        let text = self.text;
        let mut bodies: Option<Bodies> = None;
        for word in words(&line.text, within.clone(), self.escape) {
            let Some(mark) = here_document(&line.text[word.clone()]) else { continue };
            let start = self.lines.offset().min(text.len());
            let is_closing = |line: &Range<usize>| {
                let raw = &text[line.clone()];
                (if mark.is_indented { raw.trim_start_matches('\t') } else { raw }) == mark.name
            };
            let Some(closing) = self.lines.by_ref().find(is_closing) else {
                let message = format!("the here document `{}` is never closed", mark.name);
                return Err(ReadError::syntax(text.as_bytes(), line.span(&word).start, message));
            };
            let bodies = bodies.get_or_insert_with(|| Bodies { found: Vec::new(), span: start..start });
            bodies.found.push((word, start..closing.start));
            bodies.span.end = closing.end;
        }
        Ok(bodies)
    }
}

fn named(line: &Logical, key: Range<usize>, escape: char, value: Arc<Node>) -> Entry {
    let (key, span) = unquoted(&line.text, key, escape);
    Entry { key, key_span: line.span(&span), value }
}

/// The flags that the arguments begin with.
fn flags(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let mut flags = Vec::new();
    let mut rest = trimmed(text, within);
    while text[rest.clone()].starts_with("--") {
        let raw = &text[rest.clone()];
        let width = raw.find(|c: char| c.is_ascii_whitespace()).unwrap_or(raw.len());
        if width == 2 {
            break;
        }
        flags.push(rest.start..rest.start + width);
        let behind = &text[rest.start + width..rest.end];
        rest.start = rest.end - behind.trim_start().len();
    }
    flags
}

struct Mark<'w> {
    name: &'w str,
    is_indented: bool,
}

/// The here document that a word announces: `<<NAME`, `<<-NAME`, `3<<"NAME"`.
fn here_document(word: &str) -> Option<Mark<'_>> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (is_indented, name) = rest.strip_prefix('-').map_or((false, rest), |name| (true, name));
    let quoted = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(name);
    let is_name =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    is_name.then_some(Mark { name, is_indented })
}

#[cfg(test)]
mod tests;
