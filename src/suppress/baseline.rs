//! The baseline: what was known when somebody looked, so that only what is new fails.
//!
//! One JSON object a line, sorted by fingerprint and path, so that two branches that add entries differ in lines of their own
//! (`merge=union` in `.gitattributes` joins even neighbours). The first line says under which key the fingerprints were made.
//! Where such a join leaves two lines for one entry, what somebody says of it goes before what nobody has looked at, and of two
//! judgements the one counts that asks for more, until the earlier of their days: neither branch's audit is lost in silence.
//! An entry holds no line, no commit, no time and nothing of the secret: what is inserted above it, a rename and a rebase leave
//! it right, and another secret in the same place is another finding.
//!
//! An entry speaks of a fingerprint at a path. Where the path no longer holds it and it stands at another, it was moved, and
//! the entry goes with it; where the path still holds it, the second place is new. What only the history holds is covered by
//! any entry of its fingerprint: it is the same secret, and was as public then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::config::ConfigError;
use crate::config::policy::{day_end, is_fingerprint, parse_day};
use crate::finding::{Finding, Introduction, Means, Place, Suppression};
use crate::place::Origin;

/// The version of the format.
const VERSION: u32 = 1;

/// What somebody says of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has looked at it yet.
    #[default]
    Unaudited,
    /// It is a secret, and still to be replaced.
    Real,
    /// It is a secret, or a breach, that is left as it is.
    Accepted,
    /// It is no secret.
    FalsePositive,
    /// It was replaced, and opens nothing any more.
    Rotated,
}

impl State {
    /// Every state, in the order in which an audit offers them.
    pub const ALL: [State; 5] = [State::Unaudited, State::Real, State::Accepted, State::FalsePositive, State::Rotated];

    /// The word for it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            State::Unaudited => "unaudited",
            State::Real => "real",
            State::Accepted => "accepted",
            State::FalsePositive => "false-positive",
            State::Rotated => "rotated",
        }
    }

    /// How much it asks for: of two judgements on one entry the one that asks for more counts.
    fn weight(self) -> u8 {
        match self {
            State::Unaudited => 0,
            State::FalsePositive => 1,
            State::Rotated => 2,
            State::Accepted => 3,
            State::Real => 4,
        }
    }

    /// Whether it must say why.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, State::Accepted | State::FalsePositive)
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The finding.
    pub fingerprint: String,
    /// From the top of the repository, `/` between its parts.
    pub path: String,
    /// The rule or check that told of it, for people.
    pub rule: String,
    /// What is said of it.
    #[serde(default)]
    pub state: State,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The last day on which it hides: `2026-12-31`; empty for no end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
}

impl Entry {
    /// Its last day.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        parse_day(&self.until)
    }

    /// Whether it has ended at `now`.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.last_day().is_some_and(|day| day_end(day).is_none_or(|end| end <= now))
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "keysieve-baseline")]
    version: u32,
    /// Id of the key under which the fingerprints were made.
    #[serde(rename = "fingerprint-key")]
    key: String,
}

/// A baseline.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The file, as the user would name it.
    pub name: String,
    /// Id of the key of its fingerprints.
    pub key: String,
    /// Where two lines judge one entry differently, and what counts.
    pub notes: Vec<String>,
    entries: BTreeMap<(String, String), Entry>,
    /// Entries that covered something in this run.
    met: BTreeSet<(String, String)>,
    /// Where entries went: from their path to another.
    moved: BTreeMap<(String, String), String>,
}

/// What a baseline says of the places of a finding.
#[derive(Default)]
pub struct Cover {
    /// By address of a place: why it is hidden.
    pub hidden: BTreeMap<String, Suppression>,
    /// Why entries hide nothing, though they name the finding.
    pub opened: Vec<String>,
}

impl Baseline {
    /// One without entries.
    #[must_use]
    pub fn new(name: &str, key: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: key.to_owned(),
            notes: Vec::new(),
            entries: BTreeMap::new(),
            met: BTreeSet::new(),
            moved: BTreeMap::new(),
        }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, line by line; and a key that is not `key`.
    pub fn read(name: &str, text: &str, key: &str) -> Result<Self, Vec<ConfigError>> {
        let error =
            |line: usize, reason: String| ConfigError { file: name.to_owned(), line: Some(line as u64), reason };
        let mut lines =
            text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, it)| !it.trim().is_empty());
        let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Head>(line).ok());
        let Some(head) = head else {
            let mut reason =
                "is no baseline: its first line is not one that `keysieve baseline create` writes".to_owned();
            if text.contains("\"plugins_used\"") {
                reason.push_str("; one of detect-secrets is read by itself, as .secrets.baseline beside keysieve.toml");
            }
            return Err(vec![error(1, reason)]);
        };
        if head.version != VERSION {
            return Err(vec![error(
                1,
                format!("is of version {}, this keysieve reads version {VERSION}", head.version),
            )]);
        }
        if head.key != key {
            let reason = format!(
                "its fingerprints were made under the key {}, this run has the key {key}: take the fingerprint-key of \
                 keysieve.toml, or --fingerprint-key-file, that it was made with",
                head.key
            );
            return Err(vec![error(1, reason)]);
        }
        let mut baseline = Self::new(name, &head.key);
        let mut errors = Vec::new();
        for (number, line) in lines {
            match entry(line) {
                Ok(None) => {}
                Ok(Some(entry)) => baseline.join(entry),
                Err(reason) => errors.push(error(number, reason)),
            }
        }
        if errors.is_empty() { Ok(baseline) } else { Err(errors) }
    }

    /// The text of the file.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = line(&Head { version: VERSION, key: self.key.clone() });
        self.entries.values().for_each(|entry| text.push_str(&line(entry)));
        text
    }

    /// The entries, by fingerprint and path.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry for a fingerprint at a path.
    #[must_use]
    pub fn entry(&self, fingerprint: &str, path: &str) -> Option<&Entry> {
        self.entries.get(&(fingerprint.to_owned(), path.to_owned()))
    }

    /// Adds an entry, or puts it in the place of the one for the same fingerprint and path.
    pub fn put(&mut self, entry: Entry) {
        self.entries.insert((entry.fingerprint.clone(), entry.path.clone()), entry);
    }

    /// Adds an entry of which another line may speak as well.
    fn join(&mut self, entry: Entry) {
        let Some(other) = self.entries.remove(&(entry.fingerprint.clone(), entry.path.clone())) else {
            return self.put(entry);
        };
        let order = |entry: &Entry| (entry.state.weight(), std::cmp::Reverse(entry.last_day().unwrap_or(Date::MAX)));
        // Merges put the lines in either order.
        let words = |entry: &Entry| (entry.reason.clone(), entry.owner.clone(), entry.rule.clone());
        let (mut upper, lower) = match (order(&entry), words(&entry)).cmp(&(order(&other), words(&other))) {
            std::cmp::Ordering::Less => (other, entry),
            _ => (entry, other),
        };
        if lower.state != State::Unaudited && upper != lower {
            if lower.last_day().is_some_and(|day| upper.last_day().is_none_or(|other| day < other)) {
                upper.until.clone_from(&lower.until);
            }
            let until = if upper.until.is_empty() { String::new() } else { format!(" until {}", upper.until) };
            self.notes.push(format!(
                "{}: two lines judge `{}` at {}, as {} and as {}: it counts as {}{until}; `keysieve baseline audit --all` settles it",
                self.name,
                upper.rule,
                upper.path,
                lower.state.id(),
                upper.state.id(),
                upper.state.id(),
            ));
        }
        self.put(upper);
    }

    /// What it says of a finding with the fingerprints `ids` at `addresses`, each with whether it stands there today.
    /// `is_gone` tells whether a path that is not among them no longer holds it.
    pub fn cover(
        &mut self,
        finding: &Finding,
        ids: &[String],
        addresses: &BTreeMap<String, bool>,
        is_gone: &dyn Fn(&str) -> bool,
        now: Timestamp,
    ) -> Cover {
        let mut cover = Cover::default();
        let mut entries: Vec<(String, String)> = Vec::new();
        for id in ids {
            let from = (id.clone(), String::new());
            let own = self.entries.range(from..).take_while(|((fingerprint, _), _)| fingerprint == id);
            entries.extend(own.map(|(key, _)| key.clone()));
        }
        entries.retain(|key| {
            let why = self.why_open(&self.entries[key], finding, now);
            if why.is_some() {
                self.met.insert(key.clone());
            }
            cover.opened.extend(why.clone());
            why.is_none()
        });
        let Some(first) = entries.first().cloned() else { return cover };
        let mut floating = Vec::new();
        for key in entries {
            if addresses.contains_key(&key.1) {
                self.met.insert(key.clone());
                cover.hidden.entry(key.1.clone()).or_insert_with(|| self.suppression(&key));
            }
            if !addresses.get(&key.1).copied().unwrap_or(false) && is_gone(&key.1) {
                floating.push(key);
            }
        }
        let mut floating = floating.into_iter();
        for (address, _) in addresses.iter().filter(|(_, is_live)| **is_live) {
            if cover.hidden.contains_key(address) {
                continue;
            }
            let Some(key) = floating.next() else { break };
            self.met.insert(key.clone());
            cover.hidden.insert(address.clone(), self.suppression(&key));
            self.moved.insert(key, address.clone());
        }
        for (address, _) in addresses.iter().filter(|(_, is_live)| !**is_live) {
            if !cover.hidden.contains_key(address) {
                self.met.insert(first.clone());
                cover.hidden.insert(address.clone(), self.suppression(&first));
            }
        }
        cover
    }

    /// Why an entry hides nothing.
    fn why_open(&self, entry: &Entry, finding: &Finding, now: Timestamp) -> Option<String> {
        if entry.has_ended(now) {
            return Some(format!("{} hid it until {}", self.name, entry.until));
        }
        (entry.state == State::FalsePositive && finding.is_proved())
            .then(|| format!("{} calls it a false positive, but an offline check holds", self.name))
    }

    fn suppression(&self, key: &(String, String)) -> Suppression {
        let entry = &self.entries[key];
        Suppression {
            means: Means::Baseline,
            source: self.name.clone(),
            stated: entry.state.id().to_owned(),
            reason: entry.reason.clone(),
            owner: (!entry.owner.is_empty()).then(|| entry.owner.clone()),
            until: entry.last_day(),
        }
    }

    /// The entries that met nothing.
    pub fn stale(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|(key, _)| !self.met.contains(*key)).map(|(_, entry)| entry)
    }

    /// The entries whose finding went to another path, with that path.
    pub fn moved(&self) -> impl Iterator<Item = (&Entry, &str)> {
        self.moved.iter().map(|(key, path)| (&self.entries[key], path.as_str()))
    }

    /// Takes away the entries that met nothing, and gives those that moved their path. Returns how many of each.
    pub fn settle(&mut self) -> (usize, usize) {
        let before = self.entries.len();
        self.entries.retain(|key, _| self.met.contains(key));
        let stale = before - self.entries.len();
        let moved = std::mem::take(&mut self.moved);
        for (key, path) in &moved {
            if let Some(entry) = self.entries.remove(key) {
                self.put(Entry { path: path.clone(), ..entry });
            }
        }
        (stale, moved.len())
    }
}

/// The entries that list a finding: one for each address at which it stands today, or for the first if the history alone has
/// it. Nobody has looked at them yet.
#[must_use]
pub fn entries(finding: &Finding, address: &dyn Fn(&Origin) -> String) -> Vec<Entry> {
    let of = |version: Version| -> BTreeSet<String> {
        let today = finding.places.iter().filter(|place| version.has(place));
        today.map(|place| address(&place.origin)).collect()
    };
    let first = || finding.places.first().map(|place| address(&place.origin)).into_iter().collect();
    let addresses = [of(Version::Read), of(Version::Head)].into_iter().find(|it| !it.is_empty()).unwrap_or_else(first);
    let entry = |path| Entry {
        fingerprint: finding.fingerprint.to_string(),
        path,
        rule: finding.rule.to_string(),
        state: State::Unaudited,
        reason: String::new(),
        owner: String::new(),
        until: String::new(),
    };
    addresses.into_iter().map(entry).collect()
}

/// Which version of the files is the one that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What was read of the working tree, the index, a patch or standard input.
    Read,
    /// What `HEAD` holds, or the end of a range.
    Head,
}

impl Version {
    /// Whether a place is one of this version, or of no version at all, such as a message.
    #[must_use]
    pub fn has(self, place: &Place) -> bool {
        match place.origin.outermost() {
            Origin::Blob { path: None, .. } | Origin::LfsObject { path: None, .. } => false,
            Origin::Blob { .. } | Origin::LfsObject { .. } | Origin::EntryName(_) => {
                self == Version::Head && place.introduced.as_deref().is_some_and(Introduction::is_current)
            }
            _ => true,
        }
    }
}

/// An entry from its line; none for a second head, which a merge may leave.
fn entry(line: &str) -> Result<Option<Entry>, String> {
    if line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>") {
        return Err("a conflict of a merge: keep the lines of both sides (`merge=union` does so)".to_owned());
    }
    if serde_json::from_str::<Head>(line).is_ok() {
        return Ok(None);
    }
    let mut entry: Entry = serde_json::from_str(line).map_err(|fault| {
        let what = fault.to_string();
        what.split(" at line ").next().unwrap_or_default().to_owned()
    })?;
    if !is_fingerprint(&entry.fingerprint) {
        return Err(format!("{:?} is no fingerprint: `ks1:` and 32 hexadecimal digits", entry.fingerprint));
    }
    if !entry.until.is_empty() && entry.last_day().is_none() {
        return Err(format!("until: {:?} is no day: write 2026-12-31", entry.until));
    }
    if entry.state.needs_reason() && entry.reason.trim().is_empty() {
        return Err(format!("state {:?} needs a reason", entry.state.id()));
    }
    // What was written on Windows holds on every system. A control character in a name is written as `\u{9}`.
    if !entry.path.contains("\\u{") {
        entry.path = entry.path.replace('\\', "/");
    }
    Ok(Some(entry))
}

/// A line of the file.
fn line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).expect("texts and words are always JSON");
    line.push('\n');
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
