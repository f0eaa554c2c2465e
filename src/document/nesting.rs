//! How deeply brackets nest, found out without recursion, before a parser that recurses sees the text.
//!
//! Brackets in strings and comments are text, so the strings and comments have to be told from the rest, each language's by its
//! own marks. Where a template puts an expression into a string of HCL, brackets count again. A string that its line has to end
//! costs at most that line, and one that nothing ends is an error to the parser as well.

/// What ends a run of text in which brackets do not count.
#[derive(Debug)]
pub(super) struct Grammar {
    /// Quotes, longer ones first.
    quotes: &'static [Quote],
    /// What begins a comment to the end of the line.
    comments: &'static [&'static [u8]],
    /// Whether `/*` begins a comment.
    has_blocks: bool,
    /// Whether strings hold expressions (`${…}`), and there are here documents (`<<MARK`).
    has_templates: bool,
}

#[derive(Debug)]
struct Quote {
    mark: &'static [u8],
    has_escapes: bool,
    has_lines: bool,
}

const DOUBLE: Quote = Quote { mark: b"\"", has_escapes: true, has_lines: false };

pub(super) static JSON: Grammar = Grammar {
    quotes: &[DOUBLE, Quote { mark: b"'", has_escapes: true, has_lines: false }],
    comments: &[b"//"],
    has_blocks: true,
    has_templates: false,
};

pub(super) static TOML: Grammar = Grammar {
    quotes: &[
        Quote { mark: b"\"\"\"", has_escapes: true, has_lines: true },
        Quote { mark: b"'''", has_escapes: false, has_lines: true },
        DOUBLE,
        Quote { mark: b"'", has_escapes: false, has_lines: false },
    ],
    comments: &[b"#"],
    has_blocks: false,
    has_templates: false,
};

pub(super) static HCL: Grammar =
    Grammar { quotes: &[DOUBLE], comments: &[b"#", b"//"], has_blocks: true, has_templates: true };

/// The offset at which brackets nest more than `limit` levels deep.
pub(super) fn deeper_than(text: &str, limit: usize, grammar: &Grammar) -> Option<usize> {
    Scan { bytes: text.as_bytes(), at: 0, depth: 0, limit, grammar, around: Vec::new() }.code()
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    limit: usize,
    grammar: &'t Grammar,
    /// The texts around the expression, each with the depth at which it goes on.
    around: Vec<(usize, Text<'t>)>,
}

#[derive(Clone, Copy)]
enum Text<'t> {
    Quoted(&'t Quote),
    /// A here document that ends with this mark.
    Here(&'t [u8]),
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    fn code(mut self) -> Option<usize> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'[' | b'{' | b'(' => {
                    self.depth += 1;
                    if self.depth > self.limit {
                        return Some(self.at);
                    }
                }
                b']' | b'}' | b')' => {
                    self.depth = self.depth.saturating_sub(1);
                    if let Some((_, text)) = self.around.pop_if(|(depth, _)| *depth == self.depth) {
                        self.at += 1;
                        self.text(text);
                        continue;
                    }
                }
                b'"' | b'\'' | b'#' | b'/' | b'<' if self.skip() => continue,
                _ => {}
            }
            self.at += 1;
        }
        None
    }

    /// Passes over a comment or a text that begins here. Returns whether one did.
    fn skip(&mut self) -> bool {
        let (rest, grammar) = (self.rest(), self.grammar);
        if grammar.comments.iter().any(|mark| rest.starts_with(mark)) {
            self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        } else if grammar.has_blocks && rest.starts_with(b"/*") {
            self.at += memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4);
        } else if let Some(quote) = grammar.quotes.iter().find(|quote| rest.starts_with(quote.mark)) {
            self.at += quote.mark.len();
            self.text(Text::Quoted(quote));
        } else if let Some(mark) = here_mark(rest).filter(|_| grammar.has_templates) {
            self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            self.text(Text::Here(mark));
        } else {
            return false;
        }
        true
    }

    /// Passes over a text, to its end or to the expression in it.
    fn text(&mut self, text: Text<'t>) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let rest = self.rest();
            match text {
                Text::Quoted(quote) if rest.starts_with(quote.mark) => {
                    self.at += quote.mark.len();
                    return;
                }
                Text::Quoted(quote) if byte == b'\\' && quote.has_escapes => {
                    self.at += 2;
                    continue;
                }
                Text::Quoted(quote) if byte == b'\n' && !quote.has_lines => return,
                Text::Here(mark) if self.at == 0 || self.bytes[self.at - 1] == b'\n' => {
                    let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                    if rest[indent..].starts_with(mark) {
                        self.at += indent + mark.len();
                        return;
                    }
                }
                _ => {}
            }
            if self.grammar.has_templates && matches!(byte, b'$' | b'%') {
                match rest.get(1..3) {
                    Some(escaped) if *escaped == [byte, b'{'] => {
                        self.at += 3;
                        continue;
                    }
                    _ if rest.get(1) == Some(&b'{') => {
                        // The brace itself is counted where the expression is.
                        self.at += 1;
                        self.around.push((self.depth, text));
                        return;
                    }
                    _ => {}
                }
            }
            self.at += 1;
        }
    }
}

/// The mark of a here document that begins here.
pub(super) fn here_mark(rest: &[u8]) -> Option<&[u8]> {
    let mark = rest.strip_prefix(b"<<")?;
    let mark = mark.strip_prefix(b"-").unwrap_or(mark);
    let end = mark.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(mark.len());
    Some(&mark[..end]).filter(|mark| !mark.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(deeper_than(r#"["[[[[", "\"[[["]"#, 2, &JSON), None);
        assert_eq!(deeper_than("[[\n[", 2, &JSON), Some(3));
        assert_eq!(deeper_than("[][][]", 1, &JSON), None);
        assert_eq!(deeper_than("{a: '[[[', /* [[[ */ b: 1} // [[[", 1, &JSON), None);
        assert_eq!(
            deeper_than("a = '''[[[\n[[['''\nb = \"\"\"[[[\n\\\"\"\"[[[\"\"\"\nc = '[[[\\' # [[[", 0, &TOML),
            None
        );
        assert_eq!(deeper_than("a = '[' \nb = [[[", 2, &TOML), Some(15));
        assert_eq!(deeper_than("# ((\n// ((\n/* (( */ a = <<-END\n  ((( }\n  END\nb = \"((\"", 0, &HCL), None);
    }

    #[test]
    fn brackets_in_the_expressions_of_a_template_count() {
        assert_eq!(deeper_than("a = \"x${f(\"#\", [[\"", 2, &HCL), Some(15));
        assert_eq!(deeper_than("a = \"$${((((\"\nb = \"${f(\"(((\")}((((\"", 2, &HCL), None);
        assert_eq!(deeper_than("a = <<END\n%{ if f([[", 2, &HCL), Some(18));
        assert_eq!(deeper_than("a = <<END\n${x} (((\nEND\nb = ((", 1, &HCL), Some(28));
    }

    #[test]
    fn a_stray_quote_hides_one_line_only() {
        assert_eq!(deeper_than("\" [[[\n[[[", 2, &JSON), Some(8));
    }
}
