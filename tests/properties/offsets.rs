//! Where a text stands and how it is encoded changes nothing but the offsets.

use std::io::{self, Read};
use std::sync::Mutex;

use keysieve::source::{Source as _, Stdin, Stop};

use super::support::{Example, Seen, hits, look, whole};

/// Gives its bytes a few at a time.
struct Trickle<'t> {
    rest: &'t [u8],
    most: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.rest.len().min(self.most).min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

fn streamed(text: &[u8], most: usize) -> Vec<Seen> {
    let seen = Mutex::new(Vec::new());
    let source = Stdin::new(Trickle { rest: text, most }, 1);
    source.each(&|item| seen.lock().unwrap().extend(look(&item)), &Stop::default()).unwrap();
    seen.into_inner().unwrap()
}

#[test]
fn the_size_of_the_reads_changes_nothing() {
    // One stream for all examples: each source has a buffer of several megabytes.
    let text: String = hits().iter().map(|example| format!("{}\n\n", example.text)).collect();
    let expected = whole(text.as_bytes());
    assert!(expected.len() * 2 > hits().len());
    for most in [1, 2, 3, 7, 64, 1021] {
        assert!(streamed(text.as_bytes(), most) == expected, "reads of {most} bytes");
    }
}

#[test]
fn lines_before_a_text_move_its_hits() {
    for example in hits() {
        let expected = whole(example.text.as_bytes());
        for before in 1..=64_u64 {
            let text = format!("{}\n{}", "#".repeat(before as usize - 1), example.text);
            let mut found = whole(text.as_bytes());
            for seen in &mut found {
                seen.span.start -= before;
                seen.span.end -= before;
                seen.start.line -= 1;
                seen.end.line -= 1;
                if let Some((span, start, end, _)) = &mut seen.companion {
                    span.start -= before;
                    span.end -= before;
                    start.line -= 1;
                    end.line -= 1;
                }
            }
            // What kind of file it looks like is read from its first line.
            for (found, expected) in found.iter_mut().zip(&expected) {
                found.ground = expected.ground;
            }
            assert!(
                found == expected,
                "{}, {before} bytes behind the beginning:\n{found:?}\n{expected:?}",
                example.rule
            );
        }
    }
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn units(bytes: &[u8], big: bool) -> String {
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    String::from_utf16(&bytes.chunks_exact(2).map(unit).collect::<Vec<_>>()).unwrap()
}

fn same_in_utf16(example: &Example, text: &str, big: bool, mark: bool) {
    let of = format!("{} (big: {big}, mark: {mark})", example.rule);
    let expected = whole(text.as_bytes());
    let encoded = utf16(&if mark { format!("\u{FEFF}{text}") } else { text.to_owned() }, big);
    let found = whole(&encoded);
    assert_eq!(found.len(), expected.len(), "{of}: {found:?}");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(
            (found.rule, &found.secret, &found.excerpt),
            (expected.rule, &expected.secret, &expected.excerpt),
            "{of}"
        );
        assert_eq!((found.start, found.end), (expected.start, expected.end), "{of}");
        assert_eq!(found.verdict, expected.verdict, "{of}");
        let value = |span: keysieve::place::Span| span.start as usize..span.end as usize;
        assert_eq!(units(&encoded[value(found.span)], big), text[value(expected.span)], "{of}");
    }
}

#[test]
fn utf16_gives_the_same_hits_and_leads_back_to_the_file() {
    for example in hits() {
        let plain = format!("# plain\n{}", example.text);
        let astral = format!("# naïve \u{1F511}\u{20AC}\n{}{}", "é\u{1F511}x ".repeat(600), example.text);
        for big in [false, true] {
            same_in_utf16(example, &plain, big, false);
            same_in_utf16(example, &plain, big, true);
            same_in_utf16(example, &astral, big, true);
        }
    }
}
