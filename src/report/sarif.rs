//! The SARIF 2.1.0 report, made for code scanning.
//!
//! Problem: code scanning rejects a whole file for one thing it does not like (a result too many, a URI with a colon, a
//! duplicate rule), and follows an alert by `ruleId`, path and `primaryLocationLineHash` from upload to upload. Way: one
//! run, a second one for what only the history holds, and another instead of both for a change; limits of our own below the official ones, every cut of them told in a notification; places that code scanning
//! cannot open (a commit, a message) anchored at line 1 of a path that HEAD has, with the truth in the message and in the properties; our
//! fingerprint in place of a hash of the line, so that an alert survives every edit around it. Columns are UTF-16 units.
//!
//! serde-sarif is used in this file and its submodules alone. It has the whole of SARIF, but leaves `version`, `columnKind`
//! and every `level` outside results untyped; those are written from its enums, so that a misspelt word cannot compile. It also
//! wants all results before the first is written, so the two objects around them are ours.
//! Properties are written from sorted maps: the order of bytes must not depend on serde_json's features.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::Value;
use serde_sarif::sarif::{self, Invocation, Message, MultiformatMessageString, Notification, PropertyBag};

use super::checkout::is_past;
use super::mask::Mask;
use super::{Format, Report, model, verdict};
use crate::notice::Cause;

mod entries;
mod flow;
mod hidden;
mod results;
mod rules;
mod taxonomy;

pub(super) use rules::is_web_address;

/// The schema as OASIS publishes it.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The category of what files hold, as code scanning reads it: everything before the last slash.
const CATEGORY: &str = "keysieve/";
/// The category of what only the history holds.
const PAST: &str = "keysieve-history/";
/// The category of what a change brings.
const CHANGE: &str = "keysieve-change/";
/// Results in a run. Code scanning takes 25,000 and keeps 5,000.
const RESULTS: usize = 5_000;
/// Locations of a result. Code scanning takes 1,000 and shows 100.
const LOCATIONS: usize = 100;
/// Locations of all results beside the first of each: what bounds memory, and the 10 MB that an upload may have.
const LOCATIONS_IN_ALL: usize = 25_000;
/// Notifications for things not scanned.
const NOTIFICATIONS: usize = 5_000;

/// SARIF 2.1.0.
pub struct Sarif;

impl Format for Sarif {
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mask = Mask::from_top(report);
        let entries = entries::entries(report);
        let mut locations = LOCATIONS_IN_ALL;
        // What a run lacks is closed of its category. What a change brings says nothing of all that was there before.
        let runs = if report.checkout.is_change {
            vec![run(report, &mask, &entries, CHANGE, &mut locations)]
        } else {
            let (past, present): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| is_past(entry.finding));
            let mut runs = vec![run(report, &mask, &present, CATEGORY, &mut locations)];
            if !past.is_empty() || report.checkout.whole_history {
                runs.push(run(report, &mask, &past, PAST, &mut locations));
            }
            runs
        };
        let log = Log { schema: SCHEMA, runs, version: sarif::Version::V2_1_0.to_string() };
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer_pretty(&mut out, &log)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// What serde-sarif calls `Sarif`, with the runs below.
#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: Vec<Run<'r>>,
    version: String,
}

/// What serde-sarif calls so, with the fields that are used, in its order. Only its results are made while they are written:
/// as values all of them take 4 kB each.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    automation_details: sarif::RunAutomationDetails,
    column_kind: String,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, sarif::ArtifactLocation>,
    properties: PropertyBag,
    results: results::Results<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taxonomies: Option<[sarif::ToolComponent; 1]>,
    tool: sarif::Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_control_provenance: Option<[sarif::VersionControlDetails; 1]>,
}

/// One run, whose results are `entries`.
fn run<'r>(
    report: &'r Report<'r>,
    mask: &'r Mask<'r>,
    entries: &[entries::Entry<'r>],
    category: &str,
    locations: &mut usize,
) -> Run<'r> {
    let mut rules = rules::Rules::new(report);
    let results = results::Results::new(report, mask, entries, &mut rules, locations);
    let mut notifications = Notifications::default();
    if category != PAST {
        notifications.of_run(report, mask);
    }
    notifications.of_left_out(&results);
    let (rules, taxonomy) = rules.finish();

    let mut driver = sarif::ToolComponent::builder().name("keysieve").build();
    driver.version = Some(report.version.to_owned());
    driver.semantic_version = Some(report.version.to_owned());
    driver.rules = Some(rules);
    driver.notifications = Some(notifications.descriptors);
    driver.supported_taxonomies = taxonomy.as_ref().map(|_| vec![taxonomy::reference()]);

    Run {
        automation_details: sarif::RunAutomationDetails { id: Some(category.to_owned()), ..Default::default() },
        column_kind: sarif::ResultColumnKind::Utf16CodeUnits.to_string(),
        invocations: [invocation(report, notifications.list)],
        original_uri_base_ids: BTreeMap::from([(results::ROOT, root())]),
        properties: bag([
            ("fingerprintKey", report.fingerprint_key.into()),
            ("rulePack", report.pack.into()),
            ("belowConfidence", report.below_confidence.into()),
            ("hidden", hidden(report)),
            ("minConfidence", report.min_confidence.id().into()),
            ("failOn", report.fail_on.id().into()),
            ("failing", report.failing.into()),
        ]),
        results,
        taxonomies: taxonomy.map(|taxonomy| [taxonomy]),
        tool: sarif::Tool::builder().driver(driver).build(),
        version_control_provenance: provenance(report, mask).map(|it| [it]),
    }
}

/// The repository and the commit. None without a remote: SARIF demands an address (3.23.3), and a directory is none that
/// may be told.
fn provenance(report: &Report<'_>, mask: &Mask) -> Option<sarif::VersionControlDetails> {
    let checkout = report.checkout;
    let remote = mask.text(checkout.remote.as_deref()?);
    let mut details = sarif::VersionControlDetails::builder().repository_uri(remote).build();
    details.revision_id = checkout.commit.clone();
    details.branch = checkout.branch.as_deref().map(|branch| mask.text(branch));
    details.mapped_to =
        Some(sarif::ArtifactLocation { uri_base_id: Some(results::ROOT.to_owned()), ..Default::default() });
    Some(details)
}

/// How many findings each means hides.
fn hidden(report: &Report<'_>) -> Value {
    let counts = report.hidden().map(|(means, number)| (means.id().to_owned(), number.into()));
    sorted(Value::Object(counts.collect()))
}

fn invocation(report: &Report<'_>, notifications: Vec<Notification>) -> Invocation {
    let mut invocation = Invocation::builder().execution_successful(report.complete).build();
    invocation.exit_code = Some(i64::from(report.exit_code));
    invocation.exit_code_description = Some(verdict::words(report));
    invocation.tool_execution_notifications = Some(notifications);
    let coverage = serde_json::to_value(model::Coverage::new(report.coverage))
        .expect("numbers and a map with text keys are always JSON");
    invocation.properties = Some(bag([("coverage", sorted(coverage))]));
    invocation
}

/// The notifications of a run, and the descriptors they name.
#[derive(Default)]
struct Notifications {
    list: Vec<Notification>,
    descriptors: Vec<sarif::ReportingDescriptor>,
}

impl Notifications {
    /// One for everything that was not scanned, and for what the files that hide findings say of themselves.
    fn of_run(&mut self, report: &Report<'_>, mask: &Mask) {
        for notice in report.notices.iter().take(NOTIFICATIONS) {
            let subject = mask.text(&notice.subject);
            let detail = mask.text(&notice.detail);
            let parts: Vec<&str> =
                [notice.cause.id(), &subject, &detail].into_iter().filter(|part| !part.is_empty()).collect();
            self.add(notice.cause.id(), level_of(report, notice.cause), &plain(&parts.join(": ")));
        }
        for note in report.notes.iter().take(NOTIFICATIONS) {
            self.add("suppression", sarif::NotificationLevel::Note, &plain(&mask.text(note)));
        }
        let more = |length: usize| length.saturating_sub(NOTIFICATIONS);
        self.left_out(more(report.notices.len()), "notices of things not scanned", "at most 5,000");
        self.left_out(more(report.notes.len()), "notes on what hides findings", "at most 5,000");
    }

    /// One for everything that this report leaves out.
    fn of_left_out(&mut self, results: &results::Results<'_>) {
        self.left_out(results.left_out, "findings, the least severe", "code scanning keeps 5,000 of a run");
        self.left_out(results.locations_left_out, "further places of findings", "at most 100 each and 25,000 in all");
    }

    fn left_out(&mut self, number: usize, what: &str, limit: &str) {
        if number > 0 {
            let text = format!("left out of this report: {number} {what} ({limit}); the other formats have them all");
            self.add("left-out", sarif::NotificationLevel::Warning, &text);
        }
    }

    fn add(&mut self, id: &str, level: sarif::NotificationLevel, text: &str) {
        let known = self.descriptors.iter().position(|descriptor| descriptor.id == id);
        let index = known.unwrap_or_else(|| {
            self.descriptors.push(sarif::ReportingDescriptor::builder().id(id).build());
            self.descriptors.len() - 1
        });
        let mut notification = Notification::builder().message(Message::from(text)).build();
        notification.descriptor = Some(sarif::ReportingDescriptorReference {
            id: Some(id.to_owned()),
            index: Some(number(index as u64)),
            ..Default::default()
        });
        notification.level = Some(Value::from(level.to_string()));
        self.list.push(notification);
    }
}

fn level_of(report: &Report<'_>, cause: Cause) -> sarif::NotificationLevel {
    if report.incomplete_causes.contains(&cause) {
        sarif::NotificationLevel::Error
    } else {
        sarif::NotificationLevel::Note
    }
}

/// What relative URIs are relative to. Its own URI is withheld: it names the machine, and differs from run to run.
fn root() -> sarif::ArtifactLocation {
    let description = Message::from("The root of what was scanned.");
    sarif::ArtifactLocation { description: Some(description), ..Default::default() }
}

/// A property bag.
fn bag<const N: usize>(properties: [(&str, Value); N]) -> PropertyBag {
    PropertyBag {
        additional_properties: properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Default::default()
    }
}

/// An object whose fields are written in the order of their names.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    sorted(Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

/// SARIF's numbers are signed; an offset beyond 9.2 exabytes is cut.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn text_and_markdown(text: String, markdown: String) -> MultiformatMessageString {
    let mut message = MultiformatMessageString::builder().text(text).build();
    message.markdown = Some(markdown);
    message
}

/// A sanitised text for a plain-text message, in which `[words](target)` would be a link (SARIF 3.11.6). Nothing else has
/// a meaning there: placeholders are substituted only where a message has arguments.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_has_no_link() {
        assert_eq!(plain("[x](y)"), "[x] (y)");
    }
}
