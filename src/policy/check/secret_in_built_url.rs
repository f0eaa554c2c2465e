//! Credentials that a program puts into the query of a URL.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::document::code::{Grammar, Kind};
use crate::finding::Severity;
use crate::policy::code::Source;
use crate::policy::{Breach, Check, Family, Meta, Preset};

/// See `secret_in_built_url.md`.
pub(super) struct SecretInBuiltUrl;

static META: Meta = Meta {
    id: "secret-in-built-url",
    title: "Credential put into the query of a URL by a program",
    family: Family::Transport,
    severity: Severity::Medium,
    preset: Preset::Strict,
    threshold: None,
    cwe: &[598],
    kinds: &["code"],
    nearest: &[],
    page: include_str!("secret_in_built_url.md"),
};

/// Names of parameters, in lower case. `token` by itself is that of a link that is used once as often as not.
const NAMES: [&str; 12] = [
    "access_token",
    "api_key",
    "api_token",
    "apikey",
    "auth_token",
    "authtoken",
    "client_secret",
    "passwd",
    "password",
    "personal_access_token",
    "private_token",
    "secret_key",
];

/// What a format puts a value into: `%s`, `%v`, `{}`, `{0}`.
const DIRECTIVES: [&str; 4] = ["%s", "%v", "{}", "{0}"];

/// The longest of these names, in bytes.
const LONGEST_NAME: usize = 21;

/// How much of each text the beginning of a URL is looked for in, in bytes.
const LONGEST_URL: usize = 4096;

/// How far back the beginning of a URL is looked for, in tokens.
const LOOK_BACK: usize = 60;

impl Check for SecretInBuiltUrl {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads_code(&self, _grammar: &Grammar, text: &[u8]) -> bool {
        static ANY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
            let marks = NAMES.iter().flat_map(|name| [format!("?{name}="), format!("&{name}=")]);
            AhoCorasick::builder().ascii_case_insensitive(true).build(marks).ok()
        });
        ANY.as_ref().is_none_or(|any| any.is_match(text))
    }

    fn check_code(&self, source: &Source<'_>, out: &mut Vec<Breach>) {
        let code = &source.code;
        for at in (0..code.tokens.len()).filter(|at| code.is_a(*at, Kind::Text)) {
            let (text, start) = (code.said(at), code.span(at).start);
            for (mark, _) in text.match_indices(['?', '&']) {
                let rest = &text[mark + 1..];
                let Some(length) = rest.bytes().take(LONGEST_NAME + 1).position(|byte| byte == b'=') else { continue };
                let (name, value) = (&rest[..length], &rest[length + 1..]);
                let is_named = NAMES.contains(&name.to_ascii_lowercase().as_str());
                let is_put_in = if value.is_empty() {
                    is_followed(source, at)
                } else {
                    DIRECTIVES.iter().any(|directive| value.starts_with(directive))
                };
                if is_named && is_put_in && is_url(source, at, mark) {
                    let span = start + mark + 1..start + mark + 1 + name.len();
                    let message = format!("the query parameter {name} is given a credential");
                    out.push(source.breach(&META, span, format!("?{name}"), message));
                }
            }
        }
    }
}

/// Whether a value that is worked out follows the text.
fn is_followed(source: &Source<'_>, text: usize) -> bool {
    let code = &source.code;
    if code.is_a(text + 1, Kind::Hole) {
        return true;
    }
    matches!(code.said(text + 1), "+" | ".") && code.is_a(text + 1, Kind::Sign) && code.is_a(text + 2, Kind::Word)
}

/// Whether the text is of a URL at the place of the mark: the body of a form begins without a question mark, and nobody calls
/// `otpauth:`.
fn is_url<'a>(source: &Source<'a>, text: usize, mark: usize) -> bool {
    let code = &source.code;
    let near = |text: &'a [u8]| &text[text.len().saturating_sub(LONGEST_URL)..];
    let mut before = vec![near(&code.said(text).as_bytes()[..=mark])];
    let mut at = text;
    for _ in 0..LOOK_BACK {
        let Some(previous) = at.checked_sub(1) else { break };
        at = previous;
        match code.tokens[at].kind {
            Kind::Text => before.push(near(code.said(at).as_bytes())),
            Kind::Close | Kind::HoleEnd => at = code.partner(at).unwrap_or(at),
            Kind::Line | Kind::Open => break,
            Kind::Sign if matches!(code.said(at), ";" | "," | "=" | "=>" | ":") => break,
            _ => {}
        }
    }
    before.iter().any(|text| memchr::memchr(b'?', text).is_some())
        && !before.iter().any(|text| memchr::memmem::find(text, b"otpauth:").is_some())
}
