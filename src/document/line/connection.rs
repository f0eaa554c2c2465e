//! Connection strings that are no URLs: `user:password@tcp(host:3306)/db` (Go's MySQL driver), `jdbc:oracle:thin:user/password@host`.
//! Those made of settings, `Password=…;`, are read by the names of the settings.

use std::ops::Range;

use super::{Assignment, Operator, Quoting};
use crate::class::Class;
use crate::window::Window;

/// What a connection string is made of, as it stands between quotes or white space.
const TEXT: Class = Class::of("!#-&(-;=?-[]-_a-~");
/// What names of users are made of.
const USER: Class = Class::of("A-Za-z0-9_.$-");
/// The longest user and password together.
const USERINFO_MAX: usize = 200;

/// Reads the password of the connection string whose address or driver stands at `anchor`.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let value = if window.byte(anchor.start) == Some(b'@') {
        let start = window.run_back(anchor.start, TEXT, USERINFO_MAX);
        let colon = start + memchr::memchr(b':', window.slice(start..anchor.start))?;
        let user = window.run_back(colon, USER, USERINFO_MAX);
        (user < colon).then_some(colon + 1..anchor.start)?
    } else {
        let user = window.run(anchor.end, USER, USERINFO_MAX);
        if user == anchor.end || window.byte(user) != Some(b'/') {
            return None;
        }
        let end = window.run(user + 1, TEXT, USERINFO_MAX);
        let at = memchr::memchr(b'@', window.slice(user + 1..end))?;
        user + 1..user + 1 + at
    };
    (!value.is_empty()).then_some(Assignment {
        key: anchor,
        value,
        operator: Operator::Place,
        quoting: Quoting::Embedded,
    })
}
