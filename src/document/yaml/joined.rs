//! Lines that the parser takes for less than they are, put so that it reads them: as many bytes, so that every offset stays what it is.
//!
//! The parser wants what goes on over lines to be indented further than its key. Within brackets and quotes nobody else does, and people close a
//! bracket where its key stands. There an end of a line is white space, so it may as well be a blank: in brackets for good, in quotes as [`END`], from which
//! the text is folded as YAML folds it. Between a colon or a dash and a value a tab is a blank, too.
//!
//! This is tried where the text does not parse as it is, and counts only if it parses then.

/// Stands in quotes for the end of a line. YAML allows no such byte in a text.
const END: char = '\u{1F}';

/// Stands for the backslash before one, which joins the lines without a blank.
const JOIN: char = '\u{1E}';

/// The text with its lines joined where brackets and quotes go over several; `None` if there is nothing to join, or what is open is never closed.
pub(super) fn joined(text: &str) -> Option<String> {
    if text.contains([END, JOIN]) {
        return None;
    }
    let mut joining = Joining { bytes: text.as_bytes(), output: text.as_bytes().to_vec() };
    let mut at = 0;
    while at < text.len() {
        at = joining.line(at)?;
    }
    // Only whole characters were covered, and by ASCII.
    let output = String::from_utf8(joining.output).ok()?;
    (output != text).then_some(output)
}

/// The text of a quoted scalar whose lines were joined.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split(END);
    out.push_str(lines.next().unwrap_or_default());
    let mut empty = 0;
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_start_matches([' ', '\t', '\r']);
        if line.is_empty() && lines.peek().is_some() {
            empty += 1;
            continue;
        }
        match out.strip_suffix(JOIN) {
            Some(before) => out.truncate(before.len()),
            None => {
                out.truncate(out.trim_end_matches([' ', '\t', '\r']).len());
                if empty == 0 {
                    out.push(' ');
                }
            }
        }
        out.extend(std::iter::repeat_n('\n', empty));
        empty = 0;
        out.push_str(line);
    }
    out
}

struct Joining<'t> {
    bytes: &'t [u8],
    output: Vec<u8>,
}

impl Joining<'_> {
    /// Goes over the line that begins at `start`, and over what begins on it; gives where the next one begins.
    fn line(&mut self, start: usize) -> Option<usize> {
        let mut at = start + self.blanks(start);
        // The column of the innermost key or dash of the line.
        let mut column = at - start;
        let mut is_token = true;
        while let Some(&byte) = self.bytes.get(at) {
            let is_apart = at == start || matches!(self.bytes[at - 1], b' ' | b'\t');
            match byte {
                b'\n' => return Some(at + 1),
                b'#' if is_apart => return Some(self.line_end(at)),
                b' ' | b'\t' => at += 1,
                b'"' | b'\'' if is_token => {
                    column = at - start;
                    at = self.quoted(at, byte)?;
                    is_token = false;
                }
                b'[' | b'{' if is_token => {
                    at = self.brackets(at)?;
                    is_token = false;
                }
                b'|' | b'>' if is_token => return Some(self.block(at, column)),
                b'-' | b'?' if is_token && self.is_blank(at + 1) => {
                    column = at - start;
                    at = self.separated(at + 1);
                }
                b'!' | b'&' if is_token => {
                    at += self.bytes[at..].iter().take_while(|it| !it.is_ascii_whitespace()).count()
                }
                b':' if self.is_blank(at + 1) => {
                    at = self.separated(at + 1);
                    is_token = true;
                }
                _ => {
                    if is_token {
                        column = at - start;
                    }
                    is_token = false;
                    at += 1;
                }
            }
        }
        Some(at)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(u8::is_ascii_whitespace)
    }

    fn blanks(&self, at: usize) -> usize {
        self.bytes[at..].iter().take_while(|byte| **byte == b' ').count()
    }

    /// Behind the end of the line.
    fn line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |length| at + length + 1)
    }

    /// Makes blanks of the tabs that begin at `at`; gives where they end.
    fn separated(&mut self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t') = self.bytes.get(at) {
            self.output[at] = b' ';
            at += 1;
        }
        at
    }

    /// Behind the quote that closes the one at `at`, its lines joined.
    fn quoted(&mut self, at: usize, quote: u8) -> Option<usize> {
        let mut at = at + 1;
        loop {
            match *self.bytes.get(at)? {
                b'\\' if quote == b'"' => {
                    let length = if self.bytes.get(at + 1) == Some(&b'\r') { 2 } else { 1 };
                    if self.bytes.get(at + length) == Some(&b'\n') {
                        self.output[at..at + length].fill(JOIN as u8);
                        self.output[at + length] = END as u8;
                    }
                    at += length + 1;
                }
                b'\'' if quote == b'\'' && self.bytes.get(at + 1) == Some(&b'\'') => at += 2,
                b'\n' => {
                    self.output[at] = END as u8;
                    if self.bytes[at - 1] == b'\r' {
                        self.output[at - 1] = b' ';
                    }
                    at += 1;
                }
                byte if byte == quote => return Some(at + 1),
                _ => at += 1,
            }
        }
    }

    /// Behind the bracket that closes the one at `at`: what lies between is one line without comments.
    fn brackets(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        let mut depth = 0usize;
        loop {
            let is_apart =
                matches!(self.bytes[at - usize::from(at > 0)], b' ' | b'\t' | b'\n' | b',' | b'[' | b'{' | b':');
            match *self.bytes.get(at)? {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                quote @ (b'"' | b'\'') if is_apart => {
                    at = self.quoted(at, quote)?;
                    continue;
                }
                b'#' if is_apart => {
                    let end = self.line_end(at);
                    self.output[at..end].fill(b' ');
                    at = end;
                    continue;
                }
                b'\n' | b'\r' | b'\t' => self.output[at] = b' ',
                _ => {}
            }
            at += 1;
        }
    }

    /// Behind the block scalar whose header stands at `at`: the lines below that are indented further than `column`.
    fn block(&self, at: usize, column: usize) -> usize {
        let mut at = self.line_end(at);
        while at < self.bytes.len() {
            let blanks = self.blanks(at);
            let is_empty = self.bytes.get(at + blanks).is_none_or(|byte| matches!(byte, b'\n' | b'\r'));
            if !is_empty && blanks <= column {
                return at;
            }
            at = self.line_end(at);
        }
        at
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::{Syntax, Value, read, walk};
    use super::*;

    /// Every string as `route = value`.
    fn values(text: &str) -> Vec<String> {
        let document = read(Syntax::Yaml, text.as_bytes()).unwrap();
        assert!(document.partial.is_none() && !document.is_template, "{text}");
        let mut found = Vec::new();
        for root in &document.roots {
            walk(root, &mut |trail, node| {
                if let Value::String(value) = &node.value {
                    assert!(value.contains([' ', '\n']) || text[node.span.clone()] == **value, "{value:?} in {text}");
                    found.push(format!("{} = {value}", trail.route()));
                }
            });
        }
        found
    }

    #[test]
    fn brackets_close_where_their_key_stands() {
        assert_eq!(
            values("a:\n  b: [\n      \"x\", # é ] \"\n      y\n  ]\n  c: z\n"),
            ["a.b[0] = x", "a.b[1] = y", "a.c = z"]
        );
        assert_eq!(values("a: {\n  b: c\n}\nd: {\"e\":\n[f,\n'g]'\n]}\n"), ["a.b = c", "d.e[0] = f", "d.e[1] = g]"]);
        assert_eq!(values("- a: [\r\n  b\r\n  ]\r\n  c: d\r\n"), ["[0].a[0] = b", "[0].c = d"]);
    }

    #[test]
    fn quotes_go_on_where_their_key_stands() {
        assert_eq!(
            values("a:\n  b: 'it''s a text\n  that goes on'\n  c: d\n"),
            ["a.b = it's a text that goes on", "a.c = d"]
        );
        assert_eq!(values("a:\n  b: \"x \\\n  y\n\n\n  z\"\n  c: d\n"), ["a.b = x y\n\nz", "a.c = d"]);
        assert_eq!(values("a:\r\n  b: 'x\r\n  y'\r\n  c: d\r\n"), ["a.b = x y", "a.c = d"]);
    }

    #[test]
    fn tabs_before_values() {
        assert_eq!(values("a:\tb\nc:\n  -\td\n  - e:\t\"f\"\n"), ["a = b", "c[0] = d", "c[1].e = f"]);
    }

    #[test]
    fn block_scalars_and_comments_stay() {
        let text = "a: [\nx\n]\nb: |\n  c: [\n  'd\n\te\nf: \"g\" # '[\nh: i'j\n";
        assert_eq!(joined(text).unwrap(), text.replacen("[\nx\n]", "[ x ]", 1));
    }

    #[test]
    fn what_is_never_closed_stays() {
        for text in ["a: [\nb: c\n", "a: 'b\n", "a: \"\\", "a: {[}]", "a: b\n", "", "\u{1F}\ta:\tb"] {
            assert!(joined(text).is_none() || read(Syntax::Yaml, text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
