//! When commits were made, as far as they themselves can be believed.
//!
//! The date of a commit is what the clock of its committer said, or what somebody wanted it to say. No commit is older than
//! its newest parent, so that is what counts; and children are newer than parents of the same date.

use std::collections::HashMap;

use gix::ObjectId;

/// A commit by its date and its parents.
pub(super) struct Dated<'c> {
    pub(super) id: ObjectId,
    pub(super) time: i64,
    pub(super) parents: &'c [crate::source::Id],
}

/// For each of `commits` its date, which is never before that of a parent, and a number that is greater than those of its
/// parents. Parents that are not among the commits play no part.
pub(super) fn settled(commits: &[Dated<'_>]) -> Vec<(i64, u32)> {
    let positions: HashMap<ObjectId, usize> = commits.iter().map(|commit| commit.id).zip(0..).collect();
    let parents = |at: usize| commits[at].parents.iter().filter_map(|parent| positions.get(&parent.0).copied());
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); commits.len()];
    let mut waits_for = vec![0_u32; commits.len()];
    for (at, waits_for) in waits_for.iter_mut().enumerate() {
        for parent in parents(at) {
            children[parent].push(at as u32);
            *waits_for += 1;
        }
    }
    let mut settled: Vec<(i64, u32)> = commits.iter().map(|commit| (commit.time, 0)).collect();
    let mut ready: Vec<usize> = (0..commits.len()).filter(|&at| waits_for[at] == 0).collect();
    // Of a circle, which only forged ids can make, nothing is ever ready.
    while let Some(at) = ready.pop() {
        let (time, height) = settled[at];
        for &child in &children[at] {
            let child = child as usize;
            settled[child] = (settled[child].0.max(time), settled[child].1.max(height + 1));
            waits_for[child] -= 1;
            if waits_for[child] == 0 {
                ready.push(child);
            }
        }
    }
    settled
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::source::Id;

    #[test]
    fn no_commit_is_older_than_its_newest_parent() {
        let id = |number: u8| Id::from_hex(&format!("{number:02x}").repeat(20)).unwrap();
        let parents: Vec<Vec<Id>> = vec![vec![id(9)], vec![id(0)], vec![id(0)], vec![id(1), id(2)], vec![id(4)]];
        let times = [100, 50, 120, 0, 7];
        let dated = (0..5).zip(times).zip(&parents);
        let dated: Vec<Dated<'_>> =
            dated.map(|((number, time), parents)| Dated { id: id(number).0, time, parents }).collect();
        // The last is its own parent.
        assert_eq!(settled(&dated), [(100, 0), (100, 1), (120, 1), (120, 2), (7, 0)]);
    }
}
