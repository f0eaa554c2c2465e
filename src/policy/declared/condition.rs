//! What a declared check asks of a node, and the answer: yes, no, or unknown.
//!
//! A value that has to be evaluated is unknown, and so is a field that may be there without being seen; a condition over
//! something unknown is unknown, unless the rest decides it. Only a clear no is a finding.
//!
//! Where a path leads to several nodes, a requirement must hold for each, a precondition for one. What is not there meets a
//! requirement and fails a precondition; `default` says what the reader of the file takes in its place.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::config::policy::{Limit, duration};
use crate::document::{Node, Value};
use crate::finding::Threshold;
use crate::policy::dialect::{Resource, is_known};
use crate::policy::literal::{is_placeholder, is_reference, is_secret_name, names_a_place};
use crate::policy::loopback::is_plain_http;
use crate::policy::{View, date, encoded, schedule};

use super::expression::Expression;
use super::lazy::Pattern;
use super::neighbours::Neighbours;
use super::path::{Found, Path};

/// How many nodes behind the one that decides are looked at for the same.
const MOST_OTHERS: usize = 8;

/// A condition, parsed.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "nearly every condition is a test")]
pub(crate) enum Condition {
    /// Every one.
    All(Vec<Condition>),
    /// One at least.
    Any(Vec<Condition>),
    /// Not.
    Not(Box<Condition>),
    /// Asked as in this mode, whatever the place.
    Within(Mode, Box<Condition>),
    /// A test of the nodes that a path leads to.
    Test {
        /// From the node of the case.
        at: Path,
        /// What is tested.
        test: Test,
        /// What the reader of the file takes where there is nothing.
        default: Option<Node>,
    },
}

/// A test of one node.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// It is there, and not `null`.
    Exists(bool),
    /// It is there and not empty.
    Filled(bool),
    /// It is one of these, compared as text; booleans and numbers by value.
    OneOf(Vec<String>),
    /// Its text matches.
    Matches(Pattern),
    /// It matches as it is written, references and expressions included.
    Written(Pattern),
    /// A number of at least this.
    AtLeast(Bound),
    /// A number of at most this.
    AtMost(Bound),
    /// A text of at least this many bytes.
    LengthAtLeast(Bound),
    /// A length of time of at most this.
    DurationAtMost(Bound, Measure),
    /// A date that is not past, and at most this far ahead.
    EndsWithin(Bound),
    /// A date that is at least this far ahead.
    EndsAfter(Bound),
    /// A date that is at most this long past.
    AgeAtMost(Bound),
    /// An expression holds of it.
    Holds(Arc<dyn Expression>),
    /// Scopes that the policy lets this provider grant.
    Scopes(String),
    /// It stands here as it is.
    Literal(bool),
    /// It is a reference to what is kept elsewhere.
    Reference(bool),
    /// A literal that is no placeholder: what must not stand in a file.
    Secret(bool),
    /// The same of what it says in base64.
    SecretInBase64(bool),
    /// A URL of plain HTTP to another machine.
    PlainHttp(bool),
    /// Its key is the name of a secret.
    SecretName(bool),
    /// It is the path or the name of what holds a secret.
    IsName(bool),
    /// Its key matches.
    Key(Pattern),
    /// A key above it matches.
    Under(Pattern),
    /// The resource's own name matches.
    Named(Pattern),
    /// It has every tag that the policy asks for.
    RequiredTags,
    /// It refers to a resource of one of these kinds.
    RefersTo(Vec<String>),
    /// A resource of one of these kinds refers to this one, in the given field.
    ReferredBy(Vec<String>, Path),
    /// There is a resource of one of these kinds.
    Beside(Vec<String>),
    /// The policy does not ask that credentials of one of these kinds are bound to addresses.
    IpNotRequired(Vec<String>),
    /// The policy does not ask that credentials of one of these kinds have a quota.
    QuotaNotRequired(Vec<String>),
}

/// How a number is read as a length of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measure {
    /// Seconds in one, where no unit stands with the number.
    pub unit: Option<f64>,
    /// Where the unit is named, from the node of the case.
    pub unit_at: Option<Path>,
    /// Values that mean without end.
    pub never: Vec<String>,
}

/// What a test compares with.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// The policy's rotation window of the first of these kinds.
    Rotation(Vec<String>),
    /// The policy's lifetime of this kind.
    Lifetime(String),
    /// The policy's least length of this kind.
    Length(String),
    /// A length of time that the check itself states, as it is written.
    Stated(String, Duration),
    /// A number that the check itself states.
    Number(f64),
}

/// Yes, no, or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It cannot be told.
    Unknown,
}

/// The answer, and what decided it.
#[derive(Clone, Debug)]
pub(crate) struct Answer<'n> {
    /// The answer.
    pub truth: Truth,
    /// The node that decided it, if one did.
    pub node: Option<Found<'n>>,
    /// Where others stand of which the same is true.
    pub also: Vec<Range<usize>>,
    /// The path that found nothing, if that decided it.
    pub missing: Option<Path>,
    /// The limit that was compared with.
    pub threshold: Option<Threshold>,
    /// The value as a report may show it.
    pub shown: Option<String>,
    /// Whether the node is a secret.
    pub is_secret: bool,
}

impl<'n> Answer<'n> {
    fn bare(truth: Truth) -> Self {
        Answer { truth, node: None, also: Vec::new(), missing: None, threshold: None, shown: None, is_secret: false }
    }

    fn of(holds: bool) -> Self {
        Self::bare(if holds { Truth::Yes } else { Truth::No })
    }

    fn reversed(mut self) -> Self {
        self.truth = match self.truth {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        };
        self
    }
}

/// What stands around a condition.
pub(crate) struct Ground<'v, 'n> {
    /// The document.
    pub view: &'v View<'n>,
    /// The resource the case is about.
    pub resource: &'v Resource<'n>,
    /// Every resource of the same dialect.
    pub beside: &'v Neighbours<'v, 'n>,
}

/// Whether a condition is a requirement or a precondition; see the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Must hold for every node.
    Require,
    /// Must hold for one node.
    When,
}

impl Mode {
    fn reversed(self) -> Self {
        match self {
            Mode::Require => Mode::When,
            Mode::When => Mode::Require,
        }
    }
}

impl Condition {
    /// Asks the condition of a node.
    pub(crate) fn ask<'n>(&self, ground: &Ground<'_, 'n>, start: &Found<'n>, mode: Mode) -> Answer<'n> {
        match self {
            Condition::All(all) => decided(all, Truth::No, Truth::Yes, |it| it.ask(ground, start, mode)),
            Condition::Any(any) => decided(any, Truth::Yes, Truth::No, |it| it.ask(ground, start, mode)),
            Condition::Not(inner) => inner.ask(ground, start, mode.reversed()).reversed(),
            Condition::Within(mode, inner) => inner.ask(ground, start, *mode),
            Condition::Test { at, test, default } => ask_test(ground, start, mode, at, test, default.as_ref()),
        }
    }
}

impl Condition {
    /// Which bytes the groups named `value` of its patterns match: what of a text, of a script, is meant.
    pub(crate) fn values(&self, ground: &Ground<'_, '_>, start: &Found<'_>, out: &mut Vec<Range<usize>>) {
        match self {
            Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|it| it.values(ground, start, out)),
            Condition::Within(_, inner) => inner.values(ground, start, out),
            Condition::Test { at, test: Test::Matches(pattern) | Test::Written(pattern), .. } => {
                for found in at.follow(start) {
                    let text = written(ground.view, found.node).unwrap_or_default();
                    let parts = pattern.values(text.as_bytes()).into_iter();
                    out.extend(ground.view.locate_all(found.node, text, parts));
                }
            }
            Condition::Not(_) | Condition::Test { .. } => {}
        }
    }
}

/// The first answer that settles the question; else unknown if there is one; else `otherwise`, told by the first.
fn decided<'c, 'n>(
    conditions: &'c [Condition],
    settles: Truth,
    otherwise: Truth,
    ask: impl Fn(&'c Condition) -> Answer<'n>,
) -> Answer<'n> {
    let mut first: Option<Answer<'n>> = None;
    let mut is_unknown = false;
    for condition in conditions {
        let answer = ask(condition);
        if answer.truth == settles {
            return answer;
        }
        is_unknown |= answer.truth == Truth::Unknown;
        if first.as_ref().is_none_or(|first| first.node.is_none() && answer.node.is_some()) {
            first = Some(answer);
        }
    }
    let mut answer = first.unwrap_or_else(|| Answer::bare(otherwise));
    answer.truth = if is_unknown { Truth::Unknown } else { otherwise };
    answer
}

fn ask_test<'n>(
    ground: &Ground<'_, 'n>,
    start: &Found<'n>,
    mode: Mode,
    at: &Path,
    test: &Test,
    default: Option<&Node>,
) -> Answer<'n> {
    match test {
        Test::ReferredBy(kinds, field) => {
            return Answer::bare(ground.beside.refer(ground.view, ground.resource, kinds, field));
        }
        Test::Beside(kinds) => {
            let is_there = ground.beside.has_one_of(kinds);
            let truth = if is_there || ground.view.is_whole { Answer::of(is_there).truth } else { Truth::Unknown };
            return Answer::bare(truth);
        }
        Test::IpNotRequired(kinds) | Test::QuotaNotRequired(kinds) => {
            let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
            let settings = ground.view.settings;
            let threshold = match test {
                Test::IpNotRequired(_) => settings.requires_ip(&kinds),
                _ => settings.requires_quota(&kinds),
            };
            return Answer { threshold: threshold.clone(), ..Answer::of(threshold.is_none()) };
        }
        Test::Named(pattern) => return Answer::of(pattern.is_match(ground.resource.name().as_bytes())),
        Test::SecretName(wanted) if at.is_here() && start.entry.is_none() && start.route.is_empty() => {
            return Answer::of(is_secret_name(ground.resource.name()) == *wanted);
        }
        _ => {}
    }
    let (found, is_decided) = at.follow_all(start);
    let mut found: Vec<Found<'n>> = found.into_iter().filter(|found| found.node.value != Value::Null).collect();
    if matches!(test, Test::Scopes(_)) {
        found = found.into_iter().flat_map(Found::each).collect();
    }
    if let Test::Exists(wanted) = test {
        return match found.into_iter().next() {
            Some(first) => Answer { node: Some(first), ..Answer::of(*wanted) },
            None => missing(at, start, !wanted, is_decided),
        };
    }
    if found.is_empty() {
        return match default {
            Some(_) if missing(at, start, true, is_decided).truth == Truth::Unknown => Answer::bare(Truth::Unknown),
            Some(node) => {
                Answer { missing: Some(at.clone()), ..one(ground, start, &Found::start(node), test).detached() }
            }
            None if matches!(test, Test::Filled(_)) => {
                missing(at, start, matches!(test, Test::Filled(false)), is_decided)
            }
            None => missing(at, start, mode == Mode::Require, is_decided),
        };
    }
    let settles = if mode == Mode::Require { Truth::No } else { Truth::Yes };
    let mut kept: Option<Answer<'n>> = None;
    for (number, found_here) in found.iter().enumerate() {
        let mut answer = Answer { node: Some(found_here.clone()), ..one(ground, start, found_here, test) };
        if answer.truth == settles {
            let others = found[number + 1..].iter().take(MOST_OTHERS);
            let same = others.filter(|other| one(ground, start, other, test).truth == settles);
            let places = same.map(|other| other.node).filter(|node| node.is_literal() && !node.span.is_empty());
            answer.also = places.map(|node| node.span.clone()).collect();
            return answer;
        }
        if kept.as_ref().is_none_or(|kept| kept.truth != Truth::Unknown) {
            kept = Some(answer);
        }
    }
    kept.unwrap_or_else(|| Answer::bare(Truth::Unknown))
}

impl Answer<'_> {
    /// The answer without its node: that of a default, which stands nowhere.
    fn detached<'n>(self) -> Answer<'n> {
        Answer {
            truth: self.truth,
            node: None,
            also: Vec::new(),
            missing: None,
            threshold: self.threshold,
            shown: self.shown,
            is_secret: false,
        }
    }
}

/// The answer where a path finds nothing: unknown where there may be something all the same.
fn missing<'n>(at: &Path, start: &Found<'n>, holds: bool, is_decided: bool) -> Answer<'n> {
    let nearest = at.nearest(start);
    let node = nearest.node;
    let is_open = !is_decided
        || node.is_open()
        || node.entry("dynamic").is_some()
        || matches!(node.value, Value::Expression(_) | Value::Call { .. })
        || node.as_str().is_some_and(is_reference);
    let truth = if is_open { Truth::Unknown } else { Answer::of(holds).truth };
    Answer { missing: Some(at.clone()), ..Answer::bare(truth) }
}

/// One node against a test.
fn one<'n>(ground: &Ground<'_, 'n>, start: &Found<'n>, found: &Found<'_>, test: &Test) -> Answer<'n> {
    let node = found.node;
    let settings = ground.view.settings;
    match test {
        Test::Literal(wanted) => Answer::of(is_known(node) == *wanted),
        Test::Reference(wanted) => Answer::of(is_known(node) != *wanted),
        Test::SecretName(wanted) => Answer::of(found.entry.is_some_and(|entry| is_secret_name(&entry.key)) == *wanted),
        Test::Key(pattern) => Answer::of(found.entry.is_some_and(|entry| pattern.is_match(entry.key.as_bytes()))),
        Test::Under(pattern) => Answer::of(found.keys_above().any(|key| pattern.is_match(key.as_bytes()))),
        Test::Filled(wanted) => match &node.value {
            Value::Expression(_) | Value::Call { .. } => Answer::bare(Truth::Unknown),
            Value::Map(entries) => Answer::of(entries.is_empty() != *wanted),
            Value::Sequence(items) => Answer::of(items.is_empty() != *wanted),
            _ => Answer::of(node.is_blank() != *wanted),
        },
        Test::RefersTo(kinds) => match ground.view.referred(node) {
            None if is_known(node) => Answer::of(false),
            None => Answer::bare(Truth::Unknown),
            Some(address) => match ground.beside.at(&address) {
                Some(other) => Answer::of(other.is_one_of(kinds)),
                None => Answer::bare(Truth::Unknown),
            },
        },
        Test::DurationAtMost(bound, measure) => duration_at_most(ground, start, node, bound, measure),
        Test::Holds(expression) => Answer {
            threshold: match expression.bounds() {
                [bound] => bound.limit(ground.view).map(|(_, threshold)| threshold),
                _ => None,
            },
            is_secret: expression.asks_for_secrets() && node.is_literal(),
            ..Answer::bare(expression.ask(node, ground.view))
        },
        Test::Written(pattern) => match written(ground.view, node) {
            Some(text) => Answer { shown: Some(text.to_owned()), ..Answer::of(pattern.is_match(text.as_bytes())) },
            None => Answer::bare(Truth::Unknown),
        },
        Test::RequiredTags => {
            let has = |tag: &str| node.entries().iter().any(|entry| entry.key.eq_ignore_ascii_case(tag));
            let missing = settings.required_tags().iter().find(|tag| !has(&tag.text));
            match missing {
                Some(_) if !node.is_map() || node.is_open() => Answer::bare(Truth::Unknown),
                Some(tag) => {
                    let threshold = Threshold { limit: format!("tag {}", tag.text), source: tag.source.to_string() };
                    Answer { threshold: Some(threshold), ..Answer::of(false) }
                }
                None => Answer::of(true),
            }
        }
        Test::EndsWithin(bound) => {
            dated(ground, node, bound, |ahead, length| !ahead.is_negative() && ahead.unsigned_abs() <= length)
        }
        Test::EndsAfter(bound) => {
            dated(ground, node, bound, |ahead, length| !ahead.is_negative() && ahead.unsigned_abs() >= length)
        }
        Test::AgeAtMost(bound) => {
            dated(ground, node, bound, |ahead, length| ahead.is_positive() || ahead.unsigned_abs() <= length)
        }
        _ if !is_known(node) => Answer::bare(Truth::Unknown),
        Test::OneOf(values) => {
            let holds = values.iter().any(|value| is_value(node, value));
            Answer { shown: node_text(node), ..Answer::of(holds) }
        }
        Test::Matches(pattern) => match node_text(node) {
            Some(text) => Answer { shown: Some(text.clone()), ..Answer::of(pattern.is_match(text.as_bytes())) },
            None => Answer::bare(Truth::Unknown),
        },
        Test::IsName(wanted) => Answer::of(node.as_text().is_some_and(names_a_place) == *wanted),
        Test::PlainHttp(wanted) => match node_text(node) {
            Some(text) => Answer { shown: Some(text.clone()), ..Answer::of(is_plain_http(&text) == *wanted) },
            None => Answer::bare(Truth::Unknown),
        },
        Test::AtLeast(bound) => number(ground, node, bound, |value, bound| value >= bound),
        Test::AtMost(bound) => number(ground, node, bound, |value, bound| value <= bound),
        Test::LengthAtLeast(bound) => match (node.as_text(), bound.number(ground.view)) {
            (Some(text), Some((least, threshold))) => Answer {
                threshold,
                shown: Some(format!("{} bytes", text.len())),
                is_secret: true,
                ..Answer::of(is_placeholder(text) || text.len() as f64 >= least)
            },
            _ => Answer::bare(Truth::Unknown),
        },
        Test::Scopes(provider) => {
            let text = node.as_text().unwrap_or_default();
            let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
            let objection = settings.scopes(provider).and_then(|scopes| words.find_map(|it| scopes.objection(it)));
            Answer {
                shown: node_text(node),
                ..match objection {
                    Some(threshold) => Answer { threshold: Some(threshold), ..Answer::of(false) },
                    None => Answer::of(true),
                }
            }
        }
        Test::Secret(wanted) => {
            let is_secret = node.as_text().is_some_and(|text| text.len() >= 6 && !is_placeholder(text));
            Answer { is_secret, ..Answer::of(is_secret == *wanted) }
        }
        Test::SecretInBase64(wanted) => {
            let is_secret = node.as_text().is_some_and(encoded::is_secret);
            Answer { is_secret, ..Answer::of(is_secret == *wanted) }
        }
        Test::Exists(_)
        | Test::ReferredBy(..)
        | Test::Beside(_)
        | Test::Named(_)
        | Test::IpNotRequired(_)
        | Test::QuotaNotRequired(_) => Answer::bare(Truth::Unknown),
    }
}

/// How far ahead the date of a node lies, against a length of time.
fn dated<'n>(
    ground: &Ground<'_, 'n>,
    node: &Node,
    bound: &Bound,
    holds: impl Fn(SignedDuration, Duration) -> bool,
) -> Answer<'n> {
    match (date::of(node, ground.view.now), bound.limit(ground.view)) {
        (Some(date), Some((length, threshold))) => {
            let ahead = date.duration_since(ground.view.now);
            let shown =
                node_text(node).unwrap_or_else(|| format!("{} from now", duration::display(ahead.unsigned_abs())));
            Answer { threshold: Some(threshold), shown: Some(shown), ..Answer::of(holds(ahead, length)) }
        }
        _ => Answer::bare(Truth::Unknown),
    }
}

fn number<'n>(ground: &Ground<'_, 'n>, node: &Node, bound: &Bound, holds: impl Fn(f64, f64) -> bool) -> Answer<'n> {
    match (node.as_number(), bound.number(ground.view)) {
        (Some(value), Some((bound, threshold))) => {
            Answer { threshold, shown: node_text(node), ..Answer::of(holds(value, bound)) }
        }
        _ => Answer::bare(Truth::Unknown),
    }
}

fn duration_at_most<'n>(
    ground: &Ground<'_, 'n>,
    start: &Found<'n>,
    node: &Node,
    bound: &Bound,
    measure: &Measure,
) -> Answer<'n> {
    let Some((limit, threshold)) = bound.limit(ground.view) else { return Answer::bare(Truth::Unknown) };
    if is_known(node) && measure.never.iter().any(|never| is_value(node, never)) {
        return Answer { threshold: Some(threshold), shown: Some("without end".to_owned()), ..Answer::of(false) };
    }
    let unit = match &measure.unit_at {
        None => measure.unit,
        Some(path) => match path.follow(start).first() {
            None => measure.unit,
            Some(found) => found.node.as_str().and_then(duration::unit),
        },
    };
    match length(node, unit) {
        Some(length) => {
            Answer { threshold: Some(threshold), shown: Some(duration::display(length)), ..Answer::of(length <= limit) }
        }
        None => Answer::bare(Truth::Unknown),
    }
}

/// The length of time that a text states, also as a schedule.
pub(super) fn length_of_text(text: &str) -> Option<Duration> {
    schedule::longest_gap(text).or_else(|| duration::parse(text))
}

/// The length of time that a node states; `unit` is how many seconds a bare number counts.
fn length(node: &Node, unit: Option<f64>) -> Option<Duration> {
    if let Value::Call { name, arguments } = &node.value {
        return match name.as_str() {
            "int" | "float" | "round" => arguments.first().and_then(|argument| length(argument, unit)),
            name if name == "timedelta" || name.ends_with(".timedelta") => timedelta(arguments),
            _ => None,
        };
    }
    if !is_known(node) {
        return None;
    }
    match node.as_number() {
        Some(number) => Duration::try_from_secs_f64(number * unit?).ok(),
        None => node.as_str().and_then(length_of_text),
    }
}

/// Python's `timedelta(days=1, hours=2)`; a first argument without a name counts days.
fn timedelta(arguments: &[std::sync::Arc<Node>]) -> Option<Duration> {
    let mut seconds = 0.0;
    for (number, argument) in arguments.iter().enumerate() {
        if argument.is_map() {
            for entry in argument.entries() {
                seconds += entry.value.as_number()? * duration::unit(&entry.key)?;
            }
        } else if number == 0 {
            seconds += argument.as_number()? * 86_400.0;
        } else {
            return None;
        }
    }
    Duration::try_from_secs_f64(seconds).ok()
}

fn is_value(node: &Node, value: &str) -> bool {
    match &node.value {
        Value::Bool(is_true) => value == if *is_true { "true" } else { "false" },
        Value::Number(_) => node.as_number() == value.parse().ok() && node.as_number().is_some(),
        Value::String(text) => text.eq_ignore_ascii_case(value),
        _ => false,
    }
}

fn written<'t>(view: &'t View<'_>, node: &'t Node) -> Option<&'t str> {
    match &node.value {
        Value::Call { .. } => view.text.get(node.span.clone()),
        Value::String(text) | Value::Number(text) | Value::Expression(text) => Some(text),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }),
        _ => None,
    }
}

fn node_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Bool(value) => Some(value.to_string()),
        _ => node.as_text().map(str::to_owned),
    }
}

impl Bound {
    /// The length of time, and what a finding says of it; none for a bound on numbers.
    pub(super) fn limit(&self, view: &View<'_>) -> Option<(Duration, Threshold)> {
        let of = |limit: &Limit| (limit.length, limit.threshold());
        match self {
            Bound::Rotation(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
                Some(of(view.settings.rotation(&kinds)))
            }
            Bound::Lifetime(kind) => view.settings.lifetime(kind).map(of),
            Bound::Stated(text, length) => {
                Some((*length, Threshold { limit: text.clone(), source: "the check".to_owned() }))
            }
            Bound::Length(_) | Bound::Number(_) => None,
        }
    }

    fn number(&self, view: &View<'_>) -> Option<(f64, Option<Threshold>)> {
        match self {
            Bound::Number(number) => Some((*number, None)),
            Bound::Length(kind) => {
                view.settings.length(kind).map(|least| (f64::from(least.number), Some(least.threshold())))
            }
            _ => None,
        }
    }
}
