//! Comments that hide what stands beside them.
//!
//! `keysieve:allow <rule-id>[,…] [until=YYYY-MM-DD] <reason>` speaks of the line that it stands on, and alone on a line of the
//! line below. It names the rules whose findings it hides, and says why: one that does not hides nothing. No syntax of a
//! language is asked for, so the words may stand in whatever the file has for comments, a string included.
//!
//! Whoever writes a last day means it, so it is read wherever it stands and however its sign is written; and a comment that
//! nearly has the form is one that hides nothing and says so, for else nobody would know why.
//!
//! The comments of other tools are understood as those tools mean them. Most name no rule and hide whatever stands there.

use std::ops::Range;

use jiff::civil::Date;

use crate::config::policy::{day_end, parse_day};
use crate::place::sanitize;

/// What begins a comment of ours.
pub const OWN: &str = "keysieve:allow";
/// What such a comment begins with, and what is nearly one.
pub const NAME: &[u8] = b"keysieve";
/// What follows in it, behind a colon.
const ALLOW: &[u8] = b"allow";
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
const FOREIGN: [(&str, Of); 6] = [
    // https://github.com/gitleaks/gitleaks#gitleaksallow
    ("gitleaks:allow", Of::Line),
    ("betterleaks:allow", Of::Line),
    ("trufflehog:ignore", Of::Line),
    ("kingfisher:ignore", Of::Line),
    // https://github.com/secretlint/secretlint, secretlint-rule-filter-comments
    ("secretlint-disable-next-line", Of::NextLine),
    ("secretlint-disable-line", Of::Line),
];

/// The words of detect-secrets (https://github.com/Yelp/detect-secrets#inline-allowlisting), which has several spellings of
/// them: what `#pragma:whitelist-secret` begins with, and what follows, in the spelling that its documentation has.
const PRAGMA: &[u8] = b"pragma:";
const PRAGMA_LINE: &str = "pragma: allowlist secret";
const PRAGMA_NEXT_LINE: &str = "pragma: allowlist nextline secret";

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
    /// It has not quite the form: `keysieve: allow`, a sign behind the id, capital letters in it, `*`.
    Misspelt,
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
            CommentFlaw::Misspelt => {
                "is misspelt: write `keysieve:allow`, the id of the rule as reports name it, and why, with blanks between"
            }
            CommentFlaw::Ended => "has ended",
        }
    }
}

impl Comment {
    /// One that has not the form.
    fn misspelt(rules: Vec<String>) -> Self {
        Self { word: OWN, rules, until: None, reason: String::new(), line: 0, flaw: Some(CommentFlaw::Misspelt) }
    }

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
    begun(text).filter_map(move |begun| {
        let line = line_of(text, begun.at);
        Some((begun.at, own(text, &begun, line.end, &[])?))
    })
}

/// Where a comment of ours begins.
struct Begun {
    at: usize,
    /// Where the words behind `allow` begin.
    from: usize,
    /// Whether it begins as it must.
    is_exact: bool,
}

/// Where comments of ours begin, or what was meant as one.
fn begun(text: &[u8]) -> impl Iterator<Item = Begun> {
    memchr::memmem::find_iter(text, NAME).filter_map(move |at| {
        let behind = at + NAME.len();
        let sign = *text.get(behind)?;
        if !matches!(sign, b':' | b'-') {
            return None;
        }
        let gap = usize::from(text.get(behind + 1) == Some(&b' '));
        let start = behind + 1 + gap;
        let verb = text[start..].iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
        let (verb, from) = (&text[start..start + verb], start + verb);
        let is_allow = verb == ALLOW;
        if !is_allow && !NEARLY.iter().any(|nearly| nearly.as_bytes() == verb) {
            return None;
        }
        // `keysieve-allow` may be the name of a branch or file, and so the word behind it, not the id of a rule.
        let comma = usize::from(text.get(from) == Some(&b','));
        Some(Begun { at, from: from + comma, is_exact: is_allow && sign == b':' && gap == 0 && comma == 0 })
    })
}

/// Words that are taken for `allow`, as other tools have them and as it is mistyped.
const NEARLY: [&str; 14] = [
    "alow",
    "allows",
    "allowed",
    "allow-line",
    "allow-next-line",
    "allow-nextline",
    "allowlist",
    "disable",
    "disable-line",
    "disable-next-line",
    "ignore",
    "ignore-next-line",
    "skip",
    "suppress",
];

/// The words of detect-secrets on a line.
fn pragmas(line: &[u8]) -> impl Iterator<Item = (&'static str, Of)> {
    memchr::memmem::find_iter(line, PRAGMA).filter_map(move |at| {
        let rest = &line[at + PRAGMA.len()..];
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let rest = rest.strip_prefix(b"allowlist").or_else(|| rest.strip_prefix(b"whitelist"))?;
        let behind_gap = |rest: &'_ [u8]| matches!(rest.first(), Some(b' ' | b'-')).then_some(1);
        let rest = &rest[behind_gap(rest)?..];
        match rest.strip_prefix(b"nextline") {
            Some(rest) => rest[behind_gap(rest)?..].starts_with(b"secret").then_some((PRAGMA_NEXT_LINE, Of::NextLine)),
            None => rest.starts_with(b"secret").then_some((PRAGMA_LINE, Of::Line)),
        }
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
    let Some(begun) = begun(line).next() else { return false };
    let before = &line[..begun.at];
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
    for mut begun in begun(bytes) {
        begun.at += line.start;
        begun.from += line.start;
        // Beside a secret, what names no rule was meant to all the same.
        let meant = || Comment::misspelt(Vec::new());
        let comment = own(text, &begun, line.end, secrets).unwrap_or_else(meant);
        found(Comment { line: number, ..comment }, Of::Line);
    }
    let stated = FOREIGN.into_iter().filter(|(word, _)| memchr::memmem::find(bytes, word.as_bytes()).is_some());
    for (word, of) in stated.chain(pragmas(bytes)) {
        found(Comment { word, rules: Vec::new(), until: None, reason: String::new(), line: number, flaw: None }, of);
    }
}

/// The comment of ours that begins there; none where the words that follow name no rule.
fn own(text: &[u8], begun: &Begun, end: usize, secrets: &[Range<usize>]) -> Option<Comment> {
    let from = begun.from;
    // What stands behind a secret is not read: a reason would show it.
    let end = secrets.iter().map(|secret| secret.start).filter(|&start| start >= from).fold(end, usize::min);
    let rest = String::from_utf8_lossy(&text[from..end.max(from)]);
    let is_apart = begun.is_exact || text.get(from.wrapping_sub(1)) != Some(&b',');
    let mut rest = if is_apart { rest.strip_prefix([' ', '\t'])?.trim_start() } else { rest.trim_start() };
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
    let is_id = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && name.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    if rules.is_empty() {
        return None;
    }
    let mut flaw = (!begun.is_exact).then_some(CommentFlaw::Misspelt);
    // A name of something else that begins so is not followed by the id of a rule.
    if flaw.is_some() && !rules.iter().all(|name| name.contains('-') || name == "*") {
        return None;
    }
    if !rules.iter().all(|name| is_id(name)) {
        rules.iter_mut().for_each(|name| *name = name.trim_end_matches([':', ';', '.']).to_ascii_lowercase());
        // Built-in ids have a hyphen; other words are prose that talks of such comments.
        if !rules.iter().all(|name| name == "*" || (is_id(name) && name.contains('-'))) {
            return None;
        }
        flaw = Some(CommentFlaw::Misspelt);
    }
    let mut words = closed(rest).to_owned();
    let mut until: Option<Date> = None;
    while let Some((place, day)) = last_day(&words) {
        match day {
            Some(day) => until = Some(until.map_or(day, |other| other.min(day))),
            None => flaw = flaw.or(Some(CommentFlaw::NoDay)),
        }
        let (before, behind) = (words[..place.start].trim_end(), words[place.end..].trim_start());
        let gap = if before.is_empty() || behind.is_empty() { "" } else { " " };
        words = format!("{before}{gap}{behind}");
    }
    let reason = words.as_str();
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

/// Where the words say until when, and the day, if it is one: `until`, a sign, and what stands behind it. A day needs no sign.
fn last_day(words: &str) -> Option<(Range<usize>, Option<Date>)> {
    let lower = words.to_ascii_lowercase();
    let untils = lower.match_indices(UNTIL);
    // What a token does is said in prose, too: with a sign it is meant of the comment.
    let expires = lower.match_indices(EXPIRES).filter(|(at, word)| words[at + word.len()..].starts_with(['=', ':']));
    untils.chain(expires).find_map(|(at, stated)| {
        let is_in_word = words[..at].ends_with(|before: char| before.is_alphanumeric() || before == '-');
        let length = stated.len();
        let behind = words[at + length..].trim_start();
        let signed = behind.strip_prefix(['=', ':']).map(str::trim_start);
        let stated = signed.unwrap_or(behind);
        let word = stated.split([' ', '\t']).next().unwrap_or_default();
        let day = parse_day(word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric()));
        let follows = behind.len() < words.len() - at - length;
        let is_meant = !is_in_word && (signed.is_some() || follows && (day.is_some() || is_like_a_day(word)));
        is_meant.then(|| (at..words.len() - stated.len() + word.len(), day))
    })
}

const UNTIL: &str = "until";
/// What others call it.
const EXPIRES: &str = "expires";

/// Whether somebody meant a day and wrote it otherwise: `01.01.2030`, `2030/1/1`.
fn is_like_a_day(word: &str) -> bool {
    let numbers: Vec<&str> = word.trim_end_matches(['.', ',', ';', ')']).split(['.', '/', '-']).collect();
    let is_number = |text: &&str| matches!(text.len(), 1..=4) && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
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

    #[test]
    fn a_last_day_is_read_wherever_it_stands() {
        let is = |text: &str, until: Option<&str>, reason: &str, flaw: Option<CommentFlaw>| {
            assert_eq!(
                words(&format!("# @ a-b {text}")),
                Some(("a-b".to_owned(), until.map(str::to_owned), reason.to_owned(), flaw)),
                "{text}"
            );
        };
        let day = Some("2020-01-01");
        for text in [
            "read by tests until=2020-01-01",
            "read until=2020-01-01 by tests",
            "until:2020-01-01 read by tests",
            "Until=2020-01-01, read by tests",
            "until = 2020-01-01 read by tests",
            "UNTIL: 2020-01-01 read by tests",
            "read by tests until 2020-01-01",
            "read by tests (until=2020-01-01)",
            "until=2030-01-01 read by tests until=2020-01-01",
            "expires=2020-01-01 read by tests",
        ] {
            let found = words(&format!("# @ a-b {text}")).unwrap();
            assert_eq!((found.1.as_deref(), found.3), (day, None), "{text}");
        }
        is("read by tests until=2020-01-01 */", day, "read by tests", None);
        is("Until = 2020-01-01 read", day, "read", None);
        is("until: 31.12.2026 read", None, "read", Some(CommentFlaw::NoDay));
        is("read until=", None, "read", Some(CommentFlaw::NoDay));
        // Words, and no day.
        is("read until 31.12.2026", None, "read", Some(CommentFlaw::NoDay));
        is("read until 2026/12/31 by tests", None, "read by tests", Some(CommentFlaw::NoDay));
        is("read until the move", None, "read until the move", None);
        is("wait-until=1 polls", None, "wait-until=1 polls", None);
        is("the token expires 2030-01-01", None, "the token expires 2030-01-01", None);
    }

    #[test]
    fn what_is_nearly_a_comment_says_so() {
        let misspelt = |text: &str, rules: &str| {
            let found = words(text).unwrap_or_default();
            assert_eq!((found.0.as_str(), found.3), (rules, Some(CommentFlaw::Misspelt)), "{text}");
        };
        misspelt("# @ a-b: why", "a-b");
        misspelt("# @ A-b why", "a-b");
        misspelt("# @ * why", "*");
        for form in ["-allow a-b why", ":alow a-b why", ":ignore a-b", ":allow-next-line a-b why", ":allow,a-b why"] {
            misspelt(&format!("# {}{form}", OWN.trim_end_matches(":allow")), "a-b");
        }
        let prose = format!("the branch {} is merged", OWN.replace(':', "-"));
        assert_eq!(words(&prose), None);
        assert_eq!(beside_value("x = VALUE # @").len(), 1, "it is told beside what it should hide");
        misspelt(&format!("# {} a-b why", OWN.replace(':', ": ")), "a-b");
        let text = format!("x = VALUE # {} a-b: why", OWN);
        assert_eq!(beside_value(&text), [(OWN.to_owned(), 1)]);
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
        for list in ["allowlist", "whitelist"] {
            for (gap, between) in [(" ", " "), ("", " "), (" ", "-"), ("", "-")] {
                let pragma = format!("pragma:{gap}{list}{between}");
                is(&format!("x = VALUE # {pragma}secret"), PRAGMA_LINE, 1);
                is(&format!("# {pragma}nextline{between}secret\nx = VALUE"), PRAGMA_NEXT_LINE, 1);
            }
        }
        assert_eq!(beside_value("x = VALUE # pragma: allowlist"), []);
        assert_eq!(beside_value("x = VALUE # pragma:  allowlist secret"), []);
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
