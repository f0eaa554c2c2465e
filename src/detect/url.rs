//! Passwords in the userinfo of URLs: `scheme://user:password@host` (RFC 3986, 3.2.1).

use std::ops::Range;

use super::window::Window;
use crate::rule::format::Class;

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
    let at_sign = at_sign?;
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
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
