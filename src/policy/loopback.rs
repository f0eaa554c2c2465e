//! Addresses that no network carries: those of the machine itself.

/// Names that the public name servers answer with `127.0.0.1`, each with all that is below it.
const NAMES: [&str; 6] = ["localhost", "localhost.localdomain", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];

/// Zones whose names hold the address that they are answered with.
const ZONES: [&str; 2] = [".nip.io", ".sslip.io"];

/// Whether the URL is one of plain HTTP to another machine.
#[must_use]
pub(crate) fn is_plain_http(url: &str) -> bool {
    host(url).is_some_and(|host| !is_loopback(host))
}

/// The host of a URL of plain HTTP.
fn host(url: &str) -> Option<&str> {
    let url = url.trim_start();
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(match host.find(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split([':', '*']).next().unwrap_or(host),
    })
}

/// Whether only the machine itself answers at the name or address; `[…]` around one of version 6.
#[must_use]
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_below = |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_local = |address: &str| {
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        address.starts_with("127.") && address.split('.').all(is_part)
    };
    let is_told = |zone: &&str| {
        host.strip_suffix(*zone).is_some_and(|name| {
            let name = name.replace('-', ".");
            name == "127.0.0.1" || name.ends_with(".127.0.0.1")
        })
    };
    matches!(host.as_str(), "0.0.0.0" | "[::1]" | "[::]" | "::1")
        || is_local(&host)
        || NAMES.into_iter().any(is_below)
        || ZONES.iter().any(is_told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_itself_is_told_from_others() {
        for url in [
            "http://localhost:8080/a",
            "HTTP://LOCALHOST/",
            "http://web.localhost",
            "http://127.0.0.1:*/cb",
            "http://localhost*",
            "http://[::1]:80/",
            "http://0.0.0.0:3000",
            "http://dex.localtest.me:5556/dex",
            "http://lvh.me",
            "http://app.vcap.me/x",
            "http://shop.lacolhost.com",
            "http://shop.127.0.0.1.nip.io/cb",
            "http://shop-127-0-0-1.sslip.io",
            "http://127.0.0.1.sslip.io",
            "https://shop.example/",
            "com.shop:/cb",
        ] {
            assert!(!is_plain_http(url), "{url}");
        }
        for url in [
            "http://shop.example/cb",
            "Http://shop.example",
            "http://127.example.com",
            "http://notlocalhost/",
            "http://10.0.0.1.nip.io",
            "http://localhost.shop.example",
            "http://user@shop.example",
        ] {
            assert!(is_plain_http(url), "{url}");
        }
    }
}
