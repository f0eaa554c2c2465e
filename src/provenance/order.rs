//! The order of commits, and which of them a ref leads to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::HashSet;

use crate::source::{Graph, Id, Tag};

/// Where in the graph each commit is, by its id.
pub(super) type Positions = gix::hashtable::HashMap<gix::ObjectId, u32>;

/// Where the commits of a graph are.
pub(super) fn positions(graph: &Graph) -> Positions {
    graph.commits.iter().map(|commit| commit.id.0).zip(0..).collect()
}

/// For each commit of the graph whether a ref of the `wanted` names leads to it; and the tags that these lead to.
pub(super) fn reachable(
    graph: &Graph,
    positions: &Positions,
    parents: &Kin,
    wanted: impl Fn(&str) -> bool,
) -> (Vec<bool>, HashSet<Id>) {
    let mut reachable = vec![false; graph.commits.len()];
    let mut tags = HashSet::default();
    let mut pending = Vec::new();
    for tip in graph.tips.iter().filter(|tip| wanted(&tip.name)) {
        let mut id = tip.id;
        while let Some(tag) = tag(graph, id).filter(|_| tags.insert(id)) {
            id = tag.target;
        }
        pending.extend(positions.get(&id.0));
    }
    while let Some(position) = pending.pop() {
        if !std::mem::replace(&mut reachable[position as usize], true) {
            pending.extend(parents.of(position));
        }
    }
    (reachable, tags)
}

/// Where in the graph the commit is that an object leads to: itself, or what a tag names, if by way of other tags.
pub(super) fn peeled(graph: &Graph, positions: &Positions, id: Id) -> Option<u32> {
    positions.get(&named(graph, id)?.0.0).copied()
}

/// What is no tag and an object leads to: itself, or what a tag names, if by way of other tags; and the last of these.
pub(super) fn named(graph: &Graph, id: Id) -> Option<(Id, Option<&Tag>)> {
    /// Who made the repository does not choose how long this takes.
    const TAGS: usize = 32;
    let (mut id, mut last) = (id, None);
    for _ in 0..TAGS {
        let Some(next) = tag(graph, id) else { return Some((id, last)) };
        (id, last) = (next.target, Some(next));
    }
    None
}

fn tag(graph: &Graph, id: Id) -> Option<&Tag> {
    graph.tags.binary_search_by_key(&id, |tag| tag.id).ok().map(|at| &graph.tags[at])
}

/// Positions of all commits: none before its parents, reachable ones first, then by date, then by id.
pub(super) fn oldest_first(graph: &Graph, parents: &Kin, children: &Kin, reachable: &[bool]) -> Vec<u32> {
    let mut parents: Vec<usize> = (0..graph.commits.len() as u32).map(|position| parents.of(position).len()).collect();
    let rank = |position: u32| {
        let commit = &graph.commits[position as usize];
        Reverse((!reachable[position as usize], commit.time, commit.id, position))
    };
    let mut ready: BinaryHeap<_> =
        (0..parents.len() as u32).filter(|&position| parents[position as usize] == 0).map(rank).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse((_, _, _, position))) = ready.pop() {
        order.push(position);
        for &child in children.of(position) {
            parents[child as usize] -= 1;
            if parents[child as usize] == 0 {
                ready.push(rank(child));
            }
        }
    }
    order
}

/// For each commit the positions of those it is made from, or of those made from it.
pub(super) struct Kin {
    /// Where in `all` those of each commit begin, and where the last ones end.
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Kin {
    /// The parents of each commit, in its order. One that is not there, as in a shallow clone, is waited for by nobody.
    pub(super) fn parents(graph: &Graph, positions: &Positions) -> Self {
        let (mut starts, mut all) = (Vec::with_capacity(graph.commits.len() + 1), Vec::new());
        starts.push(0);
        for commit in &graph.commits {
            all.extend(commit.parents.iter().filter_map(|parent| positions.get(&parent.0)));
            starts.push(all.len() as u32);
        }
        Self { starts, all }
    }

    /// The children of each commit, in the order of the graph.
    pub(super) fn children(parents: &Kin) -> Self {
        let mut starts = vec![0_u32; parents.starts.len()];
        parents.all.iter().for_each(|&parent| starts[parent as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let (mut next, mut all) = (starts.clone(), vec![0; parents.all.len()]);
        for child in 0..parents.starts.len() as u32 - 1 {
            for &parent in parents.of(child) {
                let next = &mut next[parent as usize];
                all[*next as usize] = child;
                *next += 1;
            }
        }
        Self { starts, all }
    }

    /// Those of the commit at `position`.
    pub(super) fn of(&self, position: u32) -> &[u32] {
        let at = position as usize;
        &self.all[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// The date of each commit: no commit is older than its newest parent, whatever its clock said. `order` has parents first.
pub(super) fn times(graph: &Graph, parents: &Kin, order: &[u32]) -> Vec<i64> {
    let mut times: Vec<i64> = graph.commits.iter().map(|commit| commit.time).collect();
    for &position in order {
        let newest = parents.of(position).iter().map(|&parent| times[parent as usize]).max();
        times[position as usize] = newest.map_or(times[position as usize], |time| time.max(times[position as usize]));
    }
    times
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Commit, Tip};

    fn id(number: u8) -> Id {
        Id::from_hex(&format!("{number:02x}").repeat(20)).unwrap()
    }

    fn commit(number: u8, parents: &[u8], time: i64) -> Commit {
        let parents = parents.iter().map(|&parent| id(parent)).collect();
        Commit { id: id(number), tree: id(0xEE), parents, author: b"a".as_slice().into(), time }
    }

    #[test]
    fn parents_come_first_even_if_their_clock_was_wrong() {
        // 1 <- 2 <- 4, 1 <- 3 <- 4; 2 claims to be older than 1; 5 hangs below 1 and no ref names it.
        let commits = vec![
            commit(1, &[0xAA], 100),
            commit(2, &[1], 50),
            commit(3, &[1], 120),
            commit(4, &[2, 3], 130),
            commit(5, &[1], 1),
        ];
        let tags = vec![Tag { id: id(0x90), target: id(4), tagger: b"t".as_slice().into(), time: 1 }];
        let tip = Tip { name: "refs/tags/v1".to_owned(), id: id(0x90) };
        let graph = Graph { commits, tags, tips: vec![tip], ..Graph::default() };
        let positions = positions(&graph);
        let parents = Kin::parents(&graph, &positions);
        assert_eq!([0, 1, 3].map(|at| parents.of(at).to_vec()), [vec![], vec![0], vec![1, 2]]);
        let (reachable, tags) = reachable(&graph, &positions, &parents, |_| true);
        assert_eq!(reachable, [true, true, true, true, false]);
        assert!(tags.contains(&id(0x90)));
        assert_eq!(peeled(&graph, &positions, id(0x90)), Some(3));
        let children = Kin::children(&parents);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|at| children.of(at).to_vec()),
            [vec![1, 2, 4], vec![3], vec![3], vec![], vec![]]
        );
        assert_eq!(oldest_first(&graph, &parents, &children, &reachable), [0, 1, 2, 3, 4]);
        assert_eq!(times(&graph, &parents, &[0, 1, 2, 3, 4]), [100, 100, 120, 130, 100]);
    }
}
