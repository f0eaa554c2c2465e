//! Nothing is lost by searching a text only where it differs from its base: what that finds is what a search of the whole
//! text finds, to the last word. Bases and texts are made by a delta writer of our own, which cuts wherever it hurts.

use keysieve::detect::Detector;
use keysieve::place::Origin;
use keysieve::rule::{pack, set::RuleSet};
use keysieve::run::inherit::{Flaw, Inheritance, Memo};
use keysieve::run::inspect::{Hit, Inspection, inspect};
use keysieve::source::{Delta, Item, Kin, Run};

use super::support::{Random, detector, hits, misses};

/// A piece of a text that is made from a base.
#[derive(Clone)]
enum Piece {
    Copy(std::ops::Range<usize>),
    Insert(Vec<u8>),
}

/// What the pieces make of `base`, and which of it is copied: as a reader of deltas gives it.
fn apply(base: &[u8], pieces: &[Piece]) -> (Vec<u8>, Vec<Run>) {
    let (mut text, mut runs): (Vec<u8>, Vec<Run>) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Insert(bytes) => text.extend_from_slice(bytes),
            Piece::Copy(range) if range.is_empty() => {}
            Piece::Copy(range) => {
                match runs.last_mut() {
                    Some(last) if last.base + last.length == range.start && last.child + last.length == text.len() => {
                        last.length += range.len();
                    }
                    _ => runs.push(Run { base: range.start, child: text.len(), length: range.len() }),
                }
                text.extend_from_slice(&base[range.clone()]);
            }
        }
    }
    (text, runs)
}

/// Texts that are made from each other, searched one after the other.
struct Chain<'c> {
    inheritance: &'c Inheritance<'static>,
    text: Vec<u8>,
    memo: Option<Memo>,
    /// How many were not searched whole.
    inherited: usize,
    /// In how many of those something was found.
    found: usize,
    /// What was lost.
    wrong: Vec<String>,
}

/// All that is told of a text.
fn told(inspection: &Inspection) -> Vec<String> {
    let Inspection { hits, binary, within_budget, undecoded, .. } = inspection;
    let hit = |it: &Hit| {
        let Hit { rule, secret, span, start, end, excerpt, verdict, ground, decoding, companion, comments, .. } = it;
        let secret = String::from_utf8_lossy(secret.expose());
        let judged = format!("{rule:?} {secret} {verdict:?} {ground:?} {decoding:?}");
        format!("{span:?} {start:?} {end:?} {judged} {companion:?} {comments:?} {excerpt:?}")
    };
    let state = format!("binary {binary}, within budget {within_budget}, undecoded {undecoded}");
    std::iter::once(state).chain(hits.iter().map(hit)).collect()
}

impl<'c> Chain<'c> {
    fn new(inheritance: &'c Inheritance<'static>, text: Vec<u8>) -> Self {
        let mut chain = Self { inheritance, text, memo: None, inherited: 0, found: 0, wrong: Vec::new() };
        chain.memo = chain.whole();
        chain
    }

    fn item(text: &[u8]) -> Item<'_> {
        Item::whole(Origin::Blob { id: String::new(), path: None }, text)
    }

    fn whole(&self) -> Option<Memo> {
        let trail = self.inheritance.trail();
        let inspection = self.inheritance.inspect(&Self::item(&self.text), Some(&trail));
        self.inheritance.memo(&Self::item(&self.text), &inspection, trail.into_inner())
    }

    fn step(&mut self, what: &str, pieces: &[Piece]) {
        let (text, runs) = apply(&self.text, pieces);
        let delta = Delta {
            runs: &runs,
            base_length: self.text.len(),
            memo: self.memo.as_ref().map(|memo| memo as &(dyn std::any::Any + Send + Sync)),
        };
        let kin = Kin { delta: Some(delta), is_base: true, memo: std::cell::Cell::new(None) };
        let inherited = self.inheritance.inherit(&Self::item(&text), &kin);
        if let Ok(inherited) = &inherited {
            self.inherited += 1;
            self.found += usize::from(!inherited.inspection.hits.is_empty());
            let (whole, parts) = (told(&inspect(detector(), &Self::item(&text))), told(&inherited.inspection));
            if whole != parts {
                let (of_whole, of_parts) = (whole.join("\n"), parts.join("\n"));
                let text = String::from_utf8_lossy(&text);
                self.wrong.push(format!("{what}: whole\n{of_whole}\nby parts\n{of_parts}\nin {text:?}"));
            }
        }
        self.text = text;
        self.memo = match inherited {
            Ok(inherited) => inherited.memo,
            Err(_) => self.whole(),
        };
    }
}

/// Lines of a program that say nothing.
fn filler(random: &mut Random, length: usize) -> Vec<u8> {
    let words = [
        "let", "value", "(a,", "b)", "=>", "return", "if", "x", "<", "100", "{", "}", "// about", "this", "%d",
        "\"text\"",
    ];
    let mut text = Vec::with_capacity(length + 16);
    while text.len() < length {
        text.extend_from_slice(words[random.below(words.len())].as_bytes());
        text.push(if random.below(7) == 0 { b'\n' } else { b' ' });
    }
    text.push(b'\n');
    text
}

/// The example stands in the text but was broken in the base, in several ways; a longer chain goes on from there.
fn break_and_mend(chain: &mut Totals<'_>, random: &mut Random, rule: &str, example: &[u8]) {
    let (before, behind) = (filler(random, 700), filler(random, 700));
    let at = random.below(example.len().max(1));
    for way in 0..5 {
        let noise = match way {
            0 => b"~".to_vec(),
            1 => filler(random, [3, 40, 300, 1500][at % 4]),
            _ => Vec::new(),
        };
        let cut = match way {
            0 => at..(at + 1).min(example.len()),
            2 => at..(at + 1 + random.below(40)).min(example.len()),
            _ => at..at,
        };
        let start = before.len() + cut.start;
        let (base, pieces) = if way < 3 {
            let base = [&before, &example[..cut.start], &noise, &example[cut.end..], &behind].concat();
            let lost = Piece::Insert(example[cut.clone()].to_vec());
            let rest = start + noise.len()..base.len();
            (base, vec![Piece::Copy(0..start), lost, Piece::Copy(rest)])
        } else if way == 3 {
            // The halves stand apart, the second one first.
            let base = [&example[at..], &before, &example[..at], &behind[..]].concat();
            let (half, filling) = (example.len() - at, before.len());
            let first = half..half + filling + at;
            (base.clone(), vec![Piece::Copy(first), Piece::Copy(0..half), Piece::Copy(half + filling + at..base.len())])
        } else {
            // It begins the text, and what stood before it is gone.
            let base = [&b"x"[..], example, &behind].concat();
            (base.clone(), vec![Piece::Copy(1..base.len())])
        };
        let mut one = Chain::new(chain.inheritance, base);
        one.step(&format!("{rule}, way {way}"), &pieces);
        // Twice over, at another place of the text; of each example one way, as what is inherited then is much the same.
        if way == at % 5 {
            let length = one.text.len();
            one.step(
                &format!("{rule}, way {way}, again"),
                &[Piece::Insert(b"moved\n".to_vec()), Piece::Copy(0..length), Piece::Copy(0..length)],
            );
        }
        chain.add(one);
    }
}

/// The sums of many chains.
struct Totals<'t> {
    inheritance: &'t Inheritance<'static>,
    inherited: usize,
    found: usize,
    wrong: Vec<String>,
}

impl<'t> Totals<'t> {
    fn new(inheritance: &'t Inheritance<'static>) -> Self {
        Self { inheritance, inherited: 0, found: 0, wrong: Vec::new() }
    }

    fn add(&mut self, chain: Chain<'_>) {
        self.inherited += chain.inherited;
        self.found += chain.found;
        self.wrong.extend(chain.wrong);
    }

    fn hold(&self, least: usize, least_found: usize) {
        assert!(self.wrong.is_empty(), "{} are lost, the first:\n{}", self.wrong.len(), self.wrong[0]);
        assert!(self.inherited >= least, "only {} were inherited: the test tests nothing", self.inherited);
        assert!(self.found >= least_found, "only in {} was something found: the test tests nothing", self.found);
    }
}

#[test]
fn no_example_of_any_rule_is_lost_when_a_delta_makes_it() {
    let inheritance = Inheritance::new(detector(), Flaw::None);
    let mut totals = Totals::new(&inheritance);
    let mut random = Random(1);
    for example in hits().iter().chain(misses()).filter(|example| !example.text.is_empty()) {
        break_and_mend(&mut totals, &mut random, &example.rule, example.text.as_bytes());
    }
    totals.hold(1000, 1000);
}

/// Examples as they are written elsewhere.
fn written(example: &str) -> Vec<(&'static str, String)> {
    let base64 = data_encoding::BASE64.encode(format!("some text before it: {example} and behind").as_bytes());
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let percent: String = example.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let escapes: String = example.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let half = (0..=example.len() / 2).rev().find(|&at| example.is_char_boundary(at)).unwrap();
    let long =
        data_encoding::BASE64.encode(format!("{}{example}{}", "text ".repeat(900), " text".repeat(900)).as_bytes());
    vec![
        ("base64", format!("data: {base64}\n")),
        ("lines of base64", lines.join("\n  ")),
        ("long base64", format!("data: {long}\n")),
        ("hex", data_encoding::HEXLOWER.encode(example.as_bytes())),
        ("percent", format!("url?{percent}&")),
        ("escapes", format!("\"{escapes}\"")),
        ("joined", format!("x = \"{}\" +\n    \"{}\";", &example[..half], &example[half..])),
        ("secret", format!("kind: Secret\ndata:\n  password: {base64}\n")),
        ("secret behind", format!("data:\n  password: {base64}\nkind: Secret\n")),
        ("block", format!("password: |\n  {example}\nnext: 1\n")),
        ("here", format!("password=<<EOF\n{example}\nEOF\n")),
        ("here-in-command", format!("password=\"$(cat <<Eof\n{example}\nEof\n)\"\n")),
    ]
}

#[test]
fn nothing_that_is_encoded_is_lost_when_a_delta_makes_it() {
    let inheritance = Inheritance::new(detector(), Flaw::None);
    let mut totals = Totals::new(&inheritance);
    let mut random = Random(2);
    for example in hits().iter().step_by(37).filter(|example| example.text.len() < 300) {
        for (how, text) in written(&example.text) {
            for _ in 0..4 {
                break_and_mend(&mut totals, &mut random, &format!("{} as {how}", example.rule), text.as_bytes());
            }
        }
    }
    totals.hold(500, 100);
}

#[test]
fn nothing_is_lost_along_chains_of_random_deltas() {
    let inheritance = Inheritance::new(detector(), Flaw::None);
    let mut totals = Totals::new(&inheritance);
    for seed in 0..400 {
        let mut random = Random(seed);
        let some = |random: &mut Random| {
            let all = if random.below(4) == 0 { hits() } else { misses() };
            all[random.below(all.len())].text.clone().into_bytes()
        };
        // What was found in a base is looked at again in the long ones alone: else the whole text is.
        let long = if seed % 8 == 0 { 20 } else { 1 };
        let mut text = filler(&mut random, 3000 * long);
        for _ in 0..3 {
            let at = random.below(text.len());
            let piece = some(&mut random);
            let piece = piece[random.below(piece.len().max(1))..].to_vec();
            text.splice(at..at, piece);
        }
        let mut chain = Chain::new(&inheritance, text);
        for step in 0..8 {
            let length = chain.text.len();
            let mut pieces = Vec::new();
            let mut at = 0;
            while at < length {
                let end = (at + 1 + random.below(1500 * long)).min(length);
                match random.below(12) {
                    0 => pieces.push(Piece::Insert(some(&mut random))),
                    1 => {}
                    2 => pieces.push(Piece::Insert(vec![b'x'; random.below(3)])),
                    3 => {
                        let from = random.below(length);
                        pieces.push(Piece::Copy(from..(from + random.below(400)).min(length)));
                    }
                    _ => {}
                }
                let skip = if random.below(10) == 0 { random.below(60) } else { 0 };
                pieces.push(Piece::Copy((at + skip).min(end)..end));
                at = end;
            }
            chain.step(&format!("seed {seed}, step {step}"), &pieces);
        }
        totals.add(chain);
    }
    totals.hold(300, 100);
}

/// A token of more than a hundred characters, each of them broken once.
fn broken_at_every_byte(flaw: Flaw) -> Vec<String> {
    let inheritance = Inheritance::new(detector(), flaw);
    let mut totals = Totals::new(&inheritance);
    let mut random = Random(3);
    let long = hits().iter().filter(|example| (90..400).contains(&example.text.len()) && !example.text.contains('\n'));
    for example in long.step_by(5).take(40) {
        let text = example.text.as_bytes();
        let (before, behind) = (filler(&mut random, 600), filler(&mut random, 600));
        for at in 0..text.len() {
            let base = [&before, &text[..at], b"~", &text[at + 1..], &behind].concat();
            let start = before.len() + at;
            let pieces = [Piece::Copy(0..start), Piece::Insert(vec![text[at]]), Piece::Copy(start + 1..base.len())];
            let mut chain = Chain::new(&inheritance, base);
            chain.step(&format!("{} at {at}", example.rule), &pieces);
            totals.add(chain);
        }
    }
    assert!(totals.inherited > 10, "{}", totals.inherited);
    totals.wrong
}

#[test]
fn one_byte_less_of_overlap_or_footprint_would_be_noticed() {
    assert_eq!(broken_at_every_byte(Flaw::None), [] as [String; 0]);
    assert!(!broken_at_every_byte(Flaw::OverlapShort).is_empty());
    assert!(!broken_at_every_byte(Flaw::FootprintShort).is_empty());
}

/// A rule whose token reaches far beyond what is compared of a change.
const LONG: &str = r#"
provider = "Example"

[[rule]]
id = "example-token"
family = "example-token"
title = "Example token"
what = "Opens the example service."
severity = "high"
format = "exa_{[a-z0-9.]:3500}"
long = true
lifetime = "long-lived"
way_out = { class = "api-token" }
hit = ["{token}"]
miss = ["exa_"]
"#;

/// A long token is broken far behind its first byte, which a delta brings, and then the same is brought where it is whole: how
/// many of the two are found whole, and whether that is lost.
fn repeated(flaw: Flaw) -> (usize, bool) {
    let mut rules = RuleSet::builtin();
    pack::load(&mut rules, LONG).unwrap();
    let detector = Detector::new(rules).unwrap();
    let inheritance = Inheritance::new(&detector, flaw);
    let mut random = Random(4);
    let (before, behind) = (filler(&mut random, 600), filler(&mut random, 600));
    let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let body: Vec<u8> =
        (0..3500).map(|at| if at % 7 == 6 { b'.' } else { letters[random.below(letters.len())] }).collect();
    let broken = [&body[..3400], b"~", &body[3401..]].concat();
    let (mut found, mut is_lost) = (0, false);
    for body in [broken, body] {
        let base = [&before, &b"~xa_"[..], &body, b"\n", &behind].concat();
        let start = before.len();
        let pieces = [Piece::Copy(0..start), Piece::Insert(b"e".to_vec()), Piece::Copy(start + 1..base.len())];
        let (text, runs) = apply(&base, &pieces);
        let (base_item, item) = (Chain::item(&base), Chain::item(&text));
        let trail = inheritance.trail();
        let inspection = inheritance.inspect(&base_item, Some(&trail));
        let memo = inheritance.memo(&base_item, &inspection, trail.into_inner()).unwrap();
        let delta = Delta { runs: &runs, base_length: base.len(), memo: Some(&memo) };
        let kin = Kin { delta: Some(delta), is_base: false, memo: std::cell::Cell::new(None) };
        let is_found = !inspect(&detector, &item).hits.is_empty();
        found += usize::from(is_found);
        let inherited = inheritance.inherit(&item, &kin);
        is_lost |= is_found && inherited.as_ref().is_ok_and(|it| it.inspection.hits.is_empty());
        assert!(is_found || inherited.is_ok(), "the test tests nothing");
    }
    (found, is_lost)
}

#[test]
fn what_is_known_from_elsewhere_is_known_by_all_that_was_looked_at() {
    assert_eq!(repeated(Flaw::None), (1, false));
    assert_eq!(repeated(Flaw::WindowShort), (1, true), "a careless version is noticed");
}
