//! Passwords that a call takes by their place: `BasicAuth("user", "password")`, `getConnection(url, "user", "password")`.

use std::ops::Range;

use super::{Assignment, Operator, Quoting, quoted};
use crate::class::Class;
use crate::window::Window;

/// Which argument of each of [`anchors::CALLS`](super::anchors::CALLS) is the password.
const CALLS: [(&str, Taking); 14] = [
    ("basicauth", Taking::Place(1)),
    ("basic_auth", Taking::Place(1)),
    ("basicauthentication", Taking::Place(1)),
    ("networkcredential", Taking::Place(1)),
    ("usernamepassword", Taking::Place(1)),
    ("passwordauthentication", Taking::Place(1)),
    ("getconnection", Taking::Place(2)),
    ("auth=(", Taking::Place(1)),
    ("auth = (", Taking::Place(1)),
    (".login(", Taking::Place(1)),
    ("mysqli_connect", Taking::Place(2)),
    ("new mysqli", Taking::Place(2)),
    ("new pdo", Taking::Place(2)),
    ("curlopt_userpwd", Taking::UserAnd),
];

/// How a call takes a password.
#[derive(Clone, Copy)]
enum Taking {
    /// As the argument at this place, the first being 0.
    Place(usize),
    /// As `user:password` in the string behind the name.
    UserAnd,
}

/// Reads the password among the arguments of the call at `anchor`: the one behind the user, and behind a URL or a host and the
/// user where a connection is asked for.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let name = window.slice(anchor.clone()).to_ascii_lowercase();
    let (_, taking) = CALLS.iter().find(|(call, _)| call.as_bytes() == name)?;
    let place = match taking {
        Taking::Place(place) => *place,
        Taking::UserAnd => return user_and(window, anchor),
    };
    let name_end = window.run(anchor.end, Class::WORD, 40);
    let open = if window.before(anchor.end) == Some(b'(') { anchor.end - 1 } else { name_end };
    if window.byte(open) != Some(b'(') {
        return None;
    }
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

/// `CURLOPT_USERPWD, "user:password"`, `CURLOPT_USERPWD => "user:password"`.
fn user_and(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let at = window.run(anchor.end, Class::of(" \t,=>"), 8);
    let pair = quoted::read(window, at).filter(|_| at > anchor.end)?;
    let colon = memchr::memchr(b':', window.slice(pair.clone()))?;
    let value = pair.start + colon + 1..pair.end;
    let quoting = Quoting::Quoted;
    (!value.is_empty()).then_some(Assignment { key: anchor, value, operator: Operator::Place, quoting })
}

#[cfg(test)]
mod tests {
    use super::super::anchors;
    use super::CALLS;

    #[test]
    fn every_call_that_is_looked_for_has_its_argument_and_no_other() {
        assert_eq!(CALLS.map(|(name, _)| name), anchors::CALLS);
    }
}
