//! From text to candidates, in one pass.
//!
//! Literals pick the places; only there a rule's matcher runs, anchored, and sees the text through a [`window::Window`].
//! Detection takes bytes, never a path, and has no opinion on likelihood: whatever has the form is a candidate. What a file's
//! name says is for judgement. So a blob of the history is searched once, whatever names it has had.

pub mod assignment;
pub mod closing;
mod everywhere;
pub mod pem;
pub mod prefilter;
pub mod token;
pub mod url;
pub mod window;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

pub use assignment::{Operator, Quoting};
use prefilter::{Prefilter, PrefilterError};
use window::Window;

use crate::rule::format::Class;
use crate::rule::model::{Anchor, Form, Rule};
use crate::rule::set::{RuleIndex, RuleSet};

/// The most candidates of one text, or of one part of a long one.
pub const BUDGET: usize = 50_000;
/// How far a rule looks to either side of its anchor, in bytes.
pub const LOOK: usize = 1024;
/// How far a rule for long bodies may look.
pub const LOOK_LONG: usize = 4096;
/// How far before a token a context word may stand.
const CONTEXT_BEFORE: usize = 256;
/// How far behind a token a context word may stand.
const CONTEXT_BEHIND: usize = 128;
/// How far behind a context word that serves as the anchor a token may begin.
const TOKEN_BEHIND: usize = 128;

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

/// How a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// By its format.
    Token,
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

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The anchor of a format or pattern, so many bytes behind the token's beginning.
    Token { rule: RuleIndex, offset: u16 },
    /// A context word that the token follows.
    Context { rule: RuleIndex },
    /// A word of a key name.
    Assignment { rule: RuleIndex },
    /// `://`.
    Url,
    /// `-----BEGIN `.
    Pem,
}

/// The engine: rules, compiled.
pub struct Detector {
    rules: RuleSet,
    prefilter: Prefilter,
    literals: Vec<String>,
    /// By literal.
    targets: Vec<Vec<Target>>,
    /// By rule; compiled when first needed.
    patterns: Vec<OnceLock<Option<Regex>>>,
}

impl Detector {
    /// Compiles the literals of `rules`; everything else is compiled when it is first needed.
    ///
    /// # Errors
    /// When there are too many literals for an automaton.
    pub fn new(rules: RuleSet) -> Result<Self, PrefilterError> {
        let mut by_literal: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        for (index, rule) in rules.iter() {
            for (literal, target) in literals(index, rule) {
                // URLs and PEM blocks have one reader for all their rules.
                let targets = by_literal.entry(literal).or_default();
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
        let (literals, targets): (Vec<String>, Vec<Vec<Target>>) = by_literal.into_iter().unzip();
        Ok(Self {
            prefilter: Prefilter::new(&literals)?,
            literals,
            targets,
            patterns: (0..rules.len()).map(|_| OnceLock::new()).collect(),
            rules,
        })
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
        let mut within_budget = true;
        self.prefilter.each(text, own, |literal, hit| {
            if out.len() >= BUDGET {
                within_budget = false;
                return;
            }
            for &target in &self.targets[literal] {
                self.evaluate(target, text, &hit, binary, out);
            }
        });
        within_budget
    }

    fn evaluate(&self, target: Target, text: &[u8], hit: &Range<usize>, binary: bool, out: &mut Vec<Candidate>) {
        match target {
            Target::Token { rule, offset } => {
                let Some(start) = hit.start.checked_sub(usize::from(offset)) else { return };
                self.token(rule, text, hit.start, start, binary, out);
            }
            Target::Context { rule } if !binary => self.behind_context(rule, text, hit, out),
            Target::Assignment { rule } if !binary => {
                let window = Window::new(text, hit.start, LOOK);
                let Some(found) = assignment::match_assignment(&window, hit.clone()) else { return };
                out.push(Candidate {
                    rule,
                    span: found.key.start..found.value.end,
                    value: found.value,
                    prefix: 0,
                    found: Found::Assignment { key: found.key, operator: found.operator, quoting: found.quoting },
                    footprint: window.footprint(),
                    companion: None,
                });
            }
            Target::Context { .. } | Target::Assignment { .. } => {}
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
        let (span, value, prefix, window) = match &rule.form {
            Form::Format(format) => {
                let look = if format.longest() + CONTEXT_BEHIND > LOOK { LOOK_LONG } else { LOOK };
                let window = Window::new(text, anchor, look);
                let Some(found) = token::match_format(format, &window, start) else { return };
                (found.span.clone(), found.span, found.prefix, window)
            }
            Form::Pattern(pattern) => {
                let window = Window::new(text, anchor, LOOK);
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
            Form::Url(_) | Form::Pem(_) | Form::Assignment(_) => return,
        };
        if !rule.context.is_empty() && !has_context(rule, &window, &span) {
            return;
        }
        let footprint = window.footprint();
        out.push(Candidate { rule: index, span, value, prefix, found: Found::Token, footprint, companion: None });
    }

    fn pattern(&self, index: RuleIndex, pattern: &str) -> Option<&Regex> {
        self.patterns[index.0 as usize].get_or_init(|| compile(pattern, None).ok()).as_ref()
    }

    /// The first token of the rule behind a context word.
    fn behind_context(&self, index: RuleIndex, text: &[u8], word: &Range<usize>, out: &mut Vec<Candidate>) {
        let rule = self.rules.get(index);
        let Form::Format(format) = &rule.form else { return };
        let window = Window::new(text, word.start, LOOK);
        if !is_context_word(&window, word) {
            return;
        }
        let mut lines = 0;
        for start in word.end..(word.end + TOKEN_BEHIND).min(window.end()) {
            match window.byte(start) {
                Some(b'\n') if lines == 1 => return,
                Some(b'\n') => lines += 1,
                None => return,
                Some(byte) if Class::WORD.contains(byte) || byte > b' ' => {
                    if let Some(found) = token::match_format(format, &window, start) {
                        out.push(Candidate {
                            rule: index,
                            span: found.span.clone(),
                            value: found.span,
                            prefix: found.prefix,
                            found: Found::Token,
                            footprint: window.footprint(),
                            companion: None,
                        });
                        return;
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn url(&self, text: &[u8], colon: usize, out: &mut Vec<Candidate>) {
        let window = Window::new(text, colon, LOOK);
        let Some(found) = url::match_url(&window, colon) else { return };
        let scheme = String::from_utf8_lossy(&text[found.scheme.clone()]).to_ascii_lowercase();
        let base = scheme.split('+').next().unwrap_or(&scheme);
        let claims = |wanted: &str| {
            self.rules.iter().find(|(_, rule)| match &rule.form {
                Form::Url(schemes) => schemes.iter().any(|scheme| scheme == wanted),
                _ => false,
            })
        };
        let Some((rule, _)) = claims(&scheme).or_else(|| claims(base)).or_else(|| claims("*")) else { return };
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
        let claims = |(_, rule): &(RuleIndex, &Rule)| match &rule.form {
            Form::Pem(labels) => labels.iter().any(|it| it.as_bytes() == label),
            _ => false,
        };
        // A rule with context words is about one provider's keys, and goes before the rule for any key.
        let mut rules: Vec<(RuleIndex, &Rule)> = self.rules.iter().filter(claims).collect();
        rules.sort_by_key(|(index, rule)| (rule.context.is_empty(), *index));
        let fits = |rule: &Rule| rule.context.is_empty() || has_context(rule, &window, &found.span);
        let Some(&(rule, _)) = rules.iter().find(|(_, rule)| fits(rule)) else { return };
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

const PEM_BEGIN: &str = "-----BEGIN ";

/// The literals of a rule, lower case, and what each stands for.
fn literals(index: RuleIndex, rule: &Rule) -> Vec<(String, Target)> {
    match (&rule.anchor, &rule.form) {
        (Anchor::Literal { texts, offset }, _) => {
            texts.iter().map(|text| (text.to_string(), Target::Token { rule: index, offset: *offset })).collect()
        }
        (Anchor::Context, _) => {
            rule.context.iter().map(|word| (word.to_string(), Target::Context { rule: index })).collect()
        }
        (Anchor::Own, Form::Url(_)) => vec![("://".to_owned(), Target::Url)],
        (Anchor::Own, Form::Pem(_)) => vec![(PEM_BEGIN.to_ascii_lowercase(), Target::Pem)],
        (Anchor::Own, Form::Assignment(words)) => {
            let mut literals: Vec<String> = words
                .iter()
                .flat_map(|word| ["", "_", "-", "."].map(|joint| word.to_ascii_lowercase().replace('_', joint)))
                .collect();
            literals.sort();
            literals.dedup();
            literals.into_iter().map(|literal| (literal, Target::Assignment { rule: index })).collect()
        }
        (Anchor::Own, Form::Format(_) | Form::Pattern(_)) => Vec::new(),
    }
}

/// Whether one of the rule's context words stands near `span`.
fn has_context(rule: &Rule, window: &Window<'_>, span: &Range<usize>) -> bool {
    let from = span.start.saturating_sub(CONTEXT_BEFORE).max(window.start());
    let before = window.slice(from..span.start).to_ascii_lowercase();
    let behind = window.slice(span.end..span.end + CONTEXT_BEHIND).to_ascii_lowercase();
    rule.context.iter().any(|word| {
        let near = |text: &[u8], offset: usize| {
            memchr::memmem::find_iter(text, word.as_bytes())
                .any(|at| is_context_word(window, &(offset + at..offset + at + word.len())))
        };
        near(&before, from) || near(&behind, span.end)
    })
}

/// Whether the word stands by itself: `aws` is in `aws_key` and `myAws`, not in `paws`. Short words must end there, too.
fn is_context_word(window: &Window<'_>, word: &Range<usize>) -> bool {
    let text = window.slice(word.clone());
    let (Some(&first), Some(&last)) = (text.first(), text.last()) else { return false };
    let begins = window.before(word.start).is_none_or(|before| {
        !first.is_ascii_alphanumeric()
            || !before.is_ascii_alphabetic()
            || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
    });
    let ends = word.len() >= 5
        || window
            .byte(word.end)
            .is_none_or(|next| !next.is_ascii_alphabetic() || (last.is_ascii_lowercase() && next.is_ascii_uppercase()));
    begins && ends
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
