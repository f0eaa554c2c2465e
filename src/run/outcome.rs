//! From findings and tallies to what a report is made of: what is shown, in which order, and the exit code.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::finding::{Confidence, Explained, FactName, Finding, Kind, Reason, Severity, Suppressed, Weight};
use crate::notice::{Cause, Coverage, Notice, Tally};
use crate::place::FilePath;
use crate::policy::{self, Checks};
use crate::report::inventory::{Inventory, Row};
use crate::report::{Checkout, Descriptor, Report, Show};
use crate::rule::model::Rule;
use crate::rule::set::RuleSet;
use crate::suppress::Settled;
use crate::suppress::baseline::Baseline;

use super::Settings;

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The findings to report, in their documented order.
    pub findings: Vec<Finding>,
    /// The credentials that the files hold and refer to, where the plan asked for them, in their documented order.
    pub rows: Vec<Row>,
    /// Every candidate, where the settings asked for it, in the order of the places.
    pub explained: Vec<Explained>,
    /// The least confidence that is reported.
    pub min_confidence: Confidence,
    /// How many findings are below it.
    pub below_confidence: u64,
    /// What no text may show beside the secrets of the findings.
    pub masked: Vec<Vec<u8>>,
    /// What was found and is not reported, in the documented order.
    pub suppressed: Vec<Suppressed>,
    /// How many remarks on secrets the exceptions of the policy hide.
    pub hidden_remarks: u64,
    /// The baseline, with what it met.
    pub baseline: Option<Baseline>,
    /// What the files that hide findings say about themselves.
    pub notes: Vec<String>,
    /// How many of the reported ones are at or above `--fail-on`.
    pub failing: u64,
    /// The threshold of `--fail-on`.
    pub fail_on: Severity,
    /// The rules and checks that the findings name, sorted by id.
    pub descriptors: Vec<Descriptor>,
    /// What was covered.
    pub coverage: Coverage,
    /// What was not, sorted.
    pub notices: Vec<Notice>,
    /// The causes that make this run incomplete.
    pub incomplete_causes: Vec<Cause>,
    /// Whether everything that should have been scanned was.
    pub complete: bool,
    /// The exit code: 0 clean, 1 findings, 3 incomplete.
    pub exit_code: u8,
    /// Digest of the rules.
    pub pack: String,
    /// Id of the fingerprint key.
    pub fingerprint_key: String,
    /// The repository that was looked at.
    pub checkout: Checkout,
    /// Who answers for the files of what was found.
    pub owners: BTreeMap<FilePath, String>,
}

impl Outcome {
    /// The outcome as a report takes it.
    #[must_use]
    pub fn report(&self, show: Show) -> Report<'_> {
        Report {
            version: env!("CARGO_PKG_VERSION"),
            pack: &self.pack,
            fingerprint_key: &self.fingerprint_key,
            findings: &self.findings,
            explained: &self.explained,
            min_confidence: self.min_confidence,
            below_confidence: self.below_confidence,
            masked: &self.masked,
            suppressed: &self.suppressed,
            hidden_remarks: self.hidden_remarks,
            notes: &self.notes,
            fail_on: self.fail_on,
            failing: self.failing,
            descriptors: &self.descriptors,
            coverage: &self.coverage,
            notices: &self.notices,
            incomplete_causes: &self.incomplete_causes,
            complete: self.complete,
            exit_code: self.exit_code,
            has_baseline: self.baseline.is_some(),
            checkout: &self.checkout,
            owners: &self.owners,
            show,
            time: None,
        }
    }

    /// The rows as an inventory takes them.
    #[must_use]
    pub fn inventory(&self) -> Inventory<'_> {
        Inventory {
            version: env!("CARGO_PKG_VERSION"),
            pack: &self.pack,
            fingerprint_key: &self.fingerprint_key,
            rows: &self.rows,
            findings: &self.findings,
            masked: &self.masked,
            coverage: &self.coverage,
            notices: &self.notices,
            incomplete_causes: &self.incomplete_causes,
            complete: self.complete,
        }
    }
}

pub(super) fn outcome(
    mut findings: Vec<Finding>,
    settled: Settled,
    mut explained: Vec<Explained>,
    tally: Tally,
    rules: &RuleSet,
    settings: &Settings,
) -> Outcome {
    explained.sort_by(|a, b| (&a.place, &a.rule, &a.reasons).cmp(&(&b.place, &b.rule, &b.reasons)));
    let Config { min_confidence, fail_on, .. } = settings.config;
    findings.iter_mut().for_each(|finding| note_end(finding, &settings.now.to_string()));
    let below: Vec<Finding> = findings.extract_if(.., |finding| finding.confidence < min_confidence).collect();
    // No two are alike in all of that, and a stable sort would take half of their memory once more.
    findings.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let mut suppressed = settled.hidden;
    let hidden_below = suppressed.extract_if(.., |it| it.finding.confidence < min_confidence);
    let hidden_below: Vec<Finding> = hidden_below.map(|it| it.finding).collect();
    let unsaid = below.iter().chain(&hidden_below).filter_map(|it| it.secret.as_ref());
    let masked = unsaid.map(|secret| secret.own_part().to_vec()).collect();
    let failing = findings.iter().filter(|finding| finding.severity >= fail_on).count() as u64;
    let Tally { coverage, mut notices } = tally;
    notices.sort();
    notices.dedup();
    let incomplete_causes: Vec<Cause> =
        Cause::ALL.into_iter().filter(|&cause| is_incomplete(cause, settings)).collect();
    let complete = !coverage.skipped.keys().any(|cause| incomplete_causes.contains(cause));
    let exit_code = if failing > 0 && !settings.exit_zero {
        1
    } else if !complete {
        3
    } else {
        0
    };
    let hidden = suppressed.iter().map(|it| &it.finding);
    let descriptors = descriptors(findings.iter().chain(hidden), rules, &settings.checks);
    Outcome {
        findings,
        rows: Vec::new(),
        explained,
        min_confidence,
        below_confidence: below.len() as u64,
        masked,
        suppressed,
        hidden_remarks: settled.remarks,
        baseline: settled.baseline,
        notes: settled.notes,
        failing,
        fail_on,
        descriptors,
        coverage,
        notices,
        incomplete_causes,
        complete,
        exit_code,
        pack: rules.digest().to_owned(),
        fingerprint_key: settings.config.fingerprint_key.id(),
        checkout: Checkout::default(),
        owners: BTreeMap::new(),
    }
}

/// A token whose own words say that it has ended opens nothing any more. It is one severity milder and not silent: it tells
/// that such tokens are written here, and a refresh token or a key may stand where it came from. Judgement has no clock, so
/// this is said here. Both times are RFC 3339 in UTC, which sorts as text.
fn note_end(finding: &mut Finding, now: &str) {
    let end = finding.facts.iter().find(|fact| fact.name == FactName::Expires).map(|fact| fact.value.clone());
    if let Some(end) = end.filter(|end| end.as_str() < now) {
        finding.severity = finding.severity.milder();
        finding.reasons.push(Reason::new("expired", Weight::Weakens, format!("says that it ended at {end}")));
    }
}

/// How long a secret was there to be read: until it was removed, or until now where a ref still holds it, or leads to the message
/// that says it.
pub(super) fn note_exposure(finding: &mut Finding, now: jiff::Timestamp) {
    let Some(life) = &mut finding.life else { return };
    let time = |date: &str| date.parse::<jiff::Timestamp>().ok();
    let is_said = life.last.is_none() && life.reaching_count > 0;
    let end = match &life.ended {
        _ if life.holding_count > 0 || life.in_head || is_said => Some(now),
        Some(ended) => time(&ended.date),
        None => None,
    };
    let days = time(&life.first.date).zip(end).map(|(from, to)| (to.as_second() - from.as_second()).max(0) / 86_400);
    life.exposed_days = days.and_then(|days| u64::try_from(days).ok());
}

fn is_incomplete(cause: Cause, settings: &Settings) -> bool {
    (cause.is_incomplete() || settings.strict) && !settings.accept.contains(&cause)
}

fn descriptors<'f>(findings: impl Iterator<Item = &'f Finding>, rules: &RuleSet, checks: &Checks) -> Vec<Descriptor> {
    let ids: BTreeSet<(&str, Kind)> = findings.map(|finding| (finding.rule.as_ref(), finding.kind)).collect();
    ids.into_iter()
        .filter_map(|(id, kind)| match kind {
            Kind::Secret => rules.by_id(id).map(|(_, rule)| of_rule(rule)),
            Kind::Policy => checks.find(id).map(of_check),
        })
        .collect()
}

/// What a report says of a rule.
#[must_use]
pub fn of_rule(rule: &Rule) -> Descriptor {
    let steps: Vec<String> = rule.way_out.steps.iter().map(ToString::to_string).collect();
    let mut help = format!("# {}\n\n{}\n", rule.title, rule.what);
    if !rule.scope.is_empty() {
        help.push_str(&format!("\nReach: {}. Lifetime: {}.\n", rule.scope, rule.lifetime.id()));
    }
    help.push_str("\n## What to do\n\n");
    for (number, step) in steps.iter().enumerate() {
        help.push_str(&format!("{}. {step}\n", number + 1));
    }
    if let Some(url) = &rule.way_out.url {
        help.push_str(&format!("\nThe provider on revoking it: <{url}>\n"));
    }
    if let Some(docs) = &rule.docs {
        let docs = if docs.contains("://") { docs.to_string() } else { format!("https://{docs}") };
        help.push_str(&format!("\nThe provider's documentation: <{docs}>\n"));
    }
    Descriptor {
        id: rule.id.to_string(),
        kind: Kind::Secret,
        title: rule.title.to_string(),
        description: rule.what.to_string(),
        help,
        steps,
        severity: rule.severity,
        precision: precision(rule),
        group: rule.provider.to_string(),
        docs: rule.docs.as_ref().map(ToString::to_string),
        cwe: vec![798],
        lifetime: rule.lifetime.id().to_owned(),
    }
}

/// What a report says of a check.
#[must_use]
pub fn of_check(check: &policy::Meta) -> Descriptor {
    let page = check.page;
    Descriptor {
        id: check.id.to_owned(),
        kind: Kind::Policy,
        title: check.title.to_owned(),
        description: policy::page::description(page),
        help: policy::page::help(page),
        steps: policy::page::steps(page),
        severity: check.severity,
        precision: Confidence::High,
        group: check.family.id().to_owned(),
        docs: None,
        cwe: check.cwe.to_vec(),
        lifetime: String::new(),
    }
}

/// How sure a finding of this rule can be.
fn precision(rule: &Rule) -> Confidence {
    match (rule.check.is_some() && rule.is_distinctive(), rule.is_distinctive()) {
        (true, _) => Confidence::Certain,
        (false, true) => Confidence::High,
        (false, false) => Confidence::Medium,
    }
}
