//! Where in a file the code stands: a page holds scripts, and a file of PHP holds a page.

use std::ops::Range;

use memchr::memmem;

use super::super::mark_length;
use super::grammar::{Place, dialect};

/// The parts of the file that are code.
pub(super) fn parts(path: &[u8], text: &str) -> Vec<Range<usize>> {
    match dialect(path) {
        Some((_, Place::Whole)) => std::iter::once(mark_length(text)..text.len()).collect(),
        Some((_, Place::Scripts)) => scripts(text),
        Some((_, Place::Php)) => php(text),
        None => Vec::new(),
    }
}

/// What stands in the elements of a page that hold scripts.
fn scripts(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|behind| at + behind + 1) {
        at = start;
        if !begins(&bytes[start..], b"script") {
            continue;
        }
        let Some(body) = memchr::memchr(b'>', &bytes[start..]).map(|behind| start + behind + 1) else { break };
        at = body;
        // A page that ends within a script has one to its end.
        let mut end = bytes.len();
        while let Some(close) = memmem::find(&bytes[at..], b"</").map(|behind| at + behind) {
            at = close + 2;
            if begins(&bytes[at..], b"script") {
                end = close;
                break;
            }
        }
        if is_script(&text[start..body]) {
            found.push(body..end);
        }
        at = end;
    }
    found
}

fn begins(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// Whether what stands in an element of this tag is a script and not data or a template.
fn is_script(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    let Some((_, kind)) = tag.split_once("type=") else { return true };
    ["javascript", "ecmascript", "module", "babel", "typescript", "jsx"]
        .iter()
        .any(|word| kind.split_ascii_whitespace().next().is_some_and(|kind| kind.contains(word)))
}

/// What stands between `<?php` or `<?=` and `?>`.
fn php(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memmem::find(&bytes[at..], b"<?").map(|behind| at + behind + 2) {
        let word = if begins(&bytes[start..], b"php") { 3 } else { usize::from(bytes.get(start) == Some(&b'=')) };
        at = start + word;
        if word > 0 {
            let end = memmem::find(&bytes[at..], b"?>").map_or(bytes.len(), |behind| at + behind);
            found.push(at..end);
            at = end;
        }
    }
    found
}
