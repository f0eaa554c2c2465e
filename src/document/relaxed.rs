//! HCL as its parser does not take it, though tools do, written so that it does. Bytes become spaces and nothing moves, so every
//! place stays where it is. This is tried once the text as it stands has failed.
//!
//! - The first version of the language, which Vault and Consul still read, has blocks whose brace stands on the next line, and
//!   commas behind attributes.
//! - An object that a `for` makes may have line ends anywhere in its expressions.

use super::nesting::here_mark;

/// The text with what the parser does not take blanked; none if there is nothing of the kind.
pub(super) fn relaxed(text: &str) -> Option<String> {
    let mut scan = Scan { text: text.as_bytes(), at: 0, within: Vec::new(), blanks: Vec::new() };
    scan.run();
    if scan.blanks.is_empty() {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    scan.blanks.iter().for_each(|at| bytes[*at] = b' ');
    String::from_utf8(bytes).ok()
}

/// What the scan is within.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// A body or an object.
    Braces,
    /// An object that a `for` makes.
    For,
    /// Brackets in which line ends mean nothing to the parser, and commas do.
    Brackets,
    /// A text.
    Text,
    /// An expression in a text.
    Template,
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    within: Vec<Within>,
    blanks: Vec<usize>,
}

impl Scan<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            self.at += match self.within.last() {
                Some(Within::Text) => self.text(byte),
                _ => self.code(byte),
            };
        }
    }

    /// Reads on in a text; returns how many bytes were read.
    fn text(&mut self, byte: u8) -> usize {
        let next = self.text.get(self.at + 1);
        match byte {
            b'\\' => 2,
            b'"' | b'\n' => self.leave(1),
            b'$' | b'%' if next == Some(&byte) => 2,
            b'$' | b'%' if next == Some(&b'{') => self.enter(Within::Template, 2),
            _ => 1,
        }
    }

    fn code(&mut self, byte: u8) -> usize {
        let rest = &self.text[self.at..];
        match byte {
            b'"' => self.enter(Within::Text, 1),
            b'(' | b'[' => self.enter(Within::Brackets, 1),
            b'{' if begins_with_for(&rest[1..]) => self.enter(Within::For, 1),
            b'{' => self.enter(Within::Braces, 1),
            b')' | b']' | b'}' => self.leave(1),
            b'#' => self.comment(rest),
            b'/' if rest.starts_with(b"//") => self.comment(rest),
            b'/' if rest.starts_with(b"/*") => {
                memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)
            }
            b'<' => here_document(rest).unwrap_or(1),
            b',' => {
                let is_last = matches!(unindented(&rest[1..]).first(), None | Some(b'\n' | b'\r' | b'#'));
                if is_last && matches!(self.within.last(), None | Some(Within::Braces)) {
                    self.blanks.push(self.at);
                }
                1
            }
            b'\n' => {
                self.line_end(rest);
                1
            }
            _ => 1,
        }
    }

    /// Blanks the line end where the next line goes on with what stands before it.
    fn line_end(&mut self, rest: &[u8]) {
        let is_header = || {
            let line = &self.text[..self.at];
            let before =
                line.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).copied().unwrap_or_default();
            let behind = unindented(&rest[1..]).first().copied();
            behind == Some(b'{') && (before == b'"' || before.is_ascii_alphanumeric())
        };
        let goes_on = match self.within.last() {
            Some(Within::For) => true,
            None | Some(Within::Braces) => is_header(),
            _ => false,
        };
        if goes_on {
            self.blanks.push(self.at);
        }
    }

    /// A comment to the end of its line, which would go on where that end is blanked.
    fn comment(&mut self, rest: &[u8]) -> usize {
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if self.within.last() == Some(&Within::For) {
            self.blanks.extend(self.at..self.at + length);
        }
        length
    }

    fn enter(&mut self, within: Within, length: usize) -> usize {
        self.within.push(within);
        length
    }

    fn leave(&mut self, length: usize) -> usize {
        self.within.pop();
        length
    }
}

fn begins_with_for(body: &[u8]) -> bool {
    body.trim_ascii_start().strip_prefix(b"for").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

/// How long the here document is that begins here, its mark at the end included; one that nothing ends is all of the rest.
fn here_document(rest: &[u8]) -> Option<usize> {
    let mark = here_mark(rest)?;
    let mut at = memchr::memchr(b'\n', rest)? + 1;
    loop {
        let line = &rest[at..];
        let length = memchr::memchr(b'\n', line).unwrap_or(line.len());
        if line[..length].trim_ascii() == mark {
            return Some(at + length);
        }
        at += length + 1;
        if at >= rest.len() {
            return Some(rest.len());
        }
    }
}

/// What of a line stands behind its first blanks.
fn unindented(line: &[u8]) -> &[u8] {
    &line[line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()..]
}

#[cfg(test)]
mod tests {
    use super::relaxed;

    #[test]
    fn the_first_version_of_the_language() {
        let text = "path \"sys/*\"\n{\n  capabilities = [\"sudo\",\n \"read\"],\n  b = \"x,\"\n}\n";
        let blanked = relaxed(text).unwrap_or_default();
        assert_eq!(blanked, "path \"sys/*\" {\n  capabilities = [\"sudo\",\n \"read\"] \n  b = \"x,\"\n}\n");
    }

    #[test]
    fn what_a_for_makes() {
        let text = "a = {\n  for k, v in x : k => # why\n  y\n  ? { a = 1\n b = \"${v}\" }\n  : {}\n}\n";
        let blanked = relaxed(text).unwrap_or_default();
        assert_eq!(blanked, "a = {   for k, v in x : k =>         y   ? { a = 1\n b = \"${v}\" }   : {} }\n");
    }

    #[test]
    fn what_is_as_it_should_be_stays() {
        for text in
            ["a = [1,\n 2]\n", "a = <<E\n{\n,\nE\nb = 1\n", "a {\n}\n", "# x\n", "a = f(1,\n 2)\n", "a = 1\n\nb {\n}"]
        {
            assert_eq!(relaxed(text), None, "{text}");
        }
    }
}
