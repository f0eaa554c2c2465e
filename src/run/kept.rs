//! For how long what hides something has stood, as the history tells.
//!
//! The file that a comment stands in is followed from `HEAD`, as those with slots are, and the comment in it from version to
//! version as long as its words are the same. One that is not committed yet has no age.

use std::collections::BTreeMap;

use crate::finding::{Finding, Means, Suppressed};
use crate::place::FilePath;
use crate::policy::comments::{self, Idle, Kept};
use crate::provenance::{Lineage, Timeline, versions};
use crate::source::{Paths, Repository, Stop};
use crate::suppress::comment;

use super::Settings;
use super::lint::breached;
use super::slots::VERSIONS;

/// How many digits of a commit people read.
const SHORT: usize = 10;

/// Something that hides a finding, and the file that it stands in.
struct Hiding<'s> {
    suppressed: &'s Suppressed,
    path: FilePath,
    line: usize,
}

/// Findings for comments and entries of the baseline that have hidden something for too long.
pub fn old(
    repository: &Repository,
    lineage: &Lineage,
    hidden: &[Suppressed],
    paths: &Paths,
    settings: &Settings,
    stop: &Stop,
) -> Vec<Finding> {
    let Some(head) = lineage.graph().head else { return Vec::new() };
    let mut hiding: BTreeMap<(String, String), Hiding<'_>> = BTreeMap::new();
    for suppressed in hidden {
        let asks = |it: &Hiding<'_>| comments::asks_for_age(settings.config.policy.for_path(it.path.as_bytes()));
        if let Some((route, found)) = hides(suppressed, paths).filter(|(_, it)| asks(it)) {
            hiding.entry(route).or_insert(found);
        }
    }
    if hiding.is_empty() {
        return Vec::new();
    }
    let mut asked: Vec<FilePath> = hiding.values().map(|it| it.path.clone()).collect();
    asked.sort_unstable();
    asked.dedup();
    let timelines = versions(repository, lineage, head, &asked, stop);
    let mut findings = Vec::new();
    for ((route, _), hiding) in &hiding {
        let Ok(at) = asked.binary_search(&hiding.path) else { continue };
        let Some(kept) = dated(repository, &timelines[at], hiding, stop) else { continue };
        let policy = settings.config.policy.for_path(hiding.path.as_bytes());
        let Some((Idle { check, severity, message }, threshold)) = comments::judge_old(&kept, policy, settings.now)
        else {
            continue;
        };
        let Some(place) = hiding.suppressed.finding.places.first() else { continue };
        let finding = breached(check, route, message, place.clone(), &settings.config.fingerprint_key);
        findings.push(Finding { severity, threshold: threshold.map(Box::new), ..finding });
    }
    findings
}

/// What hides a finding for no stated time, by its route and its line.
fn hides<'s>(suppressed: &'s Suppressed, paths: &Paths) -> Option<((String, String), Hiding<'s>)> {
    let by = &suppressed.by;
    if by.until.is_some() {
        return None;
    }
    let fingerprint = suppressed.finding.fingerprint.to_string();
    let (path, line) = match by.means {
        Means::Comment | Means::ForeignComment => {
            let (address, line) = by.source.rsplit_once(':')?;
            (address.to_owned(), line.parse().ok()?)
        }
        Means::Baseline => (paths.from_top(&FilePath::new(by.source.as_bytes())), 0),
        Means::Exception | Means::ForeignFile | Means::Disabled => return None,
    };
    // What stands in a member of an archive, or in no file, has no versions.
    if path.contains('!') || path.starts_with('<') {
        return None;
    }
    let route = match by.means {
        Means::Baseline => format!("{path}#{fingerprint}"),
        _ => format!("{path}#{}:{}:{fingerprint}", by.stated, by.reason),
    };
    Some(((route, by.source.clone()), Hiding { suppressed, path: FilePath::new(path.as_bytes()), line }))
}

/// Since when it has been as it is; none if the last version does not have it.
fn dated(repository: &Repository, timeline: &Timeline, hiding: &Hiding<'_>, stop: &Stop) -> Option<Kept> {
    let finding = &hiding.suppressed.finding;
    let mut since = None;
    let mut wanted: Option<Vec<u8>> = None;
    let mut is_cut = true;
    for version in timeline.versions.iter().rev().take(VERSIONS) {
        let bytes = repository.blob(version.blob).filter(|_| !stop.requested())?;
        let stands = match &wanted {
            Some(line) => lines(&bytes).any(|it| it == line.as_slice()),
            None => {
                wanted = Some(words(&bytes, hiding)?);
                true
            }
        };
        if !stands {
            is_cut = false;
            break;
        }
        since = Some(version);
    }
    let since = since?;
    let is_first = timeline.versions.first().is_some_and(|first| first.commit == since.commit);
    let by = &hiding.suppressed.by;
    let what = match by.means {
        Means::Baseline => format!("the entry of {}", by.source),
        _ => format!("the comment `{}` on line {}", by.stated, hiding.line),
    };
    let came_with = finding.life.as_ref().filter(|life| life.first.commit == since.commit.to_string());
    Some(Kept {
        what,
        since: since.date.parse().ok()?,
        at_least: is_cut && (!is_first || timeline.at_least),
        came_with: came_with.map(|_| since.commit.to_string().chars().take(SHORT).collect()),
    })
}

/// What is looked for in older versions: the line of the comment or of the entry, as the version has it.
fn words(bytes: &[u8], hiding: &Hiding<'_>) -> Option<Vec<u8>> {
    let Suppressed { finding, by } = hiding.suppressed;
    if by.means == Means::Baseline {
        let fingerprint = finding.fingerprint.to_string();
        return lines(bytes)
            .find(|line| memchr::memmem::find(line, fingerprint.as_bytes()).is_some())
            .map(<[u8]>::to_vec);
    }
    let is_it = |line: &&[u8]| match by.means {
        Means::Comment => comment::all(line).any(|(_, comment)| comment.reason == by.reason),
        _ => memchr::memmem::find(line, by.stated.as_bytes()).is_some(),
    };
    // Lines above may have been added since the commit.
    let at_line = lines(bytes).nth(hiding.line.saturating_sub(1)).filter(is_it);
    at_line.or_else(|| lines(bytes).find(is_it)).map(<[u8]>::to_vec)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii)
}
