//! The entries of one pack and the trees that its deltas form, laid out in flat arrays: some 30 bytes an entry, so that
//! a pack of ten million objects takes 300 MB and not several times that.

use gix::objs::Kind;
use gix::odb::pack::data::{Entry, entry::Header};

use super::prefixes::Prefixes;
use super::{Pack, Wants};

/// No entry.
pub(super) const NONE: u32 = u32::MAX;

/// Kinds as one byte; none is known of an entry whose base lies in another pack.
const UNKNOWN: u8 = 0;

/// The entries of a pack and how they hang together: the same whatever is wanted of it.
pub(super) struct Links {
    /// Where each entry begins; ascending.
    offsets: Vec<u64>,
    /// Where the last entry ends.
    end: u64,
    /// The position of each entry's id in the index.
    positions: Vec<u32>,
    /// The checksum of each entry's bytes, if the index has them: they are wanted in this order, in which they do not lie there.
    checksums: Option<Vec<u32>>,
    /// The kind of each entry that is whole, as one byte.
    kinds: Vec<u8>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    /// Whole objects, and deltas whose base is not in this pack.
    roots: Vec<u32>,
    /// Where the ids of the entries stand in the index.
    prefixes: Prefixes,
}

/// What is wanted of a pack.
pub(super) struct Table<'p> {
    links: &'p Links,
    /// How many wanted objects the entry and everything made from it hold. Zero: it need not be touched.
    weights: Vec<u32>,
    wanted: Vec<bool>,
    /// Entries to begin with.
    pub(super) roots: Vec<u32>,
    /// Wanted entries that nothing leads to: their header is damaged, or they are each other's bases.
    pub(super) unreachable: Vec<u32>,
}

/// What the header of an entry says of where it belongs.
#[derive(Clone, Copy)]
enum Place {
    /// It is whole.
    Whole(Kind),
    /// It is a delta on this entry.
    Below(u32),
    /// It is a delta on an object of another pack.
    Outside,
    /// It is damaged.
    Nowhere,
}

impl Links {
    /// Reads all entry headers, on so many threads.
    pub(super) fn read(pack: &Pack, threads: usize) -> Self {
        /// Fewer are read before a thread is made.
        const LEAST: usize = 4096;
        let count = pack.index.num_objects();
        let mut order: Vec<(u64, u32)> = (0..count).map(|at| (pack.index.pack_offset_at_index(at), at)).collect();
        order.sort_unstable_by_key(|&(offset, _)| offset);
        let length = order.len();
        let mut links = Self {
            offsets: order.iter().map(|&(offset, _)| offset).collect(),
            end: pack.data.pack_end() as u64,
            positions: order.iter().map(|&(_, position)| position).collect(),
            checksums: order.iter().map(|&(_, position)| pack.index.crc32_at_index(position)).collect(),
            kinds: vec![UNKNOWN; length],
            first_child: vec![NONE; length],
            next_sibling: vec![NONE; length],
            roots: Vec::new(),
            prefixes: Prefixes::of(&pack.index),
        };
        drop(order);
        let mut places = vec![Place::Nowhere; length];
        let share = length.div_ceil(threads.max(1)).max(LEAST);
        let fill = |places: &mut [Place], offsets: &[u64]| {
            places.iter_mut().zip(offsets).for_each(|(place, &offset)| *place = links.place(pack, offset));
        };
        std::thread::scope(|scope| {
            let mut shares = places.chunks_mut(share).zip(links.offsets.chunks(share));
            let own = shares.next();
            for (places, offsets) in shares {
                scope.spawn(move || fill(places, offsets));
            }
            own.into_iter().for_each(|(places, offsets)| fill(places, offsets));
        });
        for (place, entry) in places.into_iter().zip(0..) {
            links.link(place, entry);
        }
        links
    }

    fn place(&self, pack: &Pack, offset: u64) -> Place {
        let Some(header) = header(pack, offset) else { return Place::Nowhere };
        match header.header {
            Header::OfsDelta { base_distance } => {
                let base = offset.checked_sub(base_distance).and_then(|base| self.at(base));
                base.map_or(Place::Nowhere, Place::Below)
            }
            Header::RefDelta { base_id } => {
                let base = self.position(pack, &base_id).map(|base| pack.index.pack_offset_at_index(base));
                base.and_then(|base| self.at(base)).map_or(Place::Outside, Place::Below)
            }
            whole => whole.as_kind().map_or(Place::Nowhere, Place::Whole),
        }
    }

    fn link(&mut self, place: Place, entry: u32) {
        match place {
            Place::Whole(kind) => {
                self.kinds[entry as usize] = to_byte(kind);
                self.roots.push(entry);
            }
            Place::Outside => self.roots.push(entry),
            Place::Below(base) => {
                self.next_sibling[entry as usize] = self.first_child[base as usize];
                self.first_child[base as usize] = entry;
            }
            Place::Nowhere => {}
        }
    }

    /// The position of `id` in the index of `pack`, which these are the links of.
    pub(super) fn position(&self, pack: &Pack, id: &gix::oid) -> Option<u32> {
        self.prefixes.position(&pack.index, id)
    }

    fn at(&self, offset: u64) -> Option<u32> {
        u32::try_from(self.offsets.binary_search(&offset).ok()?).ok()
    }

    fn children(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |entry: u32| (entry != NONE).then_some(entry);
        std::iter::successors(some(self.first_child[entry as usize]), move |&child| {
            some(self.next_sibling[child as usize])
        })
    }
}

impl<'p> Table<'p> {
    /// What of the pack is wanted; `unwanted` are positions that another pack holds, or that are known.
    pub(super) fn new(links: &'p Links, wants: Wants, unwanted: Option<&[bool]>) -> Self {
        let length = links.offsets.len();
        let mut kinds = links.kinds.clone();
        let mut order: Vec<u32> = links.roots.clone();
        let mut parents = vec![NONE; length];
        let mut next = 0;
        // What is below what is known once everything was seen from the roots.
        while let Some(&entry) = order.get(next) {
            next += 1;
            for child in links.children(entry) {
                kinds[child as usize] = kinds[entry as usize];
                parents[child as usize] = entry;
                order.push(child);
            }
        }
        let mut seen = vec![false; length];
        for &entry in &order {
            seen[entry as usize] = true;
        }
        let (mut wanted, mut unreachable) = (vec![false; length], Vec::new());
        for entry in 0..length {
            let kind = from_byte(kinds[entry]);
            let is_unwanted = unwanted.is_some_and(|unwanted| unwanted[links.positions[entry] as usize]);
            wanted[entry] = !is_unwanted && kind.is_none_or(|kind| wants.kind(kind));
            if wanted[entry] && !seen[entry] {
                unreachable.push(entry as u32);
            }
        }
        let mut weights = vec![0; length];
        for &entry in order.iter().rev() {
            weights[entry as usize] += u32::from(wanted[entry as usize]);
            if parents[entry as usize] != NONE {
                weights[parents[entry as usize] as usize] += weights[entry as usize];
            }
        }
        let roots = links.roots.iter().copied().filter(|&root| weights[root as usize] > 0).collect();
        Self { links, weights, wanted, roots, unreachable }
    }

    /// The entries that are deltas of this one.
    pub(super) fn children(&self, entry: u32) -> impl Iterator<Item = u32> + '_ {
        self.links.children(entry)
    }

    pub(super) fn weight(&self, entry: u32) -> u32 {
        self.weights[entry as usize]
    }

    pub(super) fn is_wanted(&self, entry: u32) -> bool {
        self.wanted[entry as usize]
    }

    /// The entry's position in the index.
    pub(super) fn position(&self, entry: u32) -> u32 {
        self.links.positions[entry as usize]
    }

    /// The checksum of the entry's bytes, if the index has one.
    pub(super) fn checksum(&self, entry: u32) -> Option<u32> {
        Some(self.links.checksums.as_ref()?[entry as usize])
    }

    /// The bytes of the entry, header included, as far as the pack holds them.
    pub(super) fn bytes<'a>(&self, pack: &'a Pack, entry: u32) -> Option<&'a [u8]> {
        let end = self.links.offsets.get(entry as usize + 1).copied().unwrap_or(self.links.end);
        pack.data.entry_slice(self.links.offsets[entry as usize]..end.max(self.links.offsets[entry as usize]))
    }

    /// The header of the entry.
    pub(super) fn header(&self, pack: &Pack, entry: u32) -> Option<Entry> {
        header(pack, self.links.offsets[entry as usize])
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
