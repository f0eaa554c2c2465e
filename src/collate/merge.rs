//! Several reports as one.
//!
//! SARIF keeps its runs apart: each says which tool made it, and results mean nothing without that. JSON reports of keysieve become
//! one report, as if one run had seen everything; `join` says how two findings become one. What comes out does not
//! depend on the order of the files, but for the runs of SARIF, which stay in it.

use std::collections::BTreeSet;

use super::join::{findings, order_of_places};
use super::read::{Input, Kind};
use super::tree::Tree;
use super::{Problem, ours, sarif};
use crate::notice::Cause;
use crate::scale::Severity;

/// Runs in a SARIF file. Code scanning rejects a file with more.
pub const RUNS: usize = 20;

/// What came of a merge.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The report.
    pub tree: Tree,
    /// What is to be known of it.
    pub warnings: Vec<String>,
}

/// Puts reports of one kind together.
///
/// # Errors
/// Reports of both kinds; more runs than code scanning takes; JSON reports with fingerprints of different keys, or without what
/// they must have.
pub fn merge(inputs: &[Input]) -> Result<Merged, Problem> {
    let Some(first) = inputs.first() else { return Err(Problem::of("merge", "there is no report to merge")) };
    if let Some(other) = inputs.iter().find(|input| input.kind != first.kind) {
        let what = format!("{} is of another kind: merge JSON reports, or SARIF, but not both", first.name);
        return Err(Problem::of(&other.name, what));
    }
    match first.kind {
        Kind::Sarif => runs(inputs),
        Kind::Report => Ok(Merged { tree: reports(inputs)?, warnings: Vec::new() }),
    }
}

fn runs(inputs: &[Input]) -> Result<Merged, Problem> {
    let (mut runs, mut external, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let mut categories = BTreeSet::new();
    for input in inputs {
        for (number, run) in input.tree.get("runs").map(Tree::items).unwrap_or_default().iter().enumerate() {
            let tool = sarif::tool(input, run, number)?;
            let id = run.at(&["automationDetails", "id"]).and_then(Tree::text).unwrap_or_default();
            let category = id.rsplit_once('/').map_or("", |(category, _)| category);
            if !categories.insert((tool.to_owned(), category.to_owned())) {
                warnings.push(format!(
                    "{}: there is a run of {tool} with the category {category:?} already: code scanning rejects a file \
                     with two; give the runs different automationDetails.id, or upload the files apart",
                    input.name
                ));
            }
            runs.push(run.clone());
        }
        external.extend_from_slice(input.tree.get("inlineExternalProperties").map(Tree::items).unwrap_or_default());
        if input.tree.get("properties").is_some() {
            warnings.push(format!("{}: the properties of the file as a whole are left out", input.name));
        }
    }
    if runs.len() > RUNS {
        let what = format!("{} runs in {} files: code scanning takes {RUNS}; merge fewer", runs.len(), inputs.len());
        return Err(Problem::of(&inputs[0].name, what));
    }
    // The fields stand where the first file has them.
    let mut tree = inputs[0].tree.clone();
    if let Tree::Object(fields) = &mut tree {
        fields.retain(|(name, _)| matches!(name.as_str(), "$schema" | "version" | "runs"));
    }
    tree.set("runs", Tree::List(runs));
    if !external.is_empty() {
        tree.set("inlineExternalProperties", Tree::List(external));
    }
    Ok(Merged { tree, warnings })
}

fn reports(inputs: &[Input]) -> Result<Tree, Problem> {
    let mut merged = inputs[0].tree.clone();
    let each = |path: &[&str]| -> Vec<&Tree> { inputs.iter().filter_map(|input| input.tree.at(path)).collect() };
    let keys: BTreeSet<&str> = each(&["tool", "fingerprint_key"]).into_iter().filter_map(Tree::text).collect();
    if keys.len() > 1 {
        let keys: Vec<&str> = keys.into_iter().collect();
        let what = format!(
            "fingerprints of different keys ({}) have nothing in common: make all reports with the same fingerprint-key",
            keys.join(", ")
        );
        return Err(Problem::of(&inputs[inputs.len() - 1].name, what));
    }
    let findings = findings(inputs)?;
    for input in inputs {
        unknown(&mut merged, input, inputs)?;
    }
    for name in ["version", "rule_pack"] {
        let said: BTreeSet<&str> = each(&["tool", name]).into_iter().filter_map(Tree::text).collect();
        let said = said.into_iter().collect::<Vec<_>>().join(", ");
        if let Some(tool) = merged.slot("tool") {
            tool.set(name, said.as_str().into());
        }
    }
    let verdict = verdict(inputs, &findings)?;
    merged.set("verdict", verdict);
    merged.set("by_severity", by_severity(&findings));
    merged.set("coverage", each(&["coverage"]).into_iter().cloned().reduce(added).unwrap_or(Tree::Object(Vec::new())));
    merged.set("notices", notices(&each(&["notices"])));
    merged.set("rules", rules(&each(&["rules"])));
    merged.set("findings", Tree::List(findings));
    let rejected = each(&["rejected"]);
    if !rejected.is_empty() {
        let mut list = united(&rejected);
        list.sort_by_cached_key(|it| (it.get("place").map(order_of_places), it.written()));
        merged.set("rejected", Tree::List(list));
    }
    Ok(merged)
}

/// Fields of the report that this version does not know: lists are united, everything else has to be the same.
fn unknown(merged: &mut Tree, input: &Input, inputs: &[Input]) -> Result<(), Problem> {
    const KNOWN: [&str; 9] =
        ["schema_version", "tool", "verdict", "by_severity", "coverage", "notices", "rules", "findings", "rejected"];
    let Tree::Object(fields) = &input.tree else { return Ok(()) };
    for (name, value) in fields.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        let others: Vec<&Tree> = inputs.iter().filter_map(|input| input.tree.get(name)).collect();
        match value {
            Tree::List(_) => {
                let mut list = united(&others);
                list.sort_by_cached_key(Tree::written);
                merged.set(name, Tree::List(list));
            }
            _ if others.iter().all(|other| *other == value) => merged.set(name, value.clone()),
            _ => {
                return Err(Problem {
                    file: input.name.clone(),
                    at: format!("/{name}"),
                    what: "not known to this version, and not the same in all files: merge with the keysieve that wrote them"
                        .to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// The items of lists, each once, in their order.
pub(super) fn united(lists: &[&Tree]) -> Vec<Tree> {
    let mut seen = BTreeSet::new();
    let items = lists.iter().flat_map(|list| list.items());
    items.filter(|item| seen.insert(item.written())).cloned().collect()
}

/// Numbers added up, those of fields that only one has included.
fn added(a: Tree, b: Tree) -> Tree {
    match (a, b) {
        (Tree::Number(a), Tree::Number(b)) => match (a.as_u64(), b.as_u64()) {
            (Some(a), Some(b)) => a.saturating_add(b).into(),
            _ => Tree::Number(a),
        },
        (Tree::Object(mut fields), Tree::Object(others)) => {
            for (name, value) in others {
                match fields.iter_mut().find(|(own, _)| *own == name) {
                    Some((_, own)) => *own = added(std::mem::replace(own, Tree::Null), value),
                    None => fields.push((name, value)),
                }
            }
            Tree::Object(fields)
        }
        (a, _) => a,
    }
}

/// What the run would have come to: the strictest threshold, the least confidence, everything counted anew.
fn verdict(inputs: &[Input], findings: &[Tree]) -> Result<Tree, Problem> {
    let mut fail_on = Severity::Critical;
    let mut complete = true;
    let (mut failing_once, mut failed) = (false, false);
    for input in inputs {
        let said = |name: &str| input.tree.at(&["verdict", name]);
        let word = said("fail_on").and_then(Tree::text);
        fail_on = fail_on.min(word.and_then(ours::severity).ok_or_else(|| Problem {
            file: input.name.clone(),
            at: "/verdict/fail_on".to_owned(),
            what: "a severity is expected".to_owned(),
        })?);
        complete &= said("complete") == Some(&Tree::Bool(true));
        failing_once |= said("failing").and_then(Tree::number).is_some_and(|number| number > 0);
        failed |= said("exit_code").and_then(Tree::number) == Some(1);
    }
    let severity = |finding: &Tree| finding.get("severity").and_then(Tree::text).and_then(ours::severity);
    let failing = findings.iter().filter(|finding| severity(finding) >= Some(fail_on)).count() as u64;
    // Runs with --exit-zero found something and did not fail.
    let exit_zero = failing_once && !failed;
    let exit_code: u64 = match (failing > 0 && !exit_zero, complete) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 3,
    };
    let mut verdict = inputs[0].tree.get("verdict").cloned().unwrap_or(Tree::Object(Vec::new()));
    for input in &inputs[1..] {
        verdict = added(verdict, input.tree.get("verdict").cloned().unwrap_or(Tree::Object(Vec::new())));
    }
    let confidences = ["low", "medium", "high", "certain"];
    let least = inputs.iter().filter_map(|input| input.tree.at(&["verdict", "min_confidence"])?.text());
    let least = least.min_by_key(|word| confidences.iter().position(|known| known == word));
    verdict.set("exit_code", exit_code.into());
    verdict.set("complete", Tree::Bool(complete));
    verdict.set("fail_on", fail_on.id().into());
    verdict.set("failing", failing.into());
    if let Some(least) = least {
        verdict.set("min_confidence", least.into());
    }
    let number = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let incomplete = if complete { "" } else { ", and the scan is incomplete" };
    let words = format!(
        "{} in {}, {failing} at or above {fail_on}{incomplete}: exit {exit_code}",
        number(findings.len(), "finding"),
        number(inputs.len(), "report")
    );
    verdict.set("words", words.as_str().into());
    Ok(verdict)
}

fn by_severity(findings: &[Tree]) -> Tree {
    let mut names: Vec<&str> = Severity::ALL.into_iter().map(Severity::id).collect();
    names.sort_unstable();
    let of = |name: &str| findings.iter().filter(|it| it.get("severity").and_then(Tree::text) == Some(name)).count();
    Tree::Object(names.into_iter().map(|name| (name.to_owned(), (of(name) as u64).into())).collect())
}

fn notices(lists: &[&Tree]) -> Tree {
    let mut list = united(lists);
    list.sort_by_cached_key(|notice| {
        let text = |name: &str| notice.get(name).and_then(Tree::text).unwrap_or_default().to_owned();
        let cause = text("cause");
        let number = Cause::ALL.into_iter().position(|known| known.id() == cause).unwrap_or(usize::MAX);
        (number, cause, text("subject"), text("detail"), notice.written())
    });
    Tree::List(list)
}

/// The rules by id, each once; of what two versions say of a rule one is kept, always the same.
fn rules(lists: &[&Tree]) -> Tree {
    let id = |rule: &Tree| rule.get("id").and_then(Tree::text).unwrap_or_default().to_owned();
    let mut list = united(lists);
    list.sort_by_cached_key(|rule| (id(rule), rule.written()));
    list.dedup_by_key(|rule| id(rule));
    Tree::List(list)
}
