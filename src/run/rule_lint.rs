//! What is wrong with rules that load: tokens that could be empty, anchors that do not imply the rule, literals that stand
//! everywhere, rules that claim the same bytes.
//!
//! What can be tried is tried, on the rule's own examples with the matchers of a scan: nothing here guesses from the text of
//! a pattern what the engine would do with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::detect::prefilter::PrefilterError;
use crate::detect::{Candidate, Detector, Found, closing, compile};
use crate::finding::Severity;
use crate::rule::builtin::IDENTIFIERS_WORDS;
use crate::rule::example::expand;
use crate::rule::format::{Class, Format, Piece};
use crate::rule::model::{Anchor, Encoding, Form, Near, Rule};
use crate::rule::set::{RuleIndex, RuleSet};

use super::examples::{Kind, holds_token};

/// The most bytes that a pattern may compile to.
const PATTERN_MOST: usize = 256 * 1024;
/// Shorter literals stand in every text.
const LITERAL_LEAST: usize = 4;
/// The least number of examples of a kind.
const EXAMPLES_LEAST: usize = 2;

/// How bad a remark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule does not do what it says.
    Error,
    /// It works, but could be better.
    Warning,
}

impl Level {
    /// The word in front of the message.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// Something to say of a rule.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Id of the rule.
    pub rule: String,
    /// The key of the pack that it is about.
    pub key: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, and the remedy. Quotes nothing that could hold a token.
    pub text: String,
}

/// Lints the rules with these ids beside all `rules`; in the order of the rules.
///
/// # Errors
/// When there are too many literals for an automaton.
pub fn lint_rules(rules: &RuleSet, ids: &BTreeSet<String>) -> Result<Vec<Remark>, PrefilterError> {
    let detector = Detector::new(rules.clone())?;
    let mut overlaps = Overlaps::default();
    let mut remarks = Vec::new();
    for (index, rule) in rules.iter() {
        let linted = ids.contains(rule.id.as_ref());
        let hits: Vec<String> = rule.hit.iter().filter_map(|it| expand(rules, rule, &it.text).ok()).collect();
        hits.iter().for_each(|text| overlaps.add(&detector, index, text));
        if !linted {
            continue;
        }
        let mut of_rule = Remarks { rule, out: &mut remarks };
        of_rule.form();
        of_rule.conditions();
        of_rule.literals();
        of_rule.anchor(rules, &hits)?;
        of_rule.examples(&detector);
        if rule.docs.is_none() && rule.severity >= Severity::High {
            of_rule.warn("docs", "no `docs`: a rule of this severity names the provider's page".to_owned());
        }
    }
    overlaps.remark(rules, ids, &mut remarks);
    let place = |remark: &Remark| rules.by_id(&remark.rule).map(|(index, _)| index);
    remarks.sort_by_key(|remark| (place(remark), remark.level));
    Ok(remarks)
}

/// The remarks on one rule.
struct Remarks<'a> {
    rule: &'a Rule,
    out: &'a mut Vec<Remark>,
}

impl Remarks<'_> {
    fn add(&mut self, level: Level, key: &'static str, text: String) {
        self.out.push(Remark { rule: self.rule.id.to_string(), key, level, text });
    }

    fn error(&mut self, key: &'static str, text: String) {
        self.add(Level::Error, key, text);
    }

    fn warn(&mut self, key: &'static str, text: String) {
        self.add(Level::Warning, key, text);
    }

    /// A form that a text without a secret could have, or that costs too much.
    fn form(&mut self) {
        match &self.rule.form {
            Form::Format(format) if least_secret(format) == 0 => {
                self.error("format", "it can match its literal text alone: give a run that is never empty".to_owned());
            }
            Form::Pattern(pattern) => match compile(pattern, Some(PATTERN_MOST)) {
                Err(regex::Error::CompiledTooBig(_)) => self.error(
                    "pattern",
                    format!("it compiles to more than {} KiB: repeat less, or use a format", PATTERN_MOST / 1024),
                ),
                Err(_) => self.error(
                    "pattern",
                    "it does not compile for bytes, so it would find nothing: leave out Unicode classes".to_owned(),
                ),
                Ok(_) if is_empty_possible(pattern, &self.rule.anchor) => self.error(
                    "pattern",
                    "it can match an empty secret behind its anchor: let the secret part have a least length"
                        .to_owned(),
                ),
                Ok(_) => {}
            },
            Form::Line(format) if least_secret(format) == 0 => {
                self.error("line", "it can match its literal text alone: give a run that is never empty".to_owned());
            }
            Form::Format(_)
            | Form::Line(_)
            | Form::Search(_)
            | Form::Url(_)
            | Form::Pem(_)
            | Form::Assignment(_)
            | Form::Reader(_) => {}
        }
    }

    /// Conditions that say nothing, or that nothing can meet.
    fn conditions(&mut self) {
        let rule = self.rule;
        if let Some(wanted) = &rule.decodes_to
            && let Some(digits) = rule.charset
        {
            let needed = match wanted.encoding {
                Encoding::Base64 => "base64",
                Encoding::Hex => "hex-any",
            };
            if Class::named(needed).is_some_and(|class| class.is_disjoint(digits)) {
                self.error("charset", format!("nothing of it is {needed}, which `decodes_to` asks for"));
            }
        }
        if let (Some(charset), Form::Format(format) | Form::Line(format)) = (rule.charset, &rule.form) {
            let classes = secret_pieces(format).iter().filter_map(|piece| match piece {
                Piece::Run { class, .. } => Some(*class),
                Piece::Literal(_) | Piece::Choice(_) => None,
            });
            if classes.into_iter().all(|class| class.0 & !charset.0 == 0) {
                self.warn("charset", "the format allows nothing else: leave it out".to_owned());
            }
        }
        if let Some(entropy) = rule.entropy
            && !(0.0..=8.0).contains(&entropy)
        {
            self.error("entropy", "bits per byte lie between 0 and 8".to_owned());
        }
        if rule.files.iter().any(|glob| glob.bytes().all(|byte| matches!(byte, b'*' | b'/' | b'?'))) {
            self.error("files", "a name that fits every file is none: leave it out".to_owned());
        }
        if rule.near != Near::Usual && matches!(rule.form, Form::Url(_) | Form::Assignment(_) | Form::Line(_)) {
            self.error("near", "this form takes no context words".to_owned());
        }
    }

    /// Literals that stand in every text: each one costs a try of the matcher.
    fn literals(&mut self) {
        let (key, texts) = match &self.rule.anchor {
            Anchor::Literal { texts, .. } => ("format", texts),
            Anchor::Context => ("context", &self.rule.context),
            Anchor::Own => return,
        };
        let key = match &self.rule.form {
            Form::Pattern(_) => "pattern",
            Form::Search(_) => "keywords",
            _ => key,
        };
        for text in texts.iter() {
            let word = text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            if text.len() < LITERAL_LEAST {
                self.warn(key, format!("the literal `{text}` is short, so the rule is tried at many places"));
            } else if IDENTIFIERS_WORDS.binary_search(&word).is_ok() {
                self.warn(key, format!("the literal `{text}` is a common word, so the rule is tried at many places"));
            }
        }
    }

    /// What the matcher finds must be found from the anchor, too.
    fn anchor(&mut self, rules: &RuleSet, hits: &[String]) -> Result<(), PrefilterError> {
        // Lines have none.
        if matches!(self.rule.form, Form::Line(_)) {
            return Ok(());
        }
        let mut alone = rules.clone();
        alone.retain(|rule| rule.id == self.rule.id);
        let detector = Detector::new(alone)?;
        for (index, text) in hits.iter().enumerate() {
            let lower = text.to_ascii_lowercase();
            let (mut by_anchor, mut everywhere) = (Vec::new(), Vec::new());
            detector.detect(text.as_bytes(), 0..text.len(), false, &mut by_anchor);
            detector.detect_everywhere(text.as_bytes(), 0..text.len(), false, &mut everywhere);
            let implied = detector.literals().iter().any(|literal| lower.contains(literal.as_ref() as &str))
                && everywhere.iter().all(|it| by_anchor.iter().any(|other| other.value == it.value));
            if !implied {
                let number = index + 1;
                self.error("hit", format!("the anchor does not imply the rule: hit {number} has a match without it"));
            }
        }
        Ok(())
    }

    fn examples(&mut self, detector: &Detector) {
        // Rules of other tools come without.
        if matches!(self.rule.form, Form::Search(_)) {
            return;
        }
        for (kind, list) in [(Kind::Hit, &self.rule.hit), (Kind::Miss, &self.rule.miss)] {
            let key = kind.id();
            if list.len() < EXAMPLES_LEAST {
                self.error(key, format!("fewer than {EXAMPLES_LEAST} `{key}` examples"));
            }
            for (index, example) in list.iter().enumerate() {
                let number = index + 1;
                if holds_token(detector, &example.text) {
                    let what = "has what looks like a token in it: write a template";
                    self.error(key, format!("{key} {number} {what}"));
                }
            }
        }
    }
}

/// The least number of characters of the secret part that are not fixed by the format.
fn least_secret(format: &Format) -> usize {
    let least = |piece: &Piece| match piece {
        Piece::Run { counts, .. } => counts.iter().map(|&(min, _)| usize::from(min)).min().unwrap_or(0),
        Piece::Literal(_) | Piece::Choice(_) => 0,
    };
    secret_pieces(format).iter().map(least).sum()
}

/// The pieces of the secret part.
fn secret_pieces(format: &Format) -> &[Piece] {
    let (from, to) = format.secret.map_or((0, format.pieces.len()), |(from, to)| (from.into(), to.into()));
    &format.pieces[from..to]
}

/// Whether the pattern matches its anchor with nothing behind it, or with an empty secret before what may follow a token.
fn is_empty_possible(pattern: &str, anchor: &Anchor) -> bool {
    let Anchor::Literal { texts, .. } = anchor else { return false };
    let Ok(regex) = compile(&format!("(?i:{pattern})"), None) else { return false };
    texts.iter().flat_map(|text| ["", " ", "\n", "\"", ":", "="].map(|behind| format!("{text}{behind}"))).any(|text| {
        regex.captures(text.as_bytes()).is_some_and(|found| match found.name("secret") {
            Some(secret) => secret.is_empty(),
            None => true,
        })
    })
}

/// Which rules claim the bytes of another's examples: (the example's rule, the other one) to whether the other one wins.
#[derive(Default)]
struct Overlaps(BTreeMap<(RuleIndex, RuleIndex), bool>);

impl Overlaps {
    fn add(&mut self, detector: &Detector, index: RuleIndex, text: &str) {
        let rules = detector.rules();
        let companion = rules.get(index).companion.as_ref().map(|it| it.rule.clone());
        let mut candidates = Vec::new();
        detector.detect(text.as_bytes(), 0..text.len(), false, &mut candidates);
        let own: Vec<Candidate> = candidates.iter().filter(|it| it.rule == index).cloned().collect();
        // URLs, keys and rules for certain files take what no rule knows better: they are no rivals.
        let rivals: Vec<Candidate> = candidates
            .iter()
            .filter(|it| it.rule != index && matches!(it.found, Found::Token | Found::Search { .. } | Found::Pem))
            .filter(|it| !rules.get(it.rule).is_of_files())
            .filter(|it| companion.as_deref() != Some(rules.get(it.rule).id.as_ref()))
            .filter(|it| own.iter().any(|own| overlap(&own.value, &it.value)))
            .cloned()
            .collect();
        if rivals.is_empty() {
            return;
        }
        closing::close(rules, text.as_bytes(), &mut candidates);
        for rival in rivals {
            let wins = candidates.iter().any(|it| it.rule == rival.rule && it.value == rival.value);
            *self.0.entry((index, rival.rule)).or_default() |= wins;
        }
    }

    fn remark(&self, rules: &RuleSet, ids: &BTreeSet<String>, out: &mut Vec<Remark>) {
        for (&(index, rival), &wins) in &self.0 {
            let (rule, rival) = (rules.get(index), rules.get(rival));
            let same = match (rule.family == rival.family, same_form(&rule.form, &rival.form)) {
                (_, true) => " (the same form)",
                (true, false) => " (the same family)",
                (false, false) => "",
            };
            let mut add = |rule: &Rule, level, text| {
                if ids.contains(rule.id.as_ref()) {
                    out.push(Remark { rule: rule.id.to_string(), key: key(&rule.form), level, text });
                }
            };
            let (id, other) = (&rule.id, &rival.id);
            if wins {
                add(rule, Level::Error, format!("overlap: `{other}`{same} takes a hit of this rule"));
                add(rival, Level::Error, format!("overlap: it takes a hit of `{id}`{same}"));
            } else {
                add(
                    rule,
                    Level::Warning,
                    format!("overlap: `{other}`{same} matches a hit of this rule, which keeps it"),
                );
                add(rival, Level::Warning, format!("overlap: it matches a hit of `{id}`{same}, which keeps it"));
            }
        }
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn same_form(a: &Form, b: &Form) -> bool {
    matches!((a, b), (Form::Format(_), Form::Format(_)) | (Form::Pattern(_), Form::Pattern(_)))
        && a.to_string() == b.to_string()
}

fn key(form: &Form) -> &'static str {
    match form {
        Form::Format(_) => "format",
        Form::Pattern(_) => "pattern",
        Form::Line(_) => "line",
        Form::Search(_) => "regex",
        Form::Url(_) => "url",
        Form::Pem(_) => "pem",
        Form::Assignment(_) => "assignment",
        Form::Reader(_) => "reader",
    }
}
