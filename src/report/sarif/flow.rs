//! The way of a secret through the history as a code flow: from the commits that brought it to the one that removed it.

use std::collections::BTreeSet;

use serde_sarif::sarif::{CodeFlow, Message, ThreadFlow, ThreadFlowLocation};

use super::results::at_line_one;
use super::{number, plain};
use crate::finding::Finding;
use crate::place::FilePath;
use crate::report::Report;
use crate::report::escape::code;
use crate::report::mask::Mask;

/// Steps of a flow. Code scanning shows 1,000 of a result; nobody reads that many.
const STEPS: usize = 50;

/// The flow of a secret that was removed. None unless HEAD has the file of every step: a step that cannot be opened says less
/// than the message does.
pub(super) fn flow(report: &Report<'_>, mask: &Mask, finding: &Finding) -> Option<CodeFlow> {
    let removed = finding.life.as_ref()?.removed.as_ref()?;
    let mut brought: Vec<(&str, &str, &FilePath)> = Vec::new();
    for place in &finding.places {
        if let (Some(first), Some(path)) = (&place.introduced, place.origin.outermost().path()) {
            if !report.checkout.head.contains_key(path) {
                return None;
            }
            brought.push((&first.date, &first.commit, path));
        }
    }
    let brought: BTreeSet<_> = brought.into_iter().collect();
    let (_, _, last) = *brought.last()?;
    let mut steps: Vec<(String, String, &FilePath)> = brought
        .into_iter()
        .take(STEPS - 1)
        .map(|(date, commit, path)| (format!("Brought on {}", day(date)), commit.to_owned(), path))
        .collect();
    steps.push((format!("Removed on {}", day(&removed.date)), removed.commit.clone(), last));
    let locations = steps.into_iter().enumerate().map(|(index, (what, commit, path))| {
        let commit = mask.text(commit.get(..10).unwrap_or(&commit));
        let mut location = at_line_one(path, mask);
        location.message = Some(Message {
            text: Some(plain(&format!("{what} by commit {commit}"))),
            markdown: Some(format!("{what} by commit {}", code(&commit))),
            ..Default::default()
        });
        let mut step = ThreadFlowLocation::builder().location(location).build();
        step.execution_order = Some(number(index as u64 + 1));
        step
    });
    let flow = ThreadFlow::builder().locations(locations.collect::<Vec<_>>()).build();
    Some(CodeFlow::builder().thread_flows(vec![flow]).build())
}

fn day(date: &str) -> String {
    crate::place::sanitize(date.get(..10).unwrap_or(date))
}
