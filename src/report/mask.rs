//! What a report may show of a text that comes from the repository.
//!
//! Problem: paths, authors, messages and subjects of notices are written by others. They may steer a terminal, and they
//! may hold the very secret that is reported beside them: a token in a file name stands in the path of every finding of
//! that file. Upstream masks excerpts, one place at a time; only the report knows all the secrets of a run.
//!
//! Way: every such text passes through one [`Mask`], which replaces each byte of a secret's own part by `*` and escapes
//! what cannot be seen. The length stays, so offsets into a text stay right. The secrets are found in their sorted list, behind a
//! bit set of their first eight bytes that says of nearly every place of a text that none begins there. The list borrows, so a
//! secret costs some 20 bytes here, whatever its length.
//!
//! Rejected: an Aho-Corasick automaton over all secrets (the same answer for a thousand times the memory), a table of copies
//! by their first bytes (some 400 bytes each), and masking any eight bytes that some secret also holds (a password
//! `acme-production` would turn every path below `acme-pro…` into stars). A secret of more than one line is masked line by
//! line. Own parts under eight bytes are left alone: they are words, and would blank the report.

use std::borrow::Cow;

use super::Report;
use crate::finding::{Excerpt, Finding, Kind, Place};
use crate::place::{FilePath, Origin, sanitize};

/// The shortest run of secret bytes that is masked, and how many of them the set knows.
const KEY: usize = 8;

/// Bits of the set for each secret. One place in so many is looked up in vain.
const BITS_EACH: usize = 16;

/// The fewest bits of the set.
const BITS_LEAST: usize = 1 << 18;

/// The secrets of a report; see the module.
pub(super) struct Mask<'r> {
    /// Of as many bits as a power of two; of none if there are no secrets.
    filter: Vec<u64>,
    /// Sorted. Thousands may begin alike: the JSON Web Tokens of one issuer do.
    lines: Vec<&'r [u8]>,
    /// What stands before the names of files that were scanned.
    before: &'r str,
}

impl<'r> Mask<'r> {
    /// The mask of everything that `report` must not show; of nothing if the user asked to see the secrets.
    pub(super) fn of(report: &Report<'r>) -> Self {
        if report.show.secrets {
            return Mask::new(Vec::new());
        }
        Self::hiding(report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding)), report.masked)
    }

    /// The same for people at a terminal, who open files from where they are.
    pub(super) fn near(report: &Report<'r>) -> Self {
        Mask { before: &report.checkout.scanned, ..Self::of(report) }
    }

    /// The same for forges, which open files from the top of the repository.
    pub(super) fn from_top(report: &Report<'r>) -> Self {
        Mask { before: &report.checkout.prefix, ..Self::of(report) }
    }

    /// The mask of the secrets of these findings, and of others.
    pub(super) fn hiding(findings: impl IntoIterator<Item = &'r Finding>, others: &'r [Vec<u8>]) -> Self {
        let mut secrets: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
        for finding in findings {
            let Some(secret) = &finding.secret else { continue };
            secrets.push(secret.own_part());
            if finding.kind != Kind::Secret {
                continue;
            }
            let spelt = finding.places.iter().filter_map(Place::spelt);
            secrets.extend(spelt.filter(|spelt| memchr::memmem::find(spelt, secret.own_part()).is_none()));
        }
        Self::new(secrets)
    }

    fn new(secrets: Vec<&'r [u8]>) -> Self {
        let lines = secrets.into_iter().flat_map(|secret| secret.split(|byte| matches!(byte, b'\n' | b'\r')));
        let mut lines: Vec<&[u8]> = lines.filter(|line| line.len() >= KEY).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut mask = Self { filter: Vec::new(), lines, before: "" };
        if !mask.lines.is_empty() {
            let bits = (BITS_EACH * mask.lines.len()).next_power_of_two().max(BITS_LEAST);
            mask.filter = vec![0; bits / u64::BITS as usize];
            for key in mask.lines.iter().filter_map(|line| line.first_chunk()) {
                let (word, bit) = place_of(key, mask.filter.len());
                mask.filter[word] |= bit;
            }
        }
        mask
    }

    /// The longest secret that stands at the beginning of `bytes`, in bytes.
    fn at(&self, bytes: &[u8]) -> Option<usize> {
        let (word, bit) = place_of(bytes.first_chunk()?, self.filter.len());
        if self.filter[word] & bit == 0 {
            return None;
        }
        longest_beginning(&self.lines, bytes)
    }

    /// `bytes` with every byte of a secret replaced by `*`.
    fn bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let mut masked = Cow::Borrowed(bytes);
        if self.filter.is_empty() {
            return masked;
        }
        let mut done = 0;
        for at in 0..bytes.len().saturating_sub(KEY - 1) {
            if let Some(length) = self.at(&bytes[at..]) {
                let end = at + length;
                if end > done {
                    masked.to_mut()[at.max(done)..end].fill(b'*');
                    done = end;
                }
            }
        }
        masked
    }

    /// `text` without secrets, still as long, otherwise as it was.
    fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // A secret in another encoding may begin inside a character of the text.
            Cow::Owned(bytes) => Cow::Owned(
                String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            ),
        }
    }

    /// A text for a person: one line, without secrets, control, bidirectional and zero-width characters.
    pub(super) fn text(&self, text: &str) -> String {
        sanitize(&self.without_secrets(text))
    }

    /// A path without secrets; its other bytes stay.
    pub(super) fn path<'t>(&self, path: &'t FilePath) -> Cow<'t, FilePath> {
        match self.bytes(path.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(path),
            Cow::Owned(bytes) => Cow::Owned(FilePath::new(bytes)),
        }
    }

    /// An origin for a person.
    pub(super) fn origin(&self, origin: &Origin) -> String {
        let shown = match origin.outermost() {
            _ if self.before.is_empty() => Cow::Borrowed(origin),
            Origin::File(path) => Cow::Owned(origin.within(&Origin::File(self.placed(path)))),
            Origin::FileName(path) => Cow::Owned(origin.within(&Origin::FileName(self.placed(path)))),
            _ => Cow::Borrowed(origin),
        };
        shown.map_paths(&|path| self.path(path).into_owned()).display()
    }

    /// A file with what stands before its name.
    fn placed(&self, path: &FilePath) -> FilePath {
        match path.as_bytes() {
            [b'/', ..] => path.clone(),
            bytes => FilePath::new([self.before.as_bytes(), bytes].concat()),
        }
    }

    /// An excerpt that can be shown, its offsets on characters and within the text, whatever came in.
    pub(super) fn excerpt(&self, excerpt: &Excerpt) -> Excerpt {
        let text = self.without_secrets(&excerpt.text);
        let end = text.floor_char_boundary_at(excerpt.end);
        let start = text.floor_char_boundary_at(excerpt.start).min(end);
        let mut shown = sanitize(&text[..start]);
        let shown_start = shown.len();
        shown.push_str(&sanitize(&text[start..end]));
        let shown_end = shown.len();
        shown.push_str(&sanitize(&text[end..]));
        Excerpt { text: shown.into(), start: shown_start, end: shown_end }
    }
}

/// The length of the longest of `lines`, which are sorted, that `bytes` begin with.
///
/// What they begin with is not behind them in the order of bytes, and whatever stands between the two begins with it as well:
/// so of the last line that is not behind them only what the two have in common can matter.
fn longest_beginning(lines: &[&[u8]], bytes: &[u8]) -> Option<usize> {
    let (mut lines, mut bytes) = (lines, bytes);
    loop {
        lines = &lines[..lines.partition_point(|line| *line <= bytes)];
        let line = lines.last()?;
        let common = line.iter().zip(bytes).take_while(|(one, other)| one == other).count();
        if common == line.len() {
            return Some(common);
        }
        bytes = &bytes[..common];
    }
}

/// A text of several lines for a person: line ends stay, whatever else cannot be seen is escaped.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(sanitize).collect::<Vec<_>>().join("\n")
}

/// The word, of so many, and the bit in it that stand for what begins with `key`.
fn place_of(key: &[u8; KEY], words: usize) -> (usize, u64) {
    let mixed = u64::from_le_bytes(*key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    let (word, bit) = (mixed / u64::from(u64::BITS), mixed % u64::from(u64::BITS));
    (word as usize % words, 1 << bit)
}

/// What `str::floor_char_boundary` does, which is younger than the oldest compiler we build with.
trait FloorCharBoundary {
    fn floor_char_boundary_at(&self, index: usize) -> usize;
}

impl FloorCharBoundary for str {
    fn floor_char_boundary_at(&self, index: usize) -> usize {
        (0..=index.min(self.len())).rev().find(|&at| self.is_char_boundary(at)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn mask<'r>(secrets: &[&'r [u8]]) -> Mask<'r> {
        Mask::new(secrets.to_vec())
    }

    #[test]
    fn secrets_become_stars_wherever_they_stand() {
        let mask = mask(&[b"first-secret", b"second-secret", b"short"]);
        assert_eq!(mask.text("a/first-secret/second-secret"), "a/************/*************");
        assert_eq!(mask.text("first-secretfirst-secret"), "*".repeat(24));
        assert_eq!(mask.text("first-secre short"), "first-secre short");
    }

    #[test]
    fn overlapping_secrets_are_both_hidden() {
        let mask = mask(&[b"abcdefghij", b"fghijklmno", b"abcdefgh"]);
        assert_eq!(mask.text("xabcdefghijklmnox"), format!("x{}x", "*".repeat(15)));
    }

    #[test]
    fn the_longest_beginning_is_found_among_many_that_begin_alike() {
        let word = |number: usize, length: usize| -> Vec<u8> {
            (0..length).map(|at| b'a' + (number >> at) as u8 % 2).collect()
        };
        let words: BTreeSet<Vec<u8>> =
            (0..200).map(|number| word(number * 7, 1 + number % 9)).filter(|line| line.len() % 3 != 1).collect();
        let lines: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        for number in 0..1024 {
            let bytes = word(number, 10);
            let expected = lines.iter().filter(|line| bytes.starts_with(line)).map(|line| line.len()).max();
            assert_eq!(longest_beginning(&lines, &bytes), expected, "{number}");
        }
        assert_eq!(longest_beginning(&[], b"a"), None);
    }

    #[test]
    fn a_secret_of_many_lines_is_hidden_line_by_line() {
        let mask = mask(&[b"line one of it\r\nline two of it\n"]);
        assert_eq!(mask.text("line two of it"), "*".repeat(14));
    }

    #[test]
    fn an_excerpt_survives_wrong_offsets_and_hidden_characters() {
        let excerpt = Excerpt { text: "é\u{202e}secret".into(), start: 1, end: 99 };
        let shown = mask(&[]).excerpt(&excerpt);
        assert_eq!((shown.text.as_ref(), shown.start, shown.end), ("é\\u{202e}secret", 0, 16));
        let shown = mask(&[b"secret-part"]).excerpt(&Excerpt { text: "\u{7}k=secret-part;".into(), start: 3, end: 14 });
        assert_eq!(&shown.text[shown.start..shown.end], "***********");
        assert_eq!(shown.text.as_ref(), "\\u{7}k=***********;");
    }
}
