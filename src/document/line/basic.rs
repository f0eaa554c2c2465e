//! Basic authorization: the base64 of `user:password` (RFC 7617), as headers and the files of container tools hold it.

use std::ops::Range;

use data_encoding::BASE64;

use super::{Assignment, Operator, Quoting, VALUE_MAX, quoted, value::behind_blanks};
use crate::class::Class;
use crate::window::Window;

/// Reads the credentials behind the scheme or member at `anchor`: none unless they decode to a user and a password.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    if window.before(anchor.start).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let start = match window.before(anchor.end)? {
        b' ' => behind_blanks(window, anchor.end),
        _ => behind_operator(window, anchor.end)?,
    };
    let run = window.run(start, Class::of("A-Za-z0-9+/"), VALUE_MAX);
    let end = window.run(run, Class::of("="), 2);
    // Dismissed before decoding: words of prose, and what goes on.
    if end - start < 8
        || !(end - start).is_multiple_of(4)
        || window.byte(end).is_some_and(|byte| Class::of("A-Za-z0-9+/=_-").contains(byte))
    {
        return None;
    }
    is_user_and_password(window.slice(start..end)).then(|| Assignment {
        key: anchor.start..anchor.end - usize::from(window.before(anchor.end) == Some(b' ')),
        value: start..end,
        operator: Operator::Basic,
        quoting: Quoting::Embedded,
    })
}

fn behind_operator(window: &Window<'_>, at: usize) -> Option<usize> {
    let at = behind_blanks(window, at);
    if !matches!(window.byte(at), Some(b':' | b'=')) {
        return None;
    }
    let at = behind_blanks(window, at + 1);
    Some(quoted::behind_quote(window, at).unwrap_or(at))
}

fn is_user_and_password(encoded: &[u8]) -> bool {
    let Ok(decoded) = BASE64.decode(encoded) else { return false };
    let colon = memchr::memchr(b':', &decoded);
    colon.is_some_and(|colon| colon + 1 < decoded.len()) && decoded.iter().all(|&byte| byte >= b' ' && byte != 0x7f)
}
