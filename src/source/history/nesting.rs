//! Which objects lie in which trees: what provenance climbs by, from a file to the commits that hold it.
//!
//! All trees are gone through once, while the history is scanned, and nobody knows then which files will matter. So each tree is
//! noted with the numbers of its entries, four bytes each. Of one that is stored as a difference to another that is this other, and
//! the entries that only the one has: a tree may seem to hold what only the other does, so that too much is looked into, and
//! never too little.

/// Ends what lies in a tree.
const END: u32 = u32::MAX;

/// The trees that were read, each with what lies in it.
#[derive(Clone, Debug, Default)]
pub struct Nesting {
    /// For each tree its number, those of what lies in it, and [`END`]; a list for each thread that read some.
    lists: Vec<Vec<u32>>,
    /// Objects that could not be read: there may be trees among them.
    pub(super) unread: Vec<u32>,
}

impl Nesting {
    /// Adds what another thread has read.
    pub(super) fn add(&mut self, notes: Notes) {
        self.lists.push(notes.0);
    }

    /// Marks, by their numbers, all trees in which something lies that is marked, however deep, and those that nobody could look
    /// into.
    pub(crate) fn climb(&self, marked: &mut [bool]) {
        self.unread.iter().for_each(|&number| marked[number as usize] = true);
        let mut changed = true;
        while changed {
            changed = false;
            for list in &self.lists {
                let mut tree = END;
                for &number in list {
                    if tree == END {
                        tree = number;
                    } else if number == END {
                        tree = END;
                    } else if marked[number as usize] && !marked[tree as usize] {
                        marked[tree as usize] = true;
                        changed = true;
                    }
                }
            }
        }
    }
}

/// What one thread has read.
#[derive(Default)]
pub(super) struct Notes(Vec<u32>);

impl Notes {
    /// Takes note of a tree: of what lies in it, and of the tree in which lies what else it has.
    pub(super) fn tree(&mut self, tree: u32, objects: &[u32], base: Option<u32>) {
        self.0.push(tree);
        self.0.extend(objects);
        self.0.extend(base);
        self.0.push(END);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_climb_through_trees_and_what_these_are_stored_as_differences_to() {
        let notes = |trees: &[(u32, Option<u32>, &[u32])]| {
            let mut notes = Notes::default();
            trees.iter().for_each(|&(tree, base, objects)| notes.tree(tree, objects, base));
            notes
        };
        let mut nesting = Nesting { unread: vec![9], ..Nesting::default() };
        // 0 is a file in 1, which lies in 2; 3 is a difference to 2, and 4 to something else; 5 has a tree that cannot be read.
        nesting.add(notes(&[(3, Some(2), &[8]), (2, None, &[1, 7]), (4, Some(6), &[8])]));
        nesting.add(notes(&[(5, None, &[9]), (6, None, &[]), (1, None, &[0])]));
        let mut marked = [false; 10];
        marked[0] = true;
        nesting.climb(&mut marked);
        let numbers: Vec<usize> = (0..10).filter(|&number| marked[number]).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 5, 9]);
    }
}
