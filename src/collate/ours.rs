//! The findings of a JSON report of keysieve.

use super::Problem;
use super::entry::{Entries, Entry, How, identity, place};
use super::moved::Moved;
use super::read::Input;
use super::tree::Tree;
use crate::place::sanitize;
use crate::scale::Severity;

/// The severity of this name.
pub(super) fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.id() == word)
}

/// The text of a field that every finding has.
pub(super) fn field<'t>(input: &Input, finding: &'t Tree, number: usize, name: &str) -> Result<&'t str, Problem> {
    finding.get(name).and_then(Tree::text).ok_or_else(|| Problem {
        file: input.name.clone(),
        at: format!("/findings/{number}/{name}"),
        what: "a text is expected".to_owned(),
    })
}

/// The severity of a finding.
pub(super) fn severity_of(input: &Input, finding: &Tree, number: usize) -> Result<Severity, Problem> {
    let word = field(input, finding, number, "severity")?;
    severity(word).ok_or_else(|| Problem {
        file: input.name.clone(),
        at: format!("/findings/{number}/severity"),
        what: format!("{word:?} is no severity"),
    })
}

/// What tells a finding from others: its fingerprint, and for a setting, which can be wrong in several files, its file.
pub(super) fn id(kind: &str, fingerprint: &str, uri: &str) -> String {
    match kind {
        "policy" => identity(&["keysieve", fingerprint, uri.trim_start_matches('/')]),
        _ => identity(&["keysieve", fingerprint]),
    }
}

/// The URI of the first place of a finding; empty where there is none.
pub(super) fn first_uri(finding: &Tree) -> &str {
    let first = finding.get("places").map(Tree::items).unwrap_or_default().first();
    first.and_then(|place| place.get("uri")).and_then(Tree::text).unwrap_or_default()
}

/// The findings of a report; what is wrong in a file that was `moved` is told by where that is now.
pub(super) fn entries(input: &Input, moved: &Moved) -> Result<Entries, Problem> {
    let mut entries = Entries::default();
    entries.tools.insert("keysieve".to_owned());
    let key = input.tree.at(&["tool", "fingerprint_key"]).and_then(Tree::text);
    entries.keys.extend(key.map(str::to_owned));
    entries.is_incomplete = input.tree.at(&["verdict", "complete"]) != Some(&Tree::Bool(true));
    for (number, finding) in input.tree.get("findings").map(Tree::items).unwrap_or_default().iter().enumerate() {
        let fingerprint = field(input, finding, number, "fingerprint")?;
        let kind = finding.get("kind").and_then(Tree::text).unwrap_or_default();
        let text = |name: &str| sanitize(finding.get(name).and_then(Tree::text).unwrap_or_default());
        entries.list.push(Entry {
            tool: "keysieve".to_owned(),
            rule: sanitize(field(input, finding, number, "rule")?),
            severity: severity_of(input, finding, number)?,
            title: text("title"),
            place: finding.get("places").map(Tree::items).unwrap_or_default().first().map(in_words).unwrap_or_default(),
            fingerprint: Some(sanitize(fingerprint)),
            identified_by: How::Fingerprint,
            id: id(kind, fingerprint, moved.now(first_uri(finding))),
        });
    }
    Ok(entries)
}

/// `path:line:column (commit)`; without a path the origin and the object.
fn in_words(of: &Tree) -> String {
    let text = |name: &str| of.get(name).and_then(Tree::text);
    let number = |name: &str| of.at(&["start", name]).and_then(Tree::number);
    let short = |id: &str| sanitize(id.get(..10).unwrap_or(id));
    let mut words = match (text("path"), text("object")) {
        (Some(path), _) => place(path, number("line"), number("column")),
        (None, Some(object)) => format!("{} {}", sanitize(text("origin").unwrap_or_default()), short(object)),
        (None, None) => sanitize(text("origin").unwrap_or_default()),
    };
    if let Some(commit) = of.at(&["introduced", "commit"]).and_then(Tree::text) {
        words.push_str(&format!(" ({})", short(commit)));
    }
    words
}
