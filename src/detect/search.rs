//! Patterns of other tools, which need not begin with a literal: they are searched for around the rule's words.
//!
//! Those tools ask for a word anywhere in the text and then search all of it. Here the match must begin within a few lines
//! of the word, so that the work around each word is bounded and a text in parts gives what the whole gives.

use std::ops::Range;

use super::context::line;
use super::{Candidate, Detector, Found, LOOK};
use crate::rule::model::Form;
use crate::rule::search::Seen;
use crate::rule::set::RuleIndex;
use crate::window::Window;

/// How far before the word a match may begin.
const BEFORE: usize = 256;
/// How far behind the beginning of the word a match may begin.
const BEHIND: usize = 256;

impl Detector {
    /// Adds the matches of the rule around the word at `word` to `out`.
    pub(super) fn search(&self, index: RuleIndex, text: &[u8], word: &Range<usize>, out: &mut Vec<Candidate>) {
        let rule = self.rules.get(index);
        let Form::Search(search) = &rule.form else { return };
        let window = Window::new(text, word.start, LOOK);
        let from = word.start.saturating_sub(BEFORE);
        let slice = window.slice(from..window.end());
        let place = |group: regex::bytes::Match<'_>| from + group.start()..from + group.end();
        for captures in search.regex.captures_iter(slice) {
            let Some(span) = captures.get(0).map(place) else { continue };
            if span.start > word.start + BEHIND {
                break;
            }
            let groups = if search.group == 0 { 1..captures.len() } else { search.group..search.group + 1 };
            let group = groups.filter_map(|group| captures.get(group)).find(|group| !group.is_empty());
            let value = group.map_or(span.clone(), place);
            let lines = line(&window, &span);
            let seen = Seen { secret: &text[value.clone()], whole: &text[span.clone()], line: &text[lines] };
            if value.is_empty() || !search.admits(seen) {
                continue;
            }
            let found = Found::Search { excuses: search.excuses(seen) };
            let footprint = window.footprint();
            out.push(Candidate { rule: index, span, value, prefix: 0, found, footprint, companion: None });
        }
    }
}
