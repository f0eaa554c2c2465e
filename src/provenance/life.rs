//! The life of a secret: the first commit that holds it and the last, when it was removed and by whom, how often it came
//! back, and which refs hold or reach it.
//!
//! A commit *holds* a secret if its tree has a blob with it, at any path: presence is decided on secrets and not on blobs, so
//! an edited file that keeps the secret still holds it. A ref holds what its tip holds, and *reaches* what an ancestor of
//! its tip holds or says.
//!
//! There may be ten thousand secrets in forty thousand commits, so neither is gone through for the other. What a tree holds is
//! a set of secrets, each set is kept once and known by a number, and most commits hold what their parents hold. Trees that
//! lead to nothing wanted are not opened, the others once. Dates are those of the committer, and no commit is older than its
//! newest parent, whatever its clock said.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use gix::ObjectId;

use super::relevant::Relevant;
use super::{Lineage, date, order, person};
use crate::finding::{Event, Life};
use crate::source::{Finder, Graph, Id, Repository, Stop, Store, Tag, tree_entries};

/// A secret, as the history has it: the blobs that hold it, and the commits whose message or header says it.
pub type Subject = Vec<Id>;

/// How many refs are named of a secret.
const REFS: usize = 100;

/// The lives of `subjects`, in their order; none for what no commit holds or says. Second: directories that could not be read.
pub(super) fn lives(
    repository: &Repository,
    lineage: &Lineage,
    relevant: Option<&Relevant>,
    subjects: &[Subject],
    threads: usize,
    stop: &Stop,
) -> (Vec<Option<Life>>, Vec<ObjectId>) {
    let graph = &lineage.graph;
    let mut holdings = Holdings::new(repository, lineage, relevant, subjects);
    let count = graph.commits.len();
    let positions = &lineage.order().positions;
    let tops = lineage.tops(holdings.store);
    let (mut held, mut reached) = (vec![EMPTY; count], vec![EMPTY; count]);
    let mut said: HashMap<u32, Vec<u32>> = HashMap::default();
    for (subject, number) in subjects.iter().zip(0..) {
        for position in subject.iter().filter_map(|id| positions.get(&id.0)) {
            said.entry(*position).or_default().push(number);
        }
    }
    for &position in &lineage.order().oldest_first {
        if stop.requested() {
            break;
        }
        let own = holdings.tree(tops[position as usize]);
        held[position as usize] = own;
        let mut all = match said.get(&position) {
            Some(said) => {
                let said = holdings.sets.number(said.clone());
                holdings.sets.union(own, said)
            }
            None => own,
        };
        for &parent in lineage.order().parents.of(position) {
            all = holdings.sets.union(all, reached[parent as usize]);
        }
        reached[position as usize] = all;
    }
    let tracks = Tracks { graph, lineage, positions, held: &held, sets: &holdings.sets };
    let mut lives = tracks.lives(subjects, &reached, &said, threads);
    direct(lineage, &mut holdings, &mut lives);
    let outer = outer(graph);
    for (subject, life) in subjects.iter().zip(&mut lives) {
        tagged(graph, &outer, subject, life);
    }
    let mut unreadable: Vec<ObjectId> = holdings.unreadable.into_iter().collect();
    unreadable.sort_unstable();
    (lives, unreadable)
}

/// Adds the refs that name no commit but a file or a directory, as those do that publish a key, or keep what a forge notes of a
/// change. Where no annotated tag is between nobody says who made it, nor when.
fn direct(lineage: &Lineage, holdings: &mut Holdings<'_>, lives: &mut [Option<Life>]) {
    let graph = &lineage.graph;
    let tips = graph.tips.iter().zip(&lineage.order().tips);
    let tips = tips.filter(|(tip, commit)| commit.is_none() && tip.name.starts_with("refs/"));
    let mut tips: Vec<_> = tips.filter_map(|(tip, _)| Some((tip, order::named(graph, tip.id)?))).collect();
    // The earliest of those that say when.
    tips.sort_by_key(|(_, (_, tag))| tag.map_or((true, 0), |tag| (false, tag.time)));
    for (tip, (object, tag)) in tips {
        let number = holdings.store.number(&object.0);
        let held = number.and_then(|number| holdings.of(number)).unwrap_or_else(|| holdings.tree(number));
        for &subject in holdings.sets.of(held) {
            let first = || Life::since(tag.map_or_else(|| unsigned(object), signed));
            held_by(lives[subject as usize].get_or_insert_with(first), [&tip.name]);
        }
    }
}

/// What a tag says of who made something.
fn signed(tag: &Tag) -> Event {
    Event { commit: tag.id.to_string(), author: person(&tag.tagger), date: date(tag.time) }
}

/// Something of which nobody says who made it.
fn unsigned(object: Id) -> Event {
    Event { commit: object.to_string(), author: String::new(), date: String::new() }
}

/// Adds refs that hold it.
fn held_by<'n>(life: &mut Life, names: impl IntoIterator<Item = &'n String>) {
    for name in names {
        if !life.holding.contains(name) {
            life.holding_count += 1;
            life.holding.push(name.clone());
        }
    }
    life.holding.sort_unstable();
    life.holding.truncate(REFS);
}

/// By tag the tags that are of it.
fn outer(graph: &Graph) -> HashMap<Id, Vec<Id>> {
    let mut outer: HashMap<Id, Vec<Id>> = HashMap::default();
    for tag in &graph.tags {
        if graph.tags.binary_search_by_key(&tag.target, |tag| tag.id).is_ok() {
            outer.entry(tag.target).or_default().push(tag.id);
        }
    }
    outer
}

/// Adds what the annotated tags of a subject tell: what a tag says is held by the refs that name it, or a tag of it.
fn tagged(graph: &Graph, outer: &HashMap<Id, Vec<Id>>, subject: &Subject, life: &mut Option<Life>) {
    let tag = |id: &Id| Some(&graph.tags[graph.tags.binary_search_by_key(id, |tag| tag.id).ok()?]);
    let mut tags: Vec<_> = subject.iter().filter_map(tag).collect();
    tags.sort_by_key(|tag| (tag.time, tag.id));
    let Some(first) = tags.first().map(|tag| signed(tag)) else { return };
    let life = life.get_or_insert_with(|| Life::since(first));
    let mut pending: Vec<Id> = tags.iter().map(|tag| tag.id).collect();
    let mut leading: HashSet<Id> = HashSet::default();
    while let Some(tag) = pending.pop() {
        if leading.insert(tag) {
            pending.extend(outer.get(&tag).into_iter().flatten());
        }
    }
    let names = graph.tips.iter().filter(|tip| tip.name.starts_with("refs/") && leading.contains(&tip.id));
    held_by(life, names.map(|tip| &tip.name));
}

/// The number of the set of nothing.
const EMPTY: u32 = 0;
/// No number of a set.
const UNKNOWN: u32 = u32::MAX;

/// Sets of subjects, each kept once.
struct Sets {
    members: Vec<Arc<[u32]>>,
    numbers: HashMap<Arc<[u32]>, u32>,
    /// By the numbers of sets, in the order in which they were met, that of their union.
    unions: HashMap<Box<[u32]>, u32>,
    /// By set the last list in which it was met, and how many lists there were.
    met: (Vec<u32>, u32),
}

impl Sets {
    fn new() -> Self {
        let empty: Arc<[u32]> = Arc::default();
        Self {
            members: vec![Arc::clone(&empty)],
            numbers: std::iter::once((empty, EMPTY)).collect(),
            unions: HashMap::default(),
            met: (Vec::new(), 0),
        }
    }

    /// Leaves out the set of nothing, and those that stand in the list before. They are not sorted: versions of a directory have their
    /// sets in one order.
    fn leave_one_of_each(&mut self, sets: &mut Vec<u32>) {
        let (met, list) = &mut self.met;
        met.resize(self.members.len(), 0);
        *list += 1;
        sets.retain(|&set| set != EMPTY && std::mem::replace(&mut met[set as usize], *list) != *list);
    }

    fn number(&mut self, mut members: Vec<u32>) -> u32 {
        // Sets that were sorted are sorted as one in hardly more than one pass.
        members.sort();
        members.dedup();
        if let Some(&number) = self.numbers.get(members.as_slice()) {
            return number;
        }
        let (members, number): (Arc<[u32]>, u32) = (members.into(), self.members.len() as u32);
        self.members.push(Arc::clone(&members));
        self.numbers.insert(members, number);
        number
    }

    fn union(&mut self, one: u32, other: u32) -> u32 {
        if one == other || other == EMPTY {
            return one;
        }
        if one == EMPTY {
            return other;
        }
        self.union_of(&[one.min(other), one.max(other)])
    }

    /// The union of many, without those between.
    fn union_of(&mut self, sets: &[u32]) -> u32 {
        if let Some(&number) = self.unions.get(sets) {
            return number;
        }
        let mut members = Vec::with_capacity(sets.iter().map(|&set| self.of(set).len()).sum());
        sets.iter().for_each(|&set| members.extend_from_slice(self.of(set)));
        let number = self.number(members);
        self.unions.insert(sets.into(), number);
        number
    }

    fn of(&self, number: u32) -> &[u32] {
        &self.members[number as usize]
    }
}

/// What trees hold.
struct Holdings<'h> {
    store: &'h Store,
    relevant: Option<&'h Relevant>,
    finder: Finder,
    /// By number in the store: for wanted blobs the set of subjects in them, for trees that were opened that of what is below
    /// them, for all else [`UNKNOWN`].
    known: Vec<u32>,
    sets: Sets,
    unreadable: HashSet<ObjectId>,
}

impl<'h> Holdings<'h> {
    fn new(
        repository: &'h Repository,
        lineage: &Lineage,
        relevant: Option<&'h Relevant>,
        subjects: &[Subject],
    ) -> Self {
        let mut by_blob: BTreeMap<Id, Vec<u32>> = BTreeMap::new();
        for (subject, number) in subjects.iter().zip(0..) {
            for &blob in subject.iter().filter(|id| lineage.position(**id).is_none()) {
                by_blob.entry(blob).or_default().push(number);
            }
        }
        let mut sets = Sets::new();
        let (store, _) = repository.store();
        let mut known = vec![UNKNOWN; store.numbers()];
        for (id, members) in by_blob {
            if let Some(number) = store.number(&id.0) {
                known[number as usize] = sets.number(members);
            }
        }
        let finder = Finder::with_cache(64 * 1024 * 1024);
        Self { store, relevant, finder, known, sets, unreadable: HashSet::default() }
    }

    /// The set of an object, if that is known.
    fn of(&self, object: u32) -> Option<u32> {
        self.known.get(object as usize).copied().filter(|&set| set != UNKNOWN)
    }

    /// The set of what is below a tree. Trees within trees are gone through with a stack of our own, however deep they are.
    fn tree(&mut self, top: Option<u32>) -> u32 {
        let leads = |&tree: &u32| self.relevant.is_some_and(|relevant| relevant.leads_to_something(tree));
        let Some(top) = top.filter(leads) else { return EMPTY };
        let mut pending = vec![top];
        // A tree cannot hold itself unless it is damaged: what is open already is not opened again.
        let mut open: HashSet<u32> = HashSet::default();
        while let Some(&tree) = pending.last() {
            if self.of(tree).is_some() {
                pending.pop();
                continue;
            }
            open.insert(tree);
            match self.entries(tree, &open) {
                Ok(set) => self.known[tree as usize] = set,
                Err(below) => pending.extend(below),
            }
        }
        self.of(top).unwrap_or(EMPTY)
    }

    /// The set of what a tree holds, or the trees in it that have to be opened first; those of `open` are passed over.
    fn entries(&mut self, tree: u32, open: &HashSet<u32>) -> Result<u32, Vec<u32>> {
        let (mut sets, mut below) = (Vec::new(), Vec::new());
        let mut see = |this: &Self, object: Option<u32>, is_tree: bool| {
            let Some(object) = object else { return };
            let leads = || this.relevant.is_some_and(|relevant| relevant.leads_to_something(object));
            match this.of(object) {
                Some(set) => sets.push(set),
                None if is_tree && leads() && !open.contains(&object) => below.push(object),
                None => {}
            }
        };
        match self.relevant.and_then(|relevant| relevant.steps(tree)) {
            Some(steps) => steps.iter().for_each(|step| see(self, step.object, step.is_tree)),
            None => {
                let Some(id) = self.store.id(tree) else { return Ok(EMPTY) };
                if self.store.find(&id, &mut self.finder).is_none() {
                    self.unreadable.insert(id);
                    return Ok(EMPTY);
                }
                for entry in tree_entries(&self.finder.bytes, self.store.hash()).flatten() {
                    see(self, self.store.number(entry.id), entry.is_tree());
                }
            }
        }
        if !below.is_empty() {
            return Err(below);
        }
        self.sets.leave_one_of_each(&mut sets);
        Ok(match sets.as_slice() {
            [] => EMPTY,
            [only] => *only,
            many => self.sets.union_of(many),
        })
    }
}

/// What the commits hold, and how they hang together.
struct Tracks<'t> {
    graph: &'t Graph,
    lineage: &'t Lineage,
    positions: &'t order::Positions,
    held: &'t [u32],
    sets: &'t Sets,
}

/// What happened along one branch.
#[derive(Clone, Default)]
struct Presence {
    branch: Option<String>,
    present: bool,
    removed: Option<u32>,
    returns: u32,
}

impl Tracks<'_> {
    fn lives(
        &self,
        subjects: &[Subject],
        reached: &[u32],
        said: &HashMap<u32, Vec<u32>>,
        threads: usize,
    ) -> Vec<Option<Life>> {
        let count = subjects.len();
        let ends = || (self.ends(count, &HashMap::default(), true), self.partings(count));
        let mut beside = None;
        let (firsts, presences) = std::thread::scope(|scope| {
            if threads > 1 {
                scope.spawn(|| beside = Some(ends()));
            }
            (self.ends(count, said, false), self.presences(count))
        });
        let (lasts, partings) = beside.unwrap_or_else(ends);
        let mut lives: Vec<Option<Life>> = firsts
            .iter()
            .zip(lasts)
            .zip(presences)
            .map(|((&first, last), presence)| {
                let first = first?;
                let parents = &self.graph.commits[first as usize].parents;
                Some(Life {
                    at_least: parents.iter().any(|parent| !self.positions.contains_key(&parent.0)),
                    last: last.map(|last| self.event(last)),
                    removed: presence.removed.filter(|_| !presence.present).map(|removed| self.event(removed)),
                    returns: presence.returns,
                    branch: presence.branch,
                    ..Life::since(self.event(first))
                })
            })
            .collect();
        self.refs(&mut lives, reached);
        for (life, parting) in lives.iter_mut().zip(partings) {
            let (Some(life), Some((position, is_removal))) = (life, parting) else { continue };
            let ended = self.event(position);
            if life.holding_count == 0 && is_removal {
                // The branch it was on was merged and is no ref any more.
                life.removed.get_or_insert_with(|| ended.clone());
            }
            life.ended = Some(ended);
        }
        lives
    }

    /// For each subject the commit behind the last that held it, and whether there is one: else it is that last one. Of several
    /// lines of development the one that held it longest counts.
    fn partings(&self, subjects: usize) -> Vec<Option<(u32, bool)>> {
        let children = &self.lineage.order().children;
        let mut partings: Vec<Option<(u32, bool)>> = vec![None; subjects];
        for (&set, position) in self.held.iter().zip(0_u32..) {
            let children = children.of(position);
            let held_by = |child: &u32| self.held[*child as usize];
            if set == EMPTY || children.iter().any(|child| held_by(child) == set) {
                continue;
            }
            let times = &self.lineage.order().times;
            let time = |position: u32| (times[position as usize], self.graph.commits[position as usize].id);
            let next = children.iter().copied().min_by_key(|&child| time(child));
            let goes_on =
                |subject: &u32| children.iter().any(|it| self.sets.of(held_by(it)).binary_search(subject).is_ok());
            for subject in self.sets.of(set).iter().filter(|subject| !goes_on(subject)) {
                let parting = &mut partings[*subject as usize];
                let own = (next.unwrap_or(position), next.is_some());
                if parting.is_none_or(|(before, _)| time(before) < time(own.0)) {
                    *parting = Some(own);
                }
            }
        }
        partings
    }

    fn event(&self, position: u32) -> Event {
        let commit = &self.graph.commits[position as usize];
        let time = self.lineage.order().times[position as usize];
        Event { commit: commit.id.to_string(), author: person(&commit.author), date: date(time) }
    }

    /// For each subject the first commit that holds or says it, or the last. Commits that refs reach go before others.
    fn ends(&self, subjects: usize, said: &HashMap<u32, Vec<u32>>, last: bool) -> Vec<Option<u32>> {
        let mut ends = vec![None; subjects];
        let mut seen: HashSet<u32> = HashSet::default();
        let order = self.lineage.order();
        let mut see = |position: u32| {
            let set = self.held[position as usize];
            let held: &[u32] = if seen.insert(set) { self.sets.of(set) } else { &[] };
            for &subject in held.iter().chain(said.get(&position).into_iter().flatten()) {
                ends[subject as usize].get_or_insert(position);
            }
        };
        match last {
            false => order.oldest_first.iter().for_each(|&position| see(position)),
            true => {
                let reachable = |position: &&u32| order.reachable[**position as usize];
                order.oldest_first.iter().rev().filter(reachable).for_each(|&position| see(position));
                order.oldest_first.iter().rev().for_each(|&position| see(position));
            }
        }
        ends
    }

    /// What happened to each subject along the first parents of the default branch, or of the first other ref that ever held
    /// it. Every commit is passed once: a branch is followed back to where it left those before it.
    fn presences(&self, subjects: usize) -> Vec<Presence> {
        let mut presences: Vec<Presence> = vec![Presence::default(); subjects];
        let mut passed: HashSet<u32> = HashSet::default();
        for (name, tip) in self.branches() {
            let (mut chain, mut next) = (Vec::new(), Some(tip));
            while let Some(position) = next.filter(|&position| passed.insert(position)) {
                chain.push(position);
                let first = self.graph.commits[position as usize].parents.first();
                next = first.and_then(|parent| self.positions.get(&parent.0)).copied();
            }
            let mut before = next.map_or(EMPTY, |position| self.held[position as usize]);
            for &position in chain.iter().rev() {
                let now = self.held[position as usize];
                if now != before {
                    self.step(&mut presences, name, (before, now), position);
                }
                before = now;
            }
        }
        presences
    }

    /// From one commit of a branch to the next.
    fn step(&self, presences: &mut [Presence], name: &str, (before, now): (u32, u32), position: u32) {
        let (before, now) = (self.sets.of(before), self.sets.of(now));
        for subject in now.iter().filter(|subject| before.binary_search(subject).is_err()) {
            let presence = &mut presences[*subject as usize];
            if presence.branch.as_deref().is_some_and(|branch| branch != name) {
                continue;
            }
            presence.returns += u32::from(presence.branch.is_some());
            presence.branch.get_or_insert_with(|| name.to_owned());
            presence.present = true;
        }
        for subject in before.iter().filter(|subject| now.binary_search(subject).is_err()) {
            let presence = &mut presences[*subject as usize];
            if presence.branch.as_deref() == Some(name) {
                presence.present = false;
                presence.removed = Some(position);
            }
        }
    }

    /// The tips that are commits: the default branch, `HEAD`, branches, remote-tracking branches, tags, others.
    fn branches(&self) -> Vec<(&str, u32)> {
        let default = self.graph.default_branch.as_deref();
        let rank = |name: &str| match name {
            _ if Some(name) == default => 0,
            "HEAD" => 1,
            _ if name.starts_with("refs/heads/") => 2,
            _ if name.starts_with("refs/remotes/") => 3,
            _ if name.starts_with("refs/tags/") => 4,
            _ => 5,
        };
        let mut tips: Vec<(&str, u32)> = self.lineage.tips().map(|(tip, at)| (tip.name.as_str(), at)).collect();
        tips.sort_by_key(|&(name, _)| (rank(name), name));
        tips
    }

    fn refs(&self, lives: &mut [Option<Life>], reached: &[u32]) {
        let is_ref = |name: &str| name.starts_with("refs/");
        let (mut tips, mut heads): (Vec<_>, Vec<_>) = self.lineage.tips().partition(|(tip, _)| is_ref(&tip.name));
        let mut named: HashSet<Id> = tips.iter().map(|(tip, _)| tip.id).collect();
        // A detached `HEAD`, of a linked worktree, too, holds what no ref does; any other is one of a branch.
        heads.sort_by_key(|(tip, _)| tip.name != "HEAD");
        heads.retain(|(tip, _)| named.insert(tip.id));
        tips.extend(heads);
        tips.sort_unstable_by_key(|(tip, _)| &tip.name);
        for (tip, position) in tips {
            let position = position as usize;
            let mut held = self.sets.of(self.held[position]).iter().peekable();
            for subject in self.sets.of(reached[position]) {
                // What it holds it reaches, too.
                let holds = held.next_if_eq(&subject).is_some();
                let Some(life) = &mut lives[*subject as usize] else { continue };
                let (list, count) = match holds {
                    true => (&mut life.holding, &mut life.holding_count),
                    false => (&mut life.reaching, &mut life.reaching_count),
                };
                // There may be a ref for each of ten thousand pull requests: what is not named is only counted.
                *count += 1;
                if list.len() < REFS {
                    list.push(tip.name.clone());
                }
            }
        }
        let mut in_reflog: HashSet<u32> = HashSet::default();
        let mut seen: HashSet<u32> = HashSet::default();
        for position in self.graph.reflog.iter().filter_map(|id| self.positions.get(&id.0)) {
            let set = reached[*position as usize];
            if seen.insert(set) {
                in_reflog.extend(self.sets.of(set));
            }
        }
        let head = self.graph.head.and_then(|head| self.positions.get(&head.0));
        let head = head.map_or(&[][..], |&head| self.sets.of(self.held[head as usize]));
        for (life, subject) in lives.iter_mut().zip(0..) {
            let Some(life) = life else { continue };
            life.in_head = head.binary_search(&subject).is_ok();
            life.only_reflog = life.holding_count + life.reaching_count == 0 && in_reflog.contains(&subject);
        }
    }
}
