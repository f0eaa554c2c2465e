//! The paths that lead to something: each as a name behind another path, so that deep directories with long names do not
//! take the square of their depth.

use foldhash::HashMap;

/// At most this many paths are told apart. Ten trees that each hold the next ten times make ten thousand million paths
/// out of a few hundred bytes, and somebody has made such a repository.
pub(super) const PATHS: usize = 200_000;
/// The longest path, in bytes: longer ones no working tree can have.
pub(super) const PATH_LONGEST: usize = 4_096;
/// How many bytes all paths may have that are told.
const TOLD: usize = 64 * 1024 * 1024;

/// The top of a tree.
pub(super) const TOP: u32 = 0;

/// Paths, by number.
#[derive(Default)]
pub(super) struct Paths {
    numbers: HashMap<(u32, u32), u32>,
    /// From the one behind the top on: the path around it, its name, and how long it is as a whole.
    nodes: Vec<(u32, u32, usize)>,
}

impl Paths {
    /// The number of the path that a name of so many bytes makes below another; none if it is too long, or one too many.
    pub(super) fn number(&mut self, above: u32, name: u32, length: usize) -> Option<u32> {
        if let Some(&number) = self.numbers.get(&(above, name)) {
            return Some(number);
        }
        let before = if above == TOP { 0 } else { self.node(above).2 + 1 };
        let whole = before + length;
        if whole > PATH_LONGEST || self.nodes.len() >= PATHS {
            return None;
        }
        self.nodes.push((above, name, whole));
        let number = self.nodes.len() as u32;
        self.numbers.insert((above, name), number);
        Some(number)
    }

    /// The paths of these numbers as they are written, as many as there is room for.
    pub(super) fn told<'n>(
        &self,
        numbers: impl Iterator<Item = u32>,
        name: impl Fn(u32) -> &'n [u8],
    ) -> HashMap<u32, Vec<u8>> {
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut left = TOLD;
        let mut told = HashMap::default();
        for number in numbers {
            let Some(rest) = left.checked_sub(self.node(number).2) else { break };
            left = rest;
            let (mut names, mut at) = (Vec::new(), number);
            while at != TOP {
                let (above, own, _) = self.node(at);
                names.push(name(own));
                at = above;
            }
            names.reverse();
            told.insert(number, names.join(&b'/'));
        }
        told
    }

    fn node(&self, number: u32) -> (u32, u32, usize) {
        self.nodes[number as usize - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_by_their_names() {
        let names = [&b"a"[..], b"bc"];
        let mut paths = Paths::default();
        let a = paths.number(TOP, 0, 1).expect("a path");
        let below = paths.number(a, 1, 2).expect("a path");
        assert_eq!(paths.number(a, 1, 2), Some(below));
        let told = paths.told([below, a, below].into_iter(), |name| names[name as usize]);
        assert_eq!((told.len(), told[&a].as_slice(), told[&below].as_slice()), (2, &b"a"[..], &b"a/bc"[..]));
    }

    #[test]
    fn what_no_working_tree_can_have_is_no_path() {
        let mut paths = Paths::default();
        let first = paths.number(TOP, 0, PATH_LONGEST - 2).expect("a path");
        assert_eq!(paths.number(first, 1, 2), None);
        assert!(paths.number(first, 2, 1).is_some());
    }
}
