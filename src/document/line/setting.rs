//! Values without quotes in files of settings, where each stands on a line of its own behind its name.
//!
//! Elsewhere `&`, `<`, a quote or a backslash separates what stands side by side in a URL, in markup, in a string. Behind a key
//! that begins its line they belong to the value, unless something is separated indeed: a password cut at one of them is
//! reported wrong, and the rest of it shown.

use std::ops::Range;

use super::value::without_punctuation;
use super::{VALUE_MAX, context};
use crate::class::Class;
use crate::window::Window;

const LETTER: Class = Class::of("A-Za-z");
/// The shortest beginnings of values that may go on behind a space, and behind a quote.
const BEGINNING: usize = 4;
const BEFORE_QUOTE: usize = 3;
/// The longest rest of such a value.
const REST: usize = 100;

/// Whether `name=` stands behind a separator, as in connection strings: `Password=…;Database=…`.
pub fn follows(window: &Window<'_>, at: usize) -> bool {
    let end = window.run(at, Class::of("A-Za-z0-9_. -"), 40);
    end > at && window.byte(end) == Some(b'=') && window.byte(at).is_some_and(|byte| !byte.is_ascii_digit())
}

/// The whole of the value that begins at `start` and of which `range` is what stands before anything that could separate.
/// None if it has no end within reach.
pub fn whole(window: &Window<'_>, key: usize, start: usize, range: Range<usize>) -> Option<Range<usize>> {
    let blank = |byte: u8| byte <= b' ';
    // Most values end where the line does; only the others are worth a look at what stands before the key.
    let next = window.byte(range.end);
    if next.is_none_or(|byte| blank(byte) && byte != b' ') || !context::begins_line(window, key) {
        return Some(range);
    }
    let look = window.slice(start..start + VALUE_MAX + 1);
    let length = (0..look.len()).find(|&at| ends(window, start, start + at)).unwrap_or(look.len());
    if length > VALUE_MAX {
        return None;
    }
    let range = start..start + without_punctuation(&look[..length]);
    Some(with_words(window, key, start, &range).unwrap_or(range))
}

/// Whether the value that begins at `start` ends before `at`.
fn ends(window: &Window<'_>, start: usize, at: usize) -> bool {
    let Some(byte) = window.byte(at) else { return true };
    if byte <= b' ' {
        return true;
    }
    let next = window.byte(at + 1).unwrap_or(b'\n');
    let is_word_before = |end: u8| {
        let word = window.run(at + 1, LETTER, 20);
        word > at + 1 && window.byte(word) == Some(end)
    };
    match byte {
        // Names have no digits here: `a;b7=` is a password more likely than a setting.
        b';' | b',' => {
            let name = window.run(at + 1, Class::of("A-Za-z_. -"), 40);
            name > at + 1 && window.byte(name) == Some(b'=')
        }
        b'&' => next == b'#' || is_word_before(b'=') || is_word_before(b';'),
        b'<' => matches!(next, b'/' | b'!') || [b'>', b' ', b'/'].into_iter().any(is_word_before),
        b'>' => next <= b' ',
        b'\\' => next <= b' ' || matches!(next, b'n' | b'r' | b't' | b'"' | b'\'' | b'`'),
        b'"' | b'\'' | b'`' => {
            at < start + BEFORE_QUOTE
                || matches!(window.before(at), Some(b'[' | b'(' | b'{' | b'=' | b',' | b'+'))
                || next <= b' '
                || matches!(next, b',' | b';' | b':' | b')' | b']' | b'}' | b'>')
        }
        _ => false,
    }
}

/// The value with the words behind it, as a line of YAML or of properties gives it to its end or to a comment. Words of
/// prose are no part of it, nor is the command behind a variable of a shell.
fn with_words(window: &Window<'_>, key: usize, start: usize, value: &Range<usize>) -> Option<Range<usize>> {
    let is_spaced = window.before(start) == Some(b' ') || window.slice(key..start).contains(&b'.');
    if value.len() < BEGINNING || window.byte(value.end) != Some(b' ') || !is_spaced {
        return None;
    }
    let rest = window.slice(value.end..value.end + REST + 1);
    let rest = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
    let comment = [b" #" as &[u8], b" ;", b" //", b" --"].iter().filter_map(|it| memchr::memmem::find(rest, it)).min();
    let rest = rest[..comment.unwrap_or(rest.len())].trim_ascii_end();
    let mut words = rest.split(|&byte| byte == b' ').skip(1);
    let goes_on = rest.len() <= REST
        && words.clone().all(|word| !word.is_empty() && !word.iter().any(|byte| b"=\"'`()[]{}<>|\\,".contains(byte)))
        && words.any(is_mixed);
    goes_on.then(|| value.start..value.end + rest.len())
}

/// Whether a word is none of prose: letters, and digits or punctuation that does not end it.
fn is_mixed(word: &[u8]) -> bool {
    let Some((last, before)) = word.split_last() else { return false };
    word.iter().any(u8::is_ascii_alphabetic)
        && (last.is_ascii_digit() || before.iter().any(|byte| !byte.is_ascii_alphabetic() && *byte != b'\''))
}

/// What stands behind a value on its line and may be the rest of it; none if it is clearly something else.
#[must_use]
pub fn rest_of_line<'t>(before_key: &[u8], between: &[u8], behind: &'t [u8]) -> Option<&'t [u8]> {
    let rest = behind.strip_prefix(b" ")?;
    let may_go_on =
        between.ends_with(b" ") || between.contains(&b'.') || rest.split(|&byte| byte == b' ').any(is_mixed);
    let is_comment = [b"#" as &[u8], b";", b"//", b"--", b"\\"].iter().any(|mark| rest.starts_with(mark));
    (may_go_on && !is_comment && context::opens_line(before_key) && !rest.trim_ascii().is_empty()).then_some(rest)
}
