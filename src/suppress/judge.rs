//! What of a run's findings is hidden, and by what.
//!
//! A breach is hidden as a whole. Of a secret, which may stand in many places, the places are hidden that something covers, and
//! the finding with the last of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::baseline::{Baseline, Cover};
use super::comment::{Comment, CommentFlaw};
use super::exception::Exceptions;
use super::foreign::Foreign;
use crate::finding::{Finding, Kind, Means, Place, Reason, Suppressed, Suppression, Weight};
use crate::place::{FilePath, Origin, Span};
use crate::secret::Fingerprint;

/// A place in the version that is judged, with the comments that speak of it. A place that the report leaves out, because
/// another says the same, is one all the same.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it stands in.
    pub origin: Origin,
    /// Which bytes of it.
    pub span: Span,
    /// The comments, none where nobody wrote one.
    pub comments: Vec<Comment>,
}

/// By fingerprint and address: where findings stand in the version that is judged.
pub type Standings = HashMap<(Fingerprint, String), Vec<Standing>>;

/// Sorts the standings of each by place, as judgement looks them up: a log may hold one secret on each of its lines.
pub fn sort(standings: &mut Standings) {
    standings
        .values_mut()
        .for_each(|standings| standings.sort_by(|a, b| (&a.origin, a.span).cmp(&(&b.origin, b.span))));
}

/// Those at this very place.
fn at<'s>(standings: &'s [Standing], place: &Place) -> &'s [Standing] {
    let wanted = (&place.origin, place.span);
    let first = standings.partition_point(|it| (&it.origin, it.span) < wanted);
    let count = standings[first..].partition_point(|it| (&it.origin, it.span) == wanted);
    &standings[first..first + count]
}

/// What the run knows and this room does not.
pub struct Ground<'g> {
    /// Where findings stand today.
    pub standings: &'g Standings,
    /// The path from the top of the repository under which a place is known, whatever was scanned and from where.
    pub address: &'g dyn Fn(&Origin) -> String,
    /// Every fingerprint of a finding: its own, and those in families that its rule took over.
    pub names: &'g dyn Fn(&Finding) -> Vec<String>,
    /// Whether an address that holds a finding no longer was either looked at, or is no file any more.
    pub is_gone: &'g dyn Fn(&str) -> bool,
    /// Whether a finding has a place for every path at which a commit ever had it.
    pub sees_past: bool,
    /// What "now" is.
    pub now: Timestamp,
}

impl Ground<'_> {
    /// Whether a finding stands at an address in the version that is judged, or in what has no versions, such as a message.
    fn stands(&self, finding: &Finding, origin: &Origin, address: &str) -> bool {
        let is_versioned = match origin.outermost() {
            Origin::Blob { .. } | Origin::LfsObject { .. } => true,
            outermost => outermost.path().is_some(),
        };
        !is_versioned || self.standings.contains_key(&(finding.fingerprint, address.to_owned()))
    }
}

/// Which comments count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// Those of ours.
    pub own: bool,
    /// Those of other tools.
    pub foreign: bool,
    /// Why not, where they do not.
    pub why_not: &'static str,
}

/// Everything that hides, and what it hid.
pub struct Suppressions<'s> {
    exceptions: Exceptions<'s>,
    counting: Counting,
    baseline: Option<Baseline>,
    foreign: Foreign,
    hidden: Vec<Suppressed>,
    /// Remarks of the policy on secrets that exceptions hide: they have no finding of their own.
    remarks: u64,
    /// Comments that hid something, by address and line.
    used: HashSet<(String, u64)>,
}

/// What is left when everything was judged.
pub struct Settled {
    /// What was hidden.
    pub hidden: Vec<Suppressed>,
    /// How many remarks on secrets were.
    pub remarks: u64,
    /// The baseline, with what it met.
    pub baseline: Option<Baseline>,
    /// Comments that hid something, by address and line.
    pub used: HashSet<(String, u64)>,
    /// What other tools' files hold that does not count here.
    pub notes: Vec<String>,
}

impl<'s> Suppressions<'s> {
    /// Those of a run.
    #[must_use]
    pub fn new(exceptions: Exceptions<'s>, counting: Counting, baseline: Option<Baseline>, foreign: Foreign) -> Self {
        Self { exceptions, counting, baseline, foreign, hidden: Vec::new(), remarks: 0, used: HashSet::new() }
    }

    /// Whether an exception hides a remark of this check on a secret; it is counted if so.
    pub fn hides_remark(&mut self, check: &str, path: &FilePath, fingerprint: &str) -> bool {
        let hides = self.exceptions.of_breach(check, path, fingerprint).is_some();
        self.remarks += u64::from(hides);
        hides
    }

    /// Whether a comment or an exception hides a breach at this route of this file; it is kept as hidden if so.
    pub fn hides_breach(&mut self, finding: &Finding, path: &FilePath, route: &str, ground: &Ground<'_>) -> bool {
        let by_comment = finding.places.first().and_then(|place| {
            let address = (ground.address)(&place.origin);
            self.comment(finding, place, &address, ground)
        });
        let by = by_comment.or_else(|| self.exceptions.of_breach(&finding.rule, path, route));
        let Some(by) = by else { return false };
        self.hidden.push(Suppressed { finding: finding.clone(), by });
        true
    }

    /// Whether an exception for its rule hides a place of a secret.
    #[must_use]
    pub fn excepts(&self, finding: &Finding, place: &Place) -> bool {
        self.exceptions.of_place(finding, place).is_some()
    }

    /// Takes away the places of findings that are hidden, and the findings that have no other.
    pub fn hide(&mut self, findings: &mut Vec<Finding>, ground: &Ground<'_>) {
        findings.retain_mut(|finding| {
            self.hide_places(finding, ground);
            !finding.places.is_empty()
        });
    }

    /// Takes away the findings of rules that are disabled, each with where that is stated. They are found all the same, so that
    /// no other rule tells of the same value, and somebody can see how many there are.
    pub fn hide_disabled(&mut self, findings: &mut Vec<Finding>, disabled: &BTreeMap<String, String>) {
        let is_off =
            |finding: &mut Finding| finding.kind == Kind::Secret && disabled.contains_key(finding.rule.as_ref());
        self.hidden.extend(findings.extract_if(.., is_off).map(|finding| {
            let by = Suppression {
                means: Means::Disabled,
                source: disabled[finding.rule.as_ref()].clone(),
                stated: "disable".to_owned(),
                reason: String::new(),
                owner: None,
                until: None,
            };
            Suppressed { finding, by }
        }));
    }

    /// What was hidden, and what hid nothing.
    #[must_use]
    pub fn settle(mut self) -> Settled {
        self.hidden.sort_by(|a, b| (a.finding.order(), &a.by).cmp(&(b.finding.order(), &b.by)));
        Settled {
            hidden: self.hidden,
            remarks: self.remarks,
            baseline: self.baseline,
            used: self.used,
            notes: self.foreign.notes(),
        }
    }

    fn hide_places(&mut self, finding: &mut Finding, ground: &Ground<'_>) {
        let places: Vec<(Place, String)> = std::mem::take(&mut finding.places)
            .into_iter()
            .map(|place| {
                let address = (ground.address)(&place.origin);
                (place, address)
            })
            .collect();
        let mut addresses: BTreeMap<String, bool> = BTreeMap::new();
        for (place, address) in &places {
            *addresses.entry(address.clone()).or_default() |= ground.stands(finding, &place.origin, address);
        }
        let cover = match &mut self.baseline {
            Some(baseline) => {
                // What commits have, and never had at this path, was not moved from there.
                let is_committed = places.iter().any(|(place, _)| place.origin.outermost().is_history());
                let was_there = |path: &str| !ground.sees_past || !is_committed || addresses.contains_key(path);
                let is_gone = |path: &str| was_there(path) && (ground.is_gone)(path);
                baseline.cover(finding, &(ground.names)(finding), &addresses, &is_gone, ground.now)
            }
            None => Cover::default(),
        };
        let mut hidden: BTreeMap<Suppression, Vec<Place>> = BTreeMap::new();
        // Mostly all of them stay, and a list that grows begins with room for four.
        finding.places.reserve_exact(places.len());
        for (place, address) in places {
            let by = self
                .comment(finding, &place, &address, ground)
                .or_else(|| self.exceptions.of_place(finding, &place))
                .or_else(|| cover.hidden.get(&address).cloned())
                .or_else(|| self.foreign.hides(finding, &place, &address));
            match by {
                Some(by) => hidden.entry(by).or_default().push(place),
                None => finding.places.push(place),
            }
        }
        finding.places.shrink_to_fit();
        if !finding.places.is_empty() {
            let why = cover.opened.into_iter().chain(self.flaws(finding, ground));
            finding.reasons.extend(why.map(|why| Reason::new(Reason::SUPPRESSION, Weight::Supports, why)));
        }
        for (by, places) in hidden {
            self.hidden.push(Suppressed { finding: Finding { places, ..finding.clone() }, by });
        }
    }

    /// The comment that hides a place: one beside it in the version that is judged, and for what only the history holds one
    /// beside each place that has the same secret at the same path today.
    fn comment(&mut self, finding: &Finding, place: &Place, address: &str, ground: &Ground<'_>) -> Option<Suppression> {
        let standings = ground.standings.get(&(finding.fingerprint, address.to_owned()))?;
        let asked = match at(standings, place) {
            [] => standings.as_slice(),
            [here, ..] => std::slice::from_ref(here),
        };
        let mut by = None;
        for standing in asked {
            let comment = standing.comments.iter().find(|comment| self.counts(comment, finding, ground.now))?;
            self.used.insert((address.to_owned(), comment.line));
            by.get_or_insert_with(|| suppression(comment, address));
        }
        by
    }

    fn counts(&self, comment: &Comment, finding: &Finding, now: Timestamp) -> bool {
        let is_read =
            if comment.is_own() { self.counting.own } else { self.counting.foreign && finding.kind == Kind::Secret };
        is_read && comment.names(&finding.rule) && comment.flaw(now).is_none()
    }

    /// Why comments beside what is reported do not hide it.
    fn flaws(&self, finding: &Finding, ground: &Ground<'_>) -> Vec<String> {
        let mut flaws = Vec::new();
        let addresses: BTreeSet<String> = finding.places.iter().map(|place| (ground.address)(&place.origin)).collect();
        for place in &finding.places {
            let key = (finding.fingerprint, (ground.address)(&place.origin));
            // Which file a line is of, where there are several.
            let of = if addresses.len() > 1 { format!(" of {}", key.1) } else { String::new() };
            let standings = ground.standings.get(&key).map(Vec::as_slice).unwrap_or_default();
            for standing in at(standings, place) {
                for comment in &standing.comments {
                    let line = format!("the comment `{}` on line {}{of}", comment.word, comment.line);
                    let is_read = if comment.is_own() { self.counting.own } else { self.counting.foreign };
                    match comment.flaw(ground.now) {
                        _ if !is_read => flaws.push(format!("{line} does not count: {}", self.counting.why_not)),
                        Some(flaw @ CommentFlaw::Misspelt) => {
                            flaws.push(format!("{line} hides nothing: it {}", flaw.words()));
                        }
                        _ if !comment.names(&finding.rule) => {
                            flaws.push(format!("{line} does not name `{}`", finding.rule));
                        }
                        Some(flaw) => flaws.push(format!("{line} hides nothing: it {}", flaw.words())),
                        None => {}
                    }
                }
            }
        }
        flaws.sort();
        flaws.dedup();
        flaws
    }
}

fn suppression(comment: &Comment, address: &str) -> Suppression {
    Suppression {
        means: if comment.is_own() { Means::Comment } else { Means::ForeignComment },
        source: format!("{address}:{}", comment.line),
        stated: comment.word.to_owned(),
        reason: comment.reason.clone(),
        owner: None,
        until: comment.until,
    }
}
