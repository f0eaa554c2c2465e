//! A key and a value with nothing but white space between them: flags of commands, macros, and the languages of tools.

use super::behind::Given;
use super::operator::Ending;
use super::value::{bare, behind_blanks};
use super::{Operator, Quoting, context, quoted};
use crate::class::Class;
use crate::window::Window;

use std::ops::Range;

/// What may stand before the key on its line: definitions of macros, constants, variables.
const BEFORE: [&[u8]; 22] = [
    b"#define",
    b"# define",
    b"set",
    b"set -g",
    b"set -x",
    b"set -gx",
    b"set -Ux",
    b"setenv",
    b"export",
    b"const",
    b"def",
    b"ENV",
    b"ARG",
    b"@",
    b"read",
    b"read -r",
    b"set(",
    b"(def",
    b"(define",
    b"(defvar",
    b"(defconst",
    b"(setq",
];

/// What stands directly before a variable whose value needs no quotes: Dockerfiles, csh, fish, Apache, Windows.
const VARIABLES: [&[u8]; 7] = [b"ENV ", b"setenv ", b"set -x ", b" -gx ", b" -Ux ", b"SetEnv ", b"setx "];

/// Directives of servers whose value needs no quotes: Redis, keepalived.
const SERVERS: [&[u8]; 4] = [b"requirepass", b"masterauth", b"masterpass", b"auth_pass"];

/// Reads `--key value`, `#define KEY "value"`, `set key value`, `key "value"`.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    let at = behind_blanks(window, ending.at);
    if at == ending.at || ending.quoted {
        return None;
    }
    let name = window.slice(key.clone());
    let next = window.byte(at)?;
    let quoted = quoted::read(window, at);
    if name.starts_with(b"-") && next != b'-' {
        let (_, value, quoting) = match quoted {
            Some(value) => (Operator::Flag, value, Quoting::Quoted),
            None => plain(window, key, at, Operator::Flag)?,
        };
        // The options of OpenSSL say first where the password comes from.
        let source: &[u8] = if window.slice(value.start..value.start + 5) == b"pass:" { b"pass:" } else { b"" };
        let value = value.start + source.len()..value.end;
        return (!value.is_empty()).then_some((Operator::Flag, value, quoting));
    }
    // Without a quote, only after what takes a bare word; asked before the line is looked at.
    if quoted.is_none() {
        let before = window.slice(key.start.saturating_sub(7)..key.start);
        let is_bare = VARIABLES.iter().any(|it| before.ends_with(it))
            || SERVERS.iter().any(|it| name.eq_ignore_ascii_case(it))
            || is_netrc(window, name, key.start)
            || is_property(window, name, key.start, at);
        return if is_bare { plain(window, key, at, Operator::Directive) } else { None };
    }
    let line = context::line_start(window, key.start)?;
    let before = window.slice(line..key.start).trim_ascii();
    // A keyword of Lisp, `:key "value"`, stands anywhere in a line.
    let keyword = window.before(key.start) == Some(b':') && key.start - line > 1;
    let begins = before.is_empty() && ends_line(window, at) || BEFORE.contains(&before) || keyword;
    let value = quoted.filter(|value| begins && !value.is_empty())?;
    Some((Operator::Directive, value, Quoting::Quoted))
}

/// Whether nothing but punctuation stands behind the string that begins at `at`. In running text, more words do.
fn ends_line(window: &Window<'_>, at: usize) -> bool {
    let Some(value) = quoted::read(window, at) else { return false };
    let end = quoted::behind_quote(window, value.end).unwrap_or(value.end + 1);
    window
        .byte(behind_blanks(window, end))
        .is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b',' | b';' | b')' | b'}' | b'#' | b'\\' | b'"' | b'\''))
}

fn plain(window: &Window<'_>, key: &Range<usize>, at: usize, operator: Operator) -> Option<Given> {
    let value = bare(window, at)?;
    let quoting = if context::is_within_text(window, key.start) { Quoting::Embedded } else { Quoting::Bare };
    (!value.is_empty()).then_some((operator, value, quoting))
}

/// Whether `password` is the word of a `.netrc` entry: `login` and its value stand before it, and `machine` before that.
fn is_netrc(window: &Window<'_>, name: &[u8], start: usize) -> bool {
    if name != b"password" {
        return false;
    }
    let before = window.slice(start.saturating_sub(200)..start);
    let find = |word: &[u8]| memchr::memmem::rfind(before, word);
    let machine = find(b"machine ").or_else(|| find(b"default"));
    matches!((machine, find(b"login ")), (Some(machine), Some(login)) if machine < login)
}

/// Whether the key is a dotted one that begins a line which the word at `at` ends: `db.password value` (Java properties).
fn is_property(window: &Window<'_>, name: &[u8], start: usize, at: usize) -> bool {
    name.contains(&b'.')
        && window.byte(window.run(at, Class::of("!-~"), 300)).is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
        && context::begins_line(window, start)
}
