//! Archives and compressed streams: in each a token that its own bytes do not show.

use keysieve::notice::Cause;

use crate::build::{Zipped, ar, bzip2, gzip, seven, tar, tar_member, xz, zip, zstd};
use crate::support::{notices, places, scan, scan_on, token};

fn text(secret: &str) -> Vec<u8> {
    format!("first line\nkey = {secret}\nlast line\n").into_bytes()
}

#[test]
fn compressed_streams_are_unpacked_whatever_their_name() {
    let secret = token("stream");
    let text = text(&secret);
    for (format, packed) in
        [("gzip", gzip(&text)), ("bzip2", bzip2(&text)), ("xz", xz(&text, 20, 16)), ("zstd", zstd(&text))]
    {
        let outcome = scan("a.dat", packed);
        assert_eq!(places(&outcome, &secret), ["a.dat!a.dat"], "{format}");
        assert_eq!(outcome.findings[0].places[0].start.line, 2, "{format}");
        assert!(outcome.complete && outcome.notices.is_empty(), "{format}: {:?}", outcome.notices);
        assert_eq!((outcome.coverage.members, outcome.coverage.member_bytes), (1, text.len() as u64), "{format}");
    }
    assert_eq!(places(&scan("log.txt.gz", gzip(&text)), &secret), ["log.txt.gz!log.txt"]);
}

#[test]
fn streams_one_after_the_other_are_one() {
    let (one, two) = (token("one"), token("two"));
    for pack in [gzip as fn(&[u8]) -> Vec<u8>, bzip2, zstd] {
        let outcome = scan("a", [pack(&text(&one)), pack(&text(&two))].concat());
        assert_eq!([places(&outcome, &one).len(), places(&outcome, &two).len()], [1, 1], "{:?}", outcome.notices);
    }
}

#[test]
fn members_of_archives_have_places_of_their_own() {
    let secret = token("member");
    let text = text(&secret);
    let zipped = zip(&[Zipped::new("in/a.env", &text)]);
    assert_eq!(places(&scan("x.jar", zipped.clone()), &secret), ["x.jar!in/a.env"]);
    // A member that is stored as it is stands in the bytes of its container, too: its own place wins.
    assert_eq!(places(&scan("x.tar", tar(&[("in/a.env", &text)])), &secret), ["x.tar!in/a.env"]);
    assert_eq!(places(&scan("x.a", ar(&[("a.env/", &text)])), &secret), ["x.a!a.env"]);
    let packed = gzip(&tar(&[("in/a.env", &text)]));
    assert_eq!(places(&scan("x.tgz", packed.clone()), &secret), ["x.tgz!in/a.env"], "no step for the stream");
    let solid = seven(&[("b", b"other"), ("in/a.env", &text)], b"\x04\x01\x08");
    assert_eq!(places(&scan("x.7z", solid), &secret), ["x.7z!in/a.env"]);
    let deb = ar(&[("debian-binary", b"2.0\n"), ("data.tar.gz/", &packed)]);
    let nested = zip(&[Zipped::new("p.deb", &deb)]);
    assert_eq!(places(&scan("x.zip", nested), &secret), ["x.zip!p.deb!data.tar.gz!in/a.env"]);
    let inner = tar(&[("x.zip", &zipped)]);
    assert_eq!(places(&scan("y.tar", inner), &secret), ["y.tar!x.zip!in/a.env"]);
}

#[test]
fn a_zip_that_disagrees_with_itself_is_read_both_ways() {
    let (listed, hidden, renamed) = (token("listed"), token("hidden"), token("renamed"));
    let texts = [&listed, &hidden].map(|secret| text(secret));
    let file = zip(&[
        Zipped::new("a", &texts[0]),
        Zipped { listed: None, ..Zipped::new("b", &texts[1]) },
        Zipped { name: &renamed, listed: Some("c"), ..Zipped::new("", b"nothing") },
    ]);
    let outcome = scan("x.zip", file.clone());
    assert_eq!(places(&outcome, &listed), ["x.zip!a"]);
    assert_eq!(places(&outcome, &hidden), ["x.zip!b"]);
    assert_eq!(places(&outcome, &renamed).len(), 1, "a name that only the header has");
    // Without its directory every member is one that only its header tells of.
    let cut = scan("x.zip", file[..file.len() - 60].to_vec());
    assert_eq!(places(&cut, &listed), ["x.zip!a"]);
    assert_eq!(notices(&cut, Cause::DamagedContainer).len(), 1, "{:?}", cut.notices);
    // What stands before the archive moves everything.
    let moved = scan("x.crx", [b"Cr24\x03\0\0\0\x04\0\0\0abcd", file.as_slice()].concat());
    assert_eq!(places(&moved, &listed), ["x.crx!a"]);
    assert_eq!(places(&moved, &hidden), ["x.crx!b"]);
}

#[test]
fn names_of_members_are_scanned() {
    let secret = token("name");
    let pax = format!("{} path=dir/{secret}/f\n", "path=dir//f\n".len() + secret.len() + 3);
    let mut file = tar_member("x", b'x', pax.as_bytes());
    file.extend(tar(&[("short", b"text")]));
    let outcome = scan("x.tar", gzip(&file));
    assert_eq!(outcome.findings.len(), 1, "{:?}", outcome.findings);
    let shown = format!("{:?}", places(&outcome, &secret));
    assert!(shown.contains("(name)") && !shown.contains(&secret), "{shown}");
}

#[test]
fn an_archive_behind_the_end_of_another_is_read() {
    let (one, two) = (token("before"), token("behind"));
    let file = [tar(&[("a", &text(&one))]), tar(&[("b", &text(&two))])].concat();
    let outcome = scan("x.tar.gz", gzip(&file));
    assert_eq!([places(&outcome, &one), places(&outcome, &two)], [["x.tar.gz!a"], ["x.tar.gz!b"]]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let secret = text(&token("encrypted"));
    let encrypted = zip(&[Zipped { flags: 1, ..Zipped::new("a", &secret) }, Zipped::new("b", b"text")]);
    let outcome = scan("x.zip", encrypted);
    assert_eq!(notices(&outcome, Cause::Encrypted), ["x.zip!a: it is encrypted"]);
    assert!(outcome.complete && outcome.exit_code == 0, "a known cause");
    let outcome = scan("x.zip", zip(&[Zipped { method: 98, ..Zipped::new("a", b"x") }]));
    assert_eq!(notices(&outcome, Cause::UnsupportedContainer).len(), 1);
    let outcome = scan("x.7z", seven(&[("a", b"text")], b"\x03\x04\x01"));
    assert_eq!(notices(&outcome, Cause::UnsupportedContainer).len(), 1, "{:?}", outcome.notices);
    let outcome = scan("x.7z", seven(&[("a", b"text")], b"\x06\xF1\x07\x01"));
    assert_eq!(notices(&outcome, Cause::Encrypted), ["x.7z!a: it is encrypted"]);
    // A dictionary of 64 MiB, and a window of 128.
    let outcome = scan("x.xz", xz(b"text", 20, 28));
    assert_eq!((notices(&outcome, Cause::Budget).len(), outcome.exit_code), (1, 3), "{:?}", outcome.notices);
    let outcome = scan("x.zst", b"\x28\xB5\x2F\xFD\x00\x88 and so on".to_vec());
    assert_eq!((notices(&outcome, Cause::Budget).len(), outcome.exit_code), (1, 3), "{:?}", outcome.notices);
}

#[test]
fn a_long_member_comes_in_parts() {
    let (first, last) = (token("first"), token("last"));
    let mut filler = String::new();
    for number in 0..150_000_u64 {
        filler.push_str(&format!("{:x} of a long text\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
    let long = format!("{first}\n{filler}{last}\n");
    let outcome = scan("x.tar.gz", gzip(&tar(&[("long.txt", long.as_bytes())])));
    assert_eq!(places(&outcome, &first), ["x.tar.gz!long.txt"], "{:?}", outcome.notices);
    let found = outcome.findings.iter().find(|it| it.secret.as_ref().is_some_and(|it| it.expose() == last.as_bytes()));
    assert_eq!(found.unwrap().places[0].start.line, 150_002);
}

#[test]
fn a_container_that_a_source_lends_in_parts_is_read_as_a_whole() {
    let secret = token("far");
    let mut random = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 56) as u8
    })
    .take(9 << 20)
    .collect();
    let text = text(&secret);
    let file = zip(&[Zipped { method: 0, ..Zipped::new("noise", &noise) }, Zipped::new("a", &text)]);
    for threads in [1, 3] {
        let outcome = scan_on(threads, &[("x.zip", file.clone())]);
        assert_eq!(places(&outcome, &secret), ["x.zip!a"], "{:?}", outcome.notices);
    }
}

#[test]
fn threads_are_not_to_be_seen() {
    let files: Vec<(String, Vec<u8>)> = (0..12)
        .map(|number| {
            let texts = [0, 1].map(|half| text(&token(&format!("{}-{half}", number / 2))));
            let inner = zip(&[Zipped::new("a", &texts[0]), Zipped { listed: None, ..Zipped::new("b", &texts[1]) }]);
            (format!("d{}/x{number}.tar.gz", number % 3), gzip(&tar(&[("in.zip", &inner), ("t", &texts[1])])))
        })
        .collect();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let of = |threads: usize| {
        let outcome = scan_on(threads, &files);
        (format!("{:?}", outcome.findings), outcome.notices, outcome.coverage)
    };
    let one = of(1);
    assert!([2, 5].into_iter().all(|threads| of(threads) == one));
}
