//! From hits to findings: one finding for each secret and family, with all its places.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::finding::{
    Confidence, Excerpt, Explained, Finding, Introduction, Kind, Place, Pool, Reason, Related, Severity, Weight,
};
use crate::judge::{self, Verdict};
use crate::place::{FilePath, Origin, Position, Span};
use crate::rule::model::{Form, Reader, Rule};
use crate::rule::set::{RuleIndex, RuleSet};
use crate::secret::{Fingerprint, FingerprintKey, Secret};
use crate::suppress::baseline::Version;
use crate::suppress::{Standing, Standings};

use super::contest::Contest;
use super::inspect::{Hit, companion_label};
use super::lives::{Lives, Seat};
use super::signing;

/// The objects that hold each secret: blobs, and commits and tags that say it in words.
pub type Holders = HashMap<Fingerprint, BTreeSet<String>>;

/// What was gathered.
pub struct Gathered {
    /// The findings, in no particular order.
    pub findings: Vec<Finding>,
    /// The objects that hold each.
    pub holders: Holders,
    /// Where each stands in the version that is judged.
    pub standings: Standings,
}

/// What is asked of the places that are gathered.
pub struct Asked<'a> {
    /// Which version is judged.
    pub version: Version,
    /// The path under which a place is known, whatever was scanned.
    pub address: &'a dyn Fn(&Origin) -> String,
    /// Whether every place of that version is wanted, and not only those of secrets that a comment speaks of.
    pub every_place: bool,
}

/// Judges the places of `hits` and joins them to findings. `explain` is told of every place of every hit, also of those that come
/// to nothing, in no particular order.
///
/// There may be hundreds of thousands. So a hit is taken apart for its finding and not copied, and what is left of the hits
/// shrinks as the findings grow.
#[must_use]
pub fn gather(
    rules: &RuleSet,
    key: &FingerprintKey,
    hits: Vec<Hit>,
    lives: &Lives,
    asked: &Asked<'_>,
    explain: &mut dyn FnMut(&dyn Fn() -> Explained),
) -> Gathered {
    let mut hits = hits;
    hits.sort_by(|a, b| by_rule(rules, a).cmp(&by_rule(rules, b)));
    let contest = Contest::new(rules, &hits);
    let (mut hits, own) = adopt(rules, hits);
    signing::prove(rules, &mut hits);
    let in_head = held(rules, key, &hits, lives, |it| it.in_head);
    let at_end = held(rules, key, &hits, lives, |it| it.at_end == Some(true));
    let (mut findings, mut by_fingerprint) = (Vec::new(), HashMap::<Fingerprint, usize>::new());
    let mut reasons = Pool::default();
    let mut holders = Holders::new();
    let mut standings = Standings::new();
    let commented = commented(rules, key, &hits);
    hits.reverse();
    for index in 0.. {
        let Some(mut hit) = hits.pop() else { break };
        if hits.len() < hits.capacity() / 4 * 3 {
            hits.shrink_to_fit();
        }
        let rule = rules.get(hit.rule);
        let fingerprint = hit.secret.fingerprint(&rule.family, key);
        let reasons_of_value = hit.verdict.reasons.len();
        let mut origins = origins(&hit, lives).into_iter().peekable();
        while let Some((origin, introduced)) = origins.next() {
            let mut verdict = match origins.peek() {
                Some(_) => hit.verdict.clone(),
                None => hit.verdict.take(),
            };
            let path = origin.path().map(FilePath::as_bytes);
            if verdict.confidence.is_some() && !contest.stands(&hit, index, path) {
                verdict.reject("file", "a rule for files of this name claims it, or its own is for others");
            }
            judge::judge_place(hit.ground, path, hit.secret.expose(), &mut verdict);
            if matches!(origin.outermost(), Origin::RepositoryConfig(_)) {
                judge::job::judge(&rule.id, hit.secret.expose(), &mut verdict);
            }
            explain(&|| {
                let own = own.get(&index).map(|(found_by, own)| {
                    let mut told = verdict.clone();
                    told.reasons.list().splice(..reasons_of_value, own.reasons.iter().cloned());
                    let elsewhere =
                        format!("`{}` finds the same value elsewhere, and tells of this place, too", rule.id);
                    told.reasons.push(Reason::new("same-value", Weight::Supports, elsewhere));
                    (rules.get(*found_by), Verdict { score: own.score.clone(), ..told })
                });
                let (found_by, told) = own.as_ref().map_or((rule, &verdict), |(found_by, told)| (*found_by, told));
                explained(found_by, &hit, &origin, introduced.as_ref(), told)
            });
            let Some(confidence) = verdict.confidence else { continue };
            if let Some(id) = origin.outermost().object() {
                holders.entry(fingerprint).or_default().insert(id.to_owned());
            }
            let is_asked_for = asked.every_place || commented.contains(&fingerprint);
            if is_asked_for && is_judged(&origin, asked.version, introduced.as_ref()) {
                let standing = Standing { origin: origin.clone(), span: hit.span, comments: hit.comments.clone() };
                standings.entry((fingerprint, (asked.address)(&origin))).or_default().push(standing);
            }
            let introduced = introduced.map(|it| {
                Box::new(Introduction {
                    in_head: it.in_head || in_head.contains(&fingerprint),
                    at_end: it.at_end.map(|is_there| is_there || at_end.contains(&fingerprint)),
                    ..it
                })
            });
            let place = |span: Span, start: Position, end: Position, excerpt: &Excerpt| Place {
                origin: origin.clone(),
                span,
                start,
                end,
                excerpt: Some(excerpt.clone()),
                decoding: hit.decoding.clone(),
                introduced: introduced.clone(),
            };
            let related = hit.companion.as_deref().map(|(span, start, end, excerpt)| Related {
                label: companion_label(rule),
                place: place(*span, *start, *end, excerpt),
            });
            let place = place(hit.span, hit.start, hit.end, &hit.excerpt);
            match by_fingerprint.get(&fingerprint) {
                Some(&known) => merge(&mut findings[known], confidence, &verdict, place, related),
                None => {
                    by_fingerprint.insert(fingerprint, findings.len());
                    reasons.share(&mut verdict.reasons);
                    findings.push(Finding {
                        kind: Kind::Secret,
                        rule: rule.id.clone(),
                        title: rule.title.clone(),
                        message: String::new(),
                        severity: verdict.severity,
                        confidence,
                        fingerprint,
                        secret: Some(hit.secret.clone()),
                        reasons: verdict.reasons,
                        facts: verdict.facts,
                        places: vec![place],
                        related: related.into_iter().collect(),
                        threshold: None,
                        life: None,
                    });
                }
            }
        }
    }
    drop((by_fingerprint, reasons));
    findings.sort_unstable_by_key(|finding| finding.fingerprint);
    for finding in &mut findings {
        settle_places(finding);
        finding.message = message(finding);
    }
    hide_secret_names(&mut findings);
    Gathered { findings, holders, standings }
}

/// The secrets that a comment speaks of, at any place.
fn commented(rules: &RuleSet, key: &FingerprintKey, hits: &[Hit]) -> HashSet<Fingerprint> {
    let hits = hits.iter().filter(|hit| !hit.comments.is_empty());
    hits.map(|hit| hit.secret.fingerprint(&rules.get(hit.rule).family, key)).collect()
}

/// Whether a place is one of the version that is judged.
fn is_judged(origin: &Origin, version: Version, introduced: Option<&Introduction>) -> bool {
    match origin.outermost() {
        Origin::File(_) | Origin::FileName(_) | Origin::Staged(_) | Origin::Patch(_) | Origin::Stdin => true,
        Origin::Blob { path: Some(_), .. } => {
            version == Version::Head && introduced.is_some_and(Introduction::is_current)
        }
        _ => false,
    }
}

/// The order in which hits are joined: a finding has the name of its first one, so the rule that knows most goes first.
fn by_rule<'h>(rules: &RuleSet, hit: &'h Hit) -> (u8, RuleIndex, &'h Origin, Span) {
    let rule = rules.get(hit.rule);
    let class = match &rule.form {
        Form::Reader(Reader::Manifest) => 4,
        Form::Assignment(_) => 3,
        Form::Url(_) => 2,
        _ if rule.is_of_files() => 1,
        _ => 0,
    };
    (class, hit.rule, &hit.origin, hit.span)
}

fn explained(
    rule: &Rule,
    hit: &Hit,
    origin: &Origin,
    introduced: Option<&Introduction>,
    verdict: &Verdict,
) -> Explained {
    Explained {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        redacted: hit.secret.redacted(),
        place: Place {
            origin: origin.clone(),
            span: hit.span,
            start: hit.start,
            end: hit.end,
            excerpt: Some(hit.excerpt.clone()),
            decoding: hit.decoding.clone(),
            introduced: introduced.cloned().map(Box::new),
        },
        severity: verdict.severity,
        confidence: verdict.confidence,
        reasons: verdict.reasons.clone(),
        score: verdict.score.clone(),
        hidden: None,
    }
}

/// What was found, and how it is written at the place that needs the least decoding.
fn message(finding: &Finding) -> String {
    let decoding = finding.places.iter().map(|place| &place.decoding).min_by_key(|decoding| decoding.len());
    let how = match decoding {
        Some(decoding) if !decoding.is_empty() => decoding.join(", then "),
        _ => "plain text".to_owned(),
    };
    let secret = finding.secret.as_ref().map(Secret::redacted).unwrap_or_default();
    // Not formatted: what grows while it is written keeps room for more.
    [finding.title.as_ref(), " in ", &how, ": ", &secret].concat()
}

/// Gives hits of the key=value reader, and of rules for certain files, to the specific rule that found the same bytes
/// elsewhere. Also returns by hit who found it and what was said of it there.
fn adopt(rules: &RuleSet, mut hits: Vec<Hit>) -> (Vec<Hit>, HashMap<usize, (RuleIndex, Verdict)>) {
    let mut own = HashMap::new();
    let counts = |hit: &Hit| hit.verdict.confidence.is_some();
    let is_specific = |hit: &Hit| !rules.get(hit.rule).is_generic() && !rules.get(hit.rule).is_of_files();
    let mut specific: HashMap<&[u8], &Hit> = HashMap::new();
    for hit in hits.iter().filter(|hit| counts(hit) && is_specific(hit)) {
        let known = specific.entry(hit.secret.expose()).or_insert(hit);
        if hit.rule < known.rule {
            *known = hit;
        }
    }
    let others = hits.iter().enumerate().filter(|(_, hit)| counts(hit) && !is_specific(hit));
    let adopted = others.filter_map(|(index, hit)| {
        // What a URL shows of a value is less than what its file does.
        let knows_more =
            |it: RuleIndex| !matches!(rules.get(it).form, Form::Url(_)) || rules.get(hit.rule).is_generic();
        let found = specific.get(hit.secret.expose()).filter(|found| knows_more(found.rule))?;
        Some((index, found.rule, found.verdict.clone()))
    });
    let adopted: Vec<(usize, RuleIndex, Verdict)> = adopted.collect();
    for (index, rule, verdict) in adopted {
        let hit = &mut hits[index];
        let before = (std::mem::replace(&mut hit.rule, rule), std::mem::replace(&mut hit.verdict, verdict));
        own.insert(index, before);
        hit.ground.generic = false;
    }
    (hits, own)
}

/// The fingerprints that a blob holds which stands where it is asked for: in HEAD, at the end of a range.
fn held(
    rules: &RuleSet,
    key: &FingerprintKey,
    hits: &[Hit],
    lives: &Lives,
    stands: fn(&Introduction) -> bool,
) -> HashSet<Fingerprint> {
    hits.iter()
        .filter(|hit| hit.verdict.confidence.is_some())
        .filter(|hit| match hit.origin.outermost() {
            Origin::Blob { id, .. } | Origin::LfsObject { id, .. } => {
                lives.blobs.get(id).is_some_and(|life| life.iter().any(|stand| stands(&stand.introduced)))
            }
            _ => false,
        })
        .map(|hit| hit.secret.fingerprint(&rules.get(hit.rule).family, key))
        .collect()
}

/// Every origin that a hit has: a blob stands at each path that a commit gave it. None where the secret stood before and only
/// what is new counts.
fn origins(hit: &Hit, lives: &Lives) -> Vec<(Origin, Option<Introduction>)> {
    let outermost = hit.origin.outermost();
    let places: Vec<(Origin, Option<Introduction>)> = match outermost {
        Origin::Blob { id, .. } | Origin::LfsObject { id, .. }
            if lives.blobs.get(id).is_some_and(|it| !it.is_empty()) =>
        {
            let life = lives.blobs[id].iter();
            let brought = life.filter_map(|stand| Some((&stand.seat, stand.brought(hit.secret.expose())?)));
            brought.map(|(seat, first)| (seated(outermost, id, seat), Some(first.clone()))).collect()
        }
        Origin::EntryName(name) if lives.names.get(name).is_some_and(|it| !it.is_empty()) => {
            let life = lives.names[name].iter();
            life.map(|(path, introduced)| (Origin::EntryName(path.clone()), Some(introduced.clone()))).collect()
        }
        Origin::Staged(path) | Origin::Patch(path)
            if lives.before.get(path).is_some_and(|it| it.contains(hit.secret.expose())) =>
        {
            Vec::new()
        }
        _ => {
            let introduced = outermost.object().and_then(|id| lives.objects.get(id)).cloned();
            vec![(outermost.clone(), introduced)]
        }
    };
    places.into_iter().map(|(origin, introduced)| (hit.origin.within(&origin), introduced)).collect()
}

/// The blob, or what the pointer in it stands for, at its place.
fn seated(outermost: &Origin, id: &str, seat: &Seat) -> Origin {
    let id = id.to_owned();
    match (outermost, seat) {
        (Origin::LfsObject { .. }, Seat::Path(path)) => Origin::LfsObject { id, path: Some(path.clone()) },
        (_, Seat::Path(path)) => Origin::Blob { id, path: Some(path.clone()) },
        (_, Seat::Note(on)) => Origin::Note { id, on: on.clone() },
    }
}

/// Adds a place; the finding is as sure and as bad as its worst place.
fn merge(finding: &mut Finding, confidence: Confidence, verdict: &Verdict, place: Place, related: Option<Related>) {
    let severity: Severity = verdict.severity;
    if (confidence, severity) > (finding.confidence, finding.severity)
        || ((confidence, severity) == (finding.confidence, finding.severity) && verdict.reasons < finding.reasons)
    {
        finding.reasons = verdict.reasons.clone();
    }
    finding.confidence = finding.confidence.max(confidence);
    finding.severity = finding.severity.max(severity);
    finding.places.push(place);
    finding.related.extend(related);
}

/// Sorts the places, and leaves those of one version of each file: in the history, the one that came first; and nothing that
/// only says again what a place of the working tree says, or a member of the container.
fn settle_places(finding: &mut Finding) {
    finding.places.sort_by(order);
    // What a notebook's bytes show, its joined cells show again.
    finding.places.dedup_by(|one, other| one.origin == other.origin && one.span == other.span);
    let mut first: HashMap<InTree, Origin> = HashMap::new();
    let is_file = |place: &&Place| matches!(place.origin.outermost(), Origin::File(_) | Origin::FileName(_));
    let files: HashSet<InTree> = finding.places.iter().filter(is_file).filter_map(in_tree).collect();
    let opened: HashSet<Origin> = finding.places.iter().filter_map(|place| place.origin.container().cloned()).collect();
    let has_path = finding.places.iter().any(|place| place.origin.outermost().path().is_some());
    finding.places.retain(|place| match place.origin.outermost() {
        // What is stored in a container as it is stands in the container's own bytes, too.
        _ if opened.contains(&place.origin) => false,
        Origin::Staged(_) | Origin::EntryName(_) => in_tree(place).is_none_or(|key| !files.contains(&key)),
        Origin::Blob { path: Some(_), .. } | Origin::LfsObject { path: Some(_), .. } => {
            in_tree(place).is_some_and(|key| first.entry(key).or_insert_with(|| place.origin.clone()) == &place.origin)
        }
        // Adding to the index writes a blob that no commit holds yet.
        Origin::Blob { path: None, .. } => !has_path,
        _ => true,
    });
    finding.related.sort();
    finding.related.dedup();
    keep_related(finding);
}

/// Where in the tree of a version a place is: the path, the members of containers below it, and whether it is their name.
type InTree = (Vec<FilePath>, bool);

fn in_tree(place: &Place) -> Option<InTree> {
    let path = place.origin.outermost().path()?;
    Some((std::iter::once(path).chain(place.origin.members()).cloned().collect(), place.origin.is_name()))
}

/// Leaves of the places in the history one for each file. Not before it is known which of them are hidden: beside one there may
/// be a comment, beside the next none.
pub fn condense(findings: &mut [Finding]) {
    for finding in findings {
        let mut seen: HashSet<InTree> = HashSet::new();
        finding.places.retain(|place| match place.origin.outermost() {
            Origin::Blob { path: Some(_), .. } | Origin::LfsObject { path: Some(_), .. } => {
                in_tree(place).is_some_and(|key| seen.insert(key))
            }
            _ => true,
        });
        keep_related(finding);
    }
}

fn keep_related(finding: &mut Finding) {
    let kept: HashSet<&Origin> = finding.places.iter().map(|place| &place.origin).collect();
    finding.related.retain(|related| kept.contains(&related.place.origin));
}

/// Working tree first, then the index, then the history from its beginning.
fn order(a: &Place, b: &Place) -> std::cmp::Ordering {
    fn key(place: &Place) -> impl Ord + '_ {
        let stage = match place.origin.outermost() {
            Origin::File(_) => 0,
            Origin::FileName(_) => 1,
            Origin::Staged(_) | Origin::Patch(_) => 2,
            Origin::Stdin => 3,
            Origin::Blob { .. } | Origin::LfsObject { .. } => 4,
            Origin::EntryName(_) => 5,
            Origin::Note { .. } => 6,
            Origin::CommitMessage { .. } | Origin::CommitHeader { .. } => 7,
            Origin::TagMessage { .. } | Origin::TagHeader { .. } => 8,
            Origin::RefName(_) => 9,
            Origin::RepositoryConfig(_) => 10,
            Origin::Member { .. } | Origin::MemberName { .. } => 11,
        };
        let introduced = place.introduced.as_ref().map(|it| (it.date.as_str(), it.commit.as_str()));
        (stage, introduced, place.origin.outermost().path(), place.origin.members(), place.span)
    }
    key(a).cmp(&key(b)).then_with(|| a.origin.cmp(&b.origin))
}

/// Where the name of a file holds a secret, whatever names the file would show it: reports, and a baseline.
pub fn hide_secret_names(findings: &mut [Finding]) {
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for finding in findings.iter() {
        let Some(secret) = &finding.secret else { continue };
        for place in finding.places.iter().filter(|place| place.origin.is_name()) {
            secrets.push(secret.expose().to_vec());
            secrets.extend(place.spelt().map(<[u8]>::to_vec));
        }
    }
    // What is masked already is none.
    secrets.retain(|secret| secret.iter().any(|&byte| byte != b'*'));
    secrets.sort_unstable();
    secrets.dedup();
    if secrets.is_empty() {
        return;
    }
    for finding in findings.iter_mut() {
        let related = finding.related.iter_mut().map(|related| &mut related.place);
        for place in finding.places.iter_mut().chain(related) {
            place.origin = place.origin.map_paths(&|path| masked(path, &secrets));
        }
    }
}

fn masked(path: &FilePath, secrets: &[Vec<u8>]) -> FilePath {
    let mut bytes = path.as_bytes().to_vec();
    for secret in secrets {
        while let Some(at) = memchr::memmem::find(&bytes, secret) {
            bytes[at..at + secret.len()].fill(b'*');
        }
    }
    FilePath::new(bytes)
}

/// Attaches what a check says of the same value to the secret's finding, which is then as severe and as sure as the worse of
/// both. `is_here` says which places are in the file of the check, and `is_hidden` of which that cannot be, as the check would go
/// with what is hidden there. Returns whether there was one.
pub fn attach(
    findings: &mut [Finding],
    is_here: &dyn Fn(&Place) -> bool,
    (breach, is_secret): (&Finding, bool),
    is_hidden: &dyn Fn(&Finding, &Place) -> bool,
) -> bool {
    let Some(at) = breach.places.first() else { return false };
    let found = findings.iter_mut().find(|finding| {
        let says_it = |place: &&Place| is_here(place) && is_of_value(at, is_secret, place.span);
        finding.places.iter().find(says_it).is_some_and(|place| !is_hidden(finding, place))
    });
    let Some(finding) = found else { return false };
    finding.reasons.push(Reason::new(
        "policy",
        Weight::Supports,
        format!("also `{}`: {}", breach.rule, breach.message),
    ));
    finding.severity = finding.severity.max(breach.severity);
    finding.confidence = finding.confidence.max(breach.confidence);
    finding.threshold = finding.threshold.take().or_else(|| breach.threshold.clone());
    finding.related.extend(breach.related.iter().cloned());
    true
}

/// Whether a check means the value at `value`: those very bytes, or a secret around them. Several lines around a value, a
/// script, are about more than that value.
fn is_of_value(at: &Place, is_secret: bool, value: Span) -> bool {
    let common = at.span.end.min(value.end).saturating_sub(at.span.start.max(value.start));
    let is_mostly_it = at.start.line == at.end.line || 2 * common >= at.span.end - at.span.start;
    at.span == value || is_secret && common > 0 && is_mostly_it
}
