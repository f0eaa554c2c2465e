//! The words of Groovy, as far as a pipeline needs them.

use std::ops::Range;

/// A text, and how far it is read.
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

/// A string in quotes.
pub(super) struct Quoted {
    /// What stands between the quotes.
    pub(super) content: Range<usize>,
    /// Whether Groovy puts something in.
    pub(super) is_filled_in: bool,
}

/// Whether a value can begin with this byte.
pub(super) fn begins_value(byte: u8) -> bool {
    is_name(byte) || matches!(byte, b'"' | b'\'' | b'[' | b'(' | b'-' | b'!' | b'/' | b'~')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

impl<'t> Lexer<'t> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Passes over one character.
    pub(super) fn skip(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    /// Passes over spaces and comments of the line, and says whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        let before = self.at;
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'\\', b'\r', b'\n', ..] => self.at += 3,
                [b'/', b'/', ..] => self.at = self.line_end(),
                [b'/', b'*', rest @ ..] => {
                    self.at = memchr::memmem::find(rest, b"*/").map_or(self.text.len(), |found| self.at + found + 4);
                }
                _ => return self.at > before,
            }
        }
    }

    /// Passes over all that means nothing between statements.
    pub(super) fn blanks(&mut self) {
        loop {
            self.spaces();
            match self.peek() {
                Some(b'\n' | b'\r' | b';' | 0x0c) => self.at += 1,
                _ => return,
            }
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', self.rest()).map_or(self.text.len(), |found| self.at + found)
    }

    /// Passes over the rest of the line.
    pub(super) fn line(&mut self) {
        self.at = self.line_end();
    }

    /// A name, or several with dots between them.
    pub(super) fn path(&mut self) -> Option<&'t str> {
        let start = self.at;
        if self.peek().is_none_or(|byte| byte.is_ascii_digit() || !is_name(byte)) || self.rest().starts_with(b"$/") {
            return None;
        }
        loop {
            self.at += self.rest().iter().take_while(|byte| is_name(**byte)).count();
            match self.rest() {
                [b'.', next, ..] if is_name(*next) && !next.is_ascii_digit() => self.at += 1,
                _ => return Some(&self.text[start..self.at]),
            }
        }
    }

    /// `.name` behind a value, perhaps on the next line.
    pub(super) fn field(&mut self) -> Option<&'t str> {
        let before = self.at;
        if !matches!(self.peek(), Some(b'.' | b'?' | b'*')) {
            self.blanks();
        }
        let dots = match self.rest() {
            [b'.', next, ..] if is_name(*next) && !next.is_ascii_digit() => 1,
            [b'?' | b'*' | b'.', b'.' | b'&', next, ..] if is_name(*next) => 2,
            _ => {
                self.at = before;
                return None;
            }
        };
        self.at += dots;
        self.path()
    }

    /// Whether `=` stands here and nothing that begins with it.
    pub(super) fn is_assignment(&self) -> bool {
        matches!(self.rest(), [b'=', rest @ ..] if !matches!(rest.first(), Some(b'=' | b'~')))
    }

    /// Whether an operator with a value on either side stands here, not the sign of one value.
    pub(super) fn is_operator(&self) -> bool {
        match self.rest() {
            [b'-' | b'/' | b'!' | b'~', next, ..] => matches!(next, b' ' | b'=' | b'\t'),
            _ => ["in ", "as ", "instanceof "].iter().any(|word| self.text[self.at..].starts_with(word)),
        }
    }

    /// Passes over an operator. A colon is one behind a question mark alone.
    pub(super) fn operator(&mut self, is_choice: bool) -> Option<&'t str> {
        let start = self.at;
        let word = ["in", "as", "instanceof"].into_iter().find(|word| {
            let rest = self.rest();
            rest.starts_with(word.as_bytes()) && rest.get(word.len()).is_some_and(u8::is_ascii_whitespace)
        });
        self.at += match word {
            Some(word) => word.len(),
            None => {
                let is_sign = |byte: &u8| b"+-*/%<>=!&|?^~".contains(byte) || (is_choice && *byte == b':');
                self.rest().iter().take(3).take_while(|byte| is_sign(byte)).count()
            }
        };
        (self.at > start).then(|| &self.text[start..self.at])
    }

    /// Passes over a sign before a value.
    pub(super) fn take_sign(&mut self) -> bool {
        matches!(self.peek(), Some(b'!' | b'-' | b'+' | b'~' | b'*' | b'@')) && {
            self.at += 1;
            true
        }
    }

    pub(super) fn number(&mut self) -> &'t str {
        let start = self.at;
        let is_part = |(at, byte): &(usize, &u8)| {
            is_name(**byte) || (**byte == b'.' && self.rest().get(at + 1).is_some_and(u8::is_ascii_digit))
        };
        let length = self.rest().iter().enumerate().take_while(is_part).count();
        self.at += length;
        &self.text[start..self.at]
    }

    /// The string that begins here, in any of the four kinds of quotes. One that does not close ends with its line, in three
    /// quotes with the text.
    pub(super) fn string(&mut self) -> Quoted {
        let bytes = self.text.as_bytes();
        let quote = bytes[self.at];
        let is_long = bytes[self.at..].starts_with(&[quote; 3]);
        let width = if is_long { 3 } else { 1 };
        let start = self.at + width;
        let mut at = start;
        let mut is_filled_in = false;
        let end = loop {
            match bytes.get(at..).unwrap_or_default() {
                [] => break bytes.len(),
                [b'\n', ..] if !is_long => break at,
                [b'\\', ..] => at += 2,
                [b'$', b'{', ..] if quote == b'"' => {
                    is_filled_in = true;
                    at = braces(bytes, at + 1, is_long);
                }
                [b'$', next, ..] if quote == b'"' && (next.is_ascii_alphabetic() || *next == b'_') => {
                    is_filled_in = true;
                    at += 2;
                }
                rest if rest.starts_with(&[quote; 3][..width]) => break at,
                _ => at += 1,
            }
        };
        let end = end.min(bytes.len());
        self.at = if bytes[end..].starts_with(&[quote; 3][..width]) { end + width } else { end };
        Quoted { content: start.min(end)..end, is_filled_in }
    }

    /// Passes over `/pattern/`, if one begins here and ends on the line.
    pub(super) fn pattern(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at + 1..self.line_end()];
        let mut at = 0;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'\\' => at += 2,
                b'/' => {
                    self.at += at + 2;
                    return true;
                }
                _ => at += 1,
            }
        }
        false
    }

    /// Passes over `$/ … /$`.
    pub(super) fn dollar_slashy(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix(b"$/") else { return false };
        self.at += memchr::memmem::find(rest, b"/$").map_or(rest.len() + 2, |found| found + 4);
        true
    }

    /// Passes over brackets and all that is in them.
    pub(super) fn past_brackets(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => {
                    self.string();
                    continue;
                }
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                // In a pattern: `\/*` begins no comment.
                b'\\' => self.skip(),
                b'/' if self.spaces() => continue,
                _ => {}
            }
            self.skip();
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes over what stands before a colon on the line, and over that.
    pub(super) fn past_colon(&mut self) {
        while let Some(byte) = self.peek().filter(|byte| *byte != b'\n') {
            match byte {
                b'"' | b'\'' => {
                    self.string();
                }
                _ => self.skip(),
            }
            if byte == b':' {
                return;
            }
        }
    }

    /// Passes over the parameters of a block: `name, other ->`.
    pub(super) fn past_parameters(&mut self) {
        /// The longest list of them, in bytes: a block may begin at every byte of a long line.
        const LONGEST: usize = 256;
        let rest = self.rest();
        let near = &rest[..rest.len().min(LONGEST)];
        let end = near.iter().position(|byte| b"{}\"'(\n".contains(byte)).unwrap_or(near.len());
        if let Some(arrow) = memchr::memmem::find(&near[..end], b"->") {
            self.at += arrow + 2;
        }
    }
}

/// Where the brace here is closed, strings within it passed over. One that does not close ends with the text, or with its
/// line where the string may not go on.
fn braces(bytes: &[u8], mut at: usize, is_long: bool) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    while let Some(&byte) = bytes.get(at) {
        match (byte, quote) {
            (b'\n', _) if !is_long => return at,
            (b'\\', _) => at += 1,
            (byte, Some(open)) => quote = Some(open).filter(|open| *open != byte),
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'{', None) => depth += 1,
            (b'}', None) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The string without its escapes.
pub(super) fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('\n') => {}
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}
