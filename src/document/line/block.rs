//! Keys that name a block with a default in it: `variable "db_password" { default = "…" }` (Terraform), and the rows of tables.

use std::ops::Range;

use super::behind::Given;
use super::operator::Ending;
use super::value::{bare, behind_blanks};
use super::{Operator, Quoting, context, quoted};
use crate::window::Window;

/// How far behind the brace the default may stand.
const BLOCK: usize = 300;

/// Reads the default of the block that `key` names, or the cell behind it.
pub fn read(window: &Window<'_>, key: &Range<usize>, ending: &Ending) -> Option<Given> {
    if ending.quoted { variable(window, key, ending.at) } else { cell(window, key, ending.at) }
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

/// The next cell of a table's row in which the key is a whole cell: `| password | value |`.
fn cell(window: &Window<'_>, key: &Range<usize>, at: usize) -> Option<Given> {
    let bar = behind_blanks(window, at);
    let in_table = |line: usize| window.byte(behind_blanks(window, line)) == Some(b'|');
    let before = window.run_back(key.start, crate::class::Class::of(" \t*`"), 40);
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
