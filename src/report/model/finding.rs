//! The shape of a finding and its places in the machine-readable reports.

use serde::Serialize;

use crate::finding;
use crate::place;
use crate::report::Report;
use crate::report::mask::Mask;

/// One leaked secret, or one breach of policy, with all its places.
#[derive(Serialize)]
pub struct Finding<'a> {
    /// `secret` or `policy`.
    kind: &'static str,
    /// Id of the rule or check.
    rule: String,
    /// Title of the rule or check.
    title: String,
    /// What was found, one sentence.
    message: String,
    /// How bad it is if the finding is right.
    severity: finding::Severity,
    /// How sure it is that the finding is right.
    confidence: finding::Confidence,
    /// The stable name of the finding.
    fingerprint: &'a str,
    /// The secret, or null for a policy finding without one.
    secret: Option<Secret<'a>>,
    /// Why it is believed.
    reasons: Vec<Reason>,
    /// What the secret says of itself.
    facts: Vec<Fact>,
    /// Who answers for the first of its files that has an owner, or null.
    owner: Option<String>,
    /// The limit that a policy finding compares with, or null.
    threshold: Option<Threshold>,
    /// The life of a secret of the history, or null.
    life: Option<super::life::Life<'a>>,
    /// All places, sorted; never empty.
    places: Vec<Place<'a>>,
    /// Places that belong to it.
    related: Vec<Related<'a>>,
}

impl<'a> Finding<'a> {
    pub(in crate::report) fn new(finding: &'a finding::Finding, report: &Report<'_>, mask: &Mask) -> Self {
        Self {
            kind: finding.kind.id(),
            rule: place::sanitize(&finding.rule),
            title: mask.text(&finding.title),
            message: mask.text(&finding.message),
            severity: finding.severity,
            confidence: finding.confidence,
            fingerprint: finding.fingerprint.as_str(),
            secret: finding.secret.as_ref().map(|secret| Secret::new(secret, report.show.secrets)),
            reasons: finding.reasons.iter().map(|reason| Reason::new(reason, mask)).collect(),
            facts: finding.facts.iter().map(|fact| Fact::new(fact, mask)).collect(),
            owner: report.owner(finding).map(|owner| mask.text(owner)),
            threshold: finding.threshold.as_ref().map(|threshold| Threshold {
                limit: mask.text(&threshold.limit),
                source: mask.text(&threshold.source),
            }),
            life: finding.life.as_ref().map(|life| super::life::Life::new(life, mask)),
            places: finding.places.iter().map(|place| Place::new(place, mask)).collect(),
            related: finding
                .related
                .iter()
                .map(|related| Related { label: mask.text(&related.label), place: Place::new(&related.place, mask) })
                .collect(),
        }
    }
}

/// A candidate with all that was said of it, reported or not.
#[derive(Serialize)]
pub struct Explained<'a> {
    /// Id of the rule.
    rule: String,
    /// Title of the rule.
    title: String,
    /// The value, redacted.
    redacted: &'a str,
    /// `reported`, `below-confidence`, `suppressed` or `rejected`.
    verdict: &'static str,
    /// How bad it would be.
    severity: finding::Severity,
    /// How sure; null if it was rejected.
    confidence: Option<finding::Confidence>,
    /// Every judgement, in its order.
    reasons: Vec<Reason>,
    /// What the model made of it, or null.
    model: Option<Model>,
    /// What hides it, or null.
    suppression: Option<super::Suppression>,
    /// Where it stands.
    place: Place<'a>,
}

impl<'a> Explained<'a> {
    pub(in crate::report) fn new(
        explained: &'a finding::Explained,
        min_confidence: finding::Confidence,
        mask: &Mask,
    ) -> Self {
        Self {
            rule: place::sanitize(&explained.rule),
            title: mask.text(&explained.title),
            redacted: &explained.redacted,
            verdict: match explained.confidence {
                None => "rejected",
                Some(confidence) if confidence < min_confidence => "below-confidence",
                Some(_) if explained.hidden.is_some() => "suppressed",
                Some(_) => "reported",
            },
            severity: explained.severity,
            confidence: explained.confidence,
            reasons: explained.reasons.iter().map(|reason| Reason::new(reason, mask)).collect(),
            model: explained.score.as_deref().map(Model::new),
            suppression: explained.hidden.as_ref().map(|by| super::Suppression::new(by, mask)),
            place: Place::new(&explained.place, mask),
        }
    }
}

/// What the model of key=value findings made of a candidate.
#[derive(Serialize)]
pub struct Model {
    /// How likely it is a secret, from 0 to 1.
    probability: f32,
    /// By feature: what it adds to the logarithm of the odds.
    shares: std::collections::BTreeMap<&'static str, f32>,
}

impl Model {
    fn new(score: &finding::Score) -> Self {
        let round = |number: f32| (number * 1000.0).round() / 1000.0;
        Self {
            probability: round(score.probability),
            shares: score.shares.iter().map(|share| (share.name, round(share.weight))).collect(),
        }
    }
}

/// The secret of a finding.
#[derive(Serialize)]
pub struct Secret<'a> {
    /// The public prefix, an ellipsis for the rest, and the length.
    redacted: String,
    /// Its length in bytes.
    length: usize,
    /// The secret itself, where it is UTF-8; only with `--show-secrets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// The secret itself in base64 (RFC 4648, with padding), where it is not UTF-8; only with `--show-secrets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl<'a> Secret<'a> {
    fn new(secret: &'a crate::secret::Secret, show: bool) -> Self {
        let bytes = secret.expose();
        let shown = if show { Some(std::str::from_utf8(bytes)) } else { None };
        Self {
            redacted: secret.redacted(),
            length: bytes.len(),
            value: shown.and_then(Result::ok),
            value_base64: shown.and_then(Result::err).map(|_| data_encoding::BASE64.encode(bytes)),
        }
    }
}

/// One step of the judgement.
#[derive(Serialize)]
pub struct Reason {
    /// A stable word for the test that speaks.
    code: &'static str,
    /// `rejects`, `weakens`, `supports` or `proves`.
    weight: &'static str,
    /// What it saw, in a few words.
    text: String,
}

impl Reason {
    fn new(reason: &finding::Reason, mask: &Mask) -> Self {
        let weight = match reason.weight {
            finding::Weight::Rejects => "rejects",
            finding::Weight::Weakens => "weakens",
            finding::Weight::Supports => "supports",
            finding::Weight::Proves => "proves",
        };
        Self { code: reason.code, weight, text: mask.text(&reason.text) }
    }
}

/// Something that the secret says of itself.
#[derive(Serialize)]
pub struct Fact {
    /// `account`, `subject`, `issuer`, `scope`, `environment`, `key`, `algorithm`, `created` or `expires`.
    name: &'static str,
    /// What it says.
    value: String,
}

impl Fact {
    fn new(fact: &finding::Fact, mask: &Mask) -> Self {
        Self { name: fact.name.id(), value: mask.text(&fact.value) }
    }
}

/// The limit that a policy finding compares with.
#[derive(Serialize)]
pub struct Threshold {
    /// The limit as stated.
    limit: String,
    /// `default`, or the file and line that set it.
    source: String,
}

/// A second place that helps to understand the first.
#[derive(Serialize)]
pub struct Related<'a> {
    /// What the place is.
    label: String,
    /// Where.
    place: Place<'a>,
}

/// One place.
#[derive(Serialize)]
pub struct Place<'a> {
    /// The word for what it stands in: [`Origin::kind`](place::Origin::kind).
    origin: &'static str,
    /// The path for people: hidden characters escaped, bytes that are not UTF-8 replaced; null where there is none.
    path: Option<String>,
    /// The path for machines: a relative URI reference, exact to the byte; null where there is none.
    uri: Option<String>,
    /// The names that lead from the container at `path` to the member, outermost first; empty outside containers.
    member: Vec<String>,
    /// The object id of the blob, commit or tag; null outside the history.
    object: Option<&'a str>,
    /// Which bytes of the file, object or name, counted from 0; `end` is behind the last.
    bytes: Bytes,
    /// Where the first byte stands.
    start: Position,
    /// Where the byte behind the last stands.
    end: Position,
    /// The line it begins in, masked; null where there is none.
    excerpt: Option<Excerpt>,
    /// How it is written there, from the outside to the inside; empty for what stands as it is.
    decoding: &'a [&'static str],
    /// The commit that brought it; null outside the history.
    introduced: Option<Introduction<'a>>,
}

impl<'a> Place<'a> {
    fn new(place: &'a finding::Place, mask: &Mask) -> Self {
        let path = place.origin.outermost().path().map(|path| mask.path(path));
        let path = path.as_deref();
        let object = place.origin.outermost().object();
        Self {
            origin: place.origin.kind(),
            path: path.map(place::FilePath::display),
            uri: path.map(place::FilePath::to_uri),
            member: place.origin.members().into_iter().map(|name| mask.path(name).display()).collect(),
            object,
            bytes: Bytes { start: place.span.start, end: place.span.end },
            start: Position::new(place.start),
            end: Position::new(place.end),
            excerpt: place.excerpt.as_ref().map(|excerpt| {
                let finding::Excerpt { text, start, end } = mask.excerpt(excerpt);
                Excerpt { text: text.to_string(), start, end }
            }),
            decoding: &place.decoding,
            introduced: place.introduced.as_ref().map(|introduced| Introduction {
                commit: &introduced.commit,
                author: mask.text(&introduced.author),
                date: &introduced.date,
                in_head: introduced.in_head,
                at_end: introduced.at_end,
                reachable: introduced.reachable,
            }),
        }
    }
}

/// A half-open range of bytes.
#[derive(Serialize)]
pub struct Bytes {
    /// Offset of the first byte.
    start: u64,
    /// Offset behind the last.
    end: u64,
}

/// A point in a text.
#[derive(Serialize)]
pub struct Position {
    /// Line, from 1.
    line: u64,
    /// Column in characters (Unicode scalar values), from 1.
    column: u64,
    /// Column in UTF-16 code units, from 1.
    column_utf16: u64,
}

impl Position {
    fn new(position: place::Position) -> Self {
        let place::Position { line, column, column_utf16 } = position;
        Self { line, column, column_utf16 }
    }
}

/// A piece of the source.
#[derive(Serialize)]
pub struct Excerpt {
    /// The line, or the piece of it around the place.
    text: String,
    /// Byte offset in `text` (UTF-8) at which the masked secret begins.
    start: usize,
    /// Byte offset behind it.
    end: usize,
}

/// How a place came into the history.
#[derive(Serialize)]
pub struct Introduction<'a> {
    /// The first commit that holds it, in hexadecimal.
    commit: &'a str,
    /// Author's name and e-mail.
    author: String,
    /// Committer date, RFC 3339 in UTC.
    date: &'a str,
    /// Whether the tree of HEAD still holds the secret.
    in_head: bool,
    /// Of a range that ends elsewhere than at HEAD: whether a commit that it ends with still holds the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_end: Option<bool>,
    /// Whether a ref reaches the commit.
    reachable: bool,
}
