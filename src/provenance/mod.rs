//! Where a blob of the history came from: at which paths commits hold it, which commit brought it there, who made it.
//!
//! Packs give blobs without paths, so this is asked once detection knows which few blobs it is about. Walking all trees
//! of all commits would decode most of a repository's trees again, one by one. Instead it is
//! worked out which trees hold a wanted blob or each other ([`relevant`]); then the commits are walked
//! oldest first, and only trees that lead to a wanted blob are decoded, each once for every path it stands at.
//!
//! Oldest first means: no commit before its parents, then by commit date, reachable commits before the others. What
//! only a merge brought in is thereby the merge's, and what was only stashed is the stash commit's.

use std::ops::Range;
use std::sync::OnceLock;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use crate::finding::Life;
use crate::notice::{Cause, Notice, Tally};
use crate::place::{FilePath, sanitize};
use crate::source::{Finder, Graph, Id, Known, Nesting, Repository, Stop, Store, Tip};

use paths::{PATH_LONGEST, PATHS, Paths, TOP};

mod life;
mod order;
mod paths;
mod relevant;
mod versions;

pub use life::Subject;
pub use relevant::Relevant;
pub use versions::{Timeline, Version, versions};

/// Who brought something in, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The commit, or the tag.
    pub id: Id,
    /// `Name <address>`, sanitised.
    pub author: String,
    /// When it was committed or tagged, as RFC 3339 in UTC; empty if the repository says nothing sensible.
    pub date: String,
    /// Whether a ref leads to it.
    pub reachable: bool,
}

/// A path at which some commit holds a wanted blob, or which ends with a wanted name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The path, from the top of the repository.
    pub path: FilePath,
    /// The first commit that holds the blob there.
    pub first: Introduction,
    /// Whether the commit at `HEAD` holds it there.
    pub in_head: bool,
    /// Whether only notes lead there: the path is then the id of what the note is on.
    pub is_note: bool,
}

/// What is looked for, each with a number of its own.
#[derive(Default)]
struct Wanted {
    blobs: gix::hashtable::HashMap<gix::ObjectId, u32>,
    names: HashMap<Box<[u8]>, u32>,
}

/// What [`trace`] found.
#[derive(Debug, Default)]
pub struct Sightings {
    blobs: HashMap<Id, Vec<Sighting>>,
    names: HashMap<Box<[u8]>, Vec<Sighting>>,
    /// Which trees lead to something wanted.
    relevant: Option<Relevant>,
    /// What could not be looked at.
    pub tally: Tally,
}

impl Sightings {
    /// Which trees lead to what was wanted, for [`lives`].
    pub fn take_relevant(&mut self) -> Option<Relevant> {
        self.relevant.take()
    }

    /// Every path of a wanted blob, the earliest first; none for one that no commit holds.
    #[must_use]
    pub fn of(&self, blob: Id) -> &[Sighting] {
        self.blobs.get(&blob).map_or(&[], Vec::as_slice)
    }

    /// Every path that ends with a wanted name, the earliest first.
    #[must_use]
    pub fn of_name(&self, name: &[u8]) -> &[Sighting] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }
}

/// A graph and the order of its commits, which tells who brought what; worked out when somebody asks.
pub struct Lineage {
    graph: Graph,
    order: OnceLock<Order>,
    /// For each commit the number that its tree has in the store.
    tops: OnceLock<Vec<Option<u32>>>,
}

/// The order of the commits of a graph.
struct Order {
    /// Where in `graph.commits` each is.
    positions: order::Positions,
    parents: order::Kin,
    children: order::Kin,
    /// For each tip of the graph the commit that it leads to.
    tips: Vec<Option<u32>>,
    /// Positions in `graph.commits`, the oldest first.
    oldest_first: Vec<u32>,
    /// For each commit of the graph its place in `oldest_first`.
    ranks: Vec<u32>,
    /// For each commit of the graph its date, which is never before that of a parent.
    times: Vec<i64>,
    reachable: Vec<bool>,
    reachable_tags: HashSet<Id>,
    /// Commits that only the refs of notes lead to.
    notes: Vec<bool>,
}

impl Order {
    fn of(graph: &Graph) -> Self {
        let positions = order::positions(graph);
        let parents = order::Kin::parents(graph, &positions);
        let children = order::Kin::children(&parents);
        let tips = graph.tips.iter().map(|tip| order::peeled(graph, &positions, tip.id)).collect();
        let reachable = |wanted: &dyn Fn(&str) -> bool| order::reachable(graph, &positions, &parents, wanted);
        let (mut notes, _) = reachable(&|name| name.starts_with("refs/notes/"));
        if notes.contains(&true) {
            let (others, _) = reachable(&|name| !name.starts_with("refs/notes/"));
            notes.iter_mut().zip(others).for_each(|(note, other)| *note &= !other);
        }
        let (reachable, reachable_tags) = reachable(&|_| true);
        let oldest_first = order::oldest_first(graph, &parents, &children, &reachable);
        let mut ranks = vec![u32::MAX; graph.commits.len()];
        for (&position, rank) in oldest_first.iter().zip(0..) {
            ranks[position as usize] = rank;
        }
        let times = order::times(graph, &parents, &oldest_first);
        Self { positions, parents, children, tips, oldest_first, ranks, times, reachable, reachable_tags, notes }
    }
}

impl Lineage {
    /// The lineage of the commits of `graph`.
    #[must_use]
    pub fn new(graph: Graph) -> Self {
        Self { graph, order: OnceLock::new(), tops: OnceLock::new() }
    }

    fn order(&self) -> &Order {
        self.order.get_or_init(|| Order::of(&self.graph))
    }

    fn tops(&self, store: &Store) -> &[Option<u32>] {
        self.tops.get_or_init(|| self.graph.commits.iter().map(|commit| store.number(&commit.tree.0)).collect())
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Who made the commit or annotated tag `id`; none if the graph does not hold it.
    #[must_use]
    pub fn introduction(&self, id: Id) -> Option<Introduction> {
        if let Some(commit) = self.position(id) {
            return Some(self.commit(commit));
        }
        let tag = &self.graph.tags[self.graph.tags.binary_search_by_key(&id, |tag| tag.id).ok()?];
        let reachable = self.order().reachable_tags.contains(&id);
        Some(Introduction { id, author: person(&tag.tagger), date: date(tag.time), reachable })
    }

    /// How many commits of the graph come before a commit: none before its parents, then by date.
    #[must_use]
    pub fn rank(&self, id: Id) -> usize {
        self.position(id).map_or(usize::MAX, |position| self.order().ranks[position] as usize)
    }

    /// Where in the graph a commit is.
    fn position(&self, id: Id) -> Option<usize> {
        self.graph.commits.binary_search_by_key(&id, |commit| commit.id).ok()
    }

    /// The tips, each with the position of the commit that it leads to; those that lead to none are left out.
    fn tips(&self) -> impl Iterator<Item = (&Tip, u32)> {
        self.graph.tips.iter().zip(&self.order().tips).filter_map(|(tip, position)| Some((tip, (*position)?)))
    }

    fn commit(&self, position: usize) -> Introduction {
        let commit = &self.graph.commits[position];
        Introduction {
            id: commit.id,
            author: person(&commit.author),
            date: date(self.order().times[position]),
            reachable: self.order().reachable[position],
        }
    }
}

fn person(raw: &[u8]) -> String {
    sanitize(&String::from_utf8_lossy(raw))
}

fn date(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) if seconds > 0 => time.to_string(),
        _ => String::new(),
    }
}

/// Finds every path of every blob of `blobs` and every path that ends with one of `names`, on `threads` threads. Trees that
/// are `known` are not read; what lies in the others `nesting` says.
#[must_use]
pub fn trace(
    repository: &Repository,
    lineage: &Lineage,
    nesting: &Nesting,
    (blobs, names): (&[Id], &[&[u8]]),
    known: Option<&Known>,
    threads: usize,
    stop: &Stop,
) -> Sightings {
    let mut sightings = Sightings::default();
    if blobs.is_empty() && names.is_empty() {
        return sightings;
    }
    let (store, _) = repository.store();
    let mut numbers = 0..;
    let wanted = Wanted {
        blobs: blobs.iter().map(|id| id.0).zip(numbers.by_ref()).collect(),
        names: names.iter().map(|&name| name.into()).zip(numbers.by_ref()).collect(),
    };
    let blobs = wanted.blobs.iter().filter_map(|(id, &number)| Some((store.number(id)?, number)));
    let relevant = std::thread::scope(|scope| {
        // Nobody waits for these who can look for trees.
        if threads > 1 {
            scope.spawn(|| (lineage.order(), lineage.tops(store)));
        }
        Relevant::find(store, nesting, &wanted, known, threads, stop)
    });
    let mut descent = Descent {
        store,
        relevant,
        wanted: &wanted,
        blobs: blobs.collect(),
        finder: Finder::with_cache(64 * 1024 * 1024),
        paths: Paths::default(),
        seen: HashSet::default(),
        last: HashMap::default(),
        found: Vec::new(),
        unreadable: HashSet::default(),
        too_many: false,
    };
    let mut firsts: HashMap<(u32, u32), usize> = HashMap::default();
    let (order, tops) = (lineage.order(), lineage.tops(store));
    for (rank, &position) in order.oldest_first.iter().enumerate() {
        if stop.requested() {
            break;
        }
        descent.tree(tops[position as usize]);
        for place in descent.found.drain(..) {
            firsts.entry(place).or_insert(rank);
        }
    }
    // Trees that were seen are not gone through again, so HEAD is looked at as if nothing had been.
    descent.seen.clear();
    descent.last.clear();
    if let Some(commit) = lineage.graph.head.and_then(|head| lineage.position(head)) {
        descent.tree(tops[commit]);
    }
    let in_head: HashSet<(u32, u32)> = descent.found.drain(..).collect();
    let paths = descent.paths.told(firsts.keys().map(|&(_, path)| path), |name| descent.relevant.name(name));
    let ids: HashMap<u32, Id> = wanted.blobs.iter().map(|(id, number)| (*number, Id(*id))).collect();
    let named: HashMap<u32, &[u8]> = wanted.names.iter().map(|(name, number)| (*number, &**name)).collect();
    let told = |(place, rank): ((u32, u32), usize)| Some((rank, paths.get(&place.1)?.as_slice(), place));
    let wanted_places = firsts.len();
    let mut firsts: Vec<(usize, &[u8], (u32, u32))> = firsts.into_iter().filter_map(told).collect();
    descent.too_many |= firsts.len() < wanted_places;
    firsts.sort_unstable();
    for (rank, path, (number, place)) in firsts {
        let commit = order.oldest_first[rank] as usize;
        let sighting = Sighting {
            path: FilePath::new(path),
            first: lineage.commit(commit),
            in_head: in_head.contains(&(number, place)),
            is_note: order.notes[commit],
        };
        match ids.get(&number) {
            Some(&id) => sightings.blobs.entry(id).or_default().push(sighting),
            None => sightings.names.entry(named[&number].into()).or_default().push(sighting),
        }
    }
    let mut unreadable: Vec<_> = descent.unreadable.into_iter().collect();
    unreadable.sort_unstable();
    for id in unreadable {
        let detail = "a directory that cannot be read: findings in the files below it may lack their commit and path";
        sightings.tally.notice(Notice::new(Cause::CorruptObject, format!("tree {id}"), detail));
    }
    if descent.too_many {
        let detail = format!(
            "more than {PATHS} paths, or some longer than {PATH_LONGEST} bytes, lead to what was found; findings lack them"
        );
        sightings.tally.notice(Notice::new(Cause::Budget, "provenance", detail));
    }
    sightings.relevant = Some(descent.relevant);
    if stop.requested() {
        let detail = "findings may lack their commit and path";
        sightings.tally.notice(Notice::new(Cause::Interrupted, "provenance", detail));
    }
    sightings
}

/// The lives of `subjects`, in their order; none for what no commit holds or says. Their objects and the days of exposure are
/// left to whoever knows the subjects and the time. It takes no more than so many `threads`. `relevant` is what [`trace`] says of the same
/// blobs.
#[must_use]
pub fn lives(
    repository: &Repository,
    lineage: &Lineage,
    relevant: Option<&Relevant>,
    subjects: &[Subject],
    threads: usize,
    stop: &Stop,
) -> (Vec<Option<Life>>, Tally) {
    let (lives, unreadable) = life::lives(repository, lineage, relevant, subjects, threads, stop);
    let mut tally = Tally::default();
    for id in unreadable {
        let detail = "a directory that cannot be read: what is below it does not count as held";
        tally.notice(Notice::new(Cause::CorruptObject, format!("tree {id}"), detail));
    }
    (lives, tally)
}

/// Goes down from the top tree of a commit, only where something wanted is below.
struct Descent<'d> {
    store: &'d Store,
    relevant: Relevant,
    wanted: &'d Wanted,
    /// The wanted blobs, by their number in the store.
    blobs: HashMap<u32, u32>,
    finder: Finder,
    /// Every path that was come across.
    paths: Paths,
    /// Trees, by number, and the path they were seen at.
    seen: HashSet<(u32, u32)>,
    /// By path the steps of the tree that was seen there last.
    last: HashMap<u32, (u32, u32)>,
    /// Wanted blobs and names, and their paths, since the last commit.
    found: Vec<(u32, u32)>,
    unreadable: HashSet<gix::ObjectId>,
    too_many: bool,
}

impl Descent<'_> {
    /// Those of the steps of a tree at a path that may be others than the tree had that was seen there last: from one commit to the
    /// next nearly all of a large directory stays as it is.
    fn fresh(&mut self, path: u32, steps: Range<u32>) -> Range<u32> {
        let Some(before) = self.last.insert(path, (steps.start, steps.end)) else { return steps };
        let (before, now) = (self.relevant.within(before), self.relevant.within((steps.start, steps.end)));
        let first = before.iter().zip(now).take_while(|(before, now)| before == now).count();
        let (before, now) = (&before[first..], &now[first..]);
        let last = before.iter().rev().zip(now.iter().rev()).take_while(|(before, now)| before == now).count();
        steps.start + first as u32..steps.end - last as u32
    }

    fn tree(&mut self, top: Option<u32>) {
        let mut pending: Vec<(u32, u32)> = top.map(|top| (top, TOP)).into_iter().collect();
        while let Some((tree, path)) = pending.pop() {
            if !self.relevant.leads_to_something(tree) || !self.seen.insert((tree, path)) {
                continue;
            }
            let Some((from, to)) = self.relevant.open(tree, self.store, self.wanted, &mut self.finder) else {
                self.unreadable.extend(self.store.id(tree));
                continue;
            };
            for at in self.fresh(path, from..to) {
                let step = self.relevant.step(at);
                let name = self.relevant.name(step.name);
                let blob = step.object.and_then(|object| self.blobs.get(&object));
                let wanted = [self.wanted.names.get(name).copied(), blob.copied()];
                let subtree = step.object.filter(|_| step.is_tree && !self.too_many);
                if subtree.is_none() && wanted == [None; 2] {
                    continue;
                }
                let Some(below) = self.paths.number(path, step.name, name.len()) else {
                    self.too_many = true;
                    continue;
                };
                self.found.extend(wanted.into_iter().flatten().map(|number| (number, below)));
                pending.extend(subtree.map(|tree| (tree, below)));
            }
        }
    }
}
