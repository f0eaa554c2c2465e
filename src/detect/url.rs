//! Passwords in the userinfo of URLs: `scheme://user:password@host` (RFC 3986, 3.2.1), and tokens that are given as the user:
//! `https://token@host`, `https://token:@host`, `https://token:x-oauth-basic@host`.

use std::ops::Range;

use crate::class::Class;
use crate::document::line::{is_like_a_token, is_without_password};
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
    /// The user's name; may be empty. Where a token is given as the user, what stands in the place of the password.
    pub user: Range<usize>,
    /// The password, or the token; never empty.
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
    let (at_sign, end) = match (at_sign, behind_odd_characters(window, begin, at_sign, end)) {
        (_, Some(wide)) => wide,
        (Some(at_sign), None) => (at_sign, end),
        (None, None) => return None,
    };
    let (user, password) = split(window, begin..at_sign, colon)?;
    let host = at_sign + 1..end;
    if host.is_empty() || is_project_address(window, begin..at_sign, end) {
        return None;
    }
    let start = window.run_back(colon, SCHEME, SCHEME_MAX);
    if start == colon || !window.slice(start..start + 1)[0].is_ascii_alphabetic() {
        return None;
    }
    Some(UrlMatch { span: start..end, scheme: start..colon, user, password, host })
}

/// Whether it is the address to which programs report their errors, `https://key@host/number`: it stands in what everybody gets.
fn is_project_address(window: &Window<'_>, userinfo: Range<usize>, end: usize) -> bool {
    let digits = window.run(end + 1, Class::of("0-9"), 20);
    userinfo.len() == 32
        && window.slice(userinfo).iter().all(u8::is_ascii_hexdigit)
        && window.byte(end) == Some(b'/')
        && digits > end + 1
        && window.byte(digits).is_none_or(|byte| !Class::of("A-Za-z0-9_/-").contains(byte))
}

/// The user and the secret of a userinfo. The user is the secret where it is a token and no password stands behind it.
fn split(window: &Window<'_>, userinfo: Range<usize>, colon: usize) -> Option<(Range<usize>, Range<usize>)> {
    let text = window.slice(userinfo.clone());
    let at = memchr::memchr(b':', text).unwrap_or(text.len());
    let user = userinfo.start..userinfo.start + at;
    let password = (user.end + 1).min(userinfo.end)..userinfo.end;
    if is_without_password(window.slice(password.clone())) && is_like_a_token(&text[..at]) {
        // Elsewhere a name of a user stands alone, as in `ssh://user@host`.
        let scheme = window.slice(colon.saturating_sub(5)..colon).to_ascii_lowercase();
        let takes_tokens = [b"http" as &[u8], b"https", b"nats", b"tls"].iter().any(|it| scheme.ends_with(it));
        return takes_tokens.then_some((password, user));
    }
    (!password.is_empty()).then_some((user, password))
}

/// The last at sign and the end of the host of a URL whose password holds characters that it should have encoded: `/`, `?`
/// or `#`. `stop` is where the first of them stands, `first` the last at sign before it. What stands between the colon and it
/// must not be a port; behind a `first`, it must not be a host, and what follows no query.
fn behind_odd_characters(
    window: &Window<'_>,
    begin: usize,
    first: Option<usize>,
    stop: usize,
) -> Option<(usize, usize)> {
    window.byte(stop).filter(|byte| matches!(byte, b'/' | b'?' | b'#'))?;
    let colon = begin + memchr::memchr(b':', window.slice(begin..first.unwrap_or(stop)))?;
    let piece = window.slice(colon + 1..stop);
    if colon == begin && first.is_none() || piece.is_empty() || piece.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if first.is_some_and(|at| window.slice(at + 1..stop).iter().any(|byte| matches!(byte, b'.' | b':' | b'[' | b'{'))) {
        return None;
    }
    let end = window.run(stop, Class::of("!#-&*+-;=?-Z^-z~"), AUTHORITY_MAX);
    let at_sign = stop + memchr::memrchr(b'@', window.slice(stop..end))?;
    let host = window.run(at_sign + 1, Class::of("A-Za-z0-9.:-"), AUTHORITY_MAX);
    // A host has a name or a port; a version of a package has neither.
    let names = window.slice(at_sign + 1..host);
    let is_host =
        names.first().is_some_and(u8::is_ascii_alphabetic) && names.iter().any(|byte| matches!(byte, b'.' | b':'));
    // Behind a host of one label, as composed services have it, a path and a query may hold an address.
    let passed = window.slice(stop + 1..at_sign);
    let is_path = first.is_some()
        && (passed.contains(&b'=') || !passed.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
    (is_host && !is_path).then_some((at_sign, host))
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
        assert_eq!(read("redis://u:p@s/w#1?2@h.example:1/0"), parts("redis", "p@s/w#1?2", "h.example:1"));
        assert_eq!(read("redis://:p@s/W@h.example:1/0"), parts("redis", "p@s/W", "h.example:1"));
        assert_eq!(read("postgresql+psycopg://:pw@h "), parts("postgresql+psycopg", "pw", "h"));
    }

    #[test]
    fn behind_a_host_another_at_sign_is_of_the_path() {
        let parts = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        for rest in ["/x?mail=a@b.example", "?mail=A1@b.example", "/scope/name@b.example"] {
            assert_eq!(read(&format!("http://u:p@db{rest}")), parts("http", "p", "db"), "{rest}");
        }
        assert_eq!(read("http://u:p@h.example/@X/y@1.2"), parts("http", "p", "h.example"));
    }

    #[test]
    fn a_token_as_the_user_is_the_secret() {
        let token = ["q7Xk2vR9", "mW4tZc8L"].concat();
        for rest in ["@h.example", ":@h.example", ":x-oauth-basic@h.example/x.git", ":x@h.example"] {
            let found = read(&format!("https://{token}{rest}"));
            assert_eq!(found.map(|it| it.1), Some(token.clone()), "{rest}");
        }
        for url in [format!("ssh://{token}@h.example"), "https://x.y@h.example".to_owned(), "https://u:@h".to_owned()] {
            assert_eq!(read(&url), None, "{url}");
        }
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
