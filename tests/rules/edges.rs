//! Tokens from the edges of every format, where the rule's own hits have theirs.
//!
//! An example draws one token, and what it draws lies in the middle. Here a format gives its shortest and its longest
//! token, and one for each sort of character that its first run can begin with or its last run end with. Rules with an
//! offline check are left to the tests of the checks.

use keysieve::detect::Detector;
use keysieve::finding::Confidence;
use keysieve::rule::example::expand;
use keysieve::rule::format::{Class, Format, Piece};
use keysieve::rule::model::{Example, Form, Rule};
use keysieve::rule::set::RuleSet;
use keysieve::run::examples::reported;

/// Draws that may fall short of what a random value has: one in a thousand does.
const DRAWS: u64 = 3;
/// Stands for the token while the rest of a template is expanded.
const MARK: &str = "\u{1}";

/// Which token of a format.
enum Edge {
    Shortest,
    Longest,
    /// One whose first run begins with one of these.
    Begins(Vec<u8>),
    /// One whose last run ends with one of these.
    Ends(Vec<u8>),
}

/// Numbers that are the same in each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// The members of a class by sort: digits, capitals, small letters, and each other character for itself.
fn sorts(class: Class) -> Vec<Vec<u8>> {
    let sort = |byte: u8| match byte {
        b'0'..=b'9' => b'0',
        b'A'..=b'Z' => b'A',
        b'a'..=b'z' => b'a',
        other => other,
    };
    let mut sorts: Vec<Vec<u8>> = Vec::new();
    for byte in class.members() {
        match sorts.iter_mut().find(|of| sort(of[0]) == sort(byte)) {
            Some(of) => of.push(byte),
            None => sorts.push(vec![byte]),
        }
    }
    sorts
}

fn edges(format: &Format) -> Vec<Edge> {
    let mut classes = format.pieces.iter().filter_map(|piece| match piece {
        Piece::Run { class, .. } => Some(*class),
        Piece::Literal(_) | Piece::Choice(_) => None,
    });
    let first = classes.next();
    let last = classes.next_back().or(first);
    let begins = first.into_iter().flat_map(sorts).map(Edge::Begins);
    let ends = last.into_iter().flat_map(sorts).map(Edge::Ends);
    [Edge::Shortest, Edge::Longest].into_iter().chain(begins).chain(ends).collect()
}

fn token(format: &Format, edge: &Edge, draw: &mut Draw) -> String {
    let is_run = |piece: &Piece| matches!(piece, Piece::Run { .. });
    let (first, last) = (format.pieces.iter().position(is_run), format.pieces.iter().rposition(is_run));
    let mut text = String::new();
    for (at, piece) in format.pieces.iter().enumerate() {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Choice(texts) => text.push_str(&texts[draw.below(texts.len())]),
            Piece::Run { class, counts } => {
                let members: Vec<u8> = class.members().collect();
                let &(least, most) = draw.one(counts);
                let length = match edge {
                    Edge::Shortest => counts.iter().map(|&(least, _)| least).min().unwrap_or(least),
                    Edge::Longest => counts.iter().map(|&(_, most)| most).max().unwrap_or(most),
                    Edge::Begins(_) | Edge::Ends(_) => least + draw.below(usize::from(most - least) + 1) as u16,
                };
                let mut run: Vec<u8> = (0..length).map(|_| *draw.one(&members)).collect();
                let (edge, of) = match edge {
                    Edge::Begins(of) if first == Some(at) => (run.first_mut(), of),
                    Edge::Ends(of) if last == Some(at) => (run.last_mut(), of),
                    _ => (None, &members),
                };
                if let Some(edge) = edge {
                    *edge = *draw.one(of);
                }
                text.extend(run.into_iter().map(char::from));
            }
        }
    }
    text
}

/// What is wrong with a rule, if anything is.
fn wrong(detector: &Detector, rule: &Rule) -> Vec<String> {
    let Form::Format(format) = &rule.form else { return Vec::new() };
    if rule.check.is_some() || rule.decodes_to.is_some() {
        return Vec::new();
    }
    let with_token = |hit: &&Example| hit.text.matches("{token}").count() == 1 && !hit.text.contains("{token!}");
    let mut wrong = Vec::new();
    for (number, edge) in edges(format).iter().enumerate() {
        // Lengths are tried in each of its places, the sorts of characters in the first.
        let places = if matches!(edge, Edge::Shortest | Edge::Longest) { usize::MAX } else { 1 };
        for hit in rule.hit.iter().filter(with_token).take(places) {
            let frame = expand(detector.rules(), rule, &hit.text.replace("{token}", MARK)).expect("an example");
            let found = (0..DRAWS).any(|seed| {
                let token = token(format, edge, &mut Draw(number as u64 * DRAWS + seed));
                let text = frame.replace(MARK, &token);
                reported(detector, &hit.file, &text).get(rule.id.as_ref()).is_some_and(|it| *it >= Confidence::Medium)
            });
            if !found {
                let edge = match edge {
                    Edge::Shortest => "the shortest".to_owned(),
                    Edge::Longest => "the longest".to_owned(),
                    Edge::Begins(of) => format!("one that begins with `{}`", char::from(of[0])),
                    Edge::Ends(of) => format!("one that ends with `{}`", char::from(of[0])),
                };
                wrong.push(format!("{}: {edge} is not found in {}", rule.id, hit.file));
            }
        }
    }
    wrong
}

#[test]
fn every_rule_finds_the_edges_of_its_format() {
    let detector = Detector::new(RuleSet::builtin()).expect("the built-in rules compile");
    let rules: Vec<&Rule> = detector.rules().iter().map(|(_, rule)| rule).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let of = |part: &[&Rule]| part.iter().flat_map(|rule| wrong(&detector, rule)).collect::<Vec<_>>();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts = rules.chunks(rules.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || of(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a part")).collect()
    });
    assert!(wrong.is_empty(), "{} edges are not found:\n{}", wrong.len(), wrong.join("\n"));
}
