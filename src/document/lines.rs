//! The lines of a text as byte ranges, for the readers of formats that are read line by line.

use std::ops::Range;

/// The lines of a text from an offset on, each without its line end (`\n` or `\r\n`).
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, from: usize) -> Self {
        Self { text, at: from }
    }

    /// Where the next line begins.
    pub(super) fn offset(&self) -> usize {
        self.at
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |found| start + found);
        self.at = end + 1;
        let has_return = end > start && bytes[end - 1] == b'\r';
        Some(start..end - usize::from(has_return))
    }
}

/// The range without the white space at both of its ends.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let raw = text.get(range.clone()).unwrap_or_default();
    let start = range.start + raw.len() - raw.trim_start().len();
    start..start + raw.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_left_out() {
        let text = "a\r\n\n é \r\nz";
        let lines: Vec<&str> = Lines::new(text, 0).map(|line| &text[line]).collect();
        assert_eq!(lines, ["a", "", " é ", "z"]);
        assert_eq!(Lines::new("", 0).count(), 0);
        assert_eq!(trimmed(" é ", 0..4), 1..3);
        assert_eq!(trimmed("   ", 1..3), 3..3);
    }
}
