//! The line of an instruction, put together from the lines of the file.
//!
//! A line goes on behind the escape character at its end; blank lines and comments between are left out, as the builder
//! leaves them out. The text of the whole is read as one, and every offset in it leads back into the file.

use std::ops::Range;

use super::super::lines::Lines;

pub(super) struct Logical {
    /// The line as one.
    pub text: String,
    /// Offsets in `text`, each with the offset in the file from which the bytes there were taken.
    pieces: Vec<(usize, usize)>,
}

impl Logical {
    /// The line that begins at `first`, with those that go on with it taken from `lines`.
    pub(super) fn gather(text: &str, first: Range<usize>, lines: &mut Lines<'_>, escape: char) -> Self {
        let mut logical = Self { text: String::new(), pieces: Vec::new() };
        let mut line = first;
        loop {
            let raw = text[line.clone()].trim_end_matches([' ', '\t']);
            let (piece, goes_on) = raw.strip_suffix(escape).map_or((raw, false), |piece| (piece, true));
            logical.pieces.push((logical.text.len(), line.start));
            logical.text.push_str(piece);
            if !goes_on {
                return logical;
            }
            let is_left_out = |line: &Range<usize>| {
                let content = text[line.clone()].trim_start();
                content.is_empty() || content.starts_with('#')
            };
            match lines.by_ref().find(|line| !is_left_out(line)) {
                Some(next) => line = next,
                None => return logical,
            }
        }
    }

    fn original(&self, at: usize) -> usize {
        let number = self.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.pieces.get(number).map_or(at, |(start, file)| file + at - start)
    }

    /// Where a part of the line stands in the file.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            // Behind the byte before it, which may be the last of its piece.
            let at = range.start.checked_sub(1).map_or_else(|| self.original(0), |before| self.original(before) + 1);
            return at..at;
        }
        self.original(range.start)..self.original(range.end - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back() {
        let text = "RUN é \\ \n# note\n\n  b \\\n c\nnext";
        let mut lines = Lines::new(text, 0);
        let first = lines.next().unwrap_or_default();
        let logical = Logical::gather(text, first, &mut lines, '\\');
        assert_eq!(logical.text, "RUN é   b  c");
        assert_eq!(&text[logical.span(&(4..logical.text.len()))], "é \\ \n# note\n\n  b \\\n c");
        let at = logical.text.find('b').unwrap_or_default();
        assert_eq!(&text[logical.span(&(at..at + 1))], "b");
        assert_eq!(lines.next().map(|line| &text[line]), Some("next"));
    }
}
