//! Comments that hide what stands beside them.
//!
//! `keysieve:allow <rule-id>[,…] [until=YYYY-MM-DD] <reason>` speaks of the line that it stands on, and alone on a line of the
//! line below. It names the rules whose findings it hides, and says why: one that does not hides nothing. No syntax of a
//! language is asked for, so the words may stand in whatever the file has for comments, a string included.
//!
//! The comments of other tools are understood as those tools mean them. Most name no rule and hide whatever stands there.

use std::ops::Range;

use jiff::civil::Date;

use crate::config::policy::{day_end, parse_day};
use crate::place::sanitize;

/// What begins a comment of ours.
pub const OWN: &str = "keysieve:allow";
/// How far from the value, in bytes to either side, a comment is looked for.
const REACH: usize = 2048;
/// The most bytes of a reason.
const REASON: usize = 200;

/// Which lines a word of another tool speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Line,
    NextLine,
}

/// The words of other tools. Where one begins with another, the longer one stands first.
const FOREIGN: [(&str, Of); 9] = [
    // https://github.com/gitleaks/gitleaks#gitleaksallow
    ("gitleaks:allow", Of::Line),
    ("betterleaks:allow", Of::Line),
    ("trufflehog:ignore", Of::Line),
    ("kingfisher:ignore", Of::Line),
    // https://github.com/Yelp/detect-secrets#inline-allowlisting
    ("pragma: allowlist nextline secret", Of::NextLine),
    ("pragma: allowlist secret", Of::Line),
    ("pragma: whitelist secret", Of::Line),
    // https://github.com/secretlint/secretlint, secretlint-rule-filter-comments
    ("secretlint-disable-next-line", Of::NextLine),
    ("secretlint-disable-line", Of::Line),
];

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Comment {
    /// The words that make it one.
    pub word: &'static str,
    /// The rules whose findings it hides; none for a comment of another tool, which hides whatever stands there.
    pub rules: Vec<String>,
    /// The last day on which it hides.
    pub until: Option<Date>,
    /// Why, sanitised.
    pub reason: String,
    /// The line that it stands on, from 1.
    pub line: u64,
    /// What is wrong with how it is written.
    pub flaw: Option<CommentFlaw>,
}

/// Why a comment hides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommentFlaw {
    /// It does not say why.
    NoReason,
    /// What stands behind `until=` is no day.
    NoDay,
    /// Its last day is over.
    Ended,
}

impl CommentFlaw {
    /// What is wrong, behind "the comment …".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            CommentFlaw::NoReason => "does not say why",
            CommentFlaw::NoDay => "says `until=` and no day: write until=2026-12-31",
            CommentFlaw::Ended => "has ended",
        }
    }
}

impl Comment {
    /// Whether it is one of ours.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.word == OWN
    }

    /// Whether it speaks of findings of this rule or check.
    #[must_use]
    pub fn names(&self, rule: &str) -> bool {
        !self.is_own() || self.rules.iter().any(|named| named == rule)
    }

    /// Why it hides nothing at `now`, if so.
    #[must_use]
    pub fn flaw(&self, now: jiff::Timestamp) -> Option<CommentFlaw> {
        let is_over = |day: Date| day_end(day).is_none_or(|end| end <= now);
        self.flaw.or_else(|| self.until.filter(|day| is_over(*day)).map(|_| CommentFlaw::Ended))
    }
}

/// The comments that speak of `value`, a range of `text` that begins on line `first` and ends on line `last`. Of a text that
/// `is_secret` names, and of what stands behind it, no reason shows anything; a line that holds such a text is not alone.
#[must_use]
pub fn beside(text: &[u8], value: &Range<usize>, lines: (u64, u64), secrets: &[Range<usize>]) -> Vec<Comment> {
    let own = line_of(text, value.start);
    let mut found = Vec::new();
    if own.start > 0 && value.start - own.start < REACH {
        let above = line_of(text, own.start - 1);
        if !secrets.iter().any(|secret| secret.start < above.end && above.start < secret.end) {
            let is_alone = alone(&text[above.clone()]);
            on_line(text, above, lines.0.saturating_sub(1), &[], &mut |comment, of| {
                if of == Of::NextLine || (comment.is_own() && is_alone) {
                    found.push(comment);
                }
            });
        }
    }
    let mut take_line = |line: Range<usize>, number: u64| {
        on_line(text, line, number, secrets, &mut |comment, of| {
            if of == Of::Line {
                found.push(comment);
            }
        });
    };
    take_line(own.clone(), lines.0);
    if lines.1 > lines.0 {
        let end = line_of(text, value.end.max(value.start + 1) - 1);
        if end != own {
            take_line(end, lines.1);
        }
    }
    found
}

/// Every comment of ours in `text`, with the offset at which it begins; lines are left at 0, and a reason may show anything.
pub fn all(text: &[u8]) -> impl Iterator<Item = (usize, Comment)> {
    memchr::memmem::find_iter(text, OWN).filter_map(move |at| {
        let line = line_of(text, at);
        Some((at, own(text, at, line.end, &[])?))
    })
}

/// The line around `at`, no further than a comment is looked for.
fn line_of(text: &[u8], at: usize) -> Range<usize> {
    let from = at.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |newline| from + newline + 1);
    let to = at.saturating_add(REACH).min(text.len());
    start..memchr::memchr(b'\n', &text[at..to]).map_or(to, |newline| at + newline)
}

/// Whether nothing stands before a comment of ours but what opens one: signs, or a key of JSON.
fn alone(line: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(line, OWN.as_bytes()) else { return false };
    let before = &line[..at];
    let is_sign = |bytes: &[u8]| !bytes.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    let word = before.trim_ascii();
    let is_key = word.first() == Some(&b'"')
        && word.last() == Some(&b'"')
        && word.split(|&byte| byte == b'"').filter(|part| !is_sign(part)).count() <= 1
        && word.contains(&b':');
    is_sign(before) || is_key || matches!(word.to_ascii_lowercase().as_slice(), b"rem" | b"dnl")
}

/// The comments on a line.
fn on_line(text: &[u8], line: Range<usize>, number: u64, secrets: &[Range<usize>], found: &mut dyn FnMut(Comment, Of)) {
    let bytes = &text[line.clone()];
    // Nearly every line is dismissed here.
    if memchr::memchr(b':', bytes).is_none() && memchr::memchr(b'-', bytes).is_none() {
        return;
    }
    for at in memchr::memmem::find_iter(bytes, OWN) {
        if let Some(comment) = own(text, line.start + at, line.end, secrets) {
            found(Comment { line: number, ..comment }, Of::Line);
        }
    }
    for (word, of) in FOREIGN {
        if memchr::memmem::find(bytes, word.as_bytes()).is_some() {
            let comment =
                Comment { word, rules: Vec::new(), until: None, reason: String::new(), line: number, flaw: None };
            found(comment, of);
        }
    }
}

/// The comment of ours that begins at `at`; none where the words that follow name no rule.
fn own(text: &[u8], at: usize, end: usize, secrets: &[Range<usize>]) -> Option<Comment> {
    let from = at + OWN.len();
    // What stands behind a secret is not read: a reason would show it.
    let end = secrets.iter().map(|secret| secret.start).filter(|&start| start >= from).fold(end, usize::min);
    let rest = String::from_utf8_lossy(&text[from..end.max(from)]);
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let mut rest = rest;
    let mut rules = Vec::new();
    loop {
        let (list, behind) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let goes_on = list.ends_with(',');
        let list = closed(list);
        let names = list.split(',').filter(|name| !name.is_empty());
        let known = rules.len();
        rules.extend(names.map(str::to_owned));
        rest = behind.trim_start();
        if rules.len() == known || !goes_on {
            break;
        }
    }
    let is_id = |name: &String| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && name.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    if rules.is_empty() || !rules.iter().all(is_id) {
        return None;
    }
    let mut flaw = None;
    let mut until = None;
    if let Some(stated) = rest.strip_prefix("until=") {
        let (day, behind) = stated.split_once([' ', '\t']).unwrap_or((stated, ""));
        until = parse_day(closed(day));
        if until.is_none() {
            flaw = Some(CommentFlaw::NoDay);
        }
        rest = behind;
    }
    let reason = closed(rest);
    // A help text that says how such a comment is written.
    if reason.starts_with('<') && reason.contains('>') {
        return None;
    }
    if !reason.chars().any(char::is_alphanumeric) {
        flaw = flaw.or(Some(CommentFlaw::NoReason));
    }
    let mut reason = sanitize(reason);
    if let Some((cut, _)) = reason.char_indices().find(|&(at, _)| at >= REASON) {
        reason.truncate(cut);
    }
    Some(Comment { word: OWN, rules, until, reason, line: 0, flaw })
}

/// The words without what closes a comment or the string that they stand in.
fn closed(words: &str) -> &str {
    let end = ["*/", "-->", "#}", "%>", "]]"].iter().filter_map(|close| words.find(close)).min();
    words[..end.unwrap_or(words.len())].trim_end_matches(['"', '\'', ',', '\r', ' ', '\t'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<(String, Option<String>, String, Option<CommentFlaw>)> {
        // No comment stands in this file.
        let text = text.replace('@', OWN);
        let (_, comment) = all(text.as_bytes()).next()?;
        let until = comment.until.map(|day| day.to_string());
        Some((comment.rules.join("+"), until, comment.reason, comment.flaw))
    }

    #[test]
    fn a_comment_names_rules_and_says_why() {
        let is = |text: &str, rules: &str, until: Option<&str>, reason: &str, flaw: Option<CommentFlaw>| {
            assert_eq!(
                words(text),
                Some((rules.to_owned(), until.map(str::to_owned), reason.to_owned(), flaw)),
                "{text}"
            );
        };
        is("x # @ a-b read by the tests", "a-b", None, "read by the tests", None);
        is("/* @ a-a,b-2 until=2026-12-31 moves */ x", "a-a+b-2", Some("2026-12-31"), "moves", None);
        is("<!-- @ a-a, b-b why not -->", "a-a+b-b", None, "why not", None);
        is("\"//\": \"@ a-b why\",", "a-b", None, "why", None);
        is("# @ a-b", "a-b", None, "", Some(CommentFlaw::NoReason));
        is("# @ a-b until=soon b", "a-b", None, "b", Some(CommentFlaw::NoDay));
        is("# @ a-b until=2026-12-31", "a-b", Some("2026-12-31"), "", Some(CommentFlaw::NoReason));
        for none in ["@ a-b until=YYYY-MM-DD <reason>", "@", "@ <rule-id> why", "@ed a b", "@ Because"] {
            assert_eq!(words(none), None, "{none}");
        }
    }

    fn beside_value(text: &str) -> Vec<(String, u64)> {
        let text = text.replace('@', OWN);
        let at = text.find("VALUE").unwrap();
        let end = text.rfind("VALUE").unwrap() + 5;
        let line = |at: usize| text[..at].matches('\n').count() as u64 + 1;
        let others = text.match_indices("OTHER").map(|(at, word)| at..at + word.len());
        let secrets: Vec<Range<usize>> = others.chain(std::iter::once(at..end)).collect();
        let found = beside(text.as_bytes(), &(at..end), (line(at), line(end)), &secrets);
        found.into_iter().map(|comment| (comment.word.to_owned(), comment.line)).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_alone_of_the_next() {
        let own = |line| vec![(OWN.to_owned(), line)];
        assert_eq!(beside_value("a\nx = VALUE # @ a-b why\nb"), own(2));
        assert_eq!(beside_value("# @ a-b why\nx = VALUE\n"), own(1));
        assert_eq!(beside_value("{\n \"//\": \"@ a-b why\",\n \"k\": \"VALUE\"}"), own(2));
        assert_eq!(beside_value("VALUE\nmore\nVALUE # @ a-b why\n"), own(3));
        for none in [
            "y = OTHER # @ a-b why\nx = VALUE\n",
            "y = 1 # @ a-b why\nx = VALUE\n",
            "# @ a-b why\n\nx = VALUE\n",
            "x = VALUE\n# @ a-b why\n",
        ] {
            assert_eq!(beside_value(none), [], "{none}");
        }
    }

    #[test]
    fn other_tools_are_understood() {
        let is = |text: &str, word: &str, line| assert_eq!(beside_value(text), [(word.to_owned(), line)], "{text}");
        is("x = VALUE # gitleaks:allow", "gitleaks:allow", 1);
        is("x = VALUE # pragma: allowlist secret", "pragma: allowlist secret", 1);
        is("# pragma: allowlist nextline secret\nx = VALUE", "pragma: allowlist nextline secret", 1);
        is("// secretlint-disable-next-line\nx = VALUE", "secretlint-disable-next-line", 1);
        is("x = VALUE // trufflehog:ignore", "trufflehog:ignore", 1);
        assert_eq!(beside_value("# gitleaks:allow\nx = VALUE"), []);
        assert_eq!(beside_value("x = VALUE # pragma: allowlist nextline secret"), []);
    }

    #[test]
    fn no_reason_shows_a_secret() {
        let text = format!("/* {OWN} a-b why VALUE */");
        let at = text.find("VALUE").unwrap();
        let secret = at..at + 5;
        let found = beside(text.as_bytes(), &secret, (1, 1), std::slice::from_ref(&secret));
        assert_eq!(found[0].reason, "why");
    }
}
