//! One line of source around a place, with every secret on it masked.

use std::ops::Range;

use crate::document::line::setting;
use crate::finding::Excerpt;
use crate::judge::{entropy, shape};
use crate::place::sanitize;

/// How many bytes of the line are shown before the place.
const BEFORE: usize = 48;
/// How many bytes of the line are shown behind it.
const BEHIND: usize = 24;
/// What stands for the bytes that are not shown.
const STARS: &str = "********";

/// A range of the text that must not be shown, but for its first bytes.
#[derive(Clone, Debug)]
pub struct Mask {
    /// The secret.
    pub range: Range<usize>,
    /// How many of its first bytes are public.
    pub shown: usize,
}

/// The masks by ascending place, those that overlap as one that shows no more than each of them.
#[must_use]
pub fn merged(mut masks: Vec<Mask>) -> Vec<Mask> {
    masks.sort_by_key(|mask| (mask.range.start, mask.range.end));
    let mut out: Vec<Mask> = Vec::with_capacity(masks.len());
    for mask in masks {
        match out.last_mut().filter(|last| mask.range.start < last.range.end) {
            Some(last) => {
                last.shown = last.shown.min(mask.range.start - last.range.start + mask.shown);
                last.range.end = last.range.end.max(mask.range.end);
            }
            None => out.push(mask),
        }
    }
    out
}

/// What stands beside a secret on its line and may be one that nothing tells: random words, such as the other half of a
/// credential in the next column, and the rest of a value that perhaps goes on behind a space. `key` is where the key begins, if
/// the value has one and no quotes.
#[must_use]
pub fn suspects(text: &[u8], place: &Range<usize>, key: Option<usize>) -> Vec<Mask> {
    let before = line_before(text, place.start, BEFORE + WORD);
    let behind = line_behind(text, place.end, BEHIND + WORD);
    let mask = |range| Mask { range, shown: 0 };
    let mut masks: Vec<Mask> = [(before, place.start - before.len()), (behind, place.end)]
        .into_iter()
        .flat_map(|(part, base)| {
            words(part)
                .filter(|word| is_random(&part[word.clone()]))
                .map(move |word| base + word.start..base + word.end)
        })
        .map(mask)
        .collect();
    let rest = key.and_then(|key| {
        let line = line_before(text, key, BEFORE + WORD);
        setting::rest_of_line(line, &text[key..place.start], behind)
    });
    masks.extend(rest.map(|rest| mask(place.end + behind.len() - rest.len()..place.end + behind.len())));
    masks
}

/// What is long enough to be looked at as a random word, and how far beyond the excerpt.
const WORD: usize = 64;

/// The runs of what tokens are made of.
fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-');
    let mut at = 0;
    text.split(move |&byte| !is_of_word(byte)).map(move |word| {
        let start = at;
        at += word.len() + 1;
        start..start + word.len()
    })
}

/// Whether a word is made of capitals, small letters and digits, as random as a token.
fn is_random(word: &[u8]) -> bool {
    word.len() >= 16
        && [u8::is_ascii_uppercase as fn(&u8) -> bool, u8::is_ascii_lowercase, u8::is_ascii_digit]
            .iter()
            .all(|class| word.iter().any(class))
        && !entropy::falls_short(word)
        && !shape::is_identifier(&String::from_utf8_lossy(word))
}

/// A sentence about `text` in which no secret of it stands as it does there; what is shorter than four bytes is no secret.
#[must_use]
pub fn without_secrets(sentence: &str, text: &[u8], masks: &[Mask]) -> String {
    let mut sentence = sentence.to_owned();
    for mask in masks {
        let secret = text.get(mask.range.clone()).and_then(|secret| std::str::from_utf8(secret).ok());
        let Some(secret) = secret.filter(|secret| secret.len() >= 4 && sentence.contains(secret)) else { continue };
        let shown = secret.get(..mask.shown).unwrap_or_default();
        sentence = sentence.replace(secret, &format!("{shown}{STARS}"));
    }
    sentence
}

/// The excerpt of `text` around `range`; `masks` are the secrets of the text by ascending place, `range` perhaps among them.
#[must_use]
pub fn excerpt(text: &[u8], range: &Range<usize>, masks: &[Mask]) -> Excerpt {
    let before = line_before(text, range.start, BEFORE);
    let mut from = range.start - before.len();
    let line_end = range.start + line_behind(text, range.start, range.len() + BEHIND).len();
    let mut to = line_end.min(range.end.max(range.start) + BEHIND).max(range.start);
    while from < range.start && !is_boundary(text, from) {
        from += 1;
    }
    while to < text.len() && to > range.start && !is_boundary(text, to) {
        to -= 1;
    }
    let mut out = String::new();
    if from > 0 && text[from - 1] != b'\n' {
        out.push('…');
    }
    let (mut start, mut end) = (None, None);
    let mut at = from;
    // A secret that begins before the excerpt hides what of it reaches in.
    let first = masks.partition_point(|mask| mask.range.end <= from);
    for mask in masks[first..].iter().take_while(|mask| mask.range.start < to) {
        if mask.range.start < at && mask.range.end <= at {
            continue;
        }
        push(&mut out, text, at..mask.range.start.max(at), range, &mut start, &mut end);
        let secret = mask.range.start.max(at)..mask.range.end.min(to);
        let public = (mask.range.start + mask.shown).clamp(secret.start, secret.end);
        mark(&out, mask.range.start.max(at), range, &mut start, &mut end);
        push(&mut out, text, secret.start..public, range, &mut start, &mut end);
        if public < secret.end {
            out.push_str(STARS);
        }
        at = secret.end;
        mark(&out, at, range, &mut start, &mut end);
    }
    push(&mut out, text, at..to, range, &mut start, &mut end);
    let length = out.len();
    if to < text.len() && !matches!(text[to], b'\n' | b'\r') {
        out.push('…');
    }
    let start = start.unwrap_or(length);
    Excerpt { text: out.into(), start, end: end.unwrap_or(length).max(start) }
}

/// Appends a piece of the text, and notes where the range's ends fall in what is shown.
fn push(
    out: &mut String,
    text: &[u8],
    piece: Range<usize>,
    range: &Range<usize>,
    start: &mut Option<usize>,
    end: &mut Option<usize>,
) {
    let mut at = piece.start;
    for edge in [range.start, range.end] {
        if edge >= at && edge <= piece.end && piece.start <= piece.end {
            out.push_str(&sanitize(&String::from_utf8_lossy(&text[at..edge])));
            at = edge;
            mark(out, edge, range, start, end);
        }
    }
    if at < piece.end {
        out.push_str(&sanitize(&String::from_utf8_lossy(&text[at..piece.end])));
    }
}

fn mark(out: &str, at: usize, range: &Range<usize>, start: &mut Option<usize>, end: &mut Option<usize>) {
    if at == range.start {
        start.get_or_insert(out.len());
    }
    if at == range.end {
        end.get_or_insert(out.len());
    }
}

fn is_boundary(text: &[u8], at: usize) -> bool {
    at >= text.len() || text[at] & 0xC0 != 0x80
}

/// The bytes before `at` on its line, at most `limit`.
#[must_use]
pub fn line_before(text: &[u8], at: usize, limit: usize) -> &[u8] {
    let from = at.saturating_sub(limit);
    let begin = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |newline| from + newline + 1);
    &text[begin..at]
}

/// The bytes from `at` to the end of its line, at most `limit`, without the line end.
#[must_use]
pub fn line_behind(text: &[u8], at: usize, limit: usize) -> &[u8] {
    let to = at.saturating_add(limit).min(text.len());
    let end = memchr::memchr(b'\n', &text[at..to]).map_or(to, |newline| at + newline);
    let line = &text[at..end];
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, value: &str, secrets: &[(&str, usize)]) -> (String, String) {
        let find = |word: &str| text.find(word).map(|at| at..at + word.len()).unwrap_or(0..0);
        let mut masks: Vec<Mask> = secrets.iter().map(|&(word, shown)| Mask { range: find(word), shown }).collect();
        masks.sort_by_key(|mask| mask.range.start);
        let shown = excerpt(text.as_bytes(), &find(value), &masks);
        (shown.text.to_string(), shown.text[shown.start..shown.end].to_owned())
    }

    #[test]
    fn every_secret_of_the_line_is_masked() {
        let (text, marked) = show(
            "a\nx = 'pre_abcdefgh' + 'secondsecret'\nb",
            "pre_abcdefgh",
            &[("pre_abcdefgh", 4), ("secondsecret", 0)],
        );
        assert_eq!(text, "x = 'pre_********' + '********'");
        assert_eq!(marked, "pre_********");
    }

    #[test]
    fn masks_that_overlap_show_what_all_of_them_show() {
        let mask = |range, shown| Mask { range, shown };
        let merged = merged(vec![mask(20..25, 1), mask(2..8, 1), mask(0..10, 4), mask(10..12, 0)]);
        let merged: Vec<(Range<usize>, usize)> = merged.into_iter().map(|it| (it.range, it.shown)).collect();
        assert_eq!(merged, [(0..10, 3), (10..12, 0), (20..25, 1)]);
    }

    #[test]
    fn what_may_be_a_secret_beside_another_is_masked() {
        let other = ["q7Xk2vR9", "mW4tZc8L", "pN3sD6fG"].concat();
        let show = |text: &str, key: Option<usize>| {
            let at = text.find("aaaa").expect("the value");
            let place = at..at + 4;
            let own = Mask { range: place.clone(), shown: 0 };
            let masks = merged(suspects(text.as_bytes(), &place, key).into_iter().chain([own]).collect());
            excerpt(text.as_bytes(), &place, &masks).text.to_string()
        };
        assert_eq!(show(&format!("aaaa,{other}"), None), "********,********…");
        assert_eq!(show(&format!("{other} aaaa user_name"), None), "******** ******** user_name");
        assert_eq!(show("password: aaaa efgh", Some(0)), "password: ******** ********");
        assert_eq!(show("password: aaaa # efgh", Some(0)), "password: ******** # efgh");
        assert_eq!(show("x password: aaaa efgh", Some(2)), "x password: ******** efgh");
    }

    #[test]
    fn long_lines_are_cut_at_characters() {
        let line = format!("{}é = \"abcdefgh\"{}", "é".repeat(100), "é".repeat(100));
        let (text, marked) = show(&line, "abcdefgh", &[("abcdefgh", 0)]);
        assert!(text.starts_with('…') && text.ends_with('…') && text.len() < 120, "{text}");
        assert_eq!(marked, STARS);
    }

    #[test]
    fn a_secret_of_several_lines_shows_its_first() {
        let (text, marked) =
            show("k = -----X-----\nabcdef\nghi\n", "-----X-----\nabcdef\nghi", &[("-----X-----\nabcdef\nghi", 11)]);
        assert_eq!((text.as_str(), marked.as_str()), ("k = -----X-----", "-----X-----"));
    }

    #[test]
    fn control_characters_are_escaped_and_offsets_still_fit() {
        let (text, marked) = show("\u{1b}[1m k=abcdefgh\u{202e}", "abcdefgh", &[("abcdefgh", 0)]);
        assert_eq!(text, "\\u{1b}[1m k=********\\u{202e}");
        assert_eq!(marked, STARS);
    }

    #[test]
    fn a_range_without_a_mask_is_shown() {
        let (text, marked) = show("permissions: write-all # x", "write-all", &[]);
        assert_eq!((text.as_str(), marked.as_str()), ("permissions: write-all # x", "write-all"));
    }
}
