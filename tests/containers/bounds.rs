//! Archives that are made to stop whoever reads them.

use keysieve::notice::Cause;

use crate::build::{Zipped, ar, bzip2, gzip, seven, tar, xz, zip, zstd};
use crate::documents::{database, document, notebook};
use crate::support::{notices, places, scan, scan_on, token};

#[test]
fn a_bomb_is_cut_off_and_told() {
    let zeroes = vec![b'0'; 40 << 20];
    let bomb = gzip(&zeroes);
    let outcome = scan("bomb.gz", bomb.clone());
    let told = notices(&outcome, Cause::Budget);
    assert_eq!((told.len(), outcome.exit_code), (1, 3), "{:?}", outcome.notices);
    assert!(outcome.coverage.member_bytes < 16 << 20, "{}", outcome.coverage.member_bytes);
    // Many small ones in one archive are no more than one, and one sentence.
    let members: Vec<Zipped<'_>> = (0..30).map(|_| Zipped { method: 0, ..Zipped::new("b.gz", &bomb) }).collect();
    let outcome = scan("bombs.zip", zip(&members));
    assert!(!outcome.complete && outcome.notices.len() < 30, "{:?}", outcome.notices);
}

#[test]
fn deep_nesting_ends() {
    let secret = token("deep");
    let mut file = format!("\n{secret}\n").into_bytes();
    for depth in 1..=8 {
        file = zip(&[Zipped { method: 0, ..Zipped::new("x.zip", &file) }]);
        let outcome = scan("a.zip", file.clone());
        assert_eq!(notices(&outcome, Cause::Budget).len(), usize::from(depth > 5), "{depth}");
        assert_eq!(places(&outcome, &secret).len(), 1, "what is stored is seen at any depth");
    }
    let mut file = secret.clone().into_bytes();
    for _ in 0..200 {
        file = gzip(&file);
    }
    assert!(!scan("a.gz", file).complete);
}

/// One of each format, all with a token in it.
fn all() -> Vec<(&'static str, Vec<u8>)> {
    let text = format!("key = {}\n", token("hostile")).into_bytes();
    vec![
        ("gzip", gzip(&text)),
        ("bzip2", bzip2(&text)),
        ("xz", xz(&text, 20, 16)),
        ("zstd", zstd(&text)),
        ("tar", tar(&[("a", &text), ("b", &text)])),
        ("tgz", gzip(&tar(&[("a", &text)]))),
        ("ar", ar(&[("a/", &text), ("b/", b"x")])),
        ("zip", zip(&[Zipped::new("a", &text), Zipped { listed: None, ..Zipped::new("b", &text) }])),
        ("7z", seven(&[("a", &text), ("b", b"x")], b"\x04\x01\x08")),
        ("sqlite", database(&token("hostile"))),
        ("pdf", document(&token("hostile"))),
        ("ipynb", notebook(&token("hostile"))),
    ]
}

#[test]
fn whatever_is_cut_off_ends_the_same_way() {
    let mut files = Vec::new();
    for (name, bytes) in all() {
        let step = (bytes.len() / 60).max(1);
        files.extend((1..bytes.len()).step_by(step).map(|end| (format!("{name}/{end}"), bytes[..end].to_vec())));
    }
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let outcome = scan_on(2, &files);
    assert!(outcome.coverage.skipped.get(&Cause::DamagedContainer).is_some_and(|count| *count > 50));
}

#[test]
fn whatever_is_changed_ends_the_same_way() {
    let mut random = 7_u64;
    let mut next = |bound: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % bound
    };
    let mut files = Vec::new();
    for (name, bytes) in all() {
        for number in 0..40 {
            let mut changed = bytes.clone();
            for _ in 0..=next(6) {
                let at = next(changed.len());
                changed[at] = [0, 0xFF, 0x7F, 1, next(256) as u8][next(5)];
            }
            files.push((format!("{name}/{number}"), changed));
        }
    }
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    scan_on(2, &files);
}

#[test]
fn pages_that_name_one_another_are_read_once() {
    let mut file = database(&token("loop"));
    let size = 512;
    // Every pointer to a page leads back to the first ones.
    for page in 1..file.len() / size {
        for at in [size * page, size * page + 8] {
            file[at..at + 4].copy_from_slice(&2_u32.to_be_bytes());
        }
    }
    scan("x.db", file.clone());
    for page in 1..file.len() / size {
        file[size * page] = 5;
        file[size * page + 3..size * page + 5].copy_from_slice(&[0, 60]);
    }
    let outcome = scan("x.db", file);
    assert!(!notices(&outcome, Cause::DamagedContainer).is_empty());
}

#[test]
fn headers_without_end_take_no_time() {
    let zips = b"PK\x03\x04".repeat(200_000);
    let objects = b"%PDF-1.7\n".iter().copied().chain(b"1 0 obj <</A (".repeat(100_000)).collect();
    let streams = b"%PDF-1.7\n".iter().copied().chain(b"1 0 obj <<>> stream\n".repeat(100_000)).collect();
    let strings = b"{\"cells\": [".iter().copied().chain(b"\"\\\"\", [".repeat(200_000)).collect();
    let files = [("a", zips), ("b", objects), ("c", streams), ("d", strings)];
    let begin = std::time::Instant::now();
    scan_on(2, &files);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
