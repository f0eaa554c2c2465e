//! The entries of one pack and the trees that its deltas form, laid out in flat arrays: some 30 bytes an entry, so that
//! a pack of ten million objects takes 300 MB and not several times that.

use gix::objs::Kind;
use gix::odb::pack::data::{Entry, entry::Header};

use super::{Pack, Wants};

/// No entry.
pub(super) const NONE: u32 = u32::MAX;

/// Kinds as one byte; none is known of an entry whose base lies in another pack.
const UNKNOWN: u8 = 0;

pub(super) struct Table {
    /// Where each entry begins; ascending.
    offsets: Vec<u64>,
    /// Where the last entry ends.
    end: u64,
    /// The position of each entry's id in the index.
    positions: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    /// How many wanted objects the entry and everything made from it hold. Zero: it need not be touched.
    weights: Vec<u32>,
    wanted: Vec<bool>,
    /// Entries to begin with: whole objects, and deltas whose base is not in this pack.
    pub(super) roots: Vec<u32>,
    /// Wanted entries that nothing leads to: their header is damaged, or they are each other's bases.
    pub(super) unreachable: Vec<u32>,
}

impl Table {
    /// Reads all entry headers; `unwanted` are positions that another pack holds, or that are known.
    pub(super) fn read(pack: &Pack, wants: Wants, unwanted: Option<&[bool]>) -> Self {
        let count = pack.index.num_objects();
        let mut order: Vec<(u64, u32)> = (0..count).map(|at| (pack.index.pack_offset_at_index(at), at)).collect();
        order.sort_unstable();
        let length = order.len();
        let mut table = Self {
            offsets: order.iter().map(|&(offset, _)| offset).collect(),
            end: pack.data.pack_end() as u64,
            positions: order.iter().map(|&(_, position)| position).collect(),
            first_child: vec![NONE; length],
            next_sibling: vec![NONE; length],
            weights: vec![0; length],
            wanted: vec![false; length],
            roots: Vec::new(),
            unreachable: Vec::new(),
        };
        drop(order);
        let mut kinds = vec![UNKNOWN; length];
        for entry in 0..count {
            table.link(pack, entry, &mut kinds);
        }
        table.weigh(wants, unwanted, &mut kinds);
        table
    }

    fn link(&mut self, pack: &Pack, entry: u32, kinds: &mut [u8]) {
        let offset = self.offsets[entry as usize];
        let Some(header) = header(pack, offset) else { return };
        let base = match header.header {
            Header::OfsDelta { base_distance } => match offset.checked_sub(base_distance).map(|base| self.at(base)) {
                Some(Some(base)) => base,
                _ => return,
            },
            Header::RefDelta { base_id } => {
                match pack.index.lookup(base_id).and_then(|base| self.at(pack.index.pack_offset_at_index(base))) {
                    Some(base) => base,
                    None => return self.roots.push(entry),
                }
            }
            whole => {
                kinds[entry as usize] = whole.as_kind().map_or(UNKNOWN, to_byte);
                return self.roots.push(entry);
            }
        };
        self.next_sibling[entry as usize] = self.first_child[base as usize];
        self.first_child[base as usize] = entry;
    }

    fn at(&self, offset: u64) -> Option<u32> {
        u32::try_from(self.offsets.binary_search(&offset).ok()?).ok()
    }

    /// A delta has the kind of its root. What is below what is known once everything was seen from the roots.
    fn weigh(&mut self, wants: Wants, unwanted: Option<&[bool]>, kinds: &mut [u8]) {
        let mut order: Vec<u32> = self.roots.clone();
        let mut parents = vec![NONE; kinds.len()];
        let mut next = 0;
        while let Some(&entry) = order.get(next) {
            next += 1;
            for child in self.children(entry) {
                kinds[child as usize] = kinds[entry as usize];
                parents[child as usize] = entry;
                order.push(child);
            }
        }
        let mut seen = vec![false; kinds.len()];
        for &entry in &order {
            seen[entry as usize] = true;
        }
        for entry in 0..kinds.len() {
            let kind = from_byte(kinds[entry]);
            let is_unwanted = unwanted.is_some_and(|unwanted| unwanted[self.positions[entry] as usize]);
            self.wanted[entry] = !is_unwanted && kind.is_none_or(|kind| wants.kind(kind));
            if self.wanted[entry] && !seen[entry] {
                self.unreachable.push(entry as u32);
            }
        }
        for &entry in order.iter().rev() {
            self.weights[entry as usize] += u32::from(self.wanted[entry as usize]);
            if parents[entry as usize] != NONE {
                self.weights[parents[entry as usize] as usize] += self.weights[entry as usize];
            }
        }
        self.roots.retain(|&root| self.weights[root as usize] > 0);
    }

    /// The entries that are deltas of this one.
    pub(super) fn children(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |entry: u32| (entry != NONE).then_some(entry);
        std::iter::successors(some(self.first_child[entry as usize]), move |&child| {
            some(self.next_sibling[child as usize])
        })
    }

    pub(super) fn weight(&self, entry: u32) -> u32 {
        self.weights[entry as usize]
    }

    pub(super) fn is_wanted(&self, entry: u32) -> bool {
        self.wanted[entry as usize]
    }

    /// The entry's position in the index.
    pub(super) fn position(&self, entry: u32) -> u32 {
        self.positions[entry as usize]
    }

    /// The bytes of the entry, header included, as far as the pack holds them.
    pub(super) fn bytes<'p>(&self, pack: &'p Pack, entry: u32) -> Option<&'p [u8]> {
        let end = self.offsets.get(entry as usize + 1).copied().unwrap_or(self.end);
        pack.data.entry_slice(self.offsets[entry as usize]..end.max(self.offsets[entry as usize]))
    }

    /// The header of the entry.
    pub(super) fn header(&self, pack: &Pack, entry: u32) -> Option<Entry> {
        header(pack, self.offsets[entry as usize])
    }
}

/// Headers are short; this is more than the longest.
const HEADER: u64 = 64;

fn header(pack: &Pack, offset: u64) -> Option<Entry> {
    let end = offset.checked_add(HEADER)?.min(pack.data.pack_end() as u64);
    Entry::from_bytes(pack.data.entry_slice(offset..end.max(offset))?, offset, pack.data.object_hash()).ok()
}

fn to_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

fn from_byte(kind: u8) -> Option<Kind> {
    match kind {
        1 => Some(Kind::Commit),
        2 => Some(Kind::Tree),
        3 => Some(Kind::Blob),
        4 => Some(Kind::Tag),
        _ => None,
    }
}
