//! The order of commits, and which of them a ref leads to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::HashSet;

use crate::source::{Graph, Id};

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
    wanted: impl Fn(&str) -> bool,
) -> (Vec<bool>, HashSet<Id>) {
    let mut reachable = vec![false; graph.commits.len()];
    let mut tags = HashSet::default();
    let mut pending: Vec<Id> = graph.tips.iter().filter(|tip| wanted(&tip.name)).map(|tip| tip.id).collect();
    while let Some(id) = pending.pop() {
        if let Some(&position) = positions.get(&id.0) {
            if !std::mem::replace(&mut reachable[position as usize], true) {
                pending.extend(graph.commits[position as usize].parents.iter().copied());
            }
        } else if let Ok(position) = graph.tags.binary_search_by_key(&id, |tag| tag.id)
            && tags.insert(id)
        {
            pending.push(graph.tags[position].target);
        }
    }
    (reachable, tags)
}

/// Positions of all commits: none before its parents, reachable ones first, then by date, then by id.
pub(super) fn oldest_first(graph: &Graph, children: &Children, reachable: &[bool]) -> Vec<u32> {
    let mut parents = vec![0_u32; graph.commits.len()];
    children.all.iter().for_each(|&child| parents[child as usize] += 1);
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

/// For each commit the positions of those made from it. A parent that is not there, as in a shallow clone, is waited for by
/// nobody.
pub(super) struct Children {
    /// Where in `all` those of each commit begin, and where the last ones end.
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Children {
    pub(super) fn new(graph: &Graph, positions: &Positions) -> Self {
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(graph.commits.len());
        for (commit, position) in graph.commits.iter().zip(0_u32..) {
            let parents = commit.parents.iter().filter_map(|parent| positions.get(&parent.0));
            pairs.extend(parents.map(|&parent| (parent, position)));
        }
        let mut starts = vec![0_u32; graph.commits.len() + 1];
        pairs.iter().for_each(|&(parent, _)| starts[parent as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let (mut next, mut all) = (starts.clone(), vec![0; pairs.len()]);
        for (parent, position) in pairs {
            let next = &mut next[parent as usize];
            all[*next as usize] = position;
            *next += 1;
        }
        Self { starts, all }
    }

    /// Those made from the commit at `position`, in the order of the graph.
    pub(super) fn of(&self, position: u32) -> &[u32] {
        let at = position as usize;
        &self.all[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// The date of each commit: no commit is older than its newest parent, whatever its clock said. `order` has parents first.
pub(super) fn times(graph: &Graph, positions: &Positions, order: &[u32]) -> Vec<i64> {
    let mut times: Vec<i64> = graph.commits.iter().map(|commit| commit.time).collect();
    for &position in order {
        let parents = &graph.commits[position as usize].parents;
        let newest = parents.iter().filter_map(|parent| positions.get(&parent.0));
        let newest = newest.map(|&parent| times[parent as usize]).max();
        times[position as usize] = newest.map_or(times[position as usize], |time| time.max(times[position as usize]));
    }
    times
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Commit, Tag, Tip};

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
        let (reachable, tags) = reachable(&graph, &positions, |_| true);
        assert_eq!(reachable, [true, true, true, true, false]);
        assert!(tags.contains(&id(0x90)));
        let children = Children::new(&graph, &positions);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|at| children.of(at).to_vec()),
            [vec![1, 2, 4], vec![3], vec![3], vec![], vec![]]
        );
        assert_eq!(oldest_first(&graph, &children, &reachable), [0, 1, 2, 3, 4]);
        assert_eq!(times(&graph, &positions, &[0, 1, 2, 3, 4]), [100, 100, 120, 130, 100]);
    }
}
