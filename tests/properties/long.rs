//! Texts longer than a part, through a real source: what it lends gives the hits of the whole.

use std::sync::Mutex;

use keysieve::source::{PART, Source as _, Stdin, Stop};

use super::support::{Seen, hits, look, whole};

fn streamed(text: &[u8]) -> Vec<Seen> {
    let seen = Mutex::new(Vec::new());
    let source = Stdin::new(text, 2);
    source.each(&|item| seen.lock().unwrap().extend(look(&item)), &Stop::default()).unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_by_key(|it| (it.span, it.rule));
    seen
}

/// `filler` until a little before `at`, every example, and filler again for `behind` bytes.
fn long(filler: &str, at: usize, behind: usize) -> String {
    let examples: String = hits().iter().map(|example| format!("{}\n", example.text)).collect();
    let before = at.saturating_sub(examples.len() / 2);
    let mut text = filler.repeat(before / filler.len());
    text.push_str(&examples);
    text.push_str(&filler.repeat(behind / filler.len()));
    text
}

fn same(text: &[u8]) {
    let (expected, found) = (whole(text), streamed(text));
    let wrong: Vec<String> = expected
        .iter()
        .filter(|it| !found.contains(it))
        .map(|it| format!("only in the whole: {it:?}"))
        .chain(found.iter().filter(|it| !expected.contains(it)).map(|it| format!("only in parts: {it:?}")))
        .collect();
    let some: Vec<String> = wrong.iter().take(4).map(|it| it.chars().take(900).collect()).collect();
    assert!(wrong.is_empty(), "{} of {} hits differ, the first:\n{}", wrong.len(), expected.len(), some.join("\n"));
}

#[test]
fn a_long_stream_gives_the_hits_of_the_whole() {
    same(long("naïve words and a straße, line after line, \u{1F511}\n", PART, 60_000).as_bytes());
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_long_stream_in_utf16_gives_the_hits_of_the_whole() {
    same(&utf16(&long("plain words, line after line, in two bytes each\n", PART / 2, 60_000), true));
}

#[test]
fn a_long_stream_of_ideographs_in_utf16_gives_the_hits_of_the_whole() {
    // In UTF-8 three bytes a character, in UTF-16 two.
    same(&utf16(&long("\u{6F22}\u{5B57}\u{8080}\u{80BF}\u{BFBF}\u{0A0A}\u{8A9E}", PART / 2 * 3, 60_000), true));
}

#[test]
fn a_long_line_in_utf16_gives_the_hits_of_the_whole() {
    same(&utf16(&long("plain words without an end ", PART / 2, 60_000).replace('\n', " "), true));
}

#[test]
fn the_beginning_of_a_stream_tells_the_kind_of_all_of_it() {
    same(format!("{{\"a\": 1}}\n{}", long("words of no kind, line after line\n", PART, 60_000)).as_bytes());
}

#[test]
fn a_long_binary_is_binary_to_its_end() {
    let text = long("strings of a program, one after the other\n", PART, 60_000);
    same(&[b"\x7fELF\0\0\x01\0", text.as_bytes()].concat());
}
