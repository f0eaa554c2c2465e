//! No input stops the scanner: every byte sequence ends in hits, and every hit lies in the text.

use keysieve::place::Origin;
use keysieve::run::inspect::inspect;
use keysieve::source::{Item, OVERLAP};
use proptest::prelude::*;

use super::support::{detector, hits, part};

/// Inspects `text` whole and as a part, and holds the hits against the text.
fn survives(text: &[u8]) {
    let holds = |item: &Item<'_>| {
        for hit in inspect(detector(), item).hits {
            let end = item.offset + item.bytes.len() as u64;
            assert!(item.offset <= hit.span.start && hit.span.start <= hit.span.end && hit.span.end <= end);
            assert!((hit.start.line, hit.start.column) <= (hit.end.line, hit.end.column), "{:?}", hit.span);
            let excerpt = &hit.excerpt;
            assert!(excerpt.text.get(excerpt.start..excerpt.end).is_some(), "{excerpt:?}");
        }
    };
    holds(&Item::whole(Origin::Stdin, text));
    let (from, to) = (text.len() / 3, text.len() * 2 / 3);
    holds(&part(text, from..to, OVERLAP));
    holds(&part(text, from..to, 16));
}

/// What decoders look at.
const ENCODED: [&str; 14] = [
    "%41",
    "%25",
    "\\u0041",
    "\\x41",
    "\\",
    "&#65;",
    "&quot;",
    "=3D",
    "=\n",
    "a\" + \"b",
    "a\\\nb",
    ": |\n  a\n",
    "<<EOT\na\nEOT\n",
    "YWFhYWFhYWFhYWFhYWFhYWFh",
];

/// Bytes of any kind, among them the texts that make rules look.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let marks: Vec<Vec<u8>> =
        ["-----BEGIN ", "-----END ", "-----", "://", "@", ":", "eyJ", "password=", "\"", "\n", " "]
            .iter()
            .chain(&ENCODED)
            .map(|mark| mark.as_bytes().to_vec())
            .chain(detector().literals().iter().map(|literal| literal.as_bytes().to_vec()))
            .collect();
    let piece = prop_oneof![
        3 => prop::sample::select(marks),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        2 => "[A-Za-z0-9+/_=.-]{0,80}".prop_map(String::into_bytes),
        1 => "[ -~]{0,30}".prop_map(String::into_bytes),
        1 => "\\PC{0,10}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| {
        let mut bytes = pieces.concat();
        bytes.truncate(4096);
        bytes
    })
}

fn doubled(text: &[u8], big: bool) -> Vec<u8> {
    text.iter().flat_map(|&byte| if big { [0, byte] } else { [byte, 0] }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(text in bytes(), binary in any::<bool>()) {
        // A NUL byte makes it binary content, and one in every second place UTF-16.
        survives(&if binary { [b"\0\0\x01\0", text.as_slice()].concat() } else { text.clone() });
        survives(&doubled(&text, binary));
        survives(&[if binary { b"\xFE\xFF" } else { b"\xFF\xFE" }, text.as_slice()].concat());
    }

    #[test]
    fn bytes_without_any_form_are_survived(text in prop::collection::vec(any::<u8>(), 0..4096)) {
        survives(&text);
    }
}

fn repeated(text: &str, length: usize) -> Vec<u8> {
    text.bytes().cycle().take(length).collect()
}

/// Each of these makes some reader begin at every few bytes; a reader that went on to the end of the text would not be
/// done this year.
#[test]
fn a_megabyte_of_the_same_is_survived() {
    for text in ["a", "key=", "password=\"", "-----BEGIN ", "://", "@", "://a:", "x://y:z@", "eyJ", "\\\"token\\\":"] {
        survives(&repeated(text, 1 << 20));
    }
    for text in ENCODED {
        survives(&repeated(text, 1 << 19));
    }
}

#[test]
fn every_literal_repeated_is_survived() {
    for literal in detector().literals() {
        for joint in ["", "=", " "] {
            survives(&repeated(&format!("{literal}{joint}"), 6 * 1024));
        }
    }
}

/// So many hits, halves of credentials among them, that a comparison of each with each would be felt.
#[test]
fn every_example_repeated_is_survived() {
    for example in hits() {
        survives(&repeated(&format!("{}\n", example.text), 16 * 1024));
    }
}
