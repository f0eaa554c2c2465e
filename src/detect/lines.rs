//! Small files that hold a credential on each line and no literal that one could search for: `host:port:db:user:password`.
//!
//! Such a form is too plain to be looked for at every line of every text. What tells such a file from others, beside its
//! name, which detection does not see, is that its first line has the form already: one look at the beginning of a text
//! settles almost all of them, and only what goes on as it begins is read line by line. Such files are small, so only
//! their beginning is read ([`LINES_MOST`]): a list of a million digests costs no more than a short one. The name is for
//! judgement to know, as for every rule with `files`. The way rejected: to read these lines only when the name says so; a
//! blob of the history has its names only when the blobs have been searched.

use std::ops::Range;

use super::token::match_format;
use super::{Candidate, Detector, LOOK_LONG};
use crate::rule::format::Format;
use crate::rule::model::{Form, Rule};
use crate::rule::set::RuleIndex;
use crate::window::Window;

/// A byte order mark belongs to no line.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

/// How many bytes of a text are read by lines.
pub const LINES_MOST: usize = 64 * 1024;

impl Detector {
    /// Adds the candidates of the rules for lines to `out`: those of the lines that begin in `own`. `head` is the beginning
    /// of the whole text that `text` is or is a part of, `all` says that it is all of it.
    pub fn detect_lines(&self, text: &[u8], own: Range<usize>, head: &[u8], all: bool, out: &mut Vec<Candidate>) {
        for &index in self.anchors.lines.iter() {
            let rule = self.rules.get(index);
            if first_line(head, all).is_some_and(|line| read(index, rule, head, &line).is_some()) {
                lines(text, own.clone()).for_each(|line| out.extend(read(index, rule, text, &line)));
            }
        }
    }
}

/// The first line that is neither empty nor a comment, if `head` shows its end.
fn first_line(head: &[u8], all: bool) -> Option<Range<usize>> {
    lines(head, 0..head.len()).next().filter(|line| all || head.get(line.end).is_some())
}

/// The lines that begin in `own` and are neither empty nor a comment, without their ends.
fn lines(text: &[u8], own: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    // The beginning of a part lies on a line that began before it.
    let first = match own.start.checked_sub(1).and_then(|before| text.get(before)) {
        None if text.starts_with(MARK) => MARK.len(),
        None | Some(b'\n') => own.start,
        Some(_) => memchr::memchr(b'\n', &text[own.start..]).map_or(text.len(), |at| own.start + at + 1),
    };
    let mut next = first;
    std::iter::from_fn(move || {
        while next < own.end.min(text.len()) {
            let start = next;
            let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
            next = end + 1;
            let line = text[start..end].strip_suffix(b"\r").unwrap_or(&text[start..end]);
            if !line.is_empty() && line[0] != b'#' {
                return Some(start..start + line.len());
            }
        }
        None
    })
}

/// The line, if it has the rule's form from end to end.
fn read(index: RuleIndex, rule: &Rule, text: &[u8], line: &Range<usize>) -> Option<Candidate> {
    let Form::Line(format) = &rule.form else { return None };
    let format: &Format = format;
    let window = Window::new(text, line.start, LOOK_LONG);
    let found = match_format(format, &window, line.start).filter(|found| found.span.end == line.end)?;
    rule.admits(&text[found.secret.clone()]).then(|| Candidate::of_token(index, found, &window))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::set::RuleSet;

    fn found(text: &str, own: Range<usize>) -> Vec<&str> {
        let detector = Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
        let mut out = Vec::new();
        detector.detect_lines(text.as_bytes(), own, text.as_bytes(), true, &mut out);
        out.into_iter().map(|candidate| &text[candidate.value]).collect()
    }

    #[test]
    fn the_first_line_decides_and_each_is_read_where_it_begins() {
        let text = "# a\r\n\r\nh:1:d:u:one\r\nnothing\nh:*:d:u:two";
        assert_eq!(found(text, 0..text.len()), ["one", "two"]);
        assert_eq!(found(text, 8..text.len()), ["two"]);
        assert_eq!(found(text, 7..9), ["one"]);
        assert_eq!(found(&format!("x\n{text}"), 0..99), [] as [&str; 0]);
        assert_eq!(found(&format!("\u{FEFF}{text}"), 0..99), ["one", "two"]);
        assert_eq!(found("", 0..0), [] as [&str; 0]);
    }

    #[test]
    fn a_first_line_without_its_end_decides_nothing() {
        assert_eq!(first_line(b"# a\nabc", false), None);
        assert_eq!(first_line(b"# a\nabc", true), Some(4..7));
        assert_eq!(first_line(b"# a\nabc\r\n", false), Some(4..7));
    }
}
