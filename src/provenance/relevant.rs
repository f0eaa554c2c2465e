//! Which trees lead to a wanted blob or name, and by which entries.
//!
//! Relevance climbs from what is wanted by what the scan noted of every tree ([`Nesting`]), in as many sweeps over the notes as
//! directories are deep. Only numbers are kept, no names and no files, so that a repository of millions of trees stays within
//! some hundred megabytes. Names are in no note: where one is wanted all trees are gone through once more. Of the trees that do
//! lead to something the entries by which are kept: mostly one in each. Where they are many a pass over just them gathers those;
//! one by one, as they are asked for, it takes three times as long, and on one thread.

use std::io;

use foldhash::HashSet;
use gix::ObjectId;

use super::Wanted;
use crate::source::known::{Entry, Known, Lead, Words};
use crate::source::{
    Finder, Id, Memo, Nesting, Object, Stop, Store, TreeEntry, Visitor, Wants, fresh_entries, tree_entries, walk,
};

/// A set of trees, by their number in the store.
#[derive(Debug, Default)]
pub struct Relevant {
    marked: Vec<bool>,
    /// Trees that hold a wanted name.
    named: HashSet<u32>,
    /// For each tree that was read where its steps begin and end; for all else [`UNREAD`].
    read: Vec<(u32, u32)>,
    steps: Steps,
}

/// Where no steps begin or end.
const UNREAD: (u32, u32) = (u32::MAX, u32::MAX);

/// By which entries trees lead to something.
#[derive(Debug, Default)]
struct Steps {
    all: Vec<Step>,
    names: Words,
}

impl Steps {
    /// The steps from `from` on.
    fn since(&self, from: u32) -> (u32, u32) {
        (from, self.all.len() as u32)
    }

    /// Takes note of an entry, if it leads to something; says whether it does.
    fn entry(&mut self, entry: &TreeEntry<'_>, store: &Store, wanted: &Wanted, marked: &[bool]) -> bool {
        let is_wanted = wanted.names.contains_key(entry.name) || wanted.blobs.contains_key(entry.id);
        // Most entries are files that nobody wants.
        if !is_wanted && !entry.is_tree() {
            return false;
        }
        let object = store.number(entry.id);
        let leads = entry.is_tree() && object.is_some_and(|number| leads(marked, number));
        if leads || is_wanted {
            let name = self.names.number(entry.name);
            self.all.push(Step { name, object, is_tree: entry.is_tree() });
        }
        leads || is_wanted
    }
}

/// Whether something wanted is in the tree or below it.
fn leads(marked: &[bool], tree: u32) -> bool {
    marked.get(tree as usize).copied().unwrap_or(false)
}

/// An entry that leads to something wanted, or is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Number of its name.
    pub(super) name: u32,
    /// Number of what it names, if that is here.
    pub(super) object: Option<u32>,
    /// Whether that is a tree.
    pub(super) is_tree: bool,
}

impl Relevant {
    /// Looks for what is wanted in every tree; of those that are `known` that is known.
    pub(super) fn find(
        store: &Store,
        nesting: &Nesting,
        wanted: &Wanted,
        known: Option<&Known>,
        threads: usize,
        stop: &Stop,
    ) -> Self {
        let count = store.numbers();
        let mut relevant = Self { marked: vec![false; count], read: vec![UNREAD; count], ..Self::default() };
        let passed = known.map(|known| relevant.adopt(store, known));
        if !wanted.names.is_empty() {
            let make = || Naming { store, wanted, named: Vec::new() };
            // What cannot be read now could not be read before.
            let (namings, _) = walk(store, Wants::TREES, passed.as_deref(), threads, stop, make);
            relevant.named.extend(namings.iter().flat_map(|naming| &naming.named));
        }
        let blobs: Vec<u32> = wanted.blobs.keys().filter_map(|id| store.number(id)).collect();
        for &number in blobs.iter().chain(&relevant.named) {
            relevant.marked[number as usize] = true;
        }
        nesting.climb(&mut relevant.marked);
        // Nothing is below a blob.
        blobs.iter().for_each(|&number| relevant.marked[number as usize] = false);
        relevant.read_many(store, wanted, threads, stop);
        relevant
    }

    /// Reads all trees that lead to something, if they are many.
    fn read_many(&mut self, store: &Store, wanted: &Wanted, threads: usize, stop: &Stop) {
        /// So many are read one by one in the time that it takes to look at what packs hold.
        const MANY: usize = 500;
        let passed = |number: usize| !self.marked[number] || self.read[number] != UNREAD;
        let passed: Vec<bool> = (0..self.marked.len()).map(passed).collect();
        if passed.iter().filter(|passed| !**passed).count() < MANY {
            return;
        }
        let marked = std::mem::take(&mut self.marked);
        let make = || Reading { store, wanted, marked: &marked, trees: Vec::new(), steps: Steps::default() };
        // What cannot be read here is asked for again by whoever needs it.
        let (readings, _) = walk(store, Wants::TREES, Some(&passed), threads, stop, make);
        for Reading { trees, steps, .. } in readings {
            let before = self.steps.all.len() as u32;
            for (tree, (from, to)) in trees {
                self.read[tree as usize] = (before + from, before + to);
            }
            let names: Vec<u32> = steps.names.all().map(|name| self.steps.names.number(name)).collect();
            self.steps.all.extend(steps.all.into_iter().map(|step| Step { name: names[step.name as usize], ..step }));
        }
        self.marked = marked;
    }

    /// Takes over what is known of trees; says which they are.
    fn adopt(&mut self, store: &Store, known: &Known) -> Vec<bool> {
        let mut passed = vec![false; self.marked.len()];
        for (id, lead) in &known.trees {
            let Some(number) = store.number(&id.0) else { continue };
            passed[number as usize] = true;
            self.marked[number as usize] = *lead != Lead::Nothing;
            if let Lead::Entries(entries) = lead {
                let steps = &mut self.steps;
                let from = steps.all.len() as u32;
                for entry in entries {
                    let name = steps.names.number(&entry.name);
                    steps.all.push(Step { name, object: store.number(&entry.id.0), is_tree: entry.is_tree });
                }
                self.read[number as usize] = steps.since(from);
            }
        }
        passed
    }

    /// Whether a wanted blob or name is somewhere below the tree.
    pub(super) fn leads_to_something(&self, tree: u32) -> bool {
        leads(&self.marked, tree)
    }

    /// The entries by which a tree leads to something, if it was read.
    pub(super) fn steps(&self, tree: u32) -> Option<&[Step]> {
        self.range(tree).map(|range| self.within(range))
    }

    /// The entries at a range, as [`Self::open`] gives it.
    pub(super) fn within(&self, (from, to): (u32, u32)) -> &[Step] {
        &self.steps.all[from as usize..to as usize]
    }

    fn range(&self, tree: u32) -> Option<(u32, u32)> {
        self.read.get(tree as usize).copied().filter(|range| *range != UNREAD)
    }

    /// The same, and reads it if need be; none if that cannot be done.
    pub(super) fn open(
        &mut self,
        tree: u32,
        store: &Store,
        wanted: &Wanted,
        finder: &mut Finder,
    ) -> Option<(u32, u32)> {
        if let Some(range) = self.range(tree) {
            return Some(range);
        }
        store.find(&store.id(tree)?, finder)?;
        let (steps, marked) = (&mut self.steps, &self.marked);
        let from = steps.all.len() as u32;
        for entry in tree_entries(&finder.bytes, store.hash()).flatten() {
            steps.entry(&entry, store, wanted, marked);
        }
        let range = steps.since(from);
        self.read[tree as usize] = range;
        Some(range)
    }

    /// One of the entries.
    pub(super) fn step(&self, at: u32) -> Step {
        self.steps.all[at as usize]
    }

    /// A name.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        self.steps.names.word(number)
    }

    /// What is to be remembered of a tree; none for one that holds a wanted name, which is remembered nowhere.
    #[must_use]
    pub fn lead(&self, repository: &crate::source::Repository, tree: Id) -> Option<Lead> {
        let (store, _) = repository.store();
        let number = store.number(&tree.0)?;
        if self.named.contains(&number) {
            return None;
        }
        if !self.leads_to_something(number) {
            return Some(Lead::Nothing);
        }
        let entries = self.steps(number).and_then(|steps| {
            let entry = |step: &Step| {
                let id = Id(store.id(step.object?)?);
                Some(Entry { name: self.name(step.name).into(), id, is_tree: step.is_tree })
            };
            steps.iter().map(entry).collect::<Option<Vec<Entry>>>()
        });
        Some(entries.map_or(Lead::Unread, Lead::Entries))
    }
}

/// Reads trees that lead to something.
struct Reading<'r> {
    store: &'r Store,
    wanted: &'r Wanted,
    marked: &'r [bool],
    /// The trees that were read, and where their steps begin and end.
    trees: Vec<(u32, (u32, u32))>,
    steps: Steps,
}

impl Visitor for Reading<'_> {
    fn object(&mut self, object: Object<'_>) -> Option<Memo> {
        let number = object.number_in(self.store)?;
        let &mut Reading { store, wanted, marked, ref mut trees, ref mut steps } = self;
        let from = steps.all.len() as u32;
        let memo = fresh_entries(&object, store.hash(), |entry| {
            entry.is_some_and(|entry| steps.entry(&entry, store, wanted, marked))
        });
        trees.push((number, steps.since(from)));
        memo
    }

    fn stream(&mut self, _: ObjectId, _: &mut dyn io::Read) -> io::Result<u64> {
        Err(io::Error::other("no blob was asked for"))
    }
}

/// Looks for wanted names.
struct Naming<'n> {
    store: &'n Store,
    wanted: &'n Wanted,
    /// Trees that hold one.
    named: Vec<u32>,
}

impl Visitor for Naming<'_> {
    fn object(&mut self, object: Object<'_>) -> Option<Memo> {
        let number = object.number_in(self.store)?;
        let mut has_name = false;
        let memo = fresh_entries(&object, self.store.hash(), |entry| {
            let is_named = entry.is_some_and(|entry| self.wanted.names.contains_key(entry.name));
            has_name |= is_named;
            is_named
        });
        self.named.extend(has_name.then_some(number));
        memo
    }

    fn stream(&mut self, _: ObjectId, _: &mut dyn io::Read) -> io::Result<u64> {
        Err(io::Error::other("no blob was asked for"))
    }
}
