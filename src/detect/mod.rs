//! From text to candidates, in one pass.
//!
//! Literals pick the places; only there a rule's matcher runs, anchored, and sees the text through a [`Window`].
//! Detection takes bytes, never a path, and has no opinion on likelihood: whatever has the form is a candidate. What a file's
//! name says is for judgement. So a blob of the history is searched once, whatever names it has had.

mod anchors;
mod builtin;
pub mod closing;
mod context;
mod everywhere;
pub mod lines;
mod named;
pub mod pem;
pub mod prefilter;
pub mod profile;
mod reader;
mod search;
pub mod token;
pub mod url;

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use anchors::{Anchors, PEM_BEGIN, Stance, Target};
use context::{Tried, has_context, stands_by_itself};
use prefilter::{Prefilter, PrefilterError};

pub use crate::document::line::{Operator, Quoting};
use crate::rule::model::{Anchor, Form, Reader, Rule};
use crate::rule::set::{RuleIndex, RuleSet};
use crate::window::{self, Window};

/// The most candidates of one text, or of one part of a long one: judging so many takes five times as long as searching a
/// text of that length that holds none.
pub const BUDGET: usize = 20_000;
/// How far a rule looks to either side of its anchor, in bytes.
pub const LOOK: usize = 1024;
/// How far a rule for long bodies may look.
pub const LOOK_LONG: usize = 4096;

/// Something that has the form of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The rule.
    pub rule: RuleIndex,
    /// The whole match, in bytes of the text.
    pub span: Range<usize>,
    /// The secret part.
    pub value: Range<usize>,
    /// How many of the value's first bytes belong to the public format.
    pub prefix: usize,
    /// How the value was found.
    pub found: Found,
    /// The bytes of the text that were looked at to find it.
    pub footprint: Range<usize>,
    /// The candidate of the companion's rule that stands nearest, if the rule has one; set by [`closing::close`].
    pub companion: Option<Range<usize>>,
}

impl Candidate {
    /// Which lists of its rule let it go at paths of theirs.
    #[must_use]
    pub fn excuses(&self) -> u64 {
        if let Found::Search { excuses } = self.found { excuses } else { 0 }
    }

    /// What a format found.
    fn of_token(rule: RuleIndex, found: token::TokenMatch, window: &Window<'_>) -> Self {
        Self {
            rule,
            span: found.span,
            value: found.secret,
            prefix: found.prefix,
            found: Found::Token,
            footprint: window.footprint(),
            companion: None,
        }
    }
}

/// How a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// By its format.
    Token,
    /// By a pattern of another tool.
    Search {
        /// Which lists let it go at paths of theirs.
        excuses: u64,
    },
    /// In a URL.
    Url {
        /// The user's name.
        user: Range<usize>,
        /// The host.
        host: Range<usize>,
    },
    /// As a PEM block.
    Pem,
    /// As the value of a key.
    Assignment {
        /// The key.
        key: Range<usize>,
        /// How the value is given.
        operator: Operator,
        /// How it is written.
        quoting: Quoting,
    },
}

/// The engine: rules, compiled.
pub struct Detector {
    rules: RuleSet,
    prefilter: Prefilter,
    anchors: Anchors,
    /// By rule; compiled when first needed.
    patterns: Vec<OnceLock<Option<Regex>>>,
}

impl Detector {
    /// Prepares the search for the literals of `rules`, unless the build has done so; everything else is compiled when it is
    /// first needed.
    ///
    /// # Errors
    /// When a literal is too short to be looked for.
    pub fn new(rules: RuleSet) -> Result<Self, PrefilterError> {
        let (anchors, prefilter) = if rules.is_builtin() {
            (builtin::ANCHORS, builtin::PREFILTER)
        } else {
            let anchors = Anchors::of(rules.iter());
            let prefilter = Prefilter::new(&anchors.literals)?;
            (anchors, prefilter)
        };
        Ok(Self { prefilter, anchors, patterns: (0..rules.len()).map(|_| OnceLock::new()).collect(), rules })
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Adds every candidate whose anchor begins in `own` to `out`. In binary content only rules with a distinctive format
    /// are tried. The candidates are those of the single matchers, overlapping and unordered: see [`closing::close`].
    ///
    /// Returns whether all were looked at: after [`BUDGET`] candidates the rest of the text is passed over, so that a text
    /// made of nothing but candidates cannot fill the memory.
    pub fn detect(&self, text: &[u8], own: Range<usize>, binary: bool, out: &mut Vec<Candidate>) -> bool {
        self.detect_seen(text, own, binary, out, &mut |_, _, _| {})
    }

    /// The same, and tells of every place that was tried, but for those that the few bytes beside a literal dismiss: where the literal
    /// stands, all that was looked at, whatever came of it, and how many candidates did.
    pub fn detect_seen(
        &self,
        text: &[u8],
        own: Range<usize>,
        binary: bool,
        out: &mut Vec<Candidate>,
        seen: &mut dyn FnMut(Range<usize>, Range<usize>, usize),
    ) -> bool {
        let mut within_budget = true;
        let mut tried = Tried::default();
        let mut each = |literal: prefilter::LiteralIndex, hit: Range<usize>| {
            if out.len() >= BUDGET {
                within_budget = false;
                return;
            }
            // Nobody is told of these: so little was looked at that it is looked at again with whatever changes beside it.
            let can_be = match self.anchors.stances[literal] {
                Stance::Anywhere => true,
                Stance::AtBoundary => !token::goes_on(text, hit.start),
                Stance::ByItself => stands_by_itself(text, &hit),
            };
            if !can_be {
                return;
            }
            let before = out.len();
            window::begin();
            for &target in self.anchors.targets(literal) {
                self.evaluate(target, text, &hit, binary, &mut tried, out);
            }
            let mut footprint = window::shown(&hit);
            for candidate in &out[before..] {
                footprint.start = footprint.start.min(candidate.span.start).min(candidate.value.start);
                footprint.end = footprint.end.max(candidate.span.end).max(candidate.value.end);
            }
            seen(hit, footprint, out.len() - before);
        };
        match binary {
            true => self.prefilter.each_printed(text, own, &mut each),
            false => self.prefilter.each(text, own, &mut each),
        }
        within_budget
    }

    /// The length of the longest text that is searched for.
    #[must_use]
    pub fn longest_literal(&self) -> usize {
        self.anchors.literals.iter().map(|literal| literal.len()).max().unwrap_or(0)
    }

    fn evaluate(
        &self,
        target: Target,
        text: &[u8],
        hit: &Range<usize>,
        binary: bool,
        tried: &mut Tried,
        out: &mut Vec<Candidate>,
    ) {
        match target {
            Target::Token { rule, offset } => {
                let Some(start) = hit.start.checked_sub(usize::from(offset)) else { return };
                self.token(rule, text, hit.start, start, binary, out);
            }
            Target::Context { rule } if !binary => self.behind_context(rule, text, hit, tried, out),
            Target::Search { rule } if !binary => self.search(rule, text, hit, out),
            Target::Assignment { rule } if !binary => self.assignment(rule, text, hit, None, tried, out),
            Target::Reader { rule, reader } if !binary => self.assignment(rule, text, hit, Some(reader), tried, out),
            Target::Context { .. } | Target::Search { .. } | Target::Assignment { .. } | Target::Reader { .. } => {}
            Target::Url => self.url(text, hit.start, out),
            Target::Pem => self.pem(text, hit.start, out),
        }
    }

    /// The rule's token at `start`, with its context.
    fn token(
        &self,
        index: RuleIndex,
        text: &[u8],
        anchor: usize,
        start: usize,
        binary: bool,
        out: &mut Vec<Candidate>,
    ) {
        let rule = self.rules.get(index);
        if binary && !rule.is_distinctive() {
            return;
        }
        // What most of the short literals are found in, words that they are the end of, is told without a window.
        if start + LOOK >= anchor + token::BOUNDARY && token::goes_on(text, start) {
            window::see(start - token::BOUNDARY..start);
            return;
        }
        let (span, value, prefix, window) = match &rule.form {
            Form::Format(format) => {
                if start + LOOK >= anchor
                    && let Some(seen) = token::mismatch(format, text, start)
                {
                    return window::see(seen);
                }
                let is_long = rule.long || format.longest() + context::BEHIND > LOOK;
                let window = Window::new(text, anchor, if is_long { LOOK_LONG } else { LOOK });
                let Some(found) = token::match_format(format, &window, start) else { return };
                (found.span, found.secret, found.prefix, window)
            }
            Form::Pattern(pattern) => {
                let window = Window::new(text, anchor, if rule.long { LOOK_LONG } else { LOOK });
                if !token::is_left_boundary(&window, start) {
                    return;
                }
                let Some(regex) = self.pattern(index, pattern) else { return };
                let Some(captures) = regex.captures(window.slice(start..window.end())) else { return };
                let range = |group: regex::bytes::Match<'_>| start + group.start()..start + group.end();
                let Some(span) = captures.get(0).map(range) else { return };
                let value = captures.name("secret").map_or(span.clone(), range);
                let prefix = if value == span { rule.anchor_length(text, anchor) } else { 0 };
                (span, value, prefix, window)
            }
            Form::Line(_) | Form::Search(_) | Form::Url(_) | Form::Pem(_) | Form::Assignment(_) | Form::Reader(_) => {
                return;
            }
        };
        if value.is_empty()
            || !rule.admits(&text[value.clone()])
            || (!rule.context.is_empty() && !has_context(rule, &window, &span))
        {
            return;
        }
        let footprint = window.footprint();
        out.push(Candidate { rule: index, span, value, prefix, found: Found::Token, footprint, companion: None });
    }

    fn pattern(&self, index: RuleIndex, pattern: &str) -> Option<&Regex> {
        self.patterns[index.0 as usize].get_or_init(|| compile(pattern, None).ok()).as_ref()
    }

    /// What a reader reads at an anchor, or a key.
    fn assignment(
        &self,
        rule: RuleIndex,
        text: &[u8],
        hit: &Range<usize>,
        reader: Option<Reader>,
        tried: &Tried,
        out: &mut Vec<Candidate>,
    ) {
        let window = Window::new(text, hit.start, LOOK).knowing(&tried.endless);
        reader::read(reader, &window, hit.clone(), &mut |found| {
            if !self.rules.get(rule).admits(&text[found.value.clone()]) {
                return;
            }
            out.push(Candidate {
                rule,
                span: found.key.start.min(found.value.start)..found.value.end.max(found.key.end),
                value: found.value,
                prefix: 0,
                found: Found::Assignment { key: found.key, operator: found.operator, quoting: found.quoting },
                footprint: window.footprint(),
                companion: None,
            });
        });
    }

    fn url(&self, text: &[u8], colon: usize, out: &mut Vec<Candidate>) {
        let window = Window::new(text, colon, LOOK);
        let Some(found) = url::match_url(&window, colon) else { return };
        let scheme = String::from_utf8_lossy(&text[found.scheme.clone()]).to_ascii_lowercase();
        let base = scheme.split('+').next().unwrap_or(&scheme);
        let claims = |wanted: &str| {
            self.anchors.urls.iter().copied().find(|&index| match &self.rules.get(index).form {
                Form::Url(schemes) => schemes.iter().any(|scheme| scheme == wanted),
                _ => false,
            })
        };
        let Some(rule) = claims(&scheme).or_else(|| claims(base)).or_else(|| claims("*")) else { return };
        out.push(Candidate {
            rule,
            span: found.span,
            value: found.password,
            prefix: 0,
            found: Found::Url { user: found.user, host: found.host },
            footprint: window.footprint(),
            companion: None,
        });
    }

    fn pem(&self, text: &[u8], begin: usize, out: &mut Vec<Candidate>) {
        if text.get(begin..begin + PEM_BEGIN.len()) != Some(PEM_BEGIN.as_bytes()) {
            return;
        }
        let window = Window::new(text, begin, LOOK_LONG);
        let Some(found) = pem::match_pem(&window, begin) else { return };
        let label = &text[found.label];
        let fits = |rule: &Rule| match &rule.form {
            Form::Pem(labels) => {
                labels.iter().any(|it| it.as_bytes() == label)
                    && (rule.context.is_empty() || has_context(rule, &window, &found.span))
            }
            _ => false,
        };
        let Some(rule) = self.anchors.pems.iter().copied().find(|&index| fits(self.rules.get(index))) else { return };
        out.push(Candidate {
            rule,
            value: found.span.clone(),
            prefix: 0,
            span: found.span,
            found: Found::Pem,
            footprint: window.footprint(),
            companion: None,
        });
    }
}

/// The pattern of a rule as it is matched: where a token begins, on bytes. `limit` is the most bytes that it may compile to.
///
/// # Errors
/// When it does not compile, or to more than `limit`.
pub fn compile(pattern: &str, limit: Option<usize>) -> Result<Regex, regex::Error> {
    let mut builder = regex::bytes::RegexBuilder::new(&format!(r"\A(?:{pattern})"));
    if let Some(limit) = limit {
        builder.size_limit(limit);
    }
    builder.unicode(false).build()
}

impl Rule {
    /// The length of the anchor that stands at `at`.
    fn anchor_length(&self, text: &[u8], at: usize) -> usize {
        let Anchor::Literal { texts, .. } = &self.anchor else { return 0 };
        texts
            .iter()
            .filter(|it| text.get(at..at + it.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(it.as_bytes())))
            .map(|it| it.len())
            .max()
            .unwrap_or(0)
    }
}
