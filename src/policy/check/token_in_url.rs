//! Literal credentials in query strings.

use crate::finding::Severity;
use crate::policy::literal::{is_placeholder, is_reference};
use crate::policy::{Breach, Check, Family, Meta, Preset, View};

/// See `token_in_url.md`.
pub(super) struct TokenInUrl;

static META: Meta = Meta {
    id: "token-in-url",
    title: "Credential in the query of a URL",
    family: Family::Transport,
    severity: Severity::High,
    preset: Preset::Minimal,
    threshold: None,
    cwe: &[598],
    kinds: &["any"],
    nearest: &[],
    page: include_str!("token_in_url.md"),
};

impl Check for TokenInUrl {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, view: &View<'_>, out: &mut Vec<Breach>) {
        if !view.mentions(&["://"]) {
            return;
        }
        view.strings(&mut |visited, text| {
            for (name, value) in query(text) {
                if is_credential(name) && is_literal(value) {
                    let message = format!("the query parameter {name} carries a credential");
                    out.push(
                        view.breach(
                            &META,
                            view.locate(visited.node, value),
                            format!("{}?{name}", visited.route()),
                            message,
                        )
                        .secret(),
                    );
                }
            }
        });
    }
}

/// The parameters of every URL in the text.
fn query(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let urls = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'));
    urls.filter_map(|url| {
        let (_, behind) = url.split_once("://")?;
        let (_, query) = behind.split_once('?')?;
        Some(query.split('#').next().unwrap_or(query))
    })
    .flat_map(|query| query.split('&').filter_map(|pair| pair.split_once('=')))
}

fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    matches!(
        name.as_str(),
        "access_token"
            | "api_key"
            | "apikey"
            | "api_token"
            | "auth_token"
            | "authtoken"
            | "token"
            | "private_token"
            | "client_secret"
            | "secret"
            | "password"
            | "passwd"
            | "secret_key"
            | "personal_access_token"
    )
}

/// Whether the value is one that somebody made up at random, not a word, a name or something to be filled in.
fn is_literal(value: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'%' | b'+' | b'/' | b'=');
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    value.len() >= 12
        && value.bytes().all(allowed)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_reference(value)
        && !is_placeholder(value)
}
