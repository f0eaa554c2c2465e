//! Words that stand near a token: where they must stand, and what counts as a word.

use std::ops::Range;

use foldhash::HashMap;

use super::named::{LINES_BEFORE, is_named};
use super::{Candidate, Detector, LOOK, token};
use crate::rule::model::{Form, Near, Rule};
use crate::rule::set::RuleIndex;
use crate::window::{Endless, Window};

/// How far before a token a context word may stand.
const BEFORE: usize = 256;
/// How far behind a token a context word may stand.
pub const BEHIND: usize = 128;

/// How far behind a context word that serves as the anchor a token may begin.
const TOKEN_BEHIND: usize = 128;

/// For each rule a stretch of the text in which no token of it begins.
///
/// Whether one begins at a place does not depend on the word that led there, so a text that repeats a word every few bytes
/// need not have the same places tried for each of them.
#[derive(Default)]
pub struct Tried {
    places: HashMap<RuleIndex, Stretch>,
    /// Where no value without quotes ends: no key that stands there need look for it again.
    pub(super) endless: Endless,
}

#[derive(Clone, Default)]
struct Stretch {
    places: Range<usize>,
    /// What was looked at to say so.
    footprint: Range<usize>,
}

impl Detector {
    /// The first token of the rule behind a context word, by default on the word's line or the next.
    pub(super) fn behind_context(
        &self,
        index: RuleIndex,
        text: &[u8],
        word: &Range<usize>,
        tried: &mut Tried,
        out: &mut Vec<Candidate>,
    ) {
        let rule = self.rules.get(index);
        let Form::Format(format) = &rule.form else { return };
        let window = Window::new(text, word.start, LOOK);
        if !is_context_word(&window, word) {
            return;
        }
        let (reach, lines_most) = match rule.near {
            Near::Usual | Near::Block => (TOKEN_BEHIND, 1),
            Near::Line => (TOKEN_BEHIND, 0),
            Near::Name => (TOKEN_BEHIND, LINES_BEFORE),
            Near::Bytes(bytes) => (usize::from(bytes), usize::from(bytes)),
        };
        let end = (word.end + reach).min(window.end());
        let Stretch { places: known, footprint } = tried.places.get(&index).cloned().unwrap_or_default();
        let (mut at, mut lines) = (word.end, 0);
        let first = format.first();
        let begins = |byte: u8| byte > b' ' && first.is_none_or(|first| first.contains(byte));
        while at < end {
            if known.contains(&at) {
                let passed = window.slice(at..known.end.min(end));
                window.adopt(&footprint);
                lines += memchr::memchr_iter(b'\n', passed).count();
                if lines > lines_most {
                    return;
                }
                at += passed.len();
                continue;
            }
            match window.byte(at) {
                Some(b'\n') if lines == lines_most => break,
                Some(b'\n') => lines += 1,
                Some(byte) if begins(byte) && !token::goes_on(text, at) => {
                    if let Some(found) = token::match_format(format, &window, at)
                        && rule.admits(&text[found.secret.clone()])
                        && (rule.near != Near::Name || is_named(rule, &window, &found.span))
                    {
                        if rule.near != Near::Block || has_context(rule, &window, &found.span) {
                            out.push(Candidate::of_token(index, found, &window));
                        }
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        // A token that the window would cut is another token for another word.
        if format.longest() + 2 * reach < LOOK {
            let goes_on = known.contains(&word.end);
            let places = if goes_on { known.start..at.max(known.end) } else { word.end..at };
            tried.places.insert(index, Stretch { places, footprint: window.footprint() });
        }
    }
}

/// Whether one of the rule's context words stands near `span`.
pub fn has_context(rule: &Rule, window: &Window<'_>, span: &Range<usize>) -> bool {
    if rule.near == Near::Name {
        return is_named(rule, window, span);
    }
    let reach = reach(rule.near, window, span);
    let holds_one = |range: Range<usize>| rule.context.iter().any(|word| holds(window, range.clone(), word));
    holds_one(reach.start..span.start) || holds_one(span.end..reach.end)
}

/// Whether the word, which is lower case, stands in this range as far as the window shows it.
pub fn holds(window: &Window<'_>, range: Range<usize>, word: &str) -> bool {
    let text = window.slice(range.clone());
    let from = range.start.max(window.start());
    let word = word.as_bytes();
    let Some(&first) = word.first() else { return false };
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text).any(|at| {
        text.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
            && is_context_word(window, &(from + at..from + at + word.len()))
    })
}

/// Where the words of a rule may stand around `span`.
fn reach(near: Near, window: &Window<'_>, span: &Range<usize>) -> Range<usize> {
    let within = |before: usize, behind: usize| span.start.saturating_sub(before)..span.end + behind;
    match near {
        Near::Usual | Near::Name => within(BEFORE, BEHIND),
        Near::Bytes(bytes) => within(usize::from(bytes), usize::from(bytes)),
        Near::Line => line(window, span),
        Near::Block => block(window, span),
    }
}

/// The lines of `span`, as far as the window shows them.
pub fn line(window: &Window<'_>, span: &Range<usize>) -> Range<usize> {
    let before = window.slice(window.start()..span.start);
    let behind = window.slice(span.end..window.end());
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    span.start - (before.len() - start)..span.end + end
}

/// The innermost block around `span`, as far as the window shows it: what its braces enclose; where there are none, the
/// section with a `[title]`; else the lines that are indented as far, with the one above them; else the paragraph.
fn block(window: &Window<'_>, span: &Range<usize>) -> Range<usize> {
    let text = window.slice(window.start()..window.end());
    let base = window.start();
    let (at, end) = (span.start - base, span.end - base);
    let found = braces(text, at, end).or_else(|| section(text, at)).unwrap_or_else(|| lines(text, at));
    base + found.start..base + found.end.max(end)
}

fn braces(text: &[u8], at: usize, end: usize) -> Option<Range<usize>> {
    let mut open = 0;
    let start = text[..at].iter().rposition(|byte| match byte {
        b'}' => {
            open += 1;
            false
        }
        b'{' if open == 0 => true,
        b'{' => {
            open -= 1;
            false
        }
        _ => false,
    })?;
    let close = text[end..].iter().position(|byte| match byte {
        b'{' => {
            open += 1;
            false
        }
        b'}' if open == 0 => true,
        b'}' => {
            open -= 1;
            false
        }
        _ => false,
    });
    Some(start..close.map_or(text.len(), |close| end + close))
}

/// The lines of a text, each with its beginning and without its end.
fn numbered(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    text.split(|&byte| byte == b'\n').map(move |line| {
        let begin = next;
        next += line.len() + 1;
        (begin, line)
    })
}

fn section(text: &[u8], at: usize) -> Option<Range<usize>> {
    // A list in brackets has quotes and commas in it.
    let is_title = |line: &[u8]| {
        let line = line.trim_ascii();
        line.len() > 2 && line.starts_with(b"[") && line.ends_with(b"]") && !line.contains(&b',')
    };
    let (start, _) = numbered(text).take_while(|&(start, _)| start <= at).filter(|(_, line)| is_title(line)).last()?;
    let next = numbered(text).find(|&(start, line)| start > at && is_title(line));
    Some(start..next.map_or(text.len(), |(start, _)| start))
}

fn lines(text: &[u8], at: usize) -> Range<usize> {
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let own = numbered(text).take_while(|&(start, _)| start <= at).last().map_or(0, |(_, line)| indent(line));
    let ends = |line: &[u8]| if own == 0 { is_blank(line) } else { !is_blank(line) && indent(line) < own };
    let mut start = 0;
    for (begin, line) in numbered(text).take_while(|&(start, _)| start <= at) {
        if ends(line) {
            // The line above indented ones is their title; an empty one is nothing.
            start = begin;
        }
    }
    let end = numbered(text).find(|&(start, line)| start > at && ends(line)).map_or(text.len(), |(start, _)| start);
    start..end
}

/// Whether the word stands by itself: `aws` is in `aws_key` and `myAws`, not in `paws`. Short words must end there, too.
pub fn is_context_word(window: &Window<'_>, word: &Range<usize>) -> bool {
    let text = window.slice(word.clone());
    let begins = || window.before(word.start).is_none_or(|before| begins_behind(before, text));
    let ends = || window.byte(word.end).is_none_or(|next| ends_before(text, next));
    !text.is_empty() && begins() && ends()
}

/// The same of a word in a text, as far as the bytes beside it tell.
#[inline]
pub fn stands_by_itself(text: &[u8], word: &Range<usize>) -> bool {
    let (before, behind) = (word.start.checked_sub(1), text.get(word.end));
    let word = &text[word.clone()];
    before.is_none_or(|at| begins_behind(text[at], word)) && behind.is_none_or(|&next| ends_before(word, next))
}

fn begins_behind(before: u8, word: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or_default();
    !first.is_ascii_alphanumeric()
        || !before.is_ascii_alphabetic()
        || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
}

fn ends_before(word: &[u8], next: u8) -> bool {
    /// From this length on words go on as they like.
    const LONG: usize = 5;
    let last = word.last().copied().unwrap_or_default();
    word.len() >= LONG || !next.is_ascii_alphabetic() || (!last.is_ascii_uppercase() && next.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reach around `value` in `text`.
    fn around(near: Near, text: &str, value: &str) -> String {
        let at = text.find(value).expect("the value stands in the text");
        let window = Window::new(text.as_bytes(), at, 1024);
        text[reach(near, &window, &(at..at + value.len()))].to_owned()
    }

    #[test]
    fn a_block_is_what_encloses_the_value() {
        for (text, block) in [
            ("a { b { x } c = VALUE { y } d } e", "{ b { x } c = VALUE { y } d "),
            ("[one]\nk = 1\n[two]\nl = VALUE\nm = 2\n[three]\nn = 3", "[two]\nl = VALUE\nm = 2\n"),
            ("aws:\n  id: 1\n\n  key: VALUE\n  z: 1\nother: 1\n", "aws:\n  id: 1\n\n  key: VALUE\n  z: 1\n"),
            ("a\n\nb\nc VALUE\nd\n\ne", "\nb\nc VALUE\nd\n"),
            ("VALUE", "VALUE"),
            ("x = { VALUE", "{ VALUE"),
        ] {
            assert_eq!(around(Near::Block, text, "VALUE"), block, "{text}");
        }
        assert_eq!(around(Near::Line, "a\nb VALUE c\nd", "VALUE"), "b VALUE c");
    }
}
