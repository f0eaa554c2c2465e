//! What a range of commits brings.
//!
//! Of a commit that is what differs from all of its parents: what a merge only takes over from one side is none of its own,
//! and what its resolution makes is. The blobs are fetched by their ids and lent whole, each once, with the headers and
//! messages of the commits and the names that are new.
//!
//! Whether a secret in such a blob is new is decided by whoever looks for secrets: [`Range::before`] says in which blobs the
//! same file stood in the parents. A file that was not there may have been moved, so the files that the commit removed
//! count as well: a secret that stood in one of them has only changed its place.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use gix::objs::Kind;

use super::missing::several;
use super::{
    Graph, Id, Item, Repository, Sink, Source, SourceError, Stop, Tip, file_name_start, parallel,
    trees::{Changed, Cursor, DEPTH, Trees, likely},
};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};

mod clock;
mod select;

use select::{Ends, Selected, peeled, select};

/// One end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A revision, as git writes it: a branch, a tag, `HEAD~2`, an object id.
    Revision(String),
    /// A branch, here or at the remote `origin`.
    Branch(String),
    /// An object id; nothing if the object is not here.
    IfHere(String),
    /// Every ref whose whole name begins so: `refs/remotes/origin/`; for an empty name `HEAD`s as well.
    Refs(String),
}

impl End {
    /// The revision of a single commit that was named; none where the end is whatever there is.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        match self {
            End::Revision(name) | End::IfHere(name) => Some(name),
            End::Branch(_) | End::Refs(_) => None,
        }
    }
}

/// Which commits to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What must be reached.
    pub wanted: Vec<End>,
    /// What must not be reached.
    pub left_out: Vec<End>,
    /// Commits that are older are left out; seconds since 1970.
    pub since: Option<i64>,
    /// At most so many, the newest.
    pub most: Option<usize>,
    /// What it is for: whether an empty range is a mistake.
    pub purpose: Purpose,
    /// The whole names of refs that it makes.
    pub names: Vec<FilePath>,
}

/// What a range is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody named it: that it holds no commit is most likely a mistake.
    #[default]
    Named,
    /// A change against its base; both must share a history.
    Base,
    /// A push, which may bring nothing.
    Push,
    /// The same at the server, which no push tells what counts.
    Receive,
}

/// A blob at a path that a commit brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The commit.
    pub commit: Id,
    /// The path, from the top of the repository.
    pub path: FilePath,
    /// The blob.
    pub blob: Id,
}

/// What a range holds.
#[derive(Debug, Default)]
pub struct Brought {
    /// Its commits and tags; its tips are the commits themselves.
    pub graph: Graph,
    /// Its files, in no particular order.
    pub changes: Vec<Change>,
    /// The new names of files and directories, with the commit: whole paths up to the name.
    pub names: Vec<(FilePath, Id)>,
    /// The commits that it ends with, sorted.
    pub ends: Vec<Id>,
}

/// A range of commits.
pub struct Range<'r> {
    repository: &'r Repository,
    selection: Selection,
    threads: usize,
    brought: Mutex<Option<Brought>>,
}

impl<'r> Range<'r> {
    /// The range of `repository` that `selection` says, read on `threads` threads.
    #[must_use]
    pub fn new(repository: &'r Repository, selection: Selection, threads: usize) -> Self {
        Self { repository, selection, threads: threads.max(1), brought: Mutex::new(None) }
    }

    /// What the range holds. None before [`Source::each`] has run, and once taken.
    #[must_use]
    pub fn take(&self) -> Option<Brought> {
        self.brought.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn ends(&self, ends: &[End]) -> Result<Vec<ObjectId>, SourceError> {
        let mut found = Vec::new();
        let mut tips = None;
        for end in ends {
            match end {
                // A push may be one of anything.
                End::Revision(name) if matches!(self.selection.purpose, Purpose::Push | Purpose::Receive) => {
                    found.push(self.repository.revision(name)?);
                }
                End::Revision(name) => found.push(self.commit(name, self.repository.revision(name)?)?),
                End::Branch(name) => {
                    let mut names = ["refs/heads/", "refs/remotes/", "refs/remotes/origin/"].into_iter();
                    let id = names.find_map(|start| self.repository.revision(&format!("{start}{name}")).ok());
                    let id = id.map_or_else(|| self.repository.revision(name), Ok)?;
                    found.push(self.commit(name, id)?);
                }
                End::IfHere(id) => found.extend(self.repository.revision(id).ok()),
                End::Refs(prefix) => {
                    let (tips, _) = tips.get_or_insert_with(|| self.repository.tips());
                    found.extend(tips.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, id)| *id));
                }
            }
        }
        Ok(found)
    }

    /// The same object, if it is a commit or leads to one, or is not here to be asked.
    fn commit(&self, name: &str, id: ObjectId) -> Result<ObjectId, SourceError> {
        match peeled(&self.repository.store().0, id) {
            Some(Kind::Tree | Kind::Blob) => Err(SourceError::NoSuchRevision {
                path: self.repository.shown(),
                revision: crate::place::sanitize(name),
                detail: "it is no commit and leads to none; name a branch, a tag of a commit or a commit".to_owned(),
            }),
            _ => Ok(id),
        }
    }

    fn select(&self) -> Result<Selected, SourceError> {
        let ends = Ends { wanted: self.ends(&self.selection.wanted)?, left_out: self.ends(&self.selection.left_out)? };
        let mut selected = select(&self.repository.store().0, &ends);
        let before = selected.commits.len();
        if let Some(most) = self.selection.most
            && selected.commits.len() > most
        {
            let dated = selected.commits.iter().zip(&selected.heights);
            let mut newest: Vec<_> = dated.map(|(commit, &height)| (commit.time, height, commit.id)).collect();
            newest.sort_unstable_by(|one, other| other.cmp(one));
            let kept: HashSet<Id> = newest[..most].iter().map(|&(_, _, id)| id).collect();
            selected.commits.retain(|commit| kept.contains(&commit.id));
        }
        if let Some(since) = self.selection.since {
            selected.commits.retain(|commit| commit.time >= since);
            selected.tags.retain(|tag| tag.time >= since);
        }
        selected.too_old = before > 0 && selected.commits.is_empty();
        let kept: HashSet<Id> = selected.commits.iter().map(|commit| commit.id).collect();
        selected.cut.retain(|(child, _)| kept.contains(&Id(*child)));
        Ok(selected)
    }

    /// What is missing, and that there is nothing.
    fn notices(&self, selected: &Selected, tally: &mut Tally) {
        let repository = self.repository.shown();
        let fetch = self.repository.fetching();
        if !selected.cut.is_empty() {
            let children = selected.cut.iter().map(|(child, _)| child).collect::<BTreeSet<_>>().len();
            let detail = format!(
                "the parents of {} of the range are not here, so all that is held there was taken as new; {fetch}",
                several(children, "commit")
            );
            let cause = if self.repository.is_shallow() { Cause::Shallow } else { Cause::MissingObject };
            tally.notice(Notice::new(cause, &repository, detail));
        }
        for id in &selected.missing {
            let detail = "named as an end of the range, but not in the repository";
            tally.notice(Notice::new(Cause::MissingObject, format!("object {id}"), detail));
        }
        let is_empty = selected.commits.is_empty() && selected.tags.is_empty() && selected.others.is_empty();
        let (cause, detail) = match self.selection.purpose {
            _ if is_empty && !selected.missing.is_empty() => return,
            _ if is_empty && selected.too_old => {
                (Cause::NothingFound, "every commit of the range is older than --since says".to_owned())
            }
            Purpose::Named if is_empty => (Cause::NothingFound, "the range holds no commit".to_owned()),
            Purpose::Base if is_empty => {
                (Cause::NothingNew, "the base holds every commit: there is nothing new to scan".to_owned())
            }
            Purpose::Push | Purpose::Receive if is_empty => {
                let but = if self.selection.names.is_empty() { "" } else { " but names" };
                (Cause::NothingNew, format!("every commit is known there already: there is nothing new to scan{but}"))
            }
            Purpose::Base if !selected.meets && self.repository.is_shallow() => {
                let words = "no common ancestor with the base is here, so the whole history was taken as new";
                (Cause::Shallow, format!("{words}; {fetch}"))
            }
            Purpose::Base if !selected.meets => {
                let words = "the base and HEAD have no common ancestor, so the whole history was taken as new; name the base \
                             that HEAD was made from";
                (Cause::NothingFound, words.to_owned())
            }
            _ => return,
        };
        tally.notice(Notice::new(cause, &repository, detail));
    }

    /// The blobs in which the file of each change stood before: for every parent of the commit the file at the same path,
    /// or, where there is none, the files that the commit removed. Empty for a file that is new in every respect. Second: the
    /// directories that could not be read for it.
    #[must_use]
    pub fn before(&self, brought: &Brought, changes: &[&Change], stop: &Stop) -> (Vec<Vec<Id>>, BTreeSet<Id>) {
        let (store, _) = self.repository.store();
        let found = Mutex::new(vec![Vec::new(); changes.len()]);
        let states = parallel::for_each(
            self.threads,
            changes.len(),
            stop,
            || (Trees::new(store), Vec::<Cursor>::new(), None),
            |(trees, cursors, removed), number| {
                let Change { commit, path, blob } = changes[number];
                let commits = &brought.graph.commits;
                let Ok(at) = commits.binary_search_by_key(commit, |commit| commit.id) else { return };
                let mut before = Vec::new();
                let parents = &commits[at].parents;
                cursors.resize_with(parents.len().max(cursors.len()), Cursor::default);
                for (parent, cursor) in parents.iter().zip(cursors) {
                    let Some(tree) = trees.of_commit(parent.0) else { continue };
                    match trees.at_next(cursor, tree, path.as_bytes()) {
                        Some(blob) => before.push(Id(blob)),
                        None => {
                            let pair = (tree, commits[at].tree.0);
                            // The files of a commit come one behind the other.
                            if removed.as_ref().is_none_or(|(known, _)| *known != pair) {
                                *removed = Some((pair, trees.removed(pair.0, pair.1)));
                            }
                            let removed = removed.iter().flat_map(|(_, removed)| removed);
                            before.extend(likely(removed, path.as_bytes(), blob.0).into_iter().map(|&(_, id)| Id(id)));
                        }
                    }
                }
                found.lock().unwrap_or_else(PoisonError::into_inner)[number] = before;
            },
        );
        let unreadable = states.into_iter().flat_map(|(trees, ..)| trees.unreadable).map(Id).collect();
        (found.into_inner().unwrap_or_else(PoisonError::into_inner), unreadable)
    }

    /// What `commits` hold at `paths`: of a file its blob, of a directory its tree.
    #[must_use]
    pub fn held(&self, commits: &[Id], paths: &BTreeSet<&FilePath>, stop: &Stop) -> HashSet<(FilePath, Id)> {
        if paths.is_empty() {
            return HashSet::new();
        }
        let (store, _) = self.repository.store();
        let mut trees = Trees::new(store);
        // Many refs have one tree.
        let tops: BTreeSet<ObjectId> = commits.iter().filter_map(|commit| trees.of_commit(commit.0)).collect();
        let mut held = HashSet::new();
        for tree in tops {
            let mut cursor = Cursor::default();
            for &path in paths.iter().take_while(|_| !stop.requested()) {
                let found = trees.entry_next(&mut cursor, tree, path.as_bytes());
                held.extend(found.map(|id| (path.clone(), Id(id))));
            }
        }
        held
    }
}

impl Source for Range<'_> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let (_, trouble) = self.repository.store();
        let mut tally = Tally::default();
        trouble.iter().for_each(|notice| tally.notice(notice.clone()));
        let selected = self.select()?;
        self.notices(&selected, &mut tally);
        let compared = self.compare(&selected, stop);
        let mut blobs: BTreeSet<Id> = BTreeSet::new();
        let mut brought = Brought::default();
        let (mut unreadable, mut too_deep) = (BTreeSet::new(), BTreeSet::new());
        for comparison in compared {
            tally.add(comparison.tally);
            unreadable.extend(comparison.unreadable);
            too_deep.extend(comparison.too_deep);
            brought.changes.extend(comparison.changes);
            brought.names.extend(comparison.names);
        }
        blobs.extend(brought.changes.iter().map(|change| change.blob));
        let lone = selected.others.iter().filter(|(_, kind)| *kind == Kind::Blob);
        blobs.extend(lone.map(|&(id, _)| Id(id)));
        let tags = selected.tags.iter().map(|tag| tag.id);
        let ids: Vec<Id> = selected.commits.iter().map(|commit| commit.id).chain(tags).collect();
        let objects: Vec<Id> = blobs.into_iter().chain(ids.iter().copied()).collect();
        let lent = self.repository.lend(&objects, self.threads, sink, stop);
        tally.add(lent.tally);
        let mut missing: Vec<(ObjectId, &str)> = lent.missing.iter().map(|id| (id.0, "named as a file")).collect();
        for id in unreadable {
            if self.repository.store().0.number(&id).is_none() {
                missing.push((id, "named as a directory"));
                continue;
            }
            let detail = "a directory that cannot be read: what is new in it was not scanned";
            tally.notice(Notice::new(Cause::CorruptObject, format!("tree {id}"), detail));
        }
        tally.add(self.repository.tell_missing(missing));
        for id in too_deep {
            let detail = format!("a directory below {DEPTH} others: what is new in it was not scanned");
            tally.notice(Notice::new(Cause::Budget, format!("tree {id}"), detail));
        }
        lend_names(&brought.names, sink, &mut tally);
        lend_refs(&self.selection.names, sink, &mut tally);
        if stop.requested() {
            let detail = "the objects that were not reached were not scanned";
            tally.notice(Notice::new(Cause::Interrupted, "range", detail));
        }
        brought.graph = Graph {
            tips: ids.into_iter().map(|id| Tip { name: String::new(), id }).collect(),
            commits: selected.commits,
            tags: selected.tags,
            head: self.repository.head().map(Id),
            ..Graph::default()
        };
        brought.ends = selected.ends.into_iter().map(Id).collect();
        *self.brought.lock().unwrap_or_else(PoisonError::into_inner) = Some(brought);
        Ok(tally)
    }
}

/// The last name of each path is new.
fn lend_names(names: &[(FilePath, Id)], sink: &Sink<'_>, tally: &mut Tally) {
    let paths: BTreeSet<&FilePath> = names.iter().map(|(path, _)| path).collect();
    tally.coverage.names += paths.len() as u64;
    for path in paths {
        let bytes = path.as_bytes();
        let start = file_name_start(bytes);
        tally.coverage.history_bytes += (bytes.len() - start) as u64;
        sink(Item::name(Origin::EntryName(path.clone()), bytes, start));
    }
}

/// The names of refs that were not there.
fn lend_refs(names: &[FilePath], sink: &Sink<'_>, tally: &mut Tally) {
    for name in names.iter().collect::<BTreeSet<_>>() {
        tally.coverage.refs += 1;
        tally.coverage.history_bytes += name.as_bytes().len() as u64;
        sink(Item::whole(Origin::RefName(name.clone()), name.as_bytes()));
    }
}

/// What commits differ in from their parents.
#[derive(Default)]
struct Comparison {
    changes: Vec<Change>,
    names: Vec<(FilePath, Id)>,
    /// Directories that cannot be read.
    unreadable: Vec<ObjectId>,
    /// Directories that are nested too deep.
    too_deep: Vec<ObjectId>,
    tally: Tally,
}

impl Range<'_> {
    fn compare(&self, selected: &Selected, stop: &Stop) -> Vec<Comparison> {
        let (store, _) = self.repository.store();
        let trees = selected.others.iter().filter(|(_, kind)| *kind == Kind::Tree);
        let lone: Vec<ObjectId> = trees.map(|&(id, _)| id).collect();
        let count = selected.commits.len() + lone.len();
        let make = || (Trees::new(store), Comparison::default());
        let states = parallel::for_each(self.threads, count, stop, make, |(trees, comparison), number| {
            let (id, tree, parents) = match selected.commits.get(number) {
                Some(commit) => {
                    let parents = commit.parents.iter().filter_map(|parent| trees.of_commit(parent.0)).collect();
                    (commit.id, commit.tree.0, parents)
                }
                None => (Id(lone[number - selected.commits.len()]), lone[number - selected.commits.len()], Vec::new()),
            };
            comparison.add(id, trees.changed(tree, &parents));
        });
        let each = states.into_iter().map(|(trees, mut comparison)| {
            *comparison.tally.coverage.skipped.entry(Cause::Submodule).or_default() += trees.submodules;
            comparison.tally.coverage.skipped.retain(|_, count| *count > 0);
            if trees.too_many {
                let detail = "a commit brings more than 500,000 files: what is behind them was not scanned";
                comparison.tally.notice(Notice::new(Cause::Budget, "range", detail));
            }
            comparison.unreadable = trees.unreadable;
            comparison.too_deep = trees.too_deep;
            comparison
        });
        each.collect()
    }
}

impl Comparison {
    fn add(&mut self, commit: Id, changed: Vec<Changed>) {
        let mut named: HashSet<usize> = HashSet::new();
        let mut last: Vec<u8> = Vec::new();
        for file in changed {
            if let Some(from) = file.new_from {
                // Every new directory on the way is a name of its own, once.
                let shared = last.iter().zip(&file.path).take_while(|(one, other)| one == other).count();
                named.retain(|&end| end <= shared);
                for end in memchr::memchr_iter(b'/', &file.path).filter(|&end| end > from).chain([file.path.len()]) {
                    if named.insert(end) {
                        self.names.push((FilePath::new(&file.path[..end]), commit));
                    }
                }
                last.clone_from(&file.path);
            }
            self.changes.push(Change { commit, path: FilePath::new(file.path), blob: Id(file.blob) });
        }
    }
}
