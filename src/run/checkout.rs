//! What a report has to know of the repository beside what was found in it.

use std::collections::BTreeMap;

use super::{Outcome, Plan, Settings};
use crate::finding::{Finding, Place};
use crate::place::{FilePath, Origin};
use crate::report::Checkout;
use crate::source::{Paths, Repository};

/// Where the repository comes from, and which of the paths that only its history has are still there.
pub fn checkout(plan: &Plan, paths: &Paths, repository: Option<&Repository>, outcome: &Outcome) -> Checkout {
    let is_change = plan.range.is_some() || plan.patch.is_some() || plan.staged.is_some() && !reads_all(plan);
    let from_top = from_top(paths, outcome);
    let (prefix, scanned) = (paths.prefix().to_owned(), scanned(plan));
    let Some(repository) = repository else {
        return Checkout { is_change, from_top, prefix, scanned, ..Checkout::default() };
    };
    let past = || places(outcome).filter(|place| place.origin.outermost().is_history());
    let has_past = past().next().is_some();
    let past = past().filter_map(|place| place.origin.outermost().path());
    Checkout {
        remote: repository.remote(),
        commit: repository.checked_out().map(|id| id.to_string()),
        branch: repository.branch(),
        is_change,
        from_top,
        prefix,
        scanned,
        whole_history: plan.history.is_some() && plan.secrets && outcome.complete,
        head: repository.at_head(past).into_iter().map(|(path, id)| (path, id.to_string())).collect(),
        anchor: if has_past { repository.anchor_at_head() } else { None },
    }
}

/// How the user named the directory that the names of files are relative to.
fn scanned(plan: &Plan) -> String {
    match plan.paths.as_slice() {
        [only] if only.is_dir() => {
            let named = only.to_string_lossy().replace('\\', "/");
            let named = named.trim_start_matches("./").trim_end_matches('/');
            if matches!(named, "" | ".") && !only.is_absolute() { String::new() } else { format!("{named}/") }
        }
        _ => String::new(),
    }
}

/// Whether everything there is is looked at, beside what is staged.
fn reads_all(plan: &Plan) -> bool {
    plan.history.is_some() || plan.whole_index || !plan.paths.is_empty()
}

/// Of the paths of files those that are others seen from the top.
fn from_top(paths: &Paths, outcome: &Outcome) -> BTreeMap<FilePath, FilePath> {
    let related = findings(outcome).flat_map(|finding| finding.related.iter().map(|related| &related.place));
    let files = places(outcome).chain(related).filter_map(|place| match place.origin.outermost() {
        Origin::File(path) | Origin::FileName(path) => Some(path),
        _ => None,
    });
    let seen = files.map(|path| (path.clone(), paths.file_from_top(path)));
    seen.filter(|(path, from_top)| path != from_top).collect()
}

/// Who answers for the files of what was found, by their paths as the places have them; only files that somebody answers
/// for.
pub fn owners(paths: &Paths, outcome: &Outcome, settings: &Settings) -> BTreeMap<FilePath, String> {
    let mut owners = BTreeMap::new();
    for place in places(outcome) {
        let origin = place.origin.outermost();
        let Some(path) = origin.path().filter(|path| !owners.contains_key(*path)) else { continue };
        let from_top = match origin {
            Origin::File(path) | Origin::FileName(path) => paths.from_top(path).into_bytes(),
            Origin::RepositoryConfig(_) => continue,
            _ => path.as_bytes().to_vec(),
        };
        let owner = settings.config.policy.owner(&from_top).filter(|owner| !owner.names.is_empty());
        owners.extend(owner.map(|owner| (path.clone(), owner.names.join(" "))));
    }
    owners
}

fn findings(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    outcome.findings.iter().chain(outcome.suppressed.iter().map(|it| &it.finding))
}

fn places(outcome: &Outcome) -> impl Iterator<Item = &Place> {
    findings(outcome).flat_map(|finding| &finding.places)
}
