//! Passwords that a call takes by their place: `BasicAuth("user", "password")`, `getConnection(url, "user", "password")`.

use std::ops::Range;

use super::{Assignment, Operator, Quoting, quoted};
use crate::class::Class;
use crate::window::Window;

/// What the reader begins at: what such functions and classes are called in many languages, and the tuple of Python clients.
pub const ANCHORS: [&str; 9] = [
    "basicauth",
    "basic_auth",
    "basicauthentication",
    "networkcredential",
    "usernamepassword",
    "passwordauthentication",
    "getconnection",
    "auth=(",
    "auth = (",
];

/// Reads the password among the arguments of the call at `anchor`: the one behind the user, and behind a URL and the user where
/// a connection is asked for.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let name_end = window.run(anchor.end, Class::WORD, 40);
    let open = if window.before(anchor.end) == Some(b'(') { anchor.end - 1 } else { name_end };
    if window.byte(open) != Some(b'(') {
        return None;
    }
    let place = if window.slice(anchor.clone()).eq_ignore_ascii_case(b"getconnection") { 2 } else { 1 };
    let mut at = open + 1;
    let mut value = None;
    for argument in 0..=place {
        at = window.run(at, Class::of(" \t\r\n"), 80);
        value = quoted::read(window, at);
        if argument == place {
            break;
        }
        let behind = match &value {
            Some(content) => quoted::behind_quote(window, content.end)?,
            // A name, a constant or a simple call.
            None => {
                let end = window.run(at, Class::of("A-Za-z0-9_.$"), 80);
                if window.slice(end..end + 2) == b"()" { end + 2 } else { end }
            }
        };
        let comma = window.run(behind, Class::of(" \t\r\n"), 80);
        if behind == at || window.byte(comma) != Some(b',') {
            return None;
        }
        at = comma + 1;
    }
    let value = value.filter(|value| !value.is_empty())?;
    // `"password".toCharArray()` is one; the key of a map or a piece of a longer text is none.
    let end = window.run(quoted::behind_quote(window, value.end)?, Class::of(" \t\r\n"), 80);
    if !matches!(window.byte(end), Some(b',' | b')' | b'.')) {
        return None;
    }
    Some(Assignment { key: anchor.start..open, value, operator: Operator::Place, quoting: Quoting::Quoted })
}
