//! Where the formats of forges and CI systems point to, and what they say of a finding in a sentence.
//!
//! Such a format opens a file of the checkout at a line, by its path from the top. What a commit brought has such a line where
//! HEAD has that very blob. Another place in the history, in a container or in a name has none: it has at most a path, and the
//! sentence says the commit and where it really is.

use std::cmp::Reverse;
use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::mask::{self, Mask};
use super::{Report, text};
use crate::finding::{Finding, Place, Severity};
use crate::place::{FilePath, Origin};

/// Where a finding is anchored that has no path at all, in formats that demand one: the file that says what is allowed.
pub(super) const NO_PATH: &str = "keysieve.toml";

/// How many places of a finding are listed. Forges show no more.
pub(super) const PLACES: usize = 100;

/// The lines of a file, and columns in characters; all count from 1.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) end_line: u64,
    /// The column behind the last character.
    pub(super) end_column: u64,
}

/// What can be opened of a place.
pub(super) struct Spot {
    /// The path without secrets, if there is one.
    pub(super) path: Option<FilePath>,
    /// The lines, where the working tree, the index or `HEAD` has them.
    pub(super) range: Option<Range>,
}

impl Spot {
    pub(super) fn of(report: &Report<'_>, place: &Place, mask: &Mask) -> Self {
        let is_file = is_file(&place.origin) || report.checkout.holds(&place.origin);
        let line = place.start.line.max(1);
        let range = Range {
            line,
            column: place.start.column.max(1),
            end_line: place.end.line.max(line),
            end_column: place.end.column.max(1),
        };
        let path = report.checkout.path(place.origin.outermost());
        Self { path: path.map(|path| mask.path(path).into_owned()), range: is_file.then_some(range) }
    }

    /// The path for people, from the top of the repository: empty where there is none.
    pub(super) fn path(&self) -> String {
        self.path.as_ref().map(|path| path.display().trim_start_matches('/').to_owned()).unwrap_or_default()
    }

    /// The line, or the first one where there is none.
    pub(super) fn line(&self) -> u64 {
        self.range.map_or(1, |range| range.line)
    }

    /// The last line, or the first one where there is none.
    pub(super) fn end_line(&self) -> u64 {
        self.range.map_or(1, |range| range.end_line)
    }
}

/// Whether a place is a line of a file, wherever that is checked out.
fn is_file(origin: &Origin) -> bool {
    matches!(origin, Origin::File(_) | Origin::Staged(_) | Origin::Patch(_))
}

/// The commit that brought a place, or that it stands in.
pub(super) fn commit(place: &Place) -> Option<&str> {
    if let Some(introduced) = &place.introduced {
        return Some(&introduced.commit);
    }
    match place.origin.outermost() {
        Origin::CommitHeader { id } | Origin::CommitMessage { id } => Some(id),
        _ => None,
    }
}

/// What was found, in one sentence: the message, or what else there is to say.
pub(super) fn what(finding: &Finding, mask: &Mask) -> String {
    let mut text = mask.text(&finding.message);
    if text.is_empty() {
        text = mask.text(if finding.title.is_empty() { &finding.rule } else { &finding.title });
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// What was found, in sentences of one line: message, where in the history, limit, number of places.
pub(super) fn sentence(report: &Report<'_>, finding: &Finding, mask: &Mask) -> String {
    let mut text = what(finding, mask);
    if let Some(place) = finding.places.first() {
        if place.origin.outermost().is_history() {
            text.push_str(&format!(" Found in the history: {}.", in_words(place, mask)));
        } else if !is_file(&place.origin) {
            text.push_str(&format!(" Found in {}.", in_words(place, mask)));
        }
    }
    if let Some(threshold) = &finding.threshold {
        text.push_str(&format!(" Limit: {} ({}).", mask.text(&threshold.limit), mask.text(&threshold.source)));
    }
    match report.places(finding).0.len() {
        0 | 1 => {}
        places => text.push_str(&format!(" In {places} places.")),
    }
    text
}

/// `path:line:column`, with what else is to be known of a place: how it is written there, the commit that brought it.
pub(super) fn in_words(place: &Place, mask: &Mask) -> String {
    match (&place.introduced, commit(place)) {
        (None, Some(id)) => {
            let id = id.get(..10).unwrap_or(id);
            let text = text::origin(mask, place, false);
            if text.contains(id) { text } else { format!("{text} ({id})") }
        }
        _ => text::origin(mask, place, true),
    }
}

/// The places behind the first, in words, at most so many of them.
pub(super) fn also(finding: &Finding, mask: &Mask, most: usize) -> Vec<String> {
    let mut words: Vec<String> = finding.places.iter().skip(1).take(most).map(|place| in_words(place, mask)).collect();
    match finding.places.len().saturating_sub(1 + most) {
        0 => {}
        more => words.push(format!("and {more} more")),
    }
    words
}

/// The secret itself, where the user asked for it: its text, or `base64:` and its bytes.
pub(super) fn secret(report: &Report<'_>, finding: &Finding) -> Option<String> {
    let secret = finding.secret.as_ref().filter(|_| report.show.secrets)?.expose();
    Some(match std::str::from_utf8(secret) {
        Ok(text) => mask::lines(text),
        Err(_) => format!("base64:{}", data_encoding::BASE64.encode(secret)),
    })
}

/// Findings with the worst first, otherwise in the order of the report.
pub(super) fn worst_first<'f>(report: &Report<'f>) -> Vec<&'f Finding> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// How many findings there are of a severity.
pub(super) fn number_of(report: &Report<'_>, severity: Severity) -> usize {
    report.findings.iter().filter(|finding| finding.severity == severity).count()
}

/// The first 16 bytes of SHA-256 over parts, each with a zero byte behind it: an id where a format wants its own.
pub(super) fn id(parts: &[&str]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let digest = digest.finalize();
    std::array::from_fn(|at| digest[at])
}

/// For each finding how many of its fingerprint stand before it: the same setting can be wrong in several files.
pub(super) fn ordinals(report: &Report<'_>) -> Vec<u64> {
    let mut seen: HashMap<&str, u64> = HashMap::new();
    report
        .findings
        .iter()
        .map(|finding| {
            let number = seen.entry(finding.fingerprint.as_str()).or_default();
            *number += 1;
            *number
        })
        .collect()
}
