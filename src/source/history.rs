//! Everything a repository holds, whether or not a ref leads to it.
//!
//! A secret that was force-pushed away, dropped from a stash or amended out of a commit is in the object database until
//! git prunes it, and served to whoever asks for it by name. So the history is not walked from the refs: every blob of
//! every pack and every loose object is lent, once by its id, and so are headers and messages of commits and annotated
//! tags, the names of files, directories and refs, what Git LFS keeps beside the repository, and its configuration.
//! `git log -p` was rejected because it is slower than resolving every object once, sees neither merges nor what is
//! unreachable, and passes texts through the user's configuration.
//!
//! Trees and commits come along at little cost. What they name and the repository does not hold is a notice, unless the
//! repository is a shallow or partial clone, which is the notice then. The commits are kept for
//! [`provenance`](crate::provenance).

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::known::{Known, Seen};
use super::objects::{Failure, Finder, TOO_LONG, commit};
use super::{Id, Item, Repository, Sink, Source, SourceError, Stop, Wants, parallel, parts, regular, walk};
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, Origin};

mod contents;
mod gaps;
mod nesting;
mod reader;

pub(super) use contents::Contents;
use gaps::{Gaps, Role};
pub use nesting::Nesting;
use reader::{Names, Reader};

/// A commit, as far as provenance needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Id,
    /// Its top tree.
    pub tree: Id,
    /// The commits before it.
    pub parents: Box<[Id]>,
    /// `Name <address>` of the author, raw.
    pub author: Arc<[u8]>,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
}

/// An annotated tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub id: Id,
    /// What it names: mostly a commit.
    pub target: Id,
    /// `Name <address>` of the tagger, raw.
    pub tagger: Arc<[u8]>,
    /// When it was made, in seconds since 1970.
    pub time: i64,
}

/// Where a part of the history begins: a branch, a tag, `HEAD`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    /// The whole name, `refs/heads/main`; sanitised.
    pub name: String,
    /// What it names.
    pub id: Id,
}

/// How the commits hang together.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Every commit that is there, by id.
    pub commits: Vec<Commit>,
    /// Every annotated tag that is there, by id.
    pub tags: Vec<Tag>,
    /// What the refs, `HEAD` and the heads of all worktrees name, by name.
    pub tips: Vec<Tip>,
    /// The commit at `HEAD`.
    pub head: Option<Id>,
    /// The whole name of the branch that the others leave and come back to: that of `origin`, or else of `HEAD`.
    pub default_branch: Option<String>,
    /// What the reflogs name.
    pub reflog: Vec<Id>,
    /// What lies in which trees.
    pub nesting: Nesting,
}

/// The history of a repository.
pub struct History<'r> {
    repository: &'r Repository,
    threads: usize,
    /// The commits of submodules that are scanned for themselves, if they are.
    elsewhere: Option<HashSet<Id>>,
    delta: bool,
    known: Option<&'r Known>,
    remember: bool,
    graph: Mutex<Option<Graph>>,
    seen: Mutex<Seen>,
}

impl<'r> History<'r> {
    /// The history of `repository`, resolved on `threads` threads.
    #[must_use]
    pub fn new(repository: &'r Repository, threads: usize) -> Self {
        let (elsewhere, graph, seen) = (None, Mutex::default(), Mutex::default());
        Self { repository, threads: threads.max(1), elsewhere, delta: true, known: None, remember: false, graph, seen }
    }

    /// The same, where its submodules are scanned for themselves, and these are their commits: those are not counted as
    /// skipped, and a submodule that is not here makes the scan incomplete.
    #[must_use]
    pub fn with_submodules(self, commits: HashSet<Id>) -> Self {
        Self { elsewhere: Some(commits), ..self }
    }

    /// The same, where the sink is told what a text has in common with others only if `delta` says so.
    #[must_use]
    pub fn with_delta(self, delta: bool) -> Self {
        Self { delta, ..self }
    }

    /// The same, where it is remembered what is read; without what is `known` and holds nothing, which is
    /// [settled](Known::settle).
    #[must_use]
    pub fn remembering(self, known: Option<&'r Known>) -> Self {
        Self { known, remember: true, ..self }
    }

    /// What the run has read, once, if it is remembered; nothing of what was known.
    #[must_use]
    pub fn take_seen(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The commits and tags that the run has seen, those that were known among them. None before [`Source::each`] has run, and once taken.
    #[must_use]
    pub fn take_graph(&self) -> Option<Graph> {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Source for History<'_> {
    fn each(&self, sink: &Sink<'_>, stop: &Stop) -> Result<Tally, SourceError> {
        let (store, trouble) = self.repository.store();
        let mut tally = Tally::default();
        trouble.iter().for_each(|notice| tally.notice(notice.clone()));
        let shallow = self.shallow(&mut tally);
        let contents = Contents::of(self.repository.common_dir());
        let make = || Reader::new(store, &contents, self.delta, (self.known, self.remember), sink, stop);
        let passed = self.known.map(|known| known.marks(store));
        let (readers, failures) = walk(store, Wants::ALL, passed.as_deref(), self.threads, stop, make);
        let mut graph = Graph::default();
        graph.nesting.unread = failures.iter().filter_map(|failure| store.number(&failure.id)).collect();
        tally.add(lost(failures));
        tally.coverage.packs += store.packs() as u64;
        let mut gaps = Gaps::default();
        let (mut names, mut seen) = (Names::default(), Seen::default());
        for reader in readers {
            reader.hand_over(&mut graph, &mut names, &mut gaps, &mut seen, &mut tally);
        }
        if self.remember {
            (seen.names, seen.submodules) =
                (names.iter().cloned().collect(), gaps.submodules.iter().copied().map(Id).collect());
        }
        if let Some(known) = self.known {
            known.tell(&mut graph, &mut tally);
            names.extend(known.names.iter().cloned());
            gaps.submodules.extend(known.submodules.iter().map(|id| id.0));
            gaps.behind(known.commits.iter().map(|(commit, _)| commit), store);
        }
        let is_elsewhere = |commit: &gix::ObjectId| self.elsewhere.as_ref().is_some_and(|it| it.contains(&Id(*commit)));
        gaps.submodules.retain(|commit| !is_elsewhere(commit));
        graph.commits.sort_unstable_by_key(|commit| commit.id);
        graph.tags.sort_unstable_by_key(|tag| tag.id);
        let (tips, broken) = self.repository.tips();
        broken.into_iter().for_each(|notice| tally.notice(notice));
        for (_, id) in &tips {
            if store.number(id).is_none() {
                gaps.missing.insert((*id, Role::Ref));
            }
        }
        graph.tips = tips.into_iter().map(|(name, id)| Tip { name, id: Id(id) }).collect();
        graph.tips.sort_unstable();
        graph.tips.dedup();
        self.lend_names(&names, &graph.tips, sink, stop, &mut tally);
        self.lend_configuration(stop, sink, &mut tally);
        graph.head = self.repository.head().map(Id);
        graph.default_branch = self.repository.default_branch();
        graph.reflog = self.repository.reflog().into_iter().map(Id).collect();
        tally.add(gaps.report(&shallow, self.repository));
        tally.add(gaps.report_submodules(self.elsewhere.is_some(), self.repository));
        tally.notices.extend(contents.absent(self.repository));
        if stop.requested() {
            let detail = "the objects that were not reached were not scanned";
            tally.notice(Notice::new(Cause::Interrupted, "history", detail));
        }
        *self.graph.lock().unwrap_or_else(PoisonError::into_inner) = Some(graph);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(tally)
    }
}

impl History<'_> {
    /// The names of files, directories and refs.
    fn lend_names(&self, names: &Names, tips: &[Tip], sink: &Sink<'_>, stop: &Stop, tally: &mut Tally) {
        /// So many are lent in the time in which nobody minds asking for more.
        const AT_ONCE: usize = 256;
        tally.coverage.names += names.len() as u64;
        tally.coverage.history_bytes += names.iter().map(|name| name.len() as u64).sum::<u64>();
        let names: Vec<&[u8]> = names.iter().map(|name| &**name).collect();
        let shares = names.chunks(AT_ONCE).collect::<Vec<_>>();
        parallel::for_each(
            self.threads,
            shares.len(),
            stop,
            || (),
            |(), share| {
                for name in shares[share] {
                    sink(Item::whole(Origin::EntryName(FilePath::new(name.to_vec())), name));
                }
            },
        );
        // The name of a replacement is the id of what it replaces.
        let is_named = |tip: &&Tip| tip.name.starts_with("refs/") && !tip.name.starts_with("refs/replace/");
        for tip in tips.iter().filter(is_named) {
            tally.coverage.refs += 1;
            tally.coverage.history_bytes += tip.name.len() as u64;
            sink(Item::whole(Origin::RefName(FilePath::new(tip.name.as_bytes())), tip.name.as_bytes()));
        }
    }

    /// The configuration of the repository and of its worktrees and submodules, and what git keeps beside it.
    fn lend_configuration(&self, stop: &Stop, sink: &Sink<'_>, tally: &mut Tally) {
        for (name, file) in &self.repository.configuration().files {
            match regular::read(file) {
                Ok(text) => parts::lend(&Origin::RepositoryConfig(name.clone()), &text, stop, sink),
                Err(error) => tally.notice(Notice::new(Cause::Unreadable, super::shown(file), error.to_string())),
            }
        }
        let said = self.message_at_head().unwrap_or_default();
        for kept in self.repository.kept() {
            match kept.read(&said) {
                Ok(text) => parts::lend(&Origin::RepositoryConfig(kept.name), &text, stop, sink),
                Err(error) => {
                    tally.notice(Notice::new(Cause::Unreadable, super::shown(kept.path()), error.to_string()))
                }
            }
        }
    }

    fn message_at_head(&self) -> Option<Vec<u8>> {
        let mut finder = Finder::new();
        self.repository.store().0.find(&self.repository.head()?, &mut finder)?;
        Some(commit(&finder.bytes)?.message.to_vec())
    }

    /// The commits at which the history was cut off.
    fn shallow(&self, tally: &mut Tally) -> BTreeSet<gix::ObjectId> {
        let file = self.repository.shallow_file();
        match regular::read(&file) {
            Ok(text) => text.split(|&byte| byte == b'\n').filter_map(|id| gix::ObjectId::from_hex(id).ok()).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            Err(error) => {
                tally.notice(Notice::new(Cause::Unreadable, super::shown(&file), error.to_string()));
                BTreeSet::new()
            }
        }
    }
}

/// One notice for each file that holds objects that cannot be read, and each cause; every object counts.
fn lost(mut failures: Vec<Failure>) -> Tally {
    let cause = |failure: &Failure| if failure.reason == TOO_LONG { Cause::Budget } else { Cause::CorruptObject };
    failures.sort_by(|one, other| (&one.place, cause(one), one.id).cmp(&(&other.place, cause(other), other.id)));
    let mut tally = Tally::default();
    for group in failures.chunk_by(|one, other| one.place == other.place && cause(one) == cause(other)) {
        let first = &group[0];
        let what = match group.len() {
            1 => format!("object {} was not scanned: {}", first.id, first.reason),
            count => format!("{count} objects were not scanned, the first is {}: {}", first.id, first.reason),
        };
        let detail = match cause(first) {
            Cause::Budget => what,
            _ => format!("{what}; fetch the repository anew, or copy the file from another clone"),
        };
        tally.notice(Notice::new(cause(first), first.place.clone(), detail));
        *tally.coverage.skipped.entry(cause(first)).or_default() += group.len() as u64 - 1;
    }
    tally
}
