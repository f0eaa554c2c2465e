//! Matches formats and patterns at one place.

use std::ops::Range;

use super::window::Window;
use crate::rule::format::{Class, Format, Piece};

/// A match: the whole, and how many of its first bytes belong to the public format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMatch {
    /// The bytes of the token.
    pub span: Range<usize>,
    /// Length of the public prefix.
    pub prefix: usize,
}

/// Matches `format` with its first byte at `start`, between boundaries: what goes on before or behind is not a token.
#[must_use]
pub fn match_format(format: &Format, window: &Window<'_>, start: usize) -> Option<TokenMatch> {
    if start < window.start() || !is_left_boundary(window, start) {
        return None;
    }
    let mut prefix = None;
    let end = match_pieces(&format.pieces, window, start, Class(0), &mut prefix)?;
    let prefix = prefix.unwrap_or(end).min(end) - start;
    Some(TokenMatch { span: start..end, prefix })
}

/// Whether a token can begin at `start`: the byte before is no word character, or it ends an escape (`\n`, `%3D`).
#[must_use]
pub fn is_left_boundary(window: &Window<'_>, start: usize) -> bool {
    let Some(before) = window.before(start) else { return true };
    if !Class::WORD.contains(before) {
        return true;
    }
    let second = start.checked_sub(2).and_then(|at| window.byte(at));
    if matches!(before, b'n' | b'r' | b't') && second == Some(b'\\') {
        return true;
    }
    let third = start.checked_sub(3).and_then(|at| window.byte(at));
    before.is_ascii_hexdigit() && second.is_some_and(|byte| byte.is_ascii_hexdigit()) && third == Some(b'%')
}

/// Whether a token whose last piece is of `class` can end before `end`.
fn is_right_boundary(window: &Window<'_>, end: usize, class: Class) -> bool {
    window.byte(end).is_none_or(|byte| !class.contains(byte) && !Class::WORD.contains(byte))
}

fn match_pieces(
    pieces: &[Piece],
    window: &Window<'_>,
    at: usize,
    last: Class,
    prefix: &mut Option<usize>,
) -> Option<usize> {
    let Some((piece, rest)) = pieces.split_first() else {
        return is_right_boundary(window, at, last).then_some(at);
    };
    match piece {
        Piece::Literal(text) => {
            let end = at + text.len();
            (window.slice(at..end) == text.as_bytes())
                .then(|| match_pieces(rest, window, end, Class(0), prefix))
                .flatten()
        }
        Piece::Choice(texts) => texts.iter().find_map(|text| {
            let end = at + text.len();
            (window.slice(at..end) == text.as_bytes())
                .then(|| match_pieces(rest, window, end, Class(0), prefix))
                .flatten()
        }),
        Piece::Run { class, counts } => {
            prefix.get_or_insert(at);
            let longest = counts.first().map_or(0, |&(_, max)| usize::from(max));
            let run = window.run(at, *class, longest) - at;
            // Where what follows cannot begin with a character of the class, only the whole run can be right.
            let whole_only = match rest.first() {
                None => true,
                Some(Piece::Literal(text)) => text.bytes().next().is_some_and(|byte| !class.contains(byte)),
                Some(Piece::Choice(_) | Piece::Run { .. }) => false,
            };
            counts.iter().find_map(|&(min, max)| {
                let (min, max) = (usize::from(min), usize::from(max).min(run));
                let min = if whole_only { min.max(run) } else { min };
                (min..=max).rev().find_map(|length| match_pieces(rest, window, at + length, *class, prefix))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(format: &str, text: &str, start: usize) -> Option<(Range<usize>, usize)> {
        let format = Format::parse(format).expect("a good format");
        let window = Window::new(text.as_bytes(), start, 1024);
        match_format(&format, &window, start).map(|found| (found.span, found.prefix))
    }

    #[test]
    fn a_token_ends_where_its_class_and_the_word_end() {
        assert_eq!(find("ab_{hex:4}", "ab_12ef", 0), Some((0..7, 3)));
        assert_eq!(find("ab_{hex:4}", "x ab_12ef.", 2), Some((2..9, 3)));
        assert_eq!(find("ab_{hex:4}", "ab_12ef0", 0), None);
        assert_eq!(find("ab_{hex:4}", "ab_12efg", 0), None);
        assert_eq!(find("ab_{hex:4}", "xab_12ef", 1), None);
        assert_eq!(find("ab_{hex:4}", "\\nab_12ef", 2), Some((2..9, 3)));
        assert_eq!(find("ab_{hex:4}", "%3Dab_12ef", 3), Some((3..10, 3)));
    }

    #[test]
    fn counts_choices_and_padding_backtrack() {
        assert_eq!(find("{base64:4-8}{==|=|}", "abcdef==", 0), Some((0..8, 0)));
        assert_eq!(find("k{a|ab}{hex:2|4}", "kab12", 0).map(|it| it.0), Some(0..5));
        assert_eq!(find("{base62:2}T3{base62:2}", "xyT3ab", 0), Some((0..6, 0)));
        assert_eq!(find("{base62:2}T3{base62:2}", "xyT4ab", 0), None);
    }
}
