//! Matches formats and patterns at one place.

use std::ops::Range;

use crate::class::Class;
use crate::rule::format::{Format, Piece};
use crate::window::Window;

/// A match: the whole, its secret part, and how many of that part's first bytes belong to the public format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenMatch {
    /// The bytes of the token, or of what the secret is written down in.
    pub span: Range<usize>,
    /// The secret part; never empty.
    pub secret: Range<usize>,
    /// Length of its public prefix.
    pub prefix: usize,
}

/// Matches `format` with its first byte at `start`, between boundaries: what goes on before or behind is not a token.
#[must_use]
pub fn match_format(format: &Format, window: &Window<'_>, start: usize) -> Option<TokenMatch> {
    if start < window.start() || !is_left_boundary(window, start) {
        return None;
    }
    let mut marks = Marks { run: None, secret: start..start };
    let end = match_pieces(format, 0, window, start, Class(0), &mut marks)?;
    let secret = if format.secret.is_some() { marks.secret } else { start..end };
    // The public prefix is what stands before the first run: of a marked secret, as far as that is inside it.
    let prefix = marks.run.unwrap_or(end).clamp(secret.start, secret.end) - secret.start;
    (!secret.is_empty()).then_some(TokenMatch { span: start..end, secret, prefix })
}

/// Where the parts of a match lie; written when the whole has matched, from its end to its beginning.
struct Marks {
    /// The beginning of the first run.
    run: Option<usize>,
    secret: Range<usize>,
}

/// Whether a token can begin at `start`: the byte before is no word character, or it ends an escape (`\n`, `%3D`).
#[must_use]
pub fn is_left_boundary(window: &Window<'_>, start: usize) -> bool {
    let Some(before) = window.before(start) else { return true };
    if before == b'%' {
        // The digits of a percent-encoded byte (RFC 3986, 2.1) are no part of what follows it.
        return !window.slice(start..start + 2).iter().all(u8::is_ascii_hexdigit);
    }
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

/// How many bytes before a token tell whether it can begin.
pub const BOUNDARY: usize = 3;

/// Whether the byte at `at` plainly goes on with what stands before it, so that no token begins there. Quicker than
/// [`is_left_boundary`], which is asked where this is false; `at` lies behind the third byte that a window shows.
#[inline]
pub fn goes_on(text: &[u8], at: usize) -> bool {
    matches!(text[..at], [.., third, second, before] if Class::WORD.contains(before) && second != b'\\' && third != b'%')
}

/// How many bytes of a format tell whether it is worth a closer look.
const GLANCE: usize = 8;

/// How much of `text` shows that `format` does not match at `start`, where its first bytes do: a few of those that a literal and the
/// run behind it must have. Quicker than [`match_format`], which is asked where there is none.
#[inline]
pub fn mismatch(format: &Format, text: &[u8], start: usize) -> Option<Range<usize>> {
    let [Piece::Literal(literal), Piece::Run { class, counts }, ..] = &*format.pieces else { return None };
    let least = counts.iter().map(|&(least, _)| usize::from(least)).min().unwrap_or(0);
    let end = start + literal.len() + least.min(GLANCE);
    let fits = |bytes: &[u8]| {
        let (first, behind) = bytes.split_at(literal.len());
        first == literal.as_bytes() && behind.iter().all(|&byte| class.contains(byte))
    };
    let is_other = !text.get(start..end).is_some_and(fits);
    // The end of the text is something one can see, too.
    is_other.then(|| start..end.min(text.len() + 1))
}

/// Whether a token whose last piece is of `class` can end before `end`.
fn is_right_boundary(window: &Window<'_>, end: usize, class: Class) -> bool {
    window.byte(end).is_none_or(|byte| !class.contains(byte) && !Class::WORD.contains(byte))
}

/// Matches the pieces from `index` on at `at`; `last` is the class of the piece before. Returns the end.
fn match_pieces(
    format: &Format,
    index: usize,
    window: &Window<'_>,
    at: usize,
    last: Class,
    marks: &mut Marks,
) -> Option<usize> {
    let Some(piece) = format.pieces.get(index) else {
        return is_right_boundary(window, at, last).then_some(at);
    };
    let mut rest = |end: usize, class: Class| {
        let whole = match_pieces(format, index + 1, window, end, class, marks)?;
        if let Some((from, to)) = format.secret {
            if index + 1 == usize::from(to) {
                marks.secret.end = end;
            }
            if index == usize::from(from) {
                marks.secret.start = at;
            }
        }
        if matches!(piece, Piece::Run { .. }) && format.secret.is_none_or(|(from, _)| index >= usize::from(from)) {
            marks.run = Some(at);
        }
        Some(whole)
    };
    match piece {
        Piece::Literal(text) => {
            let end = at + text.len();
            (window.slice(at..end) == text.as_bytes()).then(|| rest(end, Class(0))).flatten()
        }
        Piece::Choice(texts) => texts.iter().find_map(|text| {
            let end = at + text.len();
            (window.slice(at..end) == text.as_bytes()).then(|| rest(end, Class(0))).flatten()
        }),
        Piece::Run { class, counts } => {
            let longest = counts.first().map_or(0, |&(_, max)| usize::from(max));
            let run = window.run(at, *class, longest) - at;
            // Where what follows cannot begin with a character of the class, only the whole run can be right.
            let whole_only = match format.pieces.get(index + 1) {
                None => true,
                Some(Piece::Literal(text)) => text.bytes().next().is_some_and(|byte| !class.contains(byte)),
                Some(Piece::Run { class: next, counts }) => {
                    class.is_disjoint(*next) && counts.iter().all(|&(min, _)| min > 0)
                }
                Some(Piece::Choice(_)) => false,
            };
            counts.iter().find_map(|&(min, max)| {
                let (min, max) = (usize::from(min), usize::from(max).min(run));
                let min = if whole_only { min.max(run) } else { min };
                (min..=max).rev().find_map(|length| rest(at + length, *class))
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
        assert_eq!(find("{base32:6}", "%27ABCD", 1), None);
        assert_eq!(find("{base32:4}", "%27ABCD", 3), Some((3..7, 0)));
    }

    #[test]
    fn counts_choices_and_padding_backtrack() {
        assert_eq!(find("{base64:4-8}{==|=|}", "abcdef==", 0), Some((0..8, 0)));
        assert_eq!(find("k{a|ab}{hex:2|4}", "kab12", 0).map(|it| it.0), Some(0..5));
        assert_eq!(find("{base62:2}T3{base62:2}", "xyT3ab", 0), Some((0..6, 0)));
        assert_eq!(find("{base62:2}T3{base62:2}", "xyT4ab", 0), None);
    }

    #[test]
    fn what_does_not_match_at_a_glance_does_not_match() {
        let mut told = 0;
        for format in ["ab_{hex:4}", "ab_{hex:2|12-14}", "ab_{hex:0-3}{==|=|}", "ab_{hex:20}x", "{hex:4}", "ab_c"] {
            let format = Format::parse(format).expect("a good format");
            for text in [
                "ab_",
                "ab_1",
                "ab_12ef",
                "AB_12ef",
                "ab_12ef-",
                "ab_12efg",
                "ab_0123456789abcdef0123x",
                "ab_=",
                "ab_c",
            ] {
                let text = text.as_bytes();
                let Some(seen) = mismatch(&format, text, 0) else { continue };
                told += 1;
                assert_eq!(match_format(&format, &Window::new(text, 0, 1024), 0), None);
                assert!(seen.end <= text.len() + 1 && seen.len() <= 3 + GLANCE, "{seen:?}");
            }
        }
        assert!(told > 15, "{told}");
    }

    #[test]
    fn a_marked_piece_is_the_secret() {
        let find = |format: &str, text: &str| {
            let format = Format::parse(format).expect("a good format");
            let window = Window::new(text.as_bytes(), 0, 1024);
            match_format(&format, &window, 0).map(|found| (found.span, found.secret, found.prefix))
        };
        assert_eq!(find("key{blank:0-2}=\"{secret hex:2-8}\"", "key =\"12ab\";"), Some((0..11, 6..10, 0)));
        assert_eq!(find("key={secret hex:2-8}{secret ==|=|}", "key=12=="), Some((0..8, 4..8, 0)));
        assert_eq!(find("{alpha:1-9}={secret a|b}{secret _|-}{secret hex:2}", "kk=a-12"), Some((0..7, 3..7, 2)));
    }
}
