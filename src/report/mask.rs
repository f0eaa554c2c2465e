//! What a report may show of a text that comes from the repository.
//!
//! Problem: paths, authors, messages and subjects of notices are written by others. They may steer a terminal, and they
//! may hold the very secret that is reported beside them: a token in a file name stands in the path of every finding of
//! that file. Upstream masks excerpts, one place at a time; only the report knows all the secrets of a run.
//!
//! Way: every such text passes through one [`Mask`], which replaces each byte of a secret's own part by `*` and escapes
//! what cannot be seen. The length stays, so offsets into a text stay right. The secrets are found by a table of their
//! first eight bytes behind a small bit set: linear in the text, and 30,000 secrets cost a megabyte or two.
//!
//! Rejected: an Aho-Corasick automaton over all secrets (the same answer for a hundred times the memory), and masking any
//! eight bytes that some secret also holds (a password `acme-production` would turn every path below `acme-pro…` into
//! stars). A secret of more than one line is masked line by line. Own parts under eight bytes are left alone: they are
//! words, and would blank the report.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use super::Report;
use crate::finding::{Excerpt, Finding, Kind, Place};
use crate::place::{FilePath, Origin, sanitize};

/// The shortest run of secret bytes that is masked, and the length of the keys of the table.
const KEY: usize = 8;

/// Bits in the set that is asked before the table.
const FILTER_BITS: u32 = 18;

/// The secrets of a report; see the module.
pub(super) struct Mask {
    filter: Vec<u64>,
    /// Thousands may begin alike: the JSON Web Tokens of one issuer do.
    by_key: HashMap<[u8; KEY], BTreeSet<Vec<u8>>>,
    /// What stands before the names of files that were scanned.
    before: String,
}

impl Mask {
    /// The mask of everything that `report` must not show; of nothing if the user asked to see the secrets.
    pub(super) fn of(report: &Report<'_>) -> Self {
        if report.show.secrets {
            return Mask { filter: Vec::new(), by_key: HashMap::new(), before: String::new() };
        }
        Self::hiding(report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding)), report.masked)
    }

    /// The same for people at a terminal, who open files from where they are.
    pub(super) fn near(report: &Report<'_>) -> Self {
        Mask { before: report.checkout.scanned.clone(), ..Self::of(report) }
    }

    /// The same for forges, which open files from the top of the repository.
    pub(super) fn from_top(report: &Report<'_>) -> Self {
        Mask { before: report.checkout.prefix.clone(), ..Self::of(report) }
    }

    /// The mask of the secrets of these findings, and of others.
    pub(super) fn hiding<'f>(findings: impl IntoIterator<Item = &'f Finding>, others: &[Vec<u8>]) -> Self {
        let mut mask = Mask { filter: Vec::new(), by_key: HashMap::new(), before: String::new() };
        others.iter().for_each(|other| mask.hide(other));
        for finding in findings {
            let Some(secret) = &finding.secret else { continue };
            mask.hide(secret.own_part());
            if finding.kind != Kind::Secret {
                continue;
            }
            for spelt in finding.places.iter().filter_map(Place::spelt) {
                if memchr::memmem::find(spelt, secret.own_part()).is_none() {
                    mask.hide(spelt);
                }
            }
        }
        mask
    }

    fn hide(&mut self, secret: &[u8]) {
        for line in secret.split(|&byte| byte == b'\n' || byte == b'\r') {
            let Some(key) = line.first_chunk::<KEY>() else { continue };
            if self.filter.is_empty() {
                self.filter = vec![0; 1 << (FILTER_BITS - 6)];
            }
            let bit = filter_bit(key);
            self.filter[bit >> 6] |= 1 << (bit & 63);
            self.by_key.entry(*key).or_default().insert(line.to_vec());
        }
    }

    /// The longest secret that stands at the beginning of `bytes`, in bytes.
    fn at(&self, bytes: &[u8]) -> Option<usize> {
        let key = bytes.first_chunk::<KEY>()?;
        let bit = filter_bit(key);
        if self.filter[bit >> 6] & (1 << (bit & 63)) == 0 {
            return None;
        }
        longest_beginning(self.by_key.get(key)?, bytes)
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
        Excerpt { text: shown, start: shown_start, end: shown_end }
    }
}

/// The length of the longest of `lines` that `bytes` begin with.
///
/// What they begin with is not behind them in the order of bytes, and whatever stands between the two begins with it as well:
/// so of the last line that is not behind them only what the two have in common can matter.
fn longest_beginning(lines: &BTreeSet<Vec<u8>>, bytes: &[u8]) -> Option<usize> {
    let mut bytes = bytes;
    loop {
        let up_to = (Bound::Unbounded, Bound::Included(bytes));
        let line = lines.range::<[u8], _>(up_to).next_back()?;
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

fn filter_bit(key: &[u8; KEY]) -> usize {
    (u64::from_le_bytes(*key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS)) as usize
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
    use super::*;

    fn mask(secrets: &[&[u8]]) -> Mask {
        let mut mask = Mask { filter: Vec::new(), by_key: HashMap::new(), before: String::new() };
        for secret in secrets {
            mask.hide(secret);
        }
        mask
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
        let lines: BTreeSet<Vec<u8>> =
            (0..200).map(|number| word(number * 7, 1 + number % 9)).filter(|line| line.len() % 3 != 1).collect();
        for number in 0..1024 {
            let bytes = word(number, 10);
            let expected = lines.iter().filter(|line| bytes.starts_with(line)).map(Vec::len).max();
            assert_eq!(longest_beginning(&lines, &bytes), expected, "{number}");
        }
        assert_eq!(longest_beginning(&BTreeSet::new(), b"a"), None);
    }

    #[test]
    fn a_secret_of_many_lines_is_hidden_line_by_line() {
        let mask = mask(&[b"line one of it\r\nline two of it\n"]);
        assert_eq!(mask.text("line two of it"), "*".repeat(14));
    }

    #[test]
    fn an_excerpt_survives_wrong_offsets_and_hidden_characters() {
        let excerpt = Excerpt { text: "é\u{202e}secret".to_owned(), start: 1, end: 99 };
        let shown = mask(&[]).excerpt(&excerpt);
        assert_eq!((shown.text.as_str(), shown.start, shown.end), ("é\\u{202e}secret", 0, 16));
        let shown =
            mask(&[b"secret-part"]).excerpt(&Excerpt { text: "\u{7}k=secret-part;".to_owned(), start: 3, end: 14 });
        assert_eq!(&shown.text[shown.start..shown.end], "***********");
        assert_eq!(shown.text, "\\u{7}k=***********;");
    }
}
