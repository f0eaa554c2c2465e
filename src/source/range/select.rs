//! Which commits a range holds.
//!
//! The commits are walked from the newest, those to leave out together with those that are wanted; who is reached from
//! what is left out is left out, too. The walk ends when nothing wanted waits any more and what waits is older than every
//! wanted commit: whatever leads from a commit to its ancestor is then seen, unless a clock was wrong by more than
//! [`SLOP`] commits. A wrong clock can only add a commit to the range, never hide one.

use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use gix::ObjectId;
use gix::objs::Kind;

use super::clock::{Dated, settled};
use crate::source::objects::{Finder, Store, commit, tag};
use crate::source::{Commit, Id, Tag};

/// How many commits to leave out are gone through after the last wanted one, whatever their dates say.
const SLOP: usize = 256;

/// What the walk begins with.
pub(super) struct Ends {
    /// What must be reached.
    pub(super) wanted: Vec<ObjectId>,
    /// What must not.
    pub(super) left_out: Vec<ObjectId>,
}

/// What the walk found.
#[derive(Default)]
pub(super) struct Selected {
    /// The commits, by id, each no older than its newest parent.
    pub(super) commits: Vec<Commit>,
    /// For each of them a number that is greater than those of its parents.
    pub(super) heights: Vec<u32>,
    /// The commits that the wanted ends lead to, whether or not they are in the range.
    pub(super) ends: BTreeSet<ObjectId>,
    /// Tags that lead to the wanted ends.
    pub(super) tags: Vec<Tag>,
    /// Wanted ends that are no commits: a tag or a push may name a tree or a file.
    pub(super) others: Vec<(ObjectId, Kind)>,
    /// Commits whose parent is not in the repository, with that parent; not all of them have to be of the range.
    pub(super) cut: BTreeSet<(ObjectId, ObjectId)>,
    /// What cannot be read.
    pub(super) missing: BTreeSet<ObjectId>,
    /// Whether something that is left out can be reached from what is wanted: they share a history.
    pub(super) meets: bool,
    /// Whether the commits were all left out for their age.
    pub(super) too_old: bool,
}

struct Seen {
    commit: Commit,
    left_out: bool,
}

struct Walk<'w> {
    store: &'w Store,
    finder: Finder,
    seen: HashMap<ObjectId, Seen>,
    waiting: BinaryHeap<(i64, ObjectId)>,
    /// Of those that wait the ones that are wanted.
    wanted: HashSet<ObjectId>,
    /// Tags, trees and files that are left out.
    known: HashSet<ObjectId>,
    /// Where tags lead to, for ends that are wanted and for others.
    led: HashMap<(ObjectId, bool), Option<ObjectId>>,
    selected: Selected,
}

pub(super) fn select(store: &Store, ends: &Ends) -> Selected {
    let mut walk = Walk {
        store,
        finder: Finder::with_cache(16 * 1024 * 1024),
        seen: HashMap::new(),
        waiting: BinaryHeap::new(),
        wanted: HashSet::new(),
        known: HashSet::new(),
        led: HashMap::new(),
        selected: Selected::default(),
    };
    for &end in &ends.left_out {
        if let Some(end) = walk.peel(end, false) {
            walk.reach(end, true);
        }
    }
    for &end in &ends.wanted {
        if let Some(end) = walk.peel(end, true) {
            walk.selected.ends.insert(end);
            walk.reach(end, false);
        }
    }
    walk.run();
    let Walk { seen, mut selected, .. } = walk;
    let mut seen: Vec<Seen> = seen.into_values().collect();
    seen.sort_unstable_by_key(|seen| seen.commit.id);
    let dated =
        seen.iter().map(|Seen { commit, .. }| Dated { id: commit.id.0, time: commit.time, parents: &commit.parents });
    let settled = settled(&dated.collect::<Vec<_>>());
    for (Seen { commit, left_out }, (time, height)) in seen.into_iter().zip(settled) {
        if !left_out {
            selected.commits.push(Commit { time, ..commit });
            selected.heights.push(height);
        }
    }
    selected.tags.sort_unstable_by_key(|tag| tag.id);
    selected.tags.dedup_by_key(|tag| tag.id);
    selected
}

/// What kind of object an end leads to by way of tags; none if it is not here.
pub(super) fn peeled(store: &Store, mut id: ObjectId) -> Option<Kind> {
    let mut finder = Finder::new();
    loop {
        match store.find(&id, &mut finder)? {
            Kind::Tag => id = tag(&finder.bytes)?.target,
            kind => return Some(kind),
        }
    }
}

impl Walk<'_> {
    /// The commit that an end leads to; tags on the way, and what is no commit, are kept if it is wanted. Each tag is read once,
    /// however many ends lead over it: whoever made the repository does not choose how long that takes.
    fn peel(&mut self, mut id: ObjectId, is_wanted: bool) -> Option<ObjectId> {
        let mut way = Vec::new();
        let end = loop {
            if let Some(&end) = self.led.get(&(id, is_wanted)) {
                break end;
            }
            let counts = is_wanted && !self.known.contains(&id);
            let kind = self.store.find(&id, &mut self.finder);
            let tag = kind.filter(|kind| *kind == Kind::Tag).and_then(|_| tag(&self.finder.bytes));
            match (kind, tag) {
                (Some(Kind::Commit), _) => break Some(id),
                (Some(Kind::Tag), Some(tag)) => {
                    let (target, time) = (tag.target, tag.time);
                    if counts {
                        let tagger = tag.tagger.into();
                        self.selected.tags.push(Tag { id: Id(id), target: Id(target), tagger, time });
                    } else {
                        self.known.insert(id);
                    }
                    way.push(id);
                    id = target;
                }
                (None | Some(Kind::Tag), _) => {
                    if counts {
                        self.selected.missing.insert(id);
                    }
                    break None;
                }
                (Some(kind), _) => {
                    match counts {
                        true => self.selected.others.push((id, kind)),
                        false => _ = self.known.insert(id),
                    }
                    break None;
                }
            }
        };
        self.led.extend(way.into_iter().map(|tag| ((tag, is_wanted), end)));
        end
    }

    /// A way leads to a commit; says whether the commit is there.
    fn reach(&mut self, id: ObjectId, left_out: bool) -> bool {
        if let Some(seen) = self.seen.get_mut(&id) {
            self.selected.meets |= seen.left_out != left_out;
            if left_out && !seen.left_out {
                seen.left_out = true;
                self.wanted.remove(&id);
                // What was reached through it is left out as well.
                self.waiting.push((seen.commit.time, id));
            }
            return true;
        }
        if self.store.find(&id, &mut self.finder) != Some(Kind::Commit) {
            return false;
        }
        let Some(parsed) = commit(&self.finder.bytes) else { return false };
        let commit = Commit {
            id: Id(id),
            tree: Id(parsed.tree),
            parents: parsed.parents.iter().map(|&parent| Id(parent)).collect(),
            author: parsed.author.into(),
            time: parsed.time,
        };
        self.waiting.push((commit.time, id));
        if !left_out {
            self.wanted.insert(id);
        }
        self.seen.insert(id, Seen { commit, left_out });
        true
    }

    fn run(&mut self) {
        let mut oldest = i64::MAX;
        let mut beyond = 0;
        while let Some((time, id)) = self.waiting.pop() {
            self.wanted.remove(&id);
            let Some(seen) = self.seen.get(&id) else { continue };
            let left_out = seen.left_out;
            if left_out {
                if self.wanted.is_empty() && time < oldest {
                    beyond += 1;
                    if beyond > SLOP {
                        return;
                    }
                }
            } else {
                oldest = oldest.min(time);
                beyond = 0;
            }
            for parent in seen.commit.parents.clone() {
                if !self.reach(parent.0, left_out) && !left_out {
                    self.selected.cut.insert((id, parent.0));
                }
            }
        }
    }
}
