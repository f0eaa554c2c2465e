//! The findings of several JSON reports as those of one.
//!
//! Findings with the same fingerprint are one finding (those of a setting only in the same file). Of what they say, the worst and
//! surest is kept, and places, reasons, facts and related places are united. Findings and places stand in the order of every
//! report: severity (worst first), rule, first place, fingerprint.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::merge::united;
use super::read::Input;
use super::tree::Tree;
use super::{Problem, ours};

pub(super) fn findings(inputs: &[Input]) -> Result<Vec<Tree>, Problem> {
    let mut groups: BTreeMap<String, Vec<&Tree>> = BTreeMap::new();
    for input in inputs {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (number, finding) in input.tree.get("findings").map(Tree::items).unwrap_or_default().iter().enumerate() {
            ours::field(input, finding, number, "rule")?;
            ours::severity_of(input, finding, number)?;
            let fingerprint = ours::field(input, finding, number, "fingerprint")?;
            let kind = finding.get("kind").and_then(Tree::text).unwrap_or_default();
            let id = ours::id(kind, fingerprint, ours::first_uri(finding));
            // What one report keeps apart stays apart.
            let ordinal = seen.entry(id.clone()).or_default();
            *ordinal += 1;
            groups.entry(format!("{id}\u{0}{ordinal}")).or_default().push(finding);
        }
    }
    let mut joined: Vec<Tree> = groups.into_values().map(join).collect();
    joined.sort_by_cached_key(|finding| {
        let text = |name: &str| finding.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
        let first = finding.get("places").map(Tree::items).unwrap_or_default().first().map(order_of_places);
        (Reverse(ours::severity(&text("severity"))), text("rule"), first, text("fingerprint"))
    });
    Ok(joined)
}

/// One finding of those that are the same.
fn join(mut group: Vec<&Tree>) -> Tree {
    let word = |finding: &Tree, name: &str| finding.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
    let sure = |word: &str| ["low", "medium", "high", "certain"].iter().position(|known| *known == word);
    group.sort_by_cached_key(|finding| {
        let severity = ours::severity(&word(finding, "severity"));
        (Reverse(severity), Reverse(sure(&word(finding, "confidence"))), word(finding, "rule"), finding.written())
    });
    let mut joined = group[0].clone();
    if group.len() == 1 {
        return joined;
    }
    let each = |name: &str| -> Vec<&Tree> { group.iter().filter_map(|finding| finding.get(name)).collect() };
    if let Some(surest) = group.iter().map(|it| word(it, "confidence")).max_by_key(|word| sure(word)) {
        joined.set("confidence", surest.as_str().into());
    }
    for name in ["reasons", "facts", "related"] {
        joined.set(name, Tree::List(united(&each(name))));
    }
    let mut places = united(&each("places"));
    places.sort_by_cached_key(|place| (order_of_places(place), place.written()));
    joined.set("places", Tree::List(places));
    let said = |name: &str| each(name).into_iter().filter(|value| **value != Tree::Null);
    // The whole secret rather than the redacted one; the longer life rather than the shorter.
    let secret = said("secret").min_by_key(|it| (it.get("value").or(it.get("value_base64")).is_none(), it.written()));
    let began = |life: &Tree| life.at(&["first", "date"]).and_then(Tree::text).unwrap_or_default().to_owned();
    let life = said("life").min_by_key(|life| (began(life), life.written()));
    let threshold = said("threshold").min_by_key(|threshold| threshold.written());
    let owner = said("owner").min_by_key(|owner| owner.written());
    for (name, value) in [("secret", secret), ("life", life), ("threshold", threshold), ("owner", owner)] {
        if let Some(value) = value {
            joined.set(name, value.clone());
        }
    }
    joined
}

/// The origins in the order of every report.
const ORIGINS: [&str; 17] = [
    "file",
    "file-name",
    "staged",
    "patch",
    "blob",
    "lfs-object",
    "note",
    "entry-name",
    "commit-header",
    "commit-message",
    "tag-header",
    "tag-message",
    "ref-name",
    "repository-config",
    "stdin",
    "member",
    "member-name",
];

/// What places are ordered by: what they stand in, then where in it.
pub(super) fn order_of_places(place: &Tree) -> (usize, String, Vec<u8>, Vec<String>, u64, u64) {
    let text = |name: &str| place.get(name).and_then(Tree::text).unwrap_or_default();
    let origin = ORIGINS.iter().position(|known| *known == text("origin")).unwrap_or(ORIGINS.len());
    let member = place.get("member").map(Tree::items).unwrap_or_default().iter().filter_map(Tree::text);
    let byte = |name: &str| place.at(&["bytes", name]).and_then(Tree::number).unwrap_or_default();
    (
        origin,
        text("object").to_owned(),
        bytes(text("uri")),
        member.map(str::to_owned).collect(),
        byte("start"),
        byte("end"),
    )
}

/// The bytes of a path, of which all but a few are percent-encoded in its URI.
fn bytes(uri: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                rest = &behind[2..];
            }
            _ => {
                out.push(byte);
                rest = behind;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{FilePath, Origin};

    #[test]
    fn the_origins_are_those_of_reports_in_their_order() {
        let path = || FilePath::from("a");
        let id = || "0".repeat(40);
        let outer = || Box::new(Origin::Stdin);
        let mut all = vec![
            Origin::MemberName { outer: outer(), name: path() },
            Origin::Member { outer: outer(), name: path() },
            Origin::Stdin,
            Origin::RepositoryConfig(path()),
            Origin::RefName(path()),
            Origin::TagMessage { id: id() },
            Origin::TagHeader { id: id() },
            Origin::CommitMessage { id: id() },
            Origin::CommitHeader { id: id() },
            Origin::EntryName(path()),
            Origin::Note { id: id(), on: id() },
            Origin::LfsObject { id: id(), path: None },
            Origin::Blob { id: id(), path: None },
            Origin::Patch(path()),
            Origin::Staged(path()),
            Origin::FileName(path()),
            Origin::File(path()),
        ];
        all.sort();
        assert_eq!(all.iter().map(Origin::kind).collect::<Vec<_>>(), ORIGINS);
    }

    #[test]
    fn a_path_is_ordered_by_its_bytes() {
        assert_eq!(bytes("a%20b/%C3%A9%2"), "a b/é%2".as_bytes());
    }
}
