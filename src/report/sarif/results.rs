//! The results of a run, their locations and fingerprints.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;
use serde_sarif::sarif::{self, ArtifactContent, ArtifactLocation, Location, Message, PhysicalLocation, Region};

use super::entries::Entry;
use super::flow::flow;
use super::hidden::suppression;
use super::rules::{self, Rules};
use super::{LOCATIONS, RESULTS, bag, number, object, plain};
use crate::finding::{Finding, Kind, Place};
use crate::place::{FilePath, Origin};
use crate::report::Report;
use crate::report::escape::{code, markdown};
use crate::report::mask::Mask;
use crate::report::model::Life;
use crate::report::spot::{self, NO_PATH};
use crate::report::text::life::fate;

/// The name of the root that URIs are relative to; code scanning takes it for the root of the checkout.
pub(super) const ROOT: &str = "%SRCROOT%";

/// The results that are reported, made while they are written, and how many things are not.
pub(super) struct Results<'r> {
    report: &'r Report<'r>,
    mask: &'r Mask<'r>,
    kept: Vec<Kept<'r>>,
    pub(super) left_out: usize,
    pub(super) locations_left_out: usize,
}

/// A result to write.
struct Kept<'r> {
    entry: Entry<'r>,
    /// The index of its rule.
    rule: usize,
    /// Which it is of those with its fingerprint, from 1.
    ordinal: u64,
    /// How many locations it has.
    locations: usize,
}

impl<'r> Results<'r> {
    /// The results of `entries`; `locations` is how many further places the runs may still have.
    pub(super) fn new(
        report: &'r Report<'r>,
        mask: &'r Mask<'r>,
        entries: &[Entry<'r>],
        rules: &mut Rules<'_>,
        locations: &mut usize,
    ) -> Self {
        let mut kept: Vec<usize> = (0..entries.len()).collect();
        if kept.len() > RESULTS {
            kept.sort_by_key(|&index| (entries[index].by.is_some(), Reverse(entries[index].finding.severity), index));
            kept.truncate(RESULTS);
            kept.sort_unstable();
        }
        let left_out = entries.len() - kept.len();
        let mut results =
            Results { report, mask, kept: Vec::with_capacity(kept.len()), left_out, locations_left_out: 0 };
        // A secret is one finding wherever it stands; a breach is one in each file.
        let mut ordinals: HashMap<(&str, Option<&FilePath>), u64> = HashMap::new();
        for index in kept {
            let entry = entries[index];
            let finding = entry.finding;
            let ordinal = ordinals.entry((finding.fingerprint.as_str(), file_of_breach(finding))).or_default();
            *ordinal += 1;
            let further = finding.places.len().saturating_sub(1).min(LOCATIONS - 1).min(*locations);
            *locations -= further;
            results.locations_left_out += finding.places.len().saturating_sub(1) - further;
            results.kept.push(Kept { entry, rule: rules.of(finding), ordinal: *ordinal, locations: 1 + further });
        }
        results
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.kept.iter().map(|kept| result(self.report, self.mask, kept)))
    }
}

/// The file of a breach.
fn file_of_breach(finding: &Finding) -> Option<&FilePath> {
    finding.places.first().filter(|_| finding.kind == Kind::Policy).and_then(|place| place.origin.path())
}

fn result(report: &Report<'_>, mask: &Mask, kept: &Kept<'_>) -> sarif::Result {
    let Kept { entry, rule, ordinal, locations } = *kept;
    let finding = entry.finding;
    let mut result = sarif::Result::builder().message(message(report, finding, mask)).build();
    result.rule_id = Some(rules::id(report, finding));
    result.rule_index = Some(number(rule as u64));
    result.level = Some(rules::level(finding.severity));
    let places = finding.places.iter().take(locations);
    result.locations = Some(places.map(|place| location(report, place, finding, mask, None)).collect());
    if !finding.related.is_empty() {
        let related = finding.related.iter().take(LOCATIONS).enumerate();
        let related = related.map(|(index, related)| {
            let mut location = location(report, &related.place, finding, mask, Some(&related.label));
            location.id = Some(number(index as u64 + 1));
            location
        });
        result.related_locations = Some(related.collect());
    }
    let fingerprint = finding.fingerprint.as_str();
    result.partial_fingerprints = Some(BTreeMap::from([
        ("keysieve/v1".to_owned(), fingerprint.to_owned()),
        // Not a hash of the line: lines move. The ordinal keeps findings of one fingerprint apart.
        ("primaryLocationLineHash".to_owned(), format!("{fingerprint}:{ordinal}")),
    ]));
    result.baseline_state =
        entry.is_known(report).map(|is_known| Value::from(if is_known { "unchanged" } else { "new" }));
    result.suppressions = entry.by.map(|by| vec![suppression(by, mask)]);
    result.code_flows = flow(report, mask, finding).map(|flow| vec![flow]);
    result.properties = Some(properties(report, mask, finding));
    result
}

/// What was found, and where: first sentence first, for it is all that a narrow view shows.
fn message(report: &Report<'_>, finding: &Finding, mask: &Mask) -> Message {
    let what = spot::what(finding, mask);
    let mut text = plain(&what);
    let mut rich = markdown(&what);
    if let Some(place) = finding.places.first().filter(|place| is_history(&place.origin)) {
        let words = in_history(place, mask);
        text.push_str(&format!(" Found in the history: {}.", plain(&words.text)));
        rich.push_str(&format!(" Found in the history: {}.", words.markdown));
    }
    if let Some(threshold) = &finding.threshold {
        let (limit, source) = (mask.text(&threshold.limit), mask.text(&threshold.source));
        text.push_str(&format!(" Limit: {} ({}).", plain(&limit), plain(&source)));
        rich.push_str(&format!(" Limit: {} ({}).", code(&limit), code(&source)));
    }
    match report.places(finding).0.len() {
        0 | 1 => {}
        places => {
            let more = format!(" In {places} places.");
            text.push_str(&more);
            rich.push_str(&more);
        }
    }
    Message { text: Some(text), markdown: Some(rich), ..Default::default() }
}

struct Words {
    text: String,
    markdown: String,
}

/// `commit 0123456789, path:line:column, gone from HEAD`.
fn in_history(place: &Place, mask: &Mask) -> Words {
    let at = format!("{}:{}:{}", mask.origin(&place.origin), place.start.line, place.start.column);
    match &place.introduced {
        Some(introduced) => {
            let commit = introduced.commit.get(..10).unwrap_or(&introduced.commit);
            let fate = fate(std::slice::from_ref(place)).map(|fate| format!(", {fate}")).unwrap_or_default();
            Words {
                text: format!("commit {commit}, {at}{fate}"),
                markdown: format!("commit {}, {}{fate}", code(commit), code(&at)),
            }
        }
        None => Words { markdown: code(&at), text: at },
    }
}

/// Whether the place is in the history, where code scanning cannot open it.
fn is_history(origin: &Origin) -> bool {
    origin.outermost().is_history()
}

/// `outer.zip!inner/file:line:column`.
fn in_container(place: &Place, mask: &Mask) -> String {
    match place.origin.is_name() {
        true => mask.origin(&place.origin),
        false => format!("{}:{}:{}", mask.origin(&place.origin), place.start.line, place.start.column),
    }
}

/// One location. A place in a container, or a file's name, is anchored at line 1 of its path; so is one in the history, unless
/// the very blob is checked out, and where HEAD has no such path it is anchored in the file that stands for the repository. So
/// is one in the clone's own configuration.
fn location(report: &Report<'_>, place: &Place, finding: &Finding, mask: &Mask, label: Option<&str>) -> Location {
    let mut location = Location::default();
    let history = is_history(&place.origin);
    let is_of_clone = matches!(place.origin, Origin::RepositoryConfig(_));
    let mut words: Vec<String> = label.map(|label| mask.text(label)).into_iter().collect();
    if history {
        words.push(in_history(place, mask).text);
        location.properties = Some(history_properties(place, mask));
    } else if let Origin::FileName(_) = place.origin {
        words.push("in the name of the file".to_owned());
    } else if place.origin.container().is_some() || is_of_clone {
        words.push(in_container(place, mask));
    }
    if !place.decoding.is_empty() {
        words.push(format!("in {}", place.decoding.join(", then ")));
        let properties = location.properties.get_or_insert_with(|| bag([]));
        properties.additional_properties.insert("decoding".to_owned(), place.decoding.clone().into());
    }
    if !words.is_empty() {
        location.message = Some(Message::from(&plain(&words.join(": "))));
    }
    let first = || finding.places.iter().find_map(|place| report.checkout.path(place.origin.outermost()));
    let path = report.checkout.path(place.origin.outermost()).or_else(first);
    let path = if history || is_of_clone { report.checkout.anchor(path) } else { path };
    let uri = match (place.origin.outermost(), path) {
        (Origin::Stdin, _) => "stdin".to_owned(),
        (_, Some(path)) => uri(&mask.path(path)),
        (_, None) => NO_PATH.to_owned(),
    };
    let in_container = place.origin.container().is_some();
    let whole_file =
        history && !report.checkout.holds(&place.origin) || in_container || is_of_clone || place.origin.is_name();
    if in_container {
        // The name of a member says nothing outside its container: the chain of names is the logical location.
        location.logical_locations = Some(vec![sarif::LogicalLocation {
            fully_qualified_name: Some(mask.origin(&place.origin)),
            kind: Some("member".to_owned()),
            ..Default::default()
        }]);
    }
    location.physical_location = Some(PhysicalLocation {
        region: Some(if whole_file { line_one() } else { region(place) }),
        context_region: if whole_file { None } else { context(place, mask) },
        ..in_file(uri)
    });
    location
}

fn in_file(uri: String) -> PhysicalLocation {
    let artifact = ArtifactLocation { uri: Some(uri), uri_base_id: Some(ROOT.to_owned()), ..Default::default() };
    PhysicalLocation { artifact_location: Some(artifact), ..Default::default() }
}

fn line_one() -> Region {
    Region { start_line: Some(1), ..Default::default() }
}

/// The first line of a file.
pub(super) fn at_line_one(path: &FilePath, mask: &Mask) -> Location {
    let physical = PhysicalLocation { region: Some(line_one()), ..in_file(uri(&mask.path(path))) };
    Location { physical_location: Some(physical), ..Default::default() }
}

/// A relative URI reference, even for a path that begins with a slash.
fn uri(path: &FilePath) -> String {
    path.to_uri().trim_start_matches('/').to_owned()
}

fn region(place: &Place) -> Region {
    let start_line = place.start.line.max(1);
    let start_column = place.start.column_utf16.max(1);
    let end_line = place.end.line.max(start_line);
    let least = if end_line == start_line { start_column } else { 1 };
    Region {
        start_line: Some(number(start_line)),
        start_column: Some(number(start_column)),
        end_line: Some(number(end_line)),
        end_column: Some(number(place.end.column_utf16.max(least))),
        // Of a patch only the lines are those of the file.
        byte_offset: (!matches!(place.origin, Origin::Patch(_))).then(|| number(place.span.start)),
        byte_length: (!matches!(place.origin, Origin::Patch(_))).then(|| number(place.span.len())),
        ..Default::default()
    }
}

/// The line of the place as its context, with the masked excerpt for its text.
fn context(place: &Place, mask: &Mask) -> Option<Region> {
    let excerpt = mask.excerpt(place.excerpt.as_ref()?);
    Some(Region {
        start_line: Some(number(place.start.line.max(1))),
        end_line: Some(number(place.end.line.max(place.start.line).max(1))),
        snippet: Some(ArtifactContent { text: Some(excerpt.text.to_string()), ..Default::default() }),
        ..Default::default()
    })
}

/// Where in the history a place really is.
fn history_properties(place: &Place, mask: &Mask) -> sarif::PropertyBag {
    let mut properties = bag([
        ("origin", place.origin.kind().into()),
        ("startLine", place.start.line.into()),
        ("startColumn", place.start.column_utf16.into()),
        ("byteOffset", place.span.start.into()),
        ("byteLength", place.span.len().into()),
    ]);
    let add = &mut properties.additional_properties;
    match place.origin.outermost() {
        Origin::Blob { id, .. } | Origin::LfsObject { id, .. } | Origin::Note { id, .. } => {
            add.insert("blob".to_owned(), id.as_str().into())
        }
        Origin::CommitHeader { id } | Origin::CommitMessage { id } => {
            add.insert("commit".to_owned(), id.as_str().into())
        }
        Origin::TagHeader { id } | Origin::TagMessage { id } => add.insert("tag".to_owned(), id.as_str().into()),
        _ => None,
    };
    if let Some(path) = place.origin.outermost().path() {
        add.insert("path".to_owned(), mask.path(path).display().into());
    }
    if let Some(introduced) = &place.introduced {
        add.insert("commit".to_owned(), introduced.commit.as_str().into());
        add.insert("date".to_owned(), introduced.date.as_str().into());
        add.insert("inHead".to_owned(), introduced.in_head.into());
        if let Some(at_end) = introduced.at_end {
            add.insert("atEnd".to_owned(), at_end.into());
        }
        add.insert("reachable".to_owned(), introduced.reachable.into());
    }
    properties
}

fn properties(report: &Report<'_>, mask: &Mask, finding: &Finding) -> sarif::PropertyBag {
    let reasons: Vec<Value> = finding
        .reasons
        .iter()
        .map(|reason| object([("code", reason.code.into()), ("text", mask.text(&reason.text).into())]))
        .collect();
    let mut properties = bag([
        ("kind", finding.kind.id().into()),
        ("severity", finding.severity.id().into()),
        ("confidence", finding.confidence.id().into()),
        ("places", finding.places.len().into()),
        ("reasons", reasons.into()),
    ]);
    let add = &mut properties.additional_properties;
    if !finding.facts.is_empty() {
        let facts = finding.facts.iter().map(|fact| (fact.name.id(), mask.text(&fact.value).into()));
        add.insert("facts".to_owned(), Value::Object(facts.map(|(name, value)| (name.to_owned(), value)).collect()));
    }
    if let Some(life) = &finding.life
        && let Ok(life) = serde_json::to_value(Life::new(life, mask))
    {
        add.insert("life".to_owned(), super::sorted(life));
    }
    if let Some(owner) = report.owner(finding) {
        add.insert("owner".to_owned(), mask.text(owner).into());
    }
    if let Some(threshold) = &finding.threshold {
        let fields = [("limit", mask.text(&threshold.limit).into()), ("source", mask.text(&threshold.source).into())];
        add.insert("threshold".to_owned(), object(fields));
    }
    if let Some(secret) = &finding.secret {
        add.insert("redactedSecret".to_owned(), secret.redacted().into());
        if report.show.secrets {
            match std::str::from_utf8(secret.expose()) {
                Ok(text) => add.insert("secret".to_owned(), text.into()),
                Err(_) => add.insert("secretBase64".to_owned(), data_encoding::BASE64.encode(secret.expose()).into()),
            };
        }
    }
    properties
}
