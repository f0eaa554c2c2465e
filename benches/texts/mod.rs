//! Texts to measure on: the project's own sources, as they are and changed.

use std::fs;
use std::path::Path;

use keysieve::rule::example::expand;
use keysieve::rule::set::RuleSet;

/// How long the texts are, in bytes.
pub const LENGTH: usize = 8 * 1024 * 1024;

/// The Rust sources of this package, one after the other, again and again.
pub fn source_code() -> Vec<u8> {
    let mut once = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut once);
    once.into_iter().cycle().take(LENGTH).collect()
}

fn gather(directory: &Path, out: &mut Vec<u8>) {
    let mut paths: Vec<_> =
        fs::read_dir(directory).expect("a directory of sources").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.extend(fs::read(&path).expect("a source file"));
        }
    }
}

/// `text` with an example of some rule after every `every` bytes, at the end of a line.
#[allow(dead_code, reason = "each bench uses what it needs")]
pub fn planted(text: &[u8], every: usize) -> Vec<u8> {
    let rules = RuleSet::builtin();
    let examples: Vec<String> = rules
        .iter()
        .flat_map(|(_, rule)| rule.hit.iter().map(move |example| (rule, example)))
        .map(|(rule, example)| expand(&rules, rule, &example.text).expect("a good template"))
        .collect();
    let mut examples = examples.iter().cycle();
    let (mut out, mut since) = (Vec::with_capacity(text.len()), 0);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(line);
        since += line.len();
        if since >= every {
            let example = examples.next().expect("a cycle has no end");
            out.extend_from_slice(example.as_bytes());
            out.push(b'\n');
            since = 0;
        }
    }
    out.truncate(LENGTH);
    out
}

/// `text` on one line, without the spaces that people need.
#[allow(dead_code, reason = "each bench uses what it needs")]
pub fn minified(text: &[u8]) -> Vec<u8> {
    let words = text.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let mut out = Vec::with_capacity(text.len());
    for word in words {
        let joins = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        if joins(out.last()) && joins(word.first()) {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
    out.into_iter().cycle().take(LENGTH).collect()
}
