//! The life of a secret in words, for every report that people read.

use std::fmt::Write as _;

use crate::finding::{Finding, Introduction, Life, Place};
use crate::place::sanitize;
use crate::report::mask::Mask;

/// How many refs are named.
const REFS: usize = 4;

/// The earliest commit that holds the secret, for findings in the history.
pub(in crate::report) fn since(finding: &Finding, mask: &Mask) -> Option<String> {
    let introductions = || finding.places.iter().filter_map(|place| place.introduced.as_ref());
    let first = introductions().min_by_key(|first| (first.date.as_str(), first.commit.as_str()))?;
    let mut text = format!("{}, {}, {}", ten(&first.commit), sanitize(ten(&first.date)), mask.text(&first.author));
    if let Some(fate) = fate(&finding.places) {
        let _ = write!(text, "; {fate}");
    }
    if !introductions().any(|introduction| introduction.reachable) {
        text.push_str("; no ref reaches it");
    }
    Some(text)
}

/// When it was removed, how often it came back, and how long it was there.
pub(in crate::report) fn course(life: &Life, mask: &Mask) -> Option<String> {
    let mut gone = Vec::new();
    match (&life.removed, &life.last) {
        (Some(removed), _) => gone.push(format!(
            "removed by {}, {}, {}",
            ten(&removed.commit),
            sanitize(ten(&removed.date)),
            mask.text(&removed.author)
        )),
        (None, Some(last)) if life.holding_count == 0 && !life.in_head => {
            gone.push(format!("last in {}, {}", ten(&last.commit), sanitize(ten(&last.date))));
        }
        _ => {}
    }
    if let (Some(on), false) = (&life.branch, gone.is_empty() && life.returns == 0) {
        gone.push(format!("on {}", branch(on, mask)));
    }
    match life.returns {
        0 => {}
        1 => gone.push("came back once".to_owned()),
        times => gone.push(format!("came back {times} times")),
    }
    if let Some(days) = life.exposed_days {
        let least = if life.at_least { "at least " } else { "" };
        gone.push(format!("exposed {least}{days} day{}", if days == 1 { "" } else { "s" }));
    }
    (!gone.is_empty()).then(|| gone.join(", "))
}

/// Which refs still have it.
pub(in crate::report) fn refs(life: &Life, mask: &Mask) -> Option<String> {
    let mut has = Vec::new();
    for (words, names, count) in
        [("held by", &life.holding, life.holding_count), ("reached by", &life.reaching, life.reaching_count)]
    {
        if count > 0 {
            let shown: Vec<String> = names.iter().take(REFS).map(|name| branch(name, mask)).collect();
            let more = count - shown.len() as u64;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            has.push(format!("{words} {}{more}", shown.join(", ")));
        }
    }
    if life.only_reflog {
        has.push("only the reflog reaches it".to_owned());
    }
    (!has.is_empty()).then(|| has.join("; "))
}

fn branch(name: &str, mask: &Mask) -> String {
    short_ref(&mask.text(name)).to_owned()
}

/// The name of a ref as people say it.
fn short_ref(name: &str) -> &str {
    let starts = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"];
    starts.iter().find_map(|start| name.strip_prefix(start)).unwrap_or(name)
}

/// Whether it is still there, in words; none where no file ever had it, as what stands in a message.
pub(in crate::report) fn fate(places: &[Place]) -> Option<&'static str> {
    let of_files = places.iter().filter(|place| place.origin.outermost().is_of_tree());
    let of_files: Vec<&Introduction> = of_files.filter_map(|place| place.introduced.as_deref()).collect();
    let first = of_files.first()?;
    Some(match () {
        () if of_files.iter().any(|it| it.in_head) => "still in HEAD",
        () if of_files.iter().any(|it| it.is_current()) => "still at the end of the range",
        () if first.at_end.is_some() => "gone at the end of the range",
        () => "gone from HEAD",
    })
}

/// The first ten characters: of an object id what people read, of a date the day.
pub(super) fn ten(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}
