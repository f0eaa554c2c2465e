//! The credentials of a tree: what was found joined with what is referred to, and with what the policy knows of either.
//!
//! References are gathered while the files come by ([`Gathered`]), values are findings; both are joined when all are there.
//! From the result come the rows of `keysieve inventory` and the findings of the checks over the whole tree, so that a
//! credential which a check complains about is a row that can be looked up.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::policy::{KnownCredential, Limit, PolicySettings};
use crate::finding::{FactName, Finding, Kind, Place, Reason, Weight};
use crate::place::{FilePath, Origin, Positions, Span};
use crate::policy::inventory::{self, Declaration, Holding, Identity, Reference, Sighting, Spot, Tree};
use crate::policy::{Declared, Lint};
use crate::report::inventory::{Age, Due, Row, State, Use};
use crate::rule::model::Rule;
use crate::rule::set::RuleSet;
use crate::source::Item;

use super::Settings;
use super::lint::breached;

/// References and entries of the inventory, with their places, in no particular order.
#[derive(Default)]
pub struct Gathered {
    sightings: Vec<Sighting>,
    declarations: Vec<Declaration>,
}

impl Gathered {
    /// Adds what the files that were linted together refer to; `item` gives the text of each.
    pub fn take<'b>(&mut self, lint: &mut Lint, item: &dyn Fn(usize) -> Item<'b>) {
        let references = std::mem::take(&mut lint.references);
        let declared = std::mem::take(&mut lint.declared);
        let files = references.iter().map(|it| it.file).chain(declared.iter().map(|it| it.file));
        let files: std::collections::BTreeSet<usize> = files.collect();
        for file in files {
            self.take_file(
                &item(file),
                references.iter().filter(|it| it.file == file),
                declared.iter().filter(|it| it.file == file),
            );
        }
    }

    fn take_file<'l>(
        &mut self,
        item: &Item<'_>,
        references: impl Iterator<Item = &'l Reference>,
        declared: impl Iterator<Item = &'l Declared>,
    ) {
        let mut places = Places::new(item);
        let mut references: Vec<&Reference> = references.collect();
        references.sort();
        for reference in references {
            self.sightings.push(Sighting {
                identity: Identity::Reference(reference.kind),
                name: reference.name.clone(),
                store: reference.store,
                service: reference.service.clone(),
                spots: vec![places.spot(reference.span)],
            });
        }
        let mut places = Places::new(item);
        for entry in declared {
            let spot = places.spot((entry.span.start, entry.span.end));
            self.declarations.push(Declaration { name: entry.name.clone(), spot });
        }
    }

    /// Adds those of other files.
    pub fn add(&mut self, other: Gathered) {
        self.sightings.extend(other.sightings);
        self.declarations.extend(other.declarations);
    }
}

/// Positions in one text, asked for in ascending order of where the spans begin.
struct Places<'i> {
    item: &'i Item<'i>,
    starts: Positions<'i>,
}

impl<'i> Places<'i> {
    fn new(item: &'i Item<'i>) -> Self {
        Self { item, starts: Positions::new(item.bytes, item.lines) }
    }

    fn spot(&mut self, (start, end): (usize, usize)) -> Spot {
        let begin = self.starts.at(start);
        // Spans lie in one another, so that ends do not ascend; they are short.
        let text = self.item.bytes.get(start..end).unwrap_or_default();
        let mut end_position = begin;
        for line in String::from_utf8_lossy(text).split_inclusive('\n') {
            if line.ends_with('\n') {
                (end_position.line, end_position.column, end_position.column_utf16) = (end_position.line + 1, 1, 1);
            } else {
                end_position.column += line.chars().count() as u64;
                end_position.column_utf16 += line.encode_utf16().count() as u64;
            }
        }
        let span = Span::new(start as u64, end as u64);
        Spot { origin: self.item.origin.clone(), span, start: begin, end: end_position }
    }
}

/// All credentials of a run.
pub struct Credentials<'c> {
    holdings: Vec<Holding>,
    declarations: Vec<Declaration>,
    by_fingerprint: HashMap<&'c str, &'c Finding>,
    settings: &'c Settings,
}

impl<'c> Credentials<'c> {
    /// Joins what was gathered with the values that were found.
    pub fn new(gathered: Gathered, findings: &'c [Finding], settings: &'c Settings) -> Self {
        let Gathered { mut sightings, mut declarations } = gathered;
        let is_value = |it: &&Finding| it.kind == Kind::Secret && it.confidence >= settings.config.min_confidence;
        let values: Vec<&Finding> = findings.iter().filter(is_value).collect();
        sightings.extend(values.iter().map(|finding| sighting(finding)));
        declarations.sort_by(|a, b| a.spot.cmp(&b.spot));
        Self {
            holdings: inventory::join(sightings, &settings.config.policy),
            declarations,
            by_fingerprint: values.into_iter().map(|it| (it.fingerprint.as_str(), it)).collect(),
            settings,
        }
    }

    /// What the checks over the whole tree find, each with its path and route. `is_whole` says whether everything that could
    /// use a credential was read.
    pub fn breaches(&self, is_whole: bool) -> Vec<(FilePath, Span, String, Finding)> {
        let policy = &self.settings.config.policy;
        let (holdings, declarations) = (self.holdings.as_slice(), self.declarations.as_slice());
        let tree = Tree { holdings, declarations, settings: policy, is_whole };
        let breaches = inventory::check_tree(&tree, self.settings.checks.all()).into_iter();
        let found = breaches.filter_map(|breach| {
            let path = breach.spot.origin.path()?.clone();
            let key = &self.settings.config.fingerprint_key;
            let route = crate::place::sanitize(&breach.route);
            let Spot { origin, span, start, end } = breach.spot;
            let place = Place { origin, span, start, end, excerpt: None, decoding: Vec::new(), introduced: None };
            let finding = Finding {
                severity: breach.severity,
                reasons: vec![Reason::new("route", Weight::Supports, format!("it is `{route}`"))].into(),
                threshold: breach.threshold.map(Box::new),
                ..breached(breach.check, &breach.route, breach.message, place, key)
            };
            Some((path, span, breach.route, finding))
        });
        found.collect()
    }

    /// A row for each, in the order of the report.
    pub fn rows(&self, rules: &RuleSet) -> Vec<Row> {
        let mut by_id: HashMap<&str, &Rule> = HashMap::new();
        by_id.extend(rules.iter().map(|(_, rule)| (rule.id.as_ref(), rule)));
        let mut rows: Vec<Row> = self.holdings.iter().map(|holding| self.row(holding, &by_id)).collect();
        rows.sort_by(|a, b| a.order().cmp(&b.order()));
        rows
    }

    fn row(&self, holding: &Holding, rules: &HashMap<&str, &Rule>) -> Row {
        let policy = &self.settings.config.policy;
        let entries: Vec<&KnownCredential> = holding.entries.iter().map(|it| &policy.inventory()[*it]).collect();
        let kind = holding.kind(policy);
        let stated = entries.iter().find_map(|entry| entry.kind.as_deref());
        let rule = rules.get(kind).or_else(|| rules.get(stated?));
        let (fingerprint, finding) = match &holding.identity {
            Identity::Value { fingerprint, .. } => {
                (Some(fingerprint.clone()), self.by_fingerprint.get(fingerprint.as_str()).copied())
            }
            Identity::Reference(_) | Identity::Entry(_) => (None, None),
        };
        let provider = match &holding.identity {
            Identity::Reference(kind) => {
                rule.map(|rule| rule.provider.to_string()).or(kind.provider().map(str::to_owned))
            }
            _ => rule.map(|rule| rule.provider.to_string()),
        };
        let first_seen = finding.and_then(first_seen);
        let rotation = self.last_rotation(finding, &entries);
        let rule_id = rule.map(|rule| rule.id.as_ref());
        let kinds = [stated, rule_id, Some(kind), provider.as_deref()];
        let kinds: Vec<&str> = kinds.into_iter().flatten().collect();
        let start = rotation.or(first_seen);
        Row {
            kind: kind.to_owned(),
            provider: provider.clone().unwrap_or_default(),
            name: holding.name.clone(),
            lifetime: rule.map_or("unknown", |rule| rule.lifetime.id()),
            environments: holding.environments.clone(),
            store: holding.store.map(|store| store.id()),
            uses: holding
                .spots
                .iter()
                .map(|spot| Use { origin: spot.origin.clone(), span: spot.span, line: spot.start.line })
                .collect(),
            owners: holding.owners.clone(),
            projects: holding.projects.clone(),
            first_seen: first_seen.map(|day| day.to_string()),
            last_rotation: rotation.map(|day| day.to_string()),
            age: self.age(holding, &kinds, start),
            state: state(holding, finding),
            fingerprint,
        }
    }

    /// The day on which the value in use began: what was recorded of this very value, what it says of itself, what the
    /// inventory says of its name.
    fn last_rotation(&self, finding: Option<&Finding>, entries: &[&KnownCredential]) -> Option<Date> {
        let recorded =
            finding.and_then(|it| self.settings.config.policy.rotated(it.fingerprint.as_str())).map(|it| it.at);
        let created = finding.and_then(|it| it.facts.iter().find(|fact| fact.name == FactName::Created));
        let created = created.and_then(|fact| last_day(&fact.value));
        recorded.or(created).or_else(|| entries.iter().filter_map(|entry| entry.issued).max())
    }

    /// The age of what began on `start`, against the shortest window of its files.
    fn age(&self, holding: &Holding, kinds: &[&str], start: Option<Date>) -> Age {
        let policy = &self.settings.config.policy;
        let now = self.settings.now;
        let days = start.and_then(|day| days_since(day, now));
        if !holding.is_credential() {
            return Age { days, limit: None, source: None, due: Due::Unknown };
        }
        let (policy, limit) = shortest(policy, holding, kinds);
        let due = match days.map(|days| std::time::Duration::from_secs(days.saturating_mul(86_400))) {
            None => Due::Unknown,
            Some(age) if age > limit.length => Due::Overdue,
            Some(age) if age + policy.warn_before().length > limit.length => Due::Soon,
            Some(_) => Due::Within,
        };
        Age { days, limit: Some(limit.text.to_string()), source: Some(limit.source.to_string()), due }
    }
}

/// The policy with the shortest window among those of the files, and the window.
fn shortest<'s>(policy: &'s PolicySettings, holding: &Holding, kinds: &[&str]) -> (&'s PolicySettings, &'s Limit) {
    let paths = holding.spots.iter().filter_map(|spot| spot.origin.outermost().path());
    let windows = paths.map(|path| policy.for_path(path.as_bytes())).map(|own| (own, own.rotation(kinds)));
    windows.min_by_key(|(_, limit)| limit.length).unwrap_or_else(|| (policy, policy.rotation(kinds)))
}

/// The places of a value, and the name that it stands under.
fn sighting(finding: &Finding) -> Sighting {
    let spot =
        |place: &Place| Spot { origin: place.origin.clone(), span: place.span, start: place.start, end: place.end };
    let names = finding.places.iter().filter_map(|place| place.excerpt.as_ref());
    let name = names.filter_map(|excerpt| name_before(excerpt.text.get(..excerpt.start)?)).min();
    let fingerprint = finding.fingerprint.as_str().to_owned();
    Sighting {
        identity: Identity::Value { fingerprint, rule: finding.rule.to_string() },
        name: name.unwrap_or_default(),
        store: Some(crate::config::policy::Store::File),
        service: None,
        spots: finding.places.iter().map(spot).collect(),
    }
}

/// The most digits that a name may have: what has more is an identifier, or worse.
const DIGITS: usize = 4;

/// The name of what is assigned behind `text`, which is a line up to the value with all secrets masked.
fn name_before(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['"', '\'', '`', ' ', '\t']);
    let assigned = [":=", "=>", "="].iter().find_map(|sign| text.strip_suffix(sign));
    let (text, is_typed) = match assigned {
        Some(text) => (text, true),
        None => (text.strip_suffix(':')?, false),
    };
    let (name, before) = last_word(text)?;
    let before = before.trim_end();
    // `apiKey: string = …` names the type last.
    let name = match before.strip_suffix(':').filter(|_| is_typed).and_then(last_word) {
        Some((name, _)) => name,
        None if before.ends_with("//") || before.ends_with('@') => return None,
        None => name,
    };
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_name = name.len() <= 64 && digits <= DIGITS && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_name.then(|| name.to_owned())
}

/// The last word of a text, without quotes, and what stands before it.
fn last_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end().trim_end_matches(['"', '\'', '`', ']']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = text.rfind(|c| !is_part(c)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let name = text[start..].trim_start_matches(['-', '.']);
    (!name.is_empty()).then(|| (name, &text[..start]))
}

/// Where a credential stands now.
fn state(holding: &Holding, finding: Option<&Finding>) -> State {
    let Some(finding) = finding else {
        return match holding.identity {
            Identity::Entry(_) => State::DeclaredOnly,
            Identity::Reference(_) | Identity::Value { .. } => State::ReferenceOnly,
        };
    };
    let is_here = |place: &Place| {
        let origin = place.origin.outermost();
        matches!(origin, Origin::File(_) | Origin::FileName(_) | Origin::Staged(_))
            || place.introduced.as_ref().is_some_and(|it| it.in_head)
    };
    let in_head = finding.life.as_ref().is_some_and(|life| life.in_head);
    if in_head || finding.places.iter().any(is_here) { State::Live } else { State::HistoryOnly }
}

/// The day of the first commit that holds the value.
fn first_seen(finding: &Finding) -> Option<Date> {
    let introduced = finding.places.iter().filter_map(|place| place.introduced.as_ref()).map(|it| it.date.as_str());
    let first = finding.life.as_ref().map(|life| life.first.date.as_str()).or_else(|| introduced.min())?;
    first.get(..10)?.parse().ok()
}

/// The last day that a fact may mean: of a month (`2025-03`) its end, so that no age is made greater than it is.
fn last_day(text: &str) -> Option<Date> {
    match text.len() {
        7 => format!("{text}-01").parse::<Date>().ok().map(Date::last_of_month),
        _ => text.get(..10)?.parse().ok(),
    }
}

fn days_since(day: Date, now: Timestamp) -> Option<u64> {
    let start = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
    u64::try_from((now.as_second() - start.as_second()).max(0) / 86_400).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_value_is_what_it_is_assigned_to() {
        for (text, name) in [
            ("TOKEN=", Some("TOKEN")),
            ("export TOKEN=\"", Some("TOKEN")),
            ("  api-key: ", Some("api-key")),
            ("  - \"apiKey\" : '", Some("apiKey")),
            ("const apiKey: string = \"", Some("apiKey")),
            ("config['token'] = '", Some("token")),
            ("token := \"", Some("token")),
            (":token => \"", Some("token")),
            ("url = postgres://app:", None),
            ("Authorization: Bearer ", None),
            ("", None),
            ("********:", None),
            ("AKIA1234567890123456: ", None),
            ("é=", None),
        ] {
            assert_eq!(name_before(text).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_month_counts_from_its_end() {
        let day = |text| last_day(text).map(|day| day.to_string());
        assert_eq!(day("2024-02").as_deref(), Some("2024-02-29"));
        assert_eq!(day("2024-02-03T04:05:06Z").as_deref(), Some("2024-02-03"));
        assert_eq!(day("soon"), None);
    }
}
