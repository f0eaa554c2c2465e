//! The fuzz targets on a fixed series of inputs: texts that parsers look at, cut, doubled and changed in a repeatable way.

#[path = "../fuzz/targets.rs"]
mod targets;

use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;

/// How many inputs each target gets.
const INPUTS: usize = 3000;

/// A small deterministic generator (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Beginnings of documents, packs, patterns and containers.
const TEXTS: [&[u8]; 12] = [
    b"a: &x {b: [1, 2]}\nc: *x\n--- !t\n- |\n  d\n",
    b"{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"a = 1\\n\", \"b\"]}]}",
    b"[a]\nb = { c = [1, \"d\"] }\n",
    b"resource \"a\" \"b\" { c = \"${d}\" }\n",
    b"export A='b c' # d\n",
    b"provider = \"A\"\n[[rule]]\nid = \"a-b\"\nformat = \"a_{hex:4-8|12}\"\n",
    b"[[rules]]\nid = \"a\"\nregex = '''(?i)a[0-9]{3,}(?P<b>c|d)'''\nkeywords = [\"a\"]\n",
    b"exa_{base62:36}{[a-f]:2-4}{x|y}",
    b"%PDF-1.4\n1 0 obj\n<</Length 20>>\nstream\nBT (a) Tj [(b) 1 <63>] TJ ET\nendstream\nendobj\n",
    b"\x1F\x8B\x08\0\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE8\x01\0\0\0",
    b"!<arch>\na/              0           0     0     644     4         `\ntext",
    b"\xFF\xFEa\0b\0\x3D\xD8\x00\xDE",
];

/// An archive of one member, in the form of POSIX.
fn tar() -> Vec<u8> {
    let mut block = vec![0u8; 1536];
    block[..5].copy_from_slice(b"a.txt");
    block[124..135].copy_from_slice(b"00000000010");
    block[156] = b'0';
    block[257..263].copy_from_slice(b"ustar\0");
    block[148..156].fill(b' ');
    let sum: u32 = block[..512].iter().map(|&byte| u32::from(byte)).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    block[512..520].copy_from_slice(b"password");
    block
}

/// What inputs begin as: beginnings of every format that is read, and the examples of the rules.
fn seeds() -> Vec<Vec<u8>> {
    let rules = RuleSet::builtin();
    let examples = rules.iter().flat_map(|(_, rule)| {
        rule.hit.iter().filter_map(|example| expand(&rules, rule, &example.text).ok()).map(String::into_bytes)
    });
    let zip = [b"PK\x03\x04\x14".as_slice(), &[0; 17], &[4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0], b"atext"].concat();
    let page = [&[13, 0, 0, 0, 1, 3, 0, 0], [1; 916].as_slice()].concat();
    let sqlite = [b"SQLite format 3\0\x04\0\x01\x01\0\x40\x20\x20".as_slice(), &[0; 76], &page].concat();
    examples.chain(TEXTS.iter().map(|text| text.to_vec())).chain([zip, sqlite, tar()]).collect()
}

/// One input: a seed, or two, with a few changes.
fn input(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    if random.below(4) == 0 {
        bytes.extend_from_slice(&seeds[random.below(seeds.len())]);
    }
    for _ in 0..random.below(5) {
        if bytes.is_empty() {
            break;
        }
        let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
        let (from, to) = (at.min(other), at.max(other));
        match random.below(5) {
            0 => bytes[at] = random.next() as u8,
            1 => drop(bytes.drain(from..to.min(from + 40))),
            2 => drop(bytes.splice(from..from, [random.next() as u8, b'"', b'\n'])),
            3 => bytes.extend_from_within(from..to.min(from + 200)),
            _ => bytes.truncate(to),
        }
    }
    bytes
}

#[test]
fn every_target_survives_its_inputs() {
    let seeds = seeds();
    for (name, target) in targets::TARGETS {
        let mut random = Random(name.len() as u64);
        for _ in 0..INPUTS {
            target(&input(&seeds, &mut random));
        }
    }
}

#[test]
fn every_target_has_its_file() {
    let manifest = include_str!("../fuzz/Cargo.toml");
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), targets::TARGETS.len());
}
