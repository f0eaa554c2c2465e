//! Which trees lead to a wanted blob or name.
//!
//! One pass over all trees in the order of the packs, on all threads, notes for each tree its subtrees, as four bytes
//! each, and whether it holds a wanted blob itself. Relevance then climbs from the trees that do to those that hold
//! them, in as many sweeps over the notes as directories are deep. Only numbers are kept, no names and no files, so
//! that a repository of millions of trees stays within some hundred megabytes.

use std::collections::HashSet;
use std::io;

use gix::ObjectId;
use gix::hashtable::HashMap;

use super::Wanted;
use crate::source::{Memo, Object, Stop, Store, Visitor, Wants, tree_entries, walk};

/// A set of trees, by their number in the store.
#[derive(Debug)]
pub struct Relevant {
    marked: Vec<bool>,
}

impl Relevant {
    pub(super) fn find(store: &Store, wanted: &Wanted, threads: usize, stop: &Stop) -> Self {
        let make = || Notes { store, wanted, holders: Vec::new(), subtrees: Vec::new(), numbers: HashMap::default() };
        let (notes, failures) = walk(store, Wants::TREES, threads, stop, make);
        let mut marked = vec![false; store.numbers()];
        for note in &notes {
            note.holders.iter().for_each(|&holder| marked[holder as usize] = true);
        }
        // A tree that cannot be read here may be asked for, and is a notice then.
        let unread: HashSet<u32> = failures.iter().filter_map(|failure| store.number(&failure.id)).collect();
        unread.iter().for_each(|&number| marked[number as usize] = true);
        let mut changed = true;
        while changed {
            changed = false;
            for note in &notes {
                let mut parent = END;
                for &number in &note.subtrees {
                    if parent == END {
                        parent = number;
                    } else if number == END {
                        parent = END;
                    } else if marked[number as usize] && !marked[parent as usize] {
                        marked[parent as usize] = true;
                        changed = true;
                    }
                }
            }
        }
        Self { marked }
    }

    /// Whether a wanted blob or name is somewhere below the tree.
    pub(super) fn leads_to_something(&self, tree: u32) -> bool {
        self.marked.get(tree as usize).copied().unwrap_or(false)
    }
}

/// Ends the list of a tree's subtrees.
const END: u32 = u32::MAX;

struct Notes<'n> {
    store: &'n Store,
    wanted: &'n Wanted,
    /// Trees that hold a wanted blob or name.
    holders: Vec<u32>,
    /// For each tree with subtrees its number, theirs, and [`END`].
    subtrees: Vec<u32>,
    /// Numbers that were looked up before.
    numbers: HashMap<ObjectId, Option<u32>>,
}

impl Notes<'_> {
    fn number(&mut self, id: &gix::oid) -> Option<u32> {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        let number = self.store.number(id);
        self.numbers.insert(id.to_owned(), number);
        number
    }
}

impl Visitor for Notes<'_> {
    fn object(&mut self, object: Object<'_>) -> Option<Memo> {
        let number = self.store.number(&object.id)?;
        let (mut holds, mut has_subtrees) = (false, false);
        for entry in tree_entries(object.bytes, self.store.hash()).flatten() {
            holds |= self.wanted.names.contains_key(entry.name);
            if !entry.is_tree() {
                holds |= self.wanted.blobs.contains_key(entry.id);
            } else if let Some(subtree) = self.number(entry.id) {
                if !std::mem::replace(&mut has_subtrees, true) {
                    self.subtrees.push(number);
                }
                self.subtrees.push(subtree);
            }
        }
        if has_subtrees {
            self.subtrees.push(END);
        }
        if holds {
            self.holders.push(number);
        }
        None
    }

    fn stream(&mut self, _: ObjectId, _: &mut dyn io::Read) -> io::Result<u64> {
        Err(io::Error::other("no blob was asked for"))
    }
}
