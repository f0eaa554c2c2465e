//! Passwords and keys that a call takes by their place: `BasicAuth("user", "password")`, `getConnection(url, "user", "password")`,
//! `jwt.sign(claims, "key")`.

use std::ops::Range;

use super::value::behind_conversion;
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

/// The same of [`anchors::KEY_CALLS`](super::anchors::KEY_CALLS) and the key.
const KEY_CALLS: [(&str, Taking); 22] = [
    ("jwt.sign", Taking::Place(1)),
    ("jwt.verify", Taking::Place(1)),
    ("jwt.encode", Taking::Place(1)),
    ("jwt.decode", Taking::Place(1)),
    ("jwt::encode", Taking::Place(1)),
    ("createhmac", Taking::Place(1)),
    ("createcipher", Taking::Place(1)),
    ("createdecipher", Taking::Place(1)),
    ("cookieparser", Taking::Place(0)),
    ("fernet(", Taking::Place(0)),
    ("hmac.new", Taking::Hmac),
    ("hmac256", Taking::Place(0)),
    ("hmacshakeyfor", Taking::Place(0)),
    ("signedstring", Taking::Place(0)),
    ("symmetricsecuritykey", Taking::Place(0)),
    ("hash_hmac", Taking::Place(2)),
    ("openssl_encrypt", Taking::Place(2)),
    ("openssl_decrypt", Taking::Place(2)),
    ("pgp_sym_encrypt", Taking::Place(1)),
    ("pgp_sym_decrypt", Taking::Place(1)),
    ("aes_encrypt", Taking::Place(1)),
    ("aes_decrypt", Taking::Place(1)),
];

/// How a call takes a password.
#[derive(Clone, Copy)]
enum Taking {
    /// As the argument at this place, the first being 0.
    Place(usize),
    /// As the first argument in Python, and behind the hash in Go, whose names begin with capitals.
    Hmac,
    /// As `user:password` in the string behind the name.
    UserAnd,
}

/// Reads the password or key among the arguments of the call at `anchor`: a password behind the user, and behind a URL or a host
/// and the user where a connection is asked for.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let name = window.slice(anchor.clone()).to_ascii_lowercase();
    let (_, taking) = CALLS.iter().chain(&KEY_CALLS).find(|(call, _)| call.as_bytes() == name)?;
    let place = match taking {
        Taking::Place(place) => *place,
        Taking::Hmac => usize::from(window.slice(anchor.clone()).ends_with(b"New")),
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
        value = quoted::read(window, behind_conversion(window, at));
        if argument == place {
            break;
        }
        let behind = match &value {
            Some(content) => quoted::behind_quote(window, content.end)?,
            None if window.byte(at) == Some(b'{') => behind_braces(window, at)?,
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

/// Behind the braces that open at `at`: `sign({ id: 1 }, "secret")`.
fn behind_braces(window: &Window<'_>, at: usize) -> Option<usize> {
    const LONGEST: usize = 300;
    let mut open = 0;
    let is_end = |&byte: &u8| {
        open += i32::from(byte == b'{') - i32::from(byte == b'}');
        open == 0
    };
    window.slice(at..at + LONGEST).iter().position(is_end).map(|length| at + length + 1)
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
    use super::{CALLS, KEY_CALLS};

    #[test]
    fn every_call_that_is_looked_for_has_its_argument_and_no_other() {
        assert_eq!(CALLS.map(|(name, _)| name), anchors::CALLS);
        assert_eq!(KEY_CALLS.map(|(name, _)| name), anchors::KEY_CALLS);
    }
}
