//! Keys that name a block with a value or a default in it: `variable "db_password" { default = "…" }` (Terraform),
//! `"db_password": {"value": "…"}` (its state, parameters of ARM), `DbPassword:` with `Default: …` below it (CloudFormation);
//! the rows of tables, and their columns.

use std::ops::Range;

use super::behind::Given;
use super::operator::Ending;
use super::value::{self, bare, behind_blanks};
use super::{Operator, Quoting, column, context, quoted};
use crate::class::Class;
use crate::window::Window;

/// How far behind the brace the default may stand.
const BLOCK: usize = 300;
/// How many lines below its name a member may stand, and the longest line before it.
const MEMBERS_BELOW: usize = 6;
const LINE: usize = 200;

/// Reads the default of the block that `key` names, or the cell behind it.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    let given = if ending.quoted { variable(window, key, ending.at) } else { cell(window, key, ending.at) };
    given.or_else(|| column::read(window, key))
}

fn variable(window: &Window<'_>, key: &Range<usize>, at: usize) -> Option<Given> {
    if !window.slice(key.start.saturating_sub(10)..key.start).ends_with(b"variable \"") {
        return None;
    }
    let brace = behind_blanks(window, at);
    if window.byte(brace) != Some(b'{') {
        return None;
    }
    let block = window.slice(brace + 1..brace + 1 + BLOCK);
    let block = &block[..memchr::memchr(b'}', block).unwrap_or(block.len())];
    let found = memchr::memmem::find(block, b"default")? + b"default".len();
    let equals = behind_blanks(window, brace + 1 + found);
    if window.byte(equals) != Some(b'=') {
        return None;
    }
    let value = quoted::read(window, behind_blanks(window, equals + 1))?;
    (!value.is_empty()).then_some((Operator::Pair, value, Quoting::Quoted))
}

/// What the members of a block are called that hold what its name is given.
const MEMBERS: [&[u8]; 3] = [b"value", b"default", b"defaultvalue"];

/// Reads the member of the block that stands at `at`, behind the name and its colon: an object in braces, or the lines below
/// that are further in.
pub fn member(window: &Window<'_>, key: &Range<usize>, at: usize) -> Option<Given> {
    match window.byte(at)? {
        b'{' => in_braces(window, at + 1),
        b'\r' | b'\n' => below(window, key, at),
        _ => None,
    }
}

/// Behind the name of a member that begins at `begin`.
fn behind_member(window: &Window<'_>, begin: usize) -> Option<usize> {
    let end = window.run(begin, Class::of("A-Za-z"), 16);
    MEMBERS.iter().any(|it| window.slice(begin..end).eq_ignore_ascii_case(it)).then_some(end)
}

fn in_braces(window: &Window<'_>, open: usize) -> Option<Given> {
    let block = window.slice(open..open + BLOCK);
    let block = &block[..memchr::memchr2(b'{', b'}', block).unwrap_or(block.len())];
    // Every second piece between quotes is a name or a value.
    for quote in memchr::memchr_iter(b'"', block) {
        let Some(name) = behind_member(window, open + quote + 1) else { continue };
        if window.byte(name) != Some(b'"') || window.byte(behind_blanks(window, name + 1)) != Some(b':') {
            continue;
        }
        let at = behind_blanks(window, behind_blanks(window, name + 1) + 1);
        let value = quoted::read(window, at).filter(|value| !value.is_empty())?;
        return Some((Operator::Pair, value, Quoting::Quoted));
    }
    // `{ type: String, value: "…" }` (JavaScript, YAML).
    let mut begins = std::iter::once(open).chain(memchr::memchr_iter(b',', block).map(|comma| open + comma + 1));
    begins.find_map(|begin| {
        let name = behind_member(window, window.run(begin, Class::of(" \t\r\n"), 80))?;
        if window.byte(name) != Some(b':') {
            return None;
        }
        let value = quoted::read(window, behind_blanks(window, name + 1)).filter(|value| !value.is_empty())?;
        Some((Operator::Pair, value, Quoting::Quoted))
    })
}

fn below(window: &Window<'_>, key: &Range<usize>, at: usize) -> Option<Given> {
    let start = context::line_start(window, key.start)?;
    let indentation = behind_blanks(window, start) - start;
    let mut line = window.run(at, Class::of("\r\n"), 2);
    for _ in 0..MEMBERS_BELOW {
        let begin = behind_blanks(window, line);
        if begin - line <= indentation {
            return None;
        }
        if let Some(name) = behind_member(window, begin).filter(|&name| window.slice(name..name + 2) == b": ") {
            let (value, quoting) = value::read(window, begin, behind_blanks(window, name + 1))?;
            return Some((Operator::Pair, value, quoting));
        }
        let rest = window.slice(begin..begin + LINE);
        line = begin + memchr::memchr(b'\n', rest)? + 1;
    }
    None
}

/// The next cell of a table's row in which the key is a whole cell: `| password | value |`.
fn cell(window: &Window<'_>, key: &Range<usize>, at: usize) -> Option<Given> {
    let bar = behind_blanks(window, at);
    let in_table = |line: usize| window.byte(behind_blanks(window, line)) == Some(b'|');
    let before = window.run_back(key.start, Class::of(" \t*`"), 40);
    if window.byte(bar) != Some(b'|')
        || window.before(before) != Some(b'|')
        || !context::line_start(window, key.start).is_some_and(in_table)
    {
        return None;
    }
    let start = behind_blanks(window, bar + 1);
    let (value, quoting) = match quoted::read(window, start) {
        Some(value) => (value, Quoting::Quoted),
        None => (bare(window, start)?, Quoting::Bare),
    };
    let end = if quoting == Quoting::Quoted { value.end + 1 } else { value.end };
    let closes = window.byte(behind_blanks(window, end)) == Some(b'|');
    (closes && !value.is_empty() && window.byte(value.start) != Some(b'|')).then_some((Operator::Pair, value, quoting))
}
