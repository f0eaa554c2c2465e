//! Where the actions of a template begin and end.

use std::ops::Range;

use memchr::memmem;

/// Words with which an action of Go's templates puts nothing in.
const CONTROL: [&str; 9] = ["if", "else", "end", "range", "with", "define", "block", "break", "continue"];

/// `{{ … }}`, `{% … %}`, `{# … #}`, `<% … %>`, or a directive of Terraform, `%{ if … }`.
pub(super) struct Action {
    pub(super) range: Range<usize>,
    /// Whether it puts no text in: a condition, a loop, an assignment, a comment.
    pub(super) is_control: bool,
    /// The number behind `indent` or `nindent`.
    pub(super) indent: Option<usize>,
}

/// Finds actions. Each search that finds nothing is made once, so a text of openings costs no more than any other.
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Closings that stand nowhere behind what was searched.
    missing: Vec<&'static str>,
    /// Up to where no such quote closes.
    unclosed: [usize; 3],
    /// Whether no `}}` is left.
    is_over: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), missing: Vec::new(), unclosed: [0; 3], is_over: false }
    }

    /// The action that begins at `at`.
    pub(super) fn action(&mut self, at: usize) -> Option<Action> {
        let is_variable = at > 0 && self.bytes[at - 1] == b'$';
        let end = match self.bytes.get(at..at + 2)? {
            b"{{" => self.braces_end(at),
            b"{%" if !is_variable => self.find("%}", at + 2),
            // In a shell `${#list}` is a length.
            b"{#" if !is_variable => self.find("#}", at + 2),
            b"<%" => self.find("%>", at + 2),
            b"%{" if self.is_directive(at) => self.find("}", at + 2),
            _ => None,
        }?;
        let range = at..end;
        let text = self.text.get(range.clone())?;
        Some(Action { is_control: is_control(text), indent: indent(text), range })
    }

    /// Whether a directive of Terraform begins here: `%{ for … }`. `%{WORD}` is one of logs, and `%%{` stands for itself.
    fn is_directive(&self, at: usize) -> bool {
        let inner = self.text.get(at + 2..).unwrap_or_default();
        let inner = inner.strip_prefix('~').unwrap_or(inner).trim_start();
        let word = inner.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        (at == 0 || self.bytes[at - 1] != b'%') && matches!(word, "if" | "else" | "endif" | "for" | "endfor")
    }

    /// The offset behind the next `closing`.
    fn find(&mut self, closing: &'static str, from: usize) -> Option<usize> {
        if self.missing.contains(&closing) {
            return None;
        }
        let found = memmem::find(self.bytes.get(from..)?, closing.as_bytes());
        if found.is_none() {
            self.missing.push(closing);
        }
        found.map(|found| from + found + closing.len())
    }

    /// The end of `{{ … }}`: behind its comment and strings, which may hold braces. Another opening ends the search.
    fn braces_end(&mut self, open: usize) -> Option<usize> {
        if self.is_over {
            return None;
        }
        let is_triple = self.bytes.get(open + 2) == Some(&b'{');
        let mut at = open + if is_triple { 3 } else { 2 };
        let inner = self.text.get(at..)?;
        let inner = inner.strip_prefix('-').unwrap_or(inner).trim_start();
        if inner.starts_with("/*") {
            at = self.find("*/", self.text.len() - inner.len() + 2)?;
        }
        while let Some(&byte) = self.bytes.get(at) {
            let next = self.bytes.get(at + 1);
            match byte {
                b'}' if next == Some(&b'}') => {
                    let third = is_triple && self.bytes.get(at + 2) == Some(&b'}');
                    return Some(at + if third { 3 } else { 2 });
                }
                b'{' if next == Some(&b'{') => return None,
                b'"' => at = self.string_end(at, 0),
                b'\'' => at = self.string_end(at, 1),
                b'`' => at = self.string_end(at, 2),
                _ => at += 1,
            }
        }
        self.is_over = true;
        None
    }

    /// The offset behind the string that begins at `at`; of a quote alone, behind that. Only a raw one goes over lines.
    fn string_end(&mut self, at: usize, kind: usize) -> usize {
        let quote = self.bytes[at];
        if at < self.unclosed[kind] {
            return at + 1;
        }
        let mut next = at + 1;
        while let Some(&byte) = self.bytes.get(next) {
            match byte {
                _ if byte == quote => return next + 1,
                b'\n' if quote != b'`' => break,
                b'\\' if quote != b'`' => next += 2,
                _ => next += 1,
            }
        }
        self.unclosed[kind] = next;
        at + 1
    }
}

fn is_control(text: &str) -> bool {
    let (open, inner) = text.split_at(2);
    let inner = inner.trim_start_matches(['-', '~']).trim_start();
    let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let word = &inner[..length];
    match open {
        "{#" | "%{" => true,
        "{%" => word != "include",
        "<%" => !inner.starts_with('='),
        _ => {
            let is_assignment = inner.strip_prefix('$').is_some_and(|rest| {
                let behind =
                    rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ',' | ' ' | '$'));
                behind.starts_with(":=") || (behind.starts_with('=') && !behind.starts_with("=="))
            });
            inner.starts_with("/*") || is_assignment || inner.starts_with(['#', '/', '!']) || CONTROL.contains(&word)
        }
    }
}

fn indent(text: &str) -> Option<usize> {
    let at = text.rfind("indent")?;
    let rest = text[at + "indent".len()..].trim_start_matches([' ', '(']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}
