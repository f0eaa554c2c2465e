//! Passwords in the userinfo of URLs: `scheme://user:password@host` (RFC 3986, 3.2.1).

use std::ops::Range;

use crate::class::Class;
use crate::window::Window;

/// What RFC 3986 lets a scheme be made of, and the `+` and `.` of `postgresql+psycopg`, `jdbc:` being another scheme before it.
const SCHEME: Class = Class::of("A-Za-z0-9+.-");
/// The longest scheme.
const SCHEME_MAX: usize = 40;
/// The longest authority.
const AUTHORITY_MAX: usize = 512;

/// A URL with a password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlMatch {
    /// From the scheme to the end of the authority.
    pub span: Range<usize>,
    /// The scheme.
    pub scheme: Range<usize>,
    /// The user's name; may be empty.
    pub user: Range<usize>,
    /// The password; never empty.
    pub password: Range<usize>,
    /// The host, with its port.
    pub host: Range<usize>,
}

/// Reads the URL whose `://` begins at `colon`, if it carries a password.
#[must_use]
pub fn match_url(window: &Window<'_>, colon: usize) -> Option<UrlMatch> {
    let begin = colon + 3;
    // Most URLs have no userinfo: they are dismissed by the first byte that ends an authority.
    let mut at_sign = None;
    let mut end = begin;
    while end < begin + AUTHORITY_MAX {
        match window.byte(end) {
            Some(b'@') => at_sign = Some(end),
            None
            | Some(b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b',' | b';' | b'|' | b'(' | b')') =>
            {
                break;
            }
            Some(byte) if byte <= b' ' => break,
            Some(_) => {}
        }
        end += 1;
    }
    let (at_sign, end) = match at_sign {
        Some(at_sign) => (at_sign, end),
        None => behind_odd_characters(window, begin, end)?,
    };
    let userinfo = window.slice(begin..at_sign);
    let split = memchr::memchr(b':', userinfo)?;
    let password = begin + split + 1..at_sign;
    let host = at_sign + 1..end;
    if password.is_empty() || host.is_empty() {
        return None;
    }
    let start = window.run_back(colon, SCHEME, SCHEME_MAX);
    if start == colon || !window.slice(start..start + 1)[0].is_ascii_alphabetic() {
        return None;
    }
    Some(UrlMatch { span: start..end, scheme: start..colon, user: begin..begin + split, password, host })
}

/// The last at sign and the end of the host of a URL whose password holds characters that it should have encoded: `/`, `?`
/// or `#`. `stop` is where the first of them stands. What stands between the colon and it must not be a port.
fn behind_odd_characters(window: &Window<'_>, begin: usize, stop: usize) -> Option<(usize, usize)> {
    if !matches!(window.byte(stop), Some(b'/' | b'?' | b'#')) {
        return None;
    }
    let colon = begin + memchr::memchr(b':', window.slice(begin..stop))?;
    let piece = window.slice(colon + 1..stop);
    if colon == begin || piece.is_empty() || piece.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let end = window.run(stop, Class::of("!#-&*+-;=?-Z^-z~"), AUTHORITY_MAX);
    let at_sign = stop + memchr::memrchr(b'@', window.slice(stop..end))?;
    let host = window.run(at_sign + 1, Class::of("A-Za-z0-9.:-"), AUTHORITY_MAX);
    // A host has a name or a port; a version of a package has neither.
    let names = window.slice(at_sign + 1..host);
    let is_host =
        names.first().is_some_and(u8::is_ascii_alphabetic) && names.iter().any(|byte| matches!(byte, b'.' | b':'));
    is_host.then_some((at_sign, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, String)> {
        let colon = text.find("://")?;
        let window = Window::new(text.as_bytes(), colon, 1024);
        let found = match_url(&window, colon)?;
        let part = |range: Range<usize>| text[range].to_owned();
        Some((part(found.scheme), part(found.password), part(found.host)))
    }

    #[test]
    fn the_password_is_what_stands_between_colon_and_the_last_at_sign() {
        let parts = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(read("db=postgres://app:pw@db:5432/x"), parts("postgres", "pw", "db:5432"));
        assert_eq!(read("\"amqp://u:p@w@h\""), parts("amqp", "p@w", "h"));
        assert_eq!(read("redis://u:p/w#1?2@h.example:1/0"), parts("redis", "p/w#1?2", "h.example:1"));
        assert_eq!(read("postgresql+psycopg://:pw@h "), parts("postgresql+psycopg", "pw", "h"));
    }

    #[test]
    fn urls_without_a_password_are_none() {
        for text in [
            "https://example.com/a:b@c",
            "ssh://git@example.com/x",
            "https://user:@example.com",
            "http://[::1]:80/",
            "https://example.com",
            "://a:b@c",
            "https://a:b@",
            "https://host:8080/x@y.z",
            "https://host:a/x@1.2",
            "https://host/a:b@c.d",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
