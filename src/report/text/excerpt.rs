//! A line of the source, with the place underlined.
//!
//! Written here rather than by annotate-snippets (tried with 0.12.17): it lets lines with a marked span of some 70 to 150
//! columns run past the width it was given, panics on an offset inside a character, and counts the column it prints in
//! the excerpt, which is wrong for one that is cut. Once the line is cut to fit, what is left is the two lines below.

use std::fmt::Write as _;

use super::layout::{Paint, Style, WIDTH, char_width, width};
use crate::finding::Excerpt;

/// Columns before the line number.
const INDENT: usize = 4;
const SEPARATOR: &str = " | ";
const CUT: char = '…';

/// Appends the line, and under it the mark.
pub(super) fn write(out: &mut String, excerpt: &Excerpt, line: u64, style: Style, paint: Paint) {
    let number = line.to_string();
    let gutter = INDENT + number.len();
    let piece = fit(excerpt, WIDTH - gutter - SEPARATOR.len());
    let before = &piece.text[..piece.start];
    let marked = &piece.text[piece.start..piece.end];
    let behind = piece.text[piece.end..].trim_end();
    let bar = |number: &str| paint.in_style(Style::Dim, &format!("{number:>gutter$}{}", SEPARATOR.trim_end()));
    let source = format!("{} {before}{}{behind}", bar(&number), paint.in_style(style, marked));
    let mark = "^".repeat(width(marked).max(1));
    let _ = writeln!(out, "{}", source.trim_end());
    let _ = writeln!(out, "{} {:indent$}{}", bar(""), "", paint.in_style(style, &mark), indent = width(before));
}

/// Cuts the text to at most `columns` columns, keeping the marked piece and what stands around it.
fn fit(excerpt: &Excerpt, columns: usize) -> Excerpt {
    let (before, marked, behind) =
        (&excerpt.text[..excerpt.start], &excerpt.text[excerpt.start..excerpt.end], &excerpt.text[excerpt.end..]);
    // The mark of an empty span takes a column of its own.
    let marked_columns = width(marked).max(1);
    if width(before) + marked_columns + width(behind) <= columns {
        return excerpt.clone();
    }
    let marked = if marked_columns > columns / 2 {
        let half = columns / 4;
        format!("{}{CUT}{}", first_columns(marked, half), last_columns(marked, half - 1))
    } else {
        marked.to_owned()
    };
    let rest = columns - width(&marked).max(1);
    let behind_columns = width(behind).min(rest / 2).max(rest.saturating_sub(width(before))).min(width(behind));
    let before = cut_start(before, rest - behind_columns);
    let behind = cut_end(behind, rest - width(&before));
    let (start, end) = (before.len(), before.len() + marked.len());
    Excerpt { text: format!("{before}{marked}{behind}").into(), start, end }
}

fn cut_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(1) {
        Some(columns) => format!("{CUT}{}", last_columns(text, columns)),
        None => String::new(),
    }
}

fn cut_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(1) {
        Some(columns) => format!("{}{CUT}", first_columns(text, columns)),
        None => String::new(),
    }
}

fn first_columns(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|&(_, c)| {
        used += char_width(c);
        used > columns
    });
    end.map_or(text, |(at, _)| &text[..at])
}

fn last_columns(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let before = text.char_indices().rev().find(|&(_, c)| {
        used += char_width(c);
        used > columns
    });
    before.map_or(text, |(at, c)| &text[at + c.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(text: &str, start: usize, end: usize, line: u64) -> String {
        let mut out = String::new();
        let excerpt = Excerpt { text: text.into(), start, end };
        write(&mut out, &excerpt, line, Style::Strong, Paint { colour: false });
        out
    }

    #[test]
    fn the_mark_stands_under_the_place() {
        assert_eq!(drawn("key = \"****\"", 7, 11, 12), "    12 | key = \"****\"\n       |        ^^^^\n");
        assert_eq!(drawn("密 = ****", 6, 10, 3), "    3 | 密 = ****\n      |      ^^^^\n");
        assert_eq!(drawn("x:", 2, 2, 3), "    3 | x:\n      |   ^\n");
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let text = format!("{}{}{}", "a".repeat(200), "*".repeat(20), "b".repeat(200));
        let drawn = drawn(&text, 200, 220, 7);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(width(lines[0]), WIDTH);
        assert!(lines[0].contains("…aaa") && lines[0].contains("bbb…") && lines[0].contains(&"*".repeat(20)));
        assert_eq!(lines[0].find('*').map(|at| width(&lines[0][..at])), lines[1].find('^'));
    }

    proptest! {
        #[test]
        fn every_excerpt_fits(before in "[aé密*\u{301} ]{0,150}", marked in "[a*密…]{0,200}", behind in "[bé密 ]{0,150}", line in 1_u64..10_000_000) {
            let text = format!("{before}{marked}{behind}");
            let drawn = drawn(&text, before.len(), before.len() + marked.len(), line);
            prop_assert_eq!(drawn.lines().count(), 2);
            for line in drawn.lines() {
                prop_assert!(width(line) <= WIDTH, "{} columns: {line}", width(line));
            }
        }
    }
}
