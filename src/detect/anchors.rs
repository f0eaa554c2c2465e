//! What the literals of the rules stand for.
//!
//! Compiled twice: the build makes the tables of the built-in rules, a run those of any other set.

use crate::document::line::anchors;
use crate::rule::format::{List, Text};
use crate::rule::model::{Anchor, Form, Reader, Rule, RuleIndex};

/// What a PEM block begins with (RFC 7468, 3).
pub(super) const PEM_BEGIN: &str = "-----BEGIN ";
/// What its literal looks like among the others, which are lower case.
const PEM_LITERAL: &str = "-----begin ";

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The anchor of a format or pattern, so many bytes behind the token's beginning.
    Token { rule: RuleIndex, offset: u16 },
    /// A context word that the token follows.
    Context { rule: RuleIndex },
    /// A word around which a pattern is searched for.
    Search { rule: RuleIndex },
    /// What a reader begins at.
    Reader { rule: RuleIndex, reader: Reader },
    /// A word of a key name.
    Assignment { rule: RuleIndex },
    /// `://`.
    Url,
    /// `-----BEGIN `.
    Pem,
}

impl Target {
    /// The rule, where it is for a single one.
    pub(super) fn rule(self) -> Option<RuleIndex> {
        match self {
            Target::Token { rule, .. }
            | Target::Context { rule }
            | Target::Search { rule }
            | Target::Reader { rule, .. }
            | Target::Assignment { rule } => Some(rule),
            Target::Url | Target::Pem => None,
        }
    }
}

/// What must be so around a literal if anything is to come of it, whatever it stands for: most short literals are met within
/// words, and this is told before anybody looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stance {
    /// It may stand anywhere.
    Anywhere,
    /// A token can begin at it.
    AtBoundary,
    /// It stands by itself as a context word does.
    ByItself,
}

/// Where the search for the rules of a set begins.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Anchors {
    /// The literals, each once, lower case, sorted.
    pub(super) literals: List<Text>,
    /// What they stand for, literal by literal.
    pub(super) targets: List<Target>,
    /// By literal: where its targets end.
    pub(super) ends: List<u32>,
    /// By literal: what must be so around it.
    pub(super) stances: List<Stance>,
    /// The rules for passwords in URLs.
    pub(super) urls: List<RuleIndex>,
    /// The rules for PEM blocks. One with context words is about one provider's keys, and goes before the rule for any key.
    pub(super) pems: List<RuleIndex>,
    /// The rules for lines.
    pub(super) lines: List<RuleIndex>,
}

impl Anchors {
    pub(super) fn of<'a>(rules: impl Iterator<Item = (RuleIndex, &'a Rule)>) -> Self {
        let (mut pairs, mut urls, mut pems, mut lines) = (Vec::with_capacity(4096), vec![], vec![], vec![]);
        for (index, rule) in rules {
            match rule.form {
                Form::Url(_) => urls.push(index),
                Form::Pem(_) => pems.push((rule.context.is_empty(), index)),
                Form::Line(_) => lines.push(index),
                _ => {}
            }
            of_rule(index, rule, &mut pairs);
        }
        pems.sort_unstable();
        // What one literal stands for is tried in the order of the rules. Nearly all literals differ in their first bytes, and to
        // compare these as a number is what a start has time for.
        let mut order: Vec<(u64, u32)> = pairs.iter().map(|(literal, _)| first_bytes(literal)).zip(0..).collect();
        let literal = |number: u32| &pairs[number as usize].0;
        order.sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b).then_with(|| literal(*one).cmp(literal(*other))).then(one.cmp(other))
        });
        let mut literals: Vec<Text> = Vec::with_capacity(pairs.len());
        let mut targets: Vec<Target> = Vec::with_capacity(pairs.len());
        let mut ends: Vec<u32> = Vec::with_capacity(pairs.len());
        let mut start = 0;
        for (_, number) in order {
            let (literal, target) = std::mem::replace(&mut pairs[number as usize], (Text::Borrowed(""), Target::Url));
            if literals.last() != Some(&literal) {
                start = targets.len();
                ends.push(start as u32);
                literals.push(literal);
            }
            // URLs and PEM blocks have one reader for all their rules.
            if !targets[start..].contains(&target) {
                targets.push(target);
                if let Some(end) = ends.last_mut() {
                    *end += 1;
                }
            }
        }
        let stances: Vec<Stance> = (0..literals.len()).map(|it| stance(targets_of(&targets, &ends, it))).collect();
        Self {
            literals: literals.into(),
            targets: targets.into(),
            ends: ends.into(),
            stances: stances.into(),
            urls: urls.into(),
            pems: pems.into_iter().map(|(_, index)| index).collect::<Vec<_>>().into(),
            lines: lines.into(),
        }
    }

    /// What the literal stands for.
    pub(super) fn targets(&self, literal: usize) -> &[Target] {
        targets_of(&self.targets, &self.ends, literal)
    }
}

/// Of all targets, which `ends` divides, those of a literal.
fn targets_of<'t>(targets: &'t [Target], ends: &[u32], literal: usize) -> &'t [Target] {
    let start = literal.checked_sub(1).map_or(0, |before| ends[before]);
    &targets[start as usize..ends[literal] as usize]
}

/// What must be so around a literal that stands for all of these.
fn stance(targets: &[Target]) -> Stance {
    let of_one = |target: &Target| match target {
        Target::Token { offset: 0, .. } => Stance::AtBoundary,
        Target::Context { .. } => Stance::ByItself,
        _ => Stance::Anywhere,
    };
    let first = targets.first().map_or(Stance::Anywhere, of_one);
    if targets.iter().all(|it| of_one(it) == first) { first } else { Stance::Anywhere }
}

/// The first eight bytes of a text as a number that sorts as they do.
fn first_bytes(text: &str) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(8);
    first[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(first)
}

fn of_rule(index: RuleIndex, rule: &Rule, out: &mut Vec<(Text, Target)>) {
    match (&rule.anchor, &rule.form) {
        (Anchor::Literal { texts, offset }, _) => {
            out.extend(texts.iter().map(|text| (text.clone(), Target::Token { rule: index, offset: *offset })));
        }
        (Anchor::Context, Form::Search(_)) => {
            out.extend(rule.context.iter().map(|word| (word.clone(), Target::Search { rule: index })));
        }
        (Anchor::Context, _) => {
            out.extend(rule.context.iter().map(|word| (word.clone(), Target::Context { rule: index })));
        }
        (Anchor::Own, Form::Url(_)) => out.push((Text::Borrowed("://"), Target::Url)),
        (Anchor::Own, Form::Pem(_)) => out.push((Text::Borrowed(PEM_LITERAL), Target::Pem)),
        (Anchor::Own, Form::Assignment(words)) => {
            for word in words.iter() {
                let word = word.to_ascii_lowercase();
                let target = Target::Assignment { rule: index };
                if word.contains('_') {
                    // Two words without a joint head every PEM block of a private key.
                    let joints = ["", "-", ".", " "].into_iter().filter(|&joint| joint != " " || word != "private_key");
                    out.extend(joints.map(|joint| (Text::Owned(word.replace('_', joint)), target)));
                }
                out.push((Text::Owned(word), target));
            }
        }
        (Anchor::Own, Form::Reader(reader)) => {
            let target = Target::Reader { rule: index, reader: *reader };
            out.extend(of_reader(*reader).iter().map(|text| (Text::Borrowed(*text), target)));
        }
        (Anchor::Own, Form::Format(_) | Form::Pattern(_) | Form::Line(_) | Form::Search(_)) => {}
    }
}

/// The literals at which the reader begins.
fn of_reader(reader: Reader) -> &'static [&'static str] {
    match reader {
        Reader::Basic => &anchors::BASIC,
        Reader::Sql => &anchors::SQL,
        Reader::Command => &anchors::COMMANDS,
        Reader::Connection => &anchors::CONNECTION,
        Reader::Call => &anchors::CALLS,
        Reader::KeyCall => &anchors::KEY_CALLS,
        Reader::Manifest => &anchors::MANIFEST,
    }
}
