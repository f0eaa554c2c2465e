//! Passwords in statements that make or change users: `IDENTIFIED BY 'x'` (MySQL, Oracle), `PASSWORD 'x'` (PostgreSQL); and those
//! that a file is encrypted with: `PRAGMA key = 'x'` (SQLCipher, <https://www.zetetic.net/sqlcipher/sqlcipher-api/#key>).

use std::ops::Range;

use super::value::{bare, behind_blanks};
use super::{Assignment, Operator, Quoting, quoted};
use crate::class::Class;
use crate::window::Window;

/// How far before `PASSWORD` the verb of its statement may stand.
const STATEMENT: usize = 240;

/// Reads the password that the clause at `anchor` gives.
#[must_use]
pub fn read(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    if window.before(anchor.start).is_some_and(|byte| Class::WORD.contains(byte)) {
        return None;
    }
    let clause = window.slice(anchor.clone()).to_ascii_lowercase();
    if clause.starts_with(b"set ") {
        return set_for(window, anchor);
    }
    if clause.starts_with(b"pragma ") {
        return pragma(window, anchor);
    }
    if !of_user(window, anchor.start) {
        return None;
    }
    if window.slice(anchor.start..anchor.start + 8).eq_ignore_ascii_case(b"password") {
        let key = anchor.start..anchor.start + 8;
        return literal(window, key.clone(), behind_blanks(window, key.end));
    }
    let mut at = behind_blanks(window, anchor.end);
    if clause.ends_with(b"with ") {
        // IDENTIFIED WITH plugin BY 'x'; with AS, it is a hash.
        at = behind_word(window, behind_blanks(window, window.run(at, PLUGIN, 64)), b"by")?;
    }
    let key = anchor.start..at;
    let next = window.slice(at..at + 9).to_ascii_lowercase();
    if next.starts_with(b"password ") || next.starts_with(b"values ") {
        return None;
    }
    literal(window, key, at)
}

/// `SET PASSWORD FOR 'user'@'host' = 'x'`, `… = PASSWORD('x')`.
fn set_for(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let user = window.run(anchor.end, Class::of("A-Za-z0-9_'`\"@%.\\ -"), 120);
    let mut at = behind_blanks(window, user + 1);
    if window.byte(user) != Some(b'=') {
        return None;
    }
    if window.slice(at..at + 9).eq_ignore_ascii_case(b"password(") {
        at += 9;
    }
    quoted::read(window, at)?;
    literal(window, anchor, at)
}

/// `PRAGMA key = 'x'`, `PRAGMA key = "x'…'"`, where the digits are the key itself.
fn pragma(window: &Window<'_>, anchor: Range<usize>) -> Option<Assignment> {
    let equals = behind_blanks(window, anchor.end);
    if window.byte(equals) != Some(b'=') {
        return None;
    }
    let mut value = quoted::read(window, behind_blanks(window, equals + 1))?;
    if window.slice(value.start..value.start + 2).eq_ignore_ascii_case(b"x'") && value.len() > 3 {
        value = value.start + 2..value.end - 1;
    }
    let (operator, quoting) = (Operator::Place, Quoting::Quoted);
    (!value.is_empty()).then_some(Assignment { key: anchor, value, operator, quoting })
}

const PLUGIN: Class = Class::of("A-Za-z0-9_'`\"");

fn behind_word(window: &Window<'_>, at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    let behind = behind_blanks(window, end);
    (window.slice(at..end).eq_ignore_ascii_case(word) && behind > end).then_some(behind)
}

fn literal(window: &Window<'_>, key: Range<usize>, at: usize) -> Option<Assignment> {
    if window.byte(at) == Some(b'`') {
        return None;
    }
    let (value, quoting) = match quoted::read(window, at) {
        Some(value) => (value, Quoting::Quoted),
        None if quoted::begins(window, at) => return None,
        // Oracle's passwords are identifiers: no quotes are needed.
        None => {
            let value = bare(window, at)?;
            (value.start..window.run(value.start, Class::of("A-Za-z0-9_$#!@%^*.-"), value.len()), Quoting::Embedded)
        }
    };
    (!value.is_empty()).then_some(Assignment { key, value, operator: Operator::Place, quoting })
}

/// Whether a statement that makes or changes a user goes on before `at`: a verb and, behind it, what it is about.
fn of_user(window: &Window<'_>, at: usize) -> bool {
    let before = window.slice(at.saturating_sub(STATEMENT)..at).to_ascii_lowercase();
    let before = &before[memchr::memrchr(b';', &before).map_or(0, |at| at + 1)..];
    let verbs = [b"create " as &[u8], b"alter ", b"grant "];
    let Some(verb) = verbs.iter().filter_map(|verb| memchr::memmem::rfind(before, verb)).max() else { return false };
    [b" user " as &[u8], b" role ", b" login ", b" group ", b" link ", b" to ", b" user\n"]
        .iter()
        .any(|word| memchr::memmem::find(&before[verb..], word).is_some())
}
