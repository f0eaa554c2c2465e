//! Secrets that several repositories share.
//!
//! Each repository exports what it holds: fingerprints and places, no secret bytes. Whoever has the exports joins them. That
//! works only with one fingerprint key for all, and is refused without a key of one's own: with the built-in one, anybody
//! who has an export could try out what a short password is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config::policy::PolicySettings;
use crate::finding::{Kind, Severity};

use super::Outcome;

/// Who can read a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Those whom its owner lets in.
    Private,
}

/// One secret of one repository: a line of an export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exported {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Id of the key that the fingerprint was made with.
    pub fingerprint_key: String,
    /// Id of the rule.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// The repository, as its owner calls it.
    pub repository: String,
    /// Who can read it, if that was said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub visibility: Option<Visibility>,
    /// The paths it stands or stood at, sorted.
    pub paths: Vec<String>,
    /// The environments of these paths, sorted.
    pub environments: Vec<String>,
    /// Who answers for them, sorted.
    pub owners: Vec<String>,
    /// When the first commit brought it, where the history was looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_seen: Option<String>,
    /// Whether a file or a ref holds it now.
    pub live: bool,
}

/// What a repository holds, sorted by fingerprint.
#[must_use]
pub fn export(
    outcome: &Outcome,
    policy: &PolicySettings,
    repository: &str,
    visibility: Option<Visibility>,
) -> Vec<Exported> {
    let mut exported: Vec<Exported> = outcome
        .findings
        .iter()
        .filter(|finding| finding.kind == Kind::Secret)
        .map(|finding| {
            let paths: BTreeSet<&[u8]> =
                finding.places.iter().filter_map(|place| Some(place.origin.outermost().path()?.as_bytes())).collect();
            let listed = |of: &dyn Fn(&[u8]) -> Option<String>| -> Vec<String> {
                paths.iter().filter_map(|path| of(path)).collect::<BTreeSet<_>>().into_iter().collect()
            };
            let life = finding.life.as_ref();
            Exported {
                fingerprint: finding.fingerprint.to_string(),
                fingerprint_key: outcome.fingerprint_key.clone(),
                rule: finding.rule.to_string(),
                severity: finding.severity,
                repository: repository.to_owned(),
                visibility,
                paths: listed(&|path| Some(crate::place::FilePath::new(path).display())),
                environments: listed(&|path| policy.environment(path).map(str::to_owned)),
                owners: listed(&|path| policy.owner(path).map(|owner| owner.names.join(" "))),
                first_seen: life.map(|life| life.first.date.clone()).filter(|date| !date.is_empty()),
                live: finding.is_live(),
            }
        })
        .collect();
    exported.sort();
    exported
}

/// A secret that several repositories have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Its fingerprint.
    pub fingerprint: String,
    /// How bad: high; critical if the repositories have different owners, or one is public and one is not.
    pub severity: Severity,
    /// What is wrong, one sentence.
    pub message: String,
    /// What each repository exported of it, sorted.
    pub held: Vec<Exported>,
}

/// The secrets that at least two repositories have, the worst first, then by fingerprint.
#[must_use]
pub fn join(exports: Vec<Exported>) -> Vec<Shared> {
    let mut by_fingerprint: BTreeMap<String, BTreeSet<Exported>> = BTreeMap::new();
    for exported in exports {
        by_fingerprint.entry(exported.fingerprint.clone()).or_default().insert(exported);
    }
    let mut shared: Vec<Shared> = by_fingerprint
        .into_iter()
        .filter_map(|(fingerprint, held)| {
            let repositories: BTreeSet<&str> = held.iter().map(|it| it.repository.as_str()).collect();
            if repositories.len() < 2 {
                return None;
            }
            let owners: BTreeSet<&Vec<String>> =
                held.iter().map(|it| &it.owners).filter(|owners| !owners.is_empty()).collect();
            let visibilities: BTreeSet<Visibility> = held.iter().filter_map(|it| it.visibility).collect();
            let names: Vec<&str> = repositories.into_iter().collect();
            let mut message = format!("the same secret in {}", names.join(", "));
            let mut severity = Severity::High;
            if visibilities.len() > 1 {
                severity = Severity::Critical;
                message.push_str("; one of them is public");
            }
            if owners.len() > 1 {
                severity = Severity::Critical;
                message.push_str("; their owners differ");
            }
            Some(Shared { fingerprint, severity, message, held: held.into_iter().collect() })
        })
        .collect();
    shared.sort_by(|a, b| {
        (std::cmp::Reverse(a.severity), &a.fingerprint).cmp(&(std::cmp::Reverse(b.severity), &b.fingerprint))
    });
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exported(repository: &str, fingerprint: &str, owner: &str, visibility: Option<Visibility>) -> Exported {
        Exported {
            fingerprint: fingerprint.to_owned(),
            fingerprint_key: "k".to_owned(),
            rule: "some-token".to_owned(),
            severity: Severity::High,
            repository: repository.to_owned(),
            visibility,
            paths: vec!["a".to_owned()],
            environments: Vec::new(),
            owners: vec![owner.to_owned()],
            first_seen: None,
            live: true,
        }
    }

    #[test]
    fn only_what_two_repositories_have() {
        let shared = join(vec![
            exported("one", "f1", "@a", None),
            exported("two", "f1", "@a", None),
            exported("one", "f2", "@a", None),
            exported("one", "f2", "@b", None),
        ]);
        assert_eq!(shared.len(), 1);
        assert_eq!((shared[0].severity, shared[0].message.as_str()), (Severity::High, "the same secret in one, two"));
    }

    #[test]
    fn other_owners_and_the_public_make_it_worse() {
        let public = join(vec![
            exported("one", "f", "@a", Some(Visibility::Public)),
            exported("two", "f", "@b", Some(Visibility::Private)),
        ]);
        assert_eq!(public[0].severity, Severity::Critical);
        assert_eq!(public[0].message, "the same secret in one, two; one of them is public; their owners differ");
    }
}
