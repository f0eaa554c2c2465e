//! The key around a word.

use std::ops::Range;

use super::operator::EQUALS;
use crate::class::Class;
use crate::window::Window;

/// What key names are made of.
const KEY: Class = Class::of("A-Za-z0-9_.-");
/// The longest piece of a key to either side of the word.
const KEY_MAX: usize = 64;

/// The key that the word at `word` is one of the words of. None where it is not, or where the key goes on behind a dot: of
/// `password.length` or `token.encode(…)` the last segment says what the value is.
pub fn around(window: &Window<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    if !is_word_of_key(window, word) {
        return None;
    }
    let end = window.run(word.end, KEY, KEY_MAX);
    let called = end.saturating_sub(EQUALS.len() - 1).max(word.end);
    let is_compared = window.slice(called..called + EQUALS.len()) == EQUALS;
    let end = if is_compared { called } else { end };
    let end = end - window.slice(word.end..end).iter().rev().take_while(|&&byte| matches!(byte, b'.' | b'-')).count();
    if window.slice(word.end..end).contains(&b'.') {
        return None;
    }
    // Dismissed by the next byte: prose, declarations.
    let next = window.byte(end)?;
    let goes_on = matches!(next, b'"' | b'\'' | b'`' | b'\\' | b'[' | b']' | b'{' | b'}' | b'(' | b')' | b'<' | b'>')
        || is_compared
        || matches!(next, b' ' | b'\t' | b'\n' | b'\r' | b'=' | b':' | b'!' | b'?' | b'|' | b'*' | b'-' | b'&' | b',');
    goes_on.then(|| window.run_back(word.start, KEY, KEY_MAX)..end)
}

/// Whether the word is one of the words that the key is made of: `token` is in `api_token` and `authToken`, not in
/// `tokenizer`. Words of six letters and more also count at the end of run-together names (`dbpassword`).
fn is_word_of_key(window: &Window<'_>, word: &Range<usize>) -> bool {
    let text = window.slice(word.clone());
    let (Some(&first), Some(&last)) = (text.first(), text.last()) else { return false };
    let ends = match window.byte(word.end) {
        Some(next) if next.is_ascii_alphabetic() => last.is_ascii_lowercase() && next.is_ascii_uppercase(),
        _ => true,
    };
    let begins = match window.before(word.start) {
        Some(before) if before.is_ascii_alphabetic() => {
            (first.is_ascii_uppercase() && before.is_ascii_lowercase()) || word.len() >= 6
        }
        _ => true,
    };
    begins && ends
}
