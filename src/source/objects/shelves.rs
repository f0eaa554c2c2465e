//! Where in the index of a pack an id stands.
//!
//! Every entry of every tree is looked up. An index says where the ids begin that share their first byte; from there on it is
//! halving, ten steps for a hundred thousand objects, each to another place in memory. With a table of ids that share some more
//! bits there are four left to look at. It is made where all objects are walked over; whoever asks for a few halves.

use gix::odb::pack::index::File;

/// How many ids share a shelf, on average: as a power of two.
const SHARED: u32 = 2;
/// The most bits that tell shelves apart: 4 MB.
const BITS: u32 = 20;

/// Where in an index the ids of each shelf begin.
pub(super) struct Shelves {
    /// How many of the first 32 bits do not matter.
    shift: u32,
    starts: Vec<u32>,
}

impl Shelves {
    /// Reads all ids of an index.
    pub(super) fn of(index: &File) -> Self {
        let count = index.num_objects();
        let bits = count.max(1).ilog2().saturating_sub(SHARED).clamp(1, BITS);
        let mut shelves = Self { shift: u32::BITS - bits, starts: Vec::with_capacity((1 << bits) + 1) };
        for position in 0..count {
            let shelf = shelves.shelf(index.oid_at_index(position));
            while shelves.starts.len() <= shelf {
                shelves.starts.push(position);
            }
        }
        shelves.starts.resize((1 << bits) + 1, count);
        shelves
    }

    /// The position of `id` in the index that the shelves are of.
    pub(super) fn lookup(&self, index: &File, id: &gix::oid) -> Option<u32> {
        let shelf = self.shelf(id);
        (self.starts[shelf]..self.starts[shelf + 1]).find(|&position| index.oid_at_index(position) == id)
    }

    fn shelf(&self, id: &gix::oid) -> usize {
        let first = id.as_bytes().first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
        (first >> self.shift) as usize
    }
}
