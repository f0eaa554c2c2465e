//! SQLite databases (<https://www.sqlite.org/fileformat2.html>).
//!
//! A search of the bytes misses what the format takes apart: a long value goes on in other pages, and the values of a row
//! stand without anything between them, so that a token has a neighbour's letters at its end. So the trees of pages are
//! walked. Each table and each index is a member, its rows as lines `column = "value"`, so that a column's name counts as
//! the key that it is; and a table of settings, with a column of names and one of values, is written as such.
//!
//! Deleted rows stay in the file until their place is used again. They are looked for in the free space of the leaves
//! and in the pages that no tree holds, where a row is told by a header whose lengths fit. A free block has written over
//! its first four bytes, and a short row's header with it; that row is told by how many columns the rows beside it have.
//!
//! Every page is read once, whichever page names it, so a loop ends.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::{Input, Problem, Visit};

mod pages;
mod record;
mod schema;

use pages::{Pages, Tree};
use record::{Charset, Value};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(super) fn is_head(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The most tables and indexes that are read.
const TABLES: usize = 10_000;

pub(super) fn members(head: &[u8], input: &mut dyn Input, visit: &mut dyn Visit) {
    let Some(mut pages) = Pages::new(head, input) else {
        return visit.problem(b"", Problem::Damaged("its header makes no sense"));
    };
    let charset = Charset::of(head);
    let mut tables = Vec::new();
    let mut schema = Tree::new(&mut pages, 1);
    while let Some(row) = schema.next(&mut pages) {
        if let Some(table) = schema::Table::of(&record::values(&row, charset))
            && tables.len() < TABLES
        {
            tables.push(table);
        }
    }
    // What the definitions themselves say: defaults, views, triggers.
    let definitions: Vec<u8> = tables.iter().flat_map(|table| [table.sql.as_slice(), b"\n"].concat()).collect();
    if visit.member(b"schema", &mut definitions.as_slice()).is_break() {
        return;
    }
    for table in &tables {
        if table.root == 0 {
            continue;
        }
        let tree = Tree::new(&mut pages, table.root);
        let rows = Rows { rows: Walk::Tree(tree), pages: &mut pages, columns: &table.columns, charset };
        if visit.member(&table.name, &mut Text::new(rows)).is_break() {
            return;
        }
    }
    let rows =
        Rows { rows: Walk::Unused { next: 1, found: VecDeque::new() }, pages: &mut pages, columns: &[], charset };
    let flow = visit.member(b"unused pages", &mut Text::new(rows));
    if flow.is_continue() && pages.damaged {
        visit.problem(b"", Problem::Damaged("pages are missing, or are named twice"));
    }
}

enum Walk {
    Tree(Tree),
    /// The pages that no tree holds.
    Unused {
        next: u32,
        found: VecDeque<Vec<u8>>,
    },
}

struct Rows<'t, 'i> {
    rows: Walk,
    pages: &'t mut Pages<'i>,
    columns: &'t [Vec<u8>],
    charset: Charset,
}

impl Rows<'_, '_> {
    fn next(&mut self) -> Option<Vec<u8>> {
        match &mut self.rows {
            Walk::Tree(tree) => tree.next(self.pages),
            Walk::Unused { next, found } => loop {
                if let Some(row) = found.pop_front() {
                    return Some(row);
                }
                if *next > self.pages.count() {
                    return None;
                }
                self.pages.unused(*next, found);
                *next += 1;
            },
        }
    }

    /// Writes the next row; false behind the last.
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(row) = self.next() else { return false };
        let values = record::values(&row, self.charset);
        let (mut name, mut setting) = (None, None);
        for (index, value) in values.iter().enumerate() {
            let column = self.columns.get(index).map_or(&b"value"[..], Vec::as_slice);
            let Some(text) = value.text() else { continue };
            line(out, column, &text);
            if let Value::Text(_) = value {
                match column.to_ascii_lowercase().as_slice() {
                    b"key" | b"name" | b"setting" | b"option" | b"property" => name = Some(text),
                    b"value" | b"val" | b"data" if !self.columns.is_empty() => setting = Some(text),
                    _ => {}
                }
            }
        }
        if let (Some(name), Some(setting)) = (name, setting)
            && name.len() <= 128
        {
            line(out, &name, &setting);
        }
        out.push(b'\n');
        true
    }
}

/// `key = "value"`, or without quotes where the value has some of its own.
fn line(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let is_plain = !value.iter().any(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r'));
    let quote: &[u8] = if is_plain { b"\"" } else { b"" };
    for piece in [key, b" = ", quote, value, quote, b"\n"] {
        out.extend_from_slice(piece);
    }
}

/// The rows as a stream of lines, made as they are read.
struct Text<'t, 'i> {
    rows: Rows<'t, 'i>,
    made: Vec<u8>,
    at: usize,
}

impl<'t, 'i> Text<'t, 'i> {
    fn new(rows: Rows<'t, 'i>) -> Self {
        Self { rows, made: Vec::new(), at: 0 }
    }
}

impl Read for Text<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.made.len() {
            self.made.clear();
            self.at = 0;
            if !self.rows.write(&mut self.made) {
                return Ok(0);
            }
        }
        let count = out.len().min(self.made.len() - self.at);
        out[..count].copy_from_slice(&self.made[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
