//! Where in the index of a pack the ids begin that have the same first bits.
//!
//! An index is searched by halves, each of them another page of memory. Of a whole history every entry of every tree is
//! looked up: there this table leads to where the id is. With a place for every fourth id it stays in a cache that is nearer than
//! the ids, which lie beside each other; one with two places for each id is as far away as they are, and has to be waited for first.

use gix::odb::pack::index::File;
use gix::oid;

/// The fewest bits, and the most: 16 MiB.
const BITS: std::ops::RangeInclusive<u32> = 4..=22;

/// So many ids are compared with each other one by one.
const FEW: u32 = 16;

/// The position of the first id that has certain first bits, by these.
pub(super) struct Prefixes {
    firsts: Vec<u32>,
    bits: u32,
}

impl Prefixes {
    pub(super) fn of(index: &File) -> Self {
        let count = index.num_objects();
        let bits = (u32::BITS - count.leading_zeros()).saturating_sub(2).clamp(*BITS.start(), *BITS.end());
        let mut firsts = Vec::with_capacity((1 << bits) + 1);
        for position in 0..count {
            let own = first_bits(index.oid_at_index(position), bits);
            while firsts.len() <= own {
                firsts.push(position);
            }
        }
        firsts.resize((1 << bits) + 1, count);
        Self { firsts, bits }
    }

    /// The position of `id` in the index of which these are the prefixes.
    pub(super) fn position(&self, index: &File, id: &oid) -> Option<u32> {
        let own = first_bits(id, self.bits);
        let (mut low, mut high) = (self.firsts[own], self.firsts[own + 1]);
        // Which of two is less costs more to ask than whether they are the same; ids that somebody made alike may be many.
        while high - low > FEW {
            let middle = low + (high - low) / 2;
            match index.oid_at_index(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        (low..high).find(|&position| is_same(index.oid_at_index(position), id))
    }
}

/// Whether two ids are the same; those of one length are compared as numbers.
#[inline]
fn is_same(one: &oid, other: &oid) -> bool {
    const LENGTH: usize = 20;
    let (one, other) = (one.as_bytes(), other.as_bytes());
    match (one.split_first_chunk::<LENGTH>(), other.split_first_chunk::<LENGTH>()) {
        (Some((one, one_more)), Some((other, other_more))) => one == other && one_more == other_more,
        _ => one == other,
    }
}

fn first_bits(id: &oid, bits: u32) -> usize {
    let first = id.as_bytes().first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
    (first >> (u32::BITS - bits)) as usize
}
