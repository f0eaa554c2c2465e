//! Pages, the trees that they make, and rows that go on in other pages (sections 1.5 and 1.6 of the format's description).

use std::collections::VecDeque;
use std::io::SeekFrom;

use super::super::Input;
use super::super::exactly::fill;
use super::record::{self, varint};

/// The longest row that is read; what is behind is left.
const ROW: u64 = 4 << 20;

/// The most pages that are read: of the smallest, 32 GiB. A bit for each is held.
const PAGES: u64 = 1 << 26;

/// How many levels a tree may have: 20 are enough for any file that there can be.
const LEVELS: usize = 40;

pub(super) struct Pages<'i> {
    input: &'i mut dyn Input,
    size: usize,
    /// What of a page is not reserved for extensions.
    usable: usize,
    count: u32,
    /// A bit for each page that was read.
    seen: Vec<u64>,
    pub(super) damaged: bool,
}

impl<'i> Pages<'i> {
    pub(super) fn new(head: &[u8], input: &'i mut dyn Input) -> Option<Self> {
        let size = match u16::from_be_bytes([*head.get(16)?, *head.get(17)?]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = size.checked_sub(usize::from(*head.get(20)?))?;
        if !size.is_power_of_two() || size < 512 || usable < 480 {
            return None;
        }
        let length = input.seek(SeekFrom::End(0)).ok()?;
        let count = u32::try_from(length.div_ceil(size as u64).min(PAGES)).ok()?;
        Some(Self { input, size, usable, count, seen: vec![0; count as usize / 64 + 1], damaged: false })
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Marks a page as read; false if it was before, or if there is no such page.
    fn mark(&mut self, number: u32) -> bool {
        if number == 0 || number > self.count {
            return false;
        }
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        let is_new = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        is_new
    }

    /// A page that was not read before.
    fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        if !self.mark(number) {
            self.damaged = true;
            return None;
        }
        self.read(number)
    }

    fn read(&mut self, number: u32) -> Option<Vec<u8>> {
        let mut page = vec![0; self.size];
        self.input.seek(SeekFrom::Start(u64::from(number - 1) * self.size as u64)).ok()?;
        // The last page of a file that was cut off is read as far as it goes.
        fill(&mut { &mut *self.input }, &mut page).ok()?;
        Some(page)
    }

    /// The row of the cell that stands at `at` of a leaf of a table or of a page of an index.
    fn row(&mut self, page: &[u8], at: usize, is_table: bool) -> Option<Vec<u8>> {
        let (length, mut at) = varint(page, at)?;
        if is_table {
            (_, at) = varint(page, at)?;
        }
        let usable = self.usable;
        let most = if is_table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        let wanted = length.min(ROW);
        if length <= most as u64 {
            return Some(page.get(at..at + length as usize)?.to_vec());
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let spilt = least + ((length - least as u64) % (usable as u64 - 4)) as usize;
        let local = if spilt <= most { spilt } else { least };
        let mut row = page.get(at..at + local)?.to_vec();
        let mut next = number(page, at + local)?;
        while (row.len() as u64) < wanted {
            let Some(page) = self.page(next) else { break };
            let piece = (wanted - row.len() as u64).min(usable as u64 - 4) as usize;
            row.extend_from_slice(&page[4..4 + piece]);
            next = number(&page, 0)?;
        }
        Some(row)
    }

    /// The rows that a page holds which no tree does.
    pub(super) fn unused(&mut self, number: u32, found: &mut VecDeque<Vec<u8>>) {
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        if self.seen[word] & bit != 0 {
            return;
        }
        let Some(page) = self.read(number) else { return };
        match Leaf::of(&page, 0) {
            // What the first byte says may be chance: only what holds rows is one.
            Some(leaf) => {
                self.mark(number);
                for index in 0..leaf.cells {
                    let row = leaf.cell(&page, index).and_then(|at| self.row(&page, at, leaf.kind == 13));
                    found.extend(row.filter(|row| record::is_row(row)));
                }
                leaf.carve(&page, found);
            }
            None => record::carve(&page, found),
        }
    }
}

fn number(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn short(page: &[u8], at: usize) -> Option<usize> {
    page.get(at..)?.first_chunk().map(|bytes| usize::from(u16::from_be_bytes(*bytes)))
}

/// The header of a page of a tree.
struct Leaf {
    /// 2 and 10: index, with pages below it and without; 5 and 13: table.
    kind: u8,
    /// Where the header begins.
    start: usize,
    cells: usize,
}

impl Leaf {
    fn of(page: &[u8], start: usize) -> Option<Self> {
        let kind = *page.get(start)?;
        let cells = short(page, start + 3)?;
        // A cell takes at least four bytes, and two in the list.
        (matches!(kind, 2 | 5 | 10 | 13) && cells <= page.len() / 6).then_some(Self { kind, start, cells })
    }

    fn has_children(&self) -> bool {
        matches!(self.kind, 2 | 5)
    }

    fn list(&self) -> usize {
        self.start + if self.has_children() { 12 } else { 8 }
    }

    fn cell(&self, page: &[u8], index: usize) -> Option<usize> {
        short(page, self.list() + 2 * index)
    }

    /// How many columns the rows of a table's page have, by the first of them.
    fn columns(&self, page: &[u8]) -> Option<usize> {
        if self.kind != 13 || self.cells == 0 {
            return None;
        }
        let (_, at) = varint(page, self.cell(page, 0)?)?;
        let (_, at) = varint(page, at)?;
        record::columns(page, at)
    }

    /// Finds the deleted rows between the list of the cells and the first cell, and between cells.
    fn carve(&self, page: &[u8], found: &mut VecDeque<Vec<u8>>) {
        let begin = self.list() + 2 * self.cells;
        let end = match short(page, self.start + 5) {
            Some(0) | None => page.len(),
            Some(end) => end.min(page.len()),
        };
        if let Some(range) = page.get(begin..end) {
            record::carve(range, found);
        }
        let columns = self.columns(page);
        // Blocks that were freed between cells: a list in ascending order, which may be damaged.
        let mut at = short(page, self.start + 1).unwrap_or(0);
        while at > 0 {
            let (next, length) = (short(page, at).unwrap_or(0), short(page, at + 2).unwrap_or(0));
            if let Some(block) = page.get(at + 4..at.saturating_add(length)) {
                match columns {
                    Some(columns) => record::carve_freed(block, columns, found),
                    None => record::carve(block, found),
                }
            }
            at = if next > at { next } else { 0 };
        }
    }
}

struct Level {
    page: Vec<u8>,
    head: Leaf,
    next: usize,
}

/// A walk over the rows of a tree of pages.
pub(super) struct Tree {
    levels: Vec<Level>,
    deleted: VecDeque<Vec<u8>>,
}

impl Tree {
    pub(super) fn new(pages: &mut Pages<'_>, root: u32) -> Self {
        let mut tree = Self { levels: Vec::new(), deleted: VecDeque::new() };
        tree.enter(pages, root);
        tree
    }

    fn enter(&mut self, pages: &mut Pages<'_>, number: u32) {
        if self.levels.len() >= LEVELS {
            pages.damaged = true;
            return;
        }
        let Some(page) = pages.page(number) else { return };
        // The first page begins with the header of the file.
        match Leaf::of(&page, if number == 1 { 100 } else { 0 }) {
            Some(head) => {
                if !head.has_children() {
                    head.carve(&page, &mut self.deleted);
                }
                self.levels.push(Level { page, head, next: 0 });
            }
            None => pages.damaged = true,
        }
    }

    /// The next row: its record, whole.
    pub(super) fn next(&mut self, pages: &mut Pages<'_>) -> Option<Vec<u8>> {
        loop {
            if let Some(row) = self.deleted.pop_front() {
                return Some(row);
            }
            let level = self.levels.last_mut()?;
            let (kind, index) = (level.head.kind, level.next);
            level.next += 1;
            if index > level.head.cells || (index == level.head.cells && !level.head.has_children()) {
                self.levels.pop();
                continue;
            }
            if index == level.head.cells {
                // The last child stands in the header.
                let child = number(&level.page, level.head.start + 8);
                self.enter(pages, child.unwrap_or(0));
                continue;
            }
            let Some(at) = level.head.cell(&level.page, index) else { continue };
            let (child, row) = match kind {
                13 => (None, pages.row(&level.page, at, true)),
                10 => (None, pages.row(&level.page, at, false)),
                5 => (number(&level.page, at), None),
                _ => (number(&level.page, at), pages.row(&level.page, at + 4, false)),
            };
            if let Some(child) = child {
                self.enter(pages, child);
            }
            if row.is_some() {
                return row;
            }
        }
    }
}
