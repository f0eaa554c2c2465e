//! What a text becomes where a format gives some characters a meaning. The texts come in sanitised (see
//! [`crate::place::sanitize`]): without control, bidirectional and zero-width characters, but for the line ends of our own.

/// A cell of comma-separated values, as RFC 4180 has it: in quotes, quotes doubled.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, or with one of these behind white space, a tab or a line end,
/// for a formula, quotes or not; East Asian ones take the wide forms as well (OWASP, CSV Injection). What stands in the cells is
/// written by whoever wrote the repository, so such a cell begins with an apostrophe.
pub(super) fn csv(text: &str) -> String {
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let is_formula = text.trim_start().starts_with(SIGNS) || text.starts_with(['\t', '\r', '\n']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// A text of HTML, or the value of an attribute in double quotes.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A text of XML 1.0, or the value of an attribute in double quotes. Characters that XML 1.0 has no way to write (production 2,
/// `Char`) are spelt out as `\u{…}`.
pub(super) fn xml(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_char = matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // A line end in an attribute would be read as a space, and a carriage return as a line end.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            _ if is_char => out.push(c),
            _ => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
        }
    }
    out
}

/// A text of Markdown with everything escaped that would have a meaning in GitHub's Markdown or in HTML.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let (before, behind) = text.split_at(at);
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // What would make a mention or a link of its own.
            '@' => escaped.push_str("&#64;"),
            ':' if behind.starts_with("://") => escaped.push_str("&#58;"),
            '.' if before.to_ascii_lowercase().ends_with("www") => escaped.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => escaped.extend(['\\', c]),
            // What would begin a list or underline a heading.
            '-' | '+' | '=' if before.is_empty() => escaped.extend(['\\', c]),
            '.' | ')' if before.bytes().all(|b| b.is_ascii_digit()) => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A code span of Markdown, fenced by more backticks than the text holds.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{fence}{space}{text}{space}{fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_ends() {
        for (text, expected) in [
            ("a", "\"a\""),
            ("", "\"\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("@org/team", "\"'@org/team\""),
            (" +1", "\"' +1\""),
            ("-1", "\"'-1\""),
            ("\ta", "\"'\ta\""),
            ("\ra", "\"'\ra\""),
            ("＝1", "\"'＝1\""),
            ("a=b", "\"a=b\""),
        ] {
            assert_eq!(csv(text), expected);
        }
    }

    #[test]
    fn xml_holds_what_it_can_hold() {
        assert_eq!(xml("<a b=\"c\">&]]>"), "&lt;a b=&quot;c&quot;&gt;&amp;]]&gt;");
        assert_eq!(xml("a\nb\u{FFFE}\u{1}é\u{1F600}"), "a&#10;b\\u{fffe}\\u{1}é\u{1F600}");
    }

    #[test]
    fn html_has_no_tags_and_no_ends() {
        assert_eq!(html("<a href=\"x\" b='c'>&"), "&lt;a href=&quot;x&quot; b=&#39;c&#39;&gt;&amp;");
    }

    #[test]
    fn code_spans_hold_their_text() {
        assert_eq!(code("a/b.txt:3"), "`a/b.txt:3`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code(""), "");
    }

    #[test]
    fn texts_have_no_meaning() {
        assert_eq!(markdown("<b>[x](y)`*"), "&lt;b&gt;\\[x\\](y)\\`\\*");
        assert_eq!(
            markdown("1. see https://a.example, www.b.example"),
            "1\\. see https&#58;//a.example, www&#46;b.example"
        );
        assert_eq!(markdown("- a key-id (3.5)"), "\\- a key-id (3.5)");
    }
}
