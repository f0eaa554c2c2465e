//! What a report has to know of the repository beside what was found in it.

use std::collections::BTreeMap;

use super::{Outcome, Plan, Settings};
use crate::finding::Place;
use crate::place::{FilePath, Origin};
use crate::report::Checkout;
use crate::source::{Paths, Repository};

/// Where the repository comes from, and which of the paths that only its history has are still there.
pub fn checkout(plan: &Plan, paths: &Paths, repository: Option<&Repository>, outcome: &Outcome) -> Checkout {
    let Some(repository) = repository else { return Checkout::default() };
    let past = || places(outcome).filter(|place| place.origin.outermost().is_history());
    let has_past = past().next().is_some();
    let past = past().filter_map(|place| place.origin.outermost().path());
    Checkout {
        remote: repository.remote(),
        commit: repository.checked_out().map(|id| id.to_string()),
        branch: repository.branch(),
        is_top: plan.paths.is_empty() || paths.is_whole(),
        whole_history: plan.history.is_some() && plan.secrets && outcome.complete,
        head: repository.at_head(past).into_iter().map(|(path, id)| (path, id.to_string())).collect(),
        anchor: if has_past { repository.anchor_at_head() } else { None },
    }
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

fn places(outcome: &Outcome) -> impl Iterator<Item = &Place> {
    let hidden = outcome.suppressed.iter().map(|it| &it.finding);
    outcome.findings.iter().chain(hidden).flat_map(|finding| &finding.places)
}
