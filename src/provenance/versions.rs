//! The versions that files have had.
//!
//! Whoever asks when a file was changed last, such as a check on rotation, asks for the blobs that stood at its path, the oldest
//! first. They are followed from a tip along first parents, so that a change counts when it reached the branch, whoever
//! prepared it. Where a commit brings the file to its path and takes one of the same content or the same name away
//! elsewhere, the file was moved, and its former path is followed from there.

use std::collections::HashMap;

use gix::ObjectId;

use super::{Lineage, date, person};
use crate::place::FilePath;
use crate::source::{Id, Repository, Stop, Trees, file_name_start};

/// A version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The blob.
    pub blob: Id,
    /// Where it stood then.
    pub path: FilePath,
    /// The commit that brought it.
    pub commit: Id,
    /// `Name <address>` of the author, sanitised.
    pub author: String,
    /// Committer date, RFC 3339 in UTC; empty if the repository says nothing sensible.
    pub date: String,
    /// The whole names of the branches and tags whose tips have this blob at this path, sorted.
    pub refs: Vec<String>,
}

/// The versions of one file, the oldest first; empty for a path that the tip does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The path at the tip.
    pub path: FilePath,
    /// The versions.
    pub versions: Vec<Version>,
    /// Whether the history is cut off behind the first one: there may have been others.
    pub at_least: bool,
}

/// What a path is followed by.
struct Trace {
    path: Vec<u8>,
    blob: Option<ObjectId>,
    timeline: Timeline,
    done: bool,
}

/// The timelines of `paths` as the commit `tip` has them, in their order; one walk for all.
#[must_use]
pub fn versions(repository: &Repository, lineage: &Lineage, tip: Id, paths: &[FilePath], stop: &Stop) -> Vec<Timeline> {
    let graph = &lineage.graph;
    let position = |id: Id| lineage.position(id);
    let mut trees = Trees::of(repository);
    let mut traces: Vec<Trace> = Vec::new();
    let mut next = position(tip);
    for path in paths {
        let blob = next.and_then(|at| trees.at(graph.commits[at].tree.0, path.as_bytes()));
        let timeline = Timeline { path: path.clone(), versions: Vec::new(), at_least: false };
        traces.push(Trace { path: path.as_bytes().to_vec(), blob, timeline, done: blob.is_none() });
    }
    while let Some(at) = next.filter(|_| !stop.requested() && traces.iter().any(|trace| !trace.done)) {
        let commit = &graph.commits[at];
        let parent = commit.parents.first().map(|&parent| (parent, position(parent)));
        let before = parent.and_then(|(_, at)| at);
        // Most commits leave every file that is asked for as it was.
        if before.is_none_or(|before| graph.commits[before].tree != commit.tree) {
            let mut removed = None;
            for trace in traces.iter_mut().filter(|trace| !trace.done) {
                let Some(blob) = trace.blob else { continue };
                let tree = before.map(|before| graph.commits[before].tree.0);
                let mut old = tree.and_then(|tree| Some((trace.path.clone(), trees.at(tree, &trace.path)?)));
                if let (None, Some(tree)) = (&old, tree) {
                    let removed = removed.get_or_insert_with(|| trees.removed(tree, commit.tree.0));
                    old = moved(removed, &trace.path, blob);
                }
                let is_same = old.as_ref().is_some_and(|(path, old)| *old == blob && *path == trace.path);
                if !is_same {
                    trace.timeline.versions.push(Version {
                        blob: Id(blob),
                        path: FilePath::new(trace.path.clone()),
                        commit: commit.id,
                        author: person(&commit.author),
                        date: date(commit.time),
                        refs: Vec::new(),
                    });
                    trace.timeline.at_least = parent.is_some() && before.is_none();
                }
                match old {
                    Some((path, old)) => (trace.path, trace.blob) = (path, Some(old)),
                    None => trace.done = true,
                }
            }
        }
        next = before;
    }
    let mut timelines: Vec<Timeline> = traces.into_iter().map(|trace| trace.timeline).collect();
    for timeline in &mut timelines {
        timeline.versions.reverse();
    }
    tell_refs(lineage, &mut trees, &mut timelines);
    timelines
}

/// Of the files that were removed the one that became this: of the same content, or else of the same name.
fn moved(removed: &[(Vec<u8>, ObjectId)], path: &[u8], blob: ObjectId) -> Option<(Vec<u8>, ObjectId)> {
    fn name(path: &[u8]) -> &[u8] {
        &path[file_name_start(path)..]
    }
    let same = removed.iter().find(|(_, old)| *old == blob);
    same.or_else(|| removed.iter().find(|(old, _)| name(old) == name(path))).cloned()
}

/// Which branches and tags have a version at their tips.
fn tell_refs(lineage: &Lineage, trees: &mut Trees<'_>, timelines: &mut [Timeline]) {
    let graph = &lineage.graph;
    let mut versions: HashMap<(FilePath, Id), Vec<(usize, usize)>> = HashMap::new();
    for (number, timeline) in timelines.iter().enumerate() {
        for (at, version) in timeline.versions.iter().enumerate() {
            versions.entry((version.path.clone(), version.blob)).or_default().push((number, at));
        }
    }
    let mut paths: Vec<FilePath> = versions.keys().map(|(path, _)| path.clone()).collect();
    paths.sort();
    paths.dedup();
    let is_asked = |name: &str| name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
    for (tip, at) in lineage.tips().filter(|(tip, _)| is_asked(&tip.name)) {
        for path in &paths {
            let blob = trees.at(graph.commits[at as usize].tree.0, path.as_bytes());
            let held = blob.and_then(|blob| versions.get(&(path.clone(), Id(blob))));
            for &(number, version) in held.into_iter().flatten() {
                timelines[number].versions[version].refs.push(tip.name.clone());
            }
        }
    }
}
