//! The strings, words and lines of Python, found without a grammar.

use std::ops::Range;

/// A string literal.
pub(super) struct Literal {
    /// The bytes between its quotes.
    pub(super) content: Range<usize>,
    /// The offset behind its closing quote.
    pub(super) end: usize,
    /// Whether backslashes stand for themselves.
    pub(super) is_raw: bool,
    /// Whether parts of it are evaluated (`f""`, `t""`).
    pub(super) is_formatted: bool,
}

pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    /// From where on no `"""` and no `'''` closes, so that this is found out once.
    unclosed_from: [usize; 2],
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), unclosed_from: [usize::MAX; 2] }
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The offset of the line end at or behind `at`.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |found| at + found)
    }

    /// The name, keyword or number that begins at `at`; empty if none does.
    pub(super) fn word(&self, at: usize) -> &'t str {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        self.slice(&(at..at + length))
    }

    /// The offset of the next byte that is no white space, comment or continuation; at most `end`.
    pub(super) fn blank(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            match self.bytes.get(at) {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0C) => at += 1,
                Some(b'#') => at = self.line_end(at),
                Some(b'\\') => match self.continuation(at) {
                    1 => break,
                    length => at += length,
                },
                _ => break,
            }
        }
        at.min(end)
    }

    /// How many bytes a backslash and the line end behind it take; 1 if there is none.
    fn continuation(&self, at: usize) -> usize {
        match self.bytes.get(at + 1..) {
            Some([b'\n', ..]) => 2,
            Some([b'\r', b'\n', ..]) => 3,
            _ => 1,
        }
    }

    /// The offset of the first `stop` outside brackets and strings; `end` if there is none.
    pub(super) fn until(&mut self, mut at: usize, end: usize, stop: u8) -> usize {
        let mut depth = 0usize;
        while at < end {
            let byte = self.bytes[at];
            if byte == stop && depth == 0 {
                return at;
            }
            at = self.token(at, end, &mut depth);
        }
        end
    }

    /// The offset behind the token at `at`, and how deep the brackets are behind it.
    pub(super) fn token(&mut self, at: usize, end: usize, depth: &mut usize) -> usize {
        let next = match self.bytes.get(at) {
            Some(b'#') => self.line_end(at),
            Some(b'\\') => at + self.continuation(at),
            Some(b'(' | b'[' | b'{') => {
                *depth += 1;
                at + 1
            }
            Some(b')' | b']' | b'}') => {
                *depth = depth.saturating_sub(1);
                at + 1
            }
            _ => match self.literal(at, self.bytes.len()) {
                Some(literal) => literal.end,
                None => at + self.word(at).len().max(1),
            },
        };
        next.min(end)
    }

    /// The end of the logical line that begins at `start`, `indent` bytes into its line: brackets and long strings go on
    /// over line ends. Where a bracket does not close, it ends before the next line that can only be a statement.
    pub(super) fn logical_end(&mut self, start: usize, indent: usize) -> usize {
        let mut depth = 0;
        let mut at = start;
        while at < self.bytes.len() {
            if self.bytes[at] == b'\n' && (depth == 0 || self.begins_statement(at + 1, indent)) {
                return at;
            }
            at = self.token(at, self.bytes.len(), &mut depth);
        }
        at
    }

    /// Whether the line, indented no further than `indent`, begins an assignment, a class, a function or an import. A
    /// keyword argument is told from an assignment by its lower case without spaces.
    fn begins_statement(&self, line: usize, indent: usize) -> bool {
        let rest = self.bytes.get(line..).unwrap_or_default();
        let indented = rest.iter().take(indent + 1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let start = line + indented;
        let word = self.word(start);
        if indented > indent || word.is_empty() {
            return false;
        }
        let behind = &rest[indented + word.len()..];
        let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match &behind[blanks..] {
            [b'=', b'=', ..] => false,
            [b'=', next, ..] => {
                let is_spaced = blanks > 0 && matches!(next, b' ' | b'\t');
                is_spaced || word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            }
            _ => blanks > 0 && matches!(word, "class" | "def" | "import" | "from"),
        }
    }

    /// The string literal that begins at `at`, with its prefix. One in single quotes ends with its line at the latest,
    /// and so does a long one that nothing closes.
    pub(super) fn literal(&mut self, at: usize, end: usize) -> Option<Literal> {
        let (mut is_raw, mut is_formatted, mut quote_at) = (false, false, at);
        while quote_at < at + 2 {
            match self.bytes.get(quote_at)?.to_ascii_lowercase() {
                b'r' => is_raw = true,
                b'f' | b't' => is_formatted = true,
                b'b' | b'u' => {}
                _ => break,
            }
            quote_at += 1;
        }
        let quote = *self.bytes.get(quote_at)?;
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let is_long = self.bytes[quote_at..].starts_with(&[quote; 3]);
        let start = quote_at + if is_long { 3 } else { 1 };
        let (close, behind) = match if is_long { self.long_close(start, quote) } else { self.close(start, quote) } {
            Some(close) => (close, close + start - quote_at),
            None => {
                let line = self.line_end(start);
                let close = if self.bytes[start..line].ends_with(b"\r") { line - 1 } else { line };
                (close, close)
            }
        };
        let start = start.min(end);
        Some(Literal { content: start..close.min(end).max(start), end: behind.min(end), is_raw, is_formatted })
    }

    fn close(&self, mut at: usize, quote: u8) -> Option<usize> {
        loop {
            match *self.bytes.get(at)? {
                b'\n' => return None,
                b'\\' => at += self.continuation(at).max(2),
                byte if byte == quote => return Some(at),
                _ => at += 1,
            }
        }
    }

    fn long_close(&mut self, start: usize, quote: u8) -> Option<usize> {
        let unclosed = &mut self.unclosed_from[usize::from(quote == b'"')];
        if start >= *unclosed {
            return None;
        }
        let mut at = start;
        while let Some(found) = memchr::memchr2(quote, b'\\', self.bytes.get(at..).unwrap_or_default()) {
            at += found;
            if self.bytes[at] == b'\\' {
                at += 2;
            } else if self.bytes[at..].starts_with(&[quote; 3]) {
                return Some(at);
            } else {
                at += 1;
            }
        }
        *unclosed = start;
        None
    }

    /// The text of a literal, its escapes resolved.
    pub(super) fn decoded(&self, literal: &Literal) -> String {
        let raw = self.slice(&literal.content);
        if literal.is_raw || !raw.contains('\\') {
            return raw.to_owned();
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            rest = escape(&rest[at + 1..], &mut out);
        }
        out.push_str(rest);
        out
    }
}

/// Resolves the escape behind a backslash; what is behind the escape.
fn escape<'r>(rest: &'r str, out: &mut String) -> &'r str {
    let mut chars = rest.chars();
    let simple = match chars.next() {
        None => return rest,
        Some('\n') => return chars.as_str(),
        Some('\r') => return chars.as_str().strip_prefix('\n').unwrap_or(chars.as_str()),
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{C}',
        Some('v') => '\u{B}',
        Some(same @ ('\\' | '\'' | '"')) => same,
        Some('x') => return coded(chars.as_str(), 2, 16, rest, out),
        Some('u') => return coded(chars.as_str(), 4, 16, rest, out),
        Some('U') => return coded(chars.as_str(), 8, 16, rest, out),
        Some('0'..='7') => {
            let length = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            return coded(rest, length, 8, rest, out);
        }
        Some(_) => {
            out.push('\\');
            return rest;
        }
    };
    out.push(simple);
    chars.as_str()
}

/// A character by its number; if it is none, the backslash stands for itself.
fn coded<'r>(digits: &'r str, length: usize, radix: u32, whole: &'r str, out: &mut String) -> &'r str {
    let parts = digits.get(..length).zip(digits.get(length..));
    let found = parts
        .and_then(|(code, rest)| Some((char::from_u32(u32::from_str_radix(code, radix).ok()?)?, rest)))
        .filter(|_| !digits.starts_with('+'));
    match found {
        Some((c, rest)) => {
            out.push(c);
            rest
        }
        None => {
            out.push('\\');
            whole
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
