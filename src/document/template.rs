//! Templates of YAML that nothing has rendered yet: Helm's and other Go templates, Jinja, ERB, Terraform's directives.
//!
//! A template is read as YAML with its actions covered by harmless bytes, as many as there were, so that every offset
//! stays what it is. A line of actions alone becomes empty lines: blanks would count as the indentation of a block scalar,
//! empty lines count nowhere. An action inside a value or key becomes a word. Whatever overlaps a covered range is then
//! unknown to the reader, and everything else is what it says.
//!
//! Rejected: rendering. The values that a chart is installed with stand somewhere else.

mod actions;
pub(super) mod lines;

use std::ops::Range;

use actions::{Action, Scanner};

/// A template whose actions are covered.
pub(super) struct Mask {
    /// The covered text: as many bytes as the original's, and its line ends outside of actions.
    pub(super) text: String,
    /// What is covered, in the order of the text.
    actions: Vec<Covered>,
}

/// One action, and the place it stands in.
#[derive(Clone)]
struct Covered {
    range: Range<usize>,
    /// Whether its line holds nothing but actions.
    is_alone: bool,
    /// Whether it may put text in, as opposed to conditions, loops and comments.
    inserts: bool,
    /// Whether what it puts in are lines of their own, not a part of a key or a value.
    is_of_lines: bool,
    /// How far the text that it puts in is indented, as far as that is to be seen.
    indent: usize,
    /// Whether it says itself how far: `nindent 4`.
    says_indent: bool,
}

/// Where a map stands, for who asks whether an action adds to it.
pub(super) struct Extent {
    /// Behind the key or the item before it.
    pub(super) from: usize,
    /// Its own bytes.
    pub(super) own: Range<usize>,
    /// What comes next.
    pub(super) until: usize,
    /// The column of its keys.
    pub(super) column: usize,
}

/// Covers the actions of a template; `None` if there are none. `${{ … }}` alone makes no template: workflows have it.
pub(super) fn mask(text: &str) -> Option<Mask> {
    let bytes = text.as_bytes();
    let mut covering = Covering { bytes, output: bytes.to_vec(), covered: Vec::new() };
    let mut scanner = Scanner::new(text);
    let mut is_template = false;
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mut actions = Vec::new();
        let mut other = None;
        while let Some(&byte) = bytes.get(at).filter(|byte| **byte != b'\n') {
            match if matches!(byte, b'{' | b'<' | b'%') { scanner.action(at) } else { None } {
                Some(action) => {
                    is_template |= at == 0 || bytes[at - 1] != b'$';
                    at = action.range.end;
                    actions.push(action);
                }
                None => {
                    if other.is_none() && !byte.is_ascii_whitespace() {
                        other = Some(at);
                    }
                    at += 1;
                }
            }
        }
        covering.line(start..at, actions, other);
        at += 1;
    }
    if !is_template {
        return None;
    }
    // Only whole characters are covered, and by ASCII.
    let text = String::from_utf8(covering.output).ok()?;
    Some(Mask { text, actions: covering.covered })
}

struct Covering<'t> {
    bytes: &'t [u8],
    output: Vec<u8>,
    covered: Vec<Covered>,
}

impl Covering<'_> {
    /// Covers the actions of one line, which goes on over the line ends inside of actions. `other` is the first byte
    /// outside of them.
    fn line(&mut self, line: Range<usize>, actions: Vec<Action>, other: Option<usize>) {
        let (Some(first), Some(last)) = (actions.first(), actions.last()) else { return };
        let is_comment =
            |at: usize| at > first.range.end && self.bytes[at] == b'#' && self.bytes[at - 1].is_ascii_whitespace();
        let is_alone = other.is_none_or(is_comment);
        let column = first.range.start - line.start;
        let mut of_lines = if is_alone { 0 } else { actions.len() };
        if is_alone {
            let end = if self.bytes[line.clone()].ends_with(b"\r") { line.end - 1 } else { line.end };
            self.output[line.start..end].fill(b'\n');
        } else {
            // The actions that the line ends with, and what stands before them.
            let behind = self.bytes[last.range.end..line.end].trim_ascii();
            let mut run = actions.len();
            if behind.is_empty() || behind[0] == b'#' {
                run -= 1;
                while run > 0 && is_blank(&self.bytes[actions[run - 1].range.end..actions[run].range.start]) {
                    run -= 1;
                }
            }
            for (number, action) in actions.iter().enumerate() {
                if number == run {
                    let head = self.output[line.start..action.range.start].trim_ascii();
                    if goes_on_below(head, &actions[run..]) {
                        for action in &actions[run..] {
                            self.output[action.range.clone()].fill(b' ');
                        }
                        of_lines = run;
                        break;
                    }
                }
                self.output[action.range.clone()].fill(b'x');
            }
        }
        self.covered.extend(actions.into_iter().enumerate().map(|(number, action)| Covered {
            is_alone,
            inserts: !action.is_control,
            is_of_lines: number >= of_lines,
            indent: action.indent.unwrap_or(column),
            says_indent: action.indent.is_some(),
            range: action.range,
        }));
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// Whether the actions at the end of a line are no value of what stands before them, but begin something on the lines
/// below or end something from above.
fn goes_on_below(head: &[u8], run: &[Action]) -> bool {
    let is_control = run.iter().all(|action| action.is_control);
    let starts_lines = is_control || run.iter().any(|action| action.indent.is_some());
    let is_dash = head == b"-" || head.ends_with(b" -");
    let is_closed = head.last().is_some_and(|last| match last {
        quote @ (b'"' | b'\'') => head.iter().filter(|byte| *byte == quote).count() % 2 == 0,
        _ => matches!(last, b']' | b'}'),
    });
    is_block_header(head) || (starts_lines && (head.ends_with(b":") || is_dash)) || (is_control && is_closed)
}

/// Whether a block scalar begins behind this: `key: |-`.
fn is_block_header(head: &[u8]) -> bool {
    let length = head.iter().rev().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-')).count();
    let head = &head[..head.len() - length];
    match head.split_last() {
        Some((b'|' | b'>', before)) => before.ends_with(b": ") || before.ends_with(b"- ") || before.is_empty(),
        _ => false,
    }
}

impl Mask {
    /// What it is for a part of the text.
    pub(super) fn part(&self, range: Range<usize>) -> Mask {
        let first = self.actions.partition_point(|action| action.range.start < range.start);
        let within = self.actions[first..].iter().take_while(|action| action.range.end <= range.end);
        let moved = |action: &Covered| Covered {
            range: action.range.start - range.start..action.range.end - range.start,
            ..*action
        };
        Mask { text: self.text[range.clone()].to_owned(), actions: within.map(moved).collect() }
    }

    /// Whether the range overlaps an action.
    pub(super) fn covers(&self, span: &Range<usize>) -> bool {
        let first = self.actions.partition_point(|action| action.range.end <= span.start);
        self.actions.get(first).is_some_and(|action| action.range.start < span.end)
    }

    /// Whether an action may add entries to a block map. What a condition or a loop goes around stands here, so those add none. `is_value` tells
    /// whether a place is one of a text within the map.
    ///
    /// The indentation of what is put in says which of the maps around it grows. Without a number and at the margin it says nothing, since the text may
    /// bring its own.
    pub(super) fn adds_to(&self, map: &Extent, is_value: impl Fn(usize) -> bool) -> bool {
        let first = self.actions.partition_point(|action| action.range.end <= map.from);
        let within = self.actions[first..].iter().take_while(|action| action.range.start < map.until);
        within.filter(|action| action.inserts && action.is_of_lines).any(|action| {
            let fits = action.indent == map.column
                || action.indent == 0 && !action.says_indent
                || action.indent < map.column && map.own.contains(&action.range.start);
            fits && !is_value(action.range.start)
        })
    }

    /// Where a block scalar ends whose last own line ends at `end`, with the lines that actions directly below add to it.
    pub(super) fn block_end(&self, original: &str, end: usize, indent: usize) -> usize {
        let mut block_end = end;
        let mut at = end;
        let first = self.actions.partition_point(|action| action.range.start < end);
        for action in &self.actions[first..] {
            if !action.is_alone || !is_blank(&original.as_bytes()[at..action.range.start]) {
                break;
            }
            if action.inserts && action.indent >= indent {
                block_end = action.range.end;
            }
            at = action.range.end;
        }
        block_end
    }

    /// The actions that stand where a value is missing, which begins behind `from`.
    pub(super) fn in_place_of(&self, original: &str, from: usize) -> Option<Range<usize>> {
        let bytes = original.as_bytes();
        let first = self.actions.partition_point(|action| action.range.start < from);
        let mut actions = self.actions[first..].iter();
        let mut range = actions.next()?.range.clone();
        // Between a key and its value: quotes, a colon, a dash, the header of a block scalar, comments.
        let mut at = from;
        while at < range.start {
            match bytes[at] {
                b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found),
                b'"' | b'\'' | b':' | b'-' | b'|' | b'>' | b'+' | b'0'..=b'9' => at += 1,
                byte if byte.is_ascii_whitespace() => at += 1,
                _ => return None,
            }
        }
        if at > range.start {
            return None;
        }
        for action in actions {
            if !action.is_alone || !is_blank(&bytes[range.end..action.range.start]) {
                break;
            }
            range.end = action.range.end;
        }
        Some(range)
    }
}

#[cfg(test)]
mod tests;
