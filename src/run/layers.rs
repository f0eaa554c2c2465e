//! A text and all that it decodes to: what is found in any of them, at its place in the text.
//!
//! Problem: a secret may be written in base64, that text in a string of another, and the key that says what it is may
//! stand outside of both. And the same bytes are often found twice, as they are and decoded.
//!
//! Way: each derived text goes through the same pass as the text itself, and what is found is judged there, beside what
//! stands around it. On the way up only places are translated, from each text to the one around it, and where two texts
//! claim the same bytes, one keeps them: a format before a key, then the longer claim, and of two that are equal the one
//! that needs no decoding, unless the outer one is only the other's spelling. A value that is an encoded text is judged by
//! what it says, under the key that stands outside.
//!
//! Rejected: replacing each encoded piece in the text and scanning the result. One place may have several readings, the
//! offsets of all others move, and what stands around a piece would change how it is read.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::decode::{self, Budget, Derived, Encoding, Scope};
use crate::detect::{Candidate, Detector, Found, Operator, Quoting, closing};
use crate::finding::{Fact, Reason, Weight};
use crate::judge::rejected::Rejected;
use crate::judge::{self, Claim, Given, Ground, Verdict};
use crate::rule::check::pem_body;
use crate::rule::set::RuleIndex;
use crate::secret::Secret;

use super::excerpt;
use super::inherit::Trail;

/// How many encodings within each other are followed; compression and UTF-16 inside one of them do not count.
const DEPTH: usize = 3;
/// How many in all.
const CHAIN: usize = 6;
/// Lines longer than this were written by a program.
const LONG_LINE: usize = 2000;
/// How much of the line before a value judgement reads.
const BEFORE: usize = 160;
/// How much of a text tells its kind.
const HEAD: usize = 512;

/// A secret, or something that was judged to be none, and its place in the text at hand.
#[derive(Clone)]
pub struct Sighting {
    /// The rule.
    pub rule: RuleIndex,
    /// The bytes of the text that it is written in.
    pub place: Range<usize>,
    /// The secret, normalised.
    pub secret: Secret,
    /// How many of the first bytes of the place may be shown.
    pub shown: usize,
    /// What the value's own judgement says.
    pub verdict: Verdict,
    /// What the judgement of a path needs.
    pub ground: Ground,
    /// The other half of the credential.
    pub companion: Option<Range<usize>>,
    /// Whose other half it is itself.
    pub paired: Option<RuleIndex>,
    /// How it is written, from the outside to the inside; empty for what stands there as it is.
    pub decoding: Vec<Encoding>,
    /// The place, and the key or host that belongs to it.
    extent: Range<usize>,
    claim: Class,
    /// Whether the encoding is a mere spelling of the value, so that the decoded form is what is meant.
    spelt: bool,
}

/// Who keeps bytes that several claim: the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// A format, a PEM block, a URL.
    Form,
    /// A key inside an encoded text.
    InnerKey,
    /// A key whose whole value is an encoded text.
    OuterKey,
    /// A key.
    Key,
}

/// Looks through one item.
pub struct Layers<'d> {
    /// The engine.
    pub detector: &'d Detector,
    /// The path of the item, where it has one already: a blob has its names only later.
    pub path: Option<&'d [u8]>,
    /// What may still be decoded.
    pub budget: &'d Budget,
    /// Whether all candidates were looked at.
    pub within_budget: bool,
    /// Whether something is encoded deeper than is followed.
    pub too_deep: bool,
    /// Whether to tell also of those whose bytes somebody else claims, as rejected.
    pub keep_lost: bool,
    /// How many candidates there were, in all texts, before any was judged.
    pub candidates: usize,
    /// Takes note of what was looked at in the item's own text, where the result shall be carried over to others.
    pub trail: Option<&'d RefCell<Trail>>,
}

/// One text of an item: the item's own, or one derived from it.
#[derive(Clone, Copy)]
pub struct Layer<'t> {
    /// The text.
    pub text: &'t [u8],
    /// The first bytes of the text that tell its kind.
    pub head: &'t [u8],
    /// Whether it is no text.
    pub binary: bool,
    /// How far it may be read by lines; none: its first line is not that of a file.
    pub lines: Option<Lines>,
    /// How it came about.
    pub chain: &'t [Encoding],
    /// What is known to be no secret, where nobody asks why.
    pub rejected: Option<&'t Rejected>,
}

/// The beginning of a file, as far as it may be read by lines.
#[derive(Clone, Copy)]
pub struct Lines {
    /// Where it ends in the text.
    pub end: usize,
    /// Whether the head is all of it.
    pub head_is_all: bool,
}

impl Sighting {
    /// Where the key begins, for a value that stands without quotes and as it is.
    pub fn key_of_setting(&self) -> Option<usize> {
        let is_setting = self.ground.bare && self.decoding.is_empty() && self.extent.start < self.place.start;
        is_setting.then_some(self.extent.start)
    }

    /// The same, rejected because `winner` claims its bytes.
    fn lost_to(mut self, detector: &Detector, winner: RuleIndex) -> Sighting {
        let winner = &detector.rules().get(winner).id;
        self.verdict.reject("overlap", format!("`{winner}` claims the same bytes"));
        self.companion = None;
        self
    }
}

impl<'d> Layers<'d> {
    /// For looking whether anything is there at all.
    pub fn quick(detector: &'d Detector, budget: &'d Budget) -> Self {
        Self {
            detector,
            path: None,
            budget,
            within_budget: true,
            too_deep: false,
            keep_lost: false,
            candidates: 0,
            trail: None,
        }
    }

    /// All sightings in `layer` and what it decodes to, sorted by place. Anchors are looked for in `reach`.
    pub fn look(&mut self, layer: Layer<'_>, reach: Range<usize>, scope: &Scope<'_>) -> Vec<Sighting> {
        let mut candidates = Vec::new();
        let trail = self.trail.filter(|_| layer.chain.is_empty());
        self.within_budget &= match trail {
            Some(trail) => {
                let trail = &mut trail.borrow_mut();
                let mut seen = |hit, footprint, count| trail.tried(hit, footprint, count);
                self.detector.detect_seen(layer.text, reach.clone(), layer.binary, &mut candidates, &mut seen)
            }
            None => self.detector.detect(layer.text, reach.clone(), layer.binary, &mut candidates),
        };
        if let Some(lines) = layer.lines {
            let reach = reach.start..reach.end.min(lines.end);
            let before = candidates.len();
            self.detector.detect_lines(layer.text, reach, layer.head, lines.head_is_all, &mut candidates);
            if candidates.len() > before
                && let Some(trail) = trail
            {
                trail.borrow_mut().lose();
            }
        }
        self.candidates += candidates.len();
        let mut claims = Claims::default();
        if !candidates.is_empty() {
            let mut lost = closing::close(self.detector.rules(), layer.text, &mut candidates);
            candidates.retain(|it| {
                let rule = self.detector.rules().get(it.rule);
                self.path.is_none() || rule.counts_at(self.path, it.excuses())
            });
            layer.sightings(self.detector, &candidates, &mut claims.all);
            self.revive(&layer, &candidates, &mut lost, &mut claims);
            if self.keep_lost {
                claims.lost.extend(lost.iter().map(|(candidate, winner)| {
                    let claim = layer.claim(self.detector, candidate, &layer.text[candidate.value.clone()]);
                    layer.sighting(candidate, &claim, layer.secret(candidate)).lost_to(self.detector, *winner)
                }));
            }
        }
        let followed = layer.chain.iter().filter(|it| !matches!(it, Encoding::Gzip | Encoding::Utf16)).count();
        if followed < DEPTH && layer.chain.len() < CHAIN {
            let (mut child, budget) = (0, self.budget);
            // One text at a time: only what is found in it is kept.
            decode::derive(layer.text, scope, budget, &mut |derived| {
                child += 1;
                let before = self.candidates;
                claims.all.extend(self.inside(&layer, &derived).into_iter().map(|it| (child, it)));
                if let Some(trail) = trail {
                    trail.borrow_mut().decoded(derived.outer(), self.candidates - before);
                }
            });
        } else if layer.chain.iter().any(|it| !it.is_in_place()) {
            self.too_deep |= decode::holds_encoded(layer.text, scope);
        }
        claims.settle(self.detector, self.path.is_some(), self.keep_lost)
    }

    /// Lets candidates come back whose bytes were taken by one that comes to nothing: it read more than the value, as a text of
    /// JSON around it does, or a part of it that has another form by chance.
    fn revive(
        &self,
        layer: &Layer<'_>,
        winners: &[Candidate],
        lost: &mut Vec<(Candidate, RuleIndex)>,
        claims: &mut Claims,
    ) {
        let counts = |number: usize| claims.all.get(number).is_some_and(|(_, it)| it.verdict.confidence.is_some());
        let mut back = Vec::new();
        lost.retain(|(loser, _)| {
            // Winners stand one behind the other.
            let end = winners.partition_point(|it| it.value.start < loser.value.end);
            let overlaps = |number: &usize| winners[*number].value.end > loser.value.start;
            let rivals: Vec<usize> = (0..end).rev().take_while(overlaps).collect();
            let gives_way = |&number: &usize| !counts(number) && layer.gives_way(&winners[number], loser);
            let comes_back = !rivals.is_empty() && rivals.iter().all(gives_way);
            back.extend(comes_back.then(|| loser.clone()));
            !comes_back
        });
        if back.is_empty() {
            return;
        }
        lost.extend(closing::close(self.detector.rules(), layer.text, &mut back));
        layer.sightings(self.detector, &back, &mut claims.all);
    }

    /// Which pieces of the slice `text` decode to something that holds a candidate.
    pub fn stirred(&mut self, layer: Layer<'_>, scope: &Scope<'_>) -> Vec<Range<usize>> {
        let (mut stirred, budget) = (Vec::new(), self.budget);
        decode::derive(layer.text, scope, budget, &mut |derived| {
            let before = self.candidates;
            self.inside(&layer, &derived);
            if self.candidates > before {
                stirred.push(derived.outer());
            }
        });
        stirred
    }

    /// The sightings in a derived text, with their places in the outer one.
    fn inside(&mut self, outer: &Layer<'_>, derived: &Derived) -> Vec<Sighting> {
        let mut chain = outer.chain.to_vec();
        chain.push(derived.encoding);
        let text = derived.text.as_slice();
        let in_place = derived.encoding.is_in_place();
        let layer = Layer {
            text,
            head: if in_place { outer.head } else { &text[..text.len().min(HEAD)] },
            binary: if in_place { outer.binary } else { !decode::is_utf8(text) },
            lines: None,
            chain: &chain,
            rejected: outer.rejected,
        };
        let scope = Scope::inside(derived, layer.binary);
        // What is compressed or in UTF-16 says nothing itself.
        let found = match decode::unwrap(text, self.budget) {
            Some(inner) if chain.len() < CHAIN => self.inside(&layer, &inner),
            _ => self.look(layer, 0..text.len(), &scope),
        };
        found.into_iter().filter_map(|it| outward(it, outer, derived)).collect()
    }
}

/// The sighting, seen from the outer text; none if it is not this text's to tell.
fn outward(sighting: Sighting, outer: &Layer<'_>, derived: &Derived) -> Option<Sighting> {
    let map = &derived.map;
    let in_place = derived.encoding.is_in_place();
    if in_place && !map.is_changed(&sighting.extent) {
        return None;
    }
    // What is no secret in a text of its own says nothing of the digits that it is written in.
    if !in_place && sighting.verdict.confidence.is_none() {
        return None;
    }
    // What goes on behind the cut is not what it seems.
    if derived.cut && sighting.claim != Class::Form && sighting.extent.end == derived.text.len() {
        return None;
    }
    let place = map.outer(&sighting.place);
    if !derived.own.contains(&place.start) {
        return None;
    }
    let changed = outer.text.get(place.clone()) != derived.text.get(sighting.place.clone());
    let means_decoded = match derived.encoding {
        // In a URL it is the rule (RFC 3986, 3.2.1); elsewhere a percent sign may be one.
        Encoding::Percent => sighting.claim == Class::Form,
        _ => true,
    };
    let mut decoding = sighting.decoding;
    decoding.insert(0, derived.encoding);
    let (own_text, everything) = (!in_place, 0..derived.text.len());
    Some(Sighting {
        // A run is one: what it says at one place depends on all of it.
        extent: map.outer(if own_text { &everything } else { &sighting.extent }),
        companion: sighting.companion.map(|range| map.outer(&range)),
        shown: 0,
        claim: match sighting.claim {
            Class::Key | Class::OuterKey if own_text => Class::InnerKey,
            claim => claim,
        },
        spelt: in_place && changed && means_decoded,
        ground: Ground { decoded: sighting.ground.decoded || own_text, ..sighting.ground },
        place,
        decoding,
        ..sighting
    })
}

/// What is claimed of a text, with the number of the derived text that says so; 0 for the text itself.
#[derive(Default)]
struct Claims {
    all: Vec<(usize, Sighting)>,
    /// Those that lost already; they compete with nobody.
    lost: Vec<Sighting>,
}

impl Claims {
    /// Leaves to each claimant what nobody with a better claim has; sorted by place. Claims of one text do not compete:
    /// they were settled there; nor do those of rules for certain files as long as the path is not known: which of them count
    /// is settled when it is ([`super::contest`]). Those that come away with nothing are told of, too, if wanted.
    fn settle(mut self, detector: &Detector, has_path: bool, tell: bool) -> Vec<Sighting> {
        let by_place = |a: &Sighting, b: &Sighting| {
            (a.place.start, a.place.end, a.rule, &a.decoding).cmp(&(b.place.start, b.place.end, b.rule, &b.decoding))
        };
        if self.all.iter().any(|&(text, _)| text > 0) {
            self.all.sort_by(|(a_text, a), (b_text, b)| {
                let key =
                    |it: &Sighting| (it.claim, Reverse(it.place.len()), it.place.start, !it.spelt, it.decoding.len());
                key(a).cmp(&key(b)).then_with(|| by_place(a, b)).then(a_text.cmp(b_text))
            });
            let mut taken: BTreeMap<usize, (usize, usize, RuleIndex)> = BTreeMap::new();
            let lost = &mut self.lost;
            self.all.retain_mut(|(text, it)| {
                if !has_path && detector.rules().get(it.rule).is_of_files() {
                    return true;
                }
                let Range { start, end } = it.place;
                let mut reach = start..end;
                while let Some((&other, &(other_end, owner, rule))) = taken.range(..end.max(start + 1)).next_back()
                    && other_end > reach.start
                {
                    if owner != *text {
                        lost.extend(tell.then(|| it.clone().lost_to(detector, rule)));
                        return false;
                    }
                    reach = reach.start.min(other)..reach.end.max(other_end);
                    taken.remove(&other);
                }
                taken.insert(reach.start, (reach.end, *text, it.rule));
                true
            });
        }
        let mut sightings: Vec<Sighting> = self.all.into_iter().map(|(_, it)| it).chain(self.lost).collect();
        sightings.sort_by(by_place);
        sightings
    }
}

/// Makes one finding of the halves of each credential: that of the secret, which is as sure as either and says what the id
/// says of itself.
fn join(sightings: &mut [(usize, Sighting)]) {
    let counts = |it: &Sighting| it.verdict.confidence.is_some();
    let key = |place: &Range<usize>| (place.start, place.end);
    let halves: BTreeMap<(usize, usize), RuleIndex> = sightings
        .iter()
        .filter(|(_, it)| counts(it))
        .filter_map(|(_, it)| Some((key(it.companion.as_ref()?), it.rule)))
        .collect();
    if halves.is_empty() {
        return;
    }
    let mut ids: BTreeMap<(usize, usize), Verdict> = BTreeMap::new();
    for (_, it) in sightings.iter_mut() {
        it.paired = halves.get(&key(&it.place)).copied();
        if it.paired.is_some() && counts(it) {
            ids.insert(key(&it.place), it.verdict.clone());
        }
    }
    for (_, it) in sightings.iter_mut().filter(|(_, it)| counts(it)) {
        let id = it.companion.as_ref().and_then(|id| ids.get(&key(id)));
        let Some(id) = id else { continue };
        if it.verdict.confidence < id.confidence {
            it.verdict.confidence = id.confidence;
            it.verdict.reasons.push(Reason::new("pair", Weight::Supports, "the id that it belongs to stands near"));
        }
        let is_new = |fact: &&Fact| it.verdict.facts.iter().all(|own| own.name != fact.name);
        let said: Vec<Fact> = id.facts.iter().filter(is_new).cloned().collect();
        it.verdict.facts.extend(said);
    }
}

impl Layer<'_> {
    /// Whether one of the candidates would be a secret if nobody else claimed its bytes.
    pub fn is_hopeful(&self, detector: &Detector, candidates: &[Candidate]) -> bool {
        let mut sightings = Vec::new();
        self.sightings(detector, candidates, &mut sightings);
        sightings.iter().any(|(_, it)| it.verdict.confidence.is_some())
    }

    /// The candidates, judged; and those whose value is an encoded text, judged by what it says.
    fn sightings(&self, detector: &Detector, candidates: &[Candidate], out: &mut Vec<(usize, Sighting)>) {
        let before = out.len();
        for candidate in candidates {
            let claim = self.claim(detector, candidate, &self.text[candidate.value.clone()]);
            let sighting = self.sighting(candidate, &claim, self.secret(candidate));
            out.push((0, self.decoded(detector, candidate, &sighting.verdict).unwrap_or(sighting)));
        }
        join(&mut out[before..]);
    }

    /// Whether a candidate that comes to nothing leaves its bytes to another: the value of a key to what stands within it, a form
    /// without a beginning of its own to the longer run of which it is a part.
    fn gives_way(&self, candidate: &Candidate, other: &Candidate) -> bool {
        let (own, its) = (&candidate.value, &other.value);
        let holds = |outer: &Range<usize>, inner: &Range<usize>| {
            outer != inner && outer.start <= inner.start && inner.end <= outer.end
        };
        match candidate.found {
            Found::Assignment { .. } => holds(own, its),
            Found::Token | Found::Search { .. } => {
                let is_of_run = |at: usize| {
                    self.text.get(at).is_some_and(|&it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/'))
                };
                let goes_on =
                    its.start < own.start && is_of_run(own.start - 1) || own.end < its.end && is_of_run(own.end);
                holds(its, own) && goes_on
            }
            _ => false,
        }
    }

    /// The candidate under its key, judged by what its value decodes to: in a Kubernetes Secret always, elsewhere if that is no
    /// less convincing than the value as it stands. Many tokens are made of base64, and what that says is not the secret.
    fn decoded(&self, detector: &Detector, candidate: &Candidate, as_is: &Verdict) -> Option<Sighting> {
        let Found::Assignment { .. } = candidate.found else { return None };
        let (encoding, value, certainly) = decode::value(self.text, &candidate.value)?;
        let claim = self.claim(detector, candidate, &value);
        let decoded = self.sighting(candidate, &claim, Secret::new(&value, 0));
        let convinces = decoded.verdict.confidence.is_some() && decoded.verdict.confidence >= as_is.confidence;
        (certainly || convinces).then(|| Sighting {
            decoding: vec![encoding],
            claim: Class::OuterKey,
            shown: 0,
            ..decoded
        })
    }

    fn sighting(&self, candidate: &Candidate, claim: &Claim<'_>, secret: Secret) -> Sighting {
        let is_key = matches!(candidate.found, Found::Assignment { .. });
        let mut ground = Ground::of(claim, &self.head[..self.head.len().min(HEAD)]);
        ground.excuses = candidate.excuses();
        ground.bare &= matches!(candidate.found, Found::Assignment { quoting: Quoting::Bare, .. });
        let own_text = self.chain.iter().any(|it| !it.is_in_place());
        Sighting {
            rule: candidate.rule,
            place: candidate.value.clone(),
            secret,
            shown: self.shown(candidate),
            verdict: self.rejected.map_or_else(|| judge::judge(claim), |rejected| rejected.judge(claim)),
            ground: Ground { bare: ground.bare && !(own_text && self.is_line(candidate)), ..ground },
            companion: candidate.companion.clone(),
            paired: None,
            decoding: Vec::new(),
            extent: candidate.span.clone(),
            claim: if is_key { Class::Key } else { Class::Form },
            spelt: false,
        }
    }

    fn claim<'a>(&'a self, detector: &'a Detector, candidate: &Candidate, value: &'a [u8]) -> Claim<'a> {
        let text = self.text;
        let line = excerpt::line_before(text, candidate.value.start, LONG_LINE);
        let long = line.len() + excerpt::line_behind(text, candidate.value.end, LONG_LINE).len();
        Claim {
            rule: detector.rules().get(candidate.rule),
            value,
            whole: &text[candidate.span.clone()],
            prefix: candidate.prefix,
            given: match &candidate.found {
                Found::Token | Found::Search { .. } => Given::Format,
                Found::Pem => Given::Pem,
                Found::Url { user, host } => Given::Url { user: &text[user.clone()], host: &text[host.clone()] },
                Found::Assignment { operator: Operator::Basic, .. } => Given::Basic,
                Found::Assignment { key, operator, quoting } => Given::Key {
                    // Where only the place says that it is a password, the place has no name of its own.
                    name: match operator {
                        Operator::Place => b"password",
                        // One that says that it is no secret, such as a user's name, is taken at its word.
                        Operator::Entry if judge::key::is_about_a_secret(&text[key.clone()]).is_none() => b"password",
                        _ => &text[key.clone()],
                    },
                    quoted: *quoting == Quoting::Quoted,
                    compared: *operator == Operator::Compare,
                },
            },
            before: &line[line.len().saturating_sub(BEFORE)..],
            in_long_line: long >= LONG_LINE,
        }
    }

    /// Whether the candidate is all that stands on its line. Where somebody took the trouble to encode a text, such a line is
    /// one of a configuration, whatever the file is in which it stands.
    fn is_line(&self, candidate: &Candidate) -> bool {
        let before = excerpt::line_before(self.text, candidate.span.start, BEFORE).trim_ascii();
        let behind = excerpt::line_behind(self.text, candidate.span.end, BEFORE).trim_ascii();
        behind.is_empty() && (before.is_empty() || before == b"export")
    }

    /// How many of the value's first bytes may be shown: the public prefix, or a PEM block's first line.
    fn shown(&self, candidate: &Candidate) -> usize {
        match candidate.found {
            Found::Pem => {
                let block = &self.text[candidate.value.clone()];
                memchr::memmem::find(block.get(11..).unwrap_or_default(), b"-----").map_or(0, |at| at + 16)
            }
            _ => candidate.prefix,
        }
    }

    /// The secret, normalised: a PEM block as the bytes it encodes.
    fn secret(&self, candidate: &Candidate) -> Secret {
        let value = &self.text[candidate.value.clone()];
        match candidate.found {
            Found::Pem => match pem_body(value) {
                Some(body) => Secret::new(&body.bytes, 0),
                None => Secret::new(value, 0),
            },
            _ => Secret::new(value, candidate.prefix),
        }
    }
}
