//! Credentials that a page leaves where every script can read them.

use std::ops::Range;

use crate::document::code::{Dialect, Grammar, Kind};
use crate::finding::Severity;
use crate::policy::code::{Source, is_against_forgery, is_credential, mentions};
use crate::policy::literal::words;
use crate::policy::{Breach, Check, Family, Meta, Preset};

/// See `token_in_browser_storage.md`.
pub(super) struct TokenInBrowserStorage;

static META: Meta = Meta {
    id: "token-in-browser-storage",
    title: "Credential kept in the browser's storage",
    family: Family::Storage,
    severity: Severity::Medium,
    preset: Preset::Recommended,
    threshold: None,
    cwe: &[922],
    kinds: &["code"],
    nearest: &[],
    page: include_str!("token_in_browser_storage.md"),
};

impl Check for TokenInBrowserStorage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads_code(&self, grammar: &Grammar, text: &[u8]) -> bool {
        grammar.dialect == Dialect::JavaScript && mentions(text, &["localStorage", "sessionStorage", "document.cookie"])
    }

    fn check_code(&self, source: &Source<'_>, out: &mut Vec<Breach>) {
        for at in 0..source.code.tokens.len() {
            let Some((place, kept)) = kept(source, at) else { continue };
            let message = format!("{} is kept in {place}, where every script of the page can read it", kept.what);
            out.push(source.breach(&META, source.span(&kept.row), format!("{place}.{}", kept.what), message));
        }
    }
}

/// The most tokens of a key that is put together.
const MOST_PARTS: usize = 20;

/// Something that is kept.
struct Kept {
    /// Its name.
    what: String,
    /// The statement, or what of it says so.
    row: Range<usize>,
}

/// What the token of this number begins to keep, and where.
fn kept(source: &Source<'_>, at: usize) -> Option<(&'static str, Kept)> {
    let code = &source.code;
    if !code.is_a(at, Kind::Word) {
        return None;
    }
    match code.said(at) {
        "localStorage" => Some(("localStorage", in_storage(source, at)?)),
        "sessionStorage" => Some(("sessionStorage", in_storage(source, at)?)),
        "document" if code.are(at + 1, &[".", "cookie", "="]) => Some(("document.cookie", in_cookie(source, at)?)),
        _ => None,
    }
}

/// `localStorage.setItem(key, value)`, `localStorage.key = value`, `localStorage[key] = value`.
fn in_storage(source: &Source<'_>, at: usize) -> Option<Kept> {
    let code = &source.code;
    let is_dot = code.is(at + 1, ".") || code.is(at + 1, "?.");
    if is_dot && code.are(at + 2, &["setItem", "("]) {
        let arguments = code.parts(source.inside(at + 3));
        let [key, value] = arguments.as_slice() else { return None };
        let what = name(source, key, value)?;
        return Some(Kept { what, row: at..code.behind(at + 3) }).filter(|_| is_kept(source, value));
    }
    let (key, equals) = if is_dot && code.is_a(at + 2, Kind::Word) {
        (at + 2..at + 3, at + 3)
    } else if code.is(at + 1, "[") {
        (source.inside(at + 1), code.behind(at + 1))
    } else {
        return None;
    };
    if !code.is(equals, "=") {
        return None;
    }
    let value = source.expression(equals + 1);
    let what = name(source, &key, &value)?;
    Some(Kept { what, row: at..value.end }).filter(|_| is_kept(source, &value))
}

/// The name of the credential: that of the key or, where the key says nothing, that of the value.
fn name(source: &Source<'_>, key: &Range<usize>, value: &Range<usize>) -> Option<String> {
    let part = || {
        key.clone()
            .take(MOST_PARTS)
            .filter(|at| source.code.is_a(*at, Kind::Text))
            .map(|at| source.code.said(at))
            .rfind(|text| !text.is_empty())
    };
    let key = source.last_name(key).or_else(part);
    let mut names = key.into_iter().chain(source.last_name(value));
    if key.is_some_and(|key| is_against_forgery(&words(key))) {
        return None;
    }
    names.find(|name| is_kept_name(name)).map(str::to_owned)
}

fn is_kept_name(name: &str) -> bool {
    let words = words(name);
    let is_login = matches!(words.as_slice(), [only] if matches!(only.as_str(), "auth" | "authorization" | "tokens"))
        || matches!(words.as_slice(), [.., first, last]
            if last == "tokens" && matches!(first.as_str(), "access" | "auth" | "oauth" | "jwt" | "user" | "session"));
    !is_against_forgery(&words) && (is_login || is_credential(name))
}

/// Whether the value is one that the program has, and not nothing, a flag or a text of its own.
fn is_kept(source: &Source<'_>, value: &Range<usize>) -> bool {
    let code = &source.code;
    let is_constant = |at: usize| match code.tokens[at].kind {
        Kind::Word => matches!(code.said(at), "null" | "undefined" | "true" | "false" | "void" | "Date" | "now"),
        Kind::Hole => false,
        _ => true,
    };
    !value.clone().all(is_constant)
}

/// `document.cookie = "name=" + value`.
fn in_cookie(source: &Source<'_>, at: usize) -> Option<Kept> {
    let code = &source.code;
    let row = source.expression(at + 4);
    let mut named = None;
    let mut name: &str = "";
    let mut numbers = row.clone();
    for number in numbers.by_ref() {
        let said = code.said(number);
        match code.tokens[number].kind {
            Kind::Word => name = said,
            Kind::Text if said.contains('=') => {
                let (before, behind) = said.split_once('=')?;
                named = Some(if before.is_empty() { name } else { before }).filter(|_| behind.is_empty());
                break;
            }
            Kind::Text if !said.is_empty() => name = said,
            _ => {}
        }
    }
    let ends = |number: usize| {
        let said = code.said(number).to_ascii_lowercase().replace(' ', "");
        said.contains("max-age=0") || said.contains("max-age=-") || said.contains("01jan1970")
    };
    let what = named?.trim().to_owned();
    let is_worked_out = numbers.clone().any(|number| code.is_a(number, Kind::Word));
    (is_kept_name(&what) && is_worked_out && !row.clone().any(ends)).then_some(Kept { what, row: at..row.end })
}
