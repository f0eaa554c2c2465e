//! Source code: variables with the name of a secret that a program reads from its environment.
//!
//! Every such call has `env` in it, in some case, so the scan goes from `v` to `v`, the rarest of the three letters, and compares
//! what stands around it with the forms that there are. A name in quotes or behind a dot is taken, anything that has to be
//! worked out is not. The name must be that of a secret: of all the variables that programs read, few are credentials.

use super::scan::{is_word, word};
use super::{Reference, ReferenceKind};
use crate::document::kind::{FileKind, PlaceFacts};
use crate::policy::literal::is_secret_name;

/// How the name stands behind a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is.
    Bare,
    /// Between quotes.
    Quoted,
}

/// What stands before `env`, what from there on, and how the name stands behind it.
const FORMS: [(&str, &str, Form); 19] = [
    ("process.", "env.", Form::Bare),
    ("process.", "env[", Form::Quoted),
    ("import.meta.", "env.", Form::Bare),
    ("Bun.", "env.", Form::Bare),
    ("Bun.", "env[", Form::Quoted),
    ("Deno.", "env.get(", Form::Quoted),
    ("os.", "environ[", Form::Quoted),
    ("os.", "environ.get(", Form::Quoted),
    ("get", "env(", Form::Quoted),
    ("Get", "env(", Form::Quoted),
    ("Lookup", "Env(", Form::Quoted),
    ("Get", "EnvironmentVariable(", Form::Quoted),
    ("$_", "ENV[", Form::Quoted),
    ("", "ENV[", Form::Quoted),
    ("", "ENV.fetch(", Form::Quoted),
    ("", "env::var(", Form::Quoted),
    ("", "env::var_os(", Form::Quoted),
    ("", "env!(", Form::Quoted),
    ("option_", "env!(", Form::Quoted),
];

/// Whether the file is one that programs are written in, and somebody here has written.
#[must_use]
pub fn is_code(path: &[u8], bytes: &[u8]) -> bool {
    let facts = PlaceFacts::of(path);
    matches!(FileKind::of(path, &bytes[..bytes.len().min(512)]), FileKind::Code(_))
        && !facts.is_vendored
        && !facts.is_minified
}

/// The variables that the text reads, in its order. `file` is the number of the file.
#[must_use]
pub fn references(file: usize, bytes: &[u8]) -> Vec<Reference> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let mut found = Vec::new();
    for at in memchr::memchr2_iter(b'v', b'V', bytes) {
        let is_env = at >= 2 && bytes[at - 2..at].eq_ignore_ascii_case(b"en");
        let Some(name) = is_env.then(|| name(text, at - 2)).flatten() else { continue };
        let (start, end) = (name.start, name.end);
        let name = &text[name];
        if is_secret_name(name) {
            let kind = ReferenceKind::EnvironmentVariable;
            let store = kind.store();
            found.push(Reference { file, span: (start, end), kind, name: name.to_owned(), store, service: None });
        }
    }
    found
}

/// The name that is read where `env` stands at `at`.
fn name(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    FORMS.iter().find_map(|(before, behind, form)| {
        let start = at.checked_sub(before.len())?;
        let is_here = bytes[start..at] == *before.as_bytes() && bytes[at..].starts_with(behind.as_bytes());
        let is_alone = start == 0 || !is_word(bytes[start - 1]);
        if !is_here || !is_alone {
            return None;
        }
        let mut from = at + behind.len();
        if *form == Form::Bare {
            return Some(word(text, from)).filter(|name| !name.is_empty());
        }
        from += bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let quote = bytes.get(from).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let name = word(text, from + 1);
        (!name.is_empty() && bytes.get(name.end) == Some(&quote)).then_some(name)
    })
}
