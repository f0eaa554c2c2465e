//! Source code as a check sees it.
//!
//! Most files of code have nothing to say of credentials, and code is most of a repository. So a check names the words that
//! it needs, and a file that has them is read once for all checks that asked. Tests, examples, documentation, and what somebody
//! else has written or a tool has put together are not read: what they do with credentials, nobody here decides.

pub(super) mod generator;
pub(super) mod logger;
mod name;
mod sink;

use std::borrow::Cow;
use std::ops::Range;

use crate::config::policy::PolicySettings;
use crate::document::code::{Code, Grammar, Kind};
use crate::document::kind::PlaceFacts;

use super::{Breach, Check, Lint, Meta, Subject, runs};

pub(super) use name::{is_against_forgery, is_clearly_credential, is_credential, is_made};
pub(super) use sink::Sink;

/// What the checks that read code say that they read.
const KIND: &str = "code";

/// The most tokens of a call or an expression that are looked at.
pub(super) const LONGEST: usize = 400;

/// A file of code as a check sees it.
pub struct Source<'a> {
    /// Its tokens.
    pub code: Code<'a>,
    /// The policy.
    pub settings: &'a PolicySettings,
}

/// Lints one file, if it is code that a check wants to see.
pub(super) fn lint(
    number: usize,
    subject: &Subject<'_>,
    settings: &PolicySettings,
    checks: &[&dyn Check],
    lint: &mut Lint,
) {
    let Some(grammar) = Grammar::of(subject.path) else { return };
    let facts = PlaceFacts::of(subject.path);
    if facts.is_test_or_example || facts.is_docs || facts.is_vendored || facts.is_minified {
        return;
    }
    let settings = settings.for_path(subject.path);
    let own = checks.iter().filter(|check| check.meta().kinds.contains(&KIND));
    let switched = own.filter_map(|check| Some((check, runs(check.meta(), settings)?)));
    let switched = switched.filter(|(check, _)| check.reads_code(grammar, subject.bytes));
    let mut switched = switched.peekable();
    if switched.peek().is_none() {
        return;
    }
    let text = readable(subject.bytes);
    let Some(code) = Code::read(subject.path, &text) else { return };
    lint.sources += 1;
    let source = Source { code, settings };
    for (check, severity) in switched {
        let first = lint.breaches.len();
        check.check_code(&source, &mut lint.breaches);
        for breach in &mut lint.breaches[first..] {
            breach.file = number;
            breach.severity = severity.unwrap_or(breach.severity);
        }
    }
}

/// The text of the file. Where it is not UTF-8, whatever is not ASCII is a letter: nothing that is looked for has any.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '_' }).collect(),
    }
}

impl<'a> Source<'a> {
    /// A breach of `check`.
    #[must_use]
    pub fn breach(
        &self,
        check: &'static Meta,
        span: Range<usize>,
        route: impl Into<String>,
        message: impl Into<String>,
    ) -> Breach {
        Breach::new(check, span, route, message)
    }

    /// Which bytes a row of tokens is; one that ends with a string goes on to its quote.
    #[must_use]
    pub fn span(&self, row: &Range<usize>) -> Range<usize> {
        let last = row.end.saturating_sub(1);
        let end = self.code.span(last).end;
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
        let is_closed = self.code.is_a(last, Kind::Text) && self.code.text.as_bytes().get(end).is_some_and(is_quote);
        self.code.span(row.start).start..end + usize::from(is_closed)
    }

    /// What stands between a bracket and its partner; empty if it has none.
    #[must_use]
    pub fn inside(&self, open: usize) -> Range<usize> {
        let end = self.code.partner(open).unwrap_or(open + 1);
        open + 1..end.max(open + 1)
    }

    /// The expression that begins at a token: up to the end of the statement, a comma, or the end of the brackets around it.
    #[must_use]
    pub fn expression(&self, start: usize) -> Range<usize> {
        self.up_to(start, &[";", ","])
    }

    /// What begins at a token and goes on up to one of the signs, the end of the line, or the end of the brackets around it.
    #[must_use]
    fn up_to(&self, start: usize, signs: &[&str]) -> Range<usize> {
        let code = &self.code;
        let is_end = |at: usize| {
            matches!(code.tokens[at].kind, Kind::Line | Kind::Close | Kind::HoleEnd)
                || signs.iter().any(|sign| code.is(at, sign))
        };
        let mut end = start;
        while end < code.tokens.len() && end - start < LONGEST && !is_end(end) {
            end = code.behind(end);
        }
        start..end.min(code.tokens.len()).min(start + LONGEST)
    }

    /// The last name of what is nothing but names with dots between them: of `self.user.token` it is `token`.
    #[must_use]
    pub fn last_name(&self, row: &Range<usize>) -> Option<&'a str> {
        let code = &self.code;
        let is_name = |at: usize| code.is_a(at, Kind::Word);
        let is_dot = |at: usize| [".", "?.", "->", "?->", "::"].iter().any(|dot| code.is(at, dot));
        let row = row.start..row.end.min(row.start + LONGEST);
        // TypeScript's `token!` and `token as string`.
        let end = row.clone().find(|at| code.is(*at, "as") || code.is(*at, "!")).unwrap_or(row.end);
        let row = row.start..end;
        let is_path = row.clone().enumerate().all(|(index, at)| if index % 2 == 0 { is_name(at) } else { is_dot(at) });
        (is_path && row.len() % 2 == 1).then(|| code.said(row.end - 1))
    }
}

/// Whether the bytes hold one of the words.
pub(super) fn mentions(bytes: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
}
