//! What is given to a key, whichever form gives it.

use std::ops::Range;

use super::{Operator, Quoting, block, compared, directive, markup, next_line, operator, pair, quoted, value};
use crate::class::Class;
use crate::window::Window;

/// The operator, the value and its quoting.
pub type Given = (Operator, Range<usize>, Quoting);

/// Reads what is given to `key`: by an operator, by a directive, or by the second half of a pair.
pub fn read(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    if let Some(given) = scheme(window, key) {
        return Some(given);
    }
    let ending = operator::ending(window, key)?;
    if let Some((operator, at)) = operator::read(window, key, &ending) {
        if operator == Operator::Assign
            && let Some(given) = block::member(window, key, at)
        {
            return Some(given);
        }
        let (value, quoting) = value::read(window, ending.begin, at)?;
        // Of several arguments the first is what is opened or renamed, more often than its password.
        let is_first_of_several = operator == Operator::Argument
            && window.byte(ending.at) == Some(b'(')
            && window.byte(value::behind_blanks(window, value.end + 1)) == Some(b',');
        if is_first_of_several || is_test_result(window, key, quoting) {
            return None;
        }
        return Some((operator, value, quoting));
    }
    directive::read(window, key, &ending)
        .or_else(|| pair::read(window, key, &ending))
        .or_else(|| markup::read(window, key))
        .or_else(|| next_line::item(window, key, &ending))
        .or_else(|| block::read(window, key, &ending))
        .or_else(|| compared::read(window, key))
}

/// `--- PASS: TestName`, `PASS: name of a test`, as logs of tests have it.
fn is_test_result(window: &Window<'_>, key: &Range<usize>, quoting: Quoting) -> bool {
    let name = window.slice(key.clone());
    let begins_line = || matches!(window.before(key.start), None | Some(b'\n'));
    window.byte(key.end) == Some(b':')
        && match quoting {
            Quoting::Embedded => name.eq_ignore_ascii_case(b"pass"),
            Quoting::Bare => name == b"PASS" && begins_line(),
            Quoting::Quoted => false,
        }
}

/// `Bearer value`, wherever it stands: the header's name may be in another argument, line or column.
fn scheme(window: &Window<'_>, key: &Range<usize>) -> Option<Given> {
    if key.len() != 6
        || !window.slice(key.clone()).eq_ignore_ascii_case(b"bearer")
        || window.byte(key.end) != Some(b' ')
    {
        return None;
    }
    let start = key.end + 1;
    // RFC 6750, 2.1: b64token.
    let end = window.run(start, Class::of("A-Za-z0-9._~+/=-"), super::VALUE_MAX);
    // A word of prose goes on in small letters; what a token is made of is for judgement.
    let ends = window.byte(end).is_none_or(|byte| byte <= b' ' || quoted::behind_quote(window, end).is_some());
    (end - start >= 8 && ends).then_some((Operator::Scheme, start..end, Quoting::Embedded))
}
