//! Columns, line breaks, sizes and colours of the text report.

use unicode_width::UnicodeWidthChar as _;

use crate::finding::Severity;

/// Columns of the terminal that the report is made for.
pub(in crate::report) const WIDTH: usize = 80;

/// Columns that a text takes.
pub(in crate::report) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns that a character takes.
pub(in crate::report) fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Breaks `text` at white space into lines of at most `first` columns (the first) and `rest` columns (the others). A word
/// that is longer than a line is broken where it must be; what stands between backticks is a command to copy, and stays on
/// one line if a line can hold it.
pub(in crate::report) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in words(text, rest) {
        let limit = |lines: &Vec<String>| if lines.is_empty() { first } else { rest };
        let word_width = width(word);
        if !line.is_empty() {
            if used + 1 + word_width <= limit(&lines) {
                line.push(' ');
                line.push_str(word);
                used += 1 + word_width;
                continue;
            }
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for c in word.chars() {
            if used > 0 && used + char_width(c) > limit(&lines) {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += char_width(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of `text`, where a piece between backticks that is no wider than `most` is one word.
fn words(text: &str, most: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let whole = rest[..end].find('`').filter(|open| !rest[open + 1..end].contains('`')).and_then(|open| {
            let close = open + 1 + rest[open + 1..].find('`')? + 1;
            let end = close + rest[close..].find(char::is_whitespace).unwrap_or(rest.len() - close);
            (width(&rest[..end]) <= most && !rest[..end].contains('\n')).then_some(end)
        });
        let end = whole.unwrap_or(end);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// A size for people: `999 B`, `4.5 MB`, `80 MB`; powers of 1000.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 1000_u128;
    for (index, name) in UNITS.iter().enumerate() {
        let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
        if tenths < 100 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        let whole = (u128::from(bytes) + unit / 2) / unit;
        if whole < 1000 || index + 1 == UNITS.len() {
            return format!("{whole} {name}");
        }
        unit *= 1000;
    }
    format!("{bytes} B")
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy)]
pub(in crate::report) enum Style {
    /// Something of this severity.
    Severity(Severity),
    /// A place.
    Place,
    /// A title.
    Strong,
    /// Something that is there for machines or only for order.
    Dim,
}

impl Style {
    pub(super) fn of(severity: Severity) -> Self {
        Style::Severity(severity)
    }

    /// The parameters of the terminal's SGR sequence (ECMA-48, 8.3.117).
    fn code(self) -> &'static str {
        match self {
            Style::Severity(Severity::Critical | Severity::High) => "1;31",
            Style::Severity(Severity::Medium) => "1;33",
            Style::Severity(Severity::Low) => "1;36",
            Style::Severity(Severity::Info) => "1",
            Style::Place => "36",
            Style::Strong => "1",
            Style::Dim => "2",
        }
    }
}

/// Colours a text, or does not.
#[derive(Clone, Copy)]
pub(in crate::report) struct Paint {
    pub(in crate::report) colour: bool,
}

impl Paint {
    pub(in crate::report) fn in_style(self, style: Style, text: &str) -> String {
        if self.colour && !text.trim().is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.code())
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stays_on_one_line_where_it_fits() {
        assert_eq!(wrap("run `git fetch --all` now", 12, 20), ["run", "`git fetch --all`", "now"]);
        assert_eq!(wrap("run `git fetch --all` now", 9, 9), ["run `git", "fetch", "--all`", "now"]);
        assert_eq!(wrap("a `b` c ` d", 80, 80), ["a `b` c ` d"]);
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 999, 1000, 4_449_999, 9_949_999, 9_950_000, 80_000_000, 999_499_999, 999_500_000, u64::MAX];
        let shown: Vec<String> = sizes.into_iter().map(size).collect();
        assert_eq!(
            shown,
            ["0 B", "999 B", "1.0 kB", "4.4 MB", "9.9 MB", "10 MB", "80 MB", "999 MB", "1.0 GB", "18 EB"]
        );
    }

    #[test]
    fn lines_break_at_white_space_and_long_words_where_they_must() {
        assert_eq!(wrap("a bb ccc dddd", 4, 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(wrap("aaaaaaa b", 3, 3), ["aaa", "aaa", "a b"]);
        assert_eq!(wrap("密码密码", 5, 5), ["密码", "密码"]);
        assert_eq!(wrap(" ", 5, 5), [""]);
    }
}
