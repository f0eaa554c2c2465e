//! The results of SARIF 2.1.0 of any tool.
//!
//! SARIF has three ways to say that two results are the same, and tools use any or none of them. So a result is told by the best
//! that it brings: keysieve's own fingerprint or `fingerprints` (section 3.27.16, a whole identity); rule, file and
//! `partialFingerprints` (3.27.17, which count only together with what else is known); else rule, file, line, and a hash of the
//! snippet or the message. Messages and snippets of other tools are hashed and never shown: they hold secrets as often as not.

use sha2::{Digest as _, Sha256};

use super::Problem;
use super::entry::{Entries, Entry, How, identity, place};
use super::ours;
use super::read::Input;
use super::tree::Tree;
use crate::place::sanitize;
use crate::scale::Severity;

pub(super) fn entries(input: &Input) -> Result<Entries, Problem> {
    let mut entries = Entries::default();
    for (number, run) in input.tree.get("runs").map(Tree::items).unwrap_or_default().iter().enumerate() {
        of_run(input, run, number, &mut entries)?;
    }
    Ok(entries)
}

/// The name of the tool of a run.
pub(super) fn tool<'t>(input: &Input, run: &'t Tree, number: usize) -> Result<&'t str, Problem> {
    run.at(&["tool", "driver", "name"]).and_then(Tree::text).ok_or_else(|| Problem {
        file: input.name.clone(),
        at: format!("/runs/{number}/tool/driver/name"),
        what: "a run says here which tool made it".to_owned(),
    })
}

fn of_run(input: &Input, run: &Tree, number: usize, entries: &mut Entries) -> Result<(), Problem> {
    let tool = tool(input, run, number)?;
    if !run.at(&["externalPropertyFileReferences", "results"]).map(Tree::items).unwrap_or_default().is_empty() {
        return Err(Problem {
            file: input.name.clone(),
            at: format!("/runs/{number}/externalPropertyFileReferences/results"),
            what: "the results stand in other files, which are not read: inline them".to_owned(),
        });
    }
    entries.tools.insert(tool.to_owned());
    if tool == "keysieve" {
        entries.keys.extend(run.at(&["properties", "fingerprintKey"]).and_then(Tree::text).map(str::to_owned));
    }
    let failed = |invocation: &Tree| invocation.get("executionSuccessful") == Some(&Tree::Bool(false));
    let results = match run.get("results") {
        Some(Tree::List(results)) => results.as_slice(),
        // A run without a list of results says nothing of what is there (3.14.23).
        _ => &[],
    };
    entries.is_incomplete |= run.get("invocations").map(Tree::items).unwrap_or_default().iter().any(failed)
        || !matches!(run.get("results"), Some(Tree::List(_)));
    for result in results {
        if is_none(result) {
            entries.passed_over += 1;
        } else {
            entries.list.push(entry(tool, run, result));
        }
    }
    Ok(())
}

/// Whether a result is not one that somebody has to look at: passed, suppressed, or absent.
fn is_none(result: &Tree) -> bool {
    let word = |name: &str| result.get(name).and_then(Tree::text);
    let suppressions = result.get("suppressions").map(Tree::items).unwrap_or_default();
    let refused = |it: &Tree| matches!(it.get("status").and_then(Tree::text), Some("underReview" | "rejected"));
    matches!(word("kind"), Some("pass" | "notApplicable" | "informational"))
        || word("baselineState") == Some("absent")
        || (!suppressions.is_empty() && !suppressions.iter().any(refused))
}

fn entry(tool: &str, run: &Tree, result: &Tree) -> Entry {
    let descriptor = descriptor(run, result);
    let named = |tree: Option<&Tree>| tree.and_then(Tree::text).filter(|text| !text.is_empty()).map(str::to_owned);
    let rule = named(result.get("ruleId"))
        .or_else(|| named(result.at(&["rule", "id"])))
        .or_else(|| named(descriptor.and_then(|it| it.get("id"))))
        .unwrap_or_default();
    let physical = result.get("locations").map(Tree::items).unwrap_or_default().first();
    let physical = physical.and_then(|location| location.get("physicalLocation"));
    let uri = physical.map(|physical| uri(run, physical)).unwrap_or_default();
    let region = |name: &str| physical.and_then(|it| it.at(&["region", name])).and_then(Tree::number);
    let ours = result.at(&["partialFingerprints", "keysieve/v1"]).and_then(Tree::text);
    let (id, how) = match ours.filter(|_| tool == "keysieve") {
        Some(fingerprint) => {
            let kind = result.at(&["properties", "kind"]).and_then(Tree::text).unwrap_or_default();
            (ours::id(kind, fingerprint, &uri), How::Fingerprint)
        }
        None => identified(tool, &rule, &uri, region("startLine"), physical, result),
    };
    let title = ["shortDescription", "fullDescription"].into_iter().find_map(|name| {
        descriptor.and_then(|it| it.at(&[name, "text"])).and_then(Tree::text).filter(|text| !text.is_empty())
    });
    let title = title.or_else(|| descriptor.and_then(|it| it.get("name")).and_then(Tree::text));
    Entry {
        tool: sanitize(tool),
        severity: severity(tool, result, descriptor),
        title: sanitize(title.unwrap_or_default()),
        place: place(&uri, region("startLine"), region("startColumn")),
        fingerprint: ours.map(sanitize),
        identified_by: how,
        rule: sanitize(&rule),
        id,
    }
}

fn identified(
    tool: &str,
    rule: &str,
    uri: &str,
    line: Option<u64>,
    physical: Option<&Tree>,
    result: &Tree,
) -> (String, How) {
    if let Some(pairs) = pairs(result.get("fingerprints")) {
        return (identity(&[tool, rule, &pairs]), How::Fingerprint);
    }
    if let Some(pairs) = pairs(result.get("partialFingerprints")) {
        return (identity(&[tool, rule, uri, &pairs]), How::Partial);
    }
    let snippet = ["region", "contextRegion"].into_iter().find_map(|name| physical?.at(&[name, "snippet", "text"]));
    let message = result.at(&["message", "text"]).or_else(|| result.at(&["message", "id"]));
    let said = snippet.or(message).and_then(Tree::text).unwrap_or_default();
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(said.as_bytes()));
    let line = line.map(|line| line.to_string()).unwrap_or_default();
    (identity(&[tool, rule, uri, &line, &hash]), How::Place)
}

/// The names and values of an object of texts, sorted; none where it has none.
fn pairs(object: Option<&Tree>) -> Option<String> {
    let Some(Tree::Object(fields)) = object else { return None };
    let mut pairs: Vec<String> =
        fields.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.text()?))).collect();
    pairs.sort_unstable();
    (!pairs.is_empty()).then(|| pairs.join("\u{1}"))
}

/// The URI of a place, which may stand in the run's list of artifacts.
fn uri(run: &Tree, physical: &Tree) -> String {
    let own = physical.at(&["artifactLocation", "uri"]).and_then(Tree::text);
    let listed = || {
        let index = physical.at(&["artifactLocation", "index"])?.number()?;
        run.get("artifacts")?.items().get(usize::try_from(index).ok()?)?.at(&["location", "uri"])?.text()
    };
    own.or_else(listed).unwrap_or_default().to_owned()
}

/// The rule of a result: of the driver, or of the extension that it names; by index, else by id or the beginning of it.
fn descriptor<'t>(run: &'t Tree, result: &Tree) -> Option<&'t Tree> {
    let extension = result.at(&["rule", "toolComponent", "index"]).and_then(Tree::number);
    let component = match extension.and_then(|index| usize::try_from(index).ok()) {
        Some(index) => run.at(&["tool", "extensions"])?.items().get(index)?,
        None => run.at(&["tool", "driver"])?,
    };
    let rules = component.get("rules").map(Tree::items).unwrap_or_default();
    let index = result.get("ruleIndex").or_else(|| result.at(&["rule", "index"])).and_then(Tree::number);
    if let Some(rule) = index.and_then(|index| rules.get(usize::try_from(index).ok()?)) {
        return Some(rule);
    }
    let id = result.get("ruleId").or_else(|| result.at(&["rule", "id"])).and_then(Tree::text)?;
    let of = |id: &str| rules.iter().find(|rule| rule.get("id").and_then(Tree::text) == Some(id));
    of(id).or_else(|| of(id.rsplit_once('/')?.0))
}

/// keysieve says its severity; of other tools it is the rule's `security-severity`, on GitHub's scale, else the level.
fn severity(tool: &str, result: &Tree, rule: Option<&Tree>) -> Severity {
    let own = result.at(&["properties", "severity"]).and_then(Tree::text).filter(|_| tool == "keysieve");
    if let Some(severity) = own.and_then(ours::severity) {
        return severity;
    }
    let score = rule.and_then(|rule| rule.at(&["properties", "security-severity"]));
    let score: Option<f64> = match score {
        Some(Tree::Text(text)) => text.parse().ok(),
        Some(Tree::Number(number)) => number.as_f64(),
        _ => None,
    };
    if let Some(score) = score {
        return match score {
            score if score >= 9.0 => Severity::Critical,
            score if score >= 7.0 => Severity::High,
            score if score >= 4.0 => Severity::Medium,
            score if score > 0.0 => Severity::Low,
            _ => Severity::Info,
        };
    }
    let default = || rule.and_then(|rule| rule.at(&["defaultConfiguration", "level"]));
    match result.get("level").or_else(default).and_then(Tree::text) {
        Some("error") => Severity::High,
        Some("note") => Severity::Low,
        Some("none") => Severity::Info,
        // What stands for a level that nobody says (3.27.10).
        _ => Severity::Medium,
    }
}
