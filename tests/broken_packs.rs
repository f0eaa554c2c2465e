//! Packs that no git writes: cycles, missing bases, deltas that lie. What is whole in them is read, the rest is named, and the
//! work is bounded.
#![allow(clippy::unwrap_used)]

use std::io::Write as _;

use keysieve::notice::Cause;
use keysieve::provenance::{Lineage, trace};
use keysieve::source::{End, History, Id, Range, Selection, Stop};

mod scripted;

use scripted::{Scratch, Seen};

/// An entry of a pack.
struct Entry {
    id: [u8; 20],
    /// 3 for a blob, 7 for a delta on an id.
    kind: u8,
    /// The size that its header declares.
    size: u64,
    base: Option<[u8; 20]>,
    data: Vec<u8>,
}

/// An id that is nothing's.
fn id(number: u8) -> [u8; 20] {
    [number; 20]
}

fn blob(number: u8, text: &str) -> Entry {
    Entry { id: id(number), kind: 3, size: text.len() as u64, base: None, data: text.as_bytes().to_vec() }
}

fn delta(number: u8, base: u8, instructions: &[u8]) -> Entry {
    let data = instructions.to_vec();
    Entry { id: id(number), kind: 7, size: data.len() as u64, base: Some(id(base)), data }
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().unwrap().as_bytes().to_vec()
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A pack and its index, version 2 each (gitformat-pack(5)).
fn pack(entries: &[Entry]) -> (Vec<u8>, Vec<u8>) {
    let mut pack = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &(entries.len() as u32).to_be_bytes()].concat();
    let mut places = Vec::new();
    for entry in entries {
        let start = pack.len();
        let mut size = entry.size >> 4;
        let mut byte = entry.kind << 4 | (entry.size & 15) as u8;
        while size > 0 {
            pack.push(byte | 0x80);
            byte = (size & 0x7F) as u8;
            size >>= 7;
        }
        pack.push(byte);
        pack.extend(entry.base.iter().flatten());
        pack.extend(zlib(&entry.data));
        places.push((entry.id, crc32fast::hash(&pack[start..]), start as u32));
    }
    let checksum = sha1(&pack);
    pack.extend(&checksum);
    places.sort_unstable();
    let mut index = [b"\xFFtOc".as_slice(), &2_u32.to_be_bytes()].concat();
    for first in 0..=255_u8 {
        let count = places.iter().filter(|(id, _, _)| id[0] <= first).count() as u32;
        index.extend(count.to_be_bytes());
    }
    places.iter().for_each(|(id, _, _)| index.extend(id));
    places.iter().for_each(|(_, crc, _)| index.extend(crc.to_be_bytes()));
    places.iter().for_each(|(_, _, offset)| index.extend(offset.to_be_bytes()));
    index.extend(checksum);
    let own = sha1(&index);
    index.extend(own);
    (pack, index)
}

/// What a repository with such a pack shows.
fn seen(entries: &[Entry]) -> Seen {
    let scratch = Scratch::repository();
    let (pack, index) = pack(entries);
    let name = format!("repo/.git/objects/pack/pack-{}", "0".repeat(40));
    scratch.write(&format!("{name}.pack"), pack);
    scratch.write(&format!("{name}.idx"), index);
    Seen::run(&History::new(&scratch.open("repo"), 2))
}

const WHOLE: &str = "the blob that is whole";

/// The whole blob is read, and `lost` objects are named as damaged, with these words.
fn loses(lost: u64, words: &str, mut entries: Vec<Entry>) {
    entries.push(blob(0xEE, WHOLE));
    let seen = seen(&entries);
    assert_eq!(seen.count(WHOLE), 1, "{words}");
    assert_eq!(seen.skipped(Cause::CorruptObject), lost, "{words}: {:?}", seen.tally.notices);
    let notices = seen.notices(Cause::CorruptObject).join("\n");
    assert!(notices.contains(words), "{words}: {notices}");
    assert!(!seen.is_complete());
}

/// Copies `count` bytes from `offset`.
fn copy(offset: u8, count: u8) -> [u8; 3] {
    [0x91, offset, count]
}

#[test]
fn a_good_pack_of_the_writer_is_read() {
    let length = WHOLE.len() as u8;
    let good = [&[length, length + 1][..], &copy(0, length), &[1, b'!']].concat();
    let seen = seen(&[blob(1, WHOLE), delta(2, 1, &good)]);
    assert_eq!((seen.count(WHOLE), seen.count("whole!")), (2, 1));
    assert!(seen.is_complete(), "{:?}", seen.tally.notices);
}

#[test]
fn objects_that_are_each_others_bases_are_named() {
    loses(1, "its header or delta base is damaged", vec![delta(1, 1, &[1, 1, 1, b'x'])]);
    let cycle = vec![delta(1, 2, &[1, 1, 1, b'x']), delta(2, 3, &[1, 1, 1, b'x']), delta(3, 1, &[1, 1, 1, b'x'])];
    loses(3, "its header or delta base is damaged", cycle);
    // What hangs below a cycle is lost with it.
    let below = vec![delta(1, 2, &[1, 1, 1, b'x']), delta(2, 1, &[1, 1, 1, b'x']), delta(3, 2, &[1, 1, 1, b'x'])];
    loses(3, "its header or delta base is damaged", below);
}

#[test]
fn nobody_follows_a_cycle() {
    let hex = |number: u8| format!("{number:02x}").repeat(20);
    let commit = |number: u8, tree: u8| {
        let text = format!(
            "tree {}\nauthor A <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> 1700000000 +0000\n\nx\n",
            hex(tree)
        );
        Entry { id: id(number), kind: 1, size: text.len() as u64, base: None, data: text.into_bytes() }
    };
    let scratch = Scratch::repository();
    let cycle = [delta(1, 2, &[1, 1, 1, b'x']), delta(2, 1, &[1, 1, 1, b'x'])];
    let entries: Vec<Entry> = cycle.into_iter().chain([commit(3, 1), blob(0xEE, WHOLE)]).collect();
    let (pack, index) = pack(&entries);
    let name = format!("repo/.git/objects/pack/pack-{}", "0".repeat(40));
    scratch.write(&format!("{name}.pack"), pack);
    scratch.write(&format!("{name}.idx"), index);
    let repository = scratch.open("repo");
    let history = History::new(&repository, 1);
    assert_eq!(Seen::run(&history).skipped(Cause::CorruptObject), 2);
    let graph = history.take_graph().unwrap();
    let wanted = [Id::from_hex(&hex(0xEE)).unwrap()];
    let sightings =
        trace(&repository, &Lineage::new(graph.clone()), &graph.nesting, (&wanted, &[]), None, 1, &Stop::default());
    assert_eq!(sightings.of(wanted[0]), []);
    assert!(!sightings.tally.notices.is_empty(), "the directory could not be read");
    let selection = Selection { wanted: vec![End::Revision(hex(3))], ..Selection::default() };
    let seen = Seen::run(&Range::new(&repository, selection, 1));
    assert_eq!(seen.skipped(Cause::CorruptObject), 1);
}

#[test]
fn a_missing_base_takes_what_is_made_from_it() {
    let entries = vec![delta(1, 9, &[1, 1, 1, b'x']), delta(2, 1, &[1, 1, 1, b'y'])];
    loses(2, "the base of its delta is missing", entries);
}

#[test]
fn deltas_that_lie_are_refused() {
    let length = WHOLE.len() as u8;
    for (what, instructions) in [
        ("a copy beyond its base", [&[length, 30][..], &copy(length - 1, 30)].concat()),
        ("no command", [&[length, 1][..], &[0], &[1, b'x']].concat()),
        ("a result that is shorter", [&[length, 9][..], &copy(0, 3)].concat()),
        ("a result that is longer", [&[length, 2][..], &copy(0, 3)].concat()),
        ("another base", [&[length + 1, 3][..], &copy(0, 3)].concat()),
        ("an insert that ends early", vec![length, 9, 9, b'x']),
        ("a size without an end", vec![0xFF; 12]),
        ("a result of exabytes", [&[length, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F][..], &copy(0, 3)].concat()),
    ] {
        let seen = seen(&[blob(1, WHOLE), delta(2, 1, &instructions)]);
        assert_eq!(seen.count(WHOLE), 1, "{what}");
        let named = seen.skipped(Cause::CorruptObject) + seen.skipped(Cause::Budget);
        assert_eq!(named, 1, "{what}: {:?}", seen.tally.notices);
    }
}

#[test]
fn a_size_that_is_a_lie_asks_for_no_memory() {
    for size in [1 << 20, 1 << 40, u64::MAX >> 4] {
        let mut liar = blob(1, "short");
        liar.size = size;
        let mut other = delta(2, 0xEE, &[1, 1]);
        other.size = size;
        let seen = seen(&[liar, other, blob(0xEE, WHOLE)]);
        assert_eq!(seen.count(WHOLE), 1, "{size}");
        let named = seen.skipped(Cause::CorruptObject) + seen.skipped(Cause::Budget);
        assert_eq!(named, 2, "{size}: {:?}", seen.tally.notices);
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_deltas_needs_no_stack() {
    let length = WHOLE.len() as u8;
    let mut entries = vec![blob(0xEE, WHOLE)];
    let name = |number: u32| {
        let mut id = [0x11; 20];
        id[..4].copy_from_slice(&number.to_be_bytes());
        id
    };
    let same = [&[length, length][..], &copy(0, length)].concat();
    let mut base = id(0xEE);
    for number in 0..100_000 {
        let data = same.clone();
        entries.push(Entry { id: name(number), kind: 7, size: data.len() as u64, base: Some(base), data });
        base = name(number);
    }
    let seen = seen(&entries);
    assert_eq!(seen.count(WHOLE), 100_001);
    assert!(seen.is_complete(), "{:?}", seen.tally.notices);
}
